"""The index: overall, by node with the lowest and highest unit, the weakest and the strongest items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sipas.reporting.blocks import Block, Column, Figure, Heading, Table, paragraph
from sipas.reporting.charts.dots import dots_by_round
from sipas.reporting.charts.theme import wrap
from sipas.reporting.contents.answers import questions, stacked_figures
from sipas.reporting.contents.national import national
from sipas.reporting.contents.phrases import (
    METHOD_NOTE,
    VALUE_COLUMNS,
    in_words,
    node_title,
    notes,
    share_cells,
    target_verdict,
    value_cells,
)
from sipas.reporting.figures import LEVEL_LABELS, Figures, Value
from sipas.reporting.wording import SUPPRESSED, count, interval, number, sentence, sizes, uncapital

EXTREMES = 5
COUNTS = ("không", "một", "hai", "ba", "bốn", "năm")  # a number does not open a sentence
ITEM_ANSWERS = "Phân bố câu trả lời của các tiêu chí"


def satisfaction(figures: Figures, section: str) -> list[Block]:
    """Tell the index from the top to the items.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    section : str
        Roman number of the section.

    Returns
    -------
    list of Block
        The section on satisfaction.
    """
    blocks: list[Block] = [Heading(1, f"{section}. MỨC ĐỘ HÀI LÒNG"), Heading(2, "1. Chỉ số chung")]
    blocks += overall(figures)
    blocks += [Heading(2, "2. Theo nội dung và yếu tố"), nodes_table(figures, ("item",), skip=True)]
    blocks += factor_figure(figures)
    blocks += [Heading(2, "3. Theo tiêu chí"), nodes_table(figures, ("item",), skip=False)]
    blocks += list(stacked_figures(figures, questions(figures, "item"), ITEM_ANSWERS))
    blocks += [Heading(2, "4. Tiêu chí thấp nhất và cao nhất"), *extremes(figures)]
    return blocks


def overall(figures: Figures) -> list[Block]:
    """State the index, its targets and the published national values.

    Parameters
    ----------
    figures : Figures
        Tables of the report.

    Returns
    -------
    list of Block
        Paragraphs, the table of targets, the national line.
    """
    whole = figures.whole(figures.root)
    blocks: list[Block] = []
    if whole is not None:
        territory = figures.inputs.title.territory
        period = figures.inputs.title.period
        blocks.append(paragraph(f"Chỉ số hài lòng chung {territory} {period} là {in_words(whole)}."))
    for question in questions(figures, "overall"):
        found = figures.estimate(question.name, "top_box", None)
        if found.estimate is not None:
            percent, half = share_cells(found)
            blocks.append(
                paragraph(
                    f"Câu hỏi đánh giá chung ngoài cây chỉ số (“{question.text}”): {percent}% trả lời ở mức hài lòng "
                    f"trở lên ({half} điểm; n = {count(found.n)})."
                )
            )
    if figures.inputs.targets:
        blocks.append(_targets(figures))
    if figures.inputs.national:
        blocks += national(figures)
    return blocks


def nodes_table(figures: Figures, levels: tuple[str, ...], *, skip: bool) -> Table:
    """Set the tree with each node's value and the lowest and highest unit.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    levels : tuple of str
        Levels left out, or shown beside their parents.
    skip : bool
        Whether the levels are left out.

    Returns
    -------
    Table
        A row per node.
    """
    rows, depths = [], []
    depth = {"": -1}
    for node, parent in figures.inputs.edition.nodes():
        depth[node.name] = depth[parent or ""] + 1
        if skip and node.level in levels:
            continue
        rows.append((
            node_title(figures, node.name),
            *value_cells(figures.whole(node.name)),
            *span(figures, node.name, names=skip),
        ))
        depths.append(depth[node.name])
    kind = figures.kind_label(figures.inputs.unit_kinds[0])
    caption = (
        "Chỉ số hài lòng theo nội dung, yếu tố" if skip else "Chỉ số hài lòng theo từng tiêu chí"
    ) + f", thấp nhất và cao nhất giữa các {kind}"
    width = 1.15 if skip else 0.7
    columns = (
        Column("Nội dung, yếu tố" if skip else "Yếu tố, tiêu chí", 2.1 if skip else 2.6, "left"),
        *VALUE_COLUMNS,
        Column("Thấp nhất", width, "center"),
        Column("Cao nhất", width, "center"),
    )
    least = f"Thấp nhất, cao nhất: ước lượng điểm giữa các {kind}, kèm khoảng tin cậy tại phụ lục. "
    return Table(caption, columns, tuple(rows), notes(figures, METHOD_NOTE, least), tuple(depths))


def span(figures: Figures, node: str, *, names: bool) -> tuple[str, str]:
    """Write the lowest and the highest value of a node over the units.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    node : str
        Node of the tree.
    names : bool
        Whether the units are named.

    Returns
    -------
    tuple of str
        Two cells; ``–`` where no unit may be shown.
    """
    kind = figures.inputs.unit_kinds[0]
    shown = [v for v in figures.domains(kind, node) if v.percent is not None]
    if not shown:
        return "–", "–"
    return _end(figures, kind, shown[-1], names=names), _end(figures, kind, shown[0], names=names)


def items(figures: Figures) -> list[Value]:
    """List the items of the whole, the weakest first.

    Parameters
    ----------
    figures : Figures
        Tables of the report.

    Returns
    -------
    list of Value
        Items without a value left out; ties in the order of the form.
    """
    leaves = [node.name for node, _ in figures.inputs.edition.nodes() if node.question is not None]
    found = [figures.whole(name) for name in leaves]
    return sorted((v for v in found if v is not None and v.percent is not None), key=lambda v: v.percent or 0.0)


def extremes(figures: Figures) -> list[Block]:
    """Name the weakest and the strongest items.

    Parameters
    ----------
    figures : Figures
        Tables of the report.

    Returns
    -------
    list of Block
        A table and a sentence on what the order may be taken for.
    """
    ordered = items(figures)
    if not ordered:
        return []
    low, high = ordered[:EXTREMES], ordered[::-1][:EXTREMES]
    rows = [("Thấp nhất", "", "", ""), *(_item(figures, v) for v in low)]
    rows += [("Cao nhất", "", "", ""), *(_item(figures, v) for v in high)]
    depths = (0, *(1 for _ in low), 0, *(1 for _ in high))
    table = Table(
        f"{sentence(COUNTS[len(low)])} tiêu chí thấp nhất và {COUNTS[len(high)]} tiêu chí cao nhất",
        (Column("Tiêu chí", 3.2, "left"), *VALUE_COLUMNS),
        tuple(rows),
        notes(figures, METHOD_NOTE),
        depths,
    )
    return [table, *_order_words(low)]


def factor_figure(figures: Figures) -> list[Block]:
    """Draw the factors (and contents) of this round and, where comparable, of the one before.

    Parameters
    ----------
    figures : Figures
        Tables of the report.

    Returns
    -------
    list of Block
        One figure; empty where there are no such nodes.
    """
    nodes = [n for n, _ in figures.inputs.edition.nodes() if n.question is None]
    found = [(n, v) for n in nodes if (v := figures.whole(n.name)) is not None and v.percent is not None]
    now, before = figures.inputs.title.period, figures.inputs.title.previous_period or "kỳ trước"
    with_before = any(v.previous is not None for _, v in found)
    rows: list[dict[str, Any]] = []
    table = []
    for node, value in found:
        title = node_title(figures, node.name)
        name = wrap(title, 34)
        if value.previous is not None:
            rows.append({"name": name, "round": before, "percent": value.previous, "low": None, "high": None})
        rows.append({"name": name, "round": now, "percent": value.percent, "low": value.low, "high": value.high})
        table.append((title, number(value.previous), number(value.percent), interval(value.low, value.high)))
    if not rows:
        return []
    caption = "Chỉ số chung và các yếu tố" + (f", {before} và {now}" if with_before else f", {now}")
    columns = (Column("Nội dung", 2.5, "left"), Column(before), Column(now), Column("KTC 95%"))
    rounds = [before, now] if with_before else [now]
    told = "Vạch ngang: khoảng tin cậy 95% của kỳ này; trục không bắt đầu từ 0. " + (
        "Giá trị kỳ trước tính trên các tiêu chí so sánh được; việc có thay đổi hay không xem mục về thay đổi. "
        if with_before
        else ""
    )
    counts = [v.n for _, v in found if v.n is not None]
    told += f"{sizes(counts)}. " if counts else ""
    return [
        Figure(
            caption,
            dots_by_round(rows, rounds, "Tỷ lệ hài lòng (%)"),
            f"Biểu đồ điểm: {len(found)} giá trị của cây chỉ số" + (" trong hai kỳ." if with_before else "."),
            Table(caption, columns, tuple(table)),
            notes(figures, told),
        )
    ]


def _end(figures: Figures, kind: str, value: Value, *, names: bool) -> str:
    return f"{number(value.percent)} ({figures.label(kind, value.domain)})" if names else number(value.percent)


def _item(figures: Figures, value: Value) -> tuple[str, ...]:
    return (node_title(figures, value.node), *value_cells(value))


def _order_words(low: Sequence[Value]) -> list[Block]:
    first, last = low[0], low[-1]
    overlap = first.high is not None and last.low is not None and first.high >= last.low
    if not overlap or len(low) < 2:
        return []
    return [
        paragraph(
            "Khoảng tin cậy của các tiêu chí thấp nhất giao nhau, vì vậy thứ tự giữa các tiêu chí "
            "này chỉ là thứ tự của "
            "ước lượng điểm."
        )
    ]


def _targets(figures: Figures) -> Table:
    rows = []
    for target in figures.inputs.targets:
        value = figures.values.get((target.domain_kind, target.domain, target.node))
        hidden = value is not None and value.suppressed
        told = SUPPRESSED if hidden else target_verdict(value, target)
        rows.append((target.label, number(target.threshold), *value_cells(value), told, target.source or "–"))
    return Table(
        "Đối chiếu với chỉ tiêu",
        (
            Column("Chỉ tiêu", 1.7, "left"),
            Column("Mức (%)", 0.6),
            *VALUE_COLUMNS,
            Column("Kết luận", 0.8, "center"),
            Column("Văn bản giao", 1.3, "left"),
        ),
        tuple(rows),
        notes(
            figures,
            "“Đạt” khi cận dưới của khoảng tin cậy không thấp hơn mức; “Chưa đạt” khi cận trên thấp hơn mức; còn lại "
            "chưa đủ căn cứ để kết luận. ",
            METHOD_NOTE,
        ),
    )


def level_word(level: str) -> str:
    """Name a level of the tree inside a sentence.

    Parameters
    ----------
    level : str
        Of the edition.

    Returns
    -------
    str
        As ``yếu tố``.
    """
    return uncapital(LEVEL_LABELS.get(level, level))
