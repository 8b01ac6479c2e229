"""Reads of tasks: who sees them, where they stand, what is counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.improvement.directive_deadlines import REPEATING
from sipas_web.improvement.models import Difficulty, Directive, Duty, Extension, Provision
from sipas_web.improvement.models import Task as Task
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.task_states import Days, State, state_on


class StatedTasks(QuerySet[Task]):
    """Tasks that tell where they stand."""

    def state_of(self, task: Task, today: dt.date, *, original: bool = False) -> State | None:
        """Say where a task stands on a day by its newest deadline, or by the original one."""
        return state_of(task, today, original=original)


def of_origin(origin: str) -> StatedTasks:
    """List the tasks that came from something: ``measure:12``."""
    return StatedTasks(Task).filter(origin=origin).select_related("unit", "giver").prefetch_related(GRANTED)


def days_of(task: Task) -> Days:
    """Give the days of a task that decide; asks for its extensions unless they were fetched with it."""
    granted = tuple(days for row in task.extensions.all() if (days := row.days()) is not None)
    return Days(task.given, task.first_due, granted, task.done, task.dropped)


def state_of(task: Task, today: dt.date, *, original: bool = False) -> State | None:
    """Say where a task stands on a day by its newest deadline, or by the original one."""
    return state_on(days_of(task), today, original=original)


GRANTED = Prefetch("extensions", Extension.objects.order_by("pk"))


def held(task_id: int) -> Task:
    """Hold a task for a change until the end of the transaction."""
    return Task.objects.select_for_update(of=("self",)).select_related("unit", "giver").get(pk=task_id)


def visible(by: Actor, permission: str = Permission.TASK_VIEW) -> QuerySet[Task]:
    """Tasks of the actor's areas: as owner, giver, unit taking part, or asked about a difficulty."""
    if not by.may(permission):
        return Task.objects.none()
    areas = by.holder.areas_of(str(permission))
    if areas is None:
        return Task.objects.all()
    with_duty = Exists(Duty.objects.filter(task=OuterRef("pk"), unit__in=areas))
    hard = Difficulty.objects.filter(Q(at__in=areas) | Q(via__in=areas), task=OuterRef("pk"))
    return Task.objects.filter(Q(unit__in=areas) | Q(giver__in=areas) | with_duty | Exists(hard))


def task_for(by: Actor, task_id: int) -> Task | None:
    """Give a task the actor may see."""
    return visible(by).select_related("unit", "giver", "directive").prefetch_related(GRANTED).filter(pk=task_id).first()


def periods_beside(task: Task, by: Actor) -> tuple[Task | None, Task | None]:
    """Give the tasks of the same duty in the period before and after, as far as the actor may see them."""
    seen = visible(by).order_by()
    before = seen.filter(pk=task.follows_id).first() if task.follows_id else None
    return before, seen.filter(follows=task).first()


def is_repeating(task: Task) -> bool:
    """Say whether a task is one period of a duty that comes again by a directive in force."""
    kind, _, key = task.origin.partition(":")
    if kind != "provision" or not key.isdecimal():
        return False
    return repeating().filter(pk=int(key)).exists()


def repeating() -> QuerySet[Provision]:
    """List the orders that come again and again, of directives in force."""
    orders = Provision.objects.filter(is_task=True, period__in=REPEATING, due__isnull=False)
    return orders.filter(directive__state=Directive.State.KEPT).select_related("directive").order_by("pk")


def duties_of(task: Task) -> QuerySet[Duty]:
    """List the other units with a part in a task."""
    return Duty.objects.filter(task=task).select_related("unit").order_by("kind", "unit__sort_key", "pk")


def days_of_all(tasks: QuerySet[Task]) -> Iterable[Days]:
    """Give the days of many tasks. Two queries."""
    return [days_of(task) for task in tasks.prefetch_related(GRANTED)]
