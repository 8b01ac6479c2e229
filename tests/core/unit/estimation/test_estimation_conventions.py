"""Choices that do not exist, and what the choices say where little is known."""

import numpy as np
import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation import (
    Conventions,
    Design,
    Mean,
    Pooled,
    Ratio,
    Request,
    Share,
    collapse,
    estimate,
    estimate_rows,
    log_interval,
    share_interval,
)
from sipas.estimation.linear.effects import design_effects
from sipas.estimation.linear.grid import grids
from sipas.estimation.linear.linearise import ratios

ROWS = pl.DataFrame({"u": ["a", "b", "c"], "w": [1.0, 2.0, 1.5], "q": [1, 0, 1], "x": [-1.0, -2.0, 0.5]})
DESIGN = Design(weight="w", psu="u")
MEASURES = (
    Share("q", "q", (1,)),
    Mean("x", "x"),
    Pooled("both", (("q", (1,)),)),
    Ratio("r", "x", "q"),
)


@pytest.mark.parametrize(
    ("options", "code", "parameter"),
    [
        ({"interval": "exact"}, "estimation.option_unknown", "interval"),
        ({"totals": "sqrt"}, "estimation.option_unknown", "totals"),
        ({"deff": "replace"}, "estimation.option_unknown", "deff"),
        ({"level": 95}, "estimation.level_not_valid", "level"),
        ({"df": "psu"}, "estimation.degrees_not_valid", "df"),
        ({"df": float("nan")}, "estimation.degrees_not_valid", "df"),
        ({"df": 0}, "estimation.degrees_not_valid", "df"),
    ],
)
def test_refused(options: dict[str, object], code: str, parameter: str) -> None:
    with pytest.raises(SipasError) as caught:
        estimate(collapse(ROWS, DESIGN, MEASURES), **options)
    assert (caught.value.code, caught.value.parameter) == (code, parameter)


def test_refused_by_the_functions_themselves() -> None:
    one = np.array([0.4])
    with pytest.raises(SipasError) as caught:
        share_interval(one, one, one, one, one, method="exact")
    assert caught.value.code == "estimation.option_unknown"
    (grid,) = grids(collapse(ROWS, DESIGN, MEASURES), ("all",))
    found = ratios(grid, MEASURES[:1])
    with pytest.raises(SipasError) as caught:
        design_effects(found, MEASURES[:1], ("top_box",), found.values, found.values, "replace")
    assert (caught.value.code, caught.value.parameter) == ("estimation.option_unknown", "deff")


def test_estimate_rows_takes_the_same_choices() -> None:
    chosen = Conventions(interval="wilson", df="design", deff="wor", level=0.9)
    direct = estimate(collapse(ROWS, DESIGN, MEASURES), interval="wilson", df="design", deff="wor", level=0.9)
    assert estimate_rows(ROWS, DESIGN, MEASURES, conventions=chosen).equals(direct)


def test_a_total_below_0_has_no_interval_of_logarithms_and_a_great_error_no_end() -> None:
    table = estimate(collapse(ROWS, DESIGN, MEASURES), (Request("x", "total"), Request("q", "count")), totals="log")
    assert table["low"].is_null().to_list() == [True, False]
    low, high = log_interval(np.array([1.0]), np.array([1e6]), np.array([3.0]))
    assert (low[0], high[0]) == (0.0, np.inf)


def test_pooled_answers_have_no_design_effect_and_weights_below_the_answers_none_without_replacement() -> None:
    table = estimate(collapse(ROWS, DESIGN, MEASURES))
    assert table["deff"].is_null().to_list() == [False, False, True, False]
    small = ROWS.with_columns(w=pl.col("w") / 10)
    assert estimate(collapse(small, DESIGN, MEASURES), deff="wor")["deff"].null_count() == 4
