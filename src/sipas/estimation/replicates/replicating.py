"""Estimation with replicates: totals of every replicate first, then any function of totals.

Factors are constant inside a unit, so the totals of all replicates of a domain are one product of matrices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.measures import Measure, Term
from sipas.estimation.designs.strata import Ints, Reals
from sipas.estimation.linear.grid import Grid
from sipas.estimation.linear.linearise import parts_of, unanimous
from sipas.estimation.replicates.factors import Deleted, Factors, Listed
from sipas.estimation.replicates.replicated import Replicated, called

Function = Callable[[Reals], Reals]


def replicated(
    grid: Grid,
    terms: tuple[Term, ...],
    function: Function,
    names: tuple[str, ...],
    answers: tuple[Term, ...],
    factors: Factors,
) -> Replicated:
    """Estimate any function of totals with replicates.

    Parameters
    ----------
    grid : Grid
        One kind of domain, of the moments that the factors were made of.
    terms : tuple of Term
        The T sums whose totals the function takes.
    function : callable
        From totals of shape (..., T) to estimates of shape (..., A); what is not finite (0 / 0) becomes NaN. Called
        once for the full sample with (D, T), then for blocks of replicates with (D, R, T).
    names : tuple of str
        Names of the A estimates.
    answers : tuple of Term
        For each estimate, the count of the respondents behind it.
    factors : Factors
        Replicates.

    Returns
    -------
    Replicated
        The estimates.

    Raises
    ------
    SipasError
        ``estimation.replicates_differ``: the factors are of other units; ``estimation.term_missing``.
    """
    return _replicated(grid, grid.sums(terms), function, names, grid.sums(answers), factors)


def replicated_totals(grid: Grid, terms: tuple[Term, ...], answers: tuple[Term, ...], factors: Factors) -> Replicated:
    """Estimate totals with replicates; ``linearised.totals``'s twin.

    Parameters
    ----------
    grid, factors
        As in ``replicated``.
    terms : tuple of Term
        Sums, which name the estimates.
    answers : tuple of Term
        For each, the count of the respondents behind it.

    Returns
    -------
    Replicated
        The totals.

    Raises
    ------
    SipasError
        As ``replicated``.
    """
    found = replicated(grid, terms, _same, tuple(term.name for term in terms), answers, factors)
    return replace(found, summed=True)


def replicated_ratios(grid: Grid, measures: tuple[Measure, ...], factors: Factors) -> Replicated:
    """Estimate every measure as the ratio of its two totals, with replicates; ``ratios``'s twin.

    Parameters
    ----------
    grid, factors
        As in ``replicated``.
    measures : tuple of Measure
        Collapsed measures with two totals.

    Returns
    -------
    Replicated
        Named as the measures; exactly 1, without spread, where above and below are the same in every unit.

    Raises
    ------
    SipasError
        As ``replicated``.
    """
    counts, above, below = _sums(grid, measures)
    same = unanimous(grid, above, below)

    def quotients(totals: Reals) -> Reals:
        upper, lower = totals[..., : len(measures)], totals[..., len(measures) :]
        found = np.divide(upper, lower, out=np.full(upper.shape, np.nan), where=lower != 0)
        one = same if totals.ndim == 2 else same[:, None]
        return np.where(one & np.isfinite(found), 1.0, found) if same.any() else found

    names = tuple(measure.name for measure in measures)
    return _replicated(grid, np.hstack([above, below]), quotients, names, counts, factors)


def replicated_numerators(grid: Grid, measures: tuple[Measure, ...], factors: Factors) -> Replicated:
    """Estimate the total above the line of every measure, with replicates; ``numerators``'s twin.

    Parameters
    ----------
    grid, factors
        As in ``replicated``.
    measures : tuple of Measure
        Collapsed measures.

    Returns
    -------
    Replicated
        Named as the measures; NaN where nobody answered, as ``numerators``.

    Raises
    ------
    SipasError
        As ``replicated``.
    """
    counts, above, _ = _sums(grid, measures)
    found = _replicated(grid, above, _same, tuple(measure.name for measure in measures), counts, factors)
    return replace(found, values=np.where(found.n > 0, found.values, np.nan), summed=True)


def _same(totals: Reals) -> Reals:
    return totals


def _replicated(
    grid: Grid, sums: Reals, function: Function, names: tuple[str, ...], answers: Reals, factors: Factors
) -> Replicated:
    places = _places(grid, factors)
    values = called(function, grid.per_domain(grid.per_segment(sums)))
    found = np.empty((len(grid.domains), factors.count, len(names)))
    for start, stop in factors.blocks(len(grid.domains) * max(sums.shape[1], 1)):
        totals = _totals(grid, places, sums, factors.source, (start, stop))
        found[:, start:stop] = called(function, totals)
    return Replicated(grid, names, values, np.moveaxis(found, 1, 0), answers, factors)


def _places(grid: Grid, factors: Factors) -> Ints:
    """Place of each row's unit among those of the factors, shape (rows,)."""
    path = factors.units.columns
    if grid.table.height and not set(path) <= set(grid.table.columns):
        raise SipasError("estimation.replicates_differ", "factors", expected=path)
    numbered = factors.units.with_row_index("place")
    found = grid.table.select(path).join(numbered, on=path, how="left", maintain_order="left", nulls_equal=True)
    if found["place"].null_count():
        wrong = found.filter(pl.col("place").is_null()).row(0)
        raise SipasError("estimation.replicates_differ", "factors", got=list(wrong[: len(path)]))
    return found["place"].cast(pl.Int64).to_numpy()


def _totals(grid: Grid, places: Ints, sums: Reals, source: Listed | Deleted, replicates: tuple[int, int]) -> Reals:
    """Totals of some replicates, shape (D, replicates, T): a product per domain over its own rows alone."""
    rows = np.append(grid.starts[grid.domain_starts], grid.domain.size)
    start, stop = replicates
    found = np.empty((len(grid.domains), stop - start, sums.shape[1]))
    for d in range(len(grid.domains)):
        here = slice(rows[d], rows[d + 1])
        found[d] = source.totals(places[here], sums[here], start, stop)
    return found


def _sums(grid: Grid, measures: tuple[Measure, ...]) -> tuple[Reals, Reals, Reals]:
    parts = [parts_of(measure) for measure in measures]
    counts = grid.sums(tuple(count for count, _, _ in parts))
    above = [grid.sums(up).sum(axis=1) for _, up, _ in parts]
    below = [grid.sums(down).sum(axis=1) for _, _, down in parts]
    empty = np.empty((grid.domain.size, 0))
    return counts, np.column_stack([*above, empty]), np.column_stack([*below, empty])
