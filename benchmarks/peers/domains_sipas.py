"""Means of the items in 63 provinces with errors, and the pooled index, in this library, from Parquet.

More than is asked is made: all items and the index, in the provinces and the whole, with intervals and design effects.

Arguments: Parquet file or glob, file for the numbers, runs. Prints for each run wall seconds and CPU seconds of all,
and wall seconds of phase 2 alone.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import polars as pl

from peers.answers import NAMES, SATISFIED
from sipas.estimation import Design, Measure, Pooled, Share, collapse, estimate

ITEMS = tuple((name, SATISFIED) for name in NAMES)
MEASURES: tuple[Measure, ...] = (*(Share(name, name, codes) for name, codes in ITEMS), Pooled("index", ITEMS))
DESIGN = Design(weight="w", strata="stratum", psu="psu")


def main() -> None:
    path, result, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    for _ in range(runs):
        start, processor = time.perf_counter(), time.process_time()
        moments = collapse(path, DESIGN, MEASURES, (("province",),))
        collapsed = time.perf_counter()
        found = estimate(moments)
        done = time.perf_counter()
        print(done - start, time.process_time() - processor, done - collapsed)
    index = found.filter(pl.col("domain_kind") == "all", pl.col("variable") == "index")
    by_province = found.filter(pl.col("domain_kind") == "province", pl.col("variable") != "index")
    table = by_province.with_columns(pl.col("domain").cast(pl.Int64)).sort("domain", maintain_order=True)
    columns = [table.filter(pl.col("variable") == name) for name in NAMES]
    numbers = [value for column in ("estimate", "se") for one in columns for value in one[column]]
    np.array([*numbers, index["estimate"][0], index["se"][0]]).tofile(result)


if __name__ == "__main__":
    main()
