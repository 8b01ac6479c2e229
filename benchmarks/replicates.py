"""1,000 bootstrap replicates of 22 items in the whole and in 63 provinces, 40,000 rows: ours against R survey and svy.

Run: ``python benchmarks/replicates.py [replicates]``. All tools get the same factors (Rao, Wu & Yue) and divide by R,
so that the numbers can be compared, before any time is printed. Making replicates of its own is timed apart.
The peers have data and factors in memory. Ours is held against them twice: with reading the Parquet file and phase 1,
and from moments and factors in memory.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

from peers.answers import ITEMS, PROVINCES, STRATA, psus_per_stratum, write, write_binary
from peers.measuring import head, machine, middle, python, r, row, run

ROWS, REPLICATES, RUNS = 40_000, 1000, 9
TOLERANCE = 1e-8


def compare(mine: np.ndarray[tuple[int], np.dtype[np.float64]], theirs: Path, skip: int, tool: str) -> float:
    """Give the largest relative difference of estimates and errors, of the provinces that the tool did.

    Raises
    ------
    SystemExit
        It is above the tolerance.
    """
    found = np.fromfile(theirs)[skip:]
    provinces = (found.size // (2 * ITEMS)) - 1
    by = mine[2 * ITEMS :].reshape(2, ITEMS, PROVINCES)[:, :, :provinces]
    worst = float(np.max(np.abs(np.concatenate([mine[: 2 * ITEMS], by.ravel()]) / found - 1)))
    if not worst <= TOLERANCE:
        raise SystemExit(f"the numbers of {tool} disagree: relative {worst:.1e}")
    return worst


def measured(folder: Path, replicates: int) -> list[str]:
    """Run every tool; give a line of the table each."""
    path = write(folder, ROWS, 0.0)
    used = run(python("replicates_sipas.py", path, folder, replicates, RUNS))
    lines = [[float(word) for word in line.split()] for line in used.printed.splitlines()]
    first, made, estimated = (middle(column) for column in zip(*lines, strict=True))
    mine, own = np.fromfile(folder / "ours"), first + estimated

    def line(tool: str, making: float, seconds: float, megabytes: float, worst: float) -> str:
        ratios = (f"{seconds / own:.0f}×", f"{seconds / estimated:.0f}×")
        return row(tool, f"{making:.1f}", f"{seconds:.1f}", *ratios, f"{megabytes:.0f}", f"{worst:.0e}")

    both = f"{own:.3f} from Parquet, {estimated:.3f} from moments"
    found = [row("sipas", f"{made:.3f}", both, "1", "1", f"{used.megabytes:.0f}", "")]
    if shutil.which("Rscript"):
        write_binary(path, folder)
        units = STRATA * psus_per_stratum(ROWS)
        done = run(r("replicates.R", folder, ROWS, ITEMS, replicates, units, PROVINCES, "yes"))
        worst = compare(mine, folder / "result", 4, "R survey")
        making, _, whole, some = np.fromfile(folder / "result")[:4]
        found.append(line("R survey", making, whole + some, done.megabytes, worst))
    if importlib.util.find_spec("svy"):
        done = run(python("replicates_svy.py", path, folder, replicates, folder / "svy"))
        making, _, seconds = (float(word) for word in done.printed.split())
        found.append(line("svy", making, seconds, done.megabytes, compare(mine, folder / "svy", 0, "svy")))
    return found


def main() -> None:
    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else REPLICATES
    with tempfile.TemporaryDirectory() as name:
        rows = measured(Path(name), replicates)
    print(
        f"## {replicates:,} bootstrap replicates, {ITEMS} items, the whole and {PROVINCES} provinces, {ROWS:,} rows\n"
    )
    print(
        head(
            "tool",
            "making replicates (s)",
            "estimating (s)",
            "ratio, ours from Parquet",
            "from moments",
            "peak MB",
            "relative difference",
        )
    )
    print("\n".join(rows))
    print(f"\n{machine()}")


if __name__ == "__main__":
    main()
