"""Everything that happened to a task, in order of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sipas_web.improvement.queries import difficulties, tasks_events, urging
from sipas_web.improvement.queries.tasks import Task

TONES = {
    "done": "good",
    "reopened": "warning",
    "dropped": "warning",
    "skipped": "warning",
    "risen": "bad",
    "answered": "good",
}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened."""

    moment: dt.datetime
    label: str
    tone: str = ""
    unit: str = ""
    who: str = ""
    text: str = ""
    note: str = ""
    files: Sequence[Any] = ()
    url: tuple[str, int] | None = None  # name of an address and its key


def timeline(task: Task) -> list[Event]:
    """Give everything, the newest first."""
    events = [*_entries(task), *_extensions(task), *_difficulties(task), *_letters(task)]
    return sorted(events, key=lambda event: event.moment, reverse=True)


def _entries(task: Task) -> Iterator[Event]:
    for entry in tasks_events.entries_of(task):
        notes = []
        if entry.percent is not None:
            notes.append(f"{entry.percent} %")
        if entry.on != timezone.localdate(entry.created):
            notes.append(_("about %(day)s") % {"day": _day(entry.on)})
        unit = entry.unit.full_name if entry.unit else ""
        yield Event(
            entry.created, entry.get_kind_display(), TONES.get(entry.kind, ""), unit, entry.created_by, entry.text,
            " · ".join(notes), list(entry.files.all()),
        )  # fmt: skip


def _extensions(task: Task) -> Iterator[Event]:
    for row in task.extensions.all():
        told = {"before": _day(row.before), "wanted": _day(row.wanted)}
        asked = _("%(before)s → %(wanted)s") % told
        yield Event(row.created, _("more time asked"), "", task.unit.full_name, row.asked_by, row.reason, asked)
        if row.closed is not None and row.granted is not None:
            note = _("%(before)s → %(wanted)s") % {"before": _day(row.before), "wanted": _day(row.granted)}
            yield Event(row.closed, _("more time granted"), "warning", "", row.decided_by, row.answer, note)
        elif row.closed is not None:
            yield Event(row.closed, _("more time not granted"), "", "", row.decided_by, row.answer)


def _difficulties(task: Task) -> Iterator[Event]:
    for row in difficulties.of_task(task):
        for step in row.steps.all():
            text = {"raised": row.text, "answered": row.answer}.get(step.kind, step.text)
            label = _("difficulty: %(step)s") % {"step": step.get_kind_display()}
            note = _("at %(unit)s") % {"unit": step.at.full_name}
            yield Event(
                step.created, label, TONES.get(step.kind, ""), "", step.created_by, text, note,
                url=("difficulty_detail", row.pk),
            )  # fmt: skip


def _letters(task: Task) -> Iterator[Event]:
    for row in urging.naming(task):
        letter = row.urging
        sent = _("sent on %(day)s, %(reference)s")
        note = sent % {"day": _day(letter.sent), "reference": letter.reference} if letter.sent else _("not sent yet")
        yield Event(
            letter.created, _("urged by letter"), "warning", letter.agency, letter.created_by, note=note,
            url=("urging_detail", letter.pk),
        )  # fmt: skip


def _day(day: dt.date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")
