"""Published figures: each has its mark and source, and no line crosses 2021/2022."""

import polars as pl
import pytest

from sipas.geography import find
from sipas.instrument import load
from sipas.publication import national_factors, national_line, province_values

LINE = {2017: 81, 2018: 82.99, 2019: 84.45, 2020: 85.48, 2021: 87.16, 2022: 80.08, 2023: 82.66, 2024: 83.94}


def test_national_values() -> None:
    line = national_line()
    assert dict(line.select("year", "percent").drop_nulls().rows()) == LINE
    assert line.filter(pl.col("year") == 2023).select("low_province", "high_province").row(0) == (75.03, 90.61)
    assert line.select("percent").null_count().item() == 1  # 2015 was a pilot without a national index


def test_2017_is_a_round_81_and_its_recalled_decimals_are_only_a_note() -> None:
    row = national_line().filter(pl.col("year") == 2017).row(0, named=True)
    assert (row["percent"], row["mark"], row["low_mark"]) == (81, "F", "I")
    assert "80,90" in row["note"]
    assert "80.90" in row["note_en"]


def test_the_series_breaks_between_2021_and_2022() -> None:
    series = dict(national_line().select("year", "series").rows())
    assert {y: s for y, s in series.items() if y <= 2021} == dict.fromkeys(
        [y for y in series if y <= 2021], load("sipas-2017").series
    )
    assert {s for y, s in series.items() if y >= 2022} == {load("sipas-2022").series}
    assert load("sipas-2017").series != load("sipas-2022").series


@pytest.mark.parametrize("table", [national_line(), national_factors(), province_values()])
def test_every_row_has_a_source_and_marks(table: pl.DataFrame) -> None:
    assert table["source"].str.len_chars().min() > 5
    for name in table.columns:
        if name.endswith("mark"):
            assert set(table[name].drop_nulls()) <= {"F", "D", "I", "R"}
    for name in {"percent", "low_province", "high_province"} & set(table.columns):
        assert table[name].drop_nulls().is_between(50, 100).all()
    assert table["note"].is_null().equals(table["note_en"].is_null())


def test_factors_of_2024_lie_in_their_range_and_contents_are_there() -> None:
    table = national_factors()
    assert table.group_by("year", "level").len().sort("year", "level").rows() == [
        (2022, "content", 2), (2023, "content", 2), (2023, "factor", 5), (2024, "content", 2), (2024, "factor", 5),
    ]  # fmt: skip
    ranged = table.drop_nulls("low_province")
    assert ranged.select(pl.col("percent").is_between("low_province", "high_province").all()).item()


def test_provinces_have_the_code_of_their_year() -> None:
    table = province_values()
    assert table.group_by("year").len().sort("year").rows() == [
        (2015, 10), (2017, 13), (2018, 3), (2019, 4), (2020, 19), (2021, 11), (2022, 14), (2023, 15), (2024, 13),
    ]  # fmt: skip
    import datetime as dt

    row = table.filter(pl.col("province") == "Bắc Kạn", pl.col("year") == 2023).row(0, named=True)
    assert row["code"] == find("Bắc Kạn", dt.date(2023, 12, 31), "province").code
    assert table.select("year", "code").is_duplicated().sum() == 0
    assert table["percent"].is_null().equals(table["percent_mark"].is_null())
    assert table["rank"].is_null().equals(table["rank_mark"].is_null())


def test_the_national_extremes_agree_with_the_provinces() -> None:
    best = province_values().group_by("year").agg(pl.col("percent").max(), low=pl.col("percent").min())
    for year, high, low in best.select("year", "percent", "low").rows():
        row = national_line().filter(pl.col("year") == year).row(0, named=True)
        if row["high_province"] is not None and high is not None:
            assert high <= row["high_province"]
        if row["low_province"] is not None and low is not None:
            assert low >= row["low_province"]
