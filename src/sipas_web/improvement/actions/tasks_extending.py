"""More time for a task: asked by its owner with a reason, granted or refused by who gave it. Every request is kept."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.tasks_carrying import open_task
from sipas_web.improvement.models import Extension, Task
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import tasks_parts as parts


@transaction.atomic
def ask_extension(*, task_id: int, wanted: dt.date, reason: str, by: Actor) -> Extension:
    """Ask for more time. Needs ``improvement.task_carry`` over the owner; one request at a time."""
    task = open_task(task_id)
    by.require(Permission.TASK_CARRY, task.unit)
    due = _dated(task)
    if Extension.objects.filter(task=task, decided__isnull=True).exists():
        raise ValidationError(_("A request for more time waits for its answer already."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why more time is needed.")})
    _refuse_early(wanted, due, "wanted")
    asked = Extension.objects.create(
        task=task, asked=timezone.localdate(), asked_key=by.key, asked_by=by.name, reason=reason.strip(),
        wanted=wanted, before=due,
    )  # fmt: skip
    details = {"before": due.isoformat(), "wanted": wanted.isoformat()}
    record(by=by, action="improvement.extension_asked", subject=task, unit=task.unit, details=details)
    return asked


@transaction.atomic
def decide_extension(*, extension_id: int, granted: dt.date | None, by: Actor, answer: str = "") -> Extension:
    """Grant a new deadline, or refuse with a reason. Needs ``improvement.task_give`` over who gave the task.

    Who asked does not decide. The original deadline stays as it was.
    """
    task_id = Extension.objects.values_list("task_id", flat=True).get(pk=extension_id)
    task = open_task(task_id)
    parts.require_giver(task, by)
    asked = Extension.objects.select_for_update().get(pk=extension_id)
    _refuse_decision(asked, by)
    asked.decided, asked.decided_by, asked.granted = timezone.localdate(), by.name, granted
    asked.closed, asked.answer = timezone.now(), answer.strip()
    if granted is None and not asked.answer:
        raise ValidationError({"answer": _("Say why it is refused.")})
    if granted is not None:
        _refuse_early(granted, asked.before, "granted")
        task.due = granted
        task.save(update_fields=["due"])
    asked.save()
    details = {"before": asked.before.isoformat(), "granted": granted.isoformat() if granted else ""}
    record(by=by, action="improvement.extension_decided", subject=task, unit=task.unit, details=details)
    return asked


def _dated(task: Task) -> dt.date:
    if task.due is None:
        raise ValidationError(_("This task has no deadline that could be extended."))
    return task.due


def _refuse_early(day: dt.date, due: dt.date, name: str) -> None:
    if day <= due:
        told = {"due": date_format(due, "SHORT_DATE_FORMAT")}
        raise ValidationError({name: _("The new deadline must be later than %(due)s.") % told})


def _refuse_decision(asked: Extension, by: Actor) -> None:
    if asked.decided is not None:
        told = {"name": asked.decided_by, "day": date_format(asked.decided, "SHORT_DATE_FORMAT")}
        raise ValidationError(_("%(name)s decided on this request on %(day)s.") % told)
    if asked.asked_key == by.key:
        raise ValidationError(_("Who asked for more time does not decide on it: another person has to."))
