"""Variance between interviewers against R, against the textbook and against how often the interval holds."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from sipas.errors import SipasError
from sipas.estimation import interviewer_variance

LOADS = (3, 8, 12, 5, 9, 20, 7, 4, 11, 1)
# R 4.2.2: anova(lm(y ~ g)), the ANOVA estimator from its mean squares, and lme4 1.1-31 lmer(y ~ 1 + (1 | g)).
R = {
    "y1": (0.243755533282, 0.2457300161, 3.4577184007, 0.001410328909),
    "y2": (0.261385256455, 0.2776725455, 3.69837909124, 0.0007773520565),
    "y3": (0.0984120208955, 0.07148678392, 1.83229998261, 0.07746372922),
}


@pytest.fixture(scope="module")
def data() -> pl.DataFrame:
    chance = np.random.default_rng(5)
    who = np.repeat(np.arange(10), LOADS)
    y1 = chance.normal(size=len(who)) + 0.7 * chance.normal(size=10)[who]
    y2 = np.clip(np.round(4 + 0.8 * y1), 1, 5)
    y3 = chance.normal(size=len(who))
    return pl.DataFrame({"g": [f"I{k}" for k in who], "y1": np.round(y1, 3), "y2": y2, "y3": np.round(y3, 3)})


@pytest.mark.parametrize("item", sorted(R))
def test_the_shares_and_the_test_are_those_of_r(data: pl.DataFrame, item: str) -> None:
    row = interviewer_variance(data, [item], "g").row(0, named=True)
    anova, reml, f, p = R[item]
    assert row["share"] == pytest.approx(anova, rel=1e-10)
    assert row["share_reml"] == pytest.approx(reml, abs=1e-6)
    assert row["f"] == pytest.approx(f, rel=1e-10)
    assert row["p"] == pytest.approx(p, rel=1e-8)
    assert row["load"] == pytest.approx(7.625)
    assert (row["answers"], row["interviewers"]) == (80, 10)


def test_with_equal_loads_the_interval_is_the_textbooks() -> None:
    """Searle: F over the quantile of F, less one, over the load, gives the ratio of the variances."""
    chance = np.random.default_rng(8)
    who = np.repeat(np.arange(6), 7)
    y = chance.normal(size=42) + chance.normal(size=6)[who]
    row = interviewer_variance(pl.DataFrame({"interviewer": who, "y": y}), ["y"], level=0.9).row(0, named=True)
    for end, tail in (("low", 0.95), ("high", 0.05)):
        ratio = (row["f"] / stats.f.ppf(tail, 5, 36) - 1) / 7
        assert row[end] == pytest.approx(ratio / (1 + ratio), rel=1e-9)


def test_the_interval_holds_as_often_as_it_says_with_unequal_loads() -> None:
    chance = np.random.default_rng(1)
    who = np.repeat(np.arange(10), LOADS)
    hits = 0
    for _ in range(300):
        y = chance.normal(size=80) + 0.5 * chance.normal(size=10)[who]
        row = interviewer_variance(pl.DataFrame({"interviewer": who, "y": y}), ["y"]).row(0, named=True)
        hits += row["low"] <= 0.2 <= row["high"]
    assert 0.91 <= hits / 300 <= 0.985


def test_gaps_are_left_out_and_what_cannot_be_known_is_missing(data: pl.DataFrame) -> None:
    gaps = data.with_columns(y1=pl.when(pl.col("g") == "I3").then(None).otherwise("y1"))
    assert interviewer_variance(gaps, ["y1"], "g")["interviewers"][0] == 9
    same = data.with_columns(y1=pl.lit(4.0))
    one = data.filter(g="I1")
    each = data.unique("g")
    for table in (same, one, each):
        assert interviewer_variance(table, ["y1"], "g")["share"][0] is None
    with pytest.raises(SipasError):
        interviewer_variance(data, ["y1"], "g", level=1.0)
    with pytest.raises(SipasError):
        interviewer_variance(data, ["nothing"], "g")
