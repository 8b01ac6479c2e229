"""Files that people take along: what stands in them is text, and their names are safe."""

from __future__ import annotations

import io

import openpyxl
import pytest

from sipas_web.shared.downloads import CSV, Cell, attachment, csv_lines, xlsx_file


def written(heads: list[str], rows: list[list[Cell]]) -> list[tuple[object, ...]]:
    with xlsx_file("Trang", heads, rows) as file:
        page = openpyxl.load_workbook(file).worksheets[0]
        assert {cell.data_type for row in page.rows for cell in row} <= {"s", "n"}  # "f" is a formula
        return list(page.values)


@pytest.mark.parametrize("text", ["=1+1", " =1+1", "+84 912", "-x", "@SUM(A1)", "\t=1", "＝1+1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    csv = b"".join(csv_lines(["Ô"], [[text]])).decode("utf-8-sig")
    assert csv.split("\r\n", 1)[1].strip("\r\n").strip('"').startswith("'")
    ((_head,), (cell,)) = written(["Ô"], [[text]])
    assert cell == text


def test_numbers_stay_numbers_and_letters_keep_their_marks() -> None:
    assert b"".join(csv_lines(["Tỉnh", "n"], [["Đồng Nai", -3], [None, 1.5]])).decode() == (
        "\ufeffTỉnh,n\r\nĐồng Nai,-3\r\n,1.5\r\n"
    )
    assert written(["Tỉnh", "n"], [["Đồng Nai", -3]])[1] == ("Đồng Nai", -3)


@pytest.mark.parametrize("content", [b"x", io.BytesIO(b"x"), iter([b"x"])])
def test_whatever_is_given_is_an_attachment(content: object) -> None:
    answer = attachment(content, "biểu mẫu\r\n.csv", CSV)  # type: ignore[arg-type]
    given = answer.headers["Content-Disposition"]
    assert given.startswith("attachment; filename*=utf-8''")
    assert "\n" not in given
