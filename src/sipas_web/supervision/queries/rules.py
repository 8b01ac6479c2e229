"""The share of forms to be re-verified: a setting of the round's field work."""

from __future__ import annotations

from decimal import Decimal

from sipas_web.fieldwork.queries.rules import rules_of
from sipas_web.rounds.queries import Round


def share_of(round_: Round) -> Decimal:
    """Give the share in percent; 20 % where nothing is set: found in practice (Bình Dương 2019), no known rule."""
    return Decimal(rules_of(round_).reverification)
