"""Means of the items in 63 provinces with errors, and the pooled index, in svy.

Arguments: Parquet file, file for the numbers, how many of the items (``answers.ITEMS`` for all), runs. Prints for each
run seconds of the design and of the estimates. The data are read and prepared before.
"""

from __future__ import annotations

import sys
import time
import warnings

import numpy as np
import polars as pl
import svy

from peers.answers import NAMES, SATISFIED


def main() -> None:
    warnings.simplefilter("ignore")
    path, result, items, runs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    chosen = list(NAMES[:items])
    data = pl.read_parquet(path).with_columns(pl.col(name).is_in(SATISFIED).cast(pl.Float64) for name in NAMES)
    answered = [pl.col(name).is_not_null().cast(pl.Float64) for name in NAMES]
    data = data.with_columns(y=pl.sum_horizontal(NAMES), m=pl.sum_horizontal(answered)).drop(NAMES[items:])
    missing = any(data[name].null_count() for name in chosen)
    for _ in range(runs):
        start = time.perf_counter()
        sample = svy.Sample(data, svy.Design(stratum="stratum", psu="psu", wgt="w"))
        built = time.perf_counter()
        found = sample.estimation.mean(chosen, by="province", drop_nulls=missing)
        index = sample.estimation.ratio(y="y", x="m")
        done = time.perf_counter()
        print(built - start, done - built)
    by_item = [sorted((row.by_level[0], row.est, row.se) for row in one.estimates) for one in found]
    whole = index.estimates[0]
    numbers = [row[place] for place in (1, 2) for rows in by_item for row in rows]
    np.array([*numbers, whole.est, whole.se]).tofile(result)


if __name__ == "__main__":
    main()
