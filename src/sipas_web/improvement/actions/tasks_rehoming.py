"""Open work of units that have ended goes to the one that took each over; recorded unit by unit."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.tasks_carrying import write_entry
from sipas_web.improvement.models import Difficulty, DifficultyStep, Duty, TaskEntry
from sipas_web.improvement.queries import tasks_homes as homes
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit


@transaction.atomic
def rehome_everything(*, by: Actor) -> int:
    """Do so for every unit that has ended. Part of the act that ended them, which asked for its permission.

    Where several units took one over, its tasks stay with it until somebody hands them over, and are listed so.
    """
    moved = 0
    for unit in homes.ended_units():
        successor = units.successor_of(unit)
        if successor is not None:
            moved += _rehome(unit, successor, by)
    return moved


def _rehome(unit: Unit, successor: Unit, by: Actor) -> int:
    tasks = list(homes.open_tasks().select_for_update(of=("self",)).filter(unit=unit))
    for task in tasks:
        task.unit = successor
        task.save(update_fields=["unit"])
        told = f"{unit.full_name} → {successor.full_name}"
        write_entry(task, TaskEntry.Kind.HANDED_OVER, successor, by, text=told, before=unit)
    Duty.objects.filter(task__in=[task.pk for task in tasks], unit=successor).delete()  # it owns them now
    homes.open_tasks().filter(giver=unit).update(giver=successor)
    duties = _move_duties(unit, successor)
    difficulties = _move_difficulties(unit, successor, by)
    details = {
        "tasks": len(tasks), "duties": duties, "difficulties": difficulties, "from": str(unit), "to": str(successor)
    }  # fmt: skip
    record(by=by, action="improvement.tasks_rehomed", subject=unit, unit=successor, details=details)
    return len(tasks)


def _move_duties(unit: Unit, successor: Unit) -> int:
    rows = list(Duty.objects.filter(unit=unit, task__in=homes.open_tasks()).select_related("task"))
    for duty in rows:
        there = Duty.objects.filter(task=duty.task, unit=successor, kind=duty.kind).exists()
        if there or duty.task.unit_id == successor.pk:
            duty.delete()
        else:
            duty.unit = successor
            duty.save(update_fields=["unit"])
    return len(rows)


def _move_difficulties(unit: Unit, successor: Unit, by: Actor) -> int:
    waiting = Difficulty.objects.filter(answered__isnull=True)
    waiting.filter(via=unit).update(via=successor)
    rows = list(waiting.select_for_update(of=("self",)).filter(at=unit))
    for row in rows:
        row.at = successor
        row.save(update_fields=["at"])
        DifficultyStep.objects.create(
            difficulty=row, kind=DifficultyStep.Kind.REHOMED, on=timezone.localdate(), at=successor, created_by=by.name
        )
    return len(rows)
