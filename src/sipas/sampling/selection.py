"""Selection from one list: the official sample and its ordered reserves, in one act."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sipas.sampling.design import Method
from sipas.sampling.numbers import RANGE
from sipas.sampling.probabilities import Certainty, certainty, systematic_positions

CERTAIN = " [π=1]"  # certain units are a stratum of their own: they add nothing to the variance of the stage
FACTS = {
    "parent": pl.String,
    "stratum": pl.String,
    "population": pl.Int64,
    "n": pl.Int64,
    "spare": pl.Int64,
    "left": pl.Int64,
    "rest": pl.Int64,
    "sure": pl.Int64,
    "cutoff": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class Listing:
    """One list to select from: a stratum, in one unit of the stage before.

    Parameters
    ----------
    parent : str
        Unit drawn before, as a path; empty in the first stage.
    stratum : str
        Stratum within it.
    population : int
        Units N_h.
    sample : int
        Official units n_h, 0 to N_h.
    reserve : int
        Reserves, 0 to N_h - n_h.
    total : int
        Sum of sizes; N_h where chances are equal.
    sure : Certainty
        Units taken for certain.
    start, reserve_start : int
        Random numbers of the list, 0 to 2^53 - 1, for systematic selection.
    """

    parent: str
    stratum: str
    population: int
    sample: int
    reserve: int
    total: int
    sure: Certainty
    start: int = 0
    reserve_start: int = 0


def select(units: pl.DataFrame, listings: list[Listing], method: Method) -> pl.DataFrame:
    """Select from lists.

    Parameters
    ----------
    units : polars.DataFrame
        ``parent``, ``stratum``, ``id`` (text), ``path``, ``number`` (random number), ``size`` (whole, 1 or more)
        and the columns to sort by, named ``order:…``. For ``srs`` and ``pareto`` it may hold only the units that
        can be reached.
    listings : list of Listing
        Sizes and starts of every list.
    method : {"srs", "systematic", "pps_systematic", "pareto"}
        Way of selecting.

    Returns
    -------
    polars.DataFrame
        ``parent``, ``path``, ``id``, ``role``, ``order`` (in the list), ``random``, ``probability`` (of being
        official), ``stratum``, ``population`` and ``sample``; units certain by their size are a stratum of their own.
    """
    joined = units.join(_facts(listings), on=["parent", "stratum"])
    by_size = method in {"pps_systematic", "pareto"}
    certain = pl.col("size") >= pl.col("cutoff") if by_size else pl.lit(value=False)
    probability = pl.when(certain).then(1.0).otherwise(probability_by_size()) if by_size else _equal()
    known = joined.with_columns(certain=certain, probability=probability)
    if method.endswith("systematic"):
        return _told(_systematic(known, listings, by_size=by_size))
    rank = pl.when("certain").then(-1.0).otherwise(pareto_rank()) if by_size else pl.lit(0.0)
    keys = ["rank", "id"] if by_size else ["number", "id"]
    return _told(_first(known.with_columns(rank=rank).sort("parent", "stratum", *keys)))


def pareto_rank() -> pl.Expr:
    """Give the ranking variable q = u(1-π) / (π(1-u)), u = number / 2^53.

    Returns
    -------
    polars.Expr
        Real, of columns ``number`` and ``probability``; units with the smallest are taken. Only subtraction,
        multiplication and division, each rounded as IEEE 754 says, so it is the same bits everywhere.

    References
    ----------
    Rosén (1997), Journal of Statistical Planning and Inference 62, 159-191.
    """
    drawn, probability = pl.col("number").cast(pl.Float64), pl.col("probability")
    return (drawn * (1.0 - probability)) / (probability * (float(RANGE) - drawn))


def probability_by_size() -> pl.Expr:
    """Give π = n x / Σx over the units that are not certain.

    Returns
    -------
    polars.Expr
        Real, of columns ``size``, ``left`` (n) and ``rest`` (Σx).
    """
    product = (pl.col("size") * pl.col("left")).cast(pl.Float64)  # exact: n Σx < 2^53 is checked before
    return product / pl.col("rest").cast(pl.Float64)


def _equal() -> pl.Expr:
    return pl.col("n").cast(pl.Float64) / pl.col("population").cast(pl.Float64)


def _facts(listings: list[Listing]) -> pl.DataFrame:
    rows = [
        (
            li.parent,
            li.stratum,
            li.population,
            li.sample,
            li.reserve,
            li.sample - li.sure.count,
            max(li.sure.rest, 1),
            li.sure.count,
            float("inf") if li.sure.cutoff is None else float(li.sure.cutoff),
        )
        for li in listings
    ]
    return pl.DataFrame(rows, schema=FACTS, orient="row")


def _first(ranked: pl.DataFrame) -> pl.DataFrame:
    """Take the first of every list: official units, then reserves."""
    place = pl.int_range(pl.len(), dtype=pl.Int64).over("parent", "stratum") + 1
    official = pl.col("place") <= pl.col("n")
    return (
        ranked
        .with_columns(place=place)
        .filter(pl.col("place") <= pl.col("n") + pl.col("spare"))
        .with_columns(
            role=pl.when(official).then(pl.lit("official")).otherwise(pl.lit("reserve")),
            order=pl.when(official).then("place").otherwise(pl.col("place") - pl.col("n")),
            random=pl.col("number"),
        )
    )


def _systematic(units: pl.DataFrame, listings: list[Listing], *, by_size: bool) -> pl.DataFrame:
    parts = units.partition_by("parent", "stratum", as_dict=True)
    return pl.concat([_walked(parts[li.parent, li.stratum], li, by_size=by_size) for li in listings])


def _walked(units: pl.DataFrame, listing: Listing, *, by_size: bool) -> pl.DataFrame:
    keys = [name for name in units.columns if name.startswith("order:")]
    ordered = units.sort([*keys, "id"])  # missing values come first
    official = _passed(ordered, listing.sample, listing.start, by_size=by_size)
    rest = ordered.filter(~pl.col("id").is_in(official["id"].implode()))
    reserve = _passed(rest, listing.reserve, listing.reserve_start, by_size=by_size).sort("number", "id")
    parts = (official, "official", listing.start), (reserve, "reserve", listing.reserve_start)
    return pl.concat([
        part.with_columns(
            role=pl.lit(role),
            order=pl.int_range(1, pl.len() + 1, dtype=pl.Int64),
            random=pl.lit(start, dtype=pl.Int64),
        )
        for part, role, start in parts
    ])


def _passed(ordered: pl.DataFrame, sample: int, start: int, *, by_size: bool) -> pl.DataFrame:
    """Take every k-th along the cumulated sizes; certain units first, as they would be hit more than once."""
    sizes = ordered["size"].to_numpy() if by_size else np.ones(ordered.height, dtype=np.int64)
    sure = certainty(sizes, sample) if by_size else Certainty(None, 0, len(sizes))
    taken = np.zeros(len(sizes), dtype=np.bool_) if sure.cutoff is None else sizes >= sure.cutoff
    others = np.flatnonzero(~taken)
    ends = np.cumsum(sizes[others])
    points = systematic_positions(start, sure.rest, sample - sure.count)
    taken[others[np.searchsorted(ends, points, side="right")]] = True
    return ordered.filter(pl.Series(taken))


def _told(chosen: pl.DataFrame) -> pl.DataFrame:
    """Say of every unit the stratum and the counts the variance needs."""
    sure = pl.col("sure")
    return chosen.select(
        "parent",
        "path",
        "id",
        "role",
        "order",
        "random",
        "probability",
        stratum=pl.when("certain").then(pl.concat_str("stratum", pl.lit(CERTAIN))).otherwise("stratum"),
        population=pl.when("certain").then(sure).otherwise(pl.col("population") - sure),
        sample=pl.when("certain").then(sure).otherwise(pl.col("n") - sure),
    )
