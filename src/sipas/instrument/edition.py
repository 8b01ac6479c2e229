"""An edition of the questionnaire: its form, its scales, its index tree and the answer columns it makes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Literal

import msgspec
import polars as pl

from sipas.errors import SipasError
from sipas.instrument.model import Node, Option, Question, Scale, Section, Status, Validity


class AnswerColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column of the answers table.

    Parameters
    ----------
    name : str
        Column of ``responses``, at most 32 characters (the limit of Stata).
    dtype : polars.DataType
        Int16 for a value or a tick (0 or 1), Int32 for a whole number, String for text.
    question : str
        Question it belongs to.
    option : int or None
        For a tick or a text beside an option, the option's value.
    label : str
        At most 80 characters.
    values : dict of int to str
        Label of each value; empty for numbers and text.
    """

    name: str
    dtype: type[pl.DataType]
    question: str
    option: int | None
    label: str
    values: dict[int, str]


class Edition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """One edition of the questionnaire, as its YAML file says it.

    Indices may be compared only between editions of one ``series``. ``minimum_cell`` is the least number of
    answers behind a published cell, an operator's setting.
    """

    name: str
    year: int
    title: str
    title_en: str | None = None
    population: Literal["transactions", "residents"]
    series: str
    method: str
    status: Status
    source: str
    extends: str | None = None
    minimum_cell: int
    introduction: str | None = None
    introduction_en: str | None = None
    scales: tuple[Scale, ...]
    sections: tuple[Section, ...]
    index: Node
    validity: Validity

    def questions(self) -> tuple[Question, ...]:
        """Give every question in the order of the form.

        Returns
        -------
        tuple of Question
            Personal ones included.
        """
        return tuple(question for section in self.sections for question in section.questions)

    def question(self, name: str) -> Question:
        """Find a question.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        Question
            The question.

        Raises
        ------
        SipasError
            ``instrument.question_unknown``.
        """
        found = self._questions_by_name.get(name)
        if found is None:
            raise SipasError("instrument.question_unknown", "question", expected=self.name, got=name)
        return found

    def options(self, name: str) -> tuple[Option, ...]:
        """Give the answers that can be ticked for a question.

        Parameters
        ----------
        name : str
            Name of the question.

        Returns
        -------
        tuple of Option
            In the order of the form; of its scale where it has one; empty for numbers and text.
        """
        question = self.question(name)
        return question.options if question.scale is None else self.scale(question.scale).options

    def scale(self, name: str) -> Scale:
        """Find a scale.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        Scale
            The scale.

        Raises
        ------
        SipasError
            ``instrument.scale_unknown``.
        """
        for scale in self.scales:
            if scale.name == name:
                return scale
        names = [scale.name for scale in self.scales]
        raise SipasError("instrument.scale_unknown", "scale", expected=names, got=name)

    def top_box(self, name: str) -> tuple[int, ...]:
        """Give the values of a question that count as satisfied.

        Parameters
        ----------
        name : str
            Name of the question.

        Returns
        -------
        tuple of int
            Empty where no answer means satisfaction.
        """
        question = self.question(name)
        return () if question.scale is None else self.scale(question.scale).top_box

    def items(self) -> tuple[Question, ...]:
        """Give the rated items: the questions of the index tree's leaves, in the tree's order.

        Returns
        -------
        tuple of Question
            One per leaf.
        """
        return tuple(self.question(node.question) for node, _ in self.nodes() if node.question is not None)

    def nodes(self) -> tuple[tuple[Node, str | None], ...]:
        """Walk the index tree, parents before children.

        Returns
        -------
        tuple of (Node, str or None)
            Each node with its parent's name; None for the root.
        """
        return tuple(_preorder(self.index, None))

    def columns(self) -> tuple[AnswerColumn, ...]:
        """List the columns that the answers of this edition make, in the order of the form.

        Returns
        -------
        tuple of AnswerColumn
            Personal questions make none.
        """
        return self._answer_columns

    def recalled(self) -> bool:
        """Tell whether any wording is recalled, so that products must say so.

        Returns
        -------
        bool
            True where the edition, a question, option, scale or title of a node is ``recalled``; rules of
            aggregation and validity are settings, not wording (``wording.notice`` tells of both).
        """
        marks = [self.status, *(s.status for s in self.scales), *(n.status for n, _ in self.nodes())]
        marks += [q.status for q in self.questions()]
        marks += [o.status for q in self.questions() for o in self.options(q.name) if o.status is not None]
        return "recalled" in marks

    @cached_property
    def _answer_columns(self) -> tuple[AnswerColumn, ...]:
        return tuple(
            column
            for question in self.questions()
            if not question.personal
            for column in _columns(question, self.options(question.name))
        )

    @cached_property
    def _questions_by_name(self) -> dict[str, Question]:
        return {question.name: question for question in self.questions()}


def _preorder(node: Node, parent: str | None) -> Iterator[tuple[Node, str | None]]:
    yield node, parent
    for child in node.children:
        yield from _preorder(child, node.name)


TICK = {0: "Không chọn", 1: "Có chọn"}
NUMERIC: dict[str, type[pl.DataType]] = {
    "scale": pl.Int16,
    "single": pl.Int16,
    "integer": pl.Int32,
    "text": pl.String,
}


def _columns(question: Question, options: tuple[Option, ...]) -> Iterator[AnswerColumn]:
    name = question.name
    if question.kind == "multiple":
        for o in options:
            yield _column(f"{name}_{o.value}", pl.Int16, question, o.value, f"{question.short_label}: {o.label}", TICK)
    else:
        values = {option.value: option.label for option in options}
        yield _column(name, NUMERIC[question.kind], question, None, question.short_label, values)
    for option in options:
        if option.specify:
            label = f"{question.short_label}: {option.label}"
            yield _column(f"{name}_other", pl.String, question, option.value, label, {})


def _column(
    name: str,
    dtype: type[pl.DataType],
    question: Question,
    option: int | None,
    label: str,
    values: dict[int, str],
) -> AnswerColumn:
    short = label if len(label) <= 80 else label[:79].rstrip() + "…"
    return AnswerColumn(name=name, dtype=dtype, question=question.name, option=option, label=short, values=dict(values))
