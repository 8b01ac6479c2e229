"""What waits for a person, from every app: for the page, the calendar and the menu."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_stubs_ext import StrOrPromise

from sipas_web.accounts.own_areas import own_areas
from sipas_web.audit.actors import Actor
from sipas_web.improvement.calendar_feed import Entry, calendar
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import difficulties, urging
from sipas_web.improvement.queries import tasks_lists as lists
from sipas_web.improvement.tracking_rules import rules_on
from sipas_web.shared import waiting, working_days
from sipas_web.shared.waiting import Source, Waiting

MOST = 100  # of one kind
OWN = "improvement."


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to do on the page."""

    waiting: Waiting
    days: int | None  # until the last day; below 0: late
    tone: str
    said: str


@dataclass(frozen=True, slots=True)
class Group:
    """One kind of things to do."""

    label: StrOrPromise
    rows: Sequence[Row]
    late: int
    is_cut: bool


def groups(by: Actor) -> list[Group]:
    """Give everything that waits, by kind; kinds without anything are left out."""
    today = timezone.localdate()
    until = lists.remind_until(today)
    found = [(source, _rows(source, by)) for source in waiting.sources()]
    return [_group(source, rows, today, until) for source, rows in found if rows]


def feed(by: Actor, absolute: Callable[[str], str]) -> bytes:
    """Give what waits and has a last day as a calendar. Titles of other parts stay out: they may be of citizens."""
    entries = []
    for source in waiting.sources():
        for row in _rows(source, by):
            if row.due is not None:
                title = f"{source.label}: {row.title}" if source.code.startswith(OWN) else str(source.label)
                remind = working_days.before(row.due, rules_on(row.due).remind_before)
                entries.append(Entry(row.key, title, row.unit, row.due, absolute(row.url), remind))
    return calendar(_("SIPAS: what waits for me"), entries, timezone.now())


def count(user: Any) -> int:
    """Count the tasks at a person's own units that are overdue or due soon, for the menu. One query."""
    return lists.count_soon(own_areas(user, Permission.TASK_CARRY))


def own_tasks(by: Actor, most: int) -> Sequence[Waiting]:
    """List open tasks of the units at which a person works."""
    rows = lists.own_open(own_areas(by.holder, Permission.TASK_CARRY), most)
    return [Waiting(f"improvement.task:{t.pk}", t.title, _task(t.pk), t.unit.full_name, t.due) for t in rows]


def to_decide(by: Actor, most: int) -> Sequence[Waiting]:
    """List requests for more time that a person's units have to decide on."""
    rows = lists.requests_to_decide(own_areas(by.holder, Permission.TASK_GIVE), most)
    return [
        Waiting(f"improvement.extension:{r.pk}", r.task.title, _task(r.task_id), r.task.unit.full_name, r.before)
        for r in rows
    ]


def to_answer(by: Actor, most: int) -> Sequence[Waiting]:
    """List difficulties that a person's units have to answer."""
    rows = difficulties.to_answer(own_areas(by.holder, Permission.TASK_GIVE), most)
    return [
        Waiting(
            f"improvement.difficulty:{r.pk}", r.task.title, reverse("difficulty_detail", args=[r.pk]),
            r.unit.full_name, r.answer_by,
        )
        for r in rows
    ]  # fmt: skip


def to_urge(by: Actor, most: int) -> Sequence[Waiting]:
    """List units that a person's units have to urge by the rule."""
    lines = urging.to_urge_from(own_areas(by.holder, Permission.TASK_GIVE), timezone.localdate())
    return [
        Waiting(
            f"improvement.urging:{line.unit.pk}",
            ngettext("%(n)d overdue task", "%(n)d overdue tasks", len(line.tasks)) % {"n": len(line.tasks)},
            reverse("urging_list"), line.unit.full_name,
        )
        for line in lines[:most]
    ]  # fmt: skip


def to_send(by: Actor, most: int) -> Sequence[Waiting]:
    """List letters that were drawn up and not yet noted as sent."""
    rows = urging.unsent(own_areas(by.holder, Permission.TASK_GIVE), most)
    return [
        Waiting(
            f"improvement.letter:{r.pk}",
            _("Letter of %(day)s") % {"day": date_format(r.on, "SHORT_DATE_FORMAT")},
            reverse("urging_detail", args=[r.pk]), r.unit.full_name,
        )
        for r in rows
    ]  # fmt: skip


SOURCES = (
    Source("improvement.tasks", 10, gettext_lazy("Tasks to carry out"), Permission.TASK_CARRY, own_tasks),
    Source("improvement.extensions", 11, gettext_lazy("Requests for more time"), Permission.TASK_GIVE, to_decide),
    Source("improvement.difficulties", 12, gettext_lazy("Difficulties to answer"), Permission.TASK_GIVE, to_answer),
    Source("improvement.urging", 13, gettext_lazy("Units to urge"), Permission.TASK_GIVE, to_urge),
    Source("improvement.letters", 14, gettext_lazy("Urging letters to send"), Permission.TASK_GIVE, to_send),
)


def _rows(source: Source, by: Actor) -> Sequence[Waiting]:
    return source.rows(by, MOST) if by.may(source.permission) else []


def _group(source: Source, rows: Sequence[Waiting], today: dt.date, until: dt.date) -> Group:
    shown = [_row(row, today, until) for row in rows]
    late = sum(row.days is not None and row.days < 0 for row in shown)
    return Group(source.label, shown, late, len(rows) >= MOST)


def _row(row: Waiting, today: dt.date, until: dt.date) -> Row:
    if row.due is None:
        return Row(row, None, "", "")
    days = (row.due - today).days
    if days < 0:
        return Row(row, days, "bad", ngettext("%(n)d day late", "%(n)d days late", -days) % {"n": -days})
    if row.due > until:
        return Row(row, days, "", "")
    soon = _("today") if not days else ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}
    return Row(row, days, "warning", soon)


def _task(key: int) -> str:
    return reverse("task_detail", args=[key])
