"""Sentences and table columns that several parts of a report share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sipas.instrument import Edition, notice
from sipas.instrument.model import Status
from sipas.reporting.blocks import Column, Table
from sipas.reporting.figures import REGION_MARK, Estimate, Figures, Value
from sipas.reporting.inputs import Target
from sipas.reporting.wording import (
    SUPPRESSED,
    count,
    half_width,
    interval,
    minus,
    number,
    places,
    share,
    signed,
)

METHOD_NOTE = (
    "n: số người trả lời. KTC 95%: khoảng tin cậy 95%, tính theo thiết kế mẫu (tầng, đơn vị mẫu cấp một, quyền số). "
)
HALF_NOTE = "±: nửa độ dài khoảng tin cậy 95%, tính bằng điểm phần trăm. "
MARKS: Mapping[Status, str] = {"recalled": "†", "copy": "‡"}
LEGENDS = {
    "†": "câu chữ ghi lại theo trí nhớ, chưa đối chiếu với bản chính thức",
    "‡": "câu chữ theo bản chép, chưa đối chiếu với bản chính thức",
    REGION_MARK: "phân vùng ghi lại theo trí nhớ, chưa đối chiếu với văn bản",
}
SIMULATED_NOTICE = (
    "SỐ LIỆU MÔ PHỎNG. Toàn bộ số liệu trong văn bản này do máy tính sinh ra để thử nghiệm, không phải ý kiến của "
    "người dân, tổ chức và không phản ánh bất kỳ cơ quan nào."
)
RISEN, FALLEN, UNDECIDED = "Tăng", "Giảm", "Chưa đủ căn cứ"
MET, MISSED = "Đạt", "Chưa đạt"

VALUE_COLUMNS = (
    Column("n", 0.5),
    Column("Chỉ số (%)", 0.62),
    Column("KTC 95%", 0.95, "center"),
)


def value_cells(value: Value | None) -> tuple[str, str, str]:
    """Write a node's n, percent and interval.

    Parameters
    ----------
    value : Value or None
        A row of the index.

    Returns
    -------
    tuple of str
        Three cells for ``VALUE_COLUMNS``; a suppressed value is ``–*`` in all three.
    """
    if value is None:
        return "–", "–", "–"
    if value.suppressed:
        return SUPPRESSED, SUPPRESSED, SUPPRESSED
    return count(value.n), number(value.percent), interval(value.low, value.high)


def share_cells(estimate: Estimate) -> tuple[str, str]:
    """Write an estimated share and its half width.

    Parameters
    ----------
    estimate : Estimate
        A share.

    Returns
    -------
    tuple of str
        Percent and ±.
    """
    if estimate.suppressed:
        return SUPPRESSED, SUPPRESSED
    return share(estimate.estimate), half_width(estimate.low, estimate.high, shares=True)


def in_words(value: Value) -> str:
    """Write a value with its interval and n, for a sentence.

    Parameters
    ----------
    value : Value
        Not suppressed.

    Returns
    -------
    str
        As ``86,31% (KTC 95%: 84,90–87,61; n = 1.204)``.
    """
    if value.suppressed or value.percent is None:
        return "không công bố"
    return f"{number(value.percent)}% (KTC 95%: {interval(value.low, value.high)}; n = {count(value.n)})"


def change_in_words(value: Value) -> str:
    """Write a change with its interval, for a sentence.

    Parameters
    ----------
    value : Value
        With an earlier round.

    Returns
    -------
    str
        As ``+1,20 điểm (KTC 95%: 0,10 đến 2,30)``.
    """
    ends = f"{minus(number(value.change_low))} đến {minus(number(value.change_high))}"
    return f"{signed(value.change)} điểm (KTC 95%: {ends})"


def verdict(value: Value | None) -> str:
    """Say whether a change can be claimed: only where its interval leaves out zero.

    Parameters
    ----------
    value : Value or None
        A row of the index.

    Returns
    -------
    str
        ``Tăng``, ``Giảm``, ``Chưa đủ căn cứ``; ``–`` where there is no earlier value.
    """
    if value is None or value.change_low is None or value.change_high is None:
        return "–"
    if value.change_low > 0:
        return RISEN
    return FALLEN if value.change_high < 0 else UNDECIDED


def target_verdict(value: Value | None, target: Target) -> str:
    """Say whether a target is met: only an end of the interval decides.

    Parameters
    ----------
    value : Value or None
        The value the target is about.
    target : Target
        With its threshold.

    Returns
    -------
    str
        ``Đạt`` where the whole interval is at or above the threshold, ``Chưa đạt`` where it is below,
        ``Chưa đủ căn cứ`` otherwise.
    """
    if value is None or value.low is None or value.high is None:
        return UNDECIDED
    if value.low >= target.threshold:
        return MET
    return MISSED if value.high < target.threshold else UNDECIDED


def rank_cells(value: Value) -> tuple[str, str]:
    """Write a place and the places the data allow.

    Parameters
    ----------
    value : Value
        A row of the index.

    Returns
    -------
    tuple of str
        As ``4`` and ``2–9``.
    """
    return count(value.rank), places(value.rank_low, value.rank_high)


def marked(text: str, status: Status) -> str:
    """Mark a wording that no official source confirms.

    Parameters
    ----------
    text : str
        Wording of the edition.
    status : {'official', 'copy', 'recalled'}
        Of the wording.

    Returns
    -------
    str
        Followed by † where recalled and by ‡ where copied.
    """
    return text + MARKS.get(status, "")


def legend(texts: Iterable[str]) -> str:
    """Explain the marks that occur in a table.

    Parameters
    ----------
    texts : iterable of str
        Everything the table shows.

    Returns
    -------
    str
        A sentence per mark that occurs; empty where none does.
    """
    shown = "".join(texts)
    return "".join(f"{mark}: {words}. " for mark, words in LEGENDS.items() if mark in shown)


def table_texts(table: Table) -> list[str]:
    """List the texts of a table.

    Parameters
    ----------
    table : Table
        Any.

    Returns
    -------
    list of str
        Heads, then cells row by row.
    """
    return [*(c.title for c in table.columns), *(cell for row in table.rows for cell in row)]


def wording_notice(edition: Edition) -> str:
    """Say how far the wording of the questionnaire is official, and with which marks it is shown.

    Parameters
    ----------
    edition : Edition
        Of the round.

    Returns
    -------
    str
        The notice of ``instrument.notice`` and the marks; empty where every element is official.
    """
    found = notice(edition)
    if found is None:
        return ""
    kinds = ((MARKS["recalled"], found.recalled), (MARKS["copy"], found.copied))
    told = [f"{mark} là {LEGENDS[mark]}" for mark, elements in kinds if elements]
    return f"{found.vi} Dấu trong văn bản này: {'; '.join(told)}." if told else found.vi


def node_title(figures: Figures, node: str) -> str:
    """Name a node, marked where its wording is not official.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    node : str
        Node of the tree.

    Returns
    -------
    str
        As printed.
    """
    found = figures.titles.get(node)
    return node if found is None else marked(found.title, found.status)


def short_title(figures: Figures, node: str) -> str:
    """Name a node shortly, for narrow tables.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    node : str
        Node of the tree.

    Returns
    -------
    str
        The short label of an item's question, the title of any other node; marked as `node_title` does.
    """
    found = figures.titles.get(node)
    if found is None or found.question is None:
        return node_title(figures, node)
    return marked(figures.inputs.edition.question(found.question).short_label, found.status)


def notes(figures: Figures, *parts: str) -> str:
    """Put the notes under a table together.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    *parts : str
        Sentences of this table.

    Returns
    -------
    str
        With the note on simulation where it holds.
    """
    simulated = "Số liệu mô phỏng." if figures.inputs.simulated else ""
    return f"{''.join(parts)}{simulated}".strip()
