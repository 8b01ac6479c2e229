"""What who gave a task decides on it: not accepting its completion, dropping it, handing it to another unit."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.tasks import put_duties
from sipas_web.improvement.actions.tasks_carrying import close_requests, open_task, write_entry
from sipas_web.improvement.models import Duty, Task, TaskEntry
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import tasks as reads
from sipas_web.improvement.queries import tasks_parts as parts
from sipas_web.units.queries import Unit


@transaction.atomic
def drop(*, task_id: int, reason: str, by: Actor) -> Task:
    """End a task that no longer has to be done, with the reason. Needs ``improvement.task_give`` over who gave it."""
    task = open_task(task_id)
    unit = parts.require_giver(task, by)
    _refuse_silent(reason)
    today = timezone.localdate()
    state = str(reads.state_of(task, today))
    task.dropped = today
    task.save(update_fields=["dropped"])
    close_requests(task, by)
    write_entry(task, TaskEntry.Kind.DROPPED, unit, by, text=reason)
    record(by=by, action="improvement.task_dropped", subject=task, unit=task.unit, details={"state": state})
    return task


@transaction.atomic
def skip(*, task_id: int, reason: str, by: Actor) -> Task:
    """Leave out one period of a duty that comes again; the next one arises as it would. Needs what dropping needs."""
    task = open_task(task_id)
    unit = parts.require_giver(task, by)
    _refuse_silent(reason)
    if not reads.is_repeating(task):
        raise ValidationError(_("This task does not come again: drop it instead."))
    task.dropped, task.is_skipped = timezone.localdate(), True
    task.save(update_fields=["dropped", "is_skipped"])
    close_requests(task, by)
    write_entry(task, TaskEntry.Kind.SKIPPED, unit, by, text=reason)
    details = {"due": task.first_due.isoformat() if task.first_due else ""}
    record(by=by, action="improvement.task_skipped", subject=task, unit=task.unit, details=details)
    return task


@transaction.atomic
def reopen(*, task_id: int, reason: str, by: Actor) -> Task:
    """Not accept that a task is done, or take up a dropped one. Needs ``improvement.task_give`` over who gave it."""
    task = reads.held(task_id)
    unit = parts.require_giver(task, by)
    _refuse_silent(reason)
    if task.is_open:
        raise ValidationError(_("This task is open."))
    ended = task.done or task.dropped
    task.done, task.dropped, task.is_skipped = None, None, False
    task.save(update_fields=["done", "dropped", "is_skipped"])
    write_entry(task, TaskEntry.Kind.REOPENED, unit, by, text=reason)
    details = {"ended": ended.isoformat() if ended else ""}
    record(by=by, action="improvement.task_reopened", subject=task, unit=task.unit, details=details)
    return task


@transaction.atomic
def hand_over(*, task_id: int, unit: Unit, reason: str, by: Actor) -> Task:
    """Hand an open task to another unit. Needs ``improvement.task_give`` over who gave it and over the new owner."""
    task = open_task(task_id)
    parts.require_giver(task, by)
    by.require(Permission.TASK_GIVE, unit)
    _refuse_silent(reason)
    if unit.pk == task.unit_id or not unit.holds(timezone.localdate()):
        raise ValidationError({"unit": _("Choose another unit that exists today.")})
    return _moved(task, unit, reason, by)


@transaction.atomic
def change_duties(*, task_id: int, duties: list[tuple[Unit, str]], by: Actor) -> Task:
    """Say anew which other units have a part. Needs ``improvement.task_give`` over who gave the task."""
    task = open_task(task_id)
    parts.require_giver(task, by)
    Duty.objects.filter(task=task).delete()
    put_duties(task, duties)
    told = [f"{duty.unit.full_name}: {duty.kind}" for duty in reads.duties_of(task)]
    record(by=by, action="improvement.duties_changed", subject=task, unit=task.unit, details={"duties": told})
    return task


def _moved(task: Task, unit: Unit, reason: str, by: Actor) -> Task:
    before, task.unit = task.unit, unit
    task.save(update_fields=["unit"])
    Duty.objects.filter(task=task, unit=unit).delete()
    told = f"{before.full_name} → {unit.full_name}. {reason}"
    write_entry(task, TaskEntry.Kind.HANDED_OVER, unit, by, text=told, before=before)
    details = {"from": str(before), "to": str(unit)}
    record(by=by, action="improvement.task_handed_over", subject=task, unit=unit, details=details)
    return task


def _refuse_silent(reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
