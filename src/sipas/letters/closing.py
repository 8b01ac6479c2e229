"""Ô số 9a, 9b and 7a to 7c of the form: addressees, recipients (Nơi nhận) and the signature."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from sipas.letters.layout import ADDRESSED, BULLET, RECIPIENTS, Cell, is_loud
from sipas.letters.model import Found, Signer
from sipas.letters.text import Text
from sipas.letters.vocabulary import one_of, words

_CAPACITY = re.compile(r"\s*(?P<capacity>tuq|tm|kt|tl|q)\s*\.\s*(?P<rest>.*)")
_NAME_WORDS = range(2, 7)
_TELEGRAM = re.compile(r"dien\s*:\s*$")


@cache
def _position() -> re.Pattern[str]:
    return re.compile(rf"\s*(?P<position>{one_of(words()['positions'])})(?!\w).*")


def read_addressees(text: Text, cells: Sequence[Cell], at: int) -> tuple[tuple[Found, ...], int]:
    """Read ô số 9a: Kính gửi on one line, or one addressee a line with a dash.

    Parameters
    ----------
    text : Text
        The letter.
    cells : sequence of Cell
        All of it.
    at : int
        Index where it may begin.

    Returns
    -------
    tuple of Found
        Empty where the cell at ``at`` does not begin with Kính gửi (or, for a công điện, "… điện:").
    int
        Index after it.
    """
    if at >= len(cells):
        return (), at
    first = cells[at]
    opening = ADDRESSED.match(text.folded, first.start, first.end)
    if opening is None and not _TELEGRAM.search(text.folded, first.start, first.end):
        return (), at
    rest = text.trimmed(opening.end(), first.end) if opening else (first.end, first.end)
    if rest[0] < rest[1]:
        return _on_one_line(text, cells, at, rest[0])
    return _bulleted(text, cells, at + 1)


def _on_one_line(text: Text, cells: Sequence[Cell], at: int, start: int) -> tuple[tuple[Found, ...], int]:
    end, after = cells[at].end, at + 1
    while after < len(cells) and not cells[after].after_gap and not BULLET.match(text.folded, cells[after].start):
        end, after = cells[after].end, after + 1
    pieces = []
    for match in re.finditer(r"[^;]+", text.raw[start:end]):
        pieces.append(_found(text, start + match.start(), start + match.end()))
    listed: tuple[Found, ...] = ()
    if after < len(cells) and not cells[after].after_gap:
        listed, after = _bulleted(text, cells, after)
    return (*(p for p in pieces if p is not None), *listed), after


def _bulleted(text: Text, cells: Sequence[Cell], at: int) -> tuple[tuple[Found, ...], int]:
    items: list[tuple[int, int]] = []
    after = at
    while after < len(cells):
        cell = cells[after]
        bullet = BULLET.match(text.folded, cell.start, cell.end)
        if bullet:
            items.append((bullet.end(), cell.end))
        elif items and not cell.after_gap and text.raw[items[-1][1] - 1] not in ";.":
            items[-1] = (items[-1][0], cell.end)
        else:
            break
        after += 1
    found = [_found(text, start, end) for start, end in items]
    return tuple(f for f in found if f is not None), after


def _found(text: Text, start: int, end: int, confidence: float = 0.95) -> Found | None:
    start, end = text.trimmed(start, end)
    value = text.shown(start, end)
    if not value or not value[0].isalnum():
        return None
    return Found(start=start, end=end, line=text.line(start), confidence=confidence, value=value)


@dataclass(frozen=True, slots=True)
class End:
    """The end of a letter.

    Parameters
    ----------
    recipients : tuple of Found
        Ô số 9b.
    signer : Signer or None
        Ô số 7.
    start : int
        Offset where the end begins; the length of the text where there is none.
    """

    recipients: tuple[Found, ...]
    signer: Signer | None
    start: int


def read_end(text: Text, cells: Sequence[Cell], first: int) -> End:
    """Read the end of a letter: what stands after "Nơi nhận" and the signature's lines.

    Parameters
    ----------
    text : Text
        The letter.
    cells : sequence of Cell
        All of it.
    first : int
        Index of the first cell that may belong to it.

    Returns
    -------
    End
        Recipients and signer.
    """
    starts = [i for i in range(first, len(cells)) if RECIPIENTS.match(text.folded, cells[i].start, cells[i].end)]
    at = starts[-1] if starts else _signature_start(text, cells, first)
    if at is None:
        return End((), None, len(text.raw))
    tail = list(cells[at:])
    items, rest = _recipients(text, tail) if starts else ([], tail)
    found = [_found(text, start, end) for start, end in items if text.raw[start] not in "|/"]
    signer = _signer(text, rest)
    if not starts and (signer is None or signer.name is None):
        return End((), None, len(text.raw))
    above = _signature_above(text, cells, at, first) if starts and signer is None else None
    if above is not None:
        signer, at = _signer(text, cells[above:at]), above
    return End(tuple(f for f in found if f is not None), signer, cells[at].start)


def _signature_start(text: Text, cells: Sequence[Cell], first: int) -> int | None:
    """Without "Nơi nhận": the first of the last lines that is a capacity or a position in capitals."""
    last = [i for i in range(max(first, len(cells) - 12), len(cells)) if _is_signature(text, cells[i])]
    return last[0] if last else None


def _signature_above(text: Text, cells: Sequence[Cell], at: int, first: int) -> int | None:
    """Find a signature that a scan or a two-column page put above "Nơi nhận"."""
    above = [i for i in range(max(first, at - 8), at) if _is_signature(text, cells[i])]
    return above[0] if above else None


def _is_signature(text: Text, cell: Cell) -> bool:
    raw, folded = text.raw[cell.start : cell.end], text.folded[cell.start : cell.end]
    return is_loud(raw) and bool(_CAPACITY.match(folded) or _position().match(folded))


def _recipients(text: Text, tail: list[Cell]) -> tuple[list[tuple[int, int]], list[Cell]]:
    """Part the list under "Nơi nhận" from the signature, which stands below it or in the right column."""
    items: list[tuple[int, int]] = []
    rest: list[Cell] = []
    is_open = True
    for cell in tail[1:]:
        bullet = BULLET.match(text.folded, cell.start, cell.end)
        if bullet and (is_open or not is_loud(text.raw[bullet.end() : cell.end])):
            items.append((bullet.end(), cell.end))
        elif _goes_on(text, cell, items, rest) and is_open:
            items[-1] = (items[-1][0], cell.end)
        else:
            rest.append(cell)
        is_open = is_open and not (rest and _is_signature(text, rest[-1]) and cell.column == 0)
    return items, rest


def _goes_on(text: Text, cell: Cell, items: list[tuple[int, int]], rest: list[Cell]) -> bool:
    """Say whether it goes on with a recipient: small letters, no bullet, in the left column, before the signature."""
    raw = text.raw[cell.start : cell.end]
    is_list = bool(items) and not rest and cell.column == 0 and not cell.after_gap
    return is_list and not is_loud(raw) and text.raw[items[-1][1] - 1] not in ";."


def _signer(text: Text, cells: Sequence[Cell]) -> Signer | None:
    """Ô số 7a to 7c: capacities, position, name."""
    lines = [c for c in cells if _is_signature(text, c)]
    if not lines:
        return None
    capacity, signs_for, position = _capacities(text, lines)
    name = _name(text, [c for c in cells if c.start > lines[0].start and c not in lines])
    start, end = lines[0].start, max(lines[-1].end, name.end if name else 0)
    return Signer(
        start=start, end=end, line=text.line(start), confidence=0.95 if name and position else 0.6,
        name=name.value if name else None, position=position, capacity=capacity, signs_for=signs_for,
    )  # fmt: skip


def _capacities(text: Text, lines: Sequence[Cell]) -> tuple[tuple[str, ...], str | None, str | None]:
    """Read "TM. … / KT. CHỦ TỊCH / PHÓ CHỦ TỊCH": what is signed for, and the signer's own position."""
    capacity: list[str] = []
    signed: dict[str, str] = {}
    position = None
    for cell in lines:
        match = _CAPACITY.match(text.folded, cell.start, cell.end)
        if match is None:
            position = position or text.shown(cell.start, cell.end)
            continue
        code = match["capacity"].upper()
        capacity.append(code)
        rest = text.shown(match.start("rest"), match.end("rest"))
        if code == "Q":
            position = rest
        elif rest:
            signed[code] = rest
    signs_for = next((signed[code] for code in ("TUQ", "TL", "KT", "TM") if code in signed), None)
    return tuple(capacity), signs_for, position


def _name(text: Text, cells: Sequence[Cell]) -> Found | None:
    for cell in cells:
        raw = text.shown(cell.start, cell.end)
        parts = raw.split()
        is_name = len(parts) in _NAME_WORDS and all(p[0].isupper() and p.isalpha() for p in parts)
        if is_name and not BULLET.match(text.folded, cell.start, cell.end):
            return _found(text, cell.start, cell.end)
    return None
