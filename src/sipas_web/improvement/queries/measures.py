"""Reads of measures: of a plan, with their tasks; what is missing in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import Case, Q, QuerySet, Value, When

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Campaign, Plan, PlanItem, Simplification, Training
from sipas_web.improvement.models import Measure as Measure
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import tasks as tasks_reads
from sipas_web.improvement.queries.tasks import Task
from sipas_web.improvement.task_states import State
from sipas_web.units import queries as units
from sipas_web.units.kinds import Kind
from sipas_web.units.queries import Unit

OWNERS = (Kind.PROVINCE, Kind.AGENCY, Kind.ONE_STOP, Kind.DISTRICT, Kind.COMMUNE)
INCOMPLETE = Q(dropped__isnull=True) & (Q(owner__isnull=True) | Q(due__isnull=True))


@dataclass(frozen=True, slots=True)
class Followed:
    """A measure with its task, once the plan was approved."""

    measure: Measure
    task: Task | None
    state: State | None
    simplifications: tuple[Simplification, ...] = ()
    entries: tuple[Training | Campaign, ...] = ()  # of the registers, that carry it out

    @property
    def done(self) -> dt.date | None:
        """Day on which it was done."""
        return self.task.done if self.task else None


def of_plan(plan: Plan) -> QuerySet[Measure]:
    """Measures of a plan in the order of its items."""
    return Measure.objects.filter(plan=plan).select_related("owner", "item")


def items_of(plan: Plan) -> QuerySet[PlanItem]:
    """Items of a plan, the first to be done first."""
    return PlanItem.objects.filter(plan=plan)


def followed(plan: Plan, today: dt.date) -> list[Followed]:
    """Measures of a plan with their tasks. Six queries."""
    measures = list(of_plan(plan))
    tasks = tasks_of(measures)
    lighter: dict[int, list[Simplification]] = {}
    rows = Simplification.objects.filter(measure__in=measures).select_related("procedure", "before", "after")
    for row in rows:
        lighter.setdefault(row.measure_id or 0, []).append(row)
    made = [_followed(m, tasks.get(m.origin), today, tuple(lighter.get(m.pk, ()))) for m in measures]
    return [replace(one, entries=entries) for one, entries in zip(made, _entries(made), strict=True)]


def _entries(rows: list[Followed]) -> list[tuple[Training | Campaign, ...]]:
    """Give what registers name of each measure or its task. Two queries."""
    names = [{row.measure.origin, *([f"task:{row.task.pk}"] if row.task else [])} for row in rows]
    every = set().union(*names)
    found: list[Training | Campaign] = [*Training.objects.filter(origin__in=every)]
    found += Campaign.objects.filter(origin__in=every)
    return [tuple(entry for entry in found if entry.origin in own) for own in names]


def tasks_of(measures: Iterable[Measure]) -> dict[str, Task]:
    """Give the newest task of each measure by its origin. Two queries."""
    origins = [measure.origin for measure in measures]
    rows = Task.objects.filter(origin__in=origins).select_related("unit").prefetch_related(tasks_reads.GRANTED)
    return {task.origin: task for task in rows.order_by("pk")}


def owners_for(plan: Plan) -> QuerySet[Unit]:
    """Units that may own a measure of a plan: today's units under the plan's own, itself first."""
    inside = units.under_any([plan.unit_id], units.today())
    found = units.holding(Unit.objects.filter(pk__in=inside, kind__in=OWNERS), units.today())
    rank = Case(*(When(kind=kind, then=Value(n)) for n, kind in enumerate(OWNERS)))
    return found.order_by(rank, "sort_key", "code")


def one_of(plan: Plan, measure_id: int) -> Measure | None:
    """Give a measure of a plan."""
    return of_plan(plan).filter(pk=measure_id).first()


def incomplete(by: Actor) -> QuerySet[Measure]:
    """Measures in drafts of the actor's areas that lack an owner or a day."""
    if not by.may(Permission.PLAN_CHANGE):
        return Measure.objects.none()
    rows = Measure.objects.filter(INCOMPLETE, plan__state=Plan.State.DRAFT).select_related("plan", "unit")
    areas = by.holder.areas_of(str(Permission.PLAN_CHANGE))
    return rows if areas is None else rows.filter(unit__in=areas)


def _followed(measure: Measure, task: Task | None, today: dt.date, lighter: tuple[Simplification, ...]) -> Followed:
    return Followed(measure, task, tasks_reads.state_of(task, today) if task else None, lighter)


def places(by: Actor) -> QuerySet[Unit]:
    """Units whose list of procedures the actor may keep: the tops of the areas first."""
    found = units.holding(Unit.objects.filter(kind__in=OWNERS), units.today())
    areas = by.holder.areas_of(str(Permission.PLAN_CHANGE))
    found = found if areas is None else found.filter(pk__in=areas)
    rank = Case(*(When(kind=kind, then=Value(n)) for n, kind in enumerate(OWNERS)))
    return found.order_by(rank, "sort_key", "code")


def to_simplify(by: Actor) -> QuerySet[Measure]:
    """Measures of kind simplification in plans of the actor's areas that are being written or carried out."""
    open_states = (Plan.State.DRAFT, Plan.State.ASKED, Plan.State.APPROVED)
    wanted = {"kind": Measure.Kind.SIMPLIFICATION, "dropped__isnull": True, "plan__state__in": open_states}
    rows = Measure.objects.filter(**wanted)
    areas = by.holder.areas_of(str(Permission.PLAN_CHANGE))
    return (rows if areas is None else rows.filter(unit__in=areas)).order_by("-plan__year", "title", "pk")
