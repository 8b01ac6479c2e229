"""Dates in every form that Vietnamese offices write; the day always comes before the month."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

import polars as pl

from sipas.intake.reasons import DATE_IMPOSSIBLE, DATE_UNREADABLE, Reason
from sipas.intake.vietnamese import search_key

# Day 0 of the serial numbers of Excel (the 1900 system; its 29/2/1900 lies before every date met here).
EXCEL_EPOCH = dt.date(1899, 12, 30)
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2100, 12, 31)
LOWEST_SERIAL = 10_000  # 18/5/1927; smaller numbers are years or counts, not dates
# Two digits of a year: up to 79 is 2000-2079, from 80 is 1980-1999.
CENTURY_TURN = 80

_TIME = r"\d{1,2}\s*(?::|h|g|gio)\s*\d{2}(?:\s*(?::|p|phut)\s*\d{0,2}(?:\.\d+)?)?\s*(?:am|pm|sa|ch|z)?"
_BEFORE = re.compile(rf"^{_TIME}[,;\s-]*")
_AFTER = re.compile(rf"(?:[,;\s]+|(?<=\d)t)(?:luc\s+)?{_TIME}(?:\s*\+\d\d:?\d\d)?$")
_ISO = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$")
_DAY_FIRST = re.compile(r"^(\d{1,2})\s*[-/.\s,]\s*(\d{1,2})\s*[-/.\s,]\s*(\d{4}|\d{2})$")
_WORDS = re.compile(r"^(?:ngay\s*)?(\d{1,2})\s*(?:thang|/|-)\s*(\d{1,2})\s*(?:,?\s*nam\s*|\s*[,/-]\s*)(\d{4}|\d{2})$")
_EIGHT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_SERIAL = re.compile(r"^(\d{5})(?:\.\d+)?$")
# A time after the date, cut off before distinct values are taken: a column then has few of them.
TIME_AFTER = r"[ T]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$"


@lru_cache(maxsize=100_000)
def read_date(text: str) -> dt.date | Reason:
    """Read one date.

    Parameters
    ----------
    text : str
        As ``3/4/2026``, ``03-04-26``, ``03.04.2026``, ``ngày 3 tháng 4 năm 2026``, ``2026-04-03``, ``20260403``,
        ``03042026`` where it is nothing else, a serial number of Excel; with or without a time, before or after.

    Returns
    -------
    datetime.date or Reason
        The day (3 April in all the examples), or ``intake.date_impossible`` for a day that no calendar has or
        outside 1900-2100, or ``intake.date_unreadable``.
    """
    key = search_key(text)
    key = _AFTER.sub("", _BEFORE.sub("", key)).strip(" ,;.")
    key = key.removeprefix("ngay").strip(" ,:")
    if match := _ISO.match(key):
        year, month, day = map(int, match.groups())
        return _day(year, month, day)
    if match := _DAY_FIRST.match(key) or _WORDS.match(key):
        day, month, year = map(int, match.groups())
        return _day(_century(year, match.group(3)), month, day)
    if match := _SERIAL.match(key):
        return _serial(int(match.group(1)))
    if match := _EIGHT.match(key):
        return _eight(key)
    return DATE_UNREADABLE


def read_dates(column: pl.Series) -> pl.DataFrame:
    """Read a column of dates, each distinct text once.

    Parameters
    ----------
    column : polars.Series
        Text; null where the cell is empty.

    Returns
    -------
    polars.DataFrame
        ``date`` and ``reason``, as many rows; both null where the cell is empty.
    """
    days = column.str.replace(TIME_AFTER, "")
    unique = days.drop_nulls().unique()
    read = [read_date(text) for text in unique.to_list()]
    dates = pl.Series([r if isinstance(r, dt.date) else None for r in read], dtype=pl.Date)
    reasons = pl.Series([None if isinstance(r, dt.date) else r for r in read], dtype=pl.String)
    return pl.DataFrame({
        "date": days.replace_strict(unique, dates, default=None, return_dtype=pl.Date),
        "reason": days.replace_strict(unique, reasons, default=None, return_dtype=pl.String),
    })


def maybe_swapped(column: pl.Series) -> int:
    """Count the date cells that a program with American settings may have turned round.

    Such a program stores the typed ``03/04/2026`` as the date 4 March and leaves ``25/04/2026`` as text: then no
    date cell has a day after the 12th and no text has a day up to it.

    Parameters
    ----------
    column : polars.Series
        Text; cells that were dates in the workbook read ``yyyy-mm-dd``.

    Returns
    -------
    int
        Date cells under suspicion; 0 where the pattern does not hold.
    """
    cells = column.str.extract(r"^\d{4}-\d{2}-(\d{2})\b", 1).drop_nulls().cast(pl.Int64)
    texts = column.str.extract(r"^(\d{1,2})[/.-]\d{1,2}[/.-]\d{2,4}", 1).drop_nulls().cast(pl.Int64)
    enough = min(len(cells), len(texts)) >= 3  # fewer show the pattern by chance
    if enough and bool((cells <= 12).all()) and bool((texts > 12).all()):
        return len(cells)
    return 0


def _century(year: int, digits: str) -> int:
    if len(digits) == 4:
        return year
    return year + (2000 if year < CENTURY_TURN else 1900)


def _day(year: int, month: int, day: int) -> dt.date | Reason:
    try:
        date = dt.date(year, month, day)
    except ValueError:
        return DATE_IMPOSSIBLE
    return date if EARLIEST <= date <= LATEST else DATE_IMPOSSIBLE


def _serial(number: int) -> dt.date | Reason:
    if number < LOWEST_SERIAL:
        return DATE_UNREADABLE
    date = EXCEL_EPOCH + dt.timedelta(days=number)
    return date if date <= LATEST else DATE_IMPOSSIBLE


def _eight(digits: str) -> dt.date | Reason:
    date = _day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    if isinstance(date, dt.date):
        return date
    return _day(int(digits[4:]), int(digits[2:4]), int(digits[:2]))
