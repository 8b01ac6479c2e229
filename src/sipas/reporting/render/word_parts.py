"""Parts of the DOCX for which python-docx has no words: fields, boxes, heads, alternatives of pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx.document import Document as WordDocument
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section, _Footer, _Header
from docx.shared import Mm, Pt
from docx.table import Table as WordTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from sipas.reporting.render.word_styles import text_width

ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
Line = tuple[str, float, bool, bool]  # text, points, bold, italic
# What follows an element in its parent's sequence (ECMA-376 part 1, §17): Word refuses another order.
AFTER = {
    "pBdr": ("shd", "tabs", "suppressAutoHyphens", "spacing", "ind", "contextualSpacing", "jc", "outlineLvl", "rPr"),
    "shd": ("noWrap", "tcMar", "textDirection", "tcFitText", "vAlign", "hideMark"),
    "tblCellMar": ("tblLook", "tblCaption", "tblDescription"),
    "pgNumType": ("cols", "formProt", "vAlign", "noEndnote", "titlePg", "textDirection", "bidi", "docGrid"),
}


def element(tag: str, **attributes: str) -> Any:
    """Make an XML element of WordprocessingML.

    Parameters
    ----------
    tag : str
        Without its prefix.
    **attributes : str
        Without their prefix.

    Returns
    -------
    object
        The element (untyped in python-docx).
    """
    made = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        made.set(qn(f"w:{name}"), value)
    return made


def put(parent: Any, child: Any) -> None:
    """Put an element where the schema wants it among its siblings.

    Parameters
    ----------
    parent, child : object
        Elements; the child's kind is one of ``AFTER``.
    """
    name = child.tag.rpartition("}")[2]
    parent.insert_element_before(child, *(f"w:{follower}" for follower in AFTER[name]))


def page_head(section: Section, mark: str, *, draft: bool) -> None:
    """Write the head of the pages: page number in the middle, hidden on the first page.

    Parameters
    ----------
    section : docx.section.Section
        Its heads are written.
    mark : str
        ``MÔ PHỎNG``; empty: none.
    draft : bool
        Whether DỰ THẢO stands at the left.
    """
    wide = text_width(section)
    for head, numbered in ((section.header, True), (section.first_page_header, False)):
        _head(head, mark, wide, draft=draft, numbered=numbered)


def restart_pages(section: Section) -> None:
    """Begin the page numbers again at 1, hidden on the first page.

    Parameters
    ----------
    section : docx.section.Section
        Of an annex.
    """
    section.different_first_page_header_footer = True
    for old in section._sectPr.findall(qn("w:pgNumType")):  # copied from the section before
        section._sectPr.remove(old)
    put(section._sectPr, element("pgNumType", start="1"))


def write_cell(cell: _Cell, lines: Sequence[Line], align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.CENTER) -> None:
    """Write lines into an empty cell of the letterhead or the signature.

    Parameters
    ----------
    cell : docx.table._Cell
        Changed.
    lines : sequence of tuple
        Text, size in points, bold, italic.
    align : WD_ALIGN_PARAGRAPH
        Of every line.
    """
    for place, (text, size, bold, italic) in enumerate(lines):
        made = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        made.style, made.alignment = "Letterhead", align
        run = made.add_run(text)
        run.bold, run.italic, run.font.size = bold, italic, Pt(size)


def bottom_line(paragraph: WordParagraph, length: float, room: float) -> None:
    """Draw a centred line as the border of an empty paragraph.

    Parameters
    ----------
    paragraph : docx.text.paragraph.Paragraph
        Empty.
    length, room : float
        Of the line and of the space it is centred in, in mm.
    """
    shape = paragraph.paragraph_format
    shape.left_indent = shape.right_indent = Mm(max((room - length) / 2, 0))
    shape.line_spacing, shape.space_after = Pt(3), Pt(4)
    borders = element("pBdr")
    borders.append(element("bottom", val="single", sz="6", space="0", color="000000"))
    put(paragraph._p.get_or_add_pPr(), borders)


def box(paragraph: WordParagraph) -> None:
    """Put a paragraph in a box.

    Parameters
    ----------
    paragraph : docx.text.paragraph.Paragraph
        Changed.
    """
    borders = element("pBdr")
    for side in ("top", "left", "bottom", "right"):
        borders.append(element(side, val="single", sz="10", space="4", color="000000"))
    put(paragraph._p.get_or_add_pPr(), borders)


def table_without_lines(word: WordDocument, rows: int, shares: tuple[float, ...]) -> WordTable:
    """Make the table that places the letterhead or the signature.

    Parameters
    ----------
    word : docx.document.Document
        Added to.
    rows : int
        At least 1.
    shares : tuple of float
        Of the text's width.

    Returns
    -------
    docx.table.Table
        Empty, without lines; its rows stay whole.
    """
    table: WordTable = word.add_table(rows=rows, cols=len(shares))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    wide = text_width(word.sections[0])
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Mm(wide * share)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(element("cantSplit"))  # python-docx has no word for it
        for cell, share in zip(row.cells, shares, strict=True):
            cell.width = Mm(wide * share)
    return table


def describe_picture(paragraph: WordParagraph, text: str) -> None:
    """Give the picture of a paragraph its text alternative.

    Parameters
    ----------
    paragraph : docx.text.paragraph.Paragraph
        With one picture.
    text : str
        What it shows.
    """
    for properties in paragraph._p.iter(qn("wp:docPr")):
        properties.set("descr", text)


def _head(head: _Header | _Footer, mark: str, wide: float, *, draft: bool, numbered: bool) -> None:
    head.is_linked_to_previous = False
    made = head.paragraphs[0]
    made.style = "Letterhead"
    made.alignment = WD_ALIGN_PARAGRAPH.LEFT
    stops = made.paragraph_format.tab_stops
    stops.add_tab_stop(Mm(wide / 2), WD_TAB_ALIGNMENT.CENTER)
    stops.add_tab_stop(Mm(wide), WD_TAB_ALIGNMENT.RIGHT)
    made.add_run(("DỰ THẢO" if draft else "") + "\t").font.size = Pt(10)
    if numbered:
        _page_number(made)
    run = made.add_run("\t" + mark)
    run.bold, run.font.size = True, Pt(10)


def _page_number(paragraph: WordParagraph) -> None:
    run = paragraph.add_run()
    run.font.size = Pt(13)
    for part in (
        element("fldChar", fldCharType="begin"),
        element("instrText"),
        element("fldChar", fldCharType="separate"),
        element("t"),
        element("fldChar", fldCharType="end"),
    ):
        if part.tag == qn("w:instrText"):
            part.text = " PAGE "
        if part.tag == qn("w:t"):
            part.text = "2"
        run._r.append(part)  # python-docx has no word for fields
