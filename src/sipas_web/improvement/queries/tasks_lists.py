"""Lists of tasks by state on a day, and their figures by unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, DateField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Extension, Task
from sipas_web.improvement.queries.tasks import GRANTED, days_of, visible
from sipas_web.improvement.queries.tasks_homes import open_tasks
from sipas_web.improvement.task_states import COMPLETED, UNFINISHED, Days, Figures, State, state_on
from sipas_web.improvement.tracking_rules import rules_on
from sipas_web.shared import working_days
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units.queries import Unit

SORTS = {
    "title": "search_key", "unit": "unit__sort_key", "due": "due", "first_due": "first_due", "given": "given",
    "done": "done", "percent": "percent",
}  # fmt: skip
GIVEN, UNHANDED = "given", "unhanded"  # more than states: every task; open ones of units that have ended
SOON = "soon"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for; empty fields do not limit."""

    text: str = ""
    unit: Unit | None = None
    directive: int | None = None
    state: str = ""  # a State, or given, soon, unhanded, completed, unfinished
    original: bool = False  # by the original deadline
    first: dt.date | None = None
    last: dt.date | None = None


def found(by: Actor, wanted: Wanted, sort: str = "") -> QuerySet[Task]:
    """Give visible tasks that fit, the earliest deadline first unless asked otherwise."""
    tasks = visible(by).select_related("unit", "giver", "directive").prefetch_related(GRANTED)
    if wanted.text:
        tasks = tasks.filter(search_key__contains=search_key(wanted.text))
    if wanted.unit is not None:
        tasks = tasks.filter(unit=wanted.unit)
    if wanted.directive is not None:
        tasks = tasks.filter(directive=wanted.directive)
    tasks = in_state(tasks, wanted)
    column = SORTS.get(sort.removeprefix("-"), "due")
    order = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return tasks.order_by(order, "pk")


def in_state(tasks: QuerySet[Task], wanted: Wanted) -> QuerySet[Task]:
    """Limit to a state and a period: of giving, of completion, or up to the day on which it is asked how they stand."""
    if wanted.state == GIVEN:
        return tasks.filter(_between(wanted, "given"))
    if wanted.state == SOON:
        return soon(tasks, timezone.localdate())
    if wanted.state == UNHANDED:
        return tasks.filter(unit__valid_to__lt=timezone.localdate(), pk__in=open_tasks().values("pk"))
    if not wanted.state:
        return tasks.filter(_between(wanted, "first_due" if wanted.original else "due"))
    day = wanted.last or timezone.localdate()
    states = {"completed": COMPLETED, "unfinished": UNFINISHED}.get(wanted.state) or (State(wanted.state),)
    limited = tasks.annotate(limit=_limit(day, original=wanted.original)).filter(given__lte=day)
    chosen = Q()
    for state in states:
        chosen |= condition(state, day, "limit")
    ended = {State.DROPPED: "dropped"} | dict.fromkeys(COMPLETED, "done")
    since = Q(**{f"{ended[states[0]]}__gte": wanted.first}) if wanted.first and states[0] in ended else Q()
    return limited.filter(chosen, since)


def condition(state: State, day: dt.date, limit: str) -> Q:
    """Give the condition under which a task stands so on a day; ``limit``: the column of the deadline."""
    done, dropped = Q(done__lte=day), Q(dropped__lte=day)
    unfinished = (Q(done__isnull=True) | Q(done__gt=day)) & (Q(dropped__isnull=True) | Q(dropped__gt=day))
    undated, over = Q(**{f"{limit}__isnull": True}), Q(**{f"{limit}__lt": day})
    return {
        State.ON_TIME: done & Q(done__lte=F(limit)),
        State.LATE: done & Q(done__gt=F(limit)),
        State.DONE: done & undated,
        State.DROPPED: dropped,
        State.OVERDUE: unfinished & over,
        State.IN_TIME: unfinished & Q(**{f"{limit}__gte": day}),
        State.OPEN: unfinished & undated,
    }[state]


def soon(tasks: QuerySet[Task], today: dt.date) -> QuerySet[Task]:
    """Limit to open tasks that are overdue, or due within the days in which one is reminded."""
    return tasks.filter(done__isnull=True, dropped__isnull=True, due__lte=remind_until(today))


def remind_until(today: dt.date) -> dt.date:
    """Give the last deadline of which one is reminded on a day."""
    return working_days.after(today, rules_on(today).remind_before)


