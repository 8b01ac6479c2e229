"""Invented answers for the benchmarks: 63 provinces, 378 strata, 22 items of 1 to 5, drawn from a fixed seed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeAlias

import numpy as np
import polars as pl

Reals: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

PROVINCES, STRATA_EACH, ITEMS = 63, 6, 22
STRATA = PROVINCES * STRATA_EACH
NAMES = tuple(f"q{i}" for i in range(1, ITEMS + 1))
SATISFIED = (4, 5)
MILLION = 1_000_000
ROW_GROUP = 250_000


def psus_per_stratum(rows: int) -> int:
    """Give 4 primary units to a stratum of a small file, 12 of a million rows, 30 of more (1,512; 4,536; 11,340)."""
    return 4 if rows <= 100_000 else 12 if rows <= MILLION else 30


def make(rows: int, missing: float, *, shuffled: bool = False, each: int | None = None) -> pl.DataFrame:
    """Draw rows: province, stratum, primary unit, weight, the answers; a share of each item's answers is missing.

    Rows come province by province, as lists are handed in, in no order inside a province; ``shuffled``: in no order at
    all. ``each``: primary units of a stratum.
    """
    random = np.random.default_rng(rows)
    stratum = random.integers(0, STRATA, rows, dtype=np.int16)
    if not shuffled:
        stratum = stratum[np.argsort(stratum // STRATA_EACH, kind="stable")]
    each = each or psus_per_stratum(rows)
    psu = stratum.astype(np.int32) * each + random.integers(0, each, rows, dtype=np.int32)
    level = 0.7 + 0.003 * (np.arange(STRATA * each) // (each * STRATA_EACH)) + random.normal(0, 0.03, STRATA * each)
    chance = np.minimum(level, 0.97).astype(np.float32)[psu]
    table = {
        "province": (stratum // STRATA_EACH).astype(np.int16),
        "stratum": stratum,
        "psu": psu,
        "w": random.uniform(1, 3, rows),
    }
    for name in NAMES:
        satisfied = random.random(rows, dtype=np.float32) < chance
        answer = np.where(satisfied, 4, 2).astype(np.int8) + random.integers(0, 2, rows, dtype=np.int8)
        if missing:
            answer[random.random(rows, dtype=np.float32) < missing] = 0
        table[name] = answer
    return pl.DataFrame(table).with_columns(pl.when(pl.col(name) > 0).then(pl.col(name)) for name in NAMES)


def write(folder: Path, rows: int, missing: float, *, shuffled: bool = False, each: int | None = None) -> Path:
    """Write the rows as one Parquet file (zstd)."""
    path = folder / f"answers-{rows}-{missing}.parquet"
    make(rows, missing, shuffled=shuffled, each=each).write_parquet(path, row_group_size=ROW_GROUP)
    return path


def write_linked(folder: Path, files: int, missing: float, *, shuffled: bool = False, each: int | None = None) -> str:
    """Write ten million rows and give them as so many files, all but the first links to it."""
    folder.mkdir(parents=True, exist_ok=True)
    first = write(folder, 10 * MILLION, missing, shuffled=shuffled, each=each)
    for number in range(1, files):
        os.link(first, folder / f"link-{number:03d}.parquet")
    return str(folder / "*.parquet")


def write_binary(path: Path, folder: Path) -> None:
    """Write the columns for R, which reads no Parquet here: keys as integers, items as 0, 1 or missing (-1)."""
    for name in ("province", "stratum", "psu"):
        pl.read_parquet(path, columns=[name])[name].cast(pl.Int32).to_numpy().tofile(folder / name)
    pl.read_parquet(path, columns=["w"])["w"].to_numpy().tofile(folder / "w")
    for name in NAMES:
        item = pl.read_parquet(path, columns=[name])[name]
        item.is_in(SATISFIED).cast(pl.Int32).fill_null(-1).to_numpy().tofile(folder / name)
