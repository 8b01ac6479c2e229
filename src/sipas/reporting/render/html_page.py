"""Sets a document as one HTML file: no script, nothing from outside, charts as SVG with their tables."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from html import escape
from importlib import resources
from typing import Any

from sipas.reporting import blocks as b
from sipas.reporting.charts import draw
from sipas.reporting.render.layout import KEPT_TOGETHER, MOTTO, NATION

ALIGNED = {"left": "l", "center": "c", "right": "r"}


def render_html(document: b.Document) -> str:
    """Set a document as HTML.

    Parameters
    ----------
    document : Document
        Any.

    Returns
    -------
    str
        A whole page in UTF-8; the same text for the same document.
    """
    body = "\n".join(_block(block, place) for place, block in enumerate(document.blocks))
    mark = f'<p class="mark">{escape(document.mark)}</p>' if document.mark else ""
    behind = f'<div class="behind" aria-hidden="true">{escape(document.mark)}</div>\n' if document.mark else ""
    draft = '<p class="draft">DỰ THẢO</p>' if document.draft else ""
    return (
        '<!DOCTYPE html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="author" content="{escape(document.author)}">\n'
        f'<meta name="date" content="{document.date.isoformat()}">\n'
        f"<title>{escape(document.title)}</title>\n<style>\n{_style()}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#main">Đến nội dung chính</a>\n'
        f'{_contents(document)}<div class="strip" role="note">{draft}{mark}</div>\n{behind}'
        f'<main id="main">\n{body}\n</main>\n</body>\n</html>\n'
    )


@cache
def _style() -> str:
    return resources.files(__package__).joinpath("report.css").read_text(encoding="utf-8")


def _contents(document: b.Document) -> str:
    entries = []
    for place, block in enumerate(document.blocks):
        if isinstance(block, b.Heading) and block.level == 1:
            entries.append((place, block.text))
        if isinstance(block, b.Annex):
            entries.append((place, f"{block.label}. {block.title}"))
    if not entries:
        return ""
    lines = "".join(f'<li><a href="#b{place}">{escape(text)}</a></li>' for place, text in entries)
    return f'<nav aria-label="Mục lục"><details><summary>Mục lục</summary><ul>{lines}</ul></details></nav>\n'


def _block(block: b.Block, place: int) -> str:
    return _WRITERS[type(block)](block, place)


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def _letterhead(block: b.Letterhead, _: int) -> str:
    subject = f"<p>{escape(block.subject)}</p>" if block.subject else ""
    draft = "<p><b>DỰ THẢO</b></p>" if block.draft else ""
    above = f"<p>{escape(block.parent_agency)}</p>" if block.parent_agency else ""
    return (
        '<header class="letterhead"><div>'
        f"{above}<p><b>{escape(block.agency_kept)}</b></p><hr>"
        f"<p>Số: {escape(block.number)}</p>{subject}{draft}</div><div>"
        f"<p><b>{NATION}</b></p><p><b>{MOTTO}</b></p><hr class='wide'>"
        f"<p><i>{escape(block.place_and_date)}</i></p></div></header>"
    )


def _title(block: b.Title, _: int) -> str:
    return f'<h1>{escape(block.kind)}<span>{escape(block.about)}</span></h1><hr class="under">'


def _addressees(block: b.Addressees, _: int) -> str:
    if len(block.names) == 1:
        return f'<p class="to">Kính gửi: {escape(block.names[0])}</p>'
    last = len(block.names)
    lines = "".join(f"<li>{escape(n)}{'.' if k == last else ';'}</li>" for k, n in enumerate(block.names, start=1))
    return f'<div class="to"><p>Kính gửi:</p><ul class="dash">{lines}</ul></div>'


def _heading(block: b.Heading, place: int) -> str:
    level = block.level + 1  # the page has one h1
    return f'<h{level} id="b{place}">{escape(block.text)}</h{level}>'


def _paragraph(block: b.Paragraph, _: int) -> str:
    parts = []
    for run in block.runs:
        text = escape(run.text)
        text = f"<b>{text}</b>" if run.bold else text
        parts.append(f"<i>{text}</i>" if run.italic else text)
    return f'<p class="text">{"".join(parts)}</p>'


def _list(block: b.BulletList, _: int) -> str:
    return f'<ul class="dash">{"".join(f"<li>{escape(e)}</li>" for e in block.entries)}</ul>'


def _table(block: b.Table, _: int) -> str:
    heads = "".join(f'<th scope="col">{escape(c.title)}</th>' for c in block.columns)
    total = sum(c.width for c in block.columns)
    widths = "".join(f'<col style="width:{100 * c.width / total:.2f}%">' for c in block.columns)
    rows = "\n".join(_row(block, row, place) for place, row in enumerate(block.rows))
    note = f'<p class="note">{escape(block.note)}</p>' if block.note else ""
    small = ' class="small"' if block.small else ""
    short = " short" if len(block.rows) <= KEPT_TOGETHER else ""
    return (
        f'<div class="wide{short}"><table{small}><caption>{escape(block.caption)}</caption>'
        f"<colgroup>{widths}</colgroup><thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>{note}"
    )


def _row(block: b.Table, row: tuple[str, ...], place: int) -> str:
    level = block.levels[place] if block.levels else 1
    cells = []
    for k, (column, text) in enumerate(zip(block.columns, row, strict=True)):
        tag, scope = ("th", ' scope="row"') if k == block.name_column else ("td", "")
        indent = f" i{level}" if k == block.name_column and block.levels else ""
        cells.append(f'<{tag}{scope} class="{ALIGNED[column.align]}{indent}">{_lines(text)}</{tag}>')
    top = ' class="top"' if level == 0 else ""
    return f"<tr{top}>{''.join(cells)}</tr>"


def _figure(block: b.Figure, place: int) -> str:
    drawing = draw.svg(block.spec, prefix=f"f{place}")
    drawing = drawing.replace("<svg ", f'<svg role="img" aria-label="{escape(block.alt)}" ', 1)
    note = f'<p class="note">{escape(block.note)}</p>' if block.note else ""
    return (
        f"<figure>{drawing}<figcaption>{escape(block.caption)}</figcaption>{note}"
        f"<details><summary>Xem số liệu của hình dưới dạng bảng</summary>{_table(block.data, place)}</details></figure>"
    )


def _annex(block: b.Annex, place: int) -> str:
    return (
        f'<h2 class="annex" id="b{place}">{escape(block.label)}<br>{escape(block.title)}</h2>'
        f'<p class="attached"><i>{escape(block.attached_to)}</i></p>'
    )


def _signature(block: b.Signature, _: int) -> str:
    last = len(block.recipients)
    names = "".join(f"<li>{escape(r)}{'.' if k == last else ';'}</li>" for k, r in enumerate(block.recipients, start=1))
    lines = "".join(f"<p><b>{escape(line)}</b></p>" for line in block.position)
    return (
        f'<footer class="signature"><div><p><b><i>Nơi nhận:</i></b></p><ul class="dash">{names}</ul></div>'
        f'<div>{lines}<p class="name"><b>{escape(block.name)}</b></p></div></footer>'
    )


def _code(block: b.Code, _: int) -> str:
    lines = "".join(f"<p>{escape(line)}</p>" for line in block.lines)
    return f'<div class="code">{draw.code_svg(block.modules)}<div>{lines}</div></div>'


def _signers(block: b.Signers, _: int) -> str:
    entries = "".join(
        f"<div><p><b>{escape(body)}</b></p><p><i>(ký, ghi rõ họ tên)</i></p>"
        f'<p class="name"><b>{escape(name)}</b></p></div>'
        for body, name in block.entries
    )
    return f'<footer class="signers">{entries}</footer>'


_WRITERS: dict[type, Callable[[Any, int], str]] = {
    b.Letterhead: _letterhead,
    b.Title: _title,
    b.Addressees: _addressees,
    b.Heading: _heading,
    b.Paragraph: _paragraph,
    b.BulletList: _list,
    b.Table: _table,
    b.Figure: _figure,
    b.Notice: lambda n, _: f'<p class="notice">{escape(n.text)}</p>',
    b.Note: lambda n, _: f'<p class="note">{escape(n.text)}</p>',
    b.PageBreak: lambda _, __: '<div class="break"></div>',
    b.Annex: _annex,
    b.Signature: _signature,
    b.Code: _code,
    b.Signers: _signers,
}
