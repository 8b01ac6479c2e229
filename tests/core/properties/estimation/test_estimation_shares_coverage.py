"""How often the intervals of shares hold the truth: samples of clusters, 2,000 for each place, one fixed seed.

Units' own shares are beta with an intracluster correlation of 0.05; weights are equal, or 1 or 3 at random. Each sample
is a domain and a stratum of its own. The table of all methods: docs/reference/estimation-intervals-and-quantiles.md.
"""

import numpy as np
import polars as pl
import pytest

from sipas.estimation import Design, Moments, Share, collapse, estimate

SAMPLES, CORRELATION, SEED = 2000, 0.05, 7


def samples(share: float, units: int, each: int, *, uneven: bool) -> Moments:
    random = np.random.Generator(np.random.PCG64(SEED))
    size = SAMPLES * units * each
    spread = 1 / CORRELATION - 1
    own = np.repeat(random.beta(share * spread, (1 - share) * spread, SAMPLES * units), each)
    rows = pl.DataFrame({
        "y": (random.random(size) < own).astype(np.int16),
        "w": random.choice([1.0, 3.0], size) if uneven else np.ones(size),
        "sample": np.repeat(np.arange(SAMPLES), units * each),
        "unit": np.repeat(np.arange(SAMPLES * units), each),
    })
    design = Design(weight="w", strata="sample", psu="unit")
    return collapse(rows, design, (Share("y", "y", (1,)),), (("sample",),))


@pytest.mark.long
@pytest.mark.parametrize("uneven", [False, True])
@pytest.mark.parametrize(("units", "each"), [(8, 10), (30, 10), (30, 4), (100, 10)])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9, 0.98])
def test_coverage(share: float, units: int, each: int, uneven: bool) -> None:
    moments = samples(share, units, each, uneven=uneven)
    for interval, least in (("logit", 0.91), ("beta", 0.925), ("nchs", 0.945)):
        table = estimate(moments, domain_kinds=("sample",), interval=interval)
        holds = (table["low"] <= share + 1e-12) & (table["high"] >= share - 1e-12)
        assert holds.null_count() == 0
        assert least <= holds.mean() <= 1