def nothing() -> QuerySet[Task]:
    """Give no task."""
    return Task.objects.none()


def owners(by: Actor) -> QuerySet[Unit]:
    """List the units that own a visible task."""
    return Unit.objects.filter(pk__in=visible(by).order_by().values("unit")).order_by("sort_key", "code")


def figures_by_unit(by: Actor, today: dt.date, *, original: bool) -> dict[int, Figures]:
    """Count where visible tasks stand today, by the unit that owns them (ids). Two queries."""
    limit = "first_due" if original else "due"
    tasks = Task.objects.filter(pk__in=visible(by).order_by().values("pk"), given__lte=today)
    counts = {f"n_{state}": Count("pk", filter=condition(state, today, limit)) for state in State}
    made: dict[int, Figures] = {}
    counted: Iterable[Any] = tasks.order_by().values("unit").annotate(**counts)
    for row in counted:
        made[row["unit"]] = Figures({state: row[f"n_{state}"] for state in State})
    late = tasks.filter(condition(State.OVERDUE, today, limit)).values_list("unit", limit)
    for unit, due in late:
        made[unit].days_late += (today - due).days
    return made


def units_of(ids: Collection[int], text: str = "") -> list[Unit]:
    """Give units by id whose names hold a text, in Vietnamese order."""
    units = Unit.objects.filter(pk__in=ids).order_by("sort_key", "code")
    return list(units.filter(search_key__contains=search_key(text)) if text else units)


def count_soon(units: frozenset[int]) -> int:
    """Count what is overdue or due soon at some units (ids)."""
    return soon(Task.objects.filter(unit__in=units), timezone.localdate()).count() if units else 0


def own_open(units: frozenset[int], most: int) -> list[Task]:
    """List the open tasks of some units (ids), the earliest deadline first, those without one last."""
    tasks = open_tasks().filter(unit__in=units).select_related("unit")
    return list(tasks.order_by(F("due").asc(nulls_last=True), "pk")[:most])


def requests_to_decide(units: frozenset[int], most: int) -> list[Extension]:
    """List the requests for more time on which some units (ids) decide, the earliest deadline first."""
    mine = Q(task__giver__in=units) | Q(task__giver__isnull=True, task__unit__in=units)
    rows = Extension.objects.filter(mine, decided__isnull=True).select_related("task__unit")
    return list(rows.order_by("before", "pk")[:most])


def period_counts(unit_ids: Collection[int], first: dt.date, last: dt.date) -> dict[int, dict[str, int]]:
    """Count for a report what single units were given and did in a period, and how they stood at its end."""
    made: dict[int, dict[str, int]] = {unit: {} for unit in unit_ids}
    tasks = Task.objects.filter(unit__in=unit_ids, given__lte=last).prefetch_related(GRANTED)
    for task in tasks.order_by("pk").iterator(chunk_size=2000):
        counts = made[task.unit_id]
        for code in lines_of(days_of(task), first, last):
            counts[code] = counts.get(code, 0) + 1
    return made


def lines_of(days: Days, first: dt.date, last: dt.date) -> Iterable[str]:
    """Give the lines of a report in which a task counts."""
    if first <= days.given <= last:
        yield "given"
    newest, original = state_on(days, last), state_on(days, last, original=True)
    if newest in COMPLETED and days.done is not None and days.done >= first:
        yield "completed"
        yield from {State.ON_TIME: ("on_time",), State.LATE: ("late",)}.get(newest, ())
        yield from {State.ON_TIME: ("on_time_original",), State.LATE: ("late_original",)}.get(original or newest, ())
    if newest == State.DROPPED and days.dropped is not None and days.dropped >= first:
        yield "dropped"
    if newest in UNFINISHED:
        yield "unfinished"
        yield from ("overdue",) if newest == State.OVERDUE else ()
        yield from ("overdue_original",) if original == State.OVERDUE else ()


def _limit(day: dt.date, *, original: bool) -> F | Coalesce:
    if original or day >= timezone.localdate():
        return F("first_due" if original else "due")
    granted = Extension.objects.filter(task=OuterRef("pk"), granted__isnull=False, decided__lte=day)
    newest = Subquery(granted.order_by("-pk").values("granted")[:1], output_field=DateField())
    return Coalesce(newest, F("first_due"))


def _between(wanted: Wanted, column: str) -> Q:
    given = {f"{column}__gte": wanted.first, f"{column}__lte": wanted.last}
    return Q(**{name: day for name, day in given.items() if day})
