"""A frame straight from a synthetic population, without office files: for coverage runs and benchmarks."""

from __future__ import annotations

import hashlib

import polars as pl

from sipas.sampling.numbers import base32
from sipas.simulation.people import Population
from sipas.tables import FRAME


def synthetic_frame(population: Population, *, seed: int, province: str) -> pl.DataFrame:
    """Make the frame of a synthetic population.

    Parameters
    ----------
    population : Population
        Transactions or residents.
    seed : int
        Makes the unit ids.
    province : str
        Code.

    Returns
    -------
    polars.DataFrame
        ``tables.FRAME``, sorted by ``unit_id``; communes by name instead of code, since no register is asked.
    """
    rows = population.rows
    is_resident = population.kind == "residents"
    missing = pl.lit(None, pl.String)
    frame = rows.select(
        unit_id=pl.Series([_unit_id(seed, number) for number in range(rows.height)], dtype=pl.String),
        commitment=missing,
        prn=pl.lit(None, pl.Int64),
        respondent_kind=pl.lit("person") if is_resident else "respondent_kind",
        province=pl.lit(province),
        commune="commune",
        agency=pl.format("UBND {}", "commune") if is_resident else "agency",
        agency_level=pl.lit("commune") if is_resident else "agency_level",
        field=missing if is_resident else "field",
        procedure=missing,
        finished_month=missing if is_resident else pl.col("finished_on").dt.strftime("%Y-%m"),
        **({"village": pl.col("village")} if is_resident else {}),
    )
    return FRAME.check(frame.sort("unit_id"))


def _unit_id(seed: int, number: int) -> str:
    bits = int.from_bytes(hashlib.sha256(f"{seed} {number}".encode()).digest()[:10], "big")
    return base32(bits, 16)[::-1]
