"""What the pages of tasks show: lines of a list, the facts and the timeline of one task, the board of figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sipas_web.audit.actors import Actor
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import tasks as reads
from sipas_web.improvement.queries import tasks_lists as lists
from sipas_web.improvement.queries import tasks_parts as parts
from sipas_web.improvement.queries.tasks import Task
from sipas_web.improvement.task_states import COMPLETED, UNFINISHED, Figures, State, days_late
from sipas_web.shared.downloads import Cell
from sipas_web.units.queries import Unit

TONES = {
    State.ON_TIME: "good", State.LATE: "warning", State.IN_TIME: "info", State.OVERDUE: "bad", State.DONE: "good",
    State.OPEN: "info", State.DROPPED: "",
}  # fmt: skip
SHOWN = (State.ON_TIME, State.LATE, State.IN_TIME, State.OVERDUE, State.DONE, State.OPEN, State.DROPPED)


@dataclass(frozen=True, slots=True)
class Line:
    """A task in a list."""

    task: Task
    state: State
    original: State  # by the original deadline
    said: str  # how late, or how long still

    @property
    def tone(self) -> str:
        """Colour of the state."""
        return TONES[self.state]

    @property
    def is_extended(self) -> bool:
        """Whether the deadline is not the one it was given with."""
        return self.task.due != self.task.first_due


@dataclass(slots=True)
class BoardRow:
    """A unit with its figures, by the newest deadlines and by the original ones."""

    unit: Unit | None  # None: all of them
    newest: Figures
    original: Figures

    @property
    def cells(self) -> list[tuple[State, int, int]]:
        """Give each state with its number by both deadlines."""
        return [(state, self.newest.counts[state], self.original.counts[state]) for state in SHOWN]


@dataclass(slots=True)
class Offer:
    """Something a person may do with a task."""

    url_name: str
    label: str
    tone: str = "plain"


@dataclass(slots=True)
class Facts:
    """What the page of a task shows beside its timeline."""

    line: Line
    duties: Sequence[Any]
    offers: list[Offer] = field(default_factory=list)
    request: Any = None  # open request for more time
    may_decide: bool = False
    may_open_directive: bool = False
    before: Task | None = None  # the same duty in the period before
    after: Task | None = None


def line(task: Task, today: dt.date | None = None) -> Line:
    """Say where a task stands."""
    day = today or timezone.localdate()
    days = reads.days_of(task)
    newest = reads.state_of(task, day) or State.OPEN
    original = reads.state_of(task, day, original=True) or State.OPEN
    return Line(task, newest, original, _said(task, newest, days_late(days, day), day))


def lines(tasks: Iterable[Task]) -> list[Line]:
    """Say where tasks stand."""
    today = timezone.localdate()
    return [line(task, today) for task in tasks]


def board(by: Actor, text: str = "") -> list[BoardRow]:
    """Give the figures of each unit, those with most overdue first, and before them all of them together."""
    today = timezone.localdate()
    newest = lists.figures_by_unit(by, today, original=False)
    original = lists.figures_by_unit(by, today, original=True)
    units = lists.units_of(newest.keys(), text)
    rows = [BoardRow(unit, newest[unit.pk], original[unit.pk]) for unit in units]
    rows.sort(key=lambda row: -row.newest.counts[State.OVERDUE])
    whole = BoardRow(None, _sum(r.newest for r in rows), _sum(r.original for r in rows))
    return [whole, *rows] if rows else []


def facts(task: Task, by: Actor) -> Facts:
    """Give what the page of a task shows."""
    request = next((row for row in task.extensions.all() if row.is_open), None)
    made = Facts(line(task), list(reads.duties_of(task)), request=request)
    made.may_decide = request is not None and task.is_open and parts.decides(task, by)
    made.before, made.after = reads.periods_beside(task, by)
    made.may_open_directive = by.may(Permission.DIRECTIVE_VIEW)
    made.offers = list(_offers(task, by, is_asked=request is not None))
    return made


def heading(fixed: str, first: dt.date | None, last: dt.date | None) -> str:
    """Say what a list from a periodic report holds."""
    texts = {
        "given": _("Tasks given in the period"),
        "completed": _("Tasks completed in the period"),
        "on_time": _("Tasks completed on time in the period, by the extended deadline"),
        "late": _("Tasks completed late in the period, by the extended deadline"),
        "on_time.original": _("Tasks completed on time in the period, by the original deadline"),
        "late.original": _("Tasks completed late in the period, by the original deadline"),
        "unfinished": _("Tasks not completed at the end of the period"),
        "overdue": _("Tasks overdue at the end of the period, by the extended deadline"),
        "overdue.original": _("Tasks overdue at the end of the period, by the original deadline"),
        "dropped": _("Tasks dropped in the period"),
    }
    period = ""
    if first and last:
        days = {"first": date_format(first, "SHORT_DATE_FORMAT"), "last": date_format(last, "SHORT_DATE_FORMAT")}
        period = _(" (%(first)s to %(last)s)") % days
    return texts[fixed] + period if fixed in texts else ""


def heads() -> list[str]:
    """Name the columns of a list as a file has them."""
    return [
        _("Task"), _("Owner"), _("Giving unit"), _("Directive"), _("Given on"), _("Original deadline"), _("Deadline"),
        _("Completed on"), _("Percent"), _("State by the extended deadline"), _("State by the original deadline"),
    ]  # fmt: skip


def sheet(tasks: Iterable[Task]) -> Iterator[Sequence[Cell]]:
    """Give the rows of a list as a file has them."""
    for one in lines(tasks):
        task = one.task
        yield (
            task.title, task.unit.full_name, task.giver.full_name if task.giver else "", str(task.directive or ""),
            _day(task.given), _day(task.first_due), _day(task.due), _day(task.done), task.percent,
            str(one.state.label), str(one.original.label),
        )  # fmt: skip


def _offers(task: Task, by: Actor, *, is_asked: bool) -> Iterator[Offer]:
    decides = parts.decides(task, by)
    if task.is_open:
        if parts.carrier(task, by) is not None:
            yield Offer("task_done", _("Report completion"), "")
            yield Offer("task_progress", _("Report progress"))
        if by.may(Permission.TASK_CARRY, task.unit):
            if task.due is not None and not is_asked:
                yield Offer("extension_ask", _("Ask for more time"))
            yield Offer("difficulty_raise", _("Raise a difficulty"))
        if decides:
            yield Offer("task_duties", _("Change taking part"), "quiet")
            yield Offer("task_hand_over", _("Hand over"), "quiet")
            if reads.is_repeating(task):
                yield Offer("task_skip", _("Skip this period"), "quiet")
            yield Offer("task_drop", _("Drop"), "quiet")
    elif decides:
        yield Offer("task_reopen", _("Do not accept: reopen") if task.done else _("Take up again"))
    if parts.speaker(task, by) is not None:
        yield Offer("task_comment", _("Comment"))


def _said(task: Task, state: State, late: int, today: dt.date) -> str:
    if task.is_skipped:
        return _("this period only")
    if late:
        return ngettext("%(n)d day late", "%(n)d days late", late) % {"n": late}
    if state in UNFINISHED and task.due is not None:
        left = (task.due - today).days
        return _("today") if not left else ngettext("in %(n)d day", "in %(n)d days", left) % {"n": left}
    return date_format(task.done, "SHORT_DATE_FORMAT") if state in COMPLETED and task.done else ""


def _sum(figures: Iterable[Figures]) -> Figures:
    whole = Figures()
    for one in figures:
        for state, count in one.counts.items():
            whole.counts[state] += count
        whole.days_late += one.days_late
    return whole


def _day(day: dt.date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""
