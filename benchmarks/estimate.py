"""22 items × 63 provinces with errors, and the pooled index: ours from Parquet against R survey and svy in memory.

Run: ``python benchmarks/estimate.py [rows:share of answers missing ...]``; 10000000:0 and 10000000:0.05 take half an
hour and 15 GB. Ours includes reading the file; the peers have the data in memory, prepared, and their building of the
design is stated apart and not in the ratio. Every tool runs in a process of its own; the numbers are compared before
any time is printed. Above a million rows with missing answers the peers, which would need more than ten minutes or
20 GB, are timed on 2 and on 6 items; what is said of them is the straight line through both, at 22 items.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from peers.answers import ITEMS, MILLION, PROVINCES, Reals, write, write_binary
from peers.measuring import head, machine, middle, python, r, row, run

DEFAULT = ("40000:0", "40000:0.05", "1000000:0", "1000000:0.05")
TOLERANCE = 1e-8
FEW, SOME = 2, 6  # items a peer is timed on where all would take more than ten minutes or 20 GB


@dataclass(frozen=True)
class Result:
    """One tool on one task: seconds of estimating and of its design, memory, the numbers, how many items."""

    tool: str
    seconds: float
    design: float
    processor: float
    megabytes: float
    numbers: Reals
    items: int = ITEMS
    more: float = 0.0

    @property
    def scaled(self) -> float:
        """Seconds for all items: of those timed, or on the line through the times of a few and of some."""
        return self.seconds + self.more * (ITEMS - self.items)


def ours(path: Path, folder: Path, runs: int) -> Result:
    used = run(python("domains_sipas.py", path, folder / "ours", runs))
    each = [[float(word) for word in line.split()] for line in used.printed.splitlines()]
    whole, processor, _ = (middle(column) for column in zip(*each, strict=True))
    return Result("sipas, from Parquet", whole, 0.0, processor, used.megabytes, np.fromfile(folder / "ours"))


def with_r(folder: Path, rows: int, way: str, items: int, *, runs: int) -> Result:
    times = []
    for _ in range(runs):
        used = run(r("domains.R", folder, rows, items, way))
        times.append(np.fromfile(folder / "result"))
    design, seconds = (middle(float(one[place]) for one in times) for place in (0, 1))
    tool = {"items": "R survey, svyby item by item", "together": "R survey, svyby of all items"}.get(
        way, "R survey, svyby of totals, delta method"
    )
    return Result(tool, seconds, design, used.processor, used.megabytes, times[0][2:], items)


def with_svy(path: Path, folder: Path, items: int, *, runs: int) -> Result:
    used = run(python("domains_svy.py", path, folder / "svy", items, runs))
    each = [[float(word) for word in line.split()] for line in used.printed.splitlines()]
    design, seconds = (middle(column) for column in zip(*each, strict=True))
    return Result("svy, mean(by=)", seconds, design, used.processor, used.megabytes, np.fromfile(folder / "svy"), items)


def scaled(timed: Callable[[int], Result], *, all_items: bool) -> Result:
    """Time all items, or a few and some and what each more costs."""
    if all_items:
        return timed(ITEMS)
    few, some = timed(FEW), timed(SOME)
    return replace(some, more=(some.seconds - few.seconds) / (SOME - FEW))


def peers(path: Path, folder: Path, rows: int, missing: float) -> list[Result]:
    """Run what is installed; R by the ways that can be had at this size."""
    runs = 3 if rows <= 100_000 else 1
    every = rows <= MILLION or missing == 0
    found = []
    if shutil.which("Rscript"):
        write_binary(path, folder)
        ways = ["together"] if missing == 0 else ["totals", "items"] if rows <= 100_000 else ["totals"]
        for way in ways:
            timed = partial(with_r, folder, rows, way, runs=1 if way == "items" else runs)
            found.append(scaled(timed, all_items=every))
    if importlib.util.find_spec("svy"):
        found.append(scaled(partial(with_svy, path, folder, runs=runs), all_items=every))
    return found


def difference(mine: Result, theirs: Result) -> float:
    """Give the largest relative difference of the estimates and errors that both made.

    Raises
    ------
    SystemExit
        It is above the tolerance.
    """
    table = mine.numbers[:-2].reshape(2, ITEMS, PROVINCES)[:, : theirs.items]
    wanted = table.ravel() if theirs.items < ITEMS else mine.numbers
    found = theirs.numbers[: wanted.size] if theirs.items < ITEMS else theirs.numbers
    worst = float(np.max(np.abs(wanted / found - 1)))
    if not worst <= TOLERANCE:
        raise SystemExit(f"the numbers of {theirs.tool} disagree: relative {worst:.1e}")
    return worst


def compare(rows: int, missing: float, folder: Path) -> None:
    path = write(folder, rows, missing)
    mine = ours(path, folder, runs=9 if rows <= 100_000 else 5)
    others = peers(path, folder, rows, missing)
    worst = {one.tool: f"{difference(mine, one):.0e}" for one in others}
    print(f"\n### {rows:,} rows, {missing:.0%} of the answers to each item missing\n")
    print(head("tool", "seconds", "its design (s)", "CPU s of the process", "peak MB", "ratio", "relative difference"))
    for one in (mine, *others):
        part = "" if one.items == ITEMS else f" ({one.items} items: {one.seconds:.1f}; each more: {one.more:.1f})"
        ratio = "1" if one is mine else f"{one.scaled / mine.scaled:.0f}×"
        cells = (f"{one.scaled:.3f}{part}", f"{one.design:.2f}", f"{one.processor:.1f}", f"{one.megabytes:.0f}")
        print(row(one.tool, *cells, ratio, worst.get(one.tool, "")), flush=True)


def main() -> None:
    print("## 22 items × 63 provinces with errors, and the index")
    for task in sys.argv[1:] or DEFAULT:
        rows, missing = task.split(":")
        with tempfile.TemporaryDirectory() as folder:
            compare(int(rows), float(missing), Path(folder))
    print(f"\n{machine()}")


if __name__ == "__main__":
    main()
