"""What the task costs as rows grow from 40,000 to 100 million: a straight line in phase 1, flat in phase 2.

Run: ``python benchmarks/growth.py [most rows]``. 4,536 primary units at every size, 5 % of the answers to each item
missing. Draws docs/pictures/estimation-growth.svg from the figures it prints.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import vl_convert

from peers.answers import MILLION, write, write_linked
from peers.measuring import head, machine, middle, python, row, run

SIZES = (40_000, 200_000, MILLION, 3 * MILLION, 10 * MILLION, 30 * MILLION, 100 * MILLION)
EACH = 12
PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "estimation-growth.svg"


def cost(rows: int, folder: Path) -> tuple[float, float, float]:
    """Give seconds of phase 1, of phase 2, and peak memory in MB."""
    if rows > 10 * MILLION:
        source = write_linked(folder, rows // (10 * MILLION), 0.05, each=EACH)
    else:
        source = str(write(folder, rows, 0.05, each=EACH))
    used = run(python("domains_sipas.py", source, folder / "ours", 5 if rows <= 10 * MILLION else 2))
    lines = [[float(word) for word in line.split()] for line in used.printed.splitlines()]
    second = middle(line[2] for line in lines)
    return middle(line[0] for line in lines) - second, second, used.megabytes


def picture(found: list[tuple[int, float, float]]) -> str:
    """Draw both phases over rows, both axes in powers of ten."""
    values = [
        {"rows": rows, "seconds": seconds, "phase": phase}
        for rows, *both in found
        for phase, seconds in zip(("phase 1 (rows to sums)", "phase 2 (sums to estimates)"), both, strict=True)
    ]
    scale = {"type": "log"}
    specification = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": 560,
        "height": 320,
        "data": {"values": values},
        "mark": {"type": "line", "point": True},
        "encoding": {
            "x": {"field": "rows", "type": "quantitative", "scale": scale, "axis": {"format": "~s"}, "title": "rows"},
            "y": {"field": "seconds", "type": "quantitative", "scale": scale, "title": "seconds"},
            "color": {"field": "phase", "type": "nominal", "title": None, "legend": {"orient": "top"}},
        },
    }
    return str(vl_convert.vegalite_to_svg(specification))


def main() -> None:
    most = int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1]
    print("## Cost as rows grow\n")
    print(head("rows", "phase 1 (s)", "phase 2 (s)", "phase 1 per million rows (s)", "peak MB"))
    found = []
    for rows in (size for size in SIZES if size <= most):
        with tempfile.TemporaryDirectory() as folder:
            first, second, megabytes = cost(rows, Path(folder))
        found.append((rows, first, second))
        print(row(f"{rows:,}", f"{first:.3f}", f"{second:.3f}", f"{first / rows * MILLION:.3f}", f"{megabytes:.0f}"))
    large = np.log([one[:2] for one in found if one[0] >= MILLION])
    if len(large) > 1:
        slope = float(np.polyfit(large[:, 0], large[:, 1], 1)[0])
        print(f"\nFrom a million rows on phase 1 grows with the power {slope:.2f} of the rows (1 is a straight line).")
    PICTURE.write_text(picture(found), encoding="utf-8")
    print(f"\n{machine()}")


if __name__ == "__main__":
    main()
