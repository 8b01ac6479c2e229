"""Working days in Việt Nam.

Days off and the Saturdays worked in exchange come from ``holidays``; a year whose order of the Prime Minister is not
in it yet has the days of the Labour Code only.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import holidays

DAY = dt.timedelta(days=1)
SATURDAY = 5
LUNAR_NEW_YEAR = ("Tết Nguyên Đán", "29 Tết")


@cache
def _days_off(year: int, language: str) -> Any:
    return holidays.country_holidays("VN", years=year, language=language)


def is_working(day: dt.date) -> bool:
    """Say whether offices work on a day."""
    off = _days_off(day.year, "vi")
    return day in off.weekend_workdays or (day.weekday() < SATURDAY and day not in off)


def holiday(day: dt.date, language: str) -> str:
    """Name the public holiday of a day in ``vi`` or ``en``; empty where it is none."""
    return str(_days_off(day.year, "vi" if language == "vi" else "en_US").get(day, ""))


def is_lunar_new_year(day: dt.date) -> bool:
    """Say whether a day belongs to the holiday of Tết Nguyên Đán."""
    return any(name in _days_off(day.year, "vi").get(day, "") for name in LUNAR_NEW_YEAR)


def count(first: dt.date, last: dt.date) -> int:
    """Count the working days from the first day to the last, both included."""
    return sum(is_working(first + DAY * n) for n in range((last - first).days + 1))


def on_or_before(day: dt.date) -> dt.date:
    """Give the last working day that is not later than a day."""
    while not is_working(day):
        day -= DAY
    return day


def on_or_after(day: dt.date) -> dt.date:
    """Give the first working day that is not earlier than a day."""
    while not is_working(day):
        day += DAY
    return day


def after(day: dt.date, length: int) -> dt.date:
    """Give the day that lies so many working days after a day, which itself does not count; 0: the day itself."""
    for _ in range(length):
        day = on_or_after(day + DAY)
    return day


def before(day: dt.date, length: int) -> dt.date:
    """Give the day that lies so many working days before a day, which itself does not count; 0: the day itself."""
    for _ in range(length):
        day = on_or_before(day - DAY)
    return day
