"""Numbers at the edge of what sums hold, and requests for nothing."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation import (
    Design,
    Mean,
    Moments,
    Ratio,
    Request,
    collapse,
    contrast,
    estimate,
    function_of,
    grids,
    merge,
    quantile,
    quantiles_of,
    ratios,
)


def effect(rows: dict[str, list[float]], statistic: str) -> float | None:
    measure = Ratio("x", "x", "y") if "y" in rows else Mean("x", "x")
    table = estimate(collapse(pl.DataFrame(rows), Design(), (measure,)), (Request("x", statistic),))
    return table["deff"].item()


@pytest.mark.parametrize("statistic", ["mean", "total"])
def test_a_spread_that_the_sums_do_not_hold_has_no_design_effect(statistic: str) -> None:
    """Simple samples have an effect of 1; cancelled sums gave 0.23."""
    near = [float(v) for v in range(10)]
    assert effect({"x": [1e3 + v for v in near]}, statistic) == pytest.approx(1, rel=1e-6)
    assert effect({"x": [1e8 + v for v in near]}, statistic) is None
    assert effect({"x": [0.1] * 10}, statistic) is None


def test_a_ratio_without_spread_has_no_design_effect() -> None:
    """Numerators in proportion to denominators leave rounding alone."""
    assert effect({"x": [0.3, 0.6, 0.9], "y": [0.1, 0.2, 0.3]}, "ratio") is None
    assert effect({"x": [0.3, 0.7, 0.9], "y": [0.1, 0.2, 0.3]}, "ratio") is not None


@pytest.mark.parametrize("rule", ["hf4", "hf5", "hf6", "hf7", "hf8", "hf9"])
@pytest.mark.parametrize("weight", [1e-9, 0.1, 1.0, 3e7])
def test_interpolation_gives_a_value_where_its_position_is_p(rule: str, weight: float) -> None:
    """The middle of seven under all rules but hf4, whatever the common weight."""
    values, weights = np.arange(1.0, 8.0), np.full(7, weight)
    p = 4 / 7 if rule == "hf4" else 0.5
    assert quantiles_of(values, weights, np.array([p]), rule)[0] == 4.0
    assert quantiles_of(values, weights, np.array([p + 1e-6]), rule)[0] > 4.0


def test_small_weights_do_not_lose_the_interval() -> None:
    """The same quantile, error and interval as with weights of 1."""
    rows = pl.DataFrame({"v": [float(v) for v in range(1, 16)], "w": [1e-9] * 15, "one": [1.0] * 15})
    found = [quantile(rows, Design(weight=w), "v", (0.5,), rule="hf7").row(0, named=True) for w in ("w", "one")]
    for name in ("estimate", "se", "low", "high"):
        assert found[0][name] == pytest.approx(found[1][name], rel=1e-9)
    assert found[0]["estimate"] == 8.0


def test_nothing_asked_gives_an_empty_table() -> None:
    """With the columns of the others."""
    (grid,) = grids(collapse(pl.DataFrame({"x": [1.0, 2.0, 4.0]}), Design(), (Mean("x", "x"),)))
    one = ratios(grid, (Mean("x", "x"),))
    full = contrast(one, {"c": {"x": 1.0}})
    for empty in (contrast(one, {}), function_of(one, {}), function_of(one, {}, of={"a": ("", "x")})):
        assert empty.height == 0
        assert empty.schema == full.schema


def part(name: str) -> Moments:
    return collapse(pl.DataFrame({"x": [1.0, 2.0]}), Design(), (Mean("x", "x"),), part=name)


def test_parts_that_are_not_there_are_refused() -> None:
    """A misspelt correction would be counted beside what it corrects."""
    both = merge([part("1"), part("2")])
    for wrong in (lambda: both.without("3"), lambda: both.replaced(part("3"))):
        with pytest.raises(SipasError) as caught:
            wrong()
        assert (caught.value.code, caught.value.got) == ("estimation.part_unknown", "3")
        assert caught.value.expected == ["1", "2"]
    assert both.without("3", strict=False).parts == ("1", "2")
    assert both.replaced(part("3"), strict=False).parts == ("1", "2", "3")
    assert both.replaced(part("2")).table.equals(both.table)
