"""The body of a letter: lead-in, provisions, orders outside the numbering, and what is neither."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sipas.letters.bodies import Body, find_bodies
from sipas.letters.layout import BULLET, Cell
from sipas.letters.model import Found, Task
from sipas.letters.provisions import Numbering, Paragraph, Provision, has_romans, paragraphs
from sipas.letters.text import Text, fold

ORDER = re.compile(
    r"\b(?:yeu\s+cau|de\s+nghi|phan\s+cong|co\s+trach\s+nhiem|chiu\s+trach\s+nhiem|nghiem\s+tuc|vuong\s+mac)\b"
    r"|(?<![^\W\d_])giao\s+(?!dich|thong|tiep|luu|ban\b|duc|dat)"
)
GROUND = re.compile(
    r"\s*(?:can\s+cu|thuc\s+hien|trien\s+khai|nham\s+trien\s+khai|tiep\s+theo|theo\b|xet\b|de\s+trien\s+khai)"
)
_LEAD_IN = re.compile(r":\s*$|nhu\s+sau\s*[:.]?\s*$|sau\s+day\s*[:.]?\s*$")
# Paragraphs that close a letter or belong to the form and give no order.
_FORMULA = re.compile(
    r"\s*(?:tren\s+day|(?:cong\s+dien|quyet\s+dinh|chi\s+thi|nghi\s+quyet|ke\s+hoach|cong\s+van|van\s+ban)\s+nay"
    r"|[^.;:]{0,90}?\bkinh\s+(?:bao\s+cao|trinh|mong)|tran\s+trong|thua\s+lenh|(?:thoi\s+gian|dia\s+diem|chu\s+tri|thanh\s+phan|noi\s+dung)\s*:)"
)
# How a paragraph after the last provision begins when it orders: formula, or a body or its head before the verb.
_CLOSING_ORDER = re.compile(
    r"\s*(?:(?:kinh\s+)?de\s+nghi|yeu\s+cau|giao\s|trong\s+qua\s+trinh|tren\s+day|nhan\s+duoc|phan\s+cong|qua\s+trinh"
    r"|(?:[^.;:]{3,90}?)\s(?:yeu\s+cau|de\s+nghi|nghiem\s+tuc|giao\s))"
)


@dataclass(slots=True)
class Structure:
    """The parts of a body.

    Parameters
    ----------
    lead : list of Paragraph
        Before the first provision.
    provisions : list of Provision
        In order; orders outside the numbering among them, with level ``paragraph``.
    loose : list of Paragraph
        Closing formulas and the like.
    """

    lead: list[Paragraph] = field(default_factory=list)
    provisions: list[Provision] = field(default_factory=list)
    loose: list[Paragraph] = field(default_factory=list)

    @property
    def first(self) -> int | None:
        """Offset of the first provision."""
        return min((p.start for p in self.provisions), default=None)


def read_structure(text: Text, cells: Sequence[Cell]) -> Structure:
    """Cut the body of a letter.

    Parameters
    ----------
    text : Text
        The letter.
    cells : sequence of Cell
        Its body: after head and addressees, before the end.

    Returns
    -------
    Structure
        Every paragraph is in exactly one of its parts.
    """
    made = Structure()
    found = paragraphs(text, cells)
    numbering = Numbering(has_romans=has_romans(text, found))
    for paragraph in found:
        provision = numbering.place(text, paragraph)
        if provision is not None:
            made.provisions.append(provision)
        elif not made.provisions:
            made.lead.append(paragraph)
        else:
            _sort(text, paragraph, made)
    if not any(p.level != "paragraph" for p in made.provisions):
        _unnumbered(text, made)
    return made


def _sort(text: Text, paragraph: Paragraph, made: Structure) -> None:
    """Put an unnumbered paragraph after a provision: part of it, an order of its own, or a formula."""
    folded = text.folded[paragraph.start : paragraph.end]
    last = made.provisions[-1]
    numbered = [p for p in made.provisions if p.level != "paragraph"]
    is_inside = BULLET.match(folded) or _is_heading(text, last)
    if not is_inside and _FORMULA.match(folded) and not ORDER.search(folded):
        made.loose.append(paragraph)
    elif is_inside or (numbered and "Đ" in numbered[-1].path):
        last.paragraphs.append(paragraph)
    elif _CLOSING_ORDER.match(folded) and ORDER.search(folded):
        made.provisions.append(_order(made, paragraph.start, paragraph))
    elif _FORMULA.match(folded) or last.level == "paragraph":
        made.loose.append(paragraph)
    else:
        last.paragraphs.append(paragraph)


def _is_heading(text: Text, provision: Provision) -> bool:
    """Say whether it is a heading: a provision whose own line ends without a stop, what follows belongs to it."""
    first = provision.paragraphs[0]
    return len(provision.paragraphs) == 1 and not re.search(r"[.;:/]\s*$", text.folded[first.start : first.end])


def _order(made: Structure, start: int, paragraph: Paragraph) -> Provision:
    number = sum(p.level == "paragraph" for p in made.provisions) + 1
    stretch = Paragraph(start, paragraph.end)
    return Provision(f"¶{number}", "paragraph", None, start, paragraph.end, number, [stretch])


def _unnumbered(text: Text, made: Structure) -> None:
    """Sort a letter without numbers: what follows its lead-in, or each paragraph that orders."""
    lead, made.lead = made.lead, []
    opened = False
    for paragraph in lead:
        folded = text.folded[paragraph.start : paragraph.end]
        if BULLET.match(folded) and made.provisions:
            made.provisions[-1].paragraphs.append(paragraph)
        elif _LEAD_IN.search(folded) and not opened:
            made.lead.append(paragraph)
            opened = True
        elif _FORMULA.match(folded):
            made.loose.append(paragraph)
        elif GROUND.match(folded):
            _order_after_ground(text, paragraph, made)
        elif opened or ORDER.search(folded):
            made.provisions.append(_order(made, paragraph.start, paragraph))
        else:
            made.lead.append(paragraph)


def _order_after_ground(text: Text, paragraph: Paragraph, made: Structure) -> None:
    """Take an order in the same sentence as its ground: it begins with the body that orders."""
    order = None
    for order in ORDER.finditer(text.folded, paragraph.start, paragraph.end):
        bodies = [b for b in find_bodies(text, paragraph.start, order.start()) if order.start() - b.end < 12]
        if bodies:
            made.lead.append(Paragraph(paragraph.start, bodies[-1].head))
            made.provisions.append(_order(made, bodies[-1].head, paragraph))
            return
    made.lead.append(paragraph)


def tasks(text: Text, structure: Structure) -> tuple[Task, ...]:
    """Give the provisions as tasks.

    Parameters
    ----------
    text : Text
        The letter.
    structure : Structure
        Its body.

    Returns
    -------
    tuple of Task
        In order.
    """
    return tuple(_task(text, provision) for provision in structure.provisions)


def _task(text: Text, provision: Provision) -> Task:
    start, end = provision.start, max(p.end for p in provision.paragraphs)
    pieces = [text.shown(p.start, p.end) for p in provision.paragraphs]
    return Task(
        start=start, end=end, line=text.line(start), confidence=0.6 if provision.level == "paragraph" else 0.95,
        path=provision.path, level=provision.level, parent=provision.parent, text="\n".join(pieces),
        bodies=tuple(_named(text, provision)),
    )  # fmt: skip


def _named(text: Text, provision: Provision) -> Iterator[Found]:
    seen: set[str] = set()
    for paragraph in provision.paragraphs:
        for body in find_bodies(text, paragraph.start, paragraph.end):
            key = full_name(body.name)
            if key not in seen:
                seen.add(key)
                yield Found(
                    start=body.start, end=body.end, line=text.line(body.start), confidence=0.8, value=body.name
                )  # fmt: skip


def bodies_above(text: Text, structure: Structure, provision: Provision) -> list[Body]:
    """Give the bodies that the heading above a provision names.

    Parameters
    ----------
    text : Text
        The letter.
    structure : Structure
        Its body.
    provision : Provision
        One of it.

    Returns
    -------
    list of Body
        Empty where nothing stands above, or it names none.
    """
    above = next((p for p in structure.provisions if p.path == provision.parent), None)
    if above is None:
        return []
    first = above.paragraphs[0]
    return find_bodies(text, first.start, first.end)


def full_name(name: str) -> str:
    """Give the form in which names of bodies are compared.

    Parameters
    ----------
    name : str
        As written.

    Returns
    -------
    str
        Folded, abbreviations written out.
    """
    folded = fold(name)
    for short, long in (
        ("ubmttq", "uy ban mat tran to quoc"),
        ("mttq", "mat tran to quoc"),
        ("ubnd", "uy ban nhan dan"),
        ("hdnd", "hoi dong nhan dan"),
    ):
        folded = re.sub(rf"\b{short}(?!\w)", long, folded)
    return folded
