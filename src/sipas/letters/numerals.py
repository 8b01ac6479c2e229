"""Numbers and days as officials write them and as scans spoil them (l and I for 1, O for 0)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

# In a folded text: digits and the letters that scans make of 1 and 0.
DIGIT = "[0-9oil|]"
NUMBER = rf"(?<![^\W\d_]){DIGIT}*[0-9]{DIGIT}*(?![^\W_])"
_MENDED = str.maketrans({"o": "0", "i": "1", "l": "1", "|": "1"})

_DAY = rf"(?P<day>{DIGIT}{{1,2}})"
_MONTH = rf"(?P<month>{DIGIT}{{1,2}})"
_YEAR = rf"(?P<year>[12l|i]{DIGIT}{{3}})"
FIGURES = re.compile(
    rf"(?<![\w/.-]){_DAY}\s?(?P<mark>[/.-])\s?{_MONTH}(?:\s?(?P=mark)\s?{_YEAR})?(?![\w%]|[/-]\w|[.,]\d)"
)
WORDS = re.compile(rf"ngay\s+{_DAY}\s+thang\s+{_MONTH}(?:\s+nam\s+{_YEAR})?(?!\w)")


@dataclass(frozen=True, slots=True)
class Day:
    """A day found in a text.

    Parameters
    ----------
    start, end : int
        Offsets.
    value : datetime.date
        The day; the year is the given one where the text has none.
    has_year : bool
        The text says the year.
    is_mended : bool
        Slips of a scan were mended.
    """

    start: int
    end: int
    value: dt.date
    has_year: bool
    is_mended: bool


def mended(digits: str) -> str:
    """Read digits that a scan may have spoilt.

    Parameters
    ----------
    digits : str
        Folded, characters of ``DIGIT``.

    Returns
    -------
    str
        Digits only.
    """
    return digits.translate(_MENDED)


_SPOILT = re.compile(r"(?<![^\W_])(?=[OoIl|]*\d)[\dOoIl|]{2,}(?![^\W_])")


def with_figures_mended(text: str) -> str:
    """Mend the figures inside a text: what holds a digit and otherwise only letters that scans make of digits.

    Parameters
    ----------
    text : str
        As written.

    Returns
    -------
    str
        ``năm 2O19`` becomes ``năm 2019``.
    """
    return _SPOILT.sub(lambda match: mended(match[0].lower()), text)


def days(folded: str, start: int, end: int, year: int | None = None) -> Iterator[Day]:
    """Find the days in a stretch of a folded text.

    Parameters
    ----------
    folded : str
        The text.
    start, end : int
        The stretch.
    year : int, optional
        Year of days without one; such days are left out where it is missing.

    Yields
    ------
    Day
        In order.
    """
    matches = [*FIGURES.finditer(folded, start, end), *WORDS.finditer(folded, start, end)]
    for match in sorted(matches, key=lambda m: m.start()):
        if match.re is FIGURES and not match["year"] and not _is_named(folded, match.start()):
            continue
        if found := _day(match, year):
            yield found


def _is_named(folded: str, start: int) -> bool:
    """Say whether a day without its year follows the word ngày or trước; "8/10 chỉ tiêu" is none."""
    return folded[max(start - 8, 0) : start].rstrip().endswith(("ngay", "truoc"))


def _day(match: re.Match[str], year: int | None) -> Day | None:
    said = int(mended(match["year"])) if match["year"] else year
    if said is None:
        return None
    try:
        value = dt.date(said, int(mended(match["month"])), int(mended(match["day"])))
    except ValueError:
        return None
    digits = match["day"] + match["month"] + (match["year"] or "")
    return Day(match.start(), match.end(), value, bool(match["year"]), not digits.isdecimal())
