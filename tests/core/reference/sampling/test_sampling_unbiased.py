"""Weights of a draw give totals without bias: exactly over all starts, and by repetition over seeds."""

import itertools
from fractions import Fraction
from math import sqrt
from statistics import fmean, stdev

import numpy as np
import polars as pl
import pytest

from sipas.sampling import draw, inclusion_probabilities, parse_design, systematic_joint
from sipas.sampling.numbers import RANGE
from sipas.sampling.probabilities import certainty
from sipas.sampling.selection import Listing, select

SIZES = [40, 3, 7, 2, 9, 5, 6, 1, 8, 4]
VALUES = [31, 2, 9, 1, 12, 3, 8, 2, 7, 5]


def starts(total: int, n: int, ends: list[int]) -> list[tuple[int, Fraction]]:
    """One start inside each interval on which the sample does not change, with the interval's share."""
    interval = Fraction(total, n)
    breaks = sorted({Fraction(end) % interval for end in ends} | {Fraction(0), interval})
    pairs = itertools.pairwise(breaks)
    return [(int((low + high) / 2 / interval * RANGE), (high - low) / interval) for low, high in pairs]


@pytest.mark.parametrize(("method", "n"), [("systematic", 3), ("systematic", 4), ("pps_systematic", 4)])
def test_every_start_together_gives_each_unit_its_probability_and_the_total(method: str, n: int) -> None:
    by_size = method == "pps_systematic"
    sizes = SIZES if by_size else [1] * 10
    sure = certainty(np.array(sizes), n)
    others = [x for x in sizes if sure.cutoff is None or x < sure.cutoff]
    ends = list(np.cumsum(others).tolist())
    ids = [f"{i}" for i in range(10)]
    table = pl.DataFrame({"id": ids, "path": ids, "size": sizes, "number": [0] * 10})
    table = table.with_columns(parent=pl.lit(""), stratum=pl.lit("all"))
    expected = np.zeros(10)
    total = 0.0
    for start, share in starts(sure.rest, n - sure.count, ends):
        plan = Listing("", "all", 10, n, 0, sum(sizes), sure, start, 0)
        made = select(table, [plan], method)
        assert made.height == n
        drawn = made["id"].cast(pl.Int64).to_numpy()
        expected[drawn] += float(share)
        total += float(share) * sum(VALUES[i] / p for i, p in zip(drawn, made["probability"], strict=True))
    assert np.abs(expected - inclusion_probabilities(sizes, n)).max() < 1e-12
    assert abs(total - sum(VALUES)) < 1e-9


def test_joint_probabilities_add_up_as_a_fixed_size_asks() -> None:
    """Σ_j π_ij = n π_i, with j = i counted."""
    joint = systematic_joint([3, 7, 2, 9, 5, 6, 1, 8, 4], 4)
    assert np.abs(joint.sum(axis=1) - 4 * np.diag(joint)).max() < 1e-12


DESIGNS = {
    "srs": {"stages": [{"unit": "unit_id", "strata": ["a"], "size": {"rule": "fixed", "n": 30}}]},
    "pareto": {
        "stages": [{"unit": "unit_id", "size": {"rule": "fixed", "n": 60}, "method": "pareto", "measure_of_size": "x"}]
    },
    "three stages": {
        "stages": [
            {"unit": "a", "size": {"rule": "fixed", "n": 4}, "method": "pps_systematic"},
            {"unit": "b", "size": {"rule": "fixed", "n": 2}, "method": "pareto"},
            {"unit": "unit_id", "size": {"rule": "fixed", "n": 5}, "method": "systematic", "order": ["x"]},
        ]
    },
}


@pytest.mark.parametrize("name", DESIGNS)
def test_totals_over_many_seeds(name: str) -> None:
    """150 seeds; the mean of the estimates lies within 4 standard errors of the truth."""
    rows = 400
    frame = pl.DataFrame({
        "unit_id": [f"u{i:03d}" for i in range(rows)],
        "a": [f"a{i % 8 if i < 300 else i % 3}" for i in range(rows)],
        "b": [f"b{i // 8 % 4}" for i in range(rows)],
        "x": [5 + i * 7 % 11 for i in range(rows)],
        "y": [1 + (i * i) % 17 for i in range(rows)],
    })
    design = parse_design({**DESIGNS[name], "reserve": 0})
    totals, counts = [], []
    for seed in range(150):
        made = draw(frame, design, f"{seed:064x}").sample.join(frame, on="unit_id")
        totals.append(float((made["y"] * made["base_weight"]).sum()))
        counts.append(float(made["base_weight"].sum()))
    for estimates, truth in ((totals, float(frame["y"].sum())), (counts, float(rows))):
        error = stdev(estimates) / sqrt(len(estimates))
        assert abs(fmean(estimates) - truth) <= 4 * error + 1e-9
