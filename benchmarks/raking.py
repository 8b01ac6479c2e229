"""Raking to five margins (63, 2, 6, 5, 8 levels): this library against R survey, svy and ipfn, with margin errors.

Run: ``python benchmarks/raking.py [rows ...]`` (default 40000 1000000). Every tool runs in a process of its own, with
rows and totals in memory and the design built before. Weights of raking are compared before any time is printed.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

from peers.answers import MILLION
from peers.margins import LEVELS, TOLERANCE, margin_error, population, write_margins
from peers.measuring import HERE, Used, head, machine, middle, r, row, run

DEFAULT = (40_000, MILLION)
OURS = {
    "sipas-rake": "sipas `rake`",
    "sipas-calibrate": "sipas `calibrate`, raking",
    "sipas-logit": "sipas `calibrate`, logit with bounds (other weights)",
}
AGREE = 1e-6  # of weights: R stops on counts


def ran(tool: str, rows: int, folder: Path) -> tuple[float, Used] | None:
    """Run one tool; nothing where it is not installed."""
    if tool.startswith("r-"):
        if shutil.which("Rscript") is None:
            return None
        used = run(r("raking.R", folder, rows, tool[2:], *LEVELS))
    else:
        if not tool.startswith("sipas") and importlib.util.find_spec(tool) is None:
            return None
        runs = 9 if tool.startswith("sipas") else 3
        used = run([sys.executable, str(HERE / "margins.py"), tool, str(rows), str(runs), str(folder)])
    return middle(float(line) for line in used.printed.split()), used


def compare(rows: int, folder: Path) -> None:
    write_margins(folder, rows)
    frame, margins = population(rows)
    tools = {**OURS, "svy": "svy `rake`", "ipfn": "ipfn", "r-rake": "R survey `rake`", "r-calibrate": "R `calibrate`"}
    found = {tool: one for tool in tools if (one := ran(tool, rows, folder)) is not None}
    mine = np.fromfile(folder / "sipas-rake")
    lines = []
    for tool, (seconds, used) in found.items():
        weights = np.fromfile(folder / tool)
        apart = float(np.max(np.abs(weights / mine - 1)))
        if tool != "sipas-logit" and not apart <= AGREE:
            raise SystemExit(f"the weights of {tool} disagree: relative {apart:.1e}")
        error = margin_error(frame, margins, weights)
        met = f"{error:.0e}" + ("" if error < TOLERANCE else " (above 1e-10)")
        ratio = f"{seconds / found['sipas-rake'][0]:.1f}×"
        cells = (f"{seconds:.3f}", ratio, met, f"{apart:.0e}", f"{used.megabytes:.0f}")
        lines.append(row(tools[tool], *cells))
    print(f"\n### {rows:,} rows\n")
    print(head("tool", "seconds", "ratio", "largest relative margin error", "weights apart from ours", "peak MB"))
    print("\n".join(lines), flush=True)
    if missing := [name for tool, name in tools.items() if tool not in found]:
        print(f"\nNot installed: {', '.join(missing)}.")


def main() -> None:
    print("## Raking to five margins")
    for rows in [int(word) for word in sys.argv[1:]] or DEFAULT:
        with tempfile.TemporaryDirectory() as folder:
            compare(rows, Path(folder))
    print(f"\n{machine()}")


if __name__ == "__main__":
    main()
