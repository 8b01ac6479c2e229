"""Dates as Vietnamese offices write them: the day comes first, and nothing impossible passes."""

import datetime as dt

import polars as pl
import pytest

from sipas.intake.dates import maybe_swapped, read_date, read_dates

THIRD_OF_APRIL = [
    "3/4/2026",
    "03/04/2026",
    "03-04-2026",
    "03.04.26",
    "3.4.2026",
    "03 / 04 / 2026",
    "3 4 2026",
    "3 tháng 4 năm 2026",
    "ngày 03 tháng 04 năm 2026",
    "Ngày 3 tháng 4, 2026",
    "03/04/2026 14:05",
    "ngày 03/04/2026 14:05",
    "14h05 ngày 03/04/2026",
    "14:05, 03/04/2026",
    "14:05:33 03/04/2026",
    "03/04/2026 lúc 14:05",
    "03/04/2026 14 giờ 05 phút",
    "3-4-26 8:05 SA",
    "2026-04-03",
    "2026/4/3",
    "2026-04-03 00:00:00",
    "2026-04-03T14:05:00Z",
    "2026-04-03T00:00:00+07:00",
    "20260403",
    "03042026",
    "46115",
    "46115.58",
    "3/4/2026.",
    "nga\u0300y 03/04/2026",
]


@pytest.mark.parametrize("text", THIRD_OF_APRIL)
def test_every_form_is_the_third_of_april(text: str) -> None:
    assert read_date(text) == dt.date(2026, 4, 3)


@pytest.mark.parametrize(
    "text", ["31/04/2026", "29/02/2025", "00/01/2026", "04/25/2026", "1/1/1899", "2026-13-01", "99999"]
)
def test_impossible_days(text: str) -> None:
    assert read_date(text) == "intake.date_impossible"


@pytest.mark.parametrize("text", ["hôm qua", "2026", "tháng 4/2026", "12", "1.5", "03/04", "-"])
def test_what_is_no_date(text: str) -> None:
    assert read_date(text) == "intake.date_unreadable"


def test_two_digits_of_a_year() -> None:
    assert read_date("01/01/79") == dt.date(2079, 1, 1)
    assert read_date("01/01/80") == dt.date(1980, 1, 1)


def test_a_column_keeps_its_rows() -> None:
    read = read_dates(pl.Series(["03/04/2026 14:05", None, "31/02/2026", "46115"]))
    assert read["date"].to_list() == [dt.date(2026, 4, 3), None, None, dt.date(2026, 4, 3)]
    assert read["reason"].to_list() == [None, None, "intake.date_impossible", None]


def test_days_and_months_exchanged_by_a_program_are_noticed() -> None:
    cells = [
        "2026-04-03 00:00:00",
        "2026-05-12 00:00:00",
        "2026-01-01 00:00:00",
        "13/04/2026",
        "25/04/2026",
        "30/04/2026",
    ]
    assert maybe_swapped(pl.Series(cells)) == 3
    assert maybe_swapped(pl.Series([*cells, "2026-04-13 00:00:00"])) == 0
    assert maybe_swapped(pl.Series([*cells, "05/04/2026"])) == 0
