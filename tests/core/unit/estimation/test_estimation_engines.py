"""DuckDB as the engine: files, names, types, and what it leaves behind."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation import Design, DuckDB, Mean, Share, collapse
from sipas.estimation.moments.row_files import files_of

DESIGN = Design(strata="h", psu="i")
Q = (Share("q", "q", (1,)),)


def data(n: int = 6, **columns: list[object]) -> pl.DataFrame:
    return pl.DataFrame({"h": ["a"] * n, "i": list(range(n)), "q": [1, 0] * (n // 2)} | columns)


def test_a_file_a_folder_and_a_pattern_are_read(tmp_path: Path) -> None:
    whole = collapse(data(), DESIGN, Q, engine=DuckDB())
    data()[:2].write_parquet(tmp_path / "b [1].parquet")
    data()[2:].write_parquet(tmp_path / "a.parquet")
    (tmp_path / "notes.txt").write_text("not rows")
    (tmp_path / "deeper").mkdir()
    data().write_parquet(tmp_path / "deeper" / "one.parquet")
    for rows in (tmp_path, str(tmp_path / "*.parquet"), tmp_path / "deeper" / "one.parquet", f"{tmp_path}/deep*/*"):
        assert collapse(rows, DESIGN, Q, engine=DuckDB()).table.equals(whole.table)
    assert collapse(tmp_path / "b [1].parquet", DESIGN, Q).table["n"].sum() == 2
    names = ["a.parquet", "b [1].parquet"]
    assert [Path(file).name for file in files_of(tmp_path)] == names
    assert files_of("s3://bucket/*.parquet") == ["s3://bucket/*.parquet"]


@pytest.mark.parametrize("rows", ["no.parquet", "no/*.parquet", ""])
def test_no_file_is_told(tmp_path: Path, rows: str) -> None:
    with pytest.raises(SipasError, match=r"estimation\.rows_not_found"):
        collapse(tmp_path / rows, DESIGN, Q, engine=DuckDB())


@pytest.mark.parametrize(
    ("second", "got"), [(pl.Series("q", [1.0, 0.5]), "Float64"), (pl.Series("other", [1, 0]), "None")]
)
def test_files_that_differ_in_a_column_are_refused(tmp_path: Path, second: pl.Series, got: str) -> None:
    data(2).write_parquet(tmp_path / "1.parquet")
    data(2).drop("q").with_columns(second).write_parquet(tmp_path / "2.parquet")
    with pytest.raises(SipasError, match=r"estimation\.files_differ") as caught:
        collapse(tmp_path, DESIGN, Q, engine=DuckDB())
    told = caught.value
    assert (told.expected, told.got, told.place.file, told.place.column) == ("Int64", got, "2.parquet", "q")


def test_files_may_differ_in_columns_nobody_asks_for(tmp_path: Path) -> None:
    data(2, z=[1, 2]).write_parquet(tmp_path / "1.parquet")
    data(2, z=["x", "y"]).write_parquet(tmp_path / "2.parquet")
    assert collapse(tmp_path, DESIGN, Q, engine=DuckDB()).table["n"].sum() == 4


def test_names_that_differ_in_case_only_are_refused() -> None:
    with pytest.raises(SipasError, match=r"estimation\.columns_alike") as caught:
        collapse(data(Q=[0] * 6), DESIGN, (*Q, Share("Q", "Q", (1,))), engine=DuckDB())
    assert caught.value.got == ["q", "Q"]
    assert collapse(data(Q=[0] * 6), DESIGN, Q, engine=DuckDB()).table["w(q in 1)"].sum() == 3


@pytest.mark.parametrize(
    "values", [[b"a"] * 6, [[1]] * 6, [dt.time(1)] * 6, [dt.datetime(2026, 1, 1, tzinfo=dt.UTC)] * 6]
)
def test_keys_without_one_way_of_writing_are_refused(values: list[object]) -> None:
    with pytest.raises(SipasError, match=r"estimation\.key_not_plain") as caught:
        collapse(data(d=values), DESIGN, Q, (("d",),), engine=DuckDB())
    assert caught.value.place.column == "d"


@pytest.mark.parametrize("values", [["1"] * 6, [[1]] * 6, [dt.date(2026, 1, 1)] * 6, [dt.timedelta(1)] * 6])
def test_what_is_no_number_is_not_added(values: list[object]) -> None:
    with pytest.raises(SipasError, match=r"estimation\.column_not_numeric"):
        collapse(data(x=values), DESIGN, (Mean("x", "x"),), engine=DuckDB())


def test_truths_and_empty_columns_are_numbers() -> None:
    found = collapse(data(x=[True] * 4 + [None] * 2, e=[None] * 6), DESIGN, (Mean("x", "x"), Mean("e", "e")))
    assert found.table.select(pl.col("wx(x)", "n(e)").sum()).row(0) == (4.0, 0)


def test_nothing_is_left_in_the_folder_for_what_does_not_fit(tmp_path: Path) -> None:
    engine = DuckDB(spill=tmp_path)
    with engine.opened(data()) as source:
        (folder,) = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o077 == 0  # rows may be spilled: nobody else reads them
        assert source.ask("SELECT current_setting('temp_directory') AS at")["at"][0] == str(folder)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(RuntimeError), engine.opened(data()):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
