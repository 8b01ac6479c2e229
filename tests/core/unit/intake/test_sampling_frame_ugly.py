"""A district office's spreadsheet becomes a frame, with a report that a clerk can act on."""

import datetime as dt
from pathlib import Path

import pytest
from intake_workbooks import ugly_xls, ugly_xlsx

from sipas.cli.sentences import say, say_code
from sipas.errors import SipasError
from sipas.intake import read
from sipas.sampling.frame import FrameImport, KeyMaterial, Window, import_frame

KEYS = KeyMaterial(round_secret=b"r" * 32, department_key=b"d" * 32)
WINDOW = Window(dt.date(2026, 1, 1), dt.date(2026, 9, 30))


def imported(path: Path) -> FrameImport:
    table = read(path, purpose="transactions")
    return import_frame([table], population="transactions", window=WINDOW, province="Tuyên Quang", keys=KEYS)


def test_good_rows_are_in_the_frame_without_identity(tmp_path: Path) -> None:
    frame = imported(ugly_xlsx(tmp_path / "ds.xlsx")).frame
    assert frame.select("province", "commune", "agency", "field", "finished_month").sort("commune", "field").rows() == [
        ("08", "02215", "UBND phường Minh Xuân", "Đất đai", "2026-04"),
        ("08", "02470", "UBND xã Tân Long", "Hộ tịch", "2026-04"),
        ("08", "02470", "UBND xã Tân Long", "Hộ tịch", "2026-04"),
    ]
    cells = {str(cell) for row in frame.rows() for cell in row}
    assert not any(word in cell for word in ("Hường", "H01.26", "0912") for cell in cells)


def test_contacts_hold_what_the_post_office_needs(tmp_path: Path) -> None:
    contacts = imported(ugly_xlsx(tmp_path / "ds.xlsx")).contacts
    assert contacts.select("name", "phone", "dossier_number", "finished_on").sort("dossier_number").rows() == [
        ("Nguyễn Thị Hường", "0912345678", "H01.26.001", dt.date(2026, 4, 13)),
        ("Vũ Văn ủy", "0912345679", "H01.26.002", dt.date(2026, 4, 10)),
        ("Lê Thuỳ Dương", "0912345680", "H01.26.003", dt.date(2026, 4, 7)),
    ]


def test_each_refused_row_has_its_number_reason_and_cell(tmp_path: Path) -> None:
    rejected = imported(ugly_xlsx(tmp_path / "ds.xlsx")).rejected
    assert rejected.select("sheet", "row", "column", "reason", "got").rows() == [
        ("DS ho so", 12, "Mã hồ sơ", "frame.duplicate", "H01.26.003"),
        ("DS ho so", 13, "Ngày / Trả kết quả", "intake.date_impossible", "31/04/2026"),
        ("DS ho so", 14, "Người nộp / SĐT", "frame.no_contact", None),
        ("DS ho so", 15, "Trạng thái", "frame.not_finished", "Đang xử lý"),
        ("DS ho so", 16, "Ngày / Trả kết quả", "frame.outside_window", "05/12/2025"),
        ("DS ho so", 17, "Đơn vị giải quyết", "frame.agency_unknown", "UBND xã Không Có"),
    ]
    assert rejected["Người nộp / Họ và tên"].to_list()[1] == "Đặng Đức Hải"


def test_the_report_counts_each_rule_and_row(tmp_path: Path) -> None:
    report = imported(ugly_xlsx(tmp_path / "ds.xlsx")).report
    assert (report.rows_read, report.rows_kept) == (9, 3)
    assert dict(report.rules.filter(report.rules["rows"] > 0).iter_rows()) == {
        "frame.not_finished": 1,
        "intake.date_impossible": 1,
        "frame.outside_window": 1,
        "frame.no_contact": 1,
        "frame.agency_unknown": 1,
        "frame.duplicate": 1,
    }
    assert dict(report.skipped.select("code", "rows").iter_rows()) == {
        "intake.title_row": 4,
        "intake.header_row": 2,
        "intake.column_number_row": 1,
        "intake.section_row": 1,
        "intake.total_row": 1,
        "intake.empty_row": 1,
        "intake.footer_row": 4,
    }
    assert {f.code for f in report.findings} == {
        "frame.encoding_converted",
        "frame.columns_unused",
        "frame.kind_guessed",
    }


def test_every_line_of_the_report_is_a_sentence(tmp_path: Path) -> None:
    report = imported(ugly_xlsx(tmp_path / "ds.xlsx")).report
    for code in [*report.rules["code"], *report.skipped["code"]]:
        assert say_code(code) != code
    said = [say(SipasError(f.code, got=f.got, hint=f.hint, place=f.place)) for f in report.findings]
    assert said[0].startswith("tệp ds.xlsx, trang tính DS ho so: Đã chuyển 79 ô từ bảng mã cũ sang Unicode: TCVN3,")


@pytest.mark.parametrize("legacy", [True, False])
def test_the_encoding_of_the_list_does_not_change_the_frame(tmp_path: Path, legacy: bool) -> None:
    first = imported(ugly_xlsx(tmp_path / "a.xlsx", legacy=legacy))
    second = imported(ugly_xls(tmp_path / "a.xls"))
    # a person keeps the unit id and number; only the capital that TCVN3 cannot write differs in the contacts
    columns = ["unit_id", "prn", "agency", "field", "procedure"]
    assert first.frame.select(columns).equals(second.frame.select(columns))
