"""Change since an earlier round, on comparable items only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation import Linearised, grids
from sipas.estimation.designs.strata import Reals
from sipas.instrument.compare import comparable_items
from sipas.scoring.contenders import rankable
from sipas.scoring.index import Score, node_interval
from sipas.scoring.overlapping import Joined, Overlap, Shared, crossed, joined_units
from sipas.scoring.ranks import filled, places
from sipas.scoring.tree import has_items, items_of, leaves, nodes_of, question_of

Side: TypeAlias = tuple[Reals, Reals, Reals, Reals]  # values, errors, ends of intervals; each domains x nodes
Spread: TypeAlias = tuple[Reals, Reals, Reals]  # error of the change, covariance, correlation; each domains x nodes
Reason: TypeAlias = Literal["scoring.series_differ", "scoring.no_comparable_items"]
COVARIED = ("domain_kind", "domain", "node", "covariance", "correlation")


@dataclass(frozen=True, slots=True)
class Change:
    """The result of a comparison of two rounds.

    Parameters
    ----------
    score : Score
        The later round, with the columns of change filled where they can be.
    items : tuple of str
        Questions compared, in the order of the later edition.
    left_out : tuple of str
        Items of the later edition that do not compare.
    reason : str, optional
        Dotted code where nothing compares: ``scoring.series_differ``, ``scoring.no_comparable_items``.
    shared : Shared, optional
        The primary units in both rounds; missing where the rounds were taken as independent.
    covariance : polars.DataFrame, optional
        For rounds that share units: ``domain_kind``, ``domain``, ``node``, ``covariance`` of the two values (squared
        points), ``correlation``.
    """

    score: Score
    items: tuple[str, ...]
    left_out: tuple[str, ...]
    reason: Reason | None
    shared: Shared | None = None
    covariance: pl.DataFrame | None = None


def change(
    now: Score,
    before: Score,
    items: tuple[str, ...] | None = None,
    *,
    domain_kinds: tuple[str, ...] | None = None,
    minimum: int = 1,
    overlap: Overlap | None = None,
) -> Change:
    """Compare a round with an earlier one.

    Parameters
    ----------
    now, before : Score
        The two rounds.
    items : tuple of str, optional
        Comparable questions; missing: as ``sipas.instrument.compare`` finds them.
    domain_kinds : tuple of str, optional
        Kinds of domain; missing: those in both rounds.
    minimum : int
        Least respondents to be ranked, as given to ``rank``.
    overlap : Overlap, optional
        That the rounds share primary units. Missing: their samples were drawn independently.

    Returns
    -------
    Change
        ``previous`` and ``change`` are worked out from the comparable items alone, in both rounds with the later
        edition's tree; so where items were left out, ``percent`` - ``change`` is not ``previous``.
        ``previous_rank`` is filled only where ``now`` was ranked and ``previous_rank`` - ``rank`` compares like with
        like: all items below the node are compared, and the same domains can be ranked by it in both rounds.

    Raises
    ------
    SipasError
        ``scoring.item_unknown``: a question is not an item of the later edition; ``scoring.kind_unknown``;
        ``scoring.overlap_needs_psu``, ``scoring.link_columns``, ``scoring.link_repeated``, ``scoring.method_unknown``.

    Notes
    -----
    Variance of the change: v1 + v2 - 2 cov, where cov is 0 for independent rounds and comes from the shared primary
    units otherwise (``overlapping``). The interval is made from the intervals of the two rounds, since the error is 0
    where all were satisfied: its half-width downwards is √(a² + b² - 2 r a b) with a the lower arm of the later value,
    b the upper arm of the earlier and r their correlation (Zou & Donner 2008, doi:10.1002/sim.3095).
    """
    every = tuple(question.name for question in now.edition.items())
    if now.edition.series != before.edition.series:
        return Change(now, (), every, "scoring.series_differ")
    found = comparable_items(before.edition, now.edition) if items is None else items
    if unknown := [name for name in found if name not in every]:
        raise SipasError("scoring.item_unknown", "items", expected=list(every), got=unknown)
    left_out = tuple(name for name in every if name not in found)
    if not found:
        return Change(now, (), left_out, "scoring.no_comparable_items")
    kinds = _kinds(now, before, domain_kinds)
    units = None if overlap is None else joined_units(now, before, overlap)
    sides = zip(
        _comparable(now, now, kinds, frozenset(found)), _comparable(now, before, kinds, frozenset(found)), strict=True
    )
    tables = [_of_kind(now, late, early, frozenset(found), minimum, units) for late, early in sides]
    both = [table.select(*COVARIED) for table in tables]
    tables = [table.drop(COVARIED[3:]) for table in tables]
    index = filled(now.index, pl.concat(tables)) if tables else now.index
    index = index.with_columns(pl.when(pl.col("ranked").is_not_null()).then("previous_rank").alias("previous_rank"))
    kept = tuple(name for name in every if name in found)
    changed = Change(replace(now, index=index), kept, left_out, None)
    if units is None:
        return changed
    return replace(changed, shared=units.shared, covariance=pl.concat(both) if both else None)


def _kinds(now: Score, before: Score, wanted: tuple[str, ...] | None) -> tuple[str, ...]:
    both = tuple(kind for kind in now.nodes if kind in before.nodes)
    if unknown := [kind for kind in wanted or () if kind not in both]:
        raise SipasError("scoring.kind_unknown", "domain_kinds", expected=list(both), got=unknown)
    return both if wanted is None else wanted


def _of_kind(
    now: Score, late: Linearised, early: Linearised, items: frozenset[str], minimum: int, units: Joined | None
) -> pl.DataFrame:
    shared = [domain for domain in late.grid.domains if domain in set(early.grid.domains)]
    sides = _side(late, shared, now.level), _side(early, shared, now.level)
    spread = _spread(late, early, sides, shared, units)
    ranks = _previous_ranks(now, early, items, minimum)
    names = pl.DataFrame({"domain": shared}, schema={"domain": pl.String})
    about = [
        names.with_columns(
            pl.lit(late.grid.kind).alias("domain_kind"), pl.lit(name).alias("node"), *_columns(*sides, spread, i)
        )
        for i, name in enumerate(late.names)
    ]
    return pl.concat(about).join(ranks, on=["domain", "node"], how="left", maintain_order="left")


def _comparable(tree: Score, data: Score, kinds: tuple[str, ...], only: frozenset[str]) -> Iterator[Linearised]:
    """Work out by the comparable items, kind by kind, what has an item left of a tree."""
    if data.edition == tree.edition and all(question.name in only for question in tree.edition.items()):
        yield from (data.nodes[kind] for kind in kinds)
        return
    nodes = tuple(node for node, _ in tree.edition.nodes() if has_items(node, tuple(only)))
    for grid in grids(data.moments, kinds) if kinds else ():
        yield nodes_of(nodes, items_of(tree.edition, grid, only))


def _side(one: Linearised, domains: list[str], level: float) -> Side:
    rows = [one.grid.domains.index(domain) for domain in domains]
    se = np.sqrt(one.variance())
    low, high = node_interval(one, se, level)
    return one.values[rows], se[rows], low[rows], high[rows]


def _spread(
    late: Linearised, early: Linearised, sides: tuple[Side, Side], shared: list[str], units: Joined | None
) -> Spread:
    first, second = sides[0][1] ** 2, sides[1][1] ** 2
    if units is None:
        nothing = np.zeros_like(first)
        return np.hypot(sides[0][1], sides[1][1]), nothing, nothing
    one, other = (late.residual(), units.now), (early.residual(), units.before)
    if units.shared.rule == "stacked":
        first, second = (
            np.where(np.isfinite(alone), np.maximum(crossed(units, each, each, shared), 0.0), np.nan)
            for alone, each in ((first, one), (second, other))
        )
    most = np.sqrt(first * second)
    covariance = np.clip(crossed(units, one, other, shared), -most, most)
    correlation = np.divide(covariance, most, out=np.zeros_like(most), where=most > 0)
    return _arm(np.sqrt(first), np.sqrt(second), correlation), covariance, correlation


def _columns(late: Side, early: Side, spread: Spread, column: int) -> list[pl.Series]:
    value, _, low, high = (part[:, column] for part in late)
    previous, _, previous_low, previous_high = (part[:, column] for part in early)
    change_se, covariance, correlation = (part[:, column] for part in spread)
    below = _arm(value - low, previous_high - previous, correlation)
    above = _arm(high - value, previous - previous_low, correlation)
    reals = {
        "previous": previous,
        "change": value - previous,
        "change_se": change_se,
        "change_low": value - previous - below,
        "change_high": value - previous + above,
        "covariance": np.where(np.isfinite(change_se), covariance, np.nan),
        "correlation": np.where(np.isfinite(change_se), correlation, np.nan),
    }
    return [pl.Series(name, numbers, nan_to_null=True) for name, numbers in reals.items()]


def _arm(one: Reals, other: Reals, correlation: Reals) -> Reals:
    together = np.sqrt(np.maximum(one**2 + other**2 - 2 * correlation * one * other, 0.0))
    return np.where(correlation == 0, np.hypot(one, other), together)


def _previous_ranks(now: Score, early: Linearised, items: frozenset[str], minimum: int) -> pl.DataFrame:
    """Rank the earlier round where the later one ranks the same domains by the same items."""
    late = now.nodes[early.grid.kind]
    ranked, could = rankable(late, minimum), rankable(early, minimum)
    rows: list[tuple[str, str, int]] = []
    for node, _ in now.edition.nodes():
        if not all(question_of(leaf) in items for leaf in leaves(node)):
            continue
        here, there = ranked[:, late.place(node.name)], could[:, early.place(node.name)]
        domains = [d for d, is_ranked in zip(early.grid.domains, there, strict=True) if is_ranked]
        if domains == [d for d, is_ranked in zip(late.grid.domains, here, strict=True) if is_ranked]:
            found = places(early.values[there, early.place(node.name)])
            rows += [(domain, node.name, int(place)) for domain, place in zip(domains, found, strict=True)]
    return pl.DataFrame(rows, schema={"domain": pl.String, "node": pl.String, "previous_rank": pl.Int64}, orient="row")
