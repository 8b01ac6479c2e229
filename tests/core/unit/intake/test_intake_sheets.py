"""Every sheet that is a list is read; the others are told with their reason."""

from pathlib import Path

import openpyxl
import pytest

from sipas.errors import SipasError
from sipas.intake import SkippedSheet, read, read_all

REQUIRED = ("name", "agency", "finished_on")
HEAD = ["Họ và tên", "Đơn vị giải quyết", "Ngày trả kết quả"]
Sheets = dict[str, list[list[str]]]


def book(path: Path, sheets: Sheets, hidden: tuple[str, ...] = ()) -> Path:
    made = openpyxl.Workbook()
    first = made.active
    assert first is not None
    first.title = "Trang bìa"
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    made.save(path)
    return path


def listed(name: str) -> list[list[str]]:
    return [HEAD, [name, "UBND xã A", "03/04/2026"], [f"{name} hai", "UBND xã A", "04/04/2026"]]


def test_every_list_is_read_and_every_other_sheet_told(tmp_path: Path) -> None:
    path = book(
        tmp_path / "quy.xlsx",
        {
            "Quý I": listed("An"),
            "Tổng hợp": [["Đơn vị giải quyết", "Tổng số"], ["UBND xã A", "2"], ["UBND xã B", "3"]],
            "Ghi chú": [["1"], ["2"]],
            "Nháp": listed("Cũ"),
            "Quý II": listed("Bình"),
        },
        hidden=("Nháp",),
    )
    tables, skipped = read_all(path, required=REQUIRED, purpose="transactions")
    assert [(t.sheet, t.texts("name").values.to_list()) for t in tables] == [
        ("Quý I", ["An", "An hai"]),
        ("Quý II", ["Bình", "Bình hai"]),
    ]
    assert all(t.file == "quy.xlsx" for t in tables)
    assert {(s.sheet, s.reason) for s in skipped} == {
        ("Nháp", "intake.sheet_hidden"),
        ("Tổng hợp", "intake.sheet_other"),
        ("Ghi chú", "intake.sheet_without_header"),
    }
    assert SkippedSheet("quy.xlsx", "Tổng hợp", "intake.sheet_other", ("name", "finished_on")) in skipped


def test_a_mapping_is_tried_on_each_sheet(tmp_path: Path) -> None:
    odd = [["Ai", "Nơi", "Hôm"], ["An", "UBND xã A", "03/04/2026"], ["Ba", "UBND xã A", "03/04/2026"]]
    path = book(tmp_path / "m.xlsx", {"A": odd, "B": listed("Bình")})
    tables, skipped = read_all(path, required=REQUIRED, mapping={"name": "Ai", "agency": "Nơi", "finished_on": "Hôm"})
    assert [t.sheet for t in tables] == ["A"]
    assert [(s.sheet, s.missing) for s in skipped] == [("B", ("name",))]


def test_one_sheet_is_given_as_it_is(tmp_path: Path) -> None:
    path = book(tmp_path / "m.xlsx", {"A": [["Ai", "Nơi"], ["An", "xã A"], ["Ba", "xã A"]]})
    (table,), skipped = read_all(path, required=REQUIRED, purpose="transactions")
    assert (table.headers, skipped) == (("Ai", "Nơi"), [])
    with pytest.raises(SipasError, match="column_missing"):
        table.require(REQUIRED)


def test_no_sheet_fits(tmp_path: Path) -> None:
    other = [["Ai", "Nơi"], ["An", "xã A"], ["Ba", "xã A"]]
    with pytest.raises(SipasError) as caught:
        read_all(book(tmp_path / "m.xlsx", {"A": other, "B": other}), required=REQUIRED, purpose="transactions")
    assert (caught.value.code, caught.value.got) == ("intake.sheets_unfit", ["A", "B"])


def test_files_without_sheets_and_faults_of_files(tmp_path: Path) -> None:
    path = tmp_path / "ds.csv"
    path.write_text("Họ và tên;Nơi\nAn;A\n", encoding="utf-8")
    (table,), skipped = read_all(path, required=REQUIRED, purpose="transactions")
    assert table.cells.equals(read(path).cells)
    assert skipped == []
    with pytest.raises(SipasError, match="file_missing"):
        read_all(tmp_path / "khong.xlsx", required=REQUIRED)
    empty = openpyxl.Workbook()
    empty.save(tmp_path / "trong.xlsx")
    with pytest.raises(SipasError, match="sheet_empty"):
        read_all(tmp_path / "trong.xlsx", required=REQUIRED)
