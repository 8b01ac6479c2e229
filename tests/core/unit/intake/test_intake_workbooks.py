"""Workbooks: the table is found, every other row has its reason, harmful files are refused."""

import io
import struct
import zipfile
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from intake_workbooks import RECORDS, ugly_xls, ugly_xlsx

from sipas.errors import SipasError
from sipas.intake import LIMITS, OfficeTable, read

HEADERS = (
    "STT",
    "Mã hồ sơ",
    "Người nộp / Họ và tên",
    "Người nộp / Địa chỉ",
    "Người nộp / SĐT",
    "Thủ tục / Lĩnh vực",
    "Thủ tục / Tên thủ tục",
    "Ngày / Tiếp nhận",
    "Ngày / Trả kết quả",
    "Trạng thái",
    "Đơn vị giải quyết",
)
MAPPED = {
    "dossier_number": "Mã hồ sơ",
    "name": "Người nộp / Họ và tên",
    "address": "Người nộp / Địa chỉ",
    "phone": "Người nộp / SĐT",
    "field": "Thủ tục / Lĩnh vực",
    "procedure": "Thủ tục / Tên thủ tục",
    "received_on": "Ngày / Tiếp nhận",
    "finished_on": "Ngày / Trả kết quả",
    "status": "Trạng thái",
    "agency": "Đơn vị giải quyết",
}


def skipped(table: OfficeTable) -> list[tuple[int, str]]:
    return [(row, reason.removeprefix("intake.")) for row, reason in table.skipped.select("row", "reason").iter_rows()]


@pytest.mark.parametrize("legacy", [True, False])
def test_the_list_of_a_district_office(tmp_path: Path, legacy: bool) -> None:
    table = read(ugly_xlsx(tmp_path / "ds.xlsx", legacy=legacy), purpose="transactions")
    assert table.headers == (*HEADERS, "Mục (nhóm dòng)")
    assert dict(table.mapping.columns) == MAPPED
    assert table.rows.to_list() == list(range(9, 18))
    names = [str(record[2]) for record in RECORDS]
    assert [n.lower() for n in table.texts("name").values] == [n.lower() for n in names]
    assert table.texts("agency").values.to_list() == [record[10] for record in RECORDS]
    assert {c.encoding for c in table.conversions} == ({"tcvn3"} if legacy else set())


def test_every_row_that_is_no_record_has_its_reason(tmp_path: Path) -> None:
    table = read(ugly_xlsx(tmp_path / "ds.xlsx"))
    assert skipped(table) == [
        (1, "title_row"),
        (2, "title_row"),
        (3, "title_row"),
        (4, "title_row"),
        (5, "header_row"),
        (6, "header_row"),
        (7, "column_number_row"),
        (8, "section_row"),
        (18, "total_row"),
        (19, "empty_row"),
        (20, "footer_row"),
        (21, "footer_row"),
        (22, "footer_row"),
        (23, "footer_row"),
    ]
    assert table.skipped["got"][8] == "Tổng cộng | 9"


def test_an_old_xls_gives_the_same_table(tmp_path: Path) -> None:
    new = read(ugly_xlsx(tmp_path / "ds.xlsx"))
    old = read(ugly_xls(tmp_path / "ds.xls"))
    assert old.headers == HEADERS
    assert old.cells.equals(new.cells.select(HEADERS))
    assert old.rows.to_list() == list(range(7, 16))


def test_kind_is_known_by_content_not_by_name(tmp_path: Path) -> None:
    renamed = ugly_xlsx(tmp_path / "ds.xlsx").rename(tmp_path / "ds.csv")
    assert read(renamed).headers[1] == "Mã hồ sơ"


def test_merged_cells_downwards_hold_for_each_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Đơn vị", "Họ và tên", "SĐT"], ["UBND xã A", "An", "1"], [None, "Bình", "2"], [None, "Chi", "3"]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    book.save(tmp_path / "m.xlsx")
    assert read(tmp_path / "m.xlsx").cells["Đơn vị"].to_list() == ["UBND xã A", "UBND xã A", None]


def test_a_head_repeated_on_each_page_is_left_out(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["STT", "Họ và tên", "SĐT"], ["1", "An", "1"], ["STT", "Họ và tên", "SĐT"], ["2", "Bình", "2"]):
        sheet.append(row)
    book.save(tmp_path / "m.xlsx")
    table = read(tmp_path / "m.xlsx")
    assert table.rows.to_list() == [2, 4]
    assert skipped(table)[-1] == (3, "repeated_header_row")


