"""Ô số 1 to 5b and 10 of the form (NĐ 30/2020, Phụ lục I; TT 01/2011): the head of a letter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from sipas.letters.citations import REFERENCE, reference_of
from sipas.letters.layout import ADDRESSED, RECIPIENTS, Cell, is_loud, is_motto
from sipas.letters.model import Found, FoundDate
from sipas.letters.numerals import DIGIT, Day, days, with_figures_mended
from sipas.letters.text import Text, fold
from sipas.letters.vocabulary import kind_by_abbreviation, kind_by_name, one_of, symbols, words

_NUMBER = re.compile(rf"\s*s[o0o]\s*[:.;]?\s*(?:{REFERENCE})")
_PLACE_DATE = re.compile(rf"(?P<place>[^\W\d_][^,;:/\d\n]{{1,40}}?)\s*,\s*(?=ngay\s+{DIGIT})")
_ABOUT = re.compile(r"\s*v\s?/\s?v\s*:?\s*|\s*ve\s+viec\s+")
_MOST_HEAD = 40  # cells in which the head of a letter ends
_LOOK_AHEAD = 8  # cells in which the head must go on after a cell that is none of it
_SHORT = 60
_MOST_SUBJECT = 12  # cells of a trích yếu, the other column's among them


@dataclass(slots=True)
class Head:
    """What the head of a letter says, and the cell where it ends.

    Parameters
    ----------
    kind, parent, issuer, number, symbol, place, date, urgency, subject : Found or FoundDate or None
        Ô số 2 to 5b, 10b.
    body : int
        Index of the first cell after the head.
    has_motto : bool
        Ô số 1 is there.
    """

    kind: Found | None = None
    parent: Found | None = None
    issuer: Found | None = None
    number: Found | None = None
    symbol: Found | None = None
    place: Found | None = None
    date: FoundDate | None = None
    urgency: Found | None = None
    subject: Found | None = None
    body: int = 0
    has_motto: bool = False
    agencies: list[tuple[int, int]] = field(default_factory=list)


@cache
def _stamp() -> re.Pattern[str]:
    return re.compile(rf"\s*(?P<stamp>{one_of([*words()['urgency'], *words()['secrecy']])})\s*")


@cache
def _title() -> re.Pattern[str]:
    return re.compile(rf"\s*(?P<kind>{one_of(kind_by_name())})\s*")


@cache
def _agency() -> re.Pattern[str]:
    bodies = words()["bodies"]
    opening = one_of([*bodies["whole"], *bodies["field"], *bodies["header"]])
    return re.compile(rf"\s*(?!ban\s+hanh){opening}(?!\w)")


def read_head(text: Text, cells: Sequence[Cell]) -> Head:
    """Read the head: cells are taken by their own form, wherever a scan or a column put them.

    Parameters
    ----------
    text : Text
        The letter.
    cells : sequence of Cell
        All of it.

    Returns
    -------
    Head
        What was found; ``body`` 0 where nothing of a head was seen.
    """
    head = Head()
    at = 0
    while at < min(len(cells), _MOST_HEAD):
        after = _take(text, cells, at, head)
        if after == at and not _is_stray(text, cells[at], head) and not _goes_on(text, cells, at, head):
            break
        at = max(after, at + 1)
    head.body = at
    _name_agencies(text, head)
    _infer_kind(head)
    return head


def _take(text: Text, cells: Sequence[Cell], at: int, head: Head) -> int:
    """Take the cell into the head; give the index after it, or ``at`` where it is none of the head's."""
    cell = cells[at]
    folded = text.folded[cell.start : cell.end]
    if ADDRESSED.match(folded) or RECIPIENTS.match(folded):
        return at
    if is_motto(folded):
        head.has_motto = True
        return at + 1
    for take in (_take_number, _take_place_date, _take_stamp):
        if take(text, cell, head):
            return at + 1
    if _ABOUT.match(folded) and head.subject is None:
        return _take_subject(text, cells, at, head)
    if head.kind is None and is_loud(text.raw[cell.start : cell.end]) and _title().fullmatch(folded):
        return _take_title(text, cells, at, head)
    return at + _take_agency(text, cell, head)


def _goes_on(text: Text, cells: Sequence[Cell], at: int, head: Head) -> bool:
    """Say whether the head goes on after a cell that is none of its elements: short, and one follows soon."""
    ahead = cells[at + 1 : at + 1 + _LOOK_AHEAD]
    is_short = all(cell.end - cell.start < _SHORT for cell in (cells[at], *ahead[:1]))
    if not is_short or head.kind is not None or head.subject is not None or _BASIS.match(text.folded, cells[at].start):
        return False
    return any(_is_strong(text, cell) for cell in ahead)


