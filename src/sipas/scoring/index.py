"""The index of an edition in every domain, with errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from sipas.estimation import Grid, Linearised, Moments, across, counted, grids, intervals_of_shares
from sipas.estimation.designs.strata import Ints, Reals
from sipas.instrument import Edition
from sipas.instrument.model import Node
from sipas.scoring.tree import PERCENT, items_of, leaves, nodes_of, question_of
from sipas.tables import COVARIANCE, INDEX

MOST_PAIRS = 1_000_000


@dataclass(frozen=True, slots=True)
class Ranking:
    """How the domains of a kind were ranked by a node.

    Parameters
    ----------
    domain_kind, node : str
        What was ranked, by what.
    method, joint : str
        As given to ``rank``.
    level : float
        Probability that all sets hold together.
    minimum : int
        Least respondents.
    ranked : int
        Domains ranked together.
    critical : float
        Critical value of the simulation, the last one of ``stepwise``; NaN where none was needed.
    draws, seed : int
        Of the simulation.
    """

    domain_kind: str
    node: str
    method: str
    joint: str
    level: float
    minimum: int
    ranked: int
    critical: float
    draws: int
    seed: int


@dataclass(frozen=True, slots=True)
class Score:
    """An index with what later questions need.

    Parameters
    ----------
    edition : Edition
        Whose tree.
    moments : Moments
        From which.
    index : polars.DataFrame
        ``sipas.tables.INDEX``: by kind of domain, domain, node in the order of the tree.
    covariance : polars.DataFrame
        ``sipas.tables.COVARIANCE``: inside a domain every pair of nodes once (the earlier in the tree first, itself
        included); between two domains of a kind the same node, where not 0. Nothing for nodes without error. Where
        nothing but a calibration links the domains, and they make more than a million pairs, these are left out:
        ``sipas.estimation.across`` gives them.
    nodes : dict of str to Linearised
        For each kind of domain the nodes in percent with their scores.
    level : float
        Of the intervals.
    rankings : tuple of Ranking
        How each node of each kind was ranked; empty before ``rank``.
    """

    edition: Edition
    moments: Moments
    index: pl.DataFrame
    covariance: pl.DataFrame
    nodes: dict[str, Linearised]
    level: float
    rankings: tuple[Ranking, ...] = ()


def score(
    edition: Edition,
    moments: Moments,
    *,
    domain_kinds: tuple[str, ...] | None = None,
    level: float = 0.95,
    covaried: bool = True,
    progress: Callable[[float], object] | None = None,
) -> Score:
    """Work out the index of an edition.

    Parameters
    ----------
    edition : Edition
        Index tree, top boxes, rules.
    moments : Moments
        Collapsed with ``measures_of(edition)``, possibly among others.
    domain_kinds : tuple of str, optional
        Kinds of domain; missing: all of the moments.
    level : float
        Of the intervals.
    covaried : bool
        Whether to make the table of covariances, which takes most of the time.
    progress : callable, optional
        Takes the share of the kinds that is done, above 0 and up to 1.

    Returns
    -------
    Score
        Every node in every domain that has respondents.

    Raises
    ------
    SipasError
        ``estimation.term_missing``, ``estimation.kind_unknown``, errors of the strata.

    Notes
    -----
    An item is the weighted share of its top box among valid answers. ``pooled_answers``: satisfied over valid answers,
    added over all items below. ``mean_of_children`` and ``fixed_weights``: over the children with a value in the
    domain; the weights of the others are given to them in proportion. Errors by Taylor linearisation through the tree.
    """
    nodes = tuple(node for node, _ in edition.nodes())
    found: dict[str, Linearised] = {}
    index, covariance = [INDEX.empty()], [COVARIANCE.empty()]
    for grid in grids(moments, domain_kinds):
        one = nodes_of(nodes, items_of(edition, grid))
        found[grid.kind] = one
        index.append(_index(edition, one, level))
        covariance += [_covariance(one)] if covaried else []
        if progress is not None:
            progress(len(found) / len(domain_kinds or moments.description.kinds))
    return Score(edition, moments, INDEX.check(pl.concat(index)), pl.concat(covariance), found, level)


def node_interval(one: Linearised, se: Reals, level: float) -> tuple[Reals, Reals]:
    """Give intervals of nodes, in percent.

    Parameters
    ----------
    one : Linearised
        Nodes in percent.
    se : array, shape (D, A)
        Their standard errors in points.
    level : float
        Above 0, below 1.

    Returns
    -------
    low, high : array, shape (D, A)
        Between 0 and 100; NaN where not known.
    """
    low, high = intervals_of_shares(one, one.values / PERCENT, se / PERCENT, level)
    return low * PERCENT, high * PERCENT


def _index(edition: Edition, one: Linearised, level: float) -> pl.DataFrame:
    about = [(n.name, parent, n.level, n.rule or "top_box") for n, parent in edition.nodes()]
    texts = ("node", "parent", "level", "rule")
    tree = pl.DataFrame(about, schema=dict.fromkeys(texts, pl.String), orient="row")
    domains = {"domain_kind": [one.grid.kind] * len(one.grid.domains), "domain": list(one.grid.domains)}
    table = pl.DataFrame(domains, schema=dict.fromkeys(domains, pl.String))
    table = table.join(tree, how="cross", maintain_order="left_right")
    se = np.sqrt(one.variance())
    low, high = node_interval(one, se, level)
    reals = {
        "n": one.n,
        "answers": _answers(edition, one.grid),
        "percent": one.values,
        "se": se,
        "low": low,
        "high": high,
        "df": np.where(one.n > 0, one.degrees(), np.nan),
    }
    table = table.with_columns(pl.Series(name, values.ravel()) for name, values in reals.items())
    empty = [pl.lit(None, c.dtype).alias(c.name) for c in INDEX.columns if c.name not in table.columns]
    table = table.with_columns(pl.col(pl.Float64).fill_nan(None), *empty)
    return table.select(pl.col(c.name).cast(c.dtype) for c in INDEX.columns)


def _answers(edition: Edition, grid: Grid) -> Reals:
    nodes = [node for node, _ in edition.nodes()]
    rows = [grid.sums(tuple(counted((q,)) for q in _questions(node))).sum(axis=1) for node in nodes]
    return grid.per_domain(grid.per_segment(np.column_stack(rows)))


def _questions(node: Node) -> tuple[str, ...]:
    return tuple(question_of(leaf) for leaf in leaves(node))


def _covariance(one: Linearised) -> pl.DataFrame:
    first, second = np.triu_indices(len(one.names))
    inside = one.covariances()[:, first, second]
    domains, nodes = len(one.grid.domains), len(one.names)
    domain = np.repeat(np.arange(domains), first.size)
    tables = [_pairs(one, (domain, np.tile(first, domains)), (domain, np.tile(second, domains)), inside.ravel())]
    row, column = np.triu_indices(domains, 1)
    linked = row.size * nodes <= MOST_PAIRS if one.grid.nested and one.crossed is not None else not one.grid.nested
    for node, name in enumerate(one.names if linked else ()):
        between = across(one, name, one, name)[row, column]
        pair = np.flatnonzero(between)
        each = np.full(pair.size, node)
        tables.append(_pairs(one, (row[pair], each), (column[pair], each), between[pair]))
    return pl.concat(tables)


def _pairs(one: Linearised, first: tuple[Ints, Ints], second: tuple[Ints, Ints], covariance: Reals) -> pl.DataFrame:
    """Name pairs of (domain, node) by their places."""
    domains, names = pl.Series(one.grid.domains, dtype=pl.String), pl.Series(one.names, dtype=pl.String)
    kept = np.flatnonzero(~np.isnan(covariance))
    columns = {
        "domain_kind": pl.Series([one.grid.kind], dtype=pl.String).new_from_index(0, kept.size),
        "domain": domains[first[0][kept]],
        "node": names[first[1][kept]],
        "other_domain": domains[second[0][kept]],
        "other_node": names[second[1][kept]],
        "covariance": pl.Series(values=covariance[kept]),
    }
    return pl.DataFrame(columns, schema={c.name: c.dtype for c in COVARIANCE.columns})
