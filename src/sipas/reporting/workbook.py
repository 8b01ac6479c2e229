"""The workbook: live, typed cells; text stays text; the same bytes for the same inputs."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from sipas.intake.vietnamese import format_date
from sipas.reporting.contents.opening import about
from sipas.reporting.contents.phrases import SIMULATED_NOTICE, legend, wording_notice
from sipas.reporting.figures import read
from sipas.reporting.inputs import ReportInputs
from sipas.reporting.sheets import Sheet, sheets
from sipas.reporting.wording import SIMULATED

TITLE_ROW, NOTE_ROW, HEAD_ROW = 0, 1, 3  # from 0
FORMATS: dict[str, dict[str, object]] = {
    "text": {"text_wrap": True, "valign": "top", "num_format": "@"},
    "count": {"num_format": "#,##0", "valign": "top"},
    "percent": {"num_format": "0.00", "valign": "top"},
    "points": {"num_format": "+0.00;-0.00;0.00", "valign": "top"},
    "rate": {"num_format": "0.00%", "valign": "top"},
    "head": {
        "bold": True,
        "text_wrap": True,
        "align": "center",
        "valign": "vcenter",
        "bg_color": "#E6E6E6",
        "border": 1,
    },
    "title": {"bold": True, "font_size": 13, "text_wrap": True, "valign": "top"},
    "note": {"italic": True, "text_wrap": True, "valign": "top"},
}
LETTERS = 1.1  # of running text in the width of a digit, by which columns are measured
LINE_HEIGHT = 17  # points; heights are written, for not every program finds them from the text
FONT: dict[str, object] = {"font_name": "Times New Roman", "font_size": 11}


@dataclass(frozen=True, slots=True)
class _Book:
    book: Any  # xlsxwriter has no types
    formats: dict[str, Any]
    head: str
    notes: tuple[str, ...]


def build_workbook(inputs: ReportInputs) -> bytes:
    """Make the workbook of a round.

    Parameters
    ----------
    inputs : ReportInputs
        As for the report.

    Returns
    -------
    bytes
        XLSX with the sheets Tóm tắt, Chỉ số, Tiêu chí, Câu hỏi, Xếp hạng, Thay đổi, Phiếu, Phương pháp. Numbers
        are numbers, changes and rates are formulas over the cells beside them, and a text that begins with
        ``=``, ``+``, ``-`` or ``@`` stays text.

    Raises
    ------
    SipasError
        As ``ReportInputs.check``.
    """
    figures = read(inputs.check())
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    _properties(book, inputs, about(figures))
    formats = {name: book.add_format({**FONT, **look}) for name, look in FORMATS.items()}
    notes = ((SIMULATED_NOTICE,) if inputs.simulated else ()) + (
        (told,) if (told := wording_notice(inputs.edition)) else ()
    )
    made = _Book(book, formats, SIMULATED if inputs.simulated else "", notes)
    for sheet in sheets(figures):
        _write(made, sheet)
    book.close()
    return stream.getvalue()


def _properties(book: Any, inputs: ReportInputs, title: str) -> None:
    mark = f"[{SIMULATED}] " if inputs.simulated else ""
    book.set_properties({
        "title": mark + title,
        "author": inputs.title.agency,
        "comments": f"Ngày {format_date(inputs.title.date)}",
        "created": dt.datetime.combine(inputs.title.date, dt.time(0)),
    })
    book.set_calc_mode("auto")


def _write(made: _Book, sheet: Sheet) -> None:
    page = made.book.add_worksheet(sheet.name)
    mark = f"{made.head} – " if made.head else ""
    _across(page, sheet, TITLE_ROW, mark + sheet.title, made.formats["title"])
    shown = legend(cell for row in sheet.rows for cell in row if isinstance(cell, str))
    said = (part for part in (sheet.note, shown.strip(), *made.notes) if part)
    _across(page, sheet, NOTE_ROW, " ".join(said), made.formats["note"])
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width)
        page.write_string(HEAD_ROW, place, column.title, made.formats["head"])
    page.set_row(HEAD_ROW, LINE_HEIGHT * max(_lines(c.title, c.width - 2) for c in sheet.columns))
    for row, cells in enumerate(sheet.rows, start=HEAD_ROW + 1):
        _row(made, page, sheet, row, cells)
    last = HEAD_ROW + max(len(sheet.rows), 1)
    page.autofilter(HEAD_ROW, 0, last, len(sheet.columns) - 1)
    page.freeze_panes(HEAD_ROW + 1, sheet.frozen)
    _print_setup(made, page)


def _lines(text: str, width: float) -> int:
    """Count the lines of a text in so many characters of width, at least 1."""
    return max(1, math.ceil(len(text) / (LETTERS * width)))


def _across(page: Any, sheet: Sheet, row: int, text: str, look: Any) -> None:
    """Write a text over the width of the table, so that it neither widens the print nor is cut."""
    page.merge_range(row, 0, row, len(sheet.columns) - 1, "", look)
    page.write_string(row, 0, text, look)
    lines = _lines(text, sum(column.width for column in sheet.columns))
    page.set_row(row, LINE_HEIGHT * lines)


def _row(made: _Book, page: Any, sheet: Sheet, row: int, cells: Sequence[Any]) -> None:
    texts = [(v, c.width) for c, v in zip(sheet.columns, cells, strict=True) if isinstance(v, str)]
    page.set_row(row, LINE_HEIGHT * max((_lines(*text) for text in texts), default=1))
    for place, (column, value) in enumerate(zip(sheet.columns, cells, strict=True)):
        look = made.formats[column.kind]
        if column.formula and value is not None and not isinstance(value, str):
            names = [xl_rowcol_to_cell(row, other) for other in column.operands]
            page.write_formula(row, place, column.formula.format(*names), look, value)
        elif value is None:
            page.write_blank(row, place, None, look)
        elif isinstance(value, str):
            page.write_string(row, place, value, made.formats["text"])
        else:
            page.write_number(row, place, value, look)


def _print_setup(made: _Book, page: Any) -> None:
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEAD_ROW)
    page.set_header(f"&L&A&C{made.head}&R&P/&N")
