"""The first stage: how many primary units each stratum has, and what its spread is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation.design import Design, Lonely

Reals: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Ints: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
Flags: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

CENSUS = 1e-7  # below this share not drawn, R survey takes the stratum as taken whole


@dataclass(frozen=True, slots=True)
class Strata:
    """The strata of the first stage; arrays of length H, sorted by name.

    Parameters
    ----------
    names : tuple of str
        Names.
    drawn : array of int
        Primary units drawn (n_h), also those without respondents.
    factor : array of float
        What the sum of squared deviations is multiplied by: (1 - f_h) n_h / (n_h - 1); in a lonely stratum
        1 - f_h under ``centered``, otherwise 0.
    lonely : array of bool
        One unit drawn, and not with certainty.
    census : array of bool
        Every unit drawn: no error of sampling.
    rule : Lonely
        What a lonely stratum adds.
    """

    names: tuple[str, ...]
    drawn: Ints
    factor: Reals
    lonely: Flags
    census: Flags
    rule: Lonely


def strata_of(whole: pl.DataFrame, design: Design) -> Strata:
    """Count the primary units of every stratum.

    Parameters
    ----------
    whole : polars.DataFrame
        The rows of kind ``all`` of summed moments: one per primary unit, sorted by stratum and unit.
    design : Design
        The design.

    Returns
    -------
    Strata
        Sizes and factors.

    Raises
    ------
    SipasError
        ``estimation.psu_in_two_strata``, ``estimation.population_varies``, ``estimation.population_too_small``,
        ``estimation.rate_not_valid``, ``estimation.psu_sample_too_small``, ``estimation.lonely_stratum``.
    """
    _refuse_crossing(whole, design)
    sizes = ("psu_population", "psu_rate", "psu_sample")
    spread = [f(name).name.suffix(end) for name in sizes for f, end in ((pl.min, "_low"), (pl.max, ""))]
    strata = whole.group_by("stratum", maintain_order=True).agg(pl.len().alias("listed"), *spread)
    for name in sizes:
        wrong = strata.filter(pl.col(name) != pl.col(f"{name}_low"))
        if wrong.height:
            got = [wrong[f"{name}_low"][0], wrong[name][0]]
            raise SipasError("estimation.population_varies", name, expected=wrong["stratum"][0], got=got)
    drawn = strata.select(pl.max_horizontal("listed", "psu_sample").cast(pl.Int64)).to_series()
    strata = strata.with_columns(drawn.alias("drawn"))
    _refuse_sizes(strata)
    share = strata.select(
        pl.coalesce(pl.col("drawn") / pl.col("psu_population"), pl.col("psu_rate"), pl.lit(0.0))
    ).to_series()
    return _weighed(strata, 1.0 - share.to_numpy(), design.lonely)


def _weighed(strata: pl.DataFrame, left: Reals, rule: Lonely) -> Strata:
    drawn = strata["drawn"].to_numpy()
    census = left < CENSUS
    lonely = (drawn == 1) & ~census
    if rule == "fail" and lonely.any():
        names = strata.filter(pl.Series(lonely))["stratum"].to_list()
        raise SipasError("estimation.lonely_stratum", "lonely", got=names[:5], hint=len(names))
    factor = left * drawn / np.maximum(drawn - 1, 1)
    factor[census | (lonely & (rule != "centered"))] = 0.0
    return Strata(tuple(strata["stratum"]), drawn, factor, lonely, census, rule)


def crossing_psus(whole: pl.DataFrame) -> list[tuple[str, list[str]]]:
    """Find codes of primary units that stand in more than one stratum.

    Parameters
    ----------
    whole : polars.DataFrame
        Columns ``stratum`` and ``psu``.

    Returns
    -------
    list of (str, list of str)
        Code and its strata, sorted.
    """
    crossing = whole.group_by("psu").agg(pl.col("stratum").unique().sort())
    return crossing.filter(pl.col("stratum").list.len() > 1).sort("psu").rows()


def _refuse_crossing(whole: pl.DataFrame, design: Design) -> None:
    if design.nested or design.psu is None:
        return
    for psu, strata in crossing_psus(whole):
        place = Place(column=design.psu)
        raise SipasError("estimation.psu_in_two_strata", design.psu, got=psu, hint=strata, place=place)


def _refuse_sizes(strata: pl.DataFrame) -> None:
    size, rate = pl.col("psu_population"), pl.col("psu_rate")
    for row in strata.filter((size < pl.col("drawn")) | size.is_nan()).rows(named=True):
        raise SipasError(
            "estimation.population_too_small", "psu_population", row["drawn"], row["psu_population"], row["stratum"]
        )
    for row in strata.filter(~rate.is_between(0, 1, closed="right")).rows(named=True):
        raise SipasError("estimation.rate_not_valid", "psu_rate", got=row["psu_rate"], hint=row["stratum"])
    for row in strata.filter(pl.col("psu_sample") < pl.col("listed")).rows(named=True):
        raise SipasError(
            "estimation.psu_sample_too_small", "psu_sample", row["listed"], row["psu_sample"], row["stratum"]
        )
