from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import polars as pl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from reporting_example import DATE, HIDDEN, example

from sipas.reporting import ReportInputs, build_workbook
from sipas.reporting.figures import read
from sipas.reporting.sheets import sheets

SHEETS = ["Tóm tắt", "Chỉ số", "Tiêu chí", "Câu hỏi", "Xếp hạng", "Thay đổi", "Phiếu", "Phương pháp"]
HEAD = 4


def opened(data: bytes, *, values: bool = False) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def rows(data: bytes, sheet: str, *, values: bool = True) -> list[dict[str, object]]:
    table = list(opened(data, values=values)[sheet].iter_rows(min_row=HEAD, values_only=True))
    return [dict(zip(map(str, table[0]), row, strict=True)) for row in table[1:]]


def test_sheets_are_frozen_and_filtered(workbook: bytes) -> None:
    book = opened(workbook)
    assert book.sheetnames == SHEETS
    for sheet in book:
        assert sheet.freeze_panes is not None
        assert sheet.auto_filter.ref is not None
        assert sheet.auto_filter.ref.startswith("A4:")
        assert str(sheet["A1"].value).startswith("MÔ PHỎNG")
        assert "MÔ PHỎNG" in sheet.oddHeader.center.text


def test_numbers_are_numbers_in_full_precision(workbook: bytes, inputs: ReportInputs) -> None:
    found = {(r["Đơn vị, nhóm"], r["Nội dung"]): r for r in rows(workbook, "Chỉ số")}
    mark = {"copy": "‡", "recalled": "†", "official": ""}
    titles = {n.name: n.title + mark[n.status] for n, _ in inputs.edition.nodes()}
    index = inputs.index.filter(
        (pl.col("domain_kind") == "agency") & (pl.col("level") != "item") & ~pl.col("suppressed")
    )
    for row in index.iter_rows(named=True):
        shown = found[row["domain"], titles[row["node"]]]
        # 16 digits are written
        assert shown["Chỉ số (%)"] == pytest.approx(row["percent"], rel=1e-14)
        assert shown["n"] == row["n"]


def test_a_suppressed_row_holds_no_number(workbook: bytes) -> None:
    for sheet in ("Chỉ số", "Tiêu chí", "Xếp hạng", "Thay đổi"):
        for row in rows(workbook, sheet):
            if row["Đơn vị, nhóm"] == HIDDEN:
                assert not any(isinstance(value, (int, float)) for value in row.values())


def test_changes_and_rates_are_live_formulas(workbook: bytes) -> None:
    live = opened(workbook)["Thay đổi"]
    cached = opened(workbook, values=True)["Thay đổi"]
    for k in range(HEAD + 1, HEAD + 20):
        assert live.cell(k, 6).value == f"=E{k}-D{k}"
        assert cached.cell(k, 6).value == pytest.approx(cached.cell(k, 5).value - cached.cell(k, 4).value)
    forms = opened(workbook)["Phiếu"]
    assert forms.cell(HEAD + 1, 5).value == f"=C{HEAD + 1}/B{HEAD + 1}"


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_text_that_looks_like_a_formula_stays_text(inputs: ReportInputs, sign: str) -> None:
    hostile = f'{sign}HYPERLINK("http://x","Sở")'
    units = inputs.units.with_columns(label=pl.lit(hostile))
    title = replace(inputs.title, agency=hostile)
    book = opened(build_workbook(replace(inputs, units=units, title=title)))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == hostile]
    assert len(cells) > 20
    assert {cell.data_type for cell in cells} == {"s"}
    formulas = {str(c.value)[:1] for s in book for r in s.iter_rows() for c in r if c.data_type == "f"}
    assert formulas == {"="}
    assert not any("HYPERLINK" in str(c.value) for s in book for r in s.iter_rows() for c in r if c.data_type == "f")
    assert not any(sheet._hyperlinks for sheet in book)


def test_the_same_inputs_give_the_same_bytes(workbook: bytes) -> None:
    assert build_workbook(example()) == workbook
    properties = opened(workbook).properties
    assert properties.created is not None
    assert properties.created.date() == DATE


def test_number_formats_follow_the_reader_and_not_the_writer(workbook: bytes) -> None:
    sheet = opened(workbook)["Chỉ số"]
    formats = [sheet.cell(HEAD + 1, k).number_format for k in range(1, 10)]
    assert formats == ["@", "@", "@", "@", "#,##0", "0.00", "0.00", "0.00", "0.00"]
    assert opened(workbook)["Thay đổi"].cell(HEAD + 1, 6).number_format == "+0.00;-0.00;0.00"
    assert opened(workbook)["Phiếu"].cell(HEAD + 1, 5).number_format == "0.00%"


def test_title_and_note_stay_over_the_table_and_are_not_cut(workbook: bytes, inputs: ReportInputs) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook))
    for made in sheets(read(inputs)):
        page = book[made.name]
        last = get_column_letter(len(made.columns))
        assert {str(r) for r in page.merged_cells.ranges} == {f"A1:{last}1", f"A2:{last}2"}
        needed = len(page["A2"].value) / (1.2 * sum(c.width for c in made.columns))
        assert page.row_dimensions[2].height >= 15 * needed
