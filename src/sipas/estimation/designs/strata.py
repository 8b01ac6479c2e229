"""One stage of drawing: how many units each of its strata has, and what their spread is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation.designs.design import Design, Lonely, path_of, sizes_of

Reals: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
Ints: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
Flags: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]

CENSUS = 1e-7  # below this share not drawn, R survey takes the stratum as taken whole
JOINED_PATH = " / "  # between the names of a path in a message


@dataclass(frozen=True, slots=True)
class Strata:
    """The strata of one stage; arrays of length H, sorted by path.

    Parameters
    ----------
    names : tuple of str
        Names; those of later stages begin with the parent unit's.
    drawn : array of int
        Units drawn (n_h), also those without respondents.
    factor : array of float
        What the sum of squared deviations is multiplied by: (1 - f_h) n_h / (n_h - 1), times the f of the stages above
        along the path; in a lonely stratum without n_h / (n_h - 1) under ``centered`` and ``adjust``, otherwise 0.
        Without (1 - f_h) where ``left`` is present.
    lonely : array of bool
        One unit drawn, and not with certainty.
    census : array of bool
        Every unit drawn: no error of sampling.
    rule : Lonely
        What a lonely stratum adds.
    in_domains : bool
        Whether one unit with answers in a domain makes a stratum lonely there.
    left : array of float, optional
        Where units differ in their probability: the sum of 1 - probability over all units drawn.
    """

    names: tuple[str, ...]
    drawn: Ints
    factor: Reals
    lonely: Flags
    census: Flags
    rule: Lonely
    in_domains: bool = False
    left: Reals | None = None


@dataclass(frozen=True, slots=True)
class Shares:
    """How much of each stratum of a stage was drawn.

    Parameters
    ----------
    table : polars.DataFrame
        One row per stratum, sorted: its path, ``drawn``.
    left : array of float, shape (H,)
        Share not drawn (1 - f_h); the mean over the units where they differ.
    """

    table: pl.DataFrame
    left: Reals


def shares_of(whole: pl.DataFrame, design: Design, stage: int) -> Shares:
    """Count the units of every stratum of a stage.

    Parameters
    ----------
    whole : polars.DataFrame
        The rows of kind ``all`` of summed moments: one per unit of the last stage, sorted by path.
    design : Design
        The design.
    stage : int
        1 or more.

    Returns
    -------
    Shares
        Units and shares.

    Raises
    ------
    SipasError
        ``estimation.psu_in_two_strata``, ``estimation.unit_in_two_strata``, ``estimation.population_varies``,
        ``estimation.population_too_small``, ``estimation.rate_not_valid``, ``estimation.psu_sample_too_small``.
    """
    path = list(path_of(design))
    group, unit = path[: 2 * stage - 1], path[2 * stage - 1]
    _refuse_crossing(whole, design, stage, path)
    sizes = sizes_of(stage)
    population, rate, sample = sizes
    spread = [f(name).name.suffix(end) for name in sizes for f, end in ((pl.min, "_low"), (pl.max, ""))]
    last = stage == len(design.stages)
    listed = pl.len() if last and stage == 1 else pl.col(unit).drop_nulls().n_unique()
    strata = whole.group_by(group, maintain_order=True).agg(listed.alias("listed"), *spread)
    equal = (population, sample) if design.by_unit(stage) else sizes
    for name in equal:
        wrong = strata.filter(pl.col(name) != pl.col(f"{name}_low"))
        if wrong.height:
            got = [wrong[f"{name}_low"][0], wrong[name][0]]
            raise SipasError("estimation.population_varies", name, expected=_names(wrong, group)[0], got=got)
    drawn = strata.select(pl.max_horizontal("listed", sample).cast(pl.Int64)).to_series()
    strata = strata.with_columns(drawn.alias("drawn"))
    _refuse_sizes(strata, group, sizes)
    share = strata.select(pl.coalesce(pl.col("drawn") / pl.col(population), pl.col(rate), pl.lit(0.0))).to_series()
    return Shares(strata.select(*group, "drawn"), 1.0 - share.to_numpy())


def weighed(shares: Shares, design: Design, stage: int, reach: Reals | None = None) -> Strata:
    """Tell what the spread of every stratum is worth.

    Parameters
    ----------
    shares : Shares
        Units and shares.
    design : Design
        The design.
    stage : int
        1 or more.
    reach : array of float, shape (H,), optional
        Product of the f of the stages above; missing: 1.

    Returns
    -------
    Strata
        Sizes and factors.

    Raises
    ------
    SipasError
        ``estimation.lonely_stratum``.
    """
    rule, left = design.lonely, shares.left
    names = _names(shares.table, list(path_of(design)[: 2 * stage - 1]))
    drawn = shares.table["drawn"].to_numpy()
    census = left < CENSUS
    lonely = (drawn == 1) & ~census
    if rule == "fail" and lonely.any():
        alone = [name for name, one in zip(names, lonely, strict=True) if one]
        raise SipasError("estimation.lonely_stratum", "lonely", got=alone[:5], hint=len(alone))
    factor = left * drawn / np.maximum(drawn - 1, 1)
    if reach is not None:
        factor = factor * reach
    factor[census | (lonely & (rule not in {"centered", "adjust"}))] = 0.0
    return Strata(names, drawn, factor, lonely, census, rule, design.lonely_in_domains)


def crossing_units(whole: pl.DataFrame, parent: list[str], stratum: str, unit: str) -> pl.DataFrame:
    """Find codes of units that stand in more than one stratum of their parent.

    Parameters
    ----------
    whole : polars.DataFrame
        With the columns named.
    parent : list of str
        Columns of the path above.
    stratum, unit : str
        Columns of the stage.

    Returns
    -------
    polars.DataFrame
        Path above, code and the list of its strata, sorted; no row where none crosses.
    """
    units = whole.select(*parent, unit, stratum)
    if units.n_unique(subset=[*parent, unit]) == units.n_unique():
        units = units.clear()
    crossing = units.group_by(*parent, unit).agg(pl.col(stratum).unique().sort())
    return crossing.filter(pl.col(stratum).list.len() > 1, pl.col(unit).is_not_null()).sort(*parent, unit)


def _names(strata: pl.DataFrame, group: list[str]) -> tuple[str, ...]:
    if len(group) == 1:
        return tuple(strata[group[0]])
    return tuple(strata.select(pl.concat_str(group, separator=JOINED_PATH, ignore_nulls=True)).to_series())


def _refuse_crossing(whole: pl.DataFrame, design: Design, stage: int, path: list[str]) -> None:
    ids = design.stages[stage - 1].ids
    if design.nested or ids is None:
        return
    *parent, stratum, unit = path[: 2 * stage]
    for row in crossing_units(whole, parent, stratum, unit).head(1).rows(named=True):
        code = "estimation.psu_in_two_strata" if stage == 1 else "estimation.unit_in_two_strata"
        raise SipasError(code, ids, got=row[unit], hint=row[stratum], place=Place(column=ids))


def _refuse_sizes(strata: pl.DataFrame, group: list[str], sizes: tuple[str, str, str]) -> None:
    population, rate, sample = sizes
    size = pl.col(population)
    wrong = strata.filter((size < pl.col("drawn")) | size.is_nan()).head(1)
    for row in wrong.rows(named=True):
        name = _names(wrong, group)[0]
        raise SipasError("estimation.population_too_small", population, row["drawn"], row[population], name)
    for end in ("_low", ""):
        wrong = strata.filter(~pl.col(f"{rate}{end}").is_between(0, 1, closed="right")).head(1)
        for row in wrong.rows(named=True):
            name = _names(wrong, group)[0]
            raise SipasError("estimation.rate_not_valid", rate, got=row[f"{rate}{end}"], hint=name)
    wrong = strata.filter(pl.col(sample) < pl.col("listed")).head(1)
    for row in wrong.rows(named=True):
        name = _names(wrong, group)[0]
        raise SipasError("estimation.psu_sample_too_small", sample, row["listed"], row[sample], name)
