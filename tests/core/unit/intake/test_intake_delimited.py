"""CSV files: encoding, delimiter, ragged and ill-quoted rows; Parquet; typed views of columns."""

import codecs
import csv
import datetime as dt
import unicodedata
from pathlib import Path

import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.intake import read
from sipas.intake.delimited import find_delimiter, find_encoding
from sipas.intake.legacy import encode

ROWS = [
    ("Họ và tên", "Địa chỉ", "Ngày trả"),
    ("Nguyễn Thị Hường", "Tổ 3, phường Minh Xuân", "03/04/2026"),
    ("Vũ Văn Ước", "Số 5 đường 17/8", "4/4/2026"),
    ("Đặng Đức Hải", "Thôn Đồng Bụt", "05.04.26"),
]


def csv_text(delimiter: str) -> str:
    return "".join(delimiter.join(f'"{c}"' if delimiter in c else c for c in row) + "\r\n" for row in ROWS)


def windows_1258(text: str) -> bytes:
    marks = "\u0300\u0301\u0303\u0309\u0323"
    data = b""
    for letter in text:
        try:
            data += letter.encode("cp1258")
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", letter)
            base = unicodedata.normalize("NFC", "".join(c for c in parts if c not in marks))
            data += (base + "".join(c for c in parts if c in marks)).encode("cp1258")
    return data


