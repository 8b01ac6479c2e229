"""Read a letter: head, addressees, body, end; then what the body says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import msgspec

from sipas.errors import SipasError
from sipas.letters.bodies import Body, find_bodies
from sipas.letters.citations import find_citations
from sipas.letters.closing import read_addressees, read_end
from sipas.letters.deadlines import find_deadlines
from sipas.letters.duties import find_duties, find_reports
from sipas.letters.header import Head, read_head
from sipas.letters.layout import Cell, cells
from sipas.letters.model import Citation, Found, Letter
from sipas.letters.provisions import Paragraph
from sipas.letters.retelling import named_letter, read_retelling, without_foreign
from sipas.letters.structure import GROUND, ORDER, Structure, bodies_above, read_structure, tasks
from sipas.letters.text import Text, fold
from sipas.letters.thresholds import find_thresholds
from sipas.letters.vocabulary import symbols

MOST_CHARACTERS = 1_000_000
ND30_FROM = dt.date(2020, 3, 5)  # NĐ 30/2020/NĐ-CP, Điều 37: in force on the day of signing
EXPECTED = (
    "kind", "issuer", "number", "symbol", "place", "date", "subject", "addressees", "grounds", "tasks", "thresholds",
    "deadlines", "duties", "reports", "recipients", "signer",
)  # fmt: skip


def read_letter(text: str) -> Letter:
    """Read the structure of an official letter.

    Parameters
    ----------
    text : str
        The letter, any Unicode form; at most a million characters. Two columns may stand side by side, four spaces or
        a tab apart, or one under the other.

    Returns
    -------
    Letter
        Every value with its place in ``Letter.text`` (the text in NFC, lines ended by a newline); what was not found is
        named in ``missing``. A text that is no letter gives a Letter with much missing, never an error.

    Raises
    ------
    SipasError
        ``letters.too_long``.

    Notes
    -----
    NĐ 30/2020/NĐ-CP, Phụ lục I; TT 01/2011/TT-BNV.
    """
    if len(text) > MOST_CHARACTERS:
        raise SipasError("letters.too_long", "text", expected=MOST_CHARACTERS, got=len(text))
    whole = Text.of(text)
    lines = cells(whole)
    head = read_head(whole, lines)
    if not head.has_motto and head.number is None and head.kind is None:
        plain = without_foreign(whole)
        named = named_letter(plain)
        if named is not None and not _is_addressed(whole, lines):
            letter, structure = read_retelling(plain, *named)
            letter = msgspec.structs.replace(letter, text=whole.raw)
            return _finished(plain, letter, structure, 0, named[0])
    return _by_the_form(whole, lines, head)


def _is_addressed(text: Text, lines: Sequence[Cell]) -> bool:
    return any(read_addressees(text, lines, at)[0] for at in range(min(len(lines), 40)))


def _by_the_form(text: Text, lines: Sequence[Cell], head: Head) -> Letter:
    addressees, at = read_addressees(text, lines, head.body)
    if not addressees:
        addressees, at = _addressed_later(text, lines, head.body)
    end = read_end(text, lines, at)
    body = [cell for cell in lines[at:] if cell.end <= end.start]
    structure = read_structure(text, body)
    letter = Letter(
        text=text.raw,
        form="unknown" if head.date is None else "ND30" if head.date.value >= ND30_FROM else "TT01",
        is_retelling=False,
        kind=head.kind,
        parent=head.parent,
        issuer=head.issuer or _inferred_issuer(text, head, structure),
        number=head.number,
        symbol=head.symbol,
        place=head.place,
        date=head.date,
        urgency=head.urgency,
        subject=head.subject,
        addressees=addressees,
        recipients=end.recipients,
        signer=end.signer,
    )
    return _finished(text, letter, structure, body[0].start if body else end.start, None)


def _addressed_later(text: Text, lines: Sequence[Cell], body: int) -> tuple[tuple[Found, ...], int]:
    """Look for Kính gửi a few lines below the head, as under the name of a report or a công điện."""
    for at in range(body, min(len(lines), body + 4)):
        addressees, after = read_addressees(text, lines, at)
        if addressees:
            return addressees, after
    return (), body


def _inferred_issuer(text: Text, head: Head, structure: Structure) -> Found | None:
    """Without ô số 2: the body behind the symbol's first group, or the body that gives the orders."""
    ordering = _ordering_body(text, structure)
    known = symbols().get(fold(head.symbol.value).split("-", maxsplit=1)[0]) if head.symbol else None
    if head.symbol and known and not (ordering and fold(ordering.name).startswith(("ubnd", "uy ban"))):
        at = head.symbol
        return Found(start=at.start, end=at.end, line=at.line, confidence=0.6, value=known)
    if ordering is None:
        return None
    return Found(
        start=ordering.start, end=ordering.end, line=text.line(ordering.start), confidence=0.4, value=ordering.name
    )


