"""Sets a document as DOCX that officials edit: real styles, repeating table heads, no macro, one date."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph as WordParagraph

from sipas.reporting import blocks as b
from sipas.reporting.charts import draw
from sipas.reporting.render.layout import END_MARK, MOTTO, NATION
from sipas.reporting.render.word_parts import (
    ALIGN,
    bottom_line,
    box,
    describe_picture,
    page_head,
    restart_pages,
    table_without_lines,
    write_cell,
)
from sipas.reporting.render.word_styles import SCALES, TEXT_WIDTH, prepare_page, prepare_styles, text_width
from sipas.reporting.render.word_table import add_table

EPOCH = (1980, 1, 1, 0, 0, 0)  # of every entry of the archive: the least a ZIP can hold


def render_docx(document: b.Document) -> bytes:
    """Set a document as DOCX.

    Parameters
    ----------
    document : Document
        Any.

    Returns
    -------
    bytes
        Office Open XML; the same bytes for the same document. Times New Roman is named, not embedded.
    """
    word = docx.Document()
    prepare_styles(word, SCALES[document.paper][0])
    prepare_page(word.sections[0], document.paper)
    page_head(word.sections[0], document.mark, draft=document.draft)
    _properties(word, document)
    for block in document.blocks:
        _WRITERS[type(block)](word, block)
    stream = io.BytesIO()
    word.save(stream)
    return _same_bytes(stream.getvalue())


def _properties(word: WordDocument, document: b.Document) -> None:
    moment = dt.datetime.combine(document.date, dt.time(0))
    core = word.core_properties
    core.title, core.author, core.last_modified_by = document.title, document.author, document.author
    core.language, core.comments, core.keywords, core.subject = "vi-VN", document.mark, "", ""
    core.created = core.modified = core.last_printed = moment
    core.revision = 1


def _same_bytes(archive: bytes) -> bytes:
    """Write the archive again in the order of the names, without the time of day."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        # The content types come first, as readers that stream the file expect.
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            if name != "docProps/thumbnail.jpeg":
                new.writestr(
                    zipfile.ZipInfo(name, EPOCH), _without_thumbnail(name, old.read(name)), zipfile.ZIP_DEFLATED
                )
    return stream.getvalue()


def _without_thumbnail(name: str, content: bytes) -> bytes:
    """Take out the relation to the thumbnail of the template, a picture of another document."""
    if name != "_rels/.rels":
        return content
    start = content.find(b"docProps/thumbnail.jpeg")
    if start < 0:
        return content
    first, last = content.rfind(b"<Relationship ", 0, start), content.find(b"/>", start) + 2
    return content[:first] + content[last:]


def _add(word: WordDocument, text: str, style: str) -> WordParagraph:
    return word.add_paragraph(text, style=style)


def _letterhead(word: WordDocument, block: b.Letterhead) -> None:
    _, k = _scales(word)
    wide = text_width(word.sections[0])
    table = table_without_lines(word, 2, (0.4, 0.6))
    left, right = table.cell(0, 0), table.cell(0, 1)
    above = [(block.parent_agency, 12 * k, False, False)] if block.parent_agency else []
    write_cell(left, [*above, (block.agency_kept, 12 * k, True, False)])
    bottom_line(left.add_paragraph(style="Letterhead"), 24 * k, 0.4 * wide)
    write_cell(right, [(NATION, 12 * k, True, False), (MOTTO, 13 * k, True, False)])
    bottom_line(right.add_paragraph(style="Letterhead"), 62 * k, 0.6 * wide)
    left, right = table.cell(1, 0), table.cell(1, 1)
    lines = [(f"Số: {block.number}", 13 * k, False, False)]
    lines += [(block.subject, 12 * k, False, False)] if block.subject else []
    lines += [("DỰ THẢO", 12 * k, True, False)] if block.draft else []
    write_cell(left, lines)
    write_cell(right, [(block.place_and_date, 13 * k, False, True)])


def _scales(word: WordDocument) -> tuple[float, float]:
    """Give the scale of the text and of the letterhead: those of the page's paper."""
    narrow = text_width(word.sections[0]) < TEXT_WIDTH
    return SCALES["a5" if narrow else "a4"]


def _title(word: WordDocument, block: b.Title) -> None:
    _add(word, block.kind, "Title")
    if block.about:
        _add(word, block.about, "Subtitle")
    bottom_line(_add(word, "", "Letterhead"), 45 * _scales(word)[0], text_width(word.sections[0]))


def _addressees(word: WordDocument, block: b.Addressees) -> None:
    if len(block.names) == 1:
        _add(word, f"Kính gửi: {block.names[0]}", "Addressee")
        return
    _add(word, "Kính gửi:", "Addressee")
    for place, name in enumerate(block.names, start=1):
        end = "." if place == len(block.names) else ";"
        _add(word, f"- {name}{end}", "Addressee").paragraph_format.left_indent = Mm(52)


