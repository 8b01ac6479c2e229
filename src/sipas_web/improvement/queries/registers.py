"""Reads of the registers: training, campaigns; discipline, limited to who may see it."""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Count, Q, QuerySet, Sum

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Campaign as Campaign
from sipas_web.improvement.models import Discipline as Discipline
from sipas_web.improvement.models import Measure, TrainingGroup
from sipas_web.improvement.models import Training as Training
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import plans, tasks
from sipas_web.improvement.queries.tasks import Task
from sipas_web.shared.vietnamese_text import search_key

Entry = TypeVar("Entry", Training, Campaign, Discipline)
ORIGIN = re.compile(r"(?P<kind>measure|task):(?P<pk>\d{1,18})")
TRAINING_SORTS = {"held": "held", "title": "search_key", "unit": "unit__sort_key", "people": "people", "hours": "hours"}
CAMPAIGN_SORTS = {"first": "first", "title": "search_key", "unit": "unit__sort_key", "reach": "reach"}
DISCIPLINE_SORTS = {"decided": "decided", "unit": "unit__sort_key", "outcome": "outcome"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for; empty fields do not limit."""

    year: int | None = None
    text: str = ""
    unit: int | None = None


def trainings(by: Actor, wanted: Wanted, sort: str = "") -> QuerySet[Training]:
    """Sessions of units in the actor's areas, or in which units of theirs took part."""
    rows = Training.objects.select_related("unit")
    areas = _areas(by, Permission.PLAN_VIEW)
    if areas is not None:
        part = TrainingGroup.objects.filter(unit__in=areas).values("training")
        rows = rows.filter(Q(unit__in=areas) | Q(pk__in=part))
    if wanted.unit:
        rows = rows.filter(unit=wanted.unit)
    if wanted.year:
        rows = rows.filter(held__year=wanted.year)
    if wanted.text:
        rows = rows.filter(search_key__contains=search_key(wanted.text))
    return _ordered(rows.annotate(people=Sum("groups__people")), TRAINING_SORTS, sort, "-held")


def training_for(by: Actor, training_id: int) -> Training | None:
    """Give a session the actor may see."""
    return trainings(by, Wanted()).filter(pk=training_id).first()


def groups_of(training: Training) -> QuerySet[TrainingGroup]:
    """Who took part, by unit."""
    return TrainingGroup.objects.filter(training=training).select_related("unit")


def campaigns(by: Actor, wanted: Wanted, sort: str = "") -> QuerySet[Campaign]:
    """Campaigns of units in the actor's areas."""
    rows = Campaign.objects.select_related("unit")
    areas = _areas(by, Permission.PLAN_VIEW)
    rows = rows if areas is None else rows.filter(unit__in=areas)
    if wanted.unit:
        rows = rows.filter(unit=wanted.unit)
    if wanted.year:
        rows = rows.filter(first__year__lte=wanted.year, last__year__gte=wanted.year)
    if wanted.text:
        rows = rows.filter(search_key__contains=search_key(wanted.text))
    return _ordered(rows, CAMPAIGN_SORTS, sort, "-first")


def campaign_for(by: Actor, campaign_id: int) -> Campaign | None:
    """Give a campaign the actor may see."""
    return campaigns(by, Wanted()).filter(pk=campaign_id).first()


def discipline(by: Actor, wanted: Wanted, sort: str = "") -> QuerySet[Discipline]:
    """Decisions on officials of units in the areas in which the actor holds ``improvement.discipline_view``."""
    rows = Discipline.objects.select_related("unit")
    areas = _areas(by, Permission.DISCIPLINE_VIEW)
    rows = rows if areas is None else rows.filter(unit__in=areas)
    if wanted.unit:
        rows = rows.filter(unit=wanted.unit)
    if wanted.year:
        rows = rows.filter(decided__year=wanted.year)
    if wanted.text:
        rows = rows.filter(unit__search_key__contains=search_key(wanted.text))
    return _ordered(rows, DISCIPLINE_SORTS, sort, "-decided")


def discipline_for(by: Actor, discipline_id: int) -> Discipline | None:
    """Give a decision the actor may see."""
    return discipline(by, Wanted()).filter(pk=discipline_id).first()


def first_decision() -> dt.date | None:
    """Give the day of the oldest decision kept."""
    return Discipline.objects.order_by("decided").values_list("decided", flat=True).first()


def carried_by(origins: Collection[str], by: Actor) -> list[Training | Campaign | Discipline]:
    """List what the actor may see of the registers that carries a measure or task out."""
    every = Wanted()
    return [
        *trainings(by, every).filter(origin__in=origins),
        *campaigns(by, every).filter(origin__in=origins),
        *discipline(by, every).filter(origin__in=origins),
    ]


def carried_out(origin: str, by: Actor) -> Task | Measure | None:
    """Give the task or measure that an entry carries out, where the actor may see it."""
    read = ORIGIN.fullmatch(origin)
    if read is None:
        return None
    if read["kind"] == "task":
        return tasks.task_for(by, int(read["pk"]))
    mine = plans.visible(by).values("pk")
    return Measure.objects.filter(pk=int(read["pk"]), plan__in=mine).select_related("plan").first()


def counts(units_: Collection[int], first: dt.date, last: dt.date) -> dict[int, dict[str, int]]:
    """Count sessions, people trained, campaigns and decisions of some units in a period."""
    found: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    held = Training.objects.filter(unit__in=units_, held__range=(first, last))
    begun = Campaign.objects.filter(unit__in=units_, first__range=(first, last))
    decided = Discipline.objects.filter(unit__in=units_, decided__range=(first, last)).exclude(outcome="cleared")
    groups = TrainingGroup.objects.filter(unit__in=units_, training__held__range=(first, last))
    for code, rows in (("trainings", held), ("campaigns", begun), ("discipline", decided)):
        for unit, number in rows.order_by().values_list("unit").annotate(number=Count("pk")):
            found[unit][code] = number
    for unit, number in groups.order_by().values_list("unit").annotate(number=Sum("people")):
        found[unit]["trained"] = number
    return {unit: dict(counted) for unit, counted in found.items()}


def _areas(by: Actor, permission: str) -> Any:
    return by.holder.areas_of(permission) if by.may(permission) else []


def _ordered(rows: QuerySet[Entry], sorts: dict[str, str], sort: str, usual: str) -> QuerySet[Entry]:
    column = sorts.get(sort.removeprefix("-"))
    if column is None:
        return rows.order_by(usual, "-pk")
    return rows.order_by(f"-{column}" if sort.startswith("-") else column, "-pk")
