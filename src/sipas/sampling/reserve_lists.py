"""Which reserve list a case belongs to: replacements never leave it."""

from __future__ import annotations

import re

import polars as pl

STAGE = re.compile(r"^stage_(\d+)_id$")


def reserve_list(sample: pl.DataFrame) -> pl.Series:
    """Name the reserve list of every case.

    Parameters
    ----------
    sample : polars.DataFrame, ``tables.SAMPLE``
        One or more stages.

    Returns
    -------
    polars.Series of String
        The stratum, and with several stages the units drawn before the last and the last stage's stratum.
    """
    stages = sorted(int(m[1]) for m in map(STAGE.match, sample.columns) if m)
    if not stages:
        return sample["stratum"].alias("list")
    last = stages[-1]
    columns = ["stratum", "psu", *(f"stage_{k}_id" for k in stages[:-1]), f"stage_{last}_stratum"]
    return sample.select(pl.concat_str(columns, separator=" › ").alias("list"))["list"]
