from __future__ import annotations

import ctypes
import re
from dataclasses import replace

import polars as pl
import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest
from reporting_example import DATE, HIDDEN, example

from sipas.errors import SipasError
from sipas.reporting import Document, ReportInputs, build_report, render_pdf
from sipas.reporting import blocks as b
from sipas.reporting.wording import interval, number

LETTERS = (
    "ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝàáâãèéêìíòóôõùúýĂăĐđĨĩŨũƠơƯưẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶ"
    "ặẸẹẺẻẼẽẾếỀềỂểỄễỆệỈỉỊịỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợỤụỦủỨứỪừỬửỮữỰựỲỳỴỵỶỷỸỹ"
)


def pages(pdf: bytes) -> list[str]:
    document = pdfium.PdfDocument(pdf)
    return [page.get_textpage().get_text_range().replace("\r", "") for page in document]


def small(*blocks: b.Block) -> Document:
    return Document("Thử", "Sở Nội vụ", DATE, "", draft=False, blocks=blocks)


def test_the_numbers_of_the_pdf_are_the_numbers_of_the_tables(pdf: bytes, inputs: ReportInputs) -> None:
    text = "\n".join(pages(pdf))
    shown = inputs.index.filter(
        ~pl.col("suppressed") & pl.col("domain_kind").is_in(["all", "field"]) & (pl.col("level") != "item")
    )
    rows = pl.concat([shown.filter(pl.col("domain_kind") == "all"), shown.filter(pl.col("node") == "index")])
    agencies = inputs.index.filter(
        (pl.col("domain_kind") == "agency") & ~pl.col("suppressed") & (pl.col("node") == "index")
    )
    for percent, low, high in pl.concat([rows, agencies]).select("percent", "low", "high").iter_rows():
        assert number(percent) in text
        assert interval(low, high) in text


def test_every_cell_of_every_table_is_in_the_pdf(pdf: bytes, report: Document) -> None:
    words = set("\n".join(pages(pdf)).split())
    cells = [cell for t in report.blocks if isinstance(t, b.Table) for row in t.rows for cell in row]
    missing = {word for cell in cells for word in cell.split()} - words
    assert {word for word in missing if word[-1].isdigit()} == set()


def test_every_page_says_that_the_data_are_simulated_and_a_draft(pdf: bytes) -> None:
    for text in pages(pdf):
        assert "MÔ PHỎNG" in text
        assert "DỰ THẢO" in text


def test_page_numbers_begin_on_page_two_and_again_in_each_annex(pdf: bytes, report: Document) -> None:
    heads = [re.search(r"^DỰ THẢO ?(\d*) MÔ PHỎNG$", text, re.MULTILINE) for text in pages(pdf)]
    numbers = [head[1] for head in heads if head]
    assert len(numbers) == len(heads)
    starts = [k for k, shown in enumerate(numbers) if shown == ""]
    assert len(starts) == 1 + sum(isinstance(block, b.Annex) for block in report.blocks)
    for start, end in zip(starts, [*starts[1:], len(numbers)], strict=True):
        assert numbers[start + 1 : end] == [str(k) for k in range(2, end - start + 1)]


def fonts(pdf: bytes) -> set[str]:
    names = set()
    for page in pdfium.PdfDocument(pdf):
        for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=15):
            font = raw.FPDFTextObj_GetFont(item.raw)
            assert raw.FPDFFont_GetIsEmbedded(font) == 1
            size = raw.FPDFFont_GetBaseFontName(font, None, 0)
            buffer = ctypes.create_string_buffer(size)
            raw.FPDFFont_GetBaseFontName(font, buffer, size)
            names.add(buffer.value.decode().partition("+")[2] or buffer.value.decode())
    return names


def test_only_shipped_fonts_are_used_and_all_are_embedded(pdf: bytes) -> None:
    found = fonts(pdf)
    assert {name.partition("-")[0] for name in found} == {"NotoSerif", "BeVietnamPro"}


def test_every_vietnamese_letter_is_set_upright_bold_and_italic() -> None:
    spaced = " ".join(LETTERS)
    runs = tuple(
        b.Run(f"{spaced} ", bold=bold, italic=italic) for bold, italic in ((False, False), (True, False), (False, True))
    )
    made = render_pdf(small(b.Paragraph(runs)))
    assert "".join("".join(pages(made)).split()).count(LETTERS) == 3
    assert {name.partition("-")[0] for name in fonts(made)} == {"NotoSerif"}


def test_a_letter_in_no_shipped_font_is_an_error() -> None:
    with pytest.raises(SipasError) as caught:
        render_pdf(small(b.Paragraph((b.Run("Xã 漢 Văn"),))))
    assert caught.value.code == "reporting.glyph_missing"
    assert "漢" in str(caught.value.got)


def test_text_is_never_read_as_markup() -> None:
    hostile = 'Sở "A" #panic("x") $x^2$ *đậm* _n_ \\u{41} [b] @ref <l> // c /* d */ \n tiếp'
    made = render_pdf(small(b.Paragraph((b.Run(hostile),)), b.Table("c", (b.Column("h"),), ((hostile,),), "n")))
    flat = " ".join("".join(pages(made)).split())
    assert flat.count('#panic("x") $x^2$ *đậm* _n_ \\u{41} [b] @ref <l> // c /* d */') == 2


def test_the_same_document_gives_the_same_bytes(pdf: bytes) -> None:
    assert render_pdf(build_report(example())) == pdf


def test_the_pdf_has_title_language_tags_and_only_the_documents_date(pdf: bytes, report: Document) -> None:
    document = pdfium.PdfDocument(pdf)
    meta = document.get_metadata_dict()
    assert meta["Title"] == report.title
    assert meta["Author"] == "Sở Nội vụ"
    assert {meta["CreationDate"][:10], meta["ModDate"][:10]} == {f"D:{DATE:%Y%m%d}"}
    assert document.is_tagged()
    assert b"/Lang" in pdf
    assert b"pdfaid:part" in pdf


def test_nothing_reaches_into_the_margins(inputs: ReportInputs) -> None:
    points = 72 / 25.4
    space = 4.5  # points: a space after the last word of a line counts in its box
    # Without the mark behind the text, which is large on purpose.
    for page in pdfium.PdfDocument(render_pdf(build_report(replace(inputs, simulated=False)))):
        textpage = page.get_textpage()
        for k in range(textpage.count_rects()):
            left, _, right, _ = textpage.get_rect(k)
            assert left > 30 * points - space
            assert right < page.get_width() - 15 * points + space, textpage.get_text_bounded(*textpage.get_rect(k))


def test_a_long_table_repeats_its_head(inputs: ReportInputs) -> None:
    columns = (b.Column("Cơ quan dài", 3, "left"), b.Column("n"))
    rows = tuple((f"Ủy ban nhân dân xã số {k}", str(k)) for k in range(120))
    texts = pages(render_pdf(small(b.Table("Bảng 1. Dài", columns, rows, "ghi chú"))))
    assert len(texts) > 2
    assert all("Cơ quan dài" in text for text in texts)
    assert "số 119" in texts[-1]
    assert "ghi chú" in texts[-1]


def test_a_suppressed_unit_keeps_its_values_out_of_the_file(inputs: ReportInputs) -> None:
    shown = example()
    assert shown.index.filter((pl.col("domain") == HIDDEN) & pl.col("percent").is_not_null()).height == 0
    assert render_pdf(build_report(replace(inputs, national=())))[:5] == b"%PDF-"
