"""Due days: the rule of a dossier's day, and working days by the column: a sorted array of them, searched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import yaml

from sipas_web.shared import working_days

Days = npt.NDArray[np.int64]  # days since 1/1/1970
EPOCH = dt.date(1970, 1, 1).toordinal()
FIRST, LAST = dt.date(2010, 1, 1), dt.date(2040, 12, 31)


@dataclass(frozen=True, slots=True)
class Basis:
    """What a part of a rule rests on."""

    verified: bool
    article: str
    source: str


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule for dossiers received in a period; days included at both ends."""

    code: str
    act: str
    since: dt.date
    until: dt.date | None
    in_force: Basis
    counting: Basis


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of a stretch of time, in order."""

    days: Days

    def on_or_after(self, days: Days) -> Days:
        """Move days off to the next working day; a day beyond the calendar stays."""
        return self._at(np.searchsorted(self.days, days, side="left"), days)

    def next_after(self, days: Days) -> Days:
        """Give the first working day later than each day."""
        return self._at(np.searchsorted(self.days, days, side="right"), days + 1)

    def plus(self, days: Days, length: Days) -> Days:
        """Give the day so many working days after each day, which itself does not count; 0: the day itself."""
        place = np.searchsorted(self.days, days, side="right") + length - 1
        return np.where(length > 0, self._at(place, days + length), days)

    def between(self, first: Days, last: Days) -> Days:
        """Count the working days from each first day to each last, both included; 0 where the last is earlier."""
        until, since = np.searchsorted(self.days, last, side="right"), np.searchsorted(self.days, first, side="left")
        return np.where(until > since, until - since, 0)

    def _at(self, place: Days, otherwise: Days) -> Days:
        is_known = (place >= 0) & (place < len(self.days))
        return np.where(is_known, self.days[np.clip(place, 0, len(self.days) - 1)], otherwise)


@cache
def calendar() -> Calendar:
    """Give the working days of Việt Nam."""
    return calendar_of(FIRST, LAST, working_days.is_working)


def calendar_of(first: dt.date, last: dt.date, is_working: Callable[[dt.date], bool]) -> Calendar:
    """Write the working days of a stretch of time."""
    span = range(first.toordinal(), last.toordinal() + 1)
    return Calendar(np.array([day - EPOCH for day in span if is_working(dt.date.fromordinal(day))], dtype=np.int64))


def counted_from(days: Days, is_late_in_day: npt.NDArray[np.bool_], known: Calendar) -> Days:
    """Give the day from which a dossier counts: of receipt, or the next working day where it came after hours."""
    return np.where(is_late_in_day, known.next_after(days), known.on_or_after(days))


@cache
def rules() -> tuple[Rule, ...]:
    """Give the rules in order of time."""
    text = files(__package__).joinpath("data/deadline_rules.yaml").read_text(encoding="utf-8")
    return tuple(
        Rule(r["code"], r["act"], r["since"], r["until"], Basis(**r["in_force"]), Basis(**r["counting"]))
        for r in yaml.safe_load(text)["rules"]
    )


def rule_of(received: dt.date) -> Rule | None:
    """Give the rule for a dossier received on a day; None before the first."""
    return next((r for r in rules() if r.since <= received and (r.until is None or received <= r.until)), None)