def test_two_filled_sheets_must_be_chosen_from(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("Quý I", "Quý II"):
        sheet = book.create_sheet(name)
        sheet.append(["Họ và tên", "SĐT"])
        sheet.append([name, "1"])
    book.save(tmp_path / "two.xlsx")
    with pytest.raises(SipasError) as caught:
        read(tmp_path / "two.xlsx")
    assert (caught.value.code, caught.value.expected) == ("intake.sheet_choice", ["Quý I", "Quý II"])
    assert read(tmp_path / "two.xlsx", sheet="Quý II").cells["Họ và tên"].to_list() == ["Quý II"]
    with pytest.raises(SipasError, match="sheet_unknown"):
        read(tmp_path / "two.xlsx", sheet="Quý III")


def rebuilt(source: Path, target: Path, changes: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, changes.pop(entry.filename, old.read(entry.filename)))
        for name, data in changes.items():
            new.writestr(name, data)
    return target


SHEET = "xl/worksheets/sheet1.xml"
FAR_CELL = b'<worksheet><sheetData><row r="1"><c r="A1"/></row><row><c r="XFD1048576"/></row>'
UNNAMED_CELLS = b"<worksheet><sheetData>" + b"<row><c/></row>" * 9000 + b"<row>" + b"<c/>" * 9000 + b"</row>"
ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><worksheet><sheetData/></worksheet>'


@pytest.mark.parametrize(
    ("part", "content", "code"),
    [
        (SHEET, ENTITY, "intake.workbook_doctype"),
        ("xl/sharedStrings.xml", ENTITY, "intake.workbook_doctype"),
        ("docProps/custom.xml", b"<!-- <a> -->" * 9000 + ENTITY[21:], "intake.workbook_doctype"),
        (SHEET, b"<worksheet><sheetData>", "intake.workbook_broken"),
        (SHEET, b"<worksheet></sheetData>", "intake.workbook_broken"),
        ("xl/media/bomb.bin", bytes(4 * 1024 * 1024), "intake.workbook_ratio"),
        (SHEET, FAR_CELL, "intake.workbook_cells"),
        (SHEET, UNNAMED_CELLS, "intake.workbook_cells"),
    ],
)
def test_harmful_parts_are_refused(tmp_path: Path, part: str, content: bytes, code: str) -> None:
    path = rebuilt(ugly_xlsx(tmp_path / "ds.xlsx"), tmp_path / "bad.xlsx", {part: content})
    with pytest.raises(SipasError) as caught:
        read(path)
    assert caught.value.code == code


def test_what_the_archive_declares_about_its_size_is_not_believed(tmp_path: Path) -> None:
    path = rebuilt(ugly_xlsx(tmp_path / "ds.xlsx"), tmp_path / "bad.xlsx", {"xl/big.bin": bytes(5_000_000)})
    data = path.read_bytes()
    lie = data.replace(struct.pack("<I", 5_000_000), struct.pack("<I", 10))
    assert lie != data
    path.write_bytes(lie)
    with pytest.raises(SipasError, match="workbook_ratio"):
        read(path)


def test_limits_of_size_and_parts(tmp_path: Path) -> None:
    path = ugly_xlsx(tmp_path / "ds.xlsx")
    for limits, code in (
        (replace(LIMITS, workbook_bytes=1000), "intake.file_too_large"),
        (replace(LIMITS, parts=3), "intake.workbook_parts"),
        (replace(LIMITS, unpacked_bytes=2000), "intake.workbook_unpacked"),
        (replace(LIMITS, cells=100), "intake.workbook_cells"),
        (replace(LIMITS, columns=5), "intake.too_many_columns"),
        (replace(LIMITS, rows=5), "intake.too_many_rows"),
    ):
        with pytest.raises(SipasError) as caught:
            read(path, limits=limits)
        assert caught.value.code == code


def test_encrypted_entries_are_named(tmp_path: Path) -> None:
    data = bytearray(ugly_xlsx(tmp_path / "ds.xlsx").read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    (tmp_path / "ds.xlsx").write_bytes(data)
    with pytest.raises(SipasError, match="workbook_encrypted"):
        read(tmp_path / "ds.xlsx")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "intake.file_empty"),
        (b"%PDF-1.7 ...", "intake.kind_unknown"),
        (b"<html><table>...", "intake.kind_unknown"),
        (b"PK\x03\x04 not a zip", "intake.workbook_broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "intake.workbook_broken"),
        (b"PAR1 but no more", "intake.parquet_broken"),
    ],
)
def test_other_files_are_refused_with_advice(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "list.xls"
    path.write_bytes(content)
    with pytest.raises(SipasError) as caught:
        read(path)
    assert caught.value.code == code
    assert caught.value.place.file == "list.xls"


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.txt", "x")
    (tmp_path / "a.xlsx").write_bytes(stream.getvalue())
    with pytest.raises(SipasError, match="kind_unknown"):
        read(tmp_path / "a.xlsx")


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SipasError, match="file_missing"):
        read(tmp_path / "none.xlsx")


def test_a_sheet_without_head(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in ([1, 2, 3], [4, 5, 6]):
        sheet.append(row)
    book.save(tmp_path / "n.xlsx")
    with pytest.raises(SipasError) as caught:
        read(tmp_path / "n.xlsx")
    assert (caught.value.code, caught.value.got) == ("intake.header_missing", ["1", "2", "3", "4", "5", "6"])


def test_numbers_of_a_workbook_keep_their_digits(tmp_path: Path) -> None:
    path = tmp_path / "so.xlsx"
    cells = [16.66666666666667, 3e-10, 1 / 3, 1234567, "0.50", "01", 0, 1e-300, -2.5]
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["ma", "so", "ten"])
        for row, cell in enumerate(cells, start=1):
            sheet.write_row(row, 0, [f"p{row}", cell, "x"])
    found = read(path)
    assert found.texts("so").values.to_list() == [
        "16.66666666666667", "3e-10", "0.3333333333333333", "1234567", "0.50", "01", "0", "1e-300", "-2.5"
    ]  # fmt: skip
    assert found.reals("so").values.to_list() == [float(cell) for cell in cells]


def test_results_of_formulas_near_a_whole_number_are_whole(tmp_path: Path) -> None:
    path = tmp_path / "so.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["ma", "so"])
        for row, cell in enumerate([0.1 * 3 * 10, 2.9999999999999996, 3.001, 5], start=1):
            sheet.write_row(row, 0, [f"p{row}", cell])
    assert read(path).integers("so").values.to_list() == [3, 3, 3001, 5]