def _ordering_body(text: Text, structure: Structure) -> Body | None:
    """Give the body right before the first "yêu cầu", "đề nghị", "có ý kiến" of the lead-in."""
    for paragraph in structure.lead:
        for order in ORDER.finditer(text.folded, paragraph.start, paragraph.end):
            bodies = [b for b in find_bodies(text, paragraph.start, order.start()) if order.start() - b.end < 12]
            if bodies:
                return bodies[-1]
    return None


def _finished(text: Text, letter: Letter, structure: Structure, body: int, own: Citation | None) -> Letter:
    """Read what the body says into the letter."""
    end = max((p.end for _, p, _ in _stretches(text, structure)), default=body)
    citations = tuple(c for c in _citations(text, structure, body, end) if own is None or c.reference != own.reference)
    cited = [(c.start, c.end) for c in citations] + ([(own.start, own.end)] if own else [])
    letter_day = letter.date.value if letter.date else None
    thresholds, deadlines, duties, reports = [], [], [], []
    for task, stretch, above in _stretches(text, structure):
        first, last = stretch.start, stretch.end
        thresholds += list(find_thresholds(text, first, last, task))
        deadlines += find_deadlines(text, first, last, task, letter_day=letter_day, cited=cited)
        reports += find_reports(text, first, last, task)
        if task is not None:
            duties += find_duties(text, first, last, task, above)
    filled = msgspec.structs.replace(
        letter,
        citations=citations,
        tasks=tasks(text, structure),
        thresholds=tuple(thresholds),
        deadlines=tuple(deadlines),
        duties=tuple(duties),
        reports=tuple(reports),
    )
    return msgspec.structs.replace(filled, missing=_missing(filled))


def _stretches(text: Text, structure: Structure) -> Iterator[tuple[str | None, Paragraph, list[Body]]]:
    """Every paragraph with its task and the bodies of the heading above."""
    for paragraph in structure.lead:
        yield None, paragraph, []
    for provision in structure.provisions:
        above = bodies_above(text, structure, provision)
        for paragraph in provision.paragraphs:
            yield provision.path, paragraph, above
    for paragraph in structure.loose:
        yield None, paragraph, []


def _citations(text: Text, structure: Structure, body: int, end: int) -> list[Citation]:
    numbered = [p.start for p in structure.provisions if p.level != "paragraph"]
    grounds = [p.end for p in structure.lead if GROUND.match(text.folded, p.start, p.end)]
    first = min(numbered) if numbered else max(grounds, default=structure.first or end)
    return find_citations(text, body, end, first)


def _missing(letter: Letter) -> tuple[str, ...]:
    """Fields of the form that stay empty; công văn, tờ trình and báo cáo have addressees, other kinds need none."""
    wants_addressees = letter.kind is not None and letter.kind.value in {"letter", "submission"}
    return tuple(
        name
        for name in EXPECTED
        if not getattr(letter, name) and (name != "addressees" or (wants_addressees and not letter.is_retelling))
    )
