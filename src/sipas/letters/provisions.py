"""Ô số 6 of the form: the body cut into paragraphs, and these into điều, khoản, điểm."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sipas.letters.layout import BULLET, Cell
from sipas.letters.numerals import DIGIT, mended
from sipas.letters.text import Text

LEVELS = ("part", "roman", "article", "clause", "decimal", "point")
POINTS = "abcdđeghiklmnopqrstuvxy"
_ARTICLE = re.compile(rf"dieu\s+(?P<n>{DIGIT}{{1,3}})\s*[.:]\s*")
_DECIMAL = re.compile(rf"(?P<n>{DIGIT}{{1,2}}(?:\s?\.{DIGIT}{{1,2}}){{1,3}})\s?\.?\s+(?=\D)")
_CLAUSE = re.compile(rf"(?P<n>(?:{DIGIT}){{1,2}})\s?[.)/-]\s*(?=[^\d\s])")
_ROMAN = re.compile(r"(?P<n>[ivxl]{1,6})\s?[.\-/)]\s*(?=\S)")
_PART = re.compile(r"(?P<n>[a-h])\s?\.\s+(?=\S)")
_POINT = re.compile(r"(?P<n>[a-zđ])\s?\)\s*(?=\S)")
_ENDS = re.compile(r"[.;:!?][\"')\]]*$")
_ROMANS = {"i": 1, "v": 5, "x": 10, "l": 50}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines that belong together.

    Parameters
    ----------
    start, end : int
        Offsets.
    """

    start: int
    end: int


@dataclass(slots=True)
class Provision:
    """A numbered provision.

    Parameters
    ----------
    path, level : str
        As in ``Task``.
    parent : str or None
        Path above.
    start, end : int
        Offsets of its own text, the number left off.
    value : int
        Its number among its siblings.
    paragraphs : list of Paragraph
        Its own paragraphs, bullets among them.
    """

    path: str
    level: str
    parent: str | None
    start: int
    end: int
    value: int
    paragraphs: list[Paragraph] = field(default_factory=list)


def paragraphs(text: Text, cells: Sequence[Cell]) -> list[Paragraph]:
    """Join the lines that a page broke.

    Parameters
    ----------
    text : Text
        The letter.
    cells : sequence of Cell
        Its body.

    Returns
    -------
    list of Paragraph
        A new one begins at a number, a bullet, or where the one before is ended; a line that begins with a small
        letter goes on with an open one even over an empty line.
    """
    found: list[Paragraph] = []
    for cell in cells:
        if found and _goes_on(text, found[-1], cell):
            found[-1] = Paragraph(found[-1].start, cell.end)
        else:
            found.append(Paragraph(cell.start, cell.end))
    return found


def _goes_on(text: Text, above: Paragraph, cell: Cell) -> bool:
    before = text.raw[above.start : above.end].rstrip(" *")
    line = text.raw[cell.start : cell.end].lstrip(" *")
    if not line or BULLET.match(text.folded, cell.start) or _has_mark(text, cell.start, cell.end):
        return False
    is_small = line[0].islower() or line[0].isdigit() or line[0] in "%(),;."
    if cell.after_gap or _ENDS.search(before):
        return is_small and not _ENDS.search(before)
    is_title = before.isupper() or (_has_mark(text, above.start, above.end) and len(before) < 60)
    return is_small or not is_title


def _has_mark(text: Text, start: int, end: int) -> bool:
    return any(True for _ in _readings(text, start, end))


