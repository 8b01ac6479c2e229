"""What may be said of figures side by side."""

from __future__ import annotations

import polars as pl
import pytest

from sipas.reporting.charts.dots import dots, rank_intervals
from sipas.reporting.charts.draw import svg
from sipas.reporting.charts.theme import alone
from sipas.reporting.figures import Value
from sipas.reporting.reading import apart, design_effects, movement, placed


def value(percent: float | None, low: float | None, high: float | None, **more: float) -> Value:
    given = dict.fromkeys(Value.__slots__) | {"node": str(percent), "percent": percent, "low": low, "high": high}
    return Value(**given | {"suppressed": percent is None} | more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.01, 2.0, "rose"), (-2.0, -0.01, "fell"), (0.0, 2.0, "undecided"), (-1.0, 0.0, "undecided")],
)
def test_a_change_is_claimed_only_where_its_interval_leaves_out_zero(low: float, high: float, expected: str) -> None:
    assert movement(value(80.0, 79.0, 81.0, change_low=low, change_high=high)) == expected
    assert movement(value(80.0, 79.0, 81.0)) == "none"


def test_values_are_told_apart_only_where_their_intervals_do_not_touch() -> None:
    middle = value(80.0, 78.0, 82.0)
    assert apart(value(85.0, 82.01, 88.0), middle) == "above"
    assert apart(value(85.0, 82.0, 88.0), middle) == ""
    assert apart(value(70.0, 68.0, 77.99), middle) == "below"
    assert apart(value(None, None, None), middle) == ""


def test_the_order_says_how_many_are_surely_above_and_below() -> None:
    values = [value(90.0, 88.0, 92.0), value(None, None, None), value(80.0, 78.0, 82.0), value(81.0, 79.0, 83.0)]
    told = [(p.value.percent, p.surely_above, p.surely_below, p.others) for p in placed(values)]
    assert told == [(80.0, 1, 0, 2), (81.0, 1, 0, 2), (90.0, 0, 2, 2)]


def test_design_effects_are_those_of_the_whole() -> None:
    table = pl.DataFrame({
        "domain_kind": ["all", "all", "all", "agency"],
        "variable": ["a", "b", "c", "a"],
        "statistic": ["top_box"] * 4,
        "deff": [1.5, 1.2, 9.0, 7.0],
    })
    assert design_effects(table, ["a", "b"]) == (1.2, 1.5)
    assert design_effects(table, ["z"]) is None


def test_a_chart_that_leaves_its_page_says_what_it_shows_and_that_it_is_simulated() -> None:
    rows = [{"name": "Sở Công Thương", "percent": 80.0, "low": 78.0, "high": 82.0}]
    drawn = svg(alone(dots(rows, "Satisfied (%)", [("Target: 85,00", 85.0)]), "Index, Tuyên Quang, 2026", "mô phỏng"))
    for text in ("Index, Tuyên Quang, 2026", "mô phỏng", "Satisfied (%)", "80,00", "Target: 85,00", "Sở Công Thương"):
        assert text in drawn
    ranked = [{"name": "a", "rank": 1, "rank_low": 1, "rank_high": 2}]
    assert "Rank (1 is the highest)" in svg(alone(rank_intervals(ranked, 2, "Rank (1 is the highest)"), "t"))
