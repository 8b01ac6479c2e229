"""The lines of a letter, cut where two columns stand side by side, and its three zones: head, body, end."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sipas.letters.text import Text

# Two columns on one line: four spaces or a tab between them.
_GAP = re.compile(r"[ \u00a0]{4,}|\t+")
_RULE = re.compile(r"[\s\-_=.~*+|]*")
_PAGE = re.compile(r"\s*-?\s*\d{1,3}\s*-?\s*")
_MOTTO = re.compile(r"^\W*cong\s+h\w{1,2}\s+xa|ch\w\s+nghia\s+viet\s+nam\W*$")
_FREEDOM = re.compile(r"^\W*d\wc\s+l\wp\s*-?\s*t\w\s+d\w\b|tu\s+do\s*-?\s*hanh\s+ph\w+\W*$")
BULLET = re.compile(r"\s*[-+•●▪*]\s*(?=\S)")
ADDRESSED = re.compile(r"\s*kinh\s+g[uo]i\b\s*:?")
RECIPIENTS = re.compile(r"\s*n[oa][il]\s+nhan\b\s*:?")


@dataclass(frozen=True, slots=True)
class Cell:
    """A line, or one column of it.

    Parameters
    ----------
    start, end : int
        Offsets, without spaces at the ends; never empty.
    row : int
        Number of the line, from 0.
    column : int
        0 left, 1 right.
    after_gap : bool
        An empty line or a ruled line stands before it.
    """

    start: int
    end: int
    row: int
    column: int
    after_gap: bool


def cells(text: Text) -> list[Cell]:
    """Cut a text into cells; empty lines, ruled lines and page numbers are left out.

    Parameters
    ----------
    text : Text
        The letter.

    Returns
    -------
    list of Cell
        In order of the lines, left before right.
    """
    found: list[Cell] = []
    is_gap = True
    for row, start in enumerate(text.starts):
        end = text.starts[row + 1] - 1 if row + 1 < len(text.starts) else len(text.raw)
        line = text.folded[start:end]
        if _RULE.fullmatch(line) or _PAGE.fullmatch(line):
            is_gap = is_gap or not line.strip() or not _PAGE.fullmatch(line)
            continue
        found += _cut(text, start, end, row, is_gap)
        is_gap = False
    return found


def _cut(text: Text, start: int, end: int, row: int, after_gap: bool) -> list[Cell]:
    parts = []
    at = start
    stretch = text.raw[start:end]
    indent = len(stretch) - len(stretch.lstrip(" \u00a0\t*"))
    for gap in _GAP.finditer(stretch, indent):
        parts.append((at, start + gap.start()))
        at = start + gap.end()
    parts.append((at, end))
    made: list[Cell] = []
    for left, right in parts:
        piece = text.raw[left:right]
        first, last = left + len(piece) - len(piece.lstrip(" \u00a0\t*")), left + len(piece.rstrip(" \u00a0\t*"))
        if first < last:
            is_right = bool(made) or (len(parts) == 1 and indent >= RIGHT_HALF)
            made.append(Cell(first, last, row, int(is_right), after_gap))
    return made


RIGHT_HALF = 24  # an indent that only the right column of a form has, in characters


def is_motto(folded: str) -> bool:
    """Say whether a cell is ô số 1, Quốc hiệu or Tiêu ngữ.

    Parameters
    ----------
    folded : str
        The cell.

    Returns
    -------
    bool
        True for either line, with slips of a scan.
    """
    return bool(_MOTTO.search(folded) or _FREEDOM.search(folded))


def is_loud(raw: str) -> bool:
    """Say whether a cell is set in capitals, one small letter in eight forgiven to the scan.

    Parameters
    ----------
    raw : str
        The cell.

    Returns
    -------
    bool
        True where it has two letters or more and nearly all are capitals.
    """
    letters = [c for c in raw if c.isalpha()]
    return len(letters) > 1 and sum(c.isupper() for c in letters) * 8 >= 7 * len(letters)
