"""The difference between two editions: what compares over years and what does not."""

from __future__ import annotations

import unicodedata
from typing import Literal

import msgspec

from sipas.instrument.edition import Edition
from sipas.instrument.model import Option, Question, Role

State = Literal["same", "reworded", "only_a", "only_b"]
Reason = Literal["series", "absent", "text", "answers", "top_box", "routing", "asked_of", "kind", "moved"]
# Reasons that leave an item's value comparable.
HARMLESS = frozenset({"moved"})


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """How one question stands in two editions.

    ``state`` is about the wording; ``comparable`` about its values; ``reasons`` say why not, or what else
    changed: ``series`` (another population or method), ``absent``, ``text``, ``answers`` (values or labels),
    ``top_box``, ``routing``, ``asked_of``, ``kind``, ``moved`` (under another index node, which alone does no harm).
    """

    name: str
    role: Role
    state: State
    comparable: bool
    reasons: tuple[Reason, ...]
    text_a: str | None
    text_b: str | None


def compare(a: Edition, b: Edition) -> tuple[Difference, ...]:
    """Compare two editions question by question.

    Parameters
    ----------
    a, b : Edition
        The earlier and the later edition.

    Returns
    -------
    tuple of Difference
        Every question that is not personal: in the order of ``b``, then those only in ``a``. Wording is the
        same where it differs in case, punctuation and spaces only. Across two series nothing compares.
    """
    names_a = {question.name: question for question in a.questions() if not question.personal}
    names_b = {question.name: question for question in b.questions() if not question.personal}
    found = [_both(a, b, names_a[name], q) if name in names_a else _one(q, "only_b") for name, q in names_b.items()]
    found += [_one(question, "only_a") for name, question in names_a.items() if name not in names_b]
    return tuple(found)


def comparable_items(a: Edition, b: Edition) -> tuple[str, ...]:
    """Name the rated items whose values compare between two editions.

    Parameters
    ----------
    a, b : Edition
        Two editions.

    Returns
    -------
    tuple of str
        Questions that are leaves of both trees, in the order of ``b``'s; empty across series.
    """
    fine = {d.name for d in compare(a, b) if d.comparable}
    rated = {question.name for question in a.items()}
    return tuple(question.name for question in b.items() if question.name in fine & rated)


def _one(question: Question, state: Literal["only_a", "only_b"]) -> Difference:
    return Difference(
        name=question.name,
        role=question.role,
        state=state,
        comparable=False,
        reasons=("absent",),
        text_a=question.text if state == "only_a" else None,
        text_b=question.text if state == "only_b" else None,
    )


def _both(a: Edition, b: Edition, in_a: Question, in_b: Question) -> Difference:
    tests: tuple[tuple[Reason, bool], ...] = (
        ("series", a.series != b.series),
        ("text", _bare(in_a.text) != _bare(in_b.text)),
        ("kind", (in_a.kind, in_a.low, in_a.high, in_a.most) != (in_b.kind, in_b.low, in_b.high, in_b.most)),
        ("answers", _answers(a.options(in_a.name)) != _answers(b.options(in_b.name))),
        ("top_box", set(a.top_box(in_a.name)) != set(b.top_box(in_b.name))),
        ("routing", _routing(in_a) != _routing(in_b)),
        ("asked_of", set(in_a.asked_of) != set(in_b.asked_of)),
        ("moved", _parent(a, in_a.name) != _parent(b, in_b.name)),
    )
    reasons = tuple(reason for reason, differs in tests if differs)
    return Difference(
        name=in_b.name,
        role=in_b.role,
        state="reworded" if "text" in reasons else "same",
        comparable=not set(reasons) - HARMLESS,
        reasons=reasons,
        text_a=in_a.text,
        text_b=in_b.text,
    )


def _bare(text: str) -> str:
    kept = "".join(" " if unicodedata.category(c)[0] in "PZ" else c for c in text.casefold())
    return " ".join(kept.split())


def _answers(options: tuple[Option, ...]) -> dict[int, tuple[str, bool, bool]]:
    return {option.value: (_bare(option.label), option.exclusive, option.specify) for option in options}


def _routing(question: Question) -> frozenset[tuple[str, frozenset[int]]]:
    return frozenset((condition.question, frozenset(condition.values)) for condition in question.relevant)


def _parent(edition: Edition, name: str) -> str | None:
    return next((parent for node, parent in edition.nodes() if node.question == name), None)
