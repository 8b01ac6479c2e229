from __future__ import annotations

import re
from itertools import pairwise

from lxml import html
from reporting_example import example

from sipas.reporting import Document, build_report, render_html
from sipas.reporting import blocks as b


def test_the_page_needs_nothing_from_outside_and_runs_nothing(page: str) -> None:
    tree = html.fromstring(page)
    assert not tree.xpath("//script | //link | //img | //iframe | //object")
    assert not re.search(r"url\((?!#)", page)
    assert "@import" not in page
    assert "@font-face" not in page
    assert not [a for a in tree.xpath("//@href") if not a.startswith("#")]
    assert not [name for e in tree.iter() if isinstance(e.tag, str) for name in e.attrib if name.startswith("on")]


def test_language_title_and_order_of_headings(page: str, report: Document) -> None:
    tree = html.fromstring(page)
    assert tree.get("lang") == "vi"
    assert tree.findtext(".//title") == report.title
    levels = [int(e.tag[1]) for e in tree.iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_tables_have_captions_and_scopes(page: str, report: Document) -> None:
    tree = html.fromstring(page)
    tables = tree.xpath("//table")
    figures = sum(isinstance(block, b.Figure) for block in report.blocks)
    assert len(tables) == figures + sum(isinstance(block, b.Table) for block in report.blocks)
    for table in tables:
        assert table.findtext("caption")
        assert all(th.get("scope") == "col" for th in table.xpath("./thead//th"))
        assert all(len(row.xpath("./th[@scope='row']")) == 1 for row in table.xpath("./tbody/tr"))


def test_every_chart_has_an_alternative_and_its_table(page: str, report: Document) -> None:
    figures = html.fromstring(page).xpath("//figure")
    wanted = [block for block in report.blocks if isinstance(block, b.Figure)]
    for element, block in zip(figures, wanted, strict=True):
        drawing = element.find("svg")
        assert drawing.get("role") == "img"
        assert drawing.get("aria-label") == block.alt
        rows = element.xpath(".//details//tbody/tr")
        shown = [[cell.text_content() for cell in row] for row in rows]
        assert shown == [list(row) for row in block.data.rows]


def test_ids_are_unique_and_links_meet_them(page: str) -> None:
    tree = html.fromstring(page)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {a[1:] for a in tree.xpath("//a/@href")} <= set(ids)
    assert set(re.findall(r"url\(#([^)]+)\)", page)) <= set(ids)


def test_text_is_escaped() -> None:
    hostile = '<script>alert("x")</script> & “y”'
    document = hostile_document(hostile)
    made = render_html(document)
    assert "<script" not in made
    assert hostile in html.fromstring(made).text_content()


def hostile_document(text: str) -> Document:
    blocks = (
        b.Letterhead(text, text, text, text, text),
        b.Title(text, text),
        b.Addressees((text,)),
        b.Heading(1, text),
        b.Paragraph((b.Run(text, bold=True, italic=True),)),
        b.BulletList((text,)),
        b.Table(text, (b.Column(text),), ((text,),), text),
        b.Notice(text),
        b.Note(text),
        b.PageBreak(),
        b.Annex(text, text, text),
        b.Signature((text,), text, (text,)),
    )
    return Document(text, text, example().title.date, text, draft=True, blocks=blocks)


def test_the_same_document_gives_the_same_page(page: str) -> None:
    assert render_html(build_report(example())) == page


def test_simulated_stays_in_view_and_is_printed(page: str) -> None:
    tree = html.fromstring(page)
    assert tree.xpath("string(//*[@class='strip'])") == "DỰ THẢOMÔ PHỎNG"
    assert tree.xpath("string(//*[@class='behind'])") == "MÔ PHỎNG"
