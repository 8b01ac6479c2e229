"""Units of a round that have ended, and who took over. Their names stay in the round as they were."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from sipas_web.audit.models import Record
from sipas_web.jobs.queries import key_of
from sipas_web.rounds.models import MeasuredUnit, Round, State, TargetValue
from sipas_web.units.queries import Succession, Unit

HANDED_OVER = "rounds.work_handed_over"
CLOSED = (State.PUBLISHED, State.ABANDONED)


@dataclass(frozen=True, slots=True)
class Ended:
    """A unit of a round that has ended."""

    unit: Unit
    successors: tuple[Unit, ...]

    @property
    def names(self) -> str:
        """Who took over, in a row."""
        return ", ".join(successor.full_name for successor in self.successors)


def ended_in(round_: Round) -> list[Ended]:
    """List the units of a round that have ended with a successor: its place first. One query."""
    measured = MeasuredUnit.objects.filter(round=round_).values("unit")
    aimed = TargetValue.objects.filter(round=round_, unit__isnull=False).values("unit")
    steps = Succession.objects.filter(Q(unit=round_.unit_id) | Q(unit__in=measured) | Q(unit__in=aimed))
    found: dict[int, list[Succession]] = {}
    for step in steps.select_related("unit", "successor").order_by("unit__sort_key", "successor__sort_key"):
        found.setdefault(step.unit_id, []).append(step)
    ended = [Ended(rows[0].unit, tuple(row.successor for row in rows)) for rows in found.values()]
    return sorted(ended, key=lambda one: one.unit.pk != round_.unit_id)


def open_rounds() -> QuerySet[Round]:
    """Rounds that are still worked on."""
    return Round.objects.exclude(state__in=CLOSED).select_related("unit").order_by("pk")


def noted(round_: Round) -> set[int]:
    """Give the ids of the ended units that the record tells of for a round."""
    lines = Record.objects.filter(action=HANDED_OVER, subject=key_of(round_)).values_list("details", flat=True)
    return {int(json.loads(line)["unit"]) for line in lines}
