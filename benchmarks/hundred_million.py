"""22 items × 63 provinces from 100 million rows, against DuckDB only reading and adding the same columns.

Run: ``python benchmarks/hundred_million.py [rows:share of answers missing:collected|shuffled ...]``. The rows are ten
Parquet files of ten million rows each, nine of them links to the first. ``collected``: province by province, as lists
are handed in; ``shuffled``: in no order. Ours does all: sums per primary unit and province, estimates, errors,
intervals. CPU seconds are compared, with one thread in both; goals: at most 2 × with missing answers, 1.6 × complete,
peak memory under 600 MB.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from peers.answers import MILLION, write_linked
from peers.measuring import head, machine, python, row, run

DEFAULT = ("100000000:0.05:collected", "100000000:0:collected", "100000000:0.05:shuffled")
RUNS = 2
MOST_MEGABYTES = 600


def compare(rows: int, missing: float, order: str, folder: Path) -> str:
    source = write_linked(folder / "rows", rows // (10 * MILLION), missing, shuffled=order == "shuffled")
    floor = run(python("adding_duckdb.py", source, RUNS))
    ours = run(python("domains_sipas.py", source, folder / "ours", RUNS))
    adding = min(float(line.split()[0]) for line in floor.printed.splitlines())
    lines = [[float(word) for word in line.split()] for line in ours.printed.splitlines()]
    wall, processor, second = min(lines, key=lambda line: line[1])
    goal = 2.0 if missing else 1.6
    met = processor <= goal * adding and ours.megabytes < MOST_MEGABYTES
    cells = (f"{adding:.1f}", f"{processor:.1f}", f"{wall:.1f}", f"{second:.3f}", f"{processor / adding:.2f}×")
    return row(f"{rows:,}", f"{missing:.0%}", order, *cells, f"{ours.megabytes:.0f}", "met" if met else "NOT met")


def main() -> None:
    print("## A hundred million rows\n")
    titles = (
        "DuckDB adds (CPU s)",
        "ours (CPU s)",
        "ours (s)",
        "of it phase 2 (s)",
        "ratio of CPU s",
        "peak MB",
        "goal",
    )
    print(head("rows", "missing", "order", *titles))
    for task in sys.argv[1:] or DEFAULT:
        rows, missing, order = task.split(":")
        with tempfile.TemporaryDirectory() as folder:
            print(compare(int(rows), float(missing), order, Path(folder)), flush=True)
    print(f"\n{machine()}")


if __name__ == "__main__":
    main()
