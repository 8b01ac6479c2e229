"""Vietnamese text: form, order, search, numbers, dates."""

import datetime as dt
import unicodedata
from decimal import Decimal

import pytest

from sipas.intake.vietnamese import clean, format_date, format_number, nfc, search_key, sort_key


def test_decomposed_name_becomes_composed() -> None:
    assert nfc(unicodedata.normalize("NFD", "Nguyễn Thị Hường")) == "Nguyễn Thị Hường"


def test_clean_takes_out_what_cannot_be_seen() -> None:
    assert clean(" \u200bTrần\u00a0\n Văn  Bé\ufeff ") == "Trần Văn Bé"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Đồng Nai", "dong nai"),
        ("  ĐẶNG   Thị  Ước ", "dang thi uoc"),
        ("TP. Hồ Chí Minh", "tp. ho chi minh"),
        (unicodedata.normalize("NFD", "Nguyễn"), "nguyen"),
    ],
)
def test_search_key(text: str, key: str) -> None:
    assert search_key(text) == key


def test_vietnamese_order_where_code_points_are_wrong() -> None:
    right = [
        "An",
        "Ăn",
        "Ân",
        "Bà Rịa - Vũng Tàu",
        "Cần Thơ",
        "Dương",
        "Đà Nẵng",
        "Em",
        "Ê",
        "Ơ",
        "Uy",
        "Ưng",
        "Y",
    ]
    assert sorted(sorted(right), key=sort_key) == right


def test_tones_in_dictionary_order_and_syllable_by_syllable() -> None:
    right = ["ba", "ba ba", "bà", "bà ba", "bả", "bã", "bá", "bạ", "bác"]
    assert sorted(sorted(right), key=sort_key) == right


def test_numbers_sort_by_value() -> None:
    right = ["Phường 1", "Phường 2", "Phường 10", "Phường An Khánh"]
    assert sorted(sorted(right), key=sort_key) == right


def test_a_mark_without_letter_does_not_break_the_key() -> None:
    assert sort_key("\u0306a") != sort_key("a")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (83.935, 2, "83,94"),
        (83.945, 2, "83,95"),
        (36630, 0, "36.630"),
        (1234567.891, 1, "1.234.567,9"),
        (-0.004, 2, "0,00"),
        (-2.5, 0, "-3"),
        (Decimal("0.125"), 2, "0,13"),
        (None, 2, "–"),
        (float("nan"), 2, "–"),
    ],
)
def test_numbers_are_written_with_comma_and_rounded_half_up(
    value: float | Decimal | None, decimals: int, text: str
) -> None:
    assert format_number(value, decimals) == text


def test_dates_are_day_first() -> None:
    assert format_date(dt.date(2026, 4, 3)) == "03/04/2026"
