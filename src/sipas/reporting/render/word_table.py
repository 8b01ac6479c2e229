"""Tables of the DOCX: the head repeats, rows stay whole."""

from __future__ import annotations

from docx.document import Document as WordDocument
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.oxml.ns import qn
from docx.shared import Mm
from docx.table import Table as WordTable
from docx.table import _Cell, _Row

from sipas.reporting import blocks as b
from sipas.reporting.render.layout import KEPT_TOGETHER
from sipas.reporting.render.word_parts import ALIGN, element, put
from sipas.reporting.render.word_styles import TEXT_WIDTH

INDENT = 3.0  # mm per level of the tree


def add_table(word: WordDocument, block: b.Table) -> None:
    """Write a table with its caption and its note.

    Parameters
    ----------
    word : docx.document.Document
        Added to.
    block : Table
        What is written.
    """
    caption = word.add_paragraph(block.caption, style="Caption")
    caption.paragraph_format.keep_with_next = True
    table = word.add_table(rows=1 + len(block.rows), cols=len(block.columns))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    _widths(table, block)
    rows = list(table.rows)
    # The id: to look a style up by its name costs python-docx milliseconds, and there are thousands of cells.
    style = str(word.styles["Table Text Small" if block.small else "Table Text"].style_id)
    _head(rows[0], block, style)
    levels = block.levels or (0,) * len(block.rows)
    whole = len(block.rows) <= KEPT_TOGETHER
    for place, (row, cells) in enumerate(zip(rows[1:], block.rows, strict=True)):
        heads_group = bool(block.levels) and levels[place] == 0
        keep = whole or heads_group or place < 3 or place + 2 >= len(block.rows)
        _row(row, block, cells, (levels[place], style, keep and (bool(block.note) or place + 1 < len(block.rows))))
    if block.note:
        word.add_paragraph(block.note, style="Table Note")


def _widths(table: WordTable, block: b.Table) -> None:
    total = sum(column.width for column in block.columns)
    widths = [Mm(TEXT_WIDTH * column.width / total) for column in block.columns]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table._tbl.tr_lst:  # table.rows[k].cells is quadratic in python-docx
        for cell, width in zip(row.tc_lst, widths, strict=True):
            cell.width = width
    margins = element("tblCellMar")
    for side in ("left", "right"):
        margins.append(element(side, w="70", type="dxa"))
    put(table._tbl.tblPr, margins)


def _head(row: _Row, block: b.Table, style: str) -> None:
    properties = row._tr.get_or_add_trPr()
    properties.append(element("cantSplit"))
    properties.append(element("tblHeader"))
    for cell, column in zip(row.cells, block.columns, strict=True):
        _write(cell, column.title, (style, "center", True, True))
        put(cell._tc.get_or_add_tcPr(), element("shd", val="clear", color="auto", fill="E6E6E6"))


def _row(row: _Row, block: b.Table, cells: tuple[str, ...], look: tuple[int, str, bool]) -> None:
    level, style, keep = look
    row._tr.get_or_add_trPr().append(element("cantSplit"))
    bold = bool(block.levels) and level == 0
    for place, (cell, column, text) in enumerate(zip(row.cells, block.columns, cells, strict=True)):
        _write(cell, text, (style, column.align, bold, keep))
        if place == block.name_column and level:
            cell.paragraphs[0].paragraph_format.left_indent = Mm(INDENT * level)


def _write(cell: _Cell, text: str, look: tuple[str, str, bool, bool]) -> None:
    style, align, bold, keep = look
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    made = cell.paragraphs[0]
    made._p.style, made.alignment = style, ALIGN[align]
    for place, line in enumerate(text.split("\n")):
        run = made.add_run(line)
        if place == 0 and "\n" in text:
            run.add_break()
        if bold:
            run.bold = True
    if keep:
        properties = made._p.get_or_add_pPr()
        if properties.find(qn("w:keepNext")) is None:
            made.paragraph_format.keep_with_next = True
