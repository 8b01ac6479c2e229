"""The variables of a DDI Codebook: question, categories, universe, figures and status of each answer column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec
import polars as pl
from lxml import etree

from sipas.instrument.edition import AnswerColumn, Edition
from sipas.instrument.model import Option, Question
from sipas.instrument.wording import Language, word

NAMESPACE = "ddi:codebook:2_6"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
LANGUAGES: tuple[Language, ...] = ("vi", "en")


class VariableStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one variable. What is None is not written: unknown, or suppressed before it came here.

    ``counts`` are answers by value, ``weighted`` sums of weights by value; the other fields are unweighted.
    """

    valid: int | None = None
    missing: int | None = None
    mean: float | None = None
    stdev: float | None = None
    low: float | None = None
    high: float | None = None
    counts: Mapping[int, int | None] = {}
    weighted: Mapping[int, float | None] = {}


def element(parent: etree._Element | None, tag: str, text: str | None = None, /, **attributes: str) -> etree._Element:
    """Make an element of the codebook's namespace.

    Parameters
    ----------
    parent : lxml element or None
        Where to put it; None for a root.
    tag : str
        Local name.
    text : str, optional
        Its text.
    **attributes : str
        Attributes; ``lang`` becomes ``xml:lang``.

    Returns
    -------
    lxml element
        The new element.
    """
    full = f"{{{NAMESPACE}}}{tag}"
    # The stubs do not know None as the key of the default namespace, lxml does.
    names: dict[str, str] = {None: NAMESPACE}  # type: ignore[dict-item]  # see above
    new = etree.Element(full, nsmap=names) if parent is None else etree.SubElement(parent, full)
    new.text = text
    for key, value in attributes.items():
        new.set(LANG if key == "lang" else key, value)
    return new


def identifier(column: str) -> str:
    """Give the XML ID of a variable.

    Parameters
    ----------
    column : str
        Name of the column.

    Returns
    -------
    str
        ``V_`` and the name.
    """
    return f"V_{column}"


def add_variable(
    parent: etree._Element, edition: Edition, column: AnswerColumn, figures: VariableStatistics | None
) -> None:
    """Describe one column.

    Parameters
    ----------
    parent : lxml element
        ``dataDscr``.
    edition : Edition
        The edition.
    column : AnswerColumn
        The column; with an empty ``question`` it is not an answer, as a weight.
    figures : VariableStatistics or None
        Its figures, where they may be published.
    """
    question = edition.question(column.question) if column.question else None
    real = column.dtype in {pl.Float64, pl.Float32}
    text = column.dtype == pl.String
    variable = element(parent, "var", ID=identifier(column.name), name=column.name)
    variable.set("intrvl", "contin" if real else "discrete")
    variable.set("representationType", "text" if text else "code" if column.values else "numeric")
    element(variable, "labl", column.label, lang="vi", level="variable")
    if question is not None:
        _question(variable, edition, question, column)
        _universe(variable, edition, question, column)
    if figures is not None:
        _figures(variable, figures)
    _categories(variable, edition, column, figures)
    if question is not None:
        _concepts(variable, edition, question)
    element(variable, "varFormat", type="character" if text else "numeric")
    if question is not None:
        _status(variable, question)


def _question(variable: etree._Element, edition: Edition, question: Question, column: AnswerColumn) -> None:
    asked = element(variable, "qstn", responseDomainType=_domain(question, column))
    if question.text_en is not None:
        element(asked, "qstnLit", question.text, lang="vi")
        element(asked, "qstnLit", question.text_en, lang="en")
    else:
        element(asked, "qstnLit", question.text, lang="vi")
    if question.kind == "multiple":
        for language in LANGUAGES:
            said = (
                word("any_number", language) if question.most is None else word("at_most", language, most=question.most)
            )
            element(asked, "ivuInstr", said, lang=language)
    if question.kind == "integer" and (question.low, question.high) != (None, None):
        limits = element(element(variable, "valrng"), "range", UNITS="INT")
        for name, value in (("min", question.low), ("max", question.high)):
            if value is not None:
                limits.set(name, str(value))


def _domain(question: Question, column: AnswerColumn) -> str:
    if column.dtype == pl.String:
        return "text"
    return {"scale": "scale", "multiple": "multiple", "integer": "numeric"}.get(question.kind, "code")


def _universe(variable: etree._Element, edition: Edition, question: Question, column: AnswerColumn) -> None:
    for language in LANGUAGES:
        parts = [word(f"universe_{edition.population}", language), *_restrictions(edition, question, language)]
        if column.option is not None and column.dtype == pl.String:
            ticked = next(o for o in edition.options(question.name) if o.value == column.option)
            parts.append(word("universe_ticked", language, label=_label(ticked, language)))
        element(variable, "universe", "; ".join(parts), lang=language, clusion="I")


def _restrictions(edition: Edition, question: Question, language: Language) -> Iterator[str]:
    if len(question.asked_of) == 1 and edition.population == "transactions":
        yield word(f"universe_{question.asked_of[0]}", language)
    for condition in question.relevant:
        asked = edition.question(condition.question)
        chosen = [o for o in edition.options(asked.name) if o.value in condition.values]
        answers = ", ".join(f"“{_label(option, language)}”" for option in chosen)
        label = asked.short_label if language == "vi" else asked.text_en or asked.short_label
        yield word("universe_answered", language, label=label, answers=answers)


def _label(option: Option, language: Language) -> str:
    return option.label if language == "vi" else option.label_en or option.label


def _figures(variable: etree._Element, figures: VariableStatistics) -> None:
    kinds = (
        ("vald", figures.valid), ("invd", figures.missing), ("mean", figures.mean),
        ("stdev", figures.stdev), ("min", figures.low), ("max", figures.high),
    )  # fmt: skip
    for kind, value in kinds:
        if value is not None:
            element(variable, "sumStat", _number(value), type=kind, wgtd="not-wgtd")


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.10g}"


def _categories(
    variable: etree._Element, edition: Edition, column: AnswerColumn, figures: VariableStatistics | None
) -> None:
    english = _english(edition, column)
    for value, label in column.values.items():
        category = element(variable, "catgry")
        element(category, "catValu", str(value))
        element(category, "labl", label, lang="vi", level="category")
        if value in english:
            element(category, "labl", english[value], lang="en", level="category")
        if figures is None:
            continue
        count, weighted = figures.counts.get(value), figures.weighted.get(value)
        if count is not None:
            element(category, "catStat", str(count), type="freq", wgtd="not-wgtd")
        if weighted is not None:
            element(category, "catStat", _number(weighted), type="freq", wgtd="wgtd")


def _english(edition: Edition, column: AnswerColumn) -> dict[int, str]:
    if not column.question:
        return {}
    if column.option is not None:
        return {value: word(f"tick_{value}", "en") for value in column.values}
    options = edition.options(column.question)
    return {option.value: option.label_en for option in options if option.label_en is not None}


def _concepts(variable: etree._Element, edition: Edition, question: Question) -> None:
    for node, _ in edition.nodes():
        if any(child.question == question.name for child in node.children):
            element(variable, "concept", node.title, lang="vi")
            if node.title_en is not None:
                element(variable, "concept", node.title_en, lang="en")


def _status(variable: etree._Element, question: Question) -> None:
    names = {"recalled": "recalled_short", "copy": "copy_short", "official": "status_official"}
    for language in LANGUAGES:
        said = word(names[question.status], language)
        note = element(variable, "notes", f"{said} ({question.source})", lang=language)
        note.set("type", "wording-status")
        note.set("subject", question.status)
