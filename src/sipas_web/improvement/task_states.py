"""Where a task stands on a day, from its days alone: the four states of reporting, by original or extended deadline.

Source of the four states: QĐ 42/2014/QĐ-TTg, amended by QĐ 23/2018/QĐ-TTg (consolidated 01/HNVB-VPCP); reports on
them: 1270/BC-TCTTTg (2017).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    """The four states; those of tasks without a deadline, which are in no rate; and dropped ones."""

    ON_TIME = "on_time", _("completed on time")
    LATE = "late", _("completed late")
    IN_TIME = "in_time", _("not completed, in time")
    OVERDUE = "overdue", _("not completed, overdue")
    DONE = "done", _("completed, no deadline")
    OPEN = "open", _("not completed, no deadline")
    DROPPED = "dropped", _("dropped")


COMPLETED = (State.ON_TIME, State.LATE, State.DONE)
UNFINISHED = (State.IN_TIME, State.OVERDUE, State.OPEN)
DUE = (State.ON_TIME, State.LATE, State.OVERDUE)  # whose time has come, or who did not wait for it


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a task that decide. ``extended``: (day it was granted, new deadline), in the order granted."""

    given: dt.date
    first_due: dt.date | None
    extended: tuple[tuple[dt.date, dt.date], ...] = ()
    done: dt.date | None = None
    dropped: dt.date | None = None

    def due_on(self, day: dt.date, *, original: bool = False) -> dt.date | None:
        """Give the deadline as it stood on a day: the newest extension granted by then, or the original one."""
        granted = [] if original else [until for decided, until in self.extended if decided <= day]
        return granted[-1] if granted else self.first_due


def state_on(days: Days, day: dt.date, *, original: bool = False) -> State | None:
    """Say where a task stands at the end of a day; None before it was given."""
    if days.given > day:
        return None
    due = days.due_on(day, original=original)
    if days.done is not None and days.done <= day:
        return State.DONE if due is None else State.ON_TIME if days.done <= due else State.LATE
    if days.dropped is not None and days.dropped <= day:
        return State.DROPPED
    return State.OPEN if due is None else State.IN_TIME if day <= due else State.OVERDUE


def days_late(days: Days, day: dt.date, *, original: bool = False) -> int:
    """Count the calendar days beyond the deadline until it was completed, or until a day; 0 where there are none."""
    state = state_on(days, day, original=original)
    if state not in {State.LATE, State.OVERDUE}:
        return 0
    end = days.done if state == State.LATE and days.done else day
    due = days.due_on(day, original=original)
    return (end - due).days if due else 0


@dataclass(slots=True)
class Figures:
    """How many tasks stand where."""

    counts: dict[State, int] = field(default_factory=lambda: dict.fromkeys(State, 0))
    days_late: int = 0  # of all open overdue tasks together

    @property
    def given(self) -> int:
        """Every task, dropped ones too."""
        return sum(self.counts.values())

    @property
    def completed(self) -> int:
        """Completed tasks, on time, late or without a deadline."""
        return sum(self.counts[state] for state in COMPLETED)

    @property
    def unfinished(self) -> int:
        """Open tasks."""
        return sum(self.counts[state] for state in UNFINISHED)

    @property
    def due(self) -> int:
        """Tasks that the rates are of: completed ones with a deadline, and overdue ones. No late one is left out."""
        return sum(self.counts[state] for state in DUE)

    @property
    def rate(self) -> float | None:
        """Percent of due tasks that were completed on time."""
        return 100 * self.counts[State.ON_TIME] / self.due if self.due else None

    @property
    def completed_rate(self) -> float | None:
        """Percent of due tasks that were completed, late ones too: shown beside the other, never in its place."""
        return 100 * (self.due - self.counts[State.OVERDUE]) / self.due if self.due else None


def figures_of(tasks: Iterable[Days], day: dt.date, *, original: bool = False) -> Figures:
    """Count where tasks stand on a day."""
    made = Figures()
    for days in tasks:
        state = state_on(days, day, original=original)
        if state is not None:
            made.counts[state] += 1
            made.days_late += days_late(days, day, original=original) if state == State.OVERDUE else 0
    return made
