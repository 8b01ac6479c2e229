"""A national round of 36,630 cases in 63 provinces, from lists to report: seconds and memory of each step.

Each step runs in a process of its own, so that its peak memory can be told; the whole is run once more in one process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sipas import rounds

GOAL_SECONDS, GOAL_MEGABYTES = 60, 1000
PROGRAM = """
import resource, sys
from pathlib import Path
from sipas import rounds
rounds.run(Path(sys.argv[1]), until=sys.argv[2] or None)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def timed(root: Path, until: str = "") -> tuple[float, float]:
    """Run to a step in a new process; give seconds and peak memory in MB."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(root), until], capture_output=True, text=True, check=True)
    return time.perf_counter() - start, float(done.stdout.split()[-1])


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "national"
        rounds.simulate(root, province="all", year=2024, edition="sipas-2017", seed=1, mean_load=20)
        lists = sum(path.stat().st_size for path in (root / "input" / "frame").iterdir())
        whole, memory = timed(root)
        report = json.loads((root / "frame-report.json").read_bytes())
        print("## National round (simulated, mô phỏng)\n")
        print(f"{report['counts']['rows']:,} rows in 63 lists ({lists / 1e6:.0f} MB CSV), 36,630 official cases.\n")
        print("| | reached | goal |\n|---|---|---|")
        print(f"| lists to report, one process | {whole:.1f} s | {GOAL_SECONDS} s |")
        print(f"| peak memory | {memory:.0f} MB | {GOAL_MEGABYTES} MB |\n")
        print_steps(Path(folder) / "again")


def print_steps(root: Path) -> None:
    rounds.simulate(root, province="all", year=2024, edition="sipas-2017", seed=1, mean_load=20)
    print("| step | seconds (a process each, start included) | peak MB |\n|---|---|---|")
    for standing in rounds.status(root):
        seconds, memory = timed(root, standing.step)
        print(f"| {standing.step} | {seconds:.1f} | {memory:.0f} |")


if __name__ == "__main__":
    main()
