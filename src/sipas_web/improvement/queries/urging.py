"""Who is to be urged by the rule, and the letters written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Duty, Task, UrgedTask
from sipas_web.improvement.models import Urging as Urging
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.tasks_homes import open_tasks
from sipas_web.improvement.tracking_rules import rules_on
from sipas_web.shared import working_days
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
    """List the units that an actor has to urge on a day, by the rule of that day. Three queries."""
    lines: dict[int, UrgeLine] = {}
    for task in overdue_for(by, day):
        lines.setdefault(task.unit_id, UrgeLine(task.unit)).tasks.append(task)
    for letter in _letters_of(lines, [t.pk for line in lines.values() for t in line.tasks]):
        line = lines[letter.unit_id]
        line.last = line.last or letter
    return sorted(lines.values(), key=lambda line: (line.longest or day, line.unit.sort_key, line.unit.pk))


def overdue_for(by: Actor, day: dt.date, unit: Unit | None = None) -> list[Task]:
    """List the overdue tasks that an actor gave or follows, and that no letter named of late; the earliest first."""
    rules = rules_on(day)
    due_before = working_days.before(day, rules.urge_after)
    named_since = working_days.before(day, rules.urge_again)
    named = UrgedTask.objects.filter(task=OuterRef("pk"), urging__on__gt=named_since)
    tasks = _of_actor(by).filter(~Exists(named), due__lte=due_before, due__lt=day)
    if unit is not None:
        tasks = tasks.filter(unit=unit)
    return list(tasks.select_related("unit", "giver", "directive").order_by("due", "pk"))


def _of_actor(by: Actor) -> QuerySet[Task]:
    if not by.may(Permission.TASK_GIVE):
        return Task.objects.none()
    areas = by.holder.areas_of(str(Permission.TASK_GIVE))
    if areas is None:
        return open_tasks().filter(giver__isnull=False)
    monitors = Duty.objects.filter(task=OuterRef("pk"), kind=Duty.Kind.MONITOR, unit__in=areas)
    return open_tasks().filter(Q(giver__in=areas) | Exists(monitors))


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
