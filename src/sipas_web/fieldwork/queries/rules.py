"""The rules of a round's field work."""

from __future__ import annotations

from typing import Any

from django.forms.models import model_to_dict

from sipas_web.fieldwork.models import FieldRules
from sipas_web.rounds.queries import Round


def rules_of(round_: Round) -> FieldRules:
    """Give what a round asks of its field work; as shipped, and unsaved, where nobody has set it."""
    return FieldRules.objects.filter(round=round_).first() or FieldRules(round=round_)


def rules_as_set(round_: Round) -> dict[str, Any]:
    """Give the rules by name, for a form to begin with."""
    return model_to_dict(rules_of(round_), exclude=["id", "round"])
