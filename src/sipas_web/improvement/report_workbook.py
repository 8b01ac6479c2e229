"""A periodic report as a workbook: figures in the order and words of the form, texts, units, sources."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import xlsxwriter
from django.conf import settings
from django.utils import timezone

from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries.reports import PeriodicReport
from sipas_web.improvement.report_index_blocks import index_sentence
from sipas_web.improvement.report_outline import form, in_section, shown
from sipas_web.improvement.report_words import STATES, day, period_of
from sipas_web.shared.downloads import WORKBOOK, Cell

HEAD_ROW = 3  # from 0
MOST_LINES = 250  # columns of figures on the sheet of units


def workbook(report: PeriodicReport, url_of: Callable[[str, str], str]) -> bytes:
    """Write the workbook; ``url_of``: the page that lists what a line counted, by source and line."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {**WORKBOOK, "constant_memory": False, "in_memory": True}) as book:
        for name, heads, widths, rows in _sheets(report, url_of):
            _write(book, report, name, heads, widths, rows)
    return stream.getvalue()


def _sheets(
    report: PeriodicReport, url_of: Callable[[str, str], str]
) -> Iterator[tuple[str, Sequence[str], Sequence[int], list[list[Cell]]]]:
    heads = ("TT", "Nội dung", "Số lượng", "Tỷ lệ (%)", "Trong đó từ báo cáo cấp dưới", "Giải trình")
    yield "Báo cáo", heads, (8, 60, 14, 12, 18, 50), list(_figures(report))
    yield "Nội dung", ("Mục", "Tên mục", "Nội dung"), (8, 44, 90), _texts(report)
    yield "Sử dụng chỉ số", ("Biện pháp", "Tiêu chí", "Đơn vị", "Hạn", "Tình trạng"), (50, 50, 30, 12, 26), _use(report)
    yield _units(report)
    sources = ("Mục", "Chỉ tiêu", "Mã nguồn", "Mã dòng", "Trang liệt kê")
    yield "Nguồn số liệu", sources, (36, 60, 28, 24, 60), _sources(report, url_of)
    merged = ("Báo cáo của", "Bản", "Gửi lúc", "Tiếp nhận lúc", "Từ ngày", "Đến ngày", "Số đơn vị", "Mã băm SHA-256")
    yield "Báo cáo cấp dưới", merged, (40, 8, 18, 18, 12, 12, 12, 66), _merged(report)


def _figures(report: PeriodicReport) -> Iterator[list[Cell]]:
    figures, remarks = reads.figures(report), reads.remarks(report)
    for number, section in shown(report.outline):
        yield [number, section.heading, None, None, None, None]
        for place, kept in enumerate(in_section(report.outline, section.code), start=1):
            yield [f"{number}.{place}", kept["heading"], None, None, None, None]
            for line in kept["lines"]:
                figure = figures.get((kept["code"], line["code"]), reads.Figure(0, 0))
                whole = figures.get((kept["code"], line["of"]), reads.Figure(0, 0)).total if line["of"] else 0
                part = round(100 * figure.total / whole, 2) if whole else None
                remark = remarks.get((kept["code"], line["code"]))
                label = f"   {line['label']}" if line["of"] else line["label"]
                yield ["", label, figure.total, part, figure.below, remark.text if remark else ""]


def _texts(report: PeriodicReport) -> list[list[Cell]]:
    written = reads.texts(report)
    return [[number, section.heading, written.get(section.code, "")] for number, section in shown(report.outline)]


def _use(report: PeriodicReport) -> list[list[Cell]]:
    use = report.index_use
    if not use:
        return []
    rows: list[list[Cell]] = [[index_sentence(use["index"]), "", "", "", ""]]
    return rows + [[m["title"], m["item"], m["owner"], m["due"], STATES[m["state"]]] for m in use["measures"]]


def _units(report: PeriodicReport) -> tuple[str, Sequence[str], Sequence[int], list[list[Cell]]]:
    lines = [(kept["code"], line["code"], line["label"]) for kept in report.outline for line in kept["lines"]]
    lines = lines[:MOST_LINES]
    heads = ("Đơn vị", "Mã", "Từ báo cáo của", *(label for _source, _line, label in lines))
    rows: list[list[Cell]] = []
    for row in reads.counted_units(report):
        via = row.via.unit.full_name if row.via else "(số liệu của hệ thống)"
        counts = [row.counts.get(source, {}).get(line, 0) for source, line, _label in lines]
        rows.append([row.unit.full_name, row.unit.code, via, *counts])
    return "Theo đơn vị", heads, (40, 14, 32, *(14 for _ in lines)), rows


def _sources(report: PeriodicReport, url_of: Callable[[str, str], str]) -> list[list[Cell]]:
    return [
        [kept["heading"], line["label"], kept["code"], line["code"], url_of(kept["code"], line["code"])]
        for kept in report.outline
        for line in kept["lines"]
    ]


def _merged(report: PeriodicReport) -> list[list[Cell]]:
    counts: dict[int, int] = {}
    for row in reads.counted_units(report):
        if row.via_id:
            counts[row.via_id] = counts.get(row.via_id, 0) + 1
    return [
        [
            r.unit.full_name, r.version, _moment(r.sent), _moment(r.settled), day(r.first), day(r.last), counts[r.pk],
            r.sha256,
        ]
        for r in reads.merged_here(report)
    ]  # fmt: skip


def _moment(moment: Any) -> str:
    return f"{timezone.localtime(moment):%H:%M %d/%m/%Y}" if moment else ""


def _write(
    book: Any, report: PeriodicReport, name: str, heads: Sequence[str], widths: Sequence[int], rows: list[list[Cell]]
) -> None:
    sheet = book.add_worksheet(name)
    bold, wrap = book.add_format({"bold": True, "text_wrap": True, "valign": "top"}), book.add_format({
        "text_wrap": True, "valign": "top",
    })  # fmt: skip
    for row, text in enumerate(_opening(report)):
        sheet.write_string(row, 0, text, book.add_format({"bold": row == 0}))
    for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(HEAD_ROW, column, head, bold)
    sheet.freeze_panes(HEAD_ROW + 1, 0)
    for place, cells in enumerate(rows, start=HEAD_ROW + 1):
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.write_string(place, column, cell, wrap)
            elif cell is not None:
                sheet.write_number(place, column, cell, wrap)


def _opening(report: PeriodicReport) -> tuple[str, str, str]:
    mark = "MÔ PHỎNG. " if settings.DEMONSTRATION else ""
    title = f"{mark}Báo cáo {period_of(report.kind, report.year)} – {report.unit.full_name}, bản {report.version}"
    drawn = _moment(report.drawn)
    said = f"Số liệu từ {day(report.first)} đến hết {day(report.last)}, lấy lúc {drawn}. Mỗi đơn vị được tính một lần."
    told = "" if form().is_verified else f"{form().told}."
    return title, said, told
