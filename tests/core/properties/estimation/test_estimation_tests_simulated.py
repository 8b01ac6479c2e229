"""What tests and errors promise, seen over repeated samples; figures in the reference page on tests and small areas."""

import math

import numpy as np
import polars as pl
import pytest

from sipas.estimation import Design, table_test
from sipas.estimation.small_areas.area_model import fit, mean_squared_errors

pytestmark = pytest.mark.long
TABLES, AREAS = 400, 4000


@pytest.mark.parametrize(("statistic", "most"), [("F", 0.05), ("adjWald", 0.05)])
def test_a_true_hypothesis_is_rejected_as_often_as_said(statistic: str, most: float) -> None:
    """40 units of 15 people; both answers cluster strongly, independently of each other."""
    draws, rejected = np.random.default_rng(20261122), 0
    for _ in range(TABLES):
        first, second = (0.7 * draws.normal(size=40).repeat(15) + draws.normal(size=600) for _ in range(2))
        rows = pl.DataFrame({
            "psu": np.arange(600) // 15,
            "a": (first > 0.2).astype(int),
            "b": np.digitize(second, [-0.5, 0.5]),
        })
        rejected += table_test(rows, Design(psu="psu"), "a", "b", statistic=statistic).p_value < 0.05
    assert rejected / TABLES == pytest.approx(most, abs=3 * math.sqrt(0.05 * 0.95 / TABLES))


@pytest.mark.parametrize("method", ["REML", "ML", "FH"])
def test_mean_squared_errors_are_right_on_average(method: str) -> None:
    """30 areas in five groups of variances 0.3 to 1.5, variance of the areas 1 (Datta, Rao & Smith's first pattern)."""
    draws = np.random.default_rng(3)
    variance = np.repeat([0.3, 0.6, 0.7, 1.0, 1.5], 6)
    x = np.column_stack([np.ones(30), np.linspace(0, 1, 30)])
    true, said = np.zeros(30), np.zeros(30)
    for _ in range(AREAS):
        truth = x @ [1.0, 2.0] + draws.normal(size=30)
        direct = truth + draws.normal(size=30) * np.sqrt(variance)
        model = fit(direct, variance, x, method)
        gamma, mse = mean_squared_errors(model, variance, x)
        true += (gamma * direct + (1 - gamma) * (x @ model.coefficients) - truth) ** 2
        said += mse
    assert (said / true).reshape(5, 6).mean(axis=1) == pytest.approx(np.ones(5), abs=0.04)
