"""Raking a million rows to five margins: this library against R survey, in one run, as ratios.

Prints one line per tool: seconds, largest relative margin error, ratio to this library. A tool that is not
installed is left out and said to be.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from sipas.weighting import Distance, Margin, calibrate, rake

ROWS = 1_000_000
R_ROWS = 40_000  # R is timed on fewer rows and both sizes are said
LEVELS = {"province": 63, "sex": 2, "age": 6, "education": 5, "field": 8}
TOLERANCE = 1e-10

R_SCRIPT = """
suppressMessages(library(survey))
d <- read.csv("rows.csv"); names <- c({names})
design <- svydesign(ids = ~1, weights = ~weight, data = d)
margins <- lapply(names, function(v) setNames(read.csv(paste0(v, ".csv")), c(v, "Freq")))
formulas <- lapply(names, function(v) as.formula(paste0("~", v)))
t <- system.time(r <- rake(design, formulas, margins, control = list(maxit = 500, epsilon = 1e-12)))["elapsed"]
w <- weights(r)
e <- max(mapply(function(v, m) {{ s <- tapply(w, d[[v]], sum); max(abs(s[as.character(m[[1]])] / m$Freq - 1)) }},
                names, margins))
cat(t, e)
"""


def population(rows: int) -> tuple[pl.DataFrame, list[Margin]]:
    """Draw rows, weights and margins that some positive weights meet; the seed is fixed."""
    random = np.random.default_rng(20260101)
    columns = {name: random.integers(0, levels, rows) for name, levels in LEVELS.items()}
    frame = pl.DataFrame(columns).with_columns(weight=random.uniform(1.0, 9.0, rows))
    true = frame.with_columns(weight=frame["weight"].to_numpy() * random.uniform(0.5, 2.0, rows))
    return frame, [Margin((name,), true.group_by(name).agg(total=pl.col("weight").sum()).sort(name)) for name in LEVELS]


def best_of(times: int, run: Callable[[], float]) -> tuple[float, float]:
    """Give the shortest of several timings in seconds, and the margin error the run gives back."""
    seconds, error = float("inf"), 0.0
    for _ in range(times):
        start = time.perf_counter()
        error = run()
        seconds = min(seconds, time.perf_counter() - start)
    return seconds, error


def with_r(frame: pl.DataFrame, margins: list[Margin]) -> tuple[float, float] | None:
    """Run R survey's rake on the same rows; nothing where R or survey is not installed."""
    program = shutil.which("Rscript")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        frame.write_csv(Path(folder) / "rows.csv")
        for margin in margins:
            margin.totals.write_csv(Path(folder) / f"{margin.columns[0]}.csv")
        script = R_SCRIPT.format(names=", ".join(f'"{name}"' for name in LEVELS))
        done = subprocess.run([program, "-e", script], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        return None
    seconds, error = done.stdout.split()
    return float(seconds), float(error)


def say(tool: str, rows: int, result: tuple[float, float] | None, own: float) -> None:
    """Print one line."""
    if result is None:
        print(f"{tool:32} {rows:>9,} rows   not installed")
    else:
        print(f"{tool:32} {rows:>9,} rows {result[0]:9.3f} s  error {result[1]:.1e}  ratio {result[0] / own:8.1f}")


def main() -> None:
    """Time every tool."""
    for rows in (R_ROWS, ROWS):
        frame, margins = population(rows)
        own = best_of(3, lambda f=frame, m=margins: rake(f, m, weight="weight", tolerance=TOLERANCE).margin_error)  # type: ignore[misc]  # the defaults bind the loop's values
        say("sipas rake", rows, own, own[0])
        newton = best_of(
            3,
            lambda f=frame, m=margins: (  # type: ignore[misc]  # the defaults bind the loop's values
                calibrate(f, m, distance=Distance("raking"), weight="weight", tolerance=TOLERANCE).margin_error
            ),
        )
        say("sipas calibrate raking", rows, newton, own[0])
        bounded = best_of(
            3,
            lambda f=frame, m=margins: (  # type: ignore[misc]  # the defaults bind the loop's values
                calibrate(f, m, distance=Distance("logit", 0.3, 3.0), weight="weight", tolerance=TOLERANCE).margin_error
            ),
        )
        say("sipas calibrate logit, bounded", rows, bounded, own[0])
        if rows == R_ROWS:
            say("R survey rake", rows, with_r(frame, margins), own[0])


if __name__ == "__main__":
    main()
