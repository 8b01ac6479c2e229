"""Where the table begins on an office sheet: below the title, with a head of one or more rows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sipas.errors import Place, SipasError
from sipas.intake.dates import read_date
from sipas.intake.grid import Grid
from sipas.intake.headers import HEADER_JOINT, header_key, known_headers
from sipas.intake.vietnamese import clean

HEAD_ROWS = 60  # the head is looked for in so many rows
MOST_HEAD_LEVELS = 4
LONGEST_HEADER = 120
_NUMBER = re.compile(r"^[\s+-]*[\d.,]+\s*%?$")
_COLUMN_NUMBER = re.compile(r"^[(\[]?\s*(\d{1,2}|[A-Za-zĐđ])\s*[)\]]?\s*(=.*)?$")


@dataclass(frozen=True, slots=True)
class Head:
    """Head of a table.

    Parameters
    ----------
    first, last : int
        Its rows, from 0, both included.
    names : tuple of str
        One name for each column of the grid; empty where the head names none.
    """

    first: int
    last: int
    names: tuple[str, ...]


def find_head(grid: Grid) -> Head:
    """Find the head of the table.

    The first row that fills half of the table's width with words, or that holds two known header names; further rows
    belong to it where merged cells say so, or where they only fill the gaps beside its names.

    Parameters
    ----------
    grid : Grid
        All cells.

    Returns
    -------
    Head
        Names as joined texts, as ``Người nộp / Họ tên``.

    Raises
    ------
    SipasError
        ``intake.header_missing`` where no row looks like a head.
    """
    if grid.headers is not None:
        return Head(-1, -1, grid.headers)
    rows = [[None if c is None else clean(c) or None for c in row] for row in grid.cells.head(HEAD_ROWS).rows()]
    width = _usual_width(rows)
    first = next((i for i, row in enumerate(rows) if _is_head(row, width)), None)
    if first is None:
        seen = [c for row in rows[:5] for c in row if c]
        raise SipasError("intake.header_missing", got=seen, place=Place(file=grid.file, sheet=grid.sheet))
    last = first
    while last + 1 < len(rows) and last - first + 1 < MOST_HEAD_LEVELS and _continues(grid, rows, first, last + 1):
        last += 1
    return Head(first, last, _join(grid, rows[first : last + 1], first))


def is_column_numbers(cells: list[str | None]) -> bool:
    """Say whether a row only numbers the columns, as ``(1) (2) (3)`` or ``A B 1 2``.

    Parameters
    ----------
    cells : list of str or None
        One row.

    Returns
    -------
    bool
        True for at least three marks in brackets, or five without; the numbers 1, 2, 3 ... in order.
    """
    marks = [_COLUMN_NUMBER.match(cell) for cell in cells if cell]
    bracketed = all(cell.startswith(("(", "[")) for cell in cells if cell)
    if len(marks) < (3 if bracketed else 5) or not all(marks):
        return False
    numbers = [int(m.group(1)) for m in marks if m and m.group(1).isdecimal()]
    return len(numbers) >= 2 and numbers == list(range(1, len(numbers) + 1))


def is_words(cell: str | None) -> bool:
    """Say whether a cell could be a header: words, not a number or a date.

    Parameters
    ----------
    cell : str or None
        Cleaned text.

    Returns
    -------
    bool
        False for an empty cell.
    """
    if not cell or len(cell) > LONGEST_HEADER or _NUMBER.match(cell):
        return False
    return isinstance(read_date(cell), str) and any(c.isalpha() for c in cell)


def _usual_width(rows: list[list[str | None]]) -> int:
    filled = sorted(sum(c is not None for c in row) for row in rows)
    filled = [n for n in filled if n]
    return filled[len(filled) * 3 // 4] if filled else 0


def _is_head(row: list[str | None], width: int) -> bool:
    words = sum(map(is_words, row))
    filled = sum(c is not None for c in row)
    known = sum(header_key(c) in known_headers() for c in row if c)
    if known >= 2:
        return True
    enough = words >= max(2, width / 2) or (width == 1 and words == 1)
    return enough and words * 2 > filled


def _continues(grid: Grid, rows: list[list[str | None]], first: int, row: int) -> bool:
    head = [r for r in grid.merged if first <= r[0] <= row - 1]
    cells = rows[row]
    if head:
        return any(r[2] >= row for r in head) or any(
            r[3] > r[1]
            and r[2] == row - 1
            and any(is_words(c) for c in cells[r[1] : r[3] + 1])
            and _only_under(cells, head)
            for r in head
        )
    above = rows[row - 1]
    filled = [i for i, c in enumerate(cells) if c]
    gaps = [i for i in filled if above[i] is None]
    starts = [i for i in filled if above[i] and i + 1 < len(above) and above[i + 1] is None and cells[i + 1]]
    fits = len(gaps) + len(starts) == len(filled) and bool(gaps)
    return fits and all(is_words(cells[i]) for i in filled) and any(above[i] for i in range(len(above)))


def _only_under(cells: list[str | None], head: list[tuple[int, int, int, int]]) -> bool:
    covered = {i for r in head if r[3] > r[1] for i in range(r[1], r[3] + 1)}
    return all(i in covered for i, c in enumerate(cells) if c)


def _join(grid: Grid, levels: list[list[str | None]], first: int) -> tuple[str, ...]:
    spread = [_spread(grid, level, levels[i + 1 :], first + i) for i, level in enumerate(levels)]
    names = []
    for column in range(len(levels[0])):
        parts: list[str] = []
        for level in spread:
            part = level[column]
            if part and part not in parts:
                parts.append(part)
        names.append(HEADER_JOINT.join(parts))
    return tuple(names)


def _spread(grid: Grid, level: list[str | None], below: list[list[str | None]], row: int) -> list[str | None]:
    """Give a name over several columns to each of them."""
    merged = [r for r in grid.merged if r[0] == row and r[3] > r[1]]
    result = list(level)
    if grid.merged:
        for _, left, _, right in merged:
            result[left : right + 1] = [level[left]] * (min(right, len(level) - 1) - left + 1)
        return result
    for column in range(1, len(level)):
        if level[column] is None and any(lower[column] for lower in below):
            result[column] = result[column - 1]
    return result
