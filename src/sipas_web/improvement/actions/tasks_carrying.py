"""What who has a task to do says about it: progress, comments, completion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.evidence_files import Stored
from sipas_web.improvement.models import Evidence, Extension, Task, TaskEntry
from sipas_web.improvement.queries import tasks as reads
from sipas_web.improvement.queries import tasks_parts as parts
from sipas_web.units.queries import Unit

NEEDLESS = "Nhiệm vụ đã kết thúc, không còn cần gia hạn."  # data, as the log of extensions shows it


@transaction.atomic
def report_progress(*, task_id: int, percent: int, text: str, by: Actor, files: Iterable[Stored] = ()) -> TaskEntry:
    """Say how far a task is. Needs ``improvement.task_carry`` over its owner or a unit that leads."""
    task = open_task(task_id)
    unit = parts.require_carrier(task, by)
    if not 0 <= percent <= 100:
        raise ValidationError({"percent": _("From 0 to 100.")})
    _refuse_empty(text)
    task.percent = percent
    task.save(update_fields=["percent"])
    entry = write_entry(task, TaskEntry.Kind.PROGRESS, unit, by, text=text, percent=percent, files=files)
    _recorded(task, "improvement.task_progress", by, {"percent": percent, "files": entry.files.count()})
    return entry


@transaction.atomic
def comment(*, task_id: int, text: str, by: Actor, files: Iterable[Stored] = ()) -> TaskEntry:
    """Say something about a task, also a closed one. Needs a permission on tasks over any unit with a part in it."""
    task = reads.held(task_id)
    unit = parts.require_part(task, by)
    _refuse_empty(text)
    entry = write_entry(task, TaskEntry.Kind.COMMENT, unit, by, text=text, files=files)
    _recorded(task, "improvement.task_commented", by, {"from": unit.full_name, "files": entry.files.count()})
    return entry


@transaction.atomic
def complete(
    *, task_id: int, by: Actor, on: dt.date | None = None, text: str = "", files: Iterable[Stored] = ()
) -> Task:
    """Say that a task is done; an earlier day needs words or files that show it. Both days stay on record.

    Needs ``improvement.task_carry`` over its owner or a unit that leads. Of two at once the second is told so.
    """
    task = open_task(task_id)
    unit = parts.require_carrier(task, by)
    today, shown = timezone.localdate(), list(files)
    day = on or today
    if not task.given <= day <= today:
        raise ValidationError({"on": _("The day lies between the one on which the task was given and today.")})
    if day < today and not (text.strip() and shown):
        message = _("For a day before today, say what was done and attach a file that shows it.")
        raise ValidationError({"on": message})
    task.done, task.percent = day, 100
    task.save(update_fields=["done", "percent"])
    close_requests(task, by)
    write_entry(task, TaskEntry.Kind.DONE, unit, by, on=day, text=text, percent=100, files=shown)
    details = {"on": day.isoformat(), "state": str(reads.state_of(task, today)), "files": len(shown)}
    _recorded(task, "improvement.task_done", by, details)
    return task


def open_task(task_id: int) -> Task:
    """Hold a task that still has to be done, or say since when it has not."""
    task = reads.held(task_id)
    if task.done is not None:
        day = date_format(task.done, "SHORT_DATE_FORMAT")
        raise ValidationError(_("This task was already reported as completed on %(day)s.") % {"day": day})
    if task.dropped is not None:
        day = date_format(task.dropped, "SHORT_DATE_FORMAT")
        raise ValidationError(_("This task was dropped on %(day)s.") % {"day": day})
    return task


def write_entry(
    task: Task,
    kind: str,
    unit: Unit | None,
    by: Actor,
    *,
    on: dt.date | None = None,
    text: str = "",
    percent: int | None = None,
    before: Unit | None = None,
    files: Iterable[Stored] = (),
) -> TaskEntry:
    """Write an entry with its files."""
    entry = TaskEntry.objects.create(
        task=task, kind=kind, unit=unit, on=on or timezone.localdate(), text=text.strip(), percent=percent,
        before=before, created_by=by.name,
    )  # fmt: skip
    Evidence.objects.bulk_create([
        Evidence(entry=entry, name=f.name, stored=f.stored, kind=f.kind, size=f.size, sha256=f.sha256) for f in files
    ])
    return entry


def close_requests(task: Task, by: Actor) -> None:
    """Close a request for more time that a task which has ended does not need."""
    Extension.objects.filter(task=task, decided__isnull=True).update(
        decided=timezone.localdate(), closed=timezone.now(), decided_by=by.name, answer=NEEDLESS
    )


def _refuse_empty(text: str) -> None:
    if not text.strip():
        raise ValidationError({"text": _("Say it in a sentence.")})


def _recorded(task: Task, action: str, by: Actor, details: dict[str, object]) -> None:
    record(by=by, action=action, subject=task, unit=task.unit, details=details)
