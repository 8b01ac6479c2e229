"""What an edition must keep beyond its shape: questions, options, scales and routing make sense together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from sipas.errors import SipasError
from sipas.instrument.edition import Edition
from sipas.instrument.model import Answered, Option, Question, Scale
from sipas.instrument.trees import at, index_faults
from sipas.tables.doors import RESPONSES

NAME = re.compile(r"[a-z][a-z0-9_]*")
EDITION_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
LONGEST_NAME = 32  # Stata's limit for a variable
LONGEST_LABEL = 80  # Stata's limit for a variable's label
HIGHEST_VALUE = 32767  # answers are stored as 16-bit integers
# Names the answers table and the field form use themselves.
RESERVED = frozenset(column.name for column in RESPONSES.columns) | {
    "respondent_kind", "instance_id", "instance_name", "meta", "start", "end", "edition",
}  # fmt: skip

GROUP = "section_"  # the field form's groups


def rule_faults(edition: Edition) -> Iterator[SipasError]:
    """Find everything that does not hold together in a well-shaped edition.

    Parameters
    ----------
    edition : Edition
        Of the right shape.

    Yields
    ------
    SipasError
        Each with the path of its node, as ``sections[2].questions[0].scale``.
    """
    yield from _head(edition)
    for place, scale in enumerate(edition.scales):
        yield from _scale(scale, f"scales[{place}]")
    placed = _placed(edition)
    for path, question in placed:
        yield from _question(edition, question, path)
    yield from _routing(edition, placed)
    yield from _doubles(edition, placed)
    yield from index_faults(edition)


def _placed(edition: Edition) -> list[tuple[str, Question]]:
    return [
        (f"sections[{s}].questions[{q}]", question)
        for s, section in enumerate(edition.sections)
        for q, question in enumerate(section.questions)
    ]


def _head(edition: Edition) -> Iterator[SipasError]:
    if not EDITION_NAME.fullmatch(edition.name):
        yield at("name", SipasError("instrument.edition_name", got=edition.name))
    if not 2000 <= edition.year <= 2100:
        yield at("year", SipasError("instrument.year", expected="2000–2100", got=edition.year))
    if edition.minimum_cell < 1:
        yield at("minimum_cell", SipasError("instrument.minimum_cell", got=edition.minimum_cell))
    if not 0 <= edition.validity.least_items_share <= 1:
        got = edition.validity.least_items_share
        yield at("validity.least_items_share", SipasError("instrument.share", expected="0–1", got=got))
    open_names = {q.name for q in edition.questions() if not q.personal}
    for place, name in enumerate(edition.validity.required):
        if name not in open_names:
            path = f"validity.required[{place}]"
            yield at(path, SipasError("instrument.question_unknown", "required", expected=edition.name, got=name))
    for place, section in enumerate(edition.sections):
        yield from _name(section.name, f"sections[{place}].name")
        if not section.questions:
            yield at(f"sections[{place}].questions", SipasError("instrument.section_empty", got=section.name))


def _name(name: str, path: str) -> Iterator[SipasError]:
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        yield at(path, SipasError("instrument.name", expected=LONGEST_NAME, got=name))


def _scale(scale: Scale, path: str) -> Iterator[SipasError]:
    yield from _name(scale.name, f"{path}.name")
    yield from _options(scale.options, f"{path}.options")
    values = [option.value for option in scale.options]
    for place, value in enumerate(scale.top_box):
        if value not in values:
            wrong = SipasError("instrument.top_box", scale.name, expected=values, got=value)
            yield at(f"{path}.top_box[{place}]", wrong)
    for place, option in enumerate(scale.options):
        if option.exclusive or option.specify:
            yield at(f"{path}.options[{place}]", SipasError("instrument.scale_option", scale.name, got=option.label))


def _options(options: Sequence[Option], path: str) -> Iterator[SipasError]:
    if len(options) < 2:
        yield at(path, SipasError("instrument.options_few", expected=2, got=len(options)))
    seen: set[int] = set()
    for place, option in enumerate(options):
        if option.value in seen:
            yield at(f"{path}[{place}].value", SipasError("instrument.value_repeated", got=option.value))
        seen.add(option.value)
        if not 0 <= option.value <= HIGHEST_VALUE:
            wrong = SipasError("instrument.value_range", expected=f"0–{HIGHEST_VALUE}", got=option.value)
            yield at(f"{path}[{place}].value", wrong)
    if sum(option.specify for option in options) > 1:
        yield at(path, SipasError("instrument.specify_twice"))


def _question(edition: Edition, question: Question, path: str) -> Iterator[SipasError]:
    yield from _name(question.name, f"{path}.name")
    if len(question.short_label) > LONGEST_LABEL:
        wrong = SipasError("instrument.label_long", expected=LONGEST_LABEL, got=len(question.short_label))
        yield at(f"{path}.short_label", wrong)
    if not question.asked_of or len(set(question.asked_of)) < len(question.asked_of):
        yield at(f"{path}.asked_of", SipasError("instrument.asked_of", question.name))
    if question.personal and question.role in {"item", "overall"}:
        yield at(f"{path}.personal", SipasError("instrument.personal_item", question.name))
    if question.role in {"item", "overall"} and question.kind != "scale":
        yield at(f"{path}.kind", SipasError("instrument.item_kind", question.name, expected="scale", got=question.kind))
    yield from _answers(edition, question, path)
    yield from _limits(question, path)


def _answers(edition: Edition, question: Question, path: str) -> Iterator[SipasError]:
    scales = [scale.name for scale in edition.scales]
    if question.kind == "scale" and question.scale not in scales:
        wrong = SipasError("instrument.scale_unknown", question.name, expected=scales, got=question.scale)
        yield at(f"{path}.scale", wrong)
    if question.kind != "scale" and question.scale is not None:
        yield at(f"{path}.scale", SipasError("instrument.scale_out_of_place", question.name, got=question.kind))
    if question.kind in {"single", "multiple"}:
        yield from _options(question.options, f"{path}.options")
    elif question.options:
        yield at(f"{path}.options", SipasError("instrument.options_out_of_place", question.name, got=question.kind))
    for place, option in enumerate(question.options):
        if option.exclusive and question.kind == "single":
            yield at(f"{path}.options[{place}].exclusive", SipasError("instrument.exclusive", question.name))


def _limits(question: Question, path: str) -> Iterator[SipasError]:
    if question.kind != "integer":
        for field in ("low", "high"):
            if getattr(question, field) is not None:
                wrong = SipasError("instrument.limit_out_of_place", field, expected="integer", got=question.kind)
                yield at(f"{path}.{field}", wrong)
    elif question.low is not None and question.high is not None and question.low > question.high:
        yield at(f"{path}.high", SipasError("instrument.limits_crossed", expected=question.low, got=question.high))
    if question.most is None:
        return
    if question.kind != "multiple":
        wrong = SipasError("instrument.limit_out_of_place", "most", expected="multiple", got=question.kind)
        yield at(f"{path}.most", wrong)
    elif not 1 <= question.most <= len(question.options):
        wrong = SipasError("instrument.most", question.name, expected=len(question.options), got=question.most)
        yield at(f"{path}.most", wrong)


def _routing(edition: Edition, placed: list[tuple[str, Question]]) -> Iterator[SipasError]:
    order = {question.name: place for place, (_, question) in enumerate(placed)}
    for here, (path, question) in enumerate(placed):
        for place, condition in enumerate(question.relevant):
            inner = f"{path}.relevant[{place}]"
            if condition.question not in order:
                wrong = SipasError("instrument.routing_unknown", question.name, got=condition.question)
                yield at(f"{inner}.question", wrong)
            elif order[condition.question] >= here:
                wrong = SipasError("instrument.routing_later", question.name, got=condition.question)
                yield at(f"{inner}.question", wrong)
            else:
                yield from _condition(edition, placed[order[condition.question]][1], condition, inner)


def _condition(edition: Edition, asked: Question, condition: Answered, path: str) -> Iterator[SipasError]:
    if asked.kind in {"integer", "text"} or asked.personal:
        yield at(f"{path}.question", SipasError("instrument.routing_kind", asked.name, got=asked.kind))
        return
    if not condition.values:
        yield at(f"{path}.values", SipasError("instrument.routing_without_values", asked.name))
    if asked.scale is not None and asked.scale not in {scale.name for scale in edition.scales}:
        return  # said at the question itself
    known = [option.value for option in edition.options(asked.name)]
    for place, value in enumerate(condition.values):
        if value not in known:
            wrong = SipasError("instrument.routing_values", asked.name, expected=known, got=value)
            yield at(f"{path}.values[{place}]", wrong)


def _doubles(edition: Edition, placed: list[tuple[str, Question]]) -> Iterator[SipasError]:
    yield from _repeated([(f"scales[{i}].name", scale.name) for i, scale in enumerate(edition.scales)])
    yield from _repeated([(f"sections[{i}].name", part.name) for i, part in enumerate(edition.sections)])
    names = [(f"{path}.name", question.name) for path, question in placed]
    repeated = list(_repeated(names))
    yield from repeated
    known = {scale.name for scale in edition.scales}
    if repeated or any(q.scale not in known for _, q in placed if q.scale is not None):
        return  # columns cannot be told yet
    paths = {question.name: path for path, question in placed}
    columns = edition.columns()
    counts = Counter(column.name for column in columns)
    for column in columns:
        path = f"{paths[column.question]}.name"
        if counts[column.name] > 1:
            yield at(path, SipasError("instrument.column_repeated", column.question, got=column.name))
        if column.name in RESERVED or column.name.startswith(GROUP):
            yield at(path, SipasError("instrument.column_reserved", column.question, got=column.name))
        if len(column.name) > LONGEST_NAME and len(column.question) <= LONGEST_NAME:
            wrong = SipasError("instrument.column_long", column.question, expected=LONGEST_NAME, got=column.name)
            yield at(path, wrong)


def _repeated(names: list[tuple[str, str]]) -> Iterator[SipasError]:
    seen: set[str] = set()
    for path, name in names:
        if name in seen:
            yield at(path, SipasError("instrument.name_repeated", got=name))
        seen.add(name)
