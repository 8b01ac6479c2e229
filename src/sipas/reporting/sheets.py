"""What stands in the sheets of the workbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from sipas.intake.vietnamese import sort_key
from sipas.reporting.contents.answers import wording
from sipas.reporting.contents.opening import about
from sipas.reporting.contents.phrases import METHOD_NOTE, node_title, target_verdict, verdict
from sipas.reporting.figures import LEVEL_LABELS, RULE_WORDS, Figures, Value
from sipas.reporting.inputs import FLAG
from sipas.reporting.wording import SUPPRESSED, official_date, sentence

Kind = Literal["text", "count", "percent", "points", "rate"]
Row = tuple[Any, ...]  # str, int, float or None


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet.

    Parameters
    ----------
    title : str
        Its head.
    kind : str
        Type of its cells, which gives their number format.
    width : float
        In characters.
    formula : str
        With one ``{}`` per operand; empty: plain values. The value given is what the formula yields.
    operands : tuple of int
        Places of the columns the formula reads.
    """

    title: str
    kind: Kind = "text"
    width: float = 12
    formula: str = ""
    operands: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of the workbook.

    Parameters
    ----------
    name, title, note : str
        On the tab; above the table; under the title.
    columns : tuple of SheetColumn
        In order.
    rows : tuple
        As many values as columns: str, int, float or None.
    frozen : int
        Columns that stay when scrolling.
    """

    name: str
    title: str
    note: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[Row, ...]
    frozen: int = 0


WHO = (SheetColumn("Phân theo", width=18), SheetColumn("Đơn vị, nhóm", width=36))
NUMBERS = (
    SheetColumn("n", "count", 9),
    SheetColumn("Chỉ số (%)", "percent"),
    SheetColumn("Sai số chuẩn (điểm)", "percent"),
    SheetColumn("Cận dưới 95%", "percent"),
    SheetColumn("Cận trên 95%", "percent"),
)


def sheets(figures: Figures) -> tuple[Sheet, ...]:
    """Make the sheets of the workbook.

    Parameters
    ----------
    figures : Figures
        Tables of the report.

    Returns
    -------
    tuple of Sheet
        Eight, in the order of the tabs.
    """
    return (
        _summary(figures),
        _nodes(figures, "Chỉ số", "Chỉ số chung, nội dung, yếu tố", items=False),
        _nodes(figures, "Tiêu chí", "Chỉ số theo từng tiêu chí", items=True),
        _questions(figures),
        _ranks(figures),
        _changes(figures),
        _forms(figures),
        _method(figures),
    )


def _summary(figures: Figures) -> Sheet:
    whole = figures.whole(figures.root)
    field = figures.inputs.field
    rows: list[Row] = [("Chỉ số hài lòng chung (%)", *_four(whole), "")]
    for target in figures.inputs.targets:
        value = figures.values.get((target.domain_kind, target.domain, target.node))
        told = f"Chỉ tiêu {target.threshold:g}: {target_verdict(value, target)}".replace(".", ",")
        rows.append((target.label, *_four(value), told))
    if whole is not None and whole.change is not None:
        rows.append((
            "Thay đổi so với kỳ trước (điểm)",
            None,
            whole.change,
            whole.change_low,
            whole.change_high,
            verdict(whole),
        ))
    rows += [
        ("Phiếu phát ra", field.issued, None, None, None, ""),
        ("Phiếu thu về", field.returned, None, None, None, ""),
        ("Phiếu hợp lệ", field.valid, None, None, None, ""),
    ]
    columns = (
        SheetColumn("Nội dung", width=44),
        SheetColumn("n", "count"),
        SheetColumn("Giá trị", "percent"),
        SheetColumn("Cận dưới 95%", "percent"),
        SheetColumn("Cận trên 95%", "percent"),
        SheetColumn("Ghi chú", width=36),
    )
    title = figures.inputs.title
    note = f"{title.agency}, {official_date(title.date)}. Dự thảo."
    return Sheet("Tóm tắt", about(figures), note, columns, tuple(rows))


def _nodes(figures: Figures, name: str, title: str, *, items: bool) -> Sheet:
    order = {node.name: k for k, (node, _) in enumerate(figures.inputs.edition.nodes())}
    frame = figures.inputs.index.filter((pl.col("level") == "item") == items)
    flagged = FLAG in frame.columns
    rows = []
    for row in frame.iter_rows(named=True):
        hidden = bool(flagged and row[FLAG])
        numbers = [SUPPRESSED if hidden else row[k] for k in ("n", "percent", "se", "low", "high")]
        level = LEVEL_LABELS.get(row["level"], row["level"])
        rows.append((
            *_who(figures, row["domain_kind"], row["domain"]),
            node_title(figures, row["node"]),
            level,
            *numbers,
        ))
    columns = (*WHO, SheetColumn("Nội dung", width=50), SheetColumn("Cấp", width=13), *NUMBERS)
    keys = frame.select("domain_kind", "domain", "node").iter_rows()
    placed = sorted(zip(keys, rows, strict=True), key=lambda pair: _place(figures, pair[0], order))
    return Sheet(name, title, METHOD_NOTE.strip(), columns, tuple(row for _, row in placed), frozen=2)


def _place(figures: Figures, key: tuple[str, str, str], order: dict[str, int]) -> tuple[Any, ...]:
    kind, domain, node = key
    kinds = ("all", *figures.inputs.unit_kinds)
    known = (kinds.index(kind), "") if kind in kinds else (len(kinds), kind)
    return (*known, sort_key(figures.label(kind, domain)), order.get(node, len(order)))


def _questions(figures: Figures) -> Sheet:
    labels = {c.name: c for c in figures.inputs.edition.columns()}
    kinds = ["all", *figures.inputs.unit_kinds]
    frame = figures.inputs.estimates.filter(pl.col("domain_kind").is_in(kinds))
    flagged = FLAG in frame.columns
    rows = []
    for row in frame.iter_rows(named=True):
        column = labels.get(row["variable"])
        question = row["variable"] if column is None else column.question
        text = question if column is None else wording(figures.inputs.edition.question(question))
        scale = 1.0 if row["statistic"] in {"mean", "total", "ratio", "count"} else 100.0
        hidden = bool(flagged and row[FLAG])
        values = [None if row[k] is None else scale * row[k] for k in ("estimate", "se", "low", "high")]
        numbers = [SUPPRESSED] * 5 if hidden else [row["n"], *values]
        who = _who(figures, row["domain_kind"], row["domain"])
        rows.append((
            *who,
            row["variable"],
            text,
            _answer(figures, row, column),
            STATISTICS[row["statistic"]],
            *numbers,
        ))
    columns = (
        *WHO,
        SheetColumn("Cột dữ liệu", width=22),
        SheetColumn("Câu hỏi", width=50),
        SheetColumn("Phương án", width=30),
        SheetColumn("Đại lượng", width=20),
        SheetColumn("n", "count", 9),
        SheetColumn("Giá trị", "percent"),
        *NUMBERS[2:],
    )
    return Sheet("Câu hỏi", "Tỷ lệ trả lời của từng câu hỏi", METHOD_NOTE.strip(), columns, tuple(rows), frozen=2)


STATISTICS = {
    "share": "Tỷ lệ (%)",
    "top_box": "Tỷ lệ hài lòng (%)",
    "mean": "Trung bình",
    "total": "Tổng",
    "ratio": "Tỷ số",
    "count": "Số lượng",
}


def _answer(figures: Figures, row: dict[str, Any], column: Any) -> str:
    if column is None:
        return "" if row["category"] is None else str(row["category"])
    if column.option is not None:
        return next((o.label for o in figures.inputs.edition.options(column.question) if o.value == column.option), "")
    return column.values.get(row["category"], "") if row["category"] is not None else ""


def _ranks(figures: Figures) -> Sheet:
    rows = []
    for kind in figures.inputs.unit_kinds:
        for value in figures.domains(kind, figures.root):
            numbers = (
                value.rank,
                value.n,
                value.percent,
                value.low,
                value.high,
                value.rank_low,
                value.rank_high,
                value.ranked,
            )
            shown = [SUPPRESSED] * len(numbers) if value.suppressed else numbers
            rows.append((*_who(figures, kind, value.domain), *shown))
    columns = (
        *WHO,
        SheetColumn("Hạng", "count", 8),
        SheetColumn("n", "count", 8),
        *(NUMBERS[k] for k in (1, 3, 4)),
        SheetColumn("Hạng tốt nhất có thể", "count"),
        SheetColumn("Hạng thấp nhất có thể", "count"),
        SheetColumn("Số đơn vị xếp hạng", "count"),
    )
    note = "Hạng có thể: đồng thời cho mọi đơn vị ở mức tin cậy 95%."
    return Sheet("Xếp hạng", "Xếp hạng theo chỉ số hài lòng chung", note, columns, tuple(rows), frozen=2)


def _changes(figures: Figures) -> Sheet:
    columns = (
        *WHO,
        SheetColumn("Nội dung", width=50),
        SheetColumn("Kỳ trước (%)", "percent"),
        SheetColumn("Kỳ này, phần so sánh được (%)", "percent", 16),
        SheetColumn("Thay đổi (điểm)", "points", 12, "={1}-{0}", (3, 4)),
        SheetColumn("Cận dưới 95%", "points"),
        SheetColumn("Cận trên 95%", "points"),
        SheetColumn("Kết luận", width=16),
        SheetColumn("Hạng trước", "count", 9),
        SheetColumn("Hạng nay", "count", 9),
        SheetColumn("Đổi hạng", "count", 9, "={0}-{1}", (9, 10)),
    )
    note = (
        "Kết luận chỉ ghi Tăng hoặc Giảm khi khoảng tin cậy 95% của thay đổi không chứa số 0. Cột "
        "thay đổi là công thức."
    )
    return Sheet("Thay đổi", "Thay đổi so với kỳ trước", note, columns, tuple(_change_rows(figures)), frozen=3)


def _change_rows(figures: Figures) -> Iterator[Row]:
    order = {node.name: k for k, (node, _) in enumerate(figures.inputs.edition.nodes())}
    kinds = {"all", *figures.inputs.unit_kinds}
    found = [key for key, v in figures.values.items() if key[0] in kinds and v.change is not None]
    for key in sorted(found, key=lambda k: _place(figures, k, order)):
        value = figures.values[key]
        now = None if value.previous is None or value.change is None else value.previous + value.change
        ranks: tuple[int | None, int | None, int | None] = (value.previous_rank, value.rank, None)
        if value.previous_rank is not None and value.rank is not None:
            ranks = (value.previous_rank, value.rank, value.previous_rank - value.rank)
        yield (
            *_who(figures, key[0], key[1]),
            node_title(figures, value.node),
            value.previous,
            now,
            value.change,
            value.change_low,
            value.change_high,
            verdict(value),
            *ranks,
        )


def _forms(figures: Figures) -> Sheet:
    field = figures.inputs.field
    columns = (
        SheetColumn("Đơn vị", width=40),
        SheetColumn("Phát ra", "count"),
        SheetColumn("Thu về", "count"),
        SheetColumn("Hợp lệ", "count"),
        SheetColumn("Thu về/ phát ra", "rate", 12, "={1}/{0}", (1, 2)),
        SheetColumn("Hợp lệ/ thu về", "rate", 12, "={1}/{0}", (2, 3)),
        SheetColumn("Hợp lệ/ phát ra", "rate", 12, "={1}/{0}", (1, 3)),
    )
    rows = [_form_row("Tổng số", field.issued, field.returned, field.valid)]
    kind = figures.inputs.unit_kinds[0] if figures.inputs.unit_kinds else "all"
    by_unit = field.by_unit.select("domain", "issued", "returned", "valid").iter_rows()
    named = [_form_row(figures.label(kind, domain), *counts) for domain, *counts in by_unit]
    rows += sorted(named, key=lambda row: sort_key(row[0]))
    note = "Số đếm toàn bộ, không có sai số chọn mẫu. Các cột tỷ lệ là công thức."
    return Sheet("Phiếu", "Tình hình phát, thu phiếu", note, columns, tuple(rows), frozen=1)


def _form_row(name: str, issued: int, returned: int, valid: int) -> Row:
    rates = [(returned, issued), (valid, returned), (valid, issued)]
    return (name, issued, returned, valid, *(None if below == 0 else above / below for above, below in rates))


def _method(figures: Figures) -> Sheet:
    edition = figures.inputs.edition
    rows: list[Row] = [
        ("Phiên bản phiếu", f"{edition.name}: {edition.title}"),
        ("Phương pháp", edition.method),
        ("Nguồn", edition.source),
        ("Sai số", "Khoảng tin cậy 95% theo thiết kế mẫu, tuyến tính hóa Taylor."),
        (
            "Ô không công bố",
            f"{SUPPRESSED}: ít hơn {figures.inputs.minimum_cell} câu trả lời hoặc để bảo vệ người trả lời.",
        ),
    ]
    rows += [
        (f"{LEVEL_LABELS.get(node.level, node.level)}: {node.title}", RULE_WORDS[node.rule or "top_box"])
        for node, _ in edition.nodes()
        if node.rule is not None
    ]
    rows += [
        (f"Quyền số: {w.step}", f"hiệu ứng quyền số {w.design_effect:.4f}".replace(".", ","))
        for w in figures.inputs.weighting
    ]
    draw = figures.inputs.draw
    if draw is not None:
        rows += [
            ("SHA-256 danh sách gốc", draw.frame_sha256),
            ("SHA-256 mẫu", draw.sample_sha256),
            ("Hạt giống", draw.seed),
        ]
    columns = (SheetColumn("Nội dung", width=40), SheetColumn("Diễn giải", width=110))
    return Sheet("Phương pháp", "Phương pháp và nguồn", "", columns, tuple(rows))


def _who(figures: Figures, kind: str, domain: str) -> tuple[str, str]:
    if kind == "all":
        return "Chung", sentence(figures.inputs.title.territory)
    return sentence(figures.kind_label(kind)), figures.label(kind, domain)


def _four(value: Value | None) -> tuple[Any, ...]:
    if value is None:
        return None, None, None, None
    if value.suppressed:
        return (SUPPRESSED,) * 4
    return value.n, value.percent, value.low, value.high
