"""Puts the report and the letter that goes with it together, and numbers their tables and figures."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from sipas.reporting.blocks import (
    Addressees,
    Block,
    Document,
    Figure,
    Letterhead,
    Signature,
    Table,
    paragraph,
)
from sipas.reporting.contents.annexes import annexes
from sipas.reporting.contents.answers import expectations, facts, profile
from sipas.reporting.contents.change import change
from sipas.reporting.contents.conclusion import conclusion
from sipas.reporting.contents.fieldwork import forms
from sipas.reporting.contents.opening import about, bases, head, method, summary, warnings
from sipas.reporting.contents.phrases import in_words, legend, table_texts
from sipas.reporting.contents.ranking import comparisons, ranking
from sipas.reporting.contents.satisfaction import satisfaction
from sipas.reporting.figures import Figures, read
from sipas.reporting.inputs import ReportInputs
from sipas.reporting.wording import SIMULATED, SUPPRESSED, official_date, roman

SECTIONS: tuple[Callable[[Figures, str], list[Block]], ...] = (
    method,
    forms,
    profile,
    facts,
    satisfaction,
    ranking,
    change,
    comparisons,
    expectations,
    conclusion,
)


def build_report(inputs: ReportInputs) -> Document:
    """Make the report of a round.

    Parameters
    ----------
    inputs : ReportInputs
        Results of the round, suppression already applied.

    Returns
    -------
    Document
        One source for DOCX, PDF and HTML; the same inputs give the same document.

    Raises
    ------
    SipasError
        As ``ReportInputs.check``.
    """
    figures = read(inputs.check())
    blocks: list[Block] = [*head(figures), *bases(figures), *summary(figures)]
    place = 0
    for section in SECTIONS:
        made = section(figures, roman(place + 1))
        blocks += made
        place += bool(made)
    title = inputs.title
    blocks += [Signature(title.position, title.signer, title.recipients), *annexes(figures)]
    return _document(figures, f"Báo cáo: {about(figures)}", blocks, draft=not title.report_number)


def build_letter(inputs: ReportInputs) -> Document:
    """Make the official letter (công văn) that sends the report.

    Parameters
    ----------
    inputs : ReportInputs
        As for the report.

    Returns
    -------
    Document
        A draft until văn thư has given its number.

    Raises
    ------
    SipasError
        As ``ReportInputs.check``.
    """
    figures = read(inputs.check())
    title = inputs.title
    whole = figures.whole(figures.root)
    subject = about(figures).replace("Kết quả", "kết quả", 1)
    result = f" Chỉ số hài lòng chung: {in_words(whole)}." if whole else ""
    blocks: list[Block] = [
        Letterhead(
            title.parent_agency.upper(),
            title.agency.upper(),
            f"{title.letter_number or '…'}/{title.symbol}",
            f"{title.place}, {official_date(title.date)}",
            subject=f"V/v gửi báo cáo kết quả đo lường sự hài lòng {title.period}",
        ),
        Addressees(title.addressees or ("…",)),
        *warnings(figures),
        paragraph(
            f"Thực hiện nhiệm vụ đo lường sự hài lòng {title.period}, {title.agency} gửi kèm báo cáo {subject}.{result}"
        ),
        paragraph(
            "Báo cáo gồm phương pháp, tình hình phiếu, kết quả theo từng nội dung, xếp hạng kèm sai "
            "số và các phụ lục; kèm "
            "tệp bảng tính để tra cứu số liệu."
        ),
        paragraph("Trân trọng gửi để xem xét, chỉ đạo./."),
        Signature(title.position, title.signer, title.recipients),
    ]
    return _document(figures, f"Công văn gửi báo cáo: {about(figures)}", blocks, draft=not title.letter_number)


def _document(figures: Figures, title: str, blocks: list[Block], *, draft: bool) -> Document:
    inputs = figures.inputs
    mark = SIMULATED if inputs.simulated else ""
    named = f"[{mark}] {title}" if mark else title
    return Document(
        named,
        inputs.title.agency,
        inputs.title.date,
        mark,
        draft=draft,
        blocks=_numbered(blocks, mark, inputs.minimum_cell),
    )


def _numbered(blocks: list[Block], mark: str, minimum: int) -> tuple[Block, ...]:
    tables = figures = 0
    done: list[Block] = []
    for block in blocks:
        if isinstance(block, Table):
            tables += 1
            note = f"{_hidden_note(block, minimum)}{legend(table_texts(block))}{block.note}"
            done.append(dataclasses.replace(block, caption=f"Bảng {tables}. {block.caption}", note=note))
        elif isinstance(block, Figure):
            figures += 1
            spec = {**block.spec, "title": _mark(mark)} if mark and not block.published else block.spec
            note = legend(table_texts(block.data)) + block.note
            done.append(dataclasses.replace(block, caption=f"Hình {figures}. {block.caption}", spec=spec, note=note))
        else:
            done.append(block)
    return tuple(done)


def _mark(words: str) -> dict[str, object]:
    """Say on the chart itself that its data are simulated: it may be copied out of the document."""
    return {"text": words, "anchor": "end", "fontSize": 11, "fontWeight": "bold", "offset": 4, "frame": "group"}


def _hidden_note(table: Table, minimum: int) -> str:
    if not any(SUPPRESSED in cell for row in table.rows for cell in row):
        return ""
    least = f"do ít hơn {minimum} câu trả lời hoặc " if minimum else ""
    return f"{SUPPRESSED}: không công bố {least}để bảo vệ người trả lời. "
