"""What an edition of the questionnaire is made of. The text is data; these types only hold it."""

from __future__ import annotations

from typing import Literal

import msgspec

Status = Literal["official", "copy", "recalled"]
Kind = Literal["scale", "single", "multiple", "integer", "text"]
Role = Literal["item", "overall", "fact", "perception", "expectation", "demographic", "remark"]
Rule = Literal["pooled_answers", "mean_of_children", "fixed_weights"]


class Option(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer that can be ticked. ``value`` is what is stored; stable over editions."""

    value: int
    label: str
    label_en: str | None = None
    status: Status | None = None  # missing: as the question
    source: str | None = None
    exclusive: bool = False  # a multiple answer that stands alone ("không có")
    specify: bool = False  # "khác (ghi rõ)": a text column <question>_other goes with it


class Scale(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Ordered levels shared by several questions, with the set that counts as satisfied."""

    name: str
    options: tuple[Option, ...]
    top_box: tuple[int, ...]  # empty where no level means satisfaction
    status: Status
    source: str


class Answered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A condition: ``question`` was answered with one of ``values``."""

    question: str
    values: tuple[int, ...]


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question. ``name`` is its answer column; items of one battery share a scale."""

    name: str
    kind: Kind
    role: Role
    text: str
    short_label: str  # at most 80 characters: for .sav and .dta
    text_en: str | None = None
    scale: str | None = None  # kind scale
    options: tuple[Option, ...] = ()  # kinds single and multiple
    low: int | None = None  # kind integer
    high: int | None = None
    most: int | None = None  # kind multiple: at most so many ticks
    required: bool = False
    relevant: tuple[Answered, ...] = ()  # asked only where every condition holds
    asked_of: tuple[Literal["person", "organisation"], ...] = ("person", "organisation")
    sensitive: bool = False  # an answer of one or two people in a domain is not shown
    personal: bool = False  # a direct identifier: never in responses, never exported
    status: Status
    source: str


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the form, in the order of the form."""

    name: str
    title: str
    title_en: str | None = None
    note: str | None = None
    questions: tuple[Question, ...]


class Node(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A node of the index tree: a leaf names its question, a branch its children and its rule."""

    name: str
    level: str  # index, content, factor, item
    title: str
    title_en: str | None = None
    question: str | None = None
    rule: Rule | None = None  # branches only
    weights: tuple[float, ...] = ()  # rule fixed_weights: one per child, sum 1
    children: tuple[Node, ...] = ()
    rule_status: Status | None = None  # of the aggregation rule; missing: as the node
    rule_source: str | None = None
    status: Status
    source: str


class Validity(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a returned form counts as valid. An operator's setting unless an official source is named."""

    least_items_share: float  # share of the items asked of this respondent that must be answered, 0 to 1
    required: tuple[str, ...] = ()  # questions that must be answered
    status: Status
    source: str
