"""What stands in a posted section of the form, as answers; what is wrong with it, question by question."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from sipas.capture import take_form
from sipas.instrument import Edition
from sipas.instrument.model import Question

Answers = dict[str, Any]
MOST_TEXT = 1000  # characters of a free text
NOT_A_NUMBER, TOO_LONG = "web.not_a_number", "web.too_long"
NOT_ASKED = "capture.not_asked"
NUMBER = re.compile(r"[0-9]{1,9}|[0-9]{1,3}(\.[0-9]{3}){1,2}")  # 12000 or 12.000


@dataclass(slots=True)
class Posted:
    """A posted section."""

    answers: Answers = field(default_factory=dict)  # of the questions that are in order, None where left blank
    errors: dict[str, str] = field(default_factory=dict)  # question -> sentence
    typed: Answers = field(default_factory=dict)  # of the questions at fault, as they were posted


def read_section(
    data: QueryDict, questions: list[Question], edition: Edition, before: Mapping[str, Any], kind: str | None
) -> Posted:
    """Read a section over the answers there are; what is left blank is a missing answer."""
    made, faults = Posted(), {}
    for question in questions:
        given, fault = _read(data, question, edition)
        made.answers.update(given)
        if fault:
            faults[question.name] = fault
    found = take_form({**before, **made.answers}, edition, kind)
    columns = {column.name: column.question for column in edition.columns()}
    for name, code in found.findings.items():
        faults.setdefault(columns.get(name, name), code)
    for question in questions:
        code = faults.get(question.name, NOT_ASKED)
        taken = {c.name: made.answers.pop(c.name) for c in edition.columns() if c.question == question.name}
        if code == NOT_ASKED:
            made.answers |= {name: found.answers[name] for name in taken}
        else:
            made.errors[question.name] = sentence(code, question)
            made.typed |= taken
    return made


def sentence(code: str, question: Question) -> str:
    """Say what is wrong with an answer and what to do."""
    return {
        NOT_A_NUMBER: _("Write a whole number in digits."),
        TOO_LONG: _("This text is too long: write at most %(most)s characters.") % {"most": MOST_TEXT},
        "capture.out_of_range": _in_range(question),
        "capture.too_many_ticks": _("Choose at most %(most)s answers.") % {"most": question.most},
        "capture.exclusive_option": _(
            "One of the answers you chose can only stand alone. Choose it alone or remove it."
        ),
        "capture.other_without_option": _(
            "You wrote in the line of another answer. Choose that answer as well, or clear the line."
        ),
    }.get(code) or _("Choose one of the answers shown.")


def _in_range(question: Question) -> str:
    low, high = question.low, question.high
    if low is not None and high is not None:
        return _("Write a number from %(low)s to %(high)s.") % {"low": low, "high": high}
    if low is not None:
        return _("Write a number of %(low)s or more.") % {"low": low}
    return _("Write a number of %(high)s or less.") % {"high": high}


def _read(data: QueryDict, question: Question, edition: Edition) -> tuple[Answers, str]:
    """Read one question; gives its columns and what is wrong already."""
    if question.kind == "text":
        text = data.get(question.name, "").strip()
        return {question.name: text or None}, TOO_LONG if len(text) > MOST_TEXT else ""
    if question.kind == "integer":
        return _read_number(question.name, data.get(question.name, "").strip())
    return _read_choice(data, question, edition)


def _read_number(name: str, text: str) -> tuple[Answers, str]:
    if not text:
        return {name: None}, ""
    if not NUMBER.fullmatch(text):
        return {name: text[:MOST_TEXT]}, NOT_A_NUMBER
    return {name: int(text.replace(".", ""))}, ""


def _read_choice(data: QueryDict, question: Question, edition: Edition) -> tuple[Answers, str]:
    """Read ticks; a text beside "other" ticks it where nothing is ticked."""
    options = edition.options(question.name)
    ticked = [text for text in data.getlist(question.name) if text]
    known = {str(option.value): option.value for option in options}
    fault = "" if all(text in known for text in ticked) else "web.unknown_option"
    values = [known[text] for text in ticked if text in known]
    other = data.get(f"{question.name}_other", "").strip()
    special = [option.value for option in options if option.specify]
    if special and other and (not values or (question.kind == "multiple" and special[0] not in values)):
        values.append(special[0])
    made: Answers = {f"{question.name}_other": other or None} if special else {}
    if question.kind == "multiple":
        made |= {f"{question.name}_{option.value}": int(option.value in values) for option in options}
    else:
        made[question.name] = values[-1] if values else None
    return made, TOO_LONG if len(other) > MOST_TEXT else fault
