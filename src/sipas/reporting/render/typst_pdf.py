"""Sets a document as PDF: Typst, only fonts that ship, PDF/A-2a (tagged, Vietnamese, with titles)."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any, Literal

import fontpkg
import typst

from sipas.errors import SipasError
from sipas.reporting import blocks as b
from sipas.reporting.charts import draw
from sipas.reporting.render.layout import END_MARK

FAMILIES = ("Noto Serif", "Be Vietnam Pro")
STANDARD: Literal["a-2a"] = "a-2a"
SMALL = "8.5pt"

_MISSING = re.compile(r"the text [`\"]+(.*?)[`\"]+ could not be displayed")
# A control character other than the line feed cannot stand in a PDF's text.
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f]")


def render_pdf(document: b.Document) -> bytes:
    """Set a document as PDF.

    Parameters
    ----------
    document : Document
        Any.

    Returns
    -------
    bytes
        PDF/A-2a; the same bytes for the same document. Its only date is the document's.

    Raises
    ------
    SipasError
        ``reporting.glyph_missing`` where a letter is in none of the shipped fonts; ``reporting.not_set`` where
        Typst refuses the document for another reason.
    """
    source = typst_source(document).encode()
    compiler = typst.Compiler(source, font_paths=shipped_fonts())
    moment = dt.datetime.combine(document.date, dt.time(0), tzinfo=dt.UTC)
    try:
        made = compiler.compile(format="pdf", pdf_standards=STANDARD, timestamp=moment)
    except typst.TypstError as fault:
        missing = _MISSING.search(fault.message)
        if missing is None:
            raise SipasError("reporting.not_set", "document", got=fault.message) from fault
        raise SipasError("reporting.glyph_missing", "document", expected=FAMILIES, got=missing[1]) from fault
    return bytes(made) if isinstance(made, bytes) else b"".join(made or ())


def typst_source(document: b.Document) -> str:
    """Write a document in Typst's language.

    Parameters
    ----------
    document : Document
        Any.

    Returns
    -------
    str
        The template followed by one call per block; every text is a string literal, never markup.
    """
    date = document.date
    head = (
        f"#show: setup.with(title: {_text(document.title)}, author: {_text(document.author)}, "
        f"date: datetime(year: {date.year}, month: {date.month}, day: {date.day}), "
        f"mark: {_text(document.mark)}, draft: {_flag(document.draft)})"
    )
    return "\n".join([
        f"#let paper = {_text(document.paper)}",
        _template(),
        head,
        *(_WRITERS[type(block)](block) for block in document.blocks),
        "",
    ])


@cache
def _template() -> str:
    return resources.files(__package__).joinpath("report.typ").read_text(encoding="utf-8")


@cache
def shipped_fonts() -> typst.Fonts:
    """Give the fonts that every document is set in, wherever it is set.

    Returns
    -------
    typst.Fonts
        Those of our packages; none of the machine's.
    """
    folders = [str(fontpkg.family(name).files[0].path.parent) for name in FAMILIES]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)


def _text(text: str) -> str:
    return json.dumps(_CONTROL.sub(" ", text), ensure_ascii=False)


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _array(parts: list[str]) -> str:
    return "(" + "".join(part + ", " for part in parts) + ")"


def _texts(texts: tuple[str, ...]) -> str:
    return _array([_text(t) for t in texts])


def _letterhead(block: b.Letterhead) -> str:
    return (
        f"#letterhead(parent: {_text(block.parent_agency)}, agency: {_text(block.agency_kept)}, "
        f"number: {_text(block.number)}, place: {_text(block.place_and_date)}, "
        f"subject: {_text(block.subject)}, draft: {_flag(block.draft)})"
    )


def _paragraph(block: b.Paragraph) -> str:
    parts = [f"({_text(r.text)}, {_flag(r.bold)}, {_flag(r.italic)})" for r in block.runs]
    call = f"runs({', '.join(parts)})"
    closing = block.runs[-1].text.endswith(END_MARK)
    return f"#last({call})" if closing else f"#{call}"


def _table(block: b.Table) -> str:
    levels = block.levels or (0,) * len(block.rows)
    bolds = [_flag(bool(block.levels) and level == 0) for level in levels]
    size = f", size: {SMALL}" if block.small else ""
    return (
        f"#data-table(caption: {_text(block.caption)}, widths: {_array([str(c.width) for c in block.columns])}, "
        f"aligns: {_array([c.align for c in block.columns])}, heads: {_texts(tuple(c.title for c in block.columns))}, "
        f"rows: {_array([_texts(row) for row in block.rows])}, bolds: {_array(bolds)}, "
        f"indents: {_array([str(k) for k in levels])}, name-at: {block.name_column}, note: {_text(block.note)}{size})"
    )


def _figure(block: b.Figure) -> str:
    drawing = _text(draw.svg(block.spec))
    return f"#picture({_text(block.caption)}, {drawing}, {_text(block.alt)}, {_text(block.note)})"


def _code(block: b.Code) -> str:
    return f"#code({_text(draw.code_svg(block.modules))}, {_texts(block.lines)})"


def _signers(block: b.Signers) -> str:
    return f"#signers({', '.join(f'({_text(body)}, {_text(name)})' for body, name in block.entries)})"


_WRITERS: dict[type, Callable[[Any], str]] = {
    b.Letterhead: _letterhead,
    b.Title: lambda t: f"#titling({_text(t.kind)}, {_text(t.about)})",
    b.Addressees: lambda a: f"#addressees({_texts(a.names)})",
    b.Heading: lambda h: f"#heading(level: {h.level}, {_text(h.text)})",
    b.Paragraph: _paragraph,
    b.BulletList: lambda e: f"#dashes(keep: {_flag(e.keep_last)}, {', '.join(_text(t) for t in e.entries)})",
    b.Table: _table,
    b.Figure: _figure,
    b.Notice: lambda n: f"#notice({_text(n.text)})",
    b.Note: lambda n: f"#small({_text(n.text)})",
    b.PageBreak: lambda _: "#pagebreak()",
    b.Annex: lambda a: f"#annex({_text(a.label)}, {_text(a.title)}, {_text(a.attached_to)})",
    b.Signature: lambda s: f"#signature({_texts(s.position)}, {_text(s.name)}, {_texts(s.recipients)})",
    b.Code: _code,
    b.Signers: _signers,
}
