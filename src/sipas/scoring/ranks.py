"""Ranks of units, with the set of ranks each could hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation import Linearised
from sipas.estimation.strata import Flags, Ints, Reals
from sipas.scoring.index import Score, node_interval
from sipas.tables import INDEX

Joint = Literal["sidak", "bonferroni"]
DIGITS = 9  # after the point of a percent: beyond them the order of additions decides, not the answers


def rank(
    score: Score,
    domain_kind: str,
    nodes: tuple[str, ...] | None = None,
    *,
    minimum: int = 1,
    level: float = 0.95,
    joint: Joint = "sidak",
) -> Score:
    """Rank the domains of a kind.

    Parameters
    ----------
    score : Score
        An index.
    domain_kind : str
        Whose domains are ranked against each other.
    nodes : tuple of str, optional
        Nodes to rank by, each for itself; missing: all.
    minimum : int
        Least respondents (n) a domain needs to be ranked.
    level : float
        Probability that all sets of a node hold the true ranks together.
    joint : {"sidak", "bonferroni"}
        How the level is shared out among K domains: 1 - (1 - level) is level^(1/K) for each, exact for independent
        domains and not too small for any jointly normal ones (Šidák 1967, doi:10.1080/01621459.1967.10482935); or
        1 - (1 - level)/K.

    Returns
    -------
    Score
        With ``rank`` (1 is the best; equal values share the better rank), ``ranked`` (domains ranked together, in all
        rows of the kind and node), ``rank_low`` and ``rank_high`` filled. Domains with fewer than ``minimum``
        respondents, without value or without interval are not ranked: ``rank`` stays missing.

    Raises
    ------
    SipasError
        ``scoring.kind_unknown``, ``scoring.node_unknown``, ``scoring.minimum_not_valid``,
        ``scoring.level_not_valid``.

    Notes
    -----
    Klein, Wright & Wieczorek 2020, doi:10.1111/rssc.12402: with joint intervals, a unit's rank lies between
    1 + the number of units wholly better and K - the number wholly worse.
    """
    _refuse(score, domain_kind, nodes, minimum, level)
    one = score.nodes[domain_kind]
    se = np.sqrt(one.variance())
    rows = []
    for name in nodes or one.names:
        column = one.place(name)
        known = rankable(one, minimum)[:, column]
        each = _each(int(known.sum()), level, joint)
        low, high = (end[:, column] for end in node_interval(one, se, each))
        table = _ranked(one.grid.domains, one.values[:, column], low, high, known)
        rows.append(table.with_columns(pl.lit(domain_kind).alias("domain_kind"), pl.lit(name).alias("node")))
    return replace(score, index=filled(score.index, pl.concat(rows)))


def rankable(one: Linearised, minimum: int) -> Flags:
    """Tell which values can be ranked.

    Parameters
    ----------
    one : Linearised
        Nodes in percent.
    minimum : int
        Least respondents (n) a domain needs.

    Returns
    -------
    array of bool, shape (D, A)
        Whether there are so many, a value and an interval.
    """
    return np.asarray(np.isfinite(one.variance()) & (one.degrees() >= 1) & (one.n >= minimum))


def places(values: Reals) -> Ints:
    """Give ranks, 1 for the greatest; equal values share the better.

    Parameters
    ----------
    values : array, shape (K,)
        Finite percents; equal to 9 digits after the point is equal.

    Returns
    -------
    array of int, shape (K,)
        Ranks.
    """
    values = np.round(values, DIGITS)
    return np.asarray(1 + (values[None, :] > values[:, None]).sum(axis=1))


def rank_sets(low: Reals, high: Reals) -> tuple[Ints, Ints]:
    """Give the best and worst rank that joint intervals allow.

    Parameters
    ----------
    low, high : array, shape (K,)
        Ends of the joint intervals in percent, compared to 9 digits after the point; greater values are better.

    Returns
    -------
    best, worst : array of int, shape (K,)
        1 + units wholly above, K - units wholly below.
    """
    low, high = np.round(low, DIGITS), np.round(high, DIGITS)
    best = 1 + (low[None, :] > high[:, None]).sum(axis=1)
    worst = low.size - (high[None, :] < low[:, None]).sum(axis=1)
    return best, worst


def filled(index: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Put new values of some columns into the index.

    Parameters
    ----------
    index : polars.DataFrame
        ``sipas.tables.INDEX``.
    values : polars.DataFrame
        Columns ``domain_kind``, ``domain``, ``node`` and those to set, one row per row to change.

    Returns
    -------
    polars.DataFrame
        The index in its order; rows not named keep their values.
    """
    key = list(INDEX.key)
    new = [name for name in values.columns if name not in key]
    named = values.with_columns(pl.lit(value=True).alias("given"))
    table = index.join(named, on=key, how="left", suffix="_new", maintain_order="left")
    chosen = [pl.when(pl.col("given")).then(f"{name}_new").otherwise(name).alias(name) for name in new]
    types = [pl.col(column.name).cast(column.dtype) for column in INDEX.columns]
    return table.with_columns(chosen).select(types)


def _ranked(domains: tuple[str, ...], values: Reals, low: Reals, high: Reals, known: Flags) -> pl.DataFrame:
    table = pl.DataFrame({"domain": list(domains)}, schema={"domain": pl.String})
    best, worst = rank_sets(low[known], high[known])
    columns = {"rank": places(values[known]), "rank_low": best, "rank_high": worst}
    for name, numbers in columns.items():
        whole = np.zeros(len(domains), dtype=np.int64)
        whole[known] = numbers
        table = table.with_columns(pl.when(pl.Series(known)).then(pl.Series(whole)).alias(name))
    return table.with_columns(pl.lit(int(known.sum()), pl.Int64).alias("ranked"))


def _each(count: int, level: float, joint: Joint) -> float:
    if count < 2:
        return level
    return level ** (1 / count) if joint == "sidak" else 1 - (1 - level) / count


def _refuse(score: Score, kind: str, nodes: tuple[str, ...] | None, minimum: int, level: float) -> None:
    if kind not in score.nodes:
        raise SipasError("scoring.kind_unknown", "domain_kind", expected=list(score.nodes), got=kind)
    known = score.nodes[kind].names
    if unknown := [name for name in nodes or () if name not in known]:
        raise SipasError("scoring.node_unknown", "nodes", expected=list(known), got=unknown)
    if minimum < 1:
        raise SipasError("scoring.minimum_not_valid", "minimum", got=minimum)
    if not 0 < level < 1:
        raise SipasError("scoring.level_not_valid", "level", got=level)
