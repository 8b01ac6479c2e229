"""An edition, with what is known of a round, as DDI Codebook 2.6 (https://ddialliance.org/ddi-codebook)."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from importlib.metadata import version

import msgspec
from lxml import etree

from sipas.instrument.ddi_variables import (
    LANGUAGES,
    VariableStatistics,
    add_variable,
    element,
    identifier,
)
from sipas.instrument.edition import AnswerColumn, Edition
from sipas.instrument.model import Node
from sipas.instrument.wording import notice, word


class Study(msgspec.Struct, frozen=True, kw_only=True):
    """The round a codebook is about; every field may be missing. Titles take the edition's place."""

    title: str | None = None
    title_en: str | None = None
    identifier: str | None = None
    producer: str | None = None
    made_on: datetime.date | None = None
    collected_from: datetime.date | None = None
    collected_to: datetime.date | None = None
    coverage: str | None = None  # geographic, as "Tỉnh Tuyên Quang"
    modes: tuple[str, ...] = ()
    weighting: str | None = None
    file_name: str | None = None
    cases: int | None = None
    simulated: bool = False


NO_STUDY = Study()


def ddi(
    edition: Edition,
    *,
    study: Study = NO_STUDY,
    extra: tuple[AnswerColumn, ...] = (),
    omit: Collection[str] = (),
    statistics: Mapping[str, VariableStatistics] | None = None,
) -> bytes:
    """Make the codebook of an edition or of a round's microdata.

    Parameters
    ----------
    edition : Edition
        The edition.
    study : Study
        What is known of the round. Nothing is taken from the clock.
    extra : tuple of AnswerColumn
        Further columns of the file before the answers, as case code and weight; ``question`` empty.
    omit : collection of str
        Answer columns that the file does not hold, as free text.
    statistics : mapping of str to VariableStatistics, optional
        Figures by column; columns without get none. Suppress before calling: all that is given is written.

    Returns
    -------
    bytes
        UTF-8 XML, the same for the same input. Each variable holds its full wording, categories, universe and
        the status of its wording; groups hold the sections, the multiple answers and the index tree.
    """
    root = element(None, "codeBook", version="2.6", lang="vi")
    _document(root, edition, study)
    answers = tuple(column for column in edition.columns() if column.name not in omit)
    columns = (*extra, *answers)
    _study(root, edition, study)
    if study.file_name is not None:
        text = element(element(root, "fileDscr", ID="F_1"), "fileTxt")
        element(text, "fileName", study.file_name)
        size = element(text, "dimensns")
        if study.cases is not None:
            element(size, "caseQnty", str(study.cases))
        element(size, "varQnty", str(len(columns)))
    data = element(root, "dataDscr")
    _groups(data, edition, answers)
    figures = statistics or {}
    for column in columns:
        add_variable(data, edition, column, figures.get(column.name))
    xml: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return xml


def _titles(edition: Edition, study: Study) -> tuple[str, str | None]:
    title, english = study.title or edition.title, study.title_en or (None if study.title else edition.title_en)
    if not study.simulated:
        return title, english
    return f"{title} ({word('simulated', 'vi')})", english and f"{english} ({word('simulated', 'en')})"


def _document(root: etree._Element, edition: Edition, study: Study) -> None:
    citation = element(element(root, "docDscr"), "citation")
    element(element(citation, "titlStmt"), "titl", _titles(edition, study)[0], lang="vi")
    made = element(citation, "prodStmt")
    if study.producer is not None:
        element(made, "producer", study.producer)
    if study.made_on is not None:
        day = study.made_on.isoformat()
        element(made, "prodDate", day, date=day)
    element(made, "software", "sipas", version=version("sipas"))


