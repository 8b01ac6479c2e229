"""Days behind the deadlines of a letter: pure."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from sipas.letters import Deadline
from sipas_web.shared import working_days

MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "nine_months": 9, "year": 12}
STEPS = MONTHS | {
    "nine_months": 12
}  # months from one deadline to the next: the report on nine months comes once a year
WEEK = dt.timedelta(days=7)
REPEATING = ("week", *STEPS)
_YEAR = re.compile(r"\b20\d\d\b")


def day_of(deadline: Deadline, issued: dt.date | None) -> dt.date | None:
    """Give the last day a deadline means; None where the letter does not say enough."""
    if deadline.kind == "exact" and deadline.until:
        return last_day(deadline.until)
    if issued is None:
        return None
    if deadline.kind == "relative" and deadline.amount:
        return _after(issued, deadline.amount, deadline.unit or "day")
    if deadline.kind == "periodic" and deadline.day and deadline.period in MONTHS:
        return first_of_period(issued, deadline.period, deadline.day)
    return None


def last_day(until: str) -> dt.date:
    """Give the last day of ``2023-03-25``, ``2023-04``, ``2023-Q2`` or ``2023``."""
    year, _, rest = until.partition("-")
    if not rest:
        return dt.date(int(year), 12, 31)
    if rest.startswith("Q"):
        return _month_end(int(year), 3 * int(rest[1:]))
    if "-" in rest:
        return dt.date.fromisoformat(until)
    return _month_end(int(year), int(rest))


def first_of_period(issued: dt.date, period: str, day: int) -> dt.date:
    """Give the first reporting day after a letter: such a day of the last month of each period."""
    step = MONTHS[period]
    year, month = issued.year, issued.month
    while True:
        ends = month % step == 0 if period != "nine_months" else month == 9
        found = dt.date(year, month, min(day, calendar.monthrange(year, month)[1]))
        if ends and found > issued:
            return found
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def next_deadline(first: dt.date, period: str, after: dt.date) -> dt.date:
    """Give the first deadline after a day, of those from ``first`` on: one a period, the last day of shorter months."""
    if period == "week":
        return first + WEEK * max((after - first).days // 7 + 1, 0)
    step = STEPS[period]
    months = (after.year - first.year) * 12 + after.month - first.month
    n = max(months // step, 0)
    while (found := _months_on(first, n * step)) <= after:
        n += 1
    return found


def least_gap(period: str) -> dt.timedelta:
    """Give half a period: nearer than this two deadlines are of the same period, one of them corrected."""
    return WEEK / 2 if period == "week" else dt.timedelta(days=15 * STEPS[period])


def last_of_year_named(subject: str, issued: dt.date | None) -> dt.date | None:
    """Give the end of the one year that a subject names, where the letter is not later."""
    years = {int(year) for year in _YEAR.findall(subject)}
    if len(years) != 1 or issued is None or issued.year > max(years):
        return None
    return dt.date(max(years), 12, 31)


def _months_on(day: dt.date, months: int) -> dt.date:
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _after(issued: dt.date, amount: int, unit: str) -> dt.date:
    if unit == "working_day":
        return working_days.after(issued, amount)
    if unit == "month":
        return _months_on(issued, amount)
    days = {"week": 7 * amount, "day": amount}.get(unit, -(-amount // 24))  # hours: whole days, begun ones too
    return issued + dt.timedelta(days=days)


def _month_end(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])
