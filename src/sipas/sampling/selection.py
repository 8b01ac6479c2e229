"""Selection from one list: the official sample and its ordered reserves, in one act."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sipas.sampling.design import Method
from sipas.sampling.numbers import RANGE
from sipas.sampling.probabilities import Certainty, certainty, systematic_positions

CHOSEN = {
    "id": pl.String,
    "role": pl.String,
    "order": pl.Int64,
    "random": pl.Int64,
    "probability": pl.Float64,
    "certain": pl.Boolean,
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


def select(units: pl.DataFrame, listing: Listing, method: Method) -> pl.DataFrame:
    """Select from a list.

    Parameters
    ----------
    units : polars.DataFrame
        ``id`` (text), ``number`` (random number), ``size`` (whole, 1 or more) and the columns to sort by, named
        ``order:…``. For ``srs`` and ``pareto`` it may hold only the units that can be reached.
    listing : Listing
        Sizes and starts.
    method : {"srs", "systematic", "pps_systematic", "pareto"}
        Way of selecting.

    Returns
    -------
    polars.DataFrame
        ``id``, ``role``, ``order``, ``random``, ``probability`` (of being official), ``certain``.
    """
    if method == "srs":
        return _first(units.sort("number", "id"), listing, pl.lit(_equal(listing)), pl.lit(value=False))
    if method == "pareto":
        return _pareto(units, listing)
    return _systematic(units, listing, by_size=method == "pps_systematic")


def pareto_rank(number: pl.Expr, probability: pl.Expr) -> pl.Expr:
    """Give the ranking variable q = u(1-π) / (π(1-u)), u = number / 2^53.

    Parameters
    ----------
    number : polars.Expr
        Whole, 0 to 2^53 - 1.
    probability : polars.Expr
        π, above 0 and below 1.

    Returns
    -------
    polars.Expr
        Real; units with the smallest are taken. Only subtraction, multiplication and division, each rounded as
        IEEE 754 says, so it is the same bits everywhere.

    References
    ----------
    Rosén (1997), Journal of Statistical Planning and Inference 62, 159-191.
    """
    drawn = number.cast(pl.Float64)
    return (drawn * (1.0 - probability)) / (probability * (float(RANGE) - drawn))


def probability_by_size(listing: Listing) -> pl.Expr:
    """Give π = n x / Σx over the units that are not certain.

    Parameters
    ----------
    listing : Listing
        With its certain units.

    Returns
    -------
    polars.Expr
        Real, of column ``size``.
    """
    left = listing.sample - listing.sure.count
    product = (pl.col("size") * left).cast(pl.Float64)  # exact: n Σx < 2^53 is checked before
    return product / float(max(listing.sure.rest, 1))


def is_certain(sure: Certainty) -> pl.Expr:
    """Say which units are certain.

    Parameters
    ----------
    sure : Certainty
        Of the list.

    Returns
    -------
    polars.Expr
        Boolean, of column ``size``.
    """
    return pl.lit(value=False) if sure.cutoff is None else pl.col("size") >= sure.cutoff


def _pareto(units: pl.DataFrame, listing: Listing) -> pl.DataFrame:
    certain, probability = is_certain(listing.sure), probability_by_size(listing)
    rank = pl.when(certain).then(-1.0).otherwise(pareto_rank(pl.col("number"), probability))
    ranked = units.with_columns(rank=rank).sort("rank", "id")
    return _first(ranked, listing, pl.when(certain).then(1.0).otherwise(probability), certain)


def _first(ranked: pl.DataFrame, listing: Listing, probability: pl.Expr, certain: pl.Expr) -> pl.DataFrame:
    place = pl.int_range(pl.len())
    official = place < listing.sample
    return (
        ranked
        .head(listing.sample + listing.reserve)
        .with_columns(
            role=pl.when(official).then(pl.lit("official")).otherwise(pl.lit("reserve")),
            order=pl.when(official).then(place + 1).otherwise(place + 1 - listing.sample),
            random=pl.col("number"),
            probability=probability.cast(pl.Float64),
            certain=certain,
        )
        .select(pl.col(name).cast(dtype) for name, dtype in CHOSEN.items())
    )


def _systematic(units: pl.DataFrame, listing: Listing, *, by_size: bool) -> pl.DataFrame:
    keys = [name for name in units.columns if name.startswith("order:")]
    ordered = units.sort([*keys, "id"])  # missing values come first
    if not by_size:
        ordered = ordered.with_columns(size=pl.lit(1, dtype=pl.Int64))
        probability, certain = pl.lit(_equal(listing)), pl.lit(value=False)
    else:
        certain = is_certain(listing.sure)
        probability = pl.when(certain).then(1.0).otherwise(probability_by_size(listing))
    ordered = ordered.with_columns(probability=probability.cast(pl.Float64), certain=certain)
    official = _passed(ordered, listing.sample, listing.start, by_size=by_size)
    rest = ordered.filter(~pl.col("id").is_in(official["id"].implode()))
    reserve = _passed(rest, listing.reserve, listing.reserve_start, by_size=by_size).sort("number", "id")
    parts = [
        part.with_columns(role=pl.lit(role), order=pl.int_range(1, pl.len() + 1), random=pl.lit(start, dtype=pl.Int64))
        for part, role, start in (
            (official, "official", listing.start),
            (reserve, "reserve", listing.reserve_start),
        )
    ]
    return pl.concat(parts).select(pl.col(name).cast(dtype) for name, dtype in CHOSEN.items())


def _passed(ordered: pl.DataFrame, sample: int, start: int, *, by_size: bool) -> pl.DataFrame:
    """Take every k-th along the cumulated sizes; certain units first, as they would be hit more than once."""
    sizes = ordered["size"].to_numpy().astype(np.int64)
    sure = certainty(sizes, sample) if by_size else Certainty(None, 0, len(sizes))
    taken = np.zeros(len(sizes), dtype=np.bool_) if sure.cutoff is None else sizes >= sure.cutoff
    others = np.flatnonzero(~taken)
    ends = np.cumsum(sizes[others])
    points = systematic_positions(start, sure.rest, sample - sure.count)
    taken[others[np.searchsorted(ends, points, side="right")]] = True
    return ordered.filter(pl.Series(taken))


def _equal(listing: Listing) -> float:
    return listing.sample / listing.population if listing.population else 0.0
