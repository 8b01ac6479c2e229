"""Intervals of a change between rounds that share half their clusters hold the true change in 95 % of runs.

Four strata of 200 clusters; a cluster's level stays from round to round, up to a move of its own. Each round draws 20
clusters in every stratum, ten of which are drawn again; 12 people answer in each.
"""

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom
from tests.core.unit.scoring.made_rounds import scored

from sipas.estimation import Design
from sipas.scoring import Overlap, change

DESIGN = Design(weight="w", strata="h", psu="p")
STRATA, CLUSTERS, DRAWN, PEOPLE = 4, 200, 20, 12


def levels() -> tuple[np.ndarray, np.ndarray]:
    """Share of satisfied in every cluster in the earlier and the later round, shape (strata, clusters)."""
    random = np.random.default_rng(11)
    stratum = np.array([0.45, 0.6, 0.75, 0.85])[:, None]
    level = stratum + random.uniform(-0.3, 0.15, (STRATA, CLUSTERS))
    return level, np.clip(level + 0.02 + random.uniform(-0.05, 0.05, level.shape), 0, 1)


def round_of(level: np.ndarray, clusters: np.ndarray, random: np.random.Generator) -> pl.DataFrame:
    share = np.repeat(np.take_along_axis(level, clusters, axis=1).ravel(), PEOPLE)
    stratum = np.repeat(np.arange(STRATA), DRAWN * PEOPLE)
    codes = np.repeat((clusters + 1000 * np.arange(STRATA)[:, None]).ravel(), PEOPLE)
    answers = {name: np.where(random.random(share.size) < share, 5, 2) for name in ("a", "b", "c")}
    return pl.DataFrame({"h": stratum, "p": codes, "w": np.ones(share.size), "unit": stratum, **answers})


def hits(runs: int) -> dict[str, tuple[int, float]]:
    """For independent rounds and each rule: intervals that hold the true change of the whole, their mean width."""
    before, now = levels()
    true = 100 * float(now.mean() - before.mean())
    found = dict.fromkeys(("independent", "shared", "stacked"), (0, 0.0))
    for run in range(runs):
        random = np.random.default_rng([13, run])
        order = random.permuted(np.tile(np.arange(CLUSTERS), (STRATA, 1)), axis=1)
        early = scored(round_of(before, order[:, :DRAWN], random), DESIGN)
        late = scored(round_of(now, order[:, DRAWN // 2 : DRAWN // 2 + DRAWN], random), DESIGN)
        for name in found:
            overlap = None if name == "independent" else Overlap(rule=name)
            row = change(late, early, overlap=overlap, domain_kinds=("all",)).score.index.filter(
                pl.col("domain_kind") == "all", pl.col("node") == "index"
            )
            low, high = row["change_low"][0], row["change_high"][0]
            count, width = found[name]
            found[name] = count + (low <= true <= high), width + (high - low) / runs
    return found


def test_shared_clusters_are_known_and_shorten_the_interval() -> None:
    found = hits(6)
    assert found["shared"][1] < 0.9 * found["independent"][1]
    assert found["shared"][0] >= 4


@pytest.mark.long
def test_coverage_in_many_runs() -> None:
    found = hits(500)
    assert found["shared"][0] >= binom.ppf(0.0003, 500, 0.95)
    assert found["shared"][0] <= binom.ppf(0.9997, 500, 0.95)
    assert found["independent"][0] > found["shared"][0]
    assert found["stacked"][1] > found["shared"][1]
