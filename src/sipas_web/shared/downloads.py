"""Files that people take along: attachments, and lists in which no text becomes a formula or a link."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

import xlsxwriter
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from sipas.publication.formats import FORMULA

Cell = str | int | float | None
FORMATS = ("csv", "xlsx")
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF, JSON = "application/pdf", "application/json"
WORKBOOK = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
WIDTH = 18  # characters of a column
_formula = re.compile(FORMULA)


class _Echo:
    def write(self, text: str) -> str:
        return text


def attachment(content: bytes | IO[bytes] | Iterator[bytes], name: str, kind: str) -> HttpResponseBase:
    """Give a file to keep: bytes, an open file, or pieces as they are made."""
    if isinstance(content, io.IOBase):
        return FileResponse(content, as_attachment=True, filename=name, content_type=kind)
    whole = isinstance(content, bytes)
    answer = HttpResponse(content, content_type=kind) if whole else StreamingHttpResponse(content, content_type=kind)
    answer.headers["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return answer


def table(name: str, form: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponseBase:
    """Give a list as a workbook or as CSV; ``name`` is without its ending."""
    if form == "xlsx":
        return attachment(xlsx_file(name, heads, rows), f"{name}.xlsx", XLSX)
    return attachment(csv_lines(heads, rows), f"{name}.csv", CSV)


def csv_lines(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Give CSV that Excel opens in Vietnamese, line by line: UTF-8 with its mark, and no formula."""
    writer = csv.writer(_Echo())
    yield "\ufeff".encode() + writer.writerow(heads).encode()
    for row in rows:
        yield writer.writerow([_harmless(cell) for cell in row]).encode()


def xlsx_file(title: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> IO[bytes]:
    """Write a workbook to a file without a name; row by row, so that memory stays small."""
    out = tempfile.TemporaryFile()  # noqa: SIM115  # the answer that streams it closes it
    with xlsxwriter.Workbook(out, WORKBOOK) as book:
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True, "text_wrap": True})
        sheet.set_column(0, len(heads) - 1, WIDTH)
        sheet.freeze_panes(1, 0)
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif cell is not None:
                    sheet.write_number(number, column, cell)
    out.seek(0)
    return out


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and _formula.search(cell) else cell
