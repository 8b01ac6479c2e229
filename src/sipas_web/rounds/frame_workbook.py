"""Rejected rows as a workbook in which every cell is text: nothing in a list becomes a formula or a link."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from typing import IO

import xlsxwriter

SHEET = "Dòng cần sửa"


def workbook(lines: Iterable[Sequence[str]]) -> IO[bytes]:
    """Write lines, heads first; one line in memory at a time."""
    out = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the answer that streams it
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        page = book.add_worksheet(SHEET)
        bold = book.add_format({"bold": True, "text_wrap": True, "border": 1})
        page.freeze_panes(1, 1)
        page.set_column(0, 0, 50)
        page.set_column(1, 30, 22)
        for number, line in enumerate(lines):
            for column, text in enumerate(line):
                if text:
                    page.write_string(number, column, text, None if number else bold)
    out.seek(0)
    return out
