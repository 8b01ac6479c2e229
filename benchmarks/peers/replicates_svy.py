"""Means of the items with given bootstrap factors in svy, in the whole and in 63 provinces.

Arguments: Parquet file, folder with the factors, replicates, file for the numbers. Prints seconds of making replicates
of its own, of building the design with the given ones, and of the estimates.
"""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path

import numpy as np
import polars as pl
import svy

from peers.answers import NAMES, SATISFIED


def main() -> None:
    warnings.simplefilter("ignore")
    path, folder, replicates, result = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
    data = pl.read_parquet(path).with_columns(pl.col(name).is_in(SATISFIED).cast(pl.Float64) for name in NAMES)
    start = time.perf_counter()
    own = svy.Sample(data, svy.Design(stratum="stratum", psu="psu", wgt="w"))
    own.weighting.create_bs_wgts(n_reps=replicates, rstate=1)
    made = time.perf_counter() - start
    del own
    factors = np.fromfile(folder / "factors").reshape(replicates, -1)
    rows = factors[:, data["psu"].to_numpy()] * data["w"].to_numpy()
    data = data.with_columns(pl.Series(f"rw{i + 1}", rows[i]) for i in range(replicates))
    del rows, factors
    start = time.perf_counter()
    weights = svy.BootstrapWgts(prefix="rw", n_reps=replicates)
    sample = svy.Sample(data, svy.Design(stratum="stratum", psu="psu", wgt="w", rep_wgts=weights))
    built = time.perf_counter()
    whole = sample.estimation.mean(list(NAMES), method="replication")
    by = sample.estimation.mean(list(NAMES), by="province", method="replication")
    done = time.perf_counter()
    print(made, built - start, done - built)
    by_item = [sorted((row.by_level[0], row.est, row.se) for row in one.estimates) for one in by]
    ends = [one.estimates[0] for one in whole]
    numbers = [*(one.est for one in ends), *(one.se for one in ends)]
    np.array([*numbers, *(row[place] for place in (1, 2) for rows in by_item for row in rows)]).tofile(result)


if __name__ == "__main__":
    main()
