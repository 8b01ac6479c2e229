from __future__ import annotations

import io
import zipfile
from decimal import ROUND_HALF_UP, Decimal

import docx
import polars as pl
import pytest
from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from docx.shared import Mm
from lxml import etree
from reporting_example import DATE, HIDDEN, example

from sipas.reporting import Document, ReportInputs, build_report, render_docx
from sipas.reporting import blocks as b


def opened(word: bytes) -> WordDocument:
    return docx.Document(io.BytesIO(word))


def table_after(word: bytes, words: str) -> list[list[str]]:
    """Give the cells of the table under the caption that holds some words."""
    document = opened(word)
    found = False
    for element in document.element.body:
        if element.tag == qn("w:p"):
            found = found or words in "".join(t.text or "" for t in element.iter(qn("w:t")))
        elif found and element.tag == qn("w:tbl"):
            return [
                ["".join(t.text or "" for t in cell.iter(qn("w:t"))) for cell in row.iter(qn("w:tc"))]
                for row in element.iter(qn("w:tr"))
            ]
    raise AssertionError(words)


def percent(value: float) -> str:
    """Write a percentage by another way than the report's."""
    return str(Decimal(repr(value)).quantize(Decimal("0.01"), ROUND_HALF_UP)).replace(".", ",")


def test_the_ranking_of_the_docx_is_the_index(word: bytes, inputs: ReportInputs) -> None:
    rows = table_after(word, "Xếp hạng cơ quan theo chỉ số hài lòng")[1:]
    index = inputs.index.filter((pl.col("domain_kind") == "agency") & (pl.col("node") == "index"))
    known = {row["domain"]: row for row in index.iter_rows(named=True)}
    assert len(rows) == len(known)
    for rank, name, n, value, ends, could in rows:
        row = known[name]
        if name == HIDDEN:
            assert {rank, n, value, ends, could} == {"–*"}
            continue
        told = (str(row["rank"]), str(row["n"]), percent(row["percent"]))
        assert (rank, n, value) == told
        assert ends == f"{percent(row['low'])}–{percent(row['high'])}"
        assert could == f"{row['rank_low']}–{row['rank_high']}"
    values = [float(row[3].replace(",", ".")) for row in rows if row[3] != "–*"]
    assert values == sorted(values, reverse=True)


def test_the_changes_of_the_docx_are_the_index(word: bytes, inputs: ReportInputs) -> None:
    rows = {row[0]: row for row in table_after(word, "Thay đổi về điểm và hạng")[1:]}
    index = inputs.index.filter(
        (pl.col("domain_kind") == "agency") & (pl.col("node") == "index") & ~pl.col("suppressed")
    )
    for row in index.iter_rows(named=True):
        shown = rows[row["domain"]]
        assert shown[2] == percent(row["previous"])
        assert shown[4].lstrip("+−") == percent(abs(row["change"]))
        assert shown[4].startswith("−") == (row["change"] < -0.005)
        claimed = shown[6] in {"Tăng", "Giảm"}
        assert claimed == (row["change_low"] > 0 or row["change_high"] < 0)


def test_the_shares_of_the_docx_are_the_estimates(word: bytes, inputs: ReportInputs) -> None:
    rows = table_after(word, "Đặc điểm người trả lời")
    start = next(k for k, row in enumerate(rows) if row[0].startswith("Giới tính"))
    estimates = inputs.estimates.filter((pl.col("variable") == "gender") & (pl.col("statistic") == "share")).sort(
        "category"
    )
    assert rows[start][1].replace(".", "") == str(estimates["n"][0])
    for offset, row in enumerate(estimates.iter_rows(named=True), start=1):
        value = Decimal(repr(row["estimate"])) * 100
        assert rows[start + offset][2] == str(value.quantize(Decimal("0.01"), ROUND_HALF_UP)).replace(".", ",")


def test_the_docx_has_the_words_of_the_same_source(word: bytes, report: Document) -> None:
    text = "\n".join(p.text for p in opened(word).paragraphs)
    for block in report.blocks:
        if isinstance(block, (b.Heading, b.Notice)):
            assert block.text in text
        if isinstance(block, (b.Table, b.Figure)):
            assert block.caption in text


def test_heads_of_tables_repeat_and_rows_stay_whole(word: bytes, report: Document) -> None:
    tables = [t for t in opened(word).tables if t.style is not None and t.style.name == "Table Grid"]
    assert len(tables) == sum(isinstance(block, b.Table) for block in report.blocks)
    for table in tables:
        assert table._tbl.tr_lst[0].find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in table._tbl.tr_lst)


def test_headings_are_styles_and_the_page_is_that_of_the_decree(word: bytes, report: Document) -> None:
    document = opened(word)
    headings = [p.text for p in document.paragraphs if p.style is not None and p.style.name == "Heading 1"]
    assert len(headings) == sum(
        isinstance(x, b.Annex) or (isinstance(x, b.Heading) and x.level == 1) for x in report.blocks
    )
    for section in document.sections:
        assert section.page_width == pytest.approx(Mm(210), abs=1000)  # Word counts in twips
        assert section.page_height == pytest.approx(Mm(297), abs=1000)
        assert section.left_margin == pytest.approx(Mm(30), abs=1000)
        assert section.right_margin == pytest.approx(Mm(15), abs=1000)
        assert section.different_first_page_header_footer
        assert "PAGE" in etree.tostring(section.header._element).decode()
        assert "PAGE" not in etree.tostring(section.first_page_header._element).decode()
        assert "MÔ PHỎNG" in section.header.paragraphs[0].text
        assert "MÔ PHỎNG" in section.first_page_header.paragraphs[0].text


def test_only_times_new_roman_is_named(word: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        styles = etree.fromstring(archive.read("word/styles.xml"))
        body = etree.fromstring(archive.read("word/document.xml"))
    used = {p.get(qn("w:val")) for p in body.iter(qn("w:pStyle"))}
    named = set()
    for style in styles.iter(qn("w:style")):
        if style.get(qn("w:styleId")) in used:
            named |= {value for fonts in style.iter(qn("w:rFonts")) for value in fonts.attrib.values()}
    assert named == {"Times New Roman"}
    assert not list(body.iter(qn("w:rFonts")))


def test_every_picture_has_a_text_alternative(word: bytes, report: Document) -> None:
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        body = etree.fromstring(archive.read("word/document.xml"))
    told = [p.get("descr") for p in body.iter(qn("wp:docPr"))]
    assert told == [block.alt for block in report.blocks if isinstance(block, b.Figure)]


def test_the_same_document_gives_the_same_bytes_with_one_date(word: bytes) -> None:
    assert render_docx(build_report(example())) == word
    core = opened(word).core_properties
    assert core.created is not None
    assert core.modified is not None
    assert {core.created.date(), core.modified.date()} == {DATE}
    with zipfile.ZipFile(io.BytesIO(word)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "docProps/thumbnail.jpeg" not in archive.namelist()
        assert b"thumbnail" not in archive.read("_rels/.rels")
