"""Means of the items with bootstrap replicates in this library, from Parquet, in the whole and in 63 provinces.

Arguments: Parquet file, folder for factors and numbers, replicates, runs. Prints for each run wall seconds of phase 1,
of making the factors, of the estimates with errors. Factors go to the file ``factors``, a replicate after another.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import polars as pl

from peers.answers import NAMES, SATISFIED
from sipas.estimation import Design, Share, collapse, grids
from sipas.estimation.replicates import Replication, replicate_factors, replicated_ratios

MEASURES = tuple(Share(name, name, SATISFIED) for name in NAMES)


def main() -> None:
    path, folder, replicates, runs = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    for _ in range(runs):
        start = time.perf_counter()
        moments = collapse(path, Design(weight="w", strata="stratum", psu="psu"), MEASURES, (("province",),))
        collapsed = time.perf_counter()
        factors = replicate_factors(moments, Replication(kind="rao-wu-yue", replicates=replicates, seed=20261122))
        made = time.perf_counter()
        found = [replicated_ratios(grid, MEASURES, factors) for grid in grids(moments)]
        numbers = [values for one in found for values in (one.values, np.sqrt(one.variance()))]
        print(collapsed - start, made - collapsed, time.perf_counter() - made)
    order = np.argsort([int(name) for name in found[1].grid.domains])
    whole, by = numbers[:2], [values[order].T for values in numbers[2:]]
    np.concatenate([values.ravel() for values in (*whole, *by)]).tofile(folder / "ours")
    units = factors.units["psu"].cast(pl.Int64).to_numpy()
    block = factors.source.block(0, replicates)
    by_unit = np.empty_like(block)
    by_unit[units] = block
    by_unit.T.tofile(folder / "factors")


if __name__ == "__main__":
    main()
