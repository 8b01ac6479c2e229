"""Ranks of 63 provinces by the index with joint sets, 5,000 draws: seconds of each way, in this library.

No peer here does this from a survey design; the goal is under a second. From moments in memory: the index tree of
``sipas-2017`` with errors, then the sets of ranks.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from peers.answers import NAMES, make
from peers.measuring import head, machine, middle, row
from sipas.estimation import Design, Share, collapse
from sipas.instrument import load
from sipas.scoring import measures_of, rank, score
from sipas.scoring.ranks import Joint, Method

ROWS, RUNS, DRAWS, GOAL = 40_000, 5, 5000, 1.0
WAYS: tuple[tuple[Method, Joint], ...] = (
    ("intervals", "sidak"),
    ("intervals", "simulated"),
    ("pairwise", "sidak"),
    ("stepwise", "sidak"),
)


def main() -> None:
    edition = load("sipas-2017")
    measures = measures_of(edition)
    columns = [measure.column for measure in measures if isinstance(measure, Share)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        make(ROWS, 0.05).rename(dict(zip(NAMES, columns, strict=True))).write_parquet(path)
        moments = collapse(path, Design(weight="w", strata="stratum", psu="psu"), measures, (("province",),))
    start = time.perf_counter()
    scored = score(edition, moments)
    scoring = time.perf_counter() - start
    print(f"## Ranks of 63 provinces, {DRAWS:,} draws\n")
    print(head("sets of ranks", "seconds", "mean width of the sets", "goal: 1 s"))
    for method, joint in WAYS:
        times = []
        for _ in range(RUNS):
            start = time.perf_counter()
            ranked = rank(scored, "province", ("index",), method=method, joint=joint, draws=DRAWS)
            times.append(time.perf_counter() - start)
        rows = ranked.index.filter(domain_kind="province", node="index")
        width = float((rows["rank_high"] - rows["rank_low"] + 1).mean())  # type: ignore[arg-type]  # a mean of numbers
        name = f"{method}, {joint}" if method == "intervals" else method
        print(row(name, f"{middle(times):.3f}", f"{width:.1f}", "met" if middle(times) < GOAL else "NOT met"))
    print(f"\nThe index of all nodes with covariances, before: {scoring:.2f} s. {machine()}")


if __name__ == "__main__":
    main()
