"""DuckDB reads the columns of the task and adds them up, no more: the floor for anything that starts from Parquet.

Arguments: Parquet file or glob, runs. Prints CPU seconds and wall seconds of each run.
"""

from __future__ import annotations

import sys
import time

import duckdb

from peers.answers import NAMES


def main() -> None:
    path, runs = sys.argv[1], int(sys.argv[2])
    sums = ", ".join(f"SUM({name})" for name in ("w", *NAMES))
    with duckdb.connect(config={"threads": 1}) as database:
        database.execute("SET enable_progress_bar = false")
        for _ in range(runs):
            start, processor = time.perf_counter(), time.process_time()
            database.execute(f"SELECT {sums} FROM read_parquet('{path}')").fetchall()
            print(time.process_time() - processor, time.perf_counter() - start)


if __name__ == "__main__":
    main()
