"""One form at a time, as a screen gives it: the same rules as for a file of forms, without tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sipas.capture.findings import (
    EXCLUSIVE_OPTION,
    INVALID_EMPTY,
    INVALID_REQUIRED,
    INVALID_TOO_FEW,
    NOT_ASKED,
    OPTION_UNKNOWN,
    OTHER_WITHOUT_OPTION,
    OUT_OF_RANGE,
    TOO_MANY_TICKS,
)
from sipas.capture.routing import tick_columns
from sipas.instrument.edition import Edition
from sipas.instrument.model import Answered, Question
from sipas.intake.vietnamese import clean

Answer = int | str | None
Answers = dict[str, Answer]


@dataclass(frozen=True, slots=True)
class OneForm:
    """What a form says, judged.

    Parameters
    ----------
    answers : dict of str to int, str or None
        Every answer column of the edition; what cannot be taken is missing.
    findings : dict of str to str
        Code of what is wrong, by answer column, or by question for ticks and routing.
    valid : bool
        By the edition's rule.
    invalid_reason : str or None
        Code; missing where valid.
    """

    answers: Answers
    findings: dict[str, str]
    valid: bool
    invalid_reason: str | None


def take_form(given: Mapping[str, Answer], edition: Edition, respondent_kind: str | None) -> OneForm:
    """Check the answers of one form and judge it.

    Parameters
    ----------
    given : mapping of str to int, str or None
        Answer columns; those that are not there are missing. Ticks are 1 or 0.
    edition : Edition
        The form.
    respondent_kind : str or None
        ``person`` or ``organisation``; missing: everything is asked.

    Returns
    -------
    OneForm
        The same answers and the same judgement as ``import_responses`` gives to these cells.
    """
    answers: Answers = {column.name: given.get(column.name) for column in edition.columns()}
    findings: dict[str, str] = {}
    questions = _questions(edition)
    for question in questions:
        read = _read_ticks if question.kind == "multiple" else _read_value
        read(question, edition, answers, findings)
        _read_other(question, edition, answers, findings)
    asked: dict[str, bool | None] = {}
    for question in questions:
        asked[question.name] = _condition(question, edition, answers, asked, respondent_kind)
        if asked[question.name] is False and _is_answered(question, edition, answers):
            findings[question.name] = NOT_ASKED
            answers.update({c.name: None for c in edition.columns() if c.question == question.name})
    reason = _judged(edition, answers, asked)
    return OneForm(answers, findings, reason is None, reason)


def asked_of_form(given: Mapping[str, Answer], edition: Edition, respondent_kind: str | None) -> dict[str, bool | None]:
    """Tell for each question of one form whether it was to be asked.

    Parameters
    ----------
    given : mapping of str to int, str or None
        Answer columns.
    edition : Edition
        The form.
    respondent_kind : str or None
        ``person`` or ``organisation``.

    Returns
    -------
    dict of str to bool or None
        None where an answer it hangs on is missing though asked.
    """
    answers: Answers = {column.name: given.get(column.name) for column in edition.columns()}
    asked: dict[str, bool | None] = {}
    for question in _questions(edition):
        asked[question.name] = _condition(question, edition, answers, asked, respondent_kind)
    return asked


def _read_value(question: Question, edition: Edition, answers: Answers, findings: dict[str, str]) -> None:
    name, value = question.name, answers[question.name]
    if isinstance(value, str):
        answers[name] = clean(value) or None
        return
    if value is None:
        return
    if question.kind == "integer":
        low, high = question.low, question.high
        wrong = (low is not None and value < low) or (high is not None and value > high)
        fault = OUT_OF_RANGE
    else:
        wrong, fault = value not in {o.value for o in edition.options(name)}, OPTION_UNKNOWN
    if wrong:
        answers[name], findings[name] = None, fault


def _read_ticks(question: Question, edition: Edition, answers: Answers, findings: dict[str, str]) -> None:
    names = tick_columns(question, edition)
    ticked = [n for n in names if answers[n] == 1]
    # No box ticked is no answer: on paper an empty box and a question passed over look alike.
    answers.update({n: int(n in ticked) if ticked else None for n in names})
    alone = {n for n, o in zip(names, edition.options(question.name), strict=True) if o.exclusive}
    fault = None
    if len(ticked) > 1 and alone & set(ticked):
        fault = EXCLUSIVE_OPTION
    elif question.most is not None and len(ticked) > question.most:
        fault = TOO_MANY_TICKS
    if fault is not None:
        findings[question.name] = fault
        answers.update(dict.fromkeys(names))


def _read_other(question: Question, edition: Edition, answers: Answers, findings: dict[str, str]) -> None:
    name = f"{question.name}_other"
    if name not in answers:
        return
    text = answers[name]
    answers[name] = (clean(text) or None) if isinstance(text, str) else None
    special = [o.value for o in edition.options(question.name) if o.specify]
    if question.kind == "multiple":
        ticked = any(answers[f"{question.name}_{value}"] == 1 for value in special)
    else:
        ticked = answers[question.name] in special
    if answers[name] is not None and not ticked:
        answers[name], findings[name] = None, OTHER_WITHOUT_OPTION


def _condition(
    question: Question, edition: Edition, answers: Answers, asked: Mapping[str, bool | None], kind: str | None
) -> bool | None:
    holds = [
        kind is None or kind in question.asked_of,
        *(_holds(a, edition, answers, asked) for a in question.relevant),
    ]
    if False in holds:
        return False
    return None if None in holds else True


def _holds(answer: Answered, edition: Edition, answers: Answers, asked: Mapping[str, bool | None]) -> bool | None:
    question = edition.question(answer.question)
    found: bool | None
    if not _is_answered(question, edition, answers):
        found = None
    elif question.kind == "multiple":
        found = any(answers[f"{question.name}_{value}"] == 1 for value in answer.values)
    else:
        found = answers[question.name] in answer.values
    # What was not to be asked holds for nobody, answered or not.
    return False if asked.get(question.name) is False else found


def _judged(edition: Edition, answers: Answers, asked: Mapping[str, bool | None]) -> str | None:
    questions = _questions(edition)
    answered = {q.name: _is_answered(q, edition, answers) for q in questions}
    if not any(answered.values()):
        return INVALID_EMPTY
    was_asked = {name: answered[name] if said is None else said for name, said in asked.items()}
    rule = edition.validity
    required = [q.name for q in questions if q.required or q.name in rule.required]
    if any(was_asked[name] and not answered[name] for name in required):
        return INVALID_REQUIRED
    items = [name for name in {q.name for q in edition.items()} if was_asked[name]]
    share = sum(answered[name] for name in items) / len(items) if items else 1.0
    return INVALID_TOO_FEW if share < rule.least_items_share else None


def _is_answered(question: Question, edition: Edition, answers: Answers) -> bool:
    if question.kind == "multiple":
        return any(answers[name] is not None for name in tick_columns(question, edition))
    return answers[question.name] is not None


def _questions(edition: Edition) -> list[Question]:
    return [q for q in edition.questions() if not q.personal]
