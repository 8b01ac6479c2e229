"""Numbers and phrases of a Vietnamese document; each figure is rounded once, here, half up."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import Decimal

from sipas.intake.vietnamese import MISSING, format_number

DECIMALS = 2
SUPPRESSED = "–*"
SIMULATED = "MÔ PHỎNG"


def exact(value: float | None) -> Decimal | None:
    """Take a float as the shortest decimal that stands for it, so that halves round up.

    Parameters
    ----------
    value : float or None
        A number; None and NaN are missing.

    Returns
    -------
    Decimal or None
        The same number.
    """
    return None if value is None or math.isnan(value) else Decimal(str(value))


def number(value: float | None) -> str:
    """Write a percentage or a number of points.

    Parameters
    ----------
    value : float or None
        In percent or points.

    Returns
    -------
    str
        Two decimals after a comma; ``–`` where missing.
    """
    return format_number(exact(value), DECIMALS)


def count(value: int | None) -> str:
    """Write a count.

    Parameters
    ----------
    value : int or None
        Not negative.

    Returns
    -------
    str
        Points between thousands; ``–`` where missing.
    """
    return format_number(value, 0)


def share(value: float | None) -> str:
    """Write a share as a percentage.

    Parameters
    ----------
    value : float or None
        0 to 1.

    Returns
    -------
    str
        In percent with two decimals; ``–`` where missing.
    """
    taken = exact(value)
    return format_number(None if taken is None else taken.scaleb(2), DECIMALS)


def interval(low: float | None, high: float | None) -> str:
    """Write an interval of a percentage.

    Parameters
    ----------
    low, high : float or None
        Ends, in percent.

    Returns
    -------
    str
        As ``84,90–87,61``; ``–`` where missing.
    """
    if low is None or high is None:
        return MISSING
    return f"{number(low)}–{number(high)}"


def between(low: float | None, high: float | None) -> str:
    """Write an interval whose ends may be negative.

    Parameters
    ----------
    low, high : float or None
        Ends, in points.

    Returns
    -------
    str
        As ``−1,23; 4,44``; ``–`` where missing.
    """
    if low is None or high is None:
        return MISSING
    return f"{minus(number(low))}; {minus(number(high))}"


def half_width(low: float | None, high: float | None, *, shares: bool = False) -> str:
    """Write half the length of an interval: the ± of a table.

    Parameters
    ----------
    low, high : float or None
        Ends, in percent; or shares.
    shares : bool
        Whether the ends are shares on 0 to 1.

    Returns
    -------
    str
        As ``±1,35``, in points; ``–`` where missing.
    """
    first, last = exact(low), exact(high)
    if first is None or last is None:
        return MISSING
    half = (last - first) / 2
    return "±" + format_number(half.scaleb(2) if shares else half, DECIMALS)


def signed(value: float | None) -> str:
    """Write a change with its sign.

    Parameters
    ----------
    value : float or None
        In points.

    Returns
    -------
    str
        As ``+1,20``, ``−0,40`` or ``0,00``; ``–`` where missing.
    """
    text = number(value)
    taken = exact(value)
    return "+" + text if taken is not None and taken > 0 and text != "0,00" else minus(text)


def minus(text: str) -> str:
    """Put the minus sign for the hyphen before a number.

    Parameters
    ----------
    text : str
        A written number.

    Returns
    -------
    str
        With U+2212 in front instead of a hyphen.
    """
    return "−" + text[1:] if text.startswith("-") else text


def places(low: int | None, high: int | None) -> str:
    """Write the set of places a unit could hold.

    Parameters
    ----------
    low, high : int or None
        Best and worst place.

    Returns
    -------
    str
        As ``3–11`` or ``4``; ``–`` where missing.
    """
    if low is None or high is None:
        return MISSING
    return str(low) if low == high else f"{low}–{high}"


def place_change(previous: int | None, now: int | None) -> str:
    """Write how many places a unit rose or fell.

    Parameters
    ----------
    previous, now : int or None
        Places, 1 the best.

    Returns
    -------
    str
        As ``+3`` for three places up, ``−2``, ``0``; ``–`` where missing.
    """
    if previous is None or now is None:
        return MISSING
    up = previous - now
    return f"+{up}" if up > 0 else minus(str(up))


def official_date(date: dt.date) -> str:
    """Write a date as the head of a document does (ô 4, Phụ lục I, NĐ 30/2020).

    Parameters
    ----------
    date : datetime.date
        The day.

    Returns
    -------
    str
        As ``ngày 05 tháng 02 năm 2026``: days below 10 and the months 1 and 2 get a zero.
    """
    month = f"{date.month:02d}" if date.month <= 2 else str(date.month)
    return f"ngày {date.day:02d} tháng {month} năm {date.year}"


def sentence(text: str) -> str:
    """Begin a text with a capital.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The first letter in upper case, the rest untouched.
    """
    return text[:1].upper() + text[1:]


def uncapital(text: str) -> str:
    """Begin a text with a small letter, as inside a sentence, unless it begins with an abbreviation.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The first letter in lower case where the second is a small letter.
    """
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(value: int) -> str:
    """Write a Roman number.

    Parameters
    ----------
    value : int
        1 to 39.

    Returns
    -------
    str
        As ``IV``.
    """
    text = ""
    for size, letters in ROMAN:
        while value >= size:
            text += letters
            value -= size
    return text


def sizes(counts: Sequence[int]) -> str:
    """Write the range of the numbers of answers behind a chart.

    Parameters
    ----------
    counts : sequence of int
        At least one.

    Returns
    -------
    str
        As ``n từ 1.127 đến 1.212``, or ``n = 1.214`` where all are the same.
    """
    least, most = min(counts), max(counts)
    return f"n = {count(least)}" if least == most else f"n từ {count(least)} đến {count(most)}"