def _study(root: etree._Element, edition: Edition, study: Study) -> None:
    parent = element(root, "stdyDscr")
    citation = element(parent, "citation")
    title, english = _titles(edition, study)
    titles = element(citation, "titlStmt")
    element(titles, "titl", title, lang="vi")
    if english is not None:
        element(titles, "parTitl", english, lang="en")
    if study.identifier is not None:
        element(titles, "IDNo", study.identifier, level="study")
    if study.producer is not None:
        element(element(citation, "prodStmt"), "producer", study.producer)
    element(element(citation, "serStmt"), "serName", edition.series)
    element(element(citation, "verStmt"), "version", edition.name, type="edition")
    _scope(parent, edition, study)
    _method(parent, edition, study)
    _notes(parent, edition, study)


def _scope(parent: etree._Element, edition: Edition, study: Study) -> None:
    scope = element(element(parent, "stdyInfo"), "sumDscr")
    for event, day in (("start", study.collected_from), ("end", study.collected_to)):
        if day is not None:
            element(scope, "collDate", day.isoformat(), date=day.isoformat(), event=event)
    element(scope, "nation", "Việt Nam", abbr="VN")
    if study.coverage is not None:
        element(scope, "geogCover", study.coverage)
    for language in LANGUAGES:
        element(scope, "anlyUnit", word(f"anlyunit_{edition.population}", language), lang=language)
    for language in LANGUAGES:
        element(scope, "universe", word(f"universe_{edition.population}", language), lang=language, clusion="I")


def _method(parent: etree._Element, edition: Edition, study: Study) -> None:
    method = element(parent, "method")
    collection = element(method, "dataColl")
    for mode in study.modes:
        element(collection, "collMode", mode)
    element(collection, "resInstru", edition.method, lang="vi", type="structured")
    if study.weighting is not None:
        element(collection, "weight", study.weighting, lang="vi")


def _notes(parent: etree._Element, edition: Edition, study: Study) -> None:
    about = notice(edition)
    said = [] if about is None else [("wording-status", "vi", about.vi), ("wording-status", "en", about.en)]
    if study.simulated:
        said = [("simulated", language, word("simulated", language)) for language in LANGUAGES] + said
    for kind, language, text in said:
        note = element(parent, "notes", text, lang=language)
        note.set("type", kind)


def _groups(data: etree._Element, edition: Edition, answers: tuple[AnswerColumn, ...]) -> None:
    columns: dict[str, list[str]] = {}
    for column in answers:
        columns.setdefault(column.question, []).append(identifier(column.name))
    for section in edition.sections:
        inside = [name for question in section.questions for name in columns.get(question.name, [])]
        if inside:
            group = element(data, "varGrp", ID=f"S_{section.name}", name=section.name, type="section")
            group.set("var", " ".join(inside))
            _titled(group, section.title, section.title_en)
    for question in edition.questions():
        if question.kind == "multiple" and question.name in columns:
            group = element(data, "varGrp", ID=f"M_{question.name}", name=question.name, type="multipleResp")
            group.set("var", " ".join(columns[question.name]))
            _titled(group, question.text, question.text_en)
    for node, _ in edition.nodes():
        if node.question is None:
            _node(data, node, columns)


def _node(data: etree._Element, node: Node, columns: dict[str, list[str]]) -> None:
    group = element(data, "varGrp", ID=f"N_{node.name}", name=node.name, type="analysis")
    items = [name for child in node.children for name in columns.get(child.question or "", [])]
    parts = [f"N_{child.name}" for child in node.children if child.question is None]
    if items:
        group.set("var", " ".join(items))
    if parts:
        group.set("varGrp", " ".join(parts))
    _titled(group, node.title, node.title_en)
    note = element(group, "notes", f"{node.rule} {' '.join(str(w) for w in node.weights)}".strip())
    note.set("type", "aggregation-rule")
    note.set("subject", node.rule_status or node.status)


def _titled(group: etree._Element, title: str, english: str | None) -> None:
    element(group, "labl", title, lang="vi")
    if english is not None:
        element(group, "labl", english, lang="en")
