"""The rules of a round's field work."""

from __future__ import annotations

from sipas_web.fieldwork.models import FieldRules
from sipas_web.rounds.queries import Round


def rules_of(round_: Round) -> FieldRules:
    """Give what a round asks of its field work; as shipped, and unsaved, where nobody has set it."""
    return FieldRules.objects.filter(round=round_).first() or FieldRules(round=round_)
