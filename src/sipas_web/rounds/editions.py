"""The edition of a round as it will be printed, and its codebook. The text is the edition's own, in Vietnamese."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Literal

from sipas import instrument
from sipas.instrument import Edition, Option, Question
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.queries import Round

Respondent = Literal["person", "organisation"]
RESPONDENTS: tuple[Respondent, ...] = ("person", "organisation")


@dataclass(frozen=True, slots=True)
class Printed:
    """A question on the form: its number there, and when it is asked."""

    number: int
    question: Question
    options: tuple[Option, ...]
    asked_if: tuple[tuple[int, str], ...]  # number of the question before it, the answers that lead here


@dataclass(frozen=True, slots=True)
class Block:
    """Questions printed together: a battery on one scale, or one question alone."""

    scale: tuple[Option, ...]
    lines: tuple[Printed, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A section of the form."""

    title: str
    note: str
    blocks: tuple[Block, ...]


@cache
def shipped(name: str) -> Edition:
    """Load an edition that comes with the library."""
    return instrument.load(name)


def choices() -> list[Edition]:
    """List the editions that come with the library, newest first."""
    return sorted((shipped(name) for name in instrument.editions()), key=lambda e: (-e.year, e.name))


def edition_of(round_: Round) -> Edition:
    """Load the edition of a round: one of the library's, or the round's own file."""
    if round_.edition in instrument.editions():
        return shipped(round_.edition)
    return instrument.load(folder_of(round_) / round_.edition)


def form_for(edition: Edition, respondent: Respondent) -> list[Page]:
    """Lay the form out as this kind of respondent gets it; questions are numbered through."""
    asked = [q for q in edition.questions() if respondent in q.asked_of]
    numbers = {q.name: n for n, q in enumerate(asked, start=1)}
    pages = []
    for section in edition.sections:
        lines = [_printed(edition, q, numbers) for q in section.questions if q.name in numbers]
        if lines:
            pages.append(Page(section.title, section.note or "", tuple(_blocks(edition, lines))))
    return pages


def differs_by_respondent(edition: Edition) -> bool:
    """Say whether persons and organisations get different questions."""
    return any(len(q.asked_of) < len(RESPONDENTS) for q in edition.questions())


def codebook(edition: Edition) -> bytes:
    """Write the answer columns as CSV that office programs open with its accents."""
    out = io.StringIO()
    lines = csv.writer(out, lineterminator="\r\n")
    lines.writerow(["Cột", "Câu hỏi", "Nhãn", "Giá trị", "Tình trạng câu chữ", "Nguồn"])
    for column in edition.columns():
        question = edition.question(column.question)
        values = "; ".join(f"{value} = {label}" for value, label in column.values.items())
        lines.writerow([column.name, question.text, column.label, values, question.status, question.source])
    return ("\ufeff" + out.getvalue()).encode()


def _printed(edition: Edition, question: Question, numbers: dict[str, int]) -> Printed:
    conditions = []
    for condition in question.relevant:
        labels = [o.label for o in edition.options(condition.question) if o.value in condition.values]
        conditions.append((numbers.get(condition.question, 0), ", ".join(labels)))
    return Printed(numbers[question.name], question, edition.options(question.name), tuple(conditions))


def _blocks(edition: Edition, lines: Sequence[Printed]) -> Iterator[Block]:
    for scale, group in groupby(lines, key=lambda p: p.question.scale or ""):
        if scale:
            yield Block(edition.scale(scale).options, tuple(group))
        else:
            yield from (Block((), (line,)) for line in group)
