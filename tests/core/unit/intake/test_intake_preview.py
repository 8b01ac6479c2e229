"""A file shown from its beginning is understood as the whole of it will be."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import polars as pl
import pytest
import yaml

from sipas.errors import SipasError
from sipas.intake import LIMITS, ChosenColumns, choice_for, count_rows, preview, read_all
from sipas.intake import excerpt as excerpt_module
from sipas.intake.legacy import encode

REQUIRED = ("name", "agency", "finished_on")
HEAD = ["Mã hồ sơ", "Cơ quan giải quyết", "Họ và tên", "Ngày trả kết quả"]


def lines(count: int) -> list[list[str]]:
    return [[f"HS{n}", "Sở Nội vụ", f"Nguyễn Văn {n}", f"{n % 28 + 1:02d}/03/2026"] for n in range(count)]


def as_csv(path: Path, count: int) -> Path:
    path.write_text("\n".join(",".join(line) for line in [HEAD, *lines(count)]) + "\n", encoding="utf-8")
    return path


def as_xlsx(path: Path, count: int, merged: bool = False) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Danh sách"
    for line in ([["Người nộp", "", "Hồ sơ", ""]] if merged else []) + [HEAD, *lines(count)]:
        sheet.append(line)
    if merged:
        sheet.merge_cells("A1:B1")
        sheet.merge_cells("C1:D1")
    book.save(path)
    return path


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_a_beginning_is_understood_as_the_whole(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excerpt_module, "TEXT_BYTES", 4_000)
    monkeypatch.setattr(excerpt_module, "SMALL_WORKBOOK", 1_000)
    monkeypatch.setattr(excerpt_module, "SHEET_BYTES", 4_000)
    monkeypatch.setattr(excerpt_module, "CHUNK", 4_096)
    monkeypatch.setattr("sipas.intake.workbook_check.CHUNK", 2_048)
    monkeypatch.setattr(excerpt_module, "PARQUET_ROWS", 50)
    path = tmp_path / f"a.{kind}"
    if kind == "parquet":
        pl.DataFrame(lines(900), schema=HEAD, orient="row").write_parquet(path)
    else:
        (as_csv if kind == "csv" else as_xlsx)(path, 900)
    shown = preview(path, required=REQUIRED, purpose="transactions")
    (table,), _ = read_all(path, required=REQUIRED, purpose="transactions")
    (sheet,) = shown.sheets
    assert not shown.whole
    assert 0 < sheet.records < 900
    assert {c.header: c.target for c in sheet.columns if c.target} == {h: t for t, h in table.mapping.columns.items()}
    assert sheet.missing == ()
    assert sheet.columns[2].samples[0] == "Nguyễn Văn 0"
    assert count_rows(path, limits=LIMITS) == (900 if kind == "parquet" else 901)


def test_a_small_file_is_shown_whole(tmp_path: Path) -> None:
    shown = preview(as_xlsx(tmp_path / "a.xlsx", 5), required=REQUIRED, purpose="transactions")
    assert shown.whole
    assert shown.sheets[0].records == 5
    assert shown.sheets[0].head_row == 1


def test_merged_heads_beyond_the_beginning_still_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Merged cells stand at the end of a sheet, after all its rows."""
    monkeypatch.setattr(excerpt_module, "SMALL_WORKBOOK", 1_000)
    monkeypatch.setattr(excerpt_module, "SHEET_BYTES", 4_000)
    monkeypatch.setattr("sipas.intake.workbook_check.CHUNK", 2_048)
    path = as_xlsx(tmp_path / "a.xlsx", 900, merged=True)
    (table,), _ = read_all(path, required=REQUIRED, purpose="transactions")
    shown = preview(path, required=REQUIRED, purpose="transactions")
    assert tuple(c.header for c in shown.sheets[0].columns) == table.headers
    assert "Người nộp / Mã hồ sơ" in table.headers


def test_old_text_is_shown_as_it_stands_and_as_it_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEAD)
    for line in lines(20):
        book.active.append([line[0], line[1], encode("Nguyễn Thị Hường", "tcvn3"), line[3]])
    book.save(tmp_path / "a.xlsx")
    columns = {
        c.header: c for c in preview(tmp_path / "a.xlsx", required=REQUIRED, purpose="transactions").sheets[0].columns
    }
    assert columns["Họ và tên"].encoding == "tcvn3"
    assert columns["Họ và tên"].converted == (encode("Nguyễn Thị Hường", "tcvn3"), "Nguyễn Thị Hường")
    assert columns["Mã hồ sơ"].encoding is None


def test_days_that_are_none_are_counted(tmp_path: Path) -> None:
    rows = [*lines(3), ["HS9", "Sở Nội vụ", "A B", "02/31/2026"], ["HS8", "Sở Nội vụ", "A C", "mai"]]
    path = tmp_path / "a.csv"
    path.write_text("\n".join(",".join(line) for line in [HEAD, *rows]), encoding="utf-8")
    day = next(
        c
        for c in preview(path, required=REQUIRED, purpose="transactions").sheets[0].columns
        if c.target == "finished_on"
    )
    assert day.unreadable == 2


@pytest.mark.parametrize(
    "content",
    [b"\xff\xd8\xff\xe0" + bytes(range(256)) * 20, b"\x89PNG\r\n\x1a\n" + bytes(500), b"MIME-Version: 1.0\r\n",
     b"  \r\n<TABLE>", b"MZ\x90\x00\x03\x00" * 900, b"%PDF-1.4"],
)  # fmt: skip
def test_what_is_no_table_is_named_so(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(content)
    with pytest.raises(SipasError) as caught:
        read_all(tmp_path / "a.xls", required=REQUIRED, purpose="transactions")
    assert caught.value.code == "intake.kind_unknown"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_texts_in_every_encoding_are_tables(encoding: str, tmp_path: Path) -> None:
    text = "Mã hồ sơ,Cơ quan giải quyết,Họ và tên,Ngày trả kết quả\nA,Sở Nội vụ,Lê Văn An,01/02/2026\n"
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    assert preview(tmp_path / "a.csv", required=REQUIRED, purpose="transactions").sheets[0].missing == ()


def test_each_list_has_its_own_mapping(tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(yaml.safe_dump({"lists": {"b.csv": {"columns": {"name": "Ai"}, "constants": {"agency": "Sở X"}}}}))
    assert choice_for(path, "a.csv") is None
    chosen = choice_for(path, "b.csv")
    assert chosen is not None
    assert chosen.fit(["Ai", "Gọi"]).columns == {"name": "Ai"}
    path.write_text(yaml.safe_dump({"columns": {"name": "Ai"}}))
    assert choice_for(path, "a.csv") == ChosenColumns({"name": "Ai"}, {}, "m.yaml")
    for broken in ({"lists": ["b.csv"]}, {"lists": {"b.csv": {"columns": 3}}}, ["x"]):
        path.write_text(yaml.safe_dump(broken))
        with pytest.raises(SipasError) as caught:
            choice_for(path, "b.csv")
        assert caught.value.code == "intake.mapping_broken"


def test_a_chosen_column_that_is_not_there_is_said_where_there_is_one_sheet(tmp_path: Path) -> None:
    path = as_csv(tmp_path / "a.csv", 3)
    with pytest.raises(SipasError) as caught:
        preview(path, required=REQUIRED, purpose="transactions", mapping=ChosenColumns({"name": "Không có"}))
    assert caught.value.code == "intake.mapping_column"
