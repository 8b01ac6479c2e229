"""Open work of a dissolved unit goes to its successor: by where it lies in the tree; here it is recorded."""

from __future__ import annotations

from django.db import transaction

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.rounds.queries import mergers


@transaction.atomic
def note_ended_units(*, by: Actor) -> int:
    """Record for each open round the units that have ended since, once each, with who took over. Gives their number.

    Part of the act that ended them, which asked for its permission.
    """
    count = 0
    for round_ in mergers.open_rounds():
        known = mergers.noted(round_) if (ended := mergers.ended_in(round_)) else set()
        for one in ended:
            if one.unit.pk not in known:
                details = {
                    "unit": one.unit.pk, "name": str(one.unit), "last_day": str(one.unit.valid_to),
                    "successors": [str(successor) for successor in one.successors],
                }  # fmt: skip
                record(by=by, action=mergers.HANDED_OVER, subject=round_, unit=one.unit, details=details)
                count += 1
    return count
