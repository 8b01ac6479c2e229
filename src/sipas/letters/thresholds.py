"""Figures that something reaches or must reach: percent, points, places in a ranking."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from sipas.letters.model import Relation, Threshold
from sipas.letters.numerals import DIGIT, mended
from sipas.letters.sentences import sentences
from sipas.letters.text import Text
from sipas.letters.vocabulary import one_of, words

_VALUE = rf"(?<![\w/.,-])(?P<value>{DIGIT}{{1,3}}(?:\s?[.,]\s?{DIGIT}{{1,2}})?)"
_RANGE = rf"(?:\s?%)?\s*(?:-|den)\s*{DIGIT}{{1,3}}(?:[.,]{DIGIT}{{1,2}})?"
_FIGURE = re.compile(rf"{_VALUE}(?:{_RANGE})?\s*(?P<unit>%|phan\s+tram|(?:diem|bac)(?!\w))")
_UNITS = {"%": "%", "phan tram": "%", "diem": "điểm", "bac": "bậc"}
# Words before a figure, next to it but for at most two others; the first that fits tells the relation.
_BEFORE: tuple[tuple[Relation, str], ...] = (
    ("ge", r"(?:toi\s+thieu|it\s+nhat|khong\s+(?:thap|it)\s+hon|khong\s+duoi|thap\s+nhat|>=|≥)"),
    ("le", r"(?:khong\s+qua|toi\s+da|khong\s+vuot\s+qua|khong\s+cao\s+hon|nhieu\s+nhat|<=|≤)"),
    ("gt", r"(?:tren|vuot|cao\s+hon|hon|>)"),
    ("lt", r"(?:duoi|thap\s+hon|chua\s+den|<)"),
)
_NEAR = r"(?:\s+(?:muc|la|phai|dat|bang|so|\d{1,2})){0,2}\s*$"
_UP = re.compile(r"\s*(?:,\s*)?(?:tro\s+len|den\b)")
_DOWN = re.compile(r"\s*(?:tro\s+xuong)")
_FROM = re.compile(r"\btu\s*(?:muc\s*)?$")
_YEAR = re.compile(r"\bnam\s+(?P<year>20[0-9]{2})")
_LOOK_BACK = 30


@cache
def _indicators() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((code, re.compile(rf"\b{one_of(names)}(?!\w)")) for code, names in words()["indicators"].items())


def find_thresholds(text: Text, start: int, end: int, task: str | None) -> Iterator[Threshold]:
    """Find the figures of a stretch with their relation, what they measure and for which year.

    Parameters
    ----------
    text : Text
        The letter.
    start, end : int
        The stretch.
    task : str or None
        Path of its task.

    Yields
    ------
    Threshold
        In order.
    """
    for first, last in sentences(text, start, end):
        after_figure = first
        for match in _FIGURE.finditer(text.folded, first, last):
            if any(c.isdigit() for c in match["value"]):
                yield _threshold(text, match, (after_figure, first, last), task)
                after_figure = match.end()


def _threshold(text: Text, match: re.Match[str], around: tuple[int, int, int], task: str | None) -> Threshold:
    _, first, last = around
    digits = re.sub(r"\s", "", match["value"])
    relation, start, end = _relation(text, match, first, last)
    years = [int(m["year"]) for m in _YEAR.finditer(text.folded, first, last)]
    return Threshold(
        start=start, end=end, line=text.line(start),
        confidence=0.95 if re.fullmatch(r"[\d.,]+", digits) else 0.8,
        task=task, relation=relation, value=float(mended(digits).replace(",", ".")),
        unit=_UNITS[re.sub(r"\s+", " ", match["unit"])], indicator=_indicator(text, match, around),
        year=years[0] if years else None,
    )  # fmt: skip


def _relation(text: Text, match: re.Match[str], first: int, last: int) -> tuple[Relation, int, int]:
    """Give the relation and the stretch from its words to the figure's end."""
    up, down = _UP.match(text.folded, match.end(), last), _DOWN.match(text.folded, match.end(), last)
    before = text.folded[max(first, match.start() - _LOOK_BACK) : match.start()]
    offset = match.start() - len(before)
    since = _FROM.search(before)
    if up or (since and not down):
        return "ge", offset + since.start() if since else match.start(), up.end() if up else match.end()
    if down:
        return "le", offset + since.start() if since else match.start(), down.end()
    for relation, pattern in _BEFORE:
        if found := re.search(rf"(?<!\w){pattern}{_NEAR}", before):
            return relation, offset + found.start(), match.end()
    return "eq", match.start(), match.end()


def _indicator(text: Text, match: re.Match[str], around: tuple[int, int, int]) -> str | None:
    """Say what the figure measures: the nearest name before it since the last figure, else after it, else before."""
    after_figure, first, last = around
    stop = re.compile(r",\s").search(text.folded, match.end(), last)
    return (
        _nearest(text, after_figure, match.start(), from_end=True)
        or _nearest(text, match.end(), stop.start() if stop else last, from_end=False)
        or _nearest(text, first, match.start(), from_end=True)
    )


def _nearest(text: Text, start: int, end: int, *, from_end: bool) -> str | None:
    found = [
        (-m.end() if from_end else m.start(), -(m.end() - m.start()), code)
        for code, pattern in _indicators()
        for m in pattern.finditer(text.folded, start, end)
    ]
    if any(code == "apologies" for *_, code in found):
        return "apologies"  # they are owed for late dossiers, which the sentence then names too
    return min(found)[2] if found else None
