"""Difficulties: raised by who has a task to do, answered above, rising further when nobody answers."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.tasks_carrying import open_task
from sipas_web.improvement.models import Difficulty, DifficultyStep
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import difficulties as reads
from sipas_web.improvement.tracking_rules import rules_on
from sipas_web.shared import working_days
from sipas_web.units.queries import Unit


@transaction.atomic
def raise_difficulty(*, task_id: int, text: str, by: Actor, proposal: str = "") -> Difficulty:
    """Say what stands in the way of a task; it goes to who gave the task, else to the unit above the owner.

    Needs ``improvement.task_carry`` over the owner. It passes through the office of home affairs where there is one.
    """
    task = open_task(task_id)
    by.require(Permission.TASK_CARRY, task.unit)
    if not text.strip():
        raise ValidationError({"text": _("Say what stands in the way.")})
    today = timezone.localdate()
    at = reads.first_above(task, today)
    if at is None:
        raise ValidationError(_("No unit stands above this one: nobody could answer."))
    made = Difficulty.objects.create(
        task=task, unit=task.unit, text=text.strip(), proposal=proposal.strip(), raised=today, raised_by=by.name,
        at=at, via=reads.office_of(at, task.unit, today), since=today, answer_by=_answer_by(today),
    )  # fmt: skip
    _step(made, DifficultyStep.Kind.RAISED, today, by)
    details = {"at": at.full_name, "answer_by": made.answer_by.isoformat()}
    record(by=by, action="improvement.difficulty_raised", subject=task, unit=task.unit, details=details)
    return made


@transaction.atomic
def pass_on(*, difficulty_id: int, text: str, by: Actor) -> Difficulty:
    """Add the opinion of the office it goes through, or of the unit that holds it. Its time runs on.

    Needs ``improvement.task_give`` or ``improvement.task_carry`` over one of the two.
    """
    row = _open(difficulty_id)
    if not reads.may_pass(row, by):
        raise PermissionDenied
    if not text.strip():
        raise ValidationError({"text": _("Say it in a sentence.")})
    _step(row, DifficultyStep.Kind.PASSED, timezone.localdate(), by, text)
    _recorded(row, "improvement.difficulty_passed_on", by)
    return row


@transaction.atomic
def answer(*, difficulty_id: int, text: str, by: Actor) -> Difficulty:
    """Answer a difficulty. Needs ``improvement.task_give`` over the unit it is at, or one that it rose from."""
    row = _open(difficulty_id)
    unit = reads.answering_unit(row, by)
    if unit is None:
        raise PermissionDenied
    if not text.strip():
        raise ValidationError({"text": _("Say what is decided, or what the unit shall do.")})
    today = timezone.localdate()
    row.answered, row.answer, row.answered_by, row.answered_unit = today, text.strip(), by.name, unit
    row.save()
    _step(row, DifficultyStep.Kind.ANSWERED, today, by, at=unit)
    _recorded(row, "improvement.difficulty_answered", by)
    return row


@transaction.atomic
def rise_unanswered(*, on: dt.date, by: Actor) -> int:
    """Take every difficulty whose time to be answered has passed one unit up; for the server itself, every day.

    At the top it stays and is listed. Doing so twice a day does nothing the second time.
    """
    by.require_everywhere(Permission.TASK_GIVE)
    risen = 0
    for row in reads.late(on).select_for_update(of=("self",)):
        above = reads.above(row.at, on)
        if above is None:
            continue
        row.at, row.via = above, reads.office_of(above, row.at, on)
        row.since, row.answer_by = on, _answer_by(on)
        row.save()
        _step(row, DifficultyStep.Kind.RISEN, on, by)
        _recorded(row, "improvement.difficulty_risen", by)
        risen += 1
    return risen


def _open(difficulty_id: int) -> Difficulty:
    row = Difficulty.objects.select_for_update(of=("self",)).select_related("task", "unit", "at", "via").get(
        pk=difficulty_id
    )  # fmt: skip
    if row.answered is not None:
        told = {"name": row.answered_by, "day": date_format(row.answered, "SHORT_DATE_FORMAT")}
        raise ValidationError(_("%(name)s answered this on %(day)s.") % told)
    return row


def _answer_by(day: dt.date) -> dt.date:
    return working_days.after(day, rules_on(day).answer_within)


def _step(row: Difficulty, kind: str, on: dt.date, by: Actor, text: str = "", at: Unit | None = None) -> None:
    DifficultyStep.objects.create(
        difficulty=row, kind=kind, on=on, at=at or row.at, text=text.strip(), created_by=by.name
    )


def _recorded(row: Difficulty, action: str, by: Actor) -> None:
    details = {"at": row.at.full_name, "answer_by": row.answer_by.isoformat()}
    record(by=by, action=action, subject=row, unit=row.unit, details=details)
