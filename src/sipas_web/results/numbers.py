"""Figures as the reader's language writes them: the library rounds, once, half up, and writes Vietnamese.

Only pages take these; files for download keep the library's form.
"""

from __future__ import annotations

from django.utils.translation import get_language

from sipas.reporting import wording

SWAPPED = str.maketrans(",.", ".,")


def english() -> bool:
    """Say whether the reader chose English."""
    return get_language() == "en"


def written(vietnamese: str) -> str:
    """Turn what was written the Vietnamese way into the reader's."""
    return vietnamese.translate(SWAPPED) if english() else vietnamese


def number(value: float | None) -> str:
    """Write a percentage or a number of points."""
    return written(wording.number(value))


def count(value: int | None) -> str:
    """Write a count."""
    return written(wording.count(value))


def share(value: float | None) -> str:
    """Write a share as a percentage."""
    return written(wording.share(value))


def signed(value: float | None) -> str:
    """Write a change with its sign."""
    return written(wording.signed(value))


def interval(low: float | None, high: float | None) -> str:
    """Write an interval of a percentage."""
    return written(wording.interval(low, high))


def between(low: float | None, high: float | None) -> str:
    """Write an interval whose ends may be negative."""
    return written(wording.between(low, high))


def places(low: int | None, high: int | None) -> str:
    """Write the ranks the data allow."""
    return written(wording.places(low, high))


def half_width(low: float | None, high: float | None) -> str:
    """Write half the length of an interval of a share, in points."""
    return written(wording.half_width(low, high, shares=True))
