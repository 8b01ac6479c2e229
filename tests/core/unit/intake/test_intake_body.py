"""Rows below the head that look like records and are not, and records that look like something else."""

from pathlib import Path

import pytest

from sipas.intake import OfficeTable, read

HEAD = "STT;Họ và tên;SĐT;Lĩnh vực;Ngày trả"
RECORD = "1;An Bình;0912;Đất đai;03/04/2026"


def table(tmp_path: Path, *lines: str, head: str = HEAD) -> OfficeTable:
    path = tmp_path / "list.csv"
    path.write_text("\n".join([head, *lines]) + "\n", encoding="utf-8")
    return read(path)


def reasons(found: OfficeTable) -> dict[int, str]:
    return {row: reason for row, reason in found.skipped.select("row", "reason").iter_rows() if row > 1}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Tổng cộng;;2;;", "intake.total_row"),
        ("TỔNG SỐ HỒ SƠ;;;;15", "intake.total_row"),
        (";Tổng:;2;;", "intake.total_row"),
        ("Cộng;;2;;", "intake.total_row"),
        ("Cộng trang 1;;2;;", "intake.total_row"),
        ("II;Lĩnh vực Hộ tịch;;;", "intake.section_row"),
        (";Phường Minh Xuân;;;", "intake.section_row"),
        ("stt;Họ và tên;SĐT;Lĩnh vực;Ngày trả", None),
        (HEAD, "intake.repeated_header_row"),
    ],
)
def test_rows_between_records(tmp_path: Path, line: str, reason: str | None) -> None:
    found = table(tmp_path, RECORD, line, RECORD)
    assert reasons(found) == ({3: reason} if reason else {})
    assert found.rows.to_list() == ([2, 4] if reason else [2, 3, 4])


@pytest.mark.parametrize(
    "line",
    [
        "Tổng công ty Điện lực;An;0912;Đất đai;03/04/2026",
        ";Cộng đồng dân cư thôn 3;;Đất đai;",
        "1;2;3;4;5",
        "7;;;;",
        "AB12CD34EF;;;;",
        ";;0912345678;;",
        "Tổng Văn Bình;;0912;;03/04/2026",
    ],
)
def test_records_that_look_like_something_else_stay(tmp_path: Path, line: str) -> None:
    found = table(tmp_path, RECORD, line, RECORD)
    assert found.rows.to_list() == [2, 3, 4]


def test_numbers_of_columns_directly_below_a_head(tmp_path: Path) -> None:
    found = table(tmp_path, "1;2;3;4;5", RECORD, HEAD, "(1);(2);(3);(4);(5)=(3)+(4)", RECORD)
    assert set(reasons(found)) == {2, 4, 5}
    assert found.rows.to_list() == [3, 6]


def test_the_foot_begins_at_the_first_sign_of_it(tmp_path: Path) -> None:
    found = table(
        tmp_path, RECORD, "2;Bé Ba;;;", ";;;;Tuyên Quang, ngày 1 tháng 10 năm 2026", ";;;;TRƯỞNG PHÒNG", ";;;;Lê Tư"
    )
    assert reasons(found) == {4: "intake.footer_row", 5: "intake.footer_row", 6: "intake.footer_row"}
    assert found.height == 2


def test_a_section_is_a_column_of_its_records(tmp_path: Path) -> None:
    head = "STT;Họ và tên;SĐT;Địa chỉ;Ngày trả"
    found = table(tmp_path, "I;Đất đai;;;", RECORD, RECORD, "II. ;Hộ tịch;;;", RECORD, head=head)
    assert found.cells["Mục (nhóm dòng)"].to_list() == ["Đất đai", "Đất đai", "Hộ tịch"]


def test_a_head_of_two_rows_without_merged_cells(tmp_path: Path) -> None:
    found = table(tmp_path, ";Họ tên;SĐT;;", RECORD, head="STT;Người nộp;;Lĩnh vực;Ngày trả")
    assert found.headers == ("STT", "Người nộp / Họ tên", "Người nộp / SĐT", "Lĩnh vực", "Ngày trả")


def test_a_title_of_two_cells_is_no_head(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"UBND XÃ TÂN LONG;;;CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM;\n\n{HEAD}\n{RECORD}\n", encoding="utf-8")
    found = read(path)
    assert found.headers[1] == "Họ và tên"
    assert found.rows.to_list() == [4]
