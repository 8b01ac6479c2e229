"""Ranks of units, with the set of ranks each could hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import Literal, TypeAlias

import numpy as np
import polars as pl
from scipy.special import erf

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Flags, Ints, Reals
from sipas.scoring.contenders import Contenders, contenders, rankable, refuse
from sipas.scoring.index import Ranking, Score, node_interval
from sipas.scoring.pairwise import DIGITS, rank_sets_pairwise
from sipas.scoring.simultaneous import DRAWS, SEED, greatest_deviations, normal_draws, upper_quantile
from sipas.tables import INDEX

Joint = Literal["sidak", "bonferroni", "simulated"]
Method = Literal["intervals", "pairwise", "stepwise"]
Ends: TypeAlias = Callable[[float], tuple[Reals, Reals]]  # of the intervals at a level, domains x nodes
JOINTS: tuple[Joint, ...] = ("sidak", "bonferroni", "simulated")
METHODS: tuple[Method, ...] = ("intervals", "pairwise", "stepwise")


def rank(
    score: Score,
    domain_kind: str,
    nodes: tuple[str, ...] | None = None,
    *,
    minimum: int = 1,
    level: float = 0.95,
    method: Method = "intervals",
    joint: Joint = "sidak",
    draws: int = DRAWS,
    seed: int = SEED,
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
    method : {"intervals", "pairwise", "stepwise"}
        ``intervals``: from joint intervals; ``pairwise`` and ``stepwise``: from simultaneous tests of all differences,
        in one step or in several (``rank_sets_pairwise``). The stepwise sets are the shortest.
    joint : {"sidak", "bonferroni", "simulated"}
        Of ``intervals``: how the level is shared out among K domains: 1 - (1 - level) is level^(1/K) for each, exact
        for independent domains and not too small for any jointly normal ones (Šidák 1967,
        doi:10.1080/01621459.1967.10482935); or 1 - (1 - level)/K; or by the quantile of the greatest studentised
        deviation among normal draws with the covariance of the domains, which is nearly exact for any.
    draws, seed : int
        Of the simulation; not used by ``sidak`` and ``bonferroni``.

    Returns
    -------
    Score
        With ``rank`` (1 is the best; equal values share the better rank), ``ranked`` (domains ranked together, in all
        rows of the kind and node), ``rank_low`` and ``rank_high`` filled, and a ``Ranking`` per node that says how.
        Domains with fewer than ``minimum`` respondents, without value or without interval are not ranked: ``rank``
        stays missing.

    Raises
    ------
    SipasError
        ``scoring.kind_unknown``, ``scoring.node_unknown``, ``scoring.minimum_not_valid``,
        ``scoring.level_not_valid``, ``scoring.method_unknown``, ``scoring.draws_not_valid``.

    Notes
    -----
    Klein, Wright & Wieczorek 2020, doi:10.1111/rssc.12402: with joint intervals, a unit's rank lies between
    1 + the number of units wholly better and K - the number wholly worse. Mogstad, Romano, Shaikh & Wilhelm 2024,
    doi:10.1093/restud/rdad006, for the others.
    """
    refuse(score, domain_kind, nodes, minimum, level)
    for name, known, got in (("method", METHODS, method), ("joint", JOINTS, joint)):
        if got not in known:
            raise SipasError("scoring.method_unknown", name, expected=list(known), got=got)
    how = Ranking(domain_kind, "", method, joint, level, minimum, 0, float("nan"), draws, seed)
    one = score.nodes[domain_kind]
    ends = cache(partial(node_interval, one, np.sqrt(one.variance())))  # most nodes have as many domains to rank
    tables, rankings = [], []
    for name in nodes or one.names:
        table, ranking = _by_node(score, ends, replace(how, node=name))
        tables.append(table.with_columns(pl.lit(domain_kind).alias("domain_kind"), pl.lit(name).alias("node")))
        rankings.append(ranking)
    done = {(ranking.domain_kind, ranking.node) for ranking in rankings}
    kept = tuple(one for one in score.rankings if (one.domain_kind, one.node) not in done)
    return replace(score, index=filled(score.index, pl.concat(tables)), rankings=kept + tuple(rankings))


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


def _by_node(score: Score, ends: Ends, how: Ranking) -> tuple[pl.DataFrame, Ranking]:
    one = score.nodes[how.domain_kind]
    column = one.place(how.node)
    known = rankable(one, how.minimum)[:, column]
    if how.method == "intervals":
        (best, worst), critical = _by_intervals(score, ends, how, known)
    else:
        field = _field(score, how)
        sets = rank_sets_pairwise(
            field.values,
            field.covariance,
            df=field.df,
            level=how.level,
            stepwise=how.method == "stepwise",
            draws=how.draws,
            seed=how.seed,
        )
        best, worst, critical = sets.best, sets.worst, sets.critical[0]
    table = _ranked(one.grid.domains, one.values[:, column], best, worst, known)
    return table, replace(how, ranked=int(known.sum()), critical=critical)


def _by_intervals(score: Score, ends: Ends, how: Ranking, known: Flags) -> tuple[tuple[Ints, Ints], float]:
    each = _each(int(known.sum()), how.level, how.joint)
    critical = float("nan")
    if how.joint == "simulated" and known.sum() > 1:
        simulated = normal_draws(_field(score, how).covariance, how.draws, how.seed)
        critical = upper_quantile(greatest_deviations(simulated), how.level)
        each = max(float(erf(critical / np.sqrt(2))), how.level)
    low, high = ends(each)
    column = score.nodes[how.domain_kind].place(how.node)
    return rank_sets(low[known, column], high[known, column]), critical


def _field(score: Score, how: Ranking) -> Contenders:
    return contenders(score, how.domain_kind, how.node, minimum=how.minimum, level=how.level)


def _ranked(domains: tuple[str, ...], values: Reals, best: Ints, worst: Ints, known: Flags) -> pl.DataFrame:
    table = pl.DataFrame({"domain": list(domains)}, schema={"domain": pl.String})
    columns = {"rank": places(values[known]), "rank_low": best, "rank_high": worst}
    for name, numbers in columns.items():
        whole = np.zeros(len(domains), dtype=np.int64)
        whole[known] = numbers
        table = table.with_columns(pl.when(pl.Series(known)).then(pl.Series(whole)).alias(name))
    return table.with_columns(pl.lit(int(known.sum()), pl.Int64).alias("ranked"))


def _each(count: int, level: float, joint: str) -> float:
    if count < 2:
        return level
    return level ** (1 / count) if joint == "sidak" else 1 - (1 - level) / count
