"""Reads of difficulties: where they go, who answers, which wait."""

from __future__ import annotations

import datetime as dt

from django.db.models import Prefetch, Q, QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Difficulty as Difficulty
from sipas_web.improvement.models import DifficultyStep, Task
from sipas_web.improvement.permissions import Permission
from sipas_web.units import queries as units
from sipas_web.units.kinds import Kind
from sipas_web.units.models import Membership
from sipas_web.units.queries import Unit

# Search keys of the offices through which a place is reached, by the kind of the place.
OFFICES = {
    Kind.PROVINCE: ("so noi vu",),
    Kind.DISTRICT: ("phong noi vu",),
    Kind.COMMUNE: ("phong van hoa", "van phong"),
}
STATES = ("waiting", "late", "answered")


def first_above(task: Task, on: dt.date) -> Unit | None:
    """Give who answers the difficulties of a task first: who gave it, else the unit above its owner."""
    giver = task.giver
    if giver is not None and giver.pk != task.unit_id and giver.holds(on):
        return giver
    return above(task.unit, on)


def above(unit: Unit, on: dt.date) -> Unit | None:
    """Give the unit directly above on a day; None at the top."""
    return units.parent_at(unit, on)


def office_of(place: Unit, asking: Unit, on: dt.date) -> Unit | None:
    """Give the one office of home affairs through which a place is reached; None where there is none, or several."""
    beginnings = OFFICES.get(Kind(place.kind), ())
    inside = Membership.objects.filter(parent=place, valid_from__lte=on, valid_to__gte=on).values("unit")
    agencies = Unit.objects.filter(pk__in=inside, kind=Kind.AGENCY).exclude(pk=asking.pk)
    for beginning in beginnings:
        found = list(agencies.filter(search_key__startswith=beginning).order_by("pk")[:2])
        if len(found) == 1:
            return found[0]
    return None


def answering_unit(row: Difficulty, by: Actor) -> Unit | None:
    """Give the unit for which an actor may answer: where it is, or where it was before it rose."""
    places = {row.at_id: row.at}
    for step in row.steps.select_related("at").order_by("-pk"):
        places.setdefault(step.at_id, step.at)
    return next((unit for unit in places.values() if by.may(Permission.TASK_GIVE, unit)), None)


def may_pass(row: Difficulty, by: Actor) -> bool:
    """Say whether an actor may add an opinion: for the office it goes through, or the unit that holds it."""
    units = [unit for unit in (row.via, row.at) if unit is not None]
    return any(
        by.may(permission, unit) for permission in (Permission.TASK_GIVE, Permission.TASK_CARRY) for unit in units
    )


def late(on: dt.date) -> QuerySet[Difficulty]:
    """Difficulties whose time to be answered has passed, of tasks that were not dropped."""
    rows = Difficulty.objects.filter(answered__isnull=True, answer_by__lt=on, task__dropped__isnull=True)
    return rows.select_related("task", "unit", "at", "via").order_by("pk")


def visible(by: Actor) -> QuerySet[Difficulty]:
    """Difficulties raised in the actor's areas, or that are or were to be answered there."""
    if not by.may(Permission.TASK_VIEW):
        return Difficulty.objects.none()
    rows = Difficulty.objects.select_related("task", "unit", "at", "via")
    areas = by.holder.areas_of(str(Permission.TASK_VIEW))
    if areas is None:
        return rows
    been = DifficultyStep.objects.filter(at__in=areas).values("difficulty")
    return rows.filter(Q(unit__in=areas) | Q(at__in=areas) | Q(via__in=areas) | Q(pk__in=been))


def listed(by: Actor, state: str, today: dt.date) -> QuerySet[Difficulty]:
    """List difficulties: those that wait, of these the late ones, or those answered."""
    rows = visible(by)
    if state == "answered":
        return rows.filter(answered__isnull=False).order_by("-answered", "-pk")
    rows = rows.filter(answered__isnull=True, task__dropped__isnull=True).order_by("answer_by", "pk")
    return rows.filter(answer_by__lt=today) if state == "late" else rows


def difficulty_for(by: Actor, difficulty_id: int) -> Difficulty | None:
    """Give a difficulty the actor may see."""
    return visible(by).filter(pk=difficulty_id).first()


def of_task(task: Task) -> QuerySet[Difficulty]:
    """List the difficulties of a task with their steps."""
    steps = Prefetch("steps", DifficultyStep.objects.select_related("at").order_by("pk"))
    rows = Difficulty.objects.filter(task=task).select_related("unit", "at", "via", "answered_unit")
    return rows.prefetch_related(steps).order_by("pk")


def steps_of(row: Difficulty) -> QuerySet[DifficultyStep]:
    """List what happened to a difficulty."""
    return DifficultyStep.objects.filter(difficulty=row).select_related("at").order_by("pk")


def to_answer(units_of: frozenset[int], most: int) -> QuerySet[Difficulty]:
    """List what some units (ids) have to answer, the earliest first."""
    mine = Q(at__in=units_of) | Q(via__in=units_of)
    rows = Difficulty.objects.filter(mine, answered__isnull=True, task__dropped__isnull=True)
    return rows.select_related("task", "unit", "at").order_by("answer_by", "pk")[:most]
