"""Sentences and table columns that several parts of a report share."""

from __future__ import annotations

from sipas.reporting.blocks import Column
from sipas.reporting.figures import Estimate, Figures, Value
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
MARK = "†"
MARK_NOTE = f"{MARK} Câu chữ ghi lại theo trí nhớ, chưa đối chiếu với văn bản gốc. "
RECALLED = (
    "Một phần câu chữ của phiếu khảo sát dùng trong kỳ đo này được ghi lại theo trí nhớ hoặc theo bản sao, chưa đối "
    f"chiếu với phụ lục gốc của Bộ Nội vụ; các câu đó có dấu {MARK}. Không trích dẫn như câu chữ chính thức."
)
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


def node_title(figures: Figures, node: str) -> str:
    """Name a node, marked where its wording is recalled.

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
    if found is None:
        return node
    return found.title + (MARK if found.status == "recalled" else "")


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
        The short label of an item's question, the title of any other node; marked where recalled.
    """
    found = figures.titles.get(node)
    if found is None or found.question is None:
        return node_title(figures, node)
    label = figures.inputs.edition.question(found.question).short_label
    return label + (MARK if found.status == "recalled" else "")


def notes(figures: Figures, *parts: str, wording: bool = True) -> str:
    """Put the notes under a table together.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    *parts : str
        Sentences of this table.
    wording : bool
        Whether the table holds wording of the questionnaire.

    Returns
    -------
    str
        With the notes on recalled wording and simulation where they hold.
    """
    inputs = figures.inputs
    text = "".join(parts)
    if wording and inputs.edition.recalled():
        text += MARK_NOTE
    if inputs.simulated:
        text += "Số liệu mô phỏng."
    return text.strip()
