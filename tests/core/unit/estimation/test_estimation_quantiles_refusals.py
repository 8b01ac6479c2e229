"""What quantiles refuse, and what they say where little is known."""

import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation import Design, quantile

ROWS = pl.DataFrame({"w": [1.0, 2.0, 1.5, 1.0], "u": ["a", "b", "c", "d"], "x": [1.0, 2.0, 3.0, None]})
DESIGN = Design(weight="w", psu="u")


@pytest.mark.parametrize(
    ("options", "code", "parameter"),
    [
        ({"probabilities": ()}, "estimation.probability_not_valid", "probabilities"),
        ({"probabilities": (0.5, 1.0)}, "estimation.probability_not_valid", "probabilities"),
        ({"probabilities": (float("nan"),)}, "estimation.probability_not_valid", "probabilities"),
        ({"rule": "hf3"}, "estimation.option_unknown", "rule"),
        ({"interval": "score"}, "estimation.option_unknown", "interval"),
        ({"level": 1.0}, "estimation.level_not_valid", "level"),
        ({"df": -1}, "estimation.degrees_not_valid", "df"),
        ({"df": "psus"}, "estimation.degrees_not_valid", "df"),
        ({"column": "y"}, "estimation.column_unknown_without_like", "y"),
        ({"column": "u"}, "estimation.column_not_numeric", "u"),
    ],
)
def test_refused(options: dict[str, object], code: str, parameter: str) -> None:
    given = {"column": "x", "probabilities": (0.5,), **options}
    with pytest.raises(SipasError) as caught:
        quantile(ROWS, DESIGN, **given)
    assert (caught.value.code, caught.value.parameter) == (code, parameter)


def test_a_value_that_is_not_finite_with_its_row() -> None:
    rows = ROWS.with_columns(x=pl.Series([1.0, 2.0, float("nan"), None]))
    with pytest.raises(SipasError) as caught:
        quantile(rows, DESIGN, "x")
    assert (caught.value.code, caught.value.place.row, caught.value.place.column) == (
        "estimation.value_not_finite",
        3,
        "x",
    )


def test_the_greatest_value_has_no_upper_end_and_no_error() -> None:
    row = quantile(ROWS, DESIGN, "x", (0.99,)).row(0, named=True)
    assert (row["estimate"], row["high"], row["se"]) == (3.0, None, None)


def test_one_row_has_a_quantile_and_no_more() -> None:
    row = quantile(ROWS.head(1), DESIGN, "x", (0.5,), rule="hf7").row(0, named=True)
    assert [row[name] for name in ("estimate", "se", "low", "high", "df", "n")] == [1.0, None, None, None, 0.0, 1]


def test_no_rows_give_no_rows() -> None:
    assert quantile(ROWS.head(0), DESIGN, "x").height == 0


def test_a_census_is_its_own_interval() -> None:
    rows = ROWS.with_columns(N=pl.lit(4.0))
    row = quantile(rows, Design(weight="w", psu="u", population="N"), "x", (0.5,)).row(0, named=True)
    assert [row[name] for name in ("estimate", "se", "low", "high")] == [2.0, 0.0, 2.0, 2.0]
