from __future__ import annotations

import datetime as dt

import pytest

from sipas.reporting.wording import (
    between,
    count,
    half_width,
    interval,
    number,
    official_date,
    place_change,
    places,
    roman,
    share,
    signed,
    sizes,
    uncapital,
)


@pytest.mark.parametrize(
    ("value", "written"),
    [(83.945, "83,95"), (80.075, "80,08"), (2.675, "2,68"), (0.0, "0,00"), (None, "–"), (float("nan"), "–")],
)
def test_a_percentage_is_rounded_half_up_once(value: float | None, written: str) -> None:
    assert number(value) == written


def test_a_share_keeps_its_half_through_the_change_to_percent() -> None:
    assert share(0.83945) == "83,95"
    assert 0.83945 * 100 != 83.945  # the float would have been rounded down or up by chance


def test_signs_are_true_minus_and_plus() -> None:
    assert [signed(x) for x in (1.2, -0.4, 0.0, -0.001, 0.004, None)] == ["+1,20", "−0,40", "0,00", "0,00", "0,00", "–"]


def test_intervals() -> None:
    assert interval(84.9, 87.605) == "84,90–87,61"
    assert between(-1.234, 4.4449) == "−1,23; 4,44"
    assert half_width(84.9, 87.6) == "±1,35"
    assert half_width(0.5, 0.6001, shares=True) == "±5,01"
    assert interval(None, 3.0) == between(1.0, None) == half_width(None, None) == "–"


def test_places() -> None:
    assert (places(3, 11), places(4, 4), places(None, 2)) == ("3–11", "4", "–")
    assert [place_change(*p) for p in ((7, 4), (4, 6), (5, 5), (None, 1))] == ["+3", "−2", "0", "–"]


def test_dates_of_official_documents() -> None:
    assert official_date(dt.date(2026, 2, 3)) == "ngày 03 tháng 02 năm 2026"
    assert official_date(dt.date(2026, 11, 21)) == "ngày 21 tháng 11 năm 2026"


def test_counts_romans_and_first_letters() -> None:
    assert (count(36630), count(None)) == ("36.630", "–")
    assert [roman(n) for n in (1, 4, 9, 14, 39)] == ["I", "IV", "IX", "XIV", "XXXIX"]
    assert (uncapital("Phiếu khảo sát"), uncapital("TTHC công khai")) == ("phiếu khảo sát", "TTHC công khai")
    assert (sizes([5, 5]), sizes([1200, 30])) == ("n = 5", "n từ 30 đến 1.200")
