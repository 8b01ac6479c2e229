"""Counts of plans, measures and simplifications for periodic reports: of single units, so that reports merge by adding.

A plan counts at its unit, a measure at the unit of its plan (its task counts at its owner, elsewhere), a simplification
at the unit whose list the procedure stands in.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable

from django.db.models import Count, F, Q

from sipas_web.improvement.models import Measure, Plan, Task
from sipas_web.improvement.queries import procedures
from sipas_web.improvement.queries.procedures import FIRST_AREAS, Simplification

PUBLIC = (Plan.State.APPROVED, Plan.State.CLOSED)


def counts(unit_ids: Collection[int], first: dt.date, last: dt.date) -> dict[int, dict[str, int]]:
    """Count by unit, for a period. Four queries."""
    found: dict[int, Counter[str]] = {}

    def add(unit: int, **more: int) -> None:
        found.setdefault(unit, Counter()).update(more)

    for unit, n in _approved(unit_ids, first, last):
        add(unit, plans=n)
    for unit, state in _measures(unit_ids, last):
        add(unit, measures=1, measures_done=state == "done", measures_open=state == "open")
    for unit, line in _saved(procedures.of_units(unit_ids, first, last)):
        add(unit, **line)
    return {unit: dict(counted) for unit, counted in found.items()}


def _approved(unit_ids: Collection[int], first: dt.date, last: dt.date) -> Iterable[tuple[int, int]]:
    rows = Plan.objects.filter(unit__in=unit_ids, approved__date__gte=first, approved__date__lte=last)
    return rows.order_by().values("unit").annotate(n=Count("pk")).values_list("unit", "n")


def _measures(unit_ids: Collection[int], last: dt.date) -> Iterable[tuple[int, str]]:
    """Give each measure given out by a day with where it stood on that day; those dropped by then are left out."""
    wanted = Q(plan__state__in=PUBLIC) | Q(plan__approved__isnull=False)
    rows = Measure.objects.filter(wanted, unit__in=unit_ids).exclude(dropped__lte=last)
    owners = {f"measure:{pk}": unit for pk, unit in rows.order_by().values_list("pk", "unit")}
    tasks = Task.objects.filter(origin__in=owners, given__lte=last).exclude(dropped__lte=last)
    for origin, done in tasks.order_by("pk").values_list("origin", F("done")):
        yield owners[origin], "done" if done is not None and done <= last else "open"


def _saved(rows: Iterable[Simplification]) -> Iterable[tuple[int, dict[str, int]]]:
    """Give each simplification with its savings; of days the whole ones, since reports add whole numbers."""
    for row in rows:
        found = procedures.saving(row.before, row.after, row.yearly)
        yield (
            row.procedure.unit_id,
            {
                "simplified": 1,
                "simplified_first": row.procedure.area in FIRST_AREAS,
                "days_saved": int(found.days.saved or 0),
                "papers_saved": int(found.papers.saved or 0),
                "cost_saved": int(found.yearly_cost or 0),
            },
        )