def _is_strong(text: Text, cell: Cell) -> bool:
    """Say whether a cell is an element of the head and nothing else: number, day, title, Quốc hiệu."""
    folded = text.folded[cell.start : cell.end]
    is_title = is_loud(text.raw[cell.start : cell.end]) and bool(_title().fullmatch(folded))
    return is_motto(folded) or is_title or bool(_NUMBER.match(folded) or _PLACE_DATE.match(folded))


def _is_stray(text: Text, cell: Cell, head: Head) -> bool:
    """Say whether it is a remark or a bracket above or inside the head that is no part of the letter."""
    raw, folded = text.raw[cell.start : cell.end], text.folded[cell.start : cell.end]
    if ADDRESSED.match(folded) or RECIPIENTS.match(folded):
        return False
    is_bracketed = raw[:1] in "([" and raw[-1:] in ")]"
    return is_bracketed or (
        len(raw) < 12 and head.subject is None and head.kind is None and not head.body and cell.row < 12
    )


def _take_number(text: Text, cell: Cell, head: Head) -> bool:
    match = _NUMBER.match(text.folded, cell.start, cell.end)
    if match is None or head.number is not None:
        return False
    reference = reference_of(text, match)
    confidence = 0.8 if reference.is_mended else 0.95
    start, end = match.span("number")
    line = text.line(start)
    head.number = Found(start=start, end=end, line=line, confidence=confidence, value=reference.number)
    start, end = match.span("symbol")
    head.symbol = Found(start=start, end=end, line=line, confidence=confidence, value=reference.symbol)
    return True


def _take_place_date(text: Text, cell: Cell, head: Head) -> bool:
    match = _PLACE_DATE.match(text.folded, cell.start, cell.end)
    if match is None or head.date is not None:
        return False
    day: Day | None = next(days(text.folded, match.end(), cell.end), None)
    if day is None or not day.has_year or day.end < cell.end - 2:
        return False
    start, end = match.span("place")
    head.place = Found(start=start, end=end, line=text.line(start), confidence=0.95, value=text.shown(start, end))
    confidence = 0.8 if day.is_mended else 0.95
    head.date = FoundDate(
        start=day.start, end=day.end, line=text.line(day.start), confidence=confidence, value=day.value
    )
    return True


def _take_stamp(text: Text, cell: Cell, head: Head) -> bool:
    match = _stamp().fullmatch(text.folded, cell.start, cell.end)
    if match is None or not is_loud(text.raw[cell.start : cell.end]):
        return False
    if fold(match["stamp"]) in {fold(word) for word in words()["urgency"]}:
        start, end = match.span("stamp")
        value = text.shown(start, end).lower()
        head.urgency = Found(start=start, end=end, line=text.line(start), confidence=0.95, value=value)
    return True


def _take_subject(text: Text, cells: Sequence[Cell], at: int, head: Head) -> int:
    """Ô số 5b: V/v and the lines under it in its column, until another element of the head."""
    first = cells[at]
    match = _ABOUT.match(text.folded, first.start, first.end)
    start = match.end() if match else first.start
    end, after = first.end, at + 1
    for index in range(at + 1, min(len(cells), at + 1 + _MOST_SUBJECT)):
        cell = cells[index]
        if cell.column != first.column and (_take_number(text, cell, head) or _take_place_date(text, cell, head)):
            after = index + 1
        elif cell.after_gap or _opens_element(text, cell):
            break
        else:
            end, after = cell.end, index + 1
    _set_subject(text, head, start, end, 0.95)
    return after


def _take_title(text: Text, cells: Sequence[Cell], at: int, head: Head) -> int:
    """Ô số 5a: the kind in capitals, under it the trích yếu until an empty line."""
    cell = cells[at]
    match = _title().fullmatch(text.folded, cell.start, cell.end)
    if match is None:
        return at
    kind = kind_by_name()[re.sub(r"\s+", " ", match["kind"])]
    start, end = match.span("kind")
    head.kind = Found(start=start, end=end, line=text.line(start), confidence=0.95, value=kind.code)
    after = at + 1
    stretch: list[Cell] = []
    for below in cells[at + 1 :]:
        is_next = _opens_element(text, below) or _is_agency(text, below) or _is_authority(text, below)
        if (stretch and below.after_gap) or is_next:
            break
        stretch.append(below)
        after += 1
    if stretch and head.subject is None:
        about = _ABOUT.match(text.folded, stretch[0].start, stretch[0].end)
        short = re.compile(r"\s*ve\s+").match(text.folded, stretch[0].start, stretch[0].end)
        match = about or short
        _set_subject(text, head, match.end() if match else stretch[0].start, stretch[-1].end, 0.95)
    return after


