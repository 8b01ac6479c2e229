"""Rows to rake and five margins that some positive weights meet, drawn from a fixed seed, and a program per peer.

As a program: ``python -m peers.margins tool rows runs folder``: reads the rows, prints seconds of each run, writes the
weights. Tools: sipas-rake, sipas-calibrate, sipas-logit, svy, ipfn.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from peers.answers import Reals
from sipas.weighting import Distance, Margin, calibrate, rake

LEVELS = {"province": 63, "sex": 2, "age": 6, "education": 5, "field": 8}
TOLERANCE = 1e-10


def population(rows: int) -> tuple[pl.DataFrame, list[Margin]]:
    """Draw rows with weights, and margins."""
    random = np.random.default_rng(20260101)
    columns = {name: random.integers(0, levels, rows) for name, levels in LEVELS.items()}
    frame = pl.DataFrame(columns).with_columns(weight=random.uniform(1.0, 9.0, rows))
    true = frame.with_columns(weight=frame["weight"].to_numpy() * random.uniform(0.5, 2.0, rows))
    return frame, [Margin((name,), true.group_by(name).agg(total=pl.col("weight").sum()).sort(name)) for name in LEVELS]


def margin_error(frame: pl.DataFrame, margins: list[Margin], weight: Reals) -> float:
    """Give the largest relative error of a margin."""
    errors = []
    for margin in margins:
        target = margin.totals["total"].to_numpy()
        reached = np.bincount(frame[margin.name].to_numpy(), weight, target.size)
        errors.append(float(np.max(np.abs(reached / target - 1))))
    return max(errors)


def write_margins(folder: Path, rows: int) -> None:
    """Write the columns for R."""
    frame, margins = population(rows)
    for name in LEVELS:
        frame[name].cast(pl.Int32).to_numpy().tofile(folder / name)
    frame["weight"].to_numpy().tofile(folder / "weight")
    for margin in margins:
        margin.totals["total"].to_numpy().tofile(folder / f"{margin.name}.totals")


def with_sipas(tool: str, frame: pl.DataFrame, margins: list[Margin]) -> Callable[[], Reals]:
    distance = Distance("logit", 0.3, 3.0) if tool == "sipas-logit" else Distance("raking")
    if tool == "sipas-rake":
        return lambda: rake(frame, margins, weight="weight", tolerance=TOLERANCE).weights
    return lambda: calibrate(frame, margins, distance=distance, weight="weight", tolerance=TOLERANCE).weights


def with_svy(frame: pl.DataFrame, margins: list[Margin]) -> Callable[[], Reals]:
    import svy  # a peer, where it is installed

    sample = svy.Sample(frame, svy.Design(wgt="weight"))
    controls = {
        m.name: dict(zip(m.totals[m.name].to_list(), m.totals["total"].to_list(), strict=True)) for m in margins
    }

    def go() -> Reals:
        raked = sample.weighting.rake(controls=controls, tol=TOLERANCE, max_iter=500, wgt_name="raked")
        return np.asarray(raked.data["raked"])

    return go


def with_ipfn(frame: pl.DataFrame, margins: list[Margin]) -> Callable[[], Reals]:
    import pandas as pd  # a peer's
    from ipfn import ipfn

    data = pd.DataFrame({name: frame[name].to_numpy() for name in frame.columns})
    totals = [pd.Series(m.totals["total"].to_numpy(), index=m.totals[m.name].to_numpy()) for m in margins]
    for margin, total in zip(margins, totals, strict=True):
        total.index.name = margin.name

    def go() -> Reals:
        fitting = ipfn.ipfn(
            data.copy(),
            totals,
            [[m.name] for m in margins],
            weight_col="weight",
            convergence_rate=1e-13,
            rate_tolerance=0,
            max_iteration=500,
        )
        return np.asarray(fitting.iteration()["weight"])

    return go


def main() -> None:
    warnings.simplefilter("ignore")
    tool, rows, runs, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    frame, margins = population(rows)
    program = {"svy": with_svy, "ipfn": with_ipfn}.get(tool)
    go = with_sipas(tool, frame, margins) if program is None else program(frame, margins)
    for _ in range(runs):
        start = time.perf_counter()
        weights = go()
        print(time.perf_counter() - start)
    np.asarray(weights, dtype=np.float64).tofile(folder / tool)


if __name__ == "__main__":
    main()