def _heading(word: WordDocument, block: b.Heading) -> None:
    _add(word, block.text, f"Heading {block.level}")


def _paragraph(word: WordDocument, block: b.Paragraph) -> None:
    made = word.add_paragraph(style="Body Text")
    for run in block.runs:
        part = made.add_run(run.text)
        part.bold, part.italic = run.bold or None, run.italic or None
    if block.runs[-1].text.endswith(END_MARK):
        made.paragraph_format.keep_with_next = True


def _list(word: WordDocument, block: b.BulletList) -> None:
    made = [_add(word, entry, "List Bullet") for entry in block.entries]
    if made and block.keep_last:
        made[-1].paragraph_format.keep_with_next = True


def _figure(word: WordDocument, block: b.Figure) -> None:
    made = word.add_paragraph(style="Figure")
    made.add_run().add_picture(io.BytesIO(draw.png(block.spec)), width=Mm(TEXT_WIDTH))
    describe_picture(made, block.alt)
    _add(word, block.caption, "Caption").paragraph_format.keep_with_next = bool(block.note)
    if block.note:
        _add(word, block.note, "Table Note")


def _notice(word: WordDocument, block: b.Notice) -> None:
    box(_add(word, block.text, "Notice"))
    _add(word, "", "Gap")  # Word joins the boxes of neighbouring paragraphs


def _page_break(word: WordDocument, _: b.PageBreak) -> None:
    word.add_paragraph(style="Body Text").add_run().add_break(WD_BREAK.PAGE)


def _annex(word: WordDocument, block: b.Annex) -> None:
    section = word.add_section(WD_SECTION.NEW_PAGE)
    restart_pages(section)
    made = _add(word, "", "Heading 1")
    made.alignment = WD_ALIGN_PARAGRAPH.CENTER
    made.add_run(block.label).add_break()
    made.add_run(block.title)
    _add(word, block.attached_to, "Attached To")
    bottom_line(_add(word, "", "Letterhead"), 40, TEXT_WIDTH)


def _signature(word: WordDocument, block: b.Signature) -> None:
    k, _ = _scales(word)
    _add(word, "", "Letterhead").paragraph_format.keep_with_next = True
    table = table_without_lines(word, 1, (0.48, 0.52))
    left, right = table.cell(0, 0), table.cell(0, 1)
    last = len(block.recipients)
    names = [f"- {r}{'.' if k == last else ';'}" for k, r in enumerate(block.recipients, start=1)]
    write_cell(left, [("Nơi nhận:", 12 * k, True, True), *((n, 11 * k, False, False) for n in names)], ALIGN["left"])
    write_cell(right, [(line, 13 * k, True, False) for line in block.position])
    space = right.add_paragraph(style="Letterhead")
    space.paragraph_format.space_before = Pt(60 * k)
    space.add_run(block.name).bold = True


def _code(word: WordDocument, block: b.Code) -> None:
    table = table_without_lines(word, 1, (0.22, 0.78))
    left, right = table.cell(0, 0), table.cell(0, 1)
    made = left.paragraphs[0]
    made.add_run().add_picture(io.BytesIO(draw.code_png(block.modules)), width=Mm(30))
    describe_picture(made, " ".join(block.lines))
    write_cell(right, [(line, 11, False, False) for line in block.lines], ALIGN["left"])


def _signers(word: WordDocument, block: b.Signers) -> None:
    rows = -(-len(block.entries) // 2)
    table = table_without_lines(word, rows, (0.5, 0.5))
    for place, (body, name) in enumerate(block.entries):
        cell = table.cell(place // 2, place % 2)
        write_cell(cell, [(body, 12, True, False), ("(ký, ghi rõ họ tên)", 11, False, True)])
        space = cell.add_paragraph(style="Letterhead")
        space.paragraph_format.space_before = Pt(56)
        space.paragraph_format.space_after = Pt(14)
        space.add_run(name).bold = True


_WRITERS: dict[type, Callable[[WordDocument, Any], None]] = {
    b.Letterhead: _letterhead,
    b.Title: _title,
    b.Addressees: _addressees,
    b.Heading: _heading,
    b.Paragraph: _paragraph,
    b.BulletList: _list,
    b.Table: add_table,
    b.Figure: _figure,
    b.Notice: _notice,
    b.Note: lambda word, block: _note(word, block),
    b.PageBreak: _page_break,
    b.Annex: _annex,
    b.Signature: _signature,
    b.Code: _code,
    b.Signers: _signers,
}


def _note(word: WordDocument, block: b.Note) -> None:
    _add(word, block.text, "Table Note")
