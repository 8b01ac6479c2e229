"""Who is to be urged by the rule, and the letters written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Duty, Task
from sipas_web.improvement.models import UrgedTask as UrgedTask
from sipas_web.improvement.models import Urging as Urging
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.tasks_homes import open_tasks
from sipas_web.improvement.tracking_rules import passed_since, rules_on
from sipas_web.units.queries import Unit


@dataclass(slots=True)
class UrgeLine:
    """A unit with the overdue tasks for which it is to be urged."""

    unit: Unit
    tasks: list[Task] = field(default_factory=list)
    last: Urging | None = None  # the newest letter to it that names one of them

    @property
    def longest(self) -> dt.date | None:
        """The earliest deadline among them."""
        return min((task.due for task in self.tasks if task.due), default=None)


def to_urge(by: Actor, day: dt.date) -> list[UrgeLine]:
    """List the units that an actor has to urge on a day, by the rule of that day. Two queries."""
    return _lines(overdue_for(by, day), day)


def to_urge_from(units: frozenset[int], day: dt.date) -> list[UrgeLine]:
    """List whom some units (ids) have to urge on a day: those to which they gave tasks, or that they follow."""
    return _lines(list(_overdue(given_or_followed(units), day)), day) if units else []


def unsent(units: frozenset[int], most: int) -> list[Urging]:
    """List the letters of some units (ids) that were drawn up and not yet noted as sent."""
    rows = Urging.objects.filter(issuer__in=units, sent__isnull=True).select_related("unit")
    return list(rows.order_by("on", "pk")[:most])


def _lines(tasks: list[Task], day: dt.date) -> list[UrgeLine]:
    lines: dict[int, UrgeLine] = {}
    for task in tasks:
        lines.setdefault(task.unit_id, UrgeLine(task.unit)).tasks.append(task)
    for letter in _letters_of(lines, [t.pk for line in lines.values() for t in line.tasks]):
        line = lines[letter.unit_id]
        line.last = line.last or letter
    return sorted(lines.values(), key=lambda line: (line.longest or day, line.unit.sort_key, line.unit.pk))


def overdue_for(by: Actor, day: dt.date, unit: Unit | None = None) -> list[Task]:
    """List the overdue tasks that an actor gave or follows, and that no letter named of late; the earliest first."""
    tasks = _overdue(_of_actor(by), day)
    return list(tasks.filter(unit=unit) if unit is not None else tasks)


def _overdue(tasks: QuerySet[Task], day: dt.date) -> QuerySet[Task]:
    rules = rules_on(day)
    due_before = passed_since(day, rules.urge_after)
    named_since = passed_since(day, rules.urge_again)
    named = UrgedTask.objects.filter(task=OuterRef("pk"), urging__on__gt=named_since)
    late = tasks.filter(~Exists(named), due__lte=due_before, due__lt=day)
    return late.select_related("unit", "giver", "directive").order_by("due", "pk")


def _of_actor(by: Actor) -> QuerySet[Task]:
    if not by.may(Permission.TASK_GIVE):
        return Task.objects.none()
    areas = by.holder.areas_of(str(Permission.TASK_GIVE))
    return open_tasks().filter(giver__isnull=False) if areas is None else given_or_followed(areas)


def given_or_followed(areas: Any) -> QuerySet[Task]:
    """Limit open tasks to those that some units (ids) gave to others, or follow."""
    monitors = Duty.objects.filter(task=OuterRef("pk"), kind=Duty.Kind.MONITOR, unit__in=areas)
    given = Q(giver__in=areas) & ~Q(giver=F("unit"))
    return open_tasks().filter(given | Exists(monitors))


def _letters_of(lines: Iterable[int], tasks: list[int]) -> QuerySet[Urging]:
    naming = UrgedTask.objects.filter(urging=OuterRef("pk"), task__in=tasks)
    return Urging.objects.filter(Exists(naming), unit__in=list(lines)).order_by("-on", "-pk")


def letters(by: Actor) -> QuerySet[Urging]:
    """Letters to units of the actor's areas, or from there; the newest first."""
    if not by.may(Permission.TASK_VIEW):
        return Urging.objects.none()
    rows = Urging.objects.select_related("unit", "issuer").order_by("-on", "-pk")
    areas = by.holder.areas_of(str(Permission.TASK_VIEW))
    return rows if areas is None else rows.filter(Q(unit__in=areas) | Q(issuer__in=areas))


def letter_for(by: Actor, urging_id: int) -> Urging | None:
    """Give a letter the actor may see, with its tasks."""
    tasks = Prefetch("tasks", UrgedTask.objects.select_related("task__directive").order_by("due", "pk"))
    return letters(by).prefetch_related(tasks).filter(pk=urging_id).first()


def naming(task: Task) -> QuerySet[UrgedTask]:
    """List the letters that name a task."""
    return UrgedTask.objects.filter(task=task).select_related("urging").order_by("urging__on", "pk")


def earlier(letter: Urging) -> list[Urging]:
    """List the letters before one that named any of its tasks, the newest first."""
    tasks = UrgedTask.objects.filter(urging=letter).values("task")
    naming = UrgedTask.objects.filter(urging=OuterRef("pk"), task__in=tasks)
    return list(Urging.objects.filter(Exists(naming), pk__lt=letter.pk).order_by("-pk"))


def issuers(units: frozenset[int]) -> QuerySet[Unit]:
    """List the units in whose name somebody who works at some units (ids) may urge."""
    return Unit.objects.filter(pk__in=units).order_by("sort_key", "pk")


@dataclass(frozen=True, slots=True)
class UrgedLine:
    """A task in a letter, as the letter has it and as it is now."""

    urged: UrgedTask
    days_late: int


def lines_of(letter: Urging) -> list[UrgedLine]:
    """List the tasks of a letter with the days they were late on its day."""
    return [UrgedLine(one, (letter.on - one.due).days) for one in letter.tasks.all()]
