"""The sample, the forms, and how the weights were made."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from sipas.intake.vietnamese import format_number, sort_key
from sipas.reporting.blocks import Block, Column, Heading, Table, paragraph
from sipas.reporting.contents.phrases import notes
from sipas.reporting.figures import Figures
from sipas.reporting.wording import count, number, share

RATE_WORDS = {
    "RR1": "Tỷ lệ trả lời RR1 (chỉ tính phiếu đủ, mẫu số gồm cả trường hợp chưa rõ)",
    "RR2": "Tỷ lệ trả lời RR2 (tính cả phiếu trả lời một phần)",
    "RR3": "Tỷ lệ trả lời RR3 (ước lượng phần đủ điều kiện trong số chưa rõ)",
    "RR4": "Tỷ lệ trả lời RR4 (như RR3, tính cả phiếu trả lời một phần)",
    "RR5": "Tỷ lệ trả lời RR5 (loại trường hợp chưa rõ khỏi mẫu số)",
    "RR6": "Tỷ lệ trả lời RR6 (như RR5, tính cả phiếu trả lời một phần)",
}


def ratio(part: int, whole: int) -> str:
    """Write a part of a whole as a percentage.

    Parameters
    ----------
    part, whole : int
        Counts.

    Returns
    -------
    str
        Two decimals; ``–`` where the whole is 0.
    """
    return format_number(None if whole == 0 else Decimal(100 * part) / Decimal(whole), 2)


def forms(figures: Figures, section: str) -> list[Block]:
    """Tell the sample, the forms and the dispositions.

    Parameters
    ----------
    figures : Figures
        Tables of the report.
    section : str
        Roman number of the section.

    Returns
    -------
    list of Block
        The section on the field work.
    """
    field = figures.inputs.field
    draw = figures.inputs.draw
    blocks: list[Block] = [Heading(1, f"{section}. MẪU VÀ TÌNH HÌNH PHIẾU"), Heading(2, "1. Chọn mẫu")]
    if draw is None:
        blocks.append(paragraph(f"Số phiếu phát ra theo mẫu chính thức: {count(field.issued)}."))
    else:
        blocks.append(
            paragraph(
                f"Danh sách gốc gồm {count(draw.frame_size)} đơn vị; mẫu chính thức {count(draw.sample_size)}, danh "
                f"sách dự phòng {count(draw.reserve_size)}, chọn trong cùng một lần bốc. Số lần bốc đã "
                f"ghi nhật ký: {count(draw.draws)}. Mã băm để kiểm chứng nêu tại phụ lục."
            )
        )
    blocks += [Heading(2, "2. Kết quả thu phiếu"), _forms_table(figures)]
    if field.dispositions.height:
        blocks.append(_dispositions(figures))
    if figures.inputs.weighting:
        blocks += [Heading(2, "3. Quyền số"), _weights(figures)]
    return blocks


def _forms_table(figures: Figures) -> Table:
    field = figures.inputs.field
    rows = [
        ("Phiếu phát ra", count(field.issued), ""),
        ("Phiếu thu về", count(field.returned), f"{ratio(field.returned, field.issued)} (so với phát ra)"),
        ("Phiếu hợp lệ", count(field.valid), f"{ratio(field.valid, field.returned)} (so với thu về)"),
        ("Phiếu hợp lệ so với phát ra", "", ratio(field.valid, field.issued)),
    ]
    if field.replacements is not None:
        rows.append(("Trường hợp thay thế từ danh sách dự phòng", count(field.replacements), ""))
    for label, cases in field.modes.select("label", "cases").iter_rows():
        rows.append((f"Phiếu hợp lệ: {label.lower()}", count(cases), ratio(cases, field.valid)))
    for rate, value in field.rates.select("rate", "value").iter_rows():
        rows.append((RATE_WORDS.get(rate, rate), "", share(value)))
    return Table(
        "Tình hình phát, thu phiếu và tỷ lệ trả lời",
        (Column("Nội dung", 3.2, "left"), Column("Số lượng", 0.8), Column("Tỷ lệ (%)", 1.5)),
        tuple(rows),
        notes(figures, "Số đếm toàn bộ, không có sai số chọn mẫu. Tỷ lệ trả lời theo AAPOR Standard Definitions. "),
    )


def _dispositions(figures: Figures) -> Table:
    frame = figures.inputs.field.dispositions
    total = int(frame["cases"].sum())
    rows = tuple(
        (code, label, count(cases), ratio(cases, total))
        for code, label, cases in frame.select("code", "label", "cases").iter_rows()
    )
    return Table(
        "Kết quả tiếp cận theo mã AAPOR",
        (
            Column("Mã", 0.4, "center"),
            Column("Kết quả", 3, "left"),
            Column("Số trường hợp", 0.8),
            Column("Tỷ lệ (%)", 0.8),
        ),
        (*rows, ("", "Tổng số", count(total), ratio(total, total))),
        notes(figures, "Mỗi trường hợp tính một lần theo kết quả cuối cùng. "),
        name_column=1,
    )


def _weights(figures: Figures) -> Table:
    return Table(
        "Các bước tính quyền số",
        (
            Column("Bước", 2.4, "left"),
            Column("Tổng", 1),
            Column("Nhỏ nhất", 0.9),
            Column("Lớn nhất", 0.9),
            Column("Hiệu ứng quyền số", 0.9),
        ),
        tuple(
            (w.step, number(w.total), number(w.least), number(w.most), number(w.design_effect))
            for w in figures.inputs.weighting
        ),
        notes(figures, "Hiệu ứng quyền số: 1 + bình phương hệ số biến thiên của quyền số (Kish). "),
    )


def by_unit(figures: Figures) -> Table | None:
    """Tell the forms unit by unit, for the annex.

    Parameters
    ----------
    figures : Figures
        Tables of the report.

    Returns
    -------
    Table or None
        None where the caller gave no such figures.
    """
    frame = figures.inputs.field.by_unit
    if frame.height == 0:
        return None
    kind = figures.inputs.unit_kinds[0]
    rows = [
        (figures.label(kind, d), count(i), count(r), ratio(r, i), count(v), ratio(v, r))
        for d, i, r, v in sorted(
            frame.select("domain", "issued", "returned", "valid").iter_rows(),
            key=lambda row: sort_key(figures.label(kind, row[0])),
        )
    ]
    sums = [int(x) for x in frame.select(pl.col("issued", "returned", "valid").sum()).row(0)]
    issued, returned, valid = sums
    total = (
        count(issued),
        count(returned),
        ratio(returned, issued),
        count(valid),
        ratio(valid, returned),
    )
    return Table(
        f"Tình hình phiếu theo {figures.kind_label(kind)}",
        (
            Column("Đơn vị", 2.6, "left"),
            Column("Phát ra", 0.8),
            Column("Thu về", 0.8),
            Column("Thu về/ phát ra (%)", 0.95),
            Column("Hợp lệ", 0.8),
            Column("Hợp lệ/ thu về (%)", 0.95),
        ),
        (*rows, ("Tổng số", *total)),
        notes(figures, "Số đếm toàn bộ, không có sai số chọn mẫu. "),
    )