def _readings(text: Text, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Give every way to read the number that a paragraph begins with: level, value, offset after it."""
    folded = text.folded
    capital = text.raw[start : start + 1].isupper()
    if match := _ARTICLE.match(folded, start, end):
        yield "article", int(mended(match["n"])), match.end()
        return
    if (match := _DECIMAL.match(folded, start, end)) and any(c.isdigit() for c in match["n"]):
        yield "decimal", int(mended(match["n"].rsplit(".", maxsplit=1)[1])), match.end()
        return
    if (match := _CLAUSE.match(folded, start, end)) and (len(match["n"]) == 1 or not match["n"].isalpha()):
        yield "clause", int(mended(match["n"])), match.end()
    if (match := _ROMAN.match(folded, start, end)) and capital:
        yield "roman", _roman(match["n"]), match.end()
    if (match := _PART.match(folded, start, end)) and capital:
        yield "part", ord(match["n"]) - ord("a") + 1, match.end()
    if match := _POINT.match(folded, start, end):
        letter = text.raw[start].lower()
        if letter in POINTS:
            yield "point", POINTS.index(letter) + 1, match.end()


def has_romans(text: Text, found: Sequence[Paragraph]) -> bool:
    """Say whether the second of two Roman numbers is there.

    Parameters
    ----------
    text : Text
        The letter.
    found : sequence of Paragraph
        Of its body.

    Returns
    -------
    bool
        True where a paragraph begins with II.
    """
    return any(reading[:2] == ("roman", 2) for p in found for reading in _readings(text, p.start, p.end))


def _roman(letters: str) -> int:
    values = [_ROMANS[c] for c in letters]
    return sum(-v if i + 1 < len(values) and v < values[i + 1] else v for i, v in enumerate(values))


class Numbering:
    """The open provisions, outermost first; decides which reading of a number goes on with them.

    Parameters
    ----------
    has_romans : bool
        A second Roman number stands somewhere: only then is "I." Roman and no 1 of a scan.
    """

    def __init__(self, *, has_romans: bool) -> None:
        self.open: list[Provision] = []
        self.has_romans = has_romans

    def place(self, text: Text, paragraph: Paragraph) -> Provision | None:
        """Give the provision that a paragraph begins.

        Parameters
        ----------
        text : Text
            The letter.
        paragraph : Paragraph
            The paragraph.

        Returns
        -------
        Provision or None
            None where it begins with no number that fits.
        """
        readings = [r for r in _readings(text, paragraph.start, paragraph.end) if self.has_romans or r[0] != "roman"]
        fitting = [reading for reading in readings if self._fits(*reading[:2])]
        if not fitting:
            return None
        level, value, start = max(fitting, key=lambda reading: self._goes_on(*reading[:2]))
        return self._open(text, level, value, start, paragraph)

    def _fits(self, level: str, value: int) -> bool:
        last = self._last(level)
        return value in {1, 2} if last is None else last < value <= last + 3 or value == 1

    def _goes_on(self, level: str, value: int) -> tuple[bool, bool]:
        """Prefer the next number of an open level, then a first one of a level that is not a scan's slip."""
        last = self._last(level)
        return last is not None and value == last + 1, last is None and value == 1 and level in {
            "roman",
            "part",
            "point",
        }

    def _last(self, level: str) -> int | None:
        return next((p.value for p in reversed(self.open) if p.level == level), None)

    def _open(self, text: Text, level: str, value: int, start: int, paragraph: Paragraph) -> Provision:
        rank = LEVELS.index(level)
        while self.open and LEVELS.index(self.open[-1].level) >= rank:
            self.open.pop()
        above = self.open[-1].path if self.open else None
        if not text.raw[start : paragraph.end].strip(" *"):
            start = paragraph.start  # a number alone on its line; what it numbers follows
        path = self._path(text, level, value, paragraph, above)
        made = Provision(path, level, above, start, paragraph.end, value, [Paragraph(start, paragraph.end)])
        self.open.append(made)
        return made

    def _path(self, text: Text, level: str, value: int, paragraph: Paragraph, above: str | None) -> str:
        if level == "decimal" and above and self.open[-1].level == "clause":
            return f"{above}.{value}"
        match = _DECIMAL.match(text.folded, paragraph.start)
        own = {
            "part": chr(ord("A") + value - 1),
            "roman": _written_roman(value),
            "article": f"Đ{value}",
            "decimal": mended(re.sub(r"\s", "", match["n"])) if match else str(value),
            "point": POINTS[min(value, len(POINTS)) - 1],
        }.get(level, str(value))
        return f"{above}.{own}" if above else own


def _written_roman(value: int) -> str:
    written = ""
    for letters, worth in (("L", 50), ("XL", 40), ("X", 10), ("IX", 9), ("V", 5), ("IV", 4), ("I", 1)):
        while value >= worth:
            written, value = written + letters, value - worth
    return written
