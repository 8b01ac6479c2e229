"""Lists of cases and figures as files: CSV as it is made, XLSX up to what a workbook can bear."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

import xlsxwriter

Cell = str | int | float | None
FORMATS = ("csv", "xlsx")
XLSX_ROWS = 100_000  # seconds to write; beyond it CSV is given
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    def write(self, text: str) -> str:
        return text


def csv_lines(heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    """Give CSV that Excel opens in Vietnamese, line by line: UTF-8 with its mark, and no formula."""
    writer = csv.writer(_Echo())
    yield "\ufeff".encode() + writer.writerow(heads).encode()
    for row in rows:
        yield writer.writerow([_plain(cell) for cell in row]).encode()


def xlsx_file(title: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> IO[bytes]:
    """Write a workbook to a file without a name; row by row, so that memory stays small."""
    out = tempfile.TemporaryFile()  # noqa: SIM115  # the answer that streams it closes it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(title[:31])
        bold = book.add_format({"bold": True, "text_wrap": True})
        sheet.set_column(0, len(heads) - 1, 16)
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


def _plain(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
