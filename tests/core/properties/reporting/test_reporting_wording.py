"""Written numbers against a slow, obvious twin in exact fractions."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from sipas.reporting.wording import half_width, number, places, share, signed


def written(exact: Fraction) -> str:
    """Round half away from zero to hundredths, digit by digit."""
    sign = "-" if exact < 0 else ""
    hundredths, rest = divmod(abs(exact) * 100, 1)
    hundredths += rest >= Fraction(1, 2)
    whole, cents = divmod(int(hundredths), 100)
    groups: list[str] = []
    digits = str(whole)
    while digits:
        groups.insert(0, digits[-3:])
        digits = digits[:-3]
    return ("" if hundredths == 0 else sign) + ".".join(groups) + f",{cents:02d}"


def decimals(low: int, high: int) -> st.SearchStrategy[str]:
    """Numbers as a person would write them, with many halves among them."""
    fraction = st.one_of(st.just("5"), st.text("0123456789", min_size=1, max_size=6))
    cents = st.integers(0, 99).map(lambda c: f"{c:02d}")
    return st.tuples(st.integers(low, high), cents, fraction).map(lambda t: f"{t[0]}.{t[1]}{t[2]}")


@given(decimals(0, 99))
def test_percentages(text: str) -> None:
    assert number(float(text)) == written(Fraction(text))


@given(decimals(0, 99))
def test_shares_lose_nothing_on_their_way_to_percent(text: str) -> None:
    value = float(f"0.{text.replace('.', '')}")
    exact = Fraction(repr(value)) if "e" not in repr(value) else Fraction(value).limit_denominator(10**12)
    assert share(value) == written(exact * 100)


@given(decimals(-99, 99))
def test_signs(text: str) -> None:
    shown = signed(float(text))
    plain = written(Fraction(text))
    assert shown.lstrip("+−") == plain.lstrip("-")
    assert shown.startswith("+") == (not plain.startswith("-") and plain != "0,00")
    assert shown.startswith("−") == plain.startswith("-")


@given(decimals(0, 49), decimals(50, 99))
def test_half_widths(low: str, high: str) -> None:
    assert half_width(float(low), float(high)) == "±" + written((Fraction(high) - Fraction(low)) / 2)


@given(st.integers(1, 63), st.integers(0, 62))
def test_sets_of_places_hold_both_ends(low: int, more: int) -> None:
    ends = [int(part) for part in places(low, low + more).split("–")]
    assert (ends[0], ends[-1]) == (low, low + more)
