"""The reading of a letter beside its text: every value marked where it stands, with its confidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from sipas.intake.vietnamese import format_date
from sipas.letters import Citation, Deadline, Letter, Placed, Threshold
from sipas.tables.typed import convert
from sipas_web.improvement.directive_wording import indicator_label, kind_label, word
from sipas_web.improvement.queries.directives import Directive

HEAD = ("issuer", "parent", "number", "symbol", "place", "date", "kind", "urgency", "subject")
LISTS = ("addressees", "citations", "tasks", "duties", "thresholds", "deadlines", "reports", "recipients")
# Which colour a value has in the text.
TONES = {
    "addressees": "body", "recipients": "body", "duties": "body", "reports": "body", "citations": "cited",
    "thresholds": "figure", "deadlines": "day", "tasks": "order",
}  # fmt: skip
GRADES: tuple[tuple[float, StrOrPromise], ...] = (
    (0.9, _("clear")),
    (0.7, _("mended, or found by its words")),
    (0.5, _("inferred from another place")),
    (0.0, _("a guess")),
)
# The form that corrects a group of values.
CORRECTED_BY = {
    "head": "directive_head", "addressees": "directive_addressees", "citations": "directive_citations",
    "tasks": "directive_orders", "duties": "directive_orders", "deadlines": "directive_orders",
    "thresholds": "directive_targets",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value:
    """A value that was read."""

    code: str  # thresholds-2: its anchor
    label: str
    shown: str
    confidence: float
    grade: StrOrPromise
    start: int
    end: int
    tone: str
    task: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Values of one field."""

    code: str
    label: str
    values: tuple[Value, ...]
    url_name: str


@dataclass(slots=True)
class Piece:
    """A stretch of the text, with the value it belongs to and the orders that begin there."""

    text: str
    value: Value | None = None
    is_first: bool = False  # of its value: it bears the anchor
    orders: list[Value] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """A letter's text in pieces, the values, and what was not found."""

    pieces: tuple[Piece, ...]
    groups: tuple[Group, ...]
    missing: tuple[str, ...]
    form: str
    is_retelling: bool


def reading_of(directive: Directive) -> Reading:
    """Work out what the page of a reading shows."""
    letter = convert({**directive.reading, "text": directive.text}, Letter)
    groups = tuple(_groups(letter))
    values = [v for g in groups for v in g.values]
    return Reading(
        tuple(pieces_of(directive.text, values)),
        groups,
        tuple(word(name) for name in letter.missing),
        word(f"form.{letter.form}"),
        letter.is_retelling,
    )


def pieces_of(text: str, values: list[Value]) -> Iterator[Piece]:
    """Cut a text where values begin or end; where several overlap the shortest is marked, orders at their beginning."""
    marked = [v for v in values if v.tone != "order" and v.start < v.end]
    orders: dict[int, list[Value]] = {}
    for value in values:
        if value.tone == "order":
            orders.setdefault(value.start, []).append(value)
    cuts = sorted({0, len(text), *orders, *(v.start for v in marked), *(v.end for v in marked)})
    seen: set[str] = set()
    for start, end in pairwise(cuts):
        over = [v for v in marked if v.start <= start and end <= v.end]
        shown = min(over, key=lambda v: (v.end - v.start, v.code), default=None)
        is_first = shown is not None and shown.code not in seen
        if shown is not None:
            seen.add(shown.code)
        yield Piece(text[start:end], shown, is_first, orders.get(start, []))


def _groups(letter: Letter) -> Iterator[Group]:
    head = tuple(_value(name, 0, name, getattr(letter, name)) for name in HEAD if getattr(letter, name) is not None)
    if letter.signer is not None:
        head = (*head, _value("signer", 0, "signer", letter.signer))
    yield Group("head", str(_("Head and signature")), head, CORRECTED_BY["head"])
    for name in LISTS:
        found = tuple(_value(name, n, name, one) for n, one in enumerate(getattr(letter, name)))
        if found:
            yield Group(name, word(name), found, CORRECTED_BY.get(name, ""))


def _value(code: str, number: int, name: str, found: Placed) -> Value:
    grade = next(said for least, said in GRADES if found.confidence >= least)
    anchor = f"{code}-{number}" if name in LISTS else code
    return Value(
        anchor, word(name), _shown(name, found), found.confidence, grade, found.start, found.end,
        TONES.get(name, "head"), str(getattr(found, "task", None) or getattr(found, "path", "")),
    )  # fmt: skip


def _shown(name: str, found: Any) -> str:
    if name == "kind":
        return kind_label(found.value)
    if name == "date":
        return format_date(found.value)
    if name == "signer":
        return " · ".join(p for p in ([f"{c}." for c in found.capacity] + [found.signs_for, found.position]) if p)
    special: dict[str, Callable[[Any], str]] = {
        "citations": _citation,
        "thresholds": threshold_text,
        "deadlines": deadline_text,
    }
    if name in special:
        return special[name](found)
    if name == "duties":
        return f"{word(f'duty.{found.kind}')}: {found.unit}"
    if name == "reports":
        return f"{found.to} ({word('through')} {found.through})" if found.through else str(found.to)
    return str(found.text if name == "tasks" else found.value)


def _citation(found: Citation) -> str:
    day = format_date(found.date) if found.date else ""
    parts = (kind_label(found.kind), found.reference or found.title or "", day, found.issuer or "")
    return f"{' '.join(p for p in parts if p)} ({word(f'role.{found.role}')})"


def threshold_text(found: Threshold) -> str:
    """Say a figure."""
    number = f"{found.value:.2f}".rstrip("0").rstrip(".").replace(".", ",")
    what = str(indicator_label(found.indicator)) if found.indicator else ""
    parts = (what, f"{word(f'relation.{found.relation}')} {number} {found.unit}", str(found.year or ""))
    return ", ".join(p for p in parts if p)


def deadline_text(found: Deadline) -> str:
    """Say a deadline."""
    if found.kind == "exact":
        until = found.until or ""
        return "/".join(reversed(until.split("-"))) if until.replace("-", "").isdecimal() else until
    if found.kind == "relative":
        return f"{word('within')} {found.amount} {word(f'unit.{found.unit}')}"
    day = f" ({found.day})" if found.day else ""
    return f"{word('every')} {word(f'period.{found.period}')}{day}"
