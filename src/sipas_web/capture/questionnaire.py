"""The form on the web: an edition's sections as pages, its questions as fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sipas.capture import asked_of_form
from sipas.instrument import Edition
from sipas.instrument.model import Option, Question, Section

Answers = Mapping[str, Any]
KINDS = [("person", gettext_lazy("for myself or my family")), ("organisation", gettext_lazy("for an organisation"))]


@dataclass(frozen=True, slots=True)
class Text:
    """A text with the language it is in."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer that can be ticked."""

    value: int
    label: Text
    is_ticked: bool
    specify: bool


@dataclass(frozen=True, slots=True)
class Field:
    """A question as the page shows it."""

    name: str
    kind: Literal["radio", "checkbox", "number", "text"]
    text: Text
    choices: tuple[Choice, ...]
    value: Any
    other: str
    help: str
    error: str
    is_answered: bool
    is_scale: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A question with its answer in words, to be looked over before sending."""

    text: Text
    answers: tuple[Text, ...]


def asks_for_kind(edition: Edition) -> bool:
    """Say whether people and organisations answer different questions."""
    return any(len(q.asked_of) < 2 for q in edition.questions() if not q.personal)


def questions_of(section: Section, edition: Edition, answers: Answers, kind: str | None) -> list[Question]:
    """List the questions of a section that are to be shown.

    One that hangs on an answer of the same section is shown with its condition: without a script the page cannot know.
    """
    asked = asked_of_form(answers, edition, kind)
    here = {q.name for q in section.questions}
    shown = []
    for q in section.questions:
        if q.personal or (kind is not None and kind not in q.asked_of):
            continue
        if asked[q.name] is not False or any(a.question in here for a in q.relevant):
            shown.append(q)
    return shown


def steps_of(edition: Edition, answers: Answers, kind: str | None) -> list[int]:
    """List the numbers, from 1, of the sections that have something to ask."""
    return [n for n, s in enumerate(edition.sections, 1) if questions_of(s, edition, answers, kind)]


def said(text: str, english: str | None, language: str) -> Text:
    """Give a text in the reader's language where the edition has it."""
    return Text(english, "en") if language == "en" and english else Text(text, "vi")


def fields_of(
    questions: list[Question], edition: Edition, answers: Answers, language: str, errors: Mapping[str, str]
) -> list[Field]:
    """Make the fields of a section."""
    return [_field(q, edition, answers, language, errors.get(q.name, "")) for q in questions]


def lines_of(questions: list[Question], edition: Edition, answers: Answers, language: str) -> list[Line]:
    """Give each question with its answer in words."""
    return [Line(said(q.text, q.text_en, language), tuple(_in_words(q, edition, answers, language))) for q in questions]


def _field(q: Question, edition: Edition, answers: Answers, language: str, error: str) -> Field:
    options = edition.options(q.name)
    choices = tuple(
        Choice(o.value, said(o.label, o.label_en, language), _is_ticked(q, o, answers), o.specify) for o in options
    )
    value = answers.get(q.name)
    is_answered = any(c.is_ticked for c in choices) if choices else value is not None
    other = answers.get(f"{q.name}_other") or ""
    kind: Literal["radio", "checkbox", "number", "text"] = {
        "multiple": "checkbox",
        "integer": "number",
        "text": "text",
    }.get(q.kind, "radio")  # type: ignore[assignment]
    help_ = _help(q, edition, language)
    return Field(
        q.name, kind, said(q.text, q.text_en, language), choices, value, other, help_, error, is_answered,
        q.kind == "scale",
    )  # fmt: skip


def _is_ticked(q: Question, option: Option, answers: Answers) -> bool:
    if q.kind == "multiple":
        return answers.get(f"{q.name}_{option.value}") == 1
    return bool(answers.get(q.name) == option.value)


def _help(q: Question, edition: Edition, language: str) -> str:
    """Say when a question is to be answered and how."""
    parts = []
    here = {other.name for s in edition.sections if q in s.questions for other in s.questions}
    for condition in q.relevant:
        if condition.question in here:
            labels = [
                said(o.label, o.label_en, language).text
                for o in edition.options(condition.question)
                if o.value in condition.values
            ]
            quoted = ", ".join(f"“{label}”" for label in labels)
            parts.append(_("Only where your answer above is %(answers)s.") % {"answers": quoted})
    if q.kind == "multiple":
        parts.append(_("Choose at most %(most)s.") % {"most": q.most} if q.most else _("Several answers are possible."))
    if q.kind == "text":
        parts.append(_("Please write no names, addresses or telephone numbers."))
    return " ".join(parts)


def _in_words(q: Question, edition: Edition, answers: Answers, language: str) -> list[Text]:
    other = answers.get(f"{q.name}_other")
    found = []
    for option in edition.options(q.name):
        if _is_ticked(q, option, answers):
            label = said(option.label, option.label_en, language)
            found.append(Text(f"{label.text}: {other}", label.language) if option.specify and other else label)
    value = answers.get(q.name)
    if not edition.options(q.name) and value is not None:
        found.append(Text(str(value), "vi"))
    return found
