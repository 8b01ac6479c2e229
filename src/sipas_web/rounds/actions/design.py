"""Deciding the design of a round and the prices it is costed at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.rounds import queries
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries import design as reads
from sipas_web.rounds.states import refuse_change

PART = "design"  # among the parts of the set-up that a person has confirmed


@transaction.atomic
def save_design(*, round_id: int, changed: Mapping[str, Any], planning: Mapping[str, Any], by: Actor) -> Round:
    """Keep design and estimates of a round, and what they were planned with; needs ``rounds.round_change``.

    Raises ValidationError where the sample was drawn or a draw is open, SipasError where the library refuses.
    """
    round_ = _held(round_id, by)
    refuse_change(round_, *(name for name, value in changed.items() if round_.settings.get(name) != value))
    reads.check(round_, changed)
    before = {name: round_.settings.get(name) for name in changed}
    round_.settings = {**round_.settings, **changed}
    round_.planning = {**round_.planning, **planning}
    round_.confirmed = [*(part for part in round_.confirmed if part != PART), PART]
    round_.save(update_fields=["settings", "planning", "confirmed"])
    record(
        by=by,
        action="rounds.design_saved",
        subject=round_,
        unit=round_.unit,
        details={"before": before, "after": dict(changed), "planned_with": dict(planning)},
    )
    return round_


@transaction.atomic
def save_prices(*, round_id: int, prices: Mapping[str, Mapping[str, Any]], by: Actor) -> Round:
    """Keep the prices a round is costed at, each with source and day; needs ``rounds.round_change``."""
    round_ = _held(round_id, by)
    before = round_.planning.get("prices") or {}
    round_.planning = {**round_.planning, "prices": dict(prices)}
    round_.save(update_fields=["planning"])
    record(
        by=by,
        action="rounds.prices_saved",
        subject=round_,
        unit=round_.unit,
        details={"before": before, "after": dict(prices)},
    )
    return round_


def _held(round_id: int, by: Actor) -> Round:
    round_ = queries.held(round_id)
    by.require(Permission.ROUND_CHANGE, round_.unit)
    return round_
