"""Change since an earlier round, on comparable items only."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation import Linearised, grids, t_interval
from sipas.estimation.strata import Reals
from sipas.instrument.compare import comparable_items
from sipas.scoring.index import Score
from sipas.scoring.ranks import filled, places
from sipas.scoring.tree import has_items, items_of, nodes_of

Reason: TypeAlias = Literal["scoring.series_differ", "scoring.no_comparable_items"]


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
    """

    score: Score
    items: tuple[str, ...]
    left_out: tuple[str, ...]
    reason: Reason | None


def change(
    now: Score,
    before: Score,
    items: tuple[str, ...] | None = None,
    *,
    domain_kinds: tuple[str, ...] | None = None,
    minimum: int = 1,
) -> Change:
    """Compare a round with an earlier one whose sample was drawn independently.

    Parameters
    ----------
    now, before : Score
        The two rounds.
    items : tuple of str, optional
        Comparable questions; missing: as ``sipas.instrument.compare`` finds them.
    domain_kinds : tuple of str, optional
        Kinds of domain; missing: those in both rounds.
    minimum : int
        Least respondents in both rounds for a place in ``previous_rank``.

    Returns
    -------
    Change
        ``previous`` and ``change`` are worked out from the comparable items alone, in both rounds with the later
        edition's tree; so where items were left out, ``percent`` - ``change`` is not ``previous``. ``previous_rank`` is
        among the domains present in both rounds.

    Raises
    ------
    SipasError
        ``scoring.item_unknown``: a question is not an item of the later edition; ``scoring.kind_unknown``.

    Notes
    -----
    Independent rounds: variance of the change v1 + v2, t with Satterthwaite's degrees of freedom
    (v1 + v2)² / (v1²/df1 + v2²/df2).
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
    tables = [_of_kind(now, before, kind, frozenset(found), minimum) for kind in kinds]
    index = filled(now.index, pl.concat(tables)) if tables else now.index
    kept = tuple(name for name in every if name in found)
    return Change(replace(now, index=index), kept, left_out, None)


def _kinds(now: Score, before: Score, wanted: tuple[str, ...] | None) -> tuple[str, ...]:
    both = tuple(kind for kind in now.nodes if kind in before.nodes)
    if unknown := [kind for kind in wanted or () if kind not in both]:
        raise SipasError("scoring.kind_unknown", "domain_kinds", expected=list(both), got=unknown)
    return both if wanted is None else wanted


def _of_kind(now: Score, before: Score, kind: str, items: frozenset[str], minimum: int) -> pl.DataFrame:
    late, early = (_comparable(now, one, kind, items) for one in (now, before))
    shared = [domain for domain in late.grid.domains if domain in set(early.grid.domains)]
    here = [late.grid.domains.index(domain) for domain in shared]
    there = [early.grid.domains.index(domain) for domain in shared]
    rows = [_of_node(late, early, column, (here, there), now.level, minimum) for column in range(len(late.names))]
    names = pl.DataFrame({"domain": shared}, schema={"domain": pl.String})
    about = [
        names.with_columns(pl.lit(kind).alias("domain_kind"), pl.lit(name).alias("node"), *columns)
        for name, columns in zip(late.names, rows, strict=True)
    ]
    return pl.concat(about)


def _comparable(tree: Score, data: Score, kind: str, only: frozenset[str]) -> Linearised:
    (grid,) = grids(data.moments, (kind,))
    items = items_of(tree.edition, grid, only)
    nodes = tuple(node for node, _ in tree.edition.nodes() if has_items(node, items.questions))
    return nodes_of(nodes, items, responded=False)


def _of_node(
    late: Linearised,
    early: Linearised,
    column: int,
    at: tuple[list[int], list[int]],
    level: float,
    minimum: int,
) -> list[pl.Series]:
    values, variances, df, n = (
        [part[rows, column] for part, rows in zip(pair, at, strict=True)]
        for pair in (
            (late.values, early.values),
            (late.variance(), early.variance()),
            (late.degrees(), early.degrees()),
            (late.n, early.n),
        )
    )
    difference = values[0] - values[1]
    se = np.sqrt(variances[0] + variances[1])
    low, high = t_interval(difference, se, _satterthwaite(variances, df), level)
    known = np.isfinite(difference) & (n[0] >= minimum) & (n[1] >= minimum)
    rank = np.full(difference.size, np.nan)
    rank[known] = places(values[1][known])
    reals = {"previous": values[1], "change": difference, "change_se": se, "change_low": low, "change_high": high}
    series = [pl.Series(name, numbers).fill_nan(None) for name, numbers in reals.items()]
    return [*series, pl.Series("previous_rank", rank).fill_nan(None).cast(pl.Int64)]


def _satterthwaite(variances: list[Reals], df: list[Reals]) -> Reals:
    whole = variances[0] + variances[1]
    parts = sum(
        np.divide(v**2, d, out=np.full_like(v, np.nan), where=d >= 1) for v, d in zip(variances, df, strict=True)
    )
    # Both rounds complete counts: no error, so any number of degrees will do.
    return np.where(whole == 0, 1.0, np.divide(whole**2, parts, out=np.full_like(whole, np.nan), where=parts > 0))