ENCODED = {
    "utf-8": str.encode,
    "utf-8-sig": lambda text: codecs.BOM_UTF8 + text.encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "decomposed": lambda text: unicodedata.normalize("NFD", text).encode(),
    "cp1258": windows_1258,
    "tcvn3": lambda text: encode(text, "tcvn3").encode("cp1252"),
    "vni": lambda text: encode(text, "vni").encode("cp1252"),
}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ENCODED)
def test_encoding_and_delimiter_are_found(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(ENCODED[encoding](csv_text(delimiter)))
    table = read(path)
    read_back = [table.headers, *table.cells.rows()]
    assert [tuple(c.lower() for c in row) for row in read_back] == [tuple(c.lower() for c in row) for row in ROWS]
    assert table.delimiter == delimiter
    assert table.rows.to_list() == [2, 3, 4]


def test_letters_far_from_the_beginning_decide_the_encoding() -> None:
    far = b"ten;dia chi\n" + b"An;Thon 1\n" * 60_000
    assert find_encoding(far + windows_1258("Nguyễn Thị Hường;Đồng Bụt\n") * 5) == "cp1258"
    assert find_encoding(far + "Nguyễn Thị Hường;Đồng Bụt\n".encode()) == "utf-8"
    assert find_encoding(far) == "utf-8"


def test_a_broken_letter_in_utf_8_is_named(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(csv_text(";").encode() * 20 + b"\xff\xfe;x;y\n")
    with pytest.raises(SipasError) as caught:
        read(path)
    assert (caught.value.code, caught.value.place.row) == ("intake.encoding_broken", 81)


def test_a_row_with_more_fields_than_columns_is_refused_not_cut(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Họ và tên,Địa chỉ\n" + "An,Thôn 1\n" * 300 + "Bình,Thôn 2,xã A\n", encoding="utf-8")
    table = read(path)
    assert table.height == 300
    assert table.skipped.select("row", "reason").rows()[-1] == (302, "intake.row_too_long")


def test_quotes_inside_a_name_do_not_stop_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('Họ và tên;SĐT\n"Tèo" Nguyễn;1\nTrần "Bé" Ba;2\n"Lê ""Tư""";3\n', encoding="utf-8")
    assert read(path).cells["Họ và tên"].to_list() == ["Tèo Nguyễn", 'Trần "Bé" Ba', 'Lê "Tư"']


def test_an_untidy_file_leaves_other_readers_of_csv_their_length_of_a_field(tmp_path: Path) -> None:
    before = csv.field_size_limit()
    path = tmp_path / "list.csv"
    path.write_text('Họ và tên;SĐT\n"Tèo" Nguyễn;1\n', encoding="utf-8")
    read(path)
    assert csv.field_size_limit() >= before
    long = "dài " * 50_000
    path.write_text(f'Họ và tên;Ghi chú\n"Tèo" Nguyễn;{long}\n', encoding="utf-8")
    assert read(path).cells["Ghi chú"].to_list() == [long.strip()]


def test_a_quote_never_closed_is_named(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('Họ và tên;SĐT\nAn;1\n"Bình;2\n' + "Chi;3\n" * 100, encoding="utf-8")
    with pytest.raises(SipasError) as caught:
        read(path)
    assert (caught.value.code, caught.value.place.row) == ("intake.quote_open", 3)


def test_empty_lines_keep_the_numbers_of_rows(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('Danh sách\n\nHọ và tên;SĐT\nAn;1\n\n"Hai\ndòng";2\n;;\n', encoding="utf-8")
    table = read(path)
    assert table.rows.to_list() == [4, 6]
    assert table.cells["Họ và tên"].to_list() == ["An", "Hai dòng"]


def test_the_line_that_excel_writes_names_the_delimiter() -> None:
    assert find_delimiter("sep=|\r\na;b;c|d\r\n") == "|"


def test_only_spaces(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(" \n \n")
    with pytest.raises(SipasError, match="file_empty"):
        read(path)


def test_two_columns_of_one_name_and_one_without(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Họ và tên,SĐT,SĐT,\nAn,1,2,3\n", encoding="utf-8")
    assert read(path).headers == ("Họ và tên", "SĐT", "SĐT (2)", "Cột 4")


def test_parquet_reads_as_text(tmp_path: Path) -> None:
    path = tmp_path / "list.parquet"
    frame = pl.DataFrame({
        "case_id": ["A", "B"],
        "q1": pl.Series([5, None], dtype=pl.Int16),
        "weight": [1.0, 2.5],
        "day": [dt.date(2026, 4, 3), None],
        "seen": pl.Series([dt.datetime(2026, 4, 3, 14, 5, tzinfo=dt.UTC).replace(tzinfo=None), None]),
    })
    frame.write_parquet(path)
    table = read(path)
    assert table.cells.rows() == [
        ("A", "5", "1", "2026-04-03", "2026-04-03 14:05:00"),
        ("B", None, "2.5", None, None),
    ]
    assert table.rows.to_list() == [1, 2]
    assert table.dates("seen").values.to_list() == [dt.date(2026, 4, 3), None]


def test_whole_numbers_and_their_faults(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("case_id;q1\nA;5\nB;1.0\nC;1.234\nD;hai\nE;\nF;1,5\nG;-3\n", encoding="utf-8")
    parsed = read(path).integers("q1")
    assert parsed.values.to_list() == [5, 1, 1234, None, None, None, -3]
    assert parsed.faults.select("row", "column", "reason", "got").rows() == [
        (5, "q1", "intake.integer_unreadable", "hai"),
        (7, "q1", "intake.integer_unreadable", "1,5"),
    ]


def test_dates_and_their_faults(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("case_id;day\nA;03/04/2026\nB;31/02/2026\nC;\n", encoding="utf-8")
    table = read(path)
    parsed = table.dates("day")
    assert parsed.values.to_list() == [dt.date(2026, 4, 3), None, None]
    assert parsed.faults.select("row", "reason", "got").rows() == [(3, "intake.date_impossible", "31/02/2026")]
    assert table.dates("case_id").faults.height == 3


def test_an_unknown_column_lists_what_was_seen(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("case_id;day\nA;03/04/2026\n", encoding="utf-8")
    with pytest.raises(SipasError) as caught:
        read(path).texts("q9")
    assert (caught.value.code, caught.value.got) == ("intake.column_missing", ["case_id", "day"])


def test_real_numbers_are_never_guessed(tmp_path: Path) -> None:
    path = tmp_path / "weights.csv"
    path.write_text("case_id;w\nA;1.234\nB;1,5\nC;NA\nD;\nE;-2e3\nF;.5\nG;1.2.3\nH;1e999\n", encoding="utf-8")
    parsed = read(path).reals("w", missing=("NA",))
    assert parsed.values.to_list() == [1.234, None, None, None, -2000.0, 0.5, None, None]
    assert parsed.faults.select("row", "reason", "got").rows() == [
        (3, "intake.real_unreadable", "1,5"),
        (8, "intake.real_unreadable", "1.2.3"),
        (9, "intake.real_unreadable", "1e999"),
    ]
    comma = read(path).reals("w", decimal=",", missing=("NA",))
    assert comma.values.to_list() == [None, 1.5, None, None, -2000.0, None, None, None]
