"""Pace against the calendar, and when the field would end if it went on as in the last week."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sipas_web.fieldwork.models import DayCount

WEEK = 7  # days looked at for the rate
SHOWN = 28  # days in the chart
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bar:
    """A day in the chart, 10 units wide and 100 high."""

    day: dt.date
    answers: int
    height: int
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast valid forms come in."""

    first: dt.date | None
    last: dt.date | None
    expected: int | None  # valid forms by the end of today at an even pace; missing without a calendar
    behind: int | None  # expected less valid; negative: ahead
    per_day: float  # valid forms a day over the last week
    last_day: dt.date | None  # the newest day with an answer
    is_quiet: bool  # nothing came in for a week
    forecast: dt.date | None  # last day at this rate; missing where it cannot be told
    late: int | None  # days by which the forecast passes the calendar
    is_done: bool
    bars: tuple[Bar, ...]

    @property
    def width(self) -> int:
        """Width of the chart."""
        return 10 * len(self.bars)

    @property
    def most(self) -> int:
        """Answers of the highest bar."""
        return max((bar.answers for bar in self.bars), default=0)


def pace_of(
    days: Sequence[DayCount], valid: int, official: int, first: dt.date | None, last: dt.date | None, now: dt.date
) -> Pace:
    """Work the pace out from the figures of each day."""
    answers, valids = _by_day(days)
    newest = max(answers, default=None)
    expected = _expected(official, first, last, now)
    is_done = official > 0 and valid >= official
    # Dates after today stand in simulated rounds and in files with a slip; they end the week that is looked at.
    end = max(now, newest) if newest else now
    rate = sum(n for day, n in valids.items() if end - WEEK * DAY < day <= end) / WEEK
    forecast = None if is_done or not rate else end + math.ceil((official - valid) / rate) * DAY
    return Pace(
        first=first,
        last=last,
        expected=expected,
        behind=None if expected is None else expected - valid,
        per_day=rate,
        last_day=newest,
        is_quiet=not rate and not is_done,
        forecast=forecast,
        late=max(0, (forecast - last).days) if forecast and last else None,
        is_done=is_done,
        bars=_bars(answers, newest),
    )


def _by_day(days: Sequence[DayCount]) -> tuple[Counter[dt.date], Counter[dt.date]]:
    answers: Counter[dt.date] = Counter()
    valids: Counter[dt.date] = Counter()
    for day in days:
        answers[day.day] += day.answers
        valids[day.day] += day.valid
    return +answers, +valids


def _expected(official: int, first: dt.date | None, last: dt.date | None, now: dt.date) -> int | None:
    if first is None or last is None:
        return None
    length, gone = (last - first).days + 1, (now - first).days + 1
    return round(official * min(1.0, max(0.0, gone / length)))


def _bars(answers: Counter[dt.date], newest: dt.date | None) -> tuple[Bar, ...]:
    if newest is None:
        return ()
    first = max(min(answers), newest - (SHOWN - 1) * DAY)
    days = [first + n * DAY for n in range((newest - first).days + 1)]
    most = max(answers[day] for day in days) or 1
    heights = [round(100 * answers[day] / most) for day in days]
    return tuple(Bar(days[n], answers[days[n]], h, 10 * n + 1, 100 - h) for n, h in enumerate(heights))