def _set_subject(text: Text, head: Head, start: int, end: int, confidence: float) -> None:
    start, end = text.trimmed(start, end)
    if start < end:
        value = with_figures_mended(text.shown(start, end))
        head.subject = Found(start=start, end=end, line=text.line(start), confidence=confidence, value=value)


def _opens_element(text: Text, cell: Cell) -> bool:
    folded = text.folded[cell.start : cell.end]
    forms = (ADDRESSED, RECIPIENTS, _NUMBER, _PLACE_DATE, _ABOUT)
    return (
        is_motto(folded)
        or any(form.match(folded) for form in forms)
        or bool(_stamp().fullmatch(folded) and is_loud(text.raw[cell.start : cell.end]))
    )


def _is_authority(text: Text, cell: Cell) -> bool:
    """Say whether the authority or the grounds of a decision begin: CHỦ TỊCH ỦY BAN NHÂN DÂN …, Căn cứ."""
    is_person = is_loud(text.raw[cell.start : cell.end]) and _authority().match(text.folded, cell.start, cell.end)
    return bool(is_person or (not is_loud(text.raw[cell.start : cell.end]) and _BASIS.match(text.folded, cell.start)))


_ENACTING = re.compile(r"\s*ban\s+hanh\b")  # over the end of a line: "BAN" above "HÀNH QUY CHẾ"
_BASIS = re.compile(r"\s*can\s+cu\s")


@cache
def _authority() -> re.Pattern[str]:
    return re.compile(rf"\s*{one_of(words()['positions'])}\s")


def _is_agency(text: Text, cell: Cell) -> bool:
    is_enacting = _ENACTING.match(text.folded, cell.start)
    is_body = _agency().match(text.folded, cell.start, cell.end) and not is_enacting
    return is_loud(text.raw[cell.start : cell.end]) and bool(is_body)


def _take_agency(text: Text, cell: Cell, head: Head) -> bool:
    """Ô số 2: a line in capitals that opens a body, or goes on with the one above."""
    if head.kind is not None or head.subject is not None or not is_loud(text.raw[cell.start : cell.end]):
        return _is_agency(text, cell) and head.kind is not None
    if _agency().match(text.folded, cell.start, _end_of_name(text, cell)):
        head.agencies.append((cell.start, cell.end))
    elif head.agencies:
        head.agencies[-1] = (head.agencies[-1][0], cell.end)
    else:
        return False
    return True


def _end_of_name(text: Text, cell: Cell) -> int:
    """Give the end of a body's name that a narrow column broke: "ỦY BAN NHÂN" above "DÂN"."""
    below = text.raw.find("\n", cell.end + 1)
    end = below if below >= 0 else len(text.raw)
    follows = text.raw[cell.end : end]
    return end if follows.startswith("\n") and is_loud(follows) and not is_motto(fold(follows)) else cell.end


def _name_agencies(text: Text, head: Head) -> None:
    """Ô số 2: the last body in capitals issues the letter, the one before it stands above."""
    named = [_agency_found(text, start, end) for start, end in head.agencies]
    head.issuer = named[-1] if named else None
    head.parent = named[-2] if len(named) > 1 else None


def _agency_found(text: Text, start: int, end: int) -> Found:
    """Name a body of ô số 2; what stands between its lines in the other column is left out."""
    kept = []
    at = start
    for part in re.split(r"(\n|[ \t]{4,})", text.raw[start:end]):
        folded = fold(part)
        if part.strip() and is_loud(part) and not is_motto(folded):
            kept.append(part)
        at += len(part)
    value = text.shown(start, end) if not kept else re.sub(r"\s+", " ", " ".join(kept).replace("*", " ")).strip(" -_,.")
    return Found(start=start, end=end, line=text.line(start), confidence=0.95, value=value)


def _infer_kind(head: Head) -> None:
    """Without a title line: the first group of the symbol, else công văn where ô số 3 or 5b stands."""
    if head.kind is not None:
        return
    if head.symbol is not None:
        group = fold(head.symbol.value.split("-", maxsplit=1)[0])
        kind = kind_by_abbreviation().get(group)
        is_kind = kind is not None and "-" in head.symbol.value and group not in symbols()
        code = kind.code if kind is not None and is_kind else "letter"
        head.kind = Found(
            start=head.symbol.start, end=head.symbol.end, line=head.symbol.line, confidence=0.8, value=code
        )
    elif head.subject is not None:
        at = head.subject
        head.kind = Found(start=at.start, end=at.end, line=at.line, confidence=0.6, value="letter")


__all__ = ["Head", "read_head"]
