"""Who has which part in a task, and for which of its units an actor speaks."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Duty, Task
from sipas_web.improvement.permissions import Permission
from sipas_web.units.queries import Unit


def giving_unit(task: Task) -> Unit:
    """Give the unit that decides on a task: who gave it; its owner where it was taken on."""
    return task.giver or task.unit


def carrier(task: Task, by: Actor) -> Unit | None:
    """Give the unit for which an actor carries a task out: its owner, else one that leads."""
    return _first(by, [Permission.TASK_CARRY], [task.unit, *_with_duty(task, Duty.Kind.LEAD)])


def speaker(task: Task, by: Actor) -> Unit | None:
    """Give the unit for which an actor may comment on a task."""
    units = [task.unit, *_with_duty(task, *Duty.Kind), giving_unit(task)]
    return _first(by, [Permission.TASK_CARRY, Permission.TASK_GIVE], units)


def require_carrier(task: Task, by: Actor) -> Unit:
    """Give that unit, or refuse."""
    return _or_refuse(carrier(task, by))


def require_part(task: Task, by: Actor) -> Unit:
    """Give the unit for which an actor comments, or refuse."""
    return _or_refuse(speaker(task, by))


def require_giver(task: Task, by: Actor) -> Unit:
    """Give the unit that decides on a task, or refuse who does not speak for it."""
    unit = giving_unit(task)
    by.require(Permission.TASK_GIVE, unit)
    return unit


def decides(task: Task, by: Actor) -> bool:
    """Say whether an actor decides on a task."""
    return by.may(Permission.TASK_GIVE, giving_unit(task))


def _with_duty(task: Task, *kinds: str) -> list[Unit]:
    rows = Duty.objects.filter(task=task, kind__in=kinds).select_related("unit").order_by("pk")
    return [duty.unit for duty in rows]


def _first(by: Actor, permissions: list[str], units: list[Unit]) -> Unit | None:
    pairs = ((unit, permission) for permission in permissions for unit in units)
    return next((unit for unit, permission in pairs if by.may(permission, unit)), None)


def _or_refuse(unit: Unit | None) -> Unit:
    if unit is None:
        raise PermissionDenied
    return unit
