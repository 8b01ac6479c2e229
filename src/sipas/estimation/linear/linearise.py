"""Measures to linearised estimates: totals first, then their smooth functions."""

from __future__ import annotations

import numpy as np

from sipas.estimation.designs.measures import Mean, Measure, Pooled, Ratio, Responded, Share, Term, counted, weighed
from sipas.estimation.designs.strata import Flags, Reals
from sipas.estimation.intervals.shares import ShareInterval, share_interval
from sipas.estimation.linear.estimated import Estimated
from sipas.estimation.linear.grid import Grid
from sipas.estimation.linear.linearised import Linearised


def parts_of(measure: Measure) -> tuple[Term, tuple[Term, ...], tuple[Term, ...]]:
    """Tell what stands above and below the line of a measure.

    Parameters
    ----------
    measure : Measure
        Any measure.

    Returns
    -------
    answers : Term
        Count of the respondents behind it.
    above, below : tuple of Term
        Sums whose sum is the numerator, and the denominator. ``Responded`` has neither.
    """
    match measure:
        case Share() | Mean():
            count, below, above, *_ = measure.terms()
            return count, (above,), (below,)
        case Ratio():
            count, below, above, *_ = measure.terms()
            return count, (above,), (below,)
        case Pooled():
            above_all = tuple(weighed(column, codes) for column, codes in measure.items)
            return measure.terms()[0], above_all, tuple(weighed(column) for column, _ in measure.items)
        case Responded():
            return counted(measure.columns), (), ()


def totals(grid: Grid, terms: tuple[Term, ...], answers: tuple[Term, ...]) -> Linearised:
    """Take weighted sums as estimates of totals.

    Parameters
    ----------
    grid : Grid
        One kind of domain.
    terms : tuple of Term
        Sums.
    answers : tuple of Term
        For each, the count of the respondents behind it.

    Returns
    -------
    Linearised
        The totals, whose scores are the primary units' own sums.
    """
    sums = grid.sums(terms)
    values = grid.per_domain(grid.per_segment(sums))
    names = tuple(term.name for term in terms)
    every = np.ones(len(names), dtype=bool)
    return Linearised(grid, names, values, sums, grid.sums(answers), grid.crossed(terms), every)


def ratios(grid: Grid, measures: tuple[Measure, ...]) -> Linearised:
    """Estimate every measure as the ratio of its two totals: share, mean, ratio.

    Parameters
    ----------
    grid : Grid
        One kind of domain.
    measures : tuple of Measure
        Collapsed measures with two totals.

    Returns
    -------
    Linearised
        Named as the measures. Score of a unit: (above - ratio × below) / total of below. The ratio is exactly 1 where
        above and below are the same in every unit.
    """
    counts, above, below = _sums(grid, measures)
    upper, lower = (grid.per_domain(grid.per_segment(sums)) for sums in (above, below))
    exists = lower != 0
    values = np.divide(upper, lower, out=np.full_like(upper, np.nan), where=exists)
    values = np.where(exists & unanimous(grid, above, below), 1.0, values)
    inverse = np.divide(1.0, lower, out=np.zeros_like(lower), where=exists)
    slope = np.where(exists, values, 0.0)
    scores = (above - slope[grid.domain] * below) * inverse[grid.domain]
    over, under = _crossed(grid, measures)
    crossed = None if over is None or under is None else (over - slope[:, None] * under) * inverse[:, None]
    return Linearised(grid, tuple(measure.name for measure in measures), values, scores, counts, crossed)


def unanimous(grid: Grid, above: Reals, below: Reals) -> Flags:
    """Tell where all that was answered counts: the sums above and below the line are the same in every unit.

    Parameters
    ----------
    grid : Grid
        One kind of domain.
    above, below : array, shape (R, A)
        Sums per row, the first a part of the second. Both add the same weights in the same order, so that they are
        equal to the last bit where nothing is left out.

    Returns
    -------
    array of bool, shape (D, A)
        Without tolerance.
    """
    return np.asarray(grid.per_domain(grid.per_segment((above != below).astype(np.float64))) == 0)


def numerators(grid: Grid, measures: tuple[Measure, ...]) -> Linearised:
    """Estimate the total above the line of every measure: people of a category, totals of a number.

    Parameters
    ----------
    grid : Grid
        One kind of domain.
    measures : tuple of Measure
        Collapsed measures.

    Returns
    -------
    Linearised
        Named as the measures; NaN where nobody answered, which is no total of 0.
    """
    counts, above, _ = _sums(grid, measures)
    values, there = (grid.per_domain(grid.per_segment(sums)) for sums in (above, counts))
    over, _ = _crossed(grid, measures)
    names, every = tuple(measure.name for measure in measures), np.ones(len(measures), dtype=bool)
    return Linearised(grid, names, np.where(there > 0, values, np.nan), above, counts, over, every)


def denominators(grid: Grid, measures: tuple[Measure, ...]) -> Reals:
    """Give the total below the line: for shares and means the people represented.

    Parameters
    ----------
    grid : Grid
        One kind of domain.
    measures : tuple of Measure
        Collapsed measures.

    Returns
    -------
    array, shape (D, number of measures)
        Sums of weights (of weighted values, for a ratio).
    """
    below = _added(grid, [down for _, _, down in map(parts_of, measures)])
    return grid.per_domain(grid.per_segment(below))


def kish_size(grid: Grid, n: Reals) -> Reals:
    """Give the effective size of samples after the loss by unequal weights.

    Parameters
    ----------
    grid : Grid
        One kind of domain.
    n : array, shape (D, A)
        Answers.

    Returns
    -------
    array, shape (D, A)
        n × (sum w)² / (rows × sum w²), weights of all respondents of the domain (Kish 1965, §11.7).
    """
    names = [Term(name, ()) for name in ("n", "w", "ww")]
    rows, weight, square = grid.per_domain(grid.per_segment(grid.sums(tuple(names)))).T
    loss = np.divide(weight**2, rows * square, out=np.zeros_like(weight), where=square > 0)
    return np.asarray(n * loss[:, None])


def intervals_of_shares(
    one: Estimated,
    shares: Reals,
    se: Reals,
    level: float,
    *,
    method: ShareInterval = "logit",
    df: Reals | None = None,
) -> tuple[Reals, Reals]:
    """Give intervals of estimates that are shares, or means of shares.

    Parameters
    ----------
    one : Estimated
        The estimates, in any unit.
    shares, se : array, shape (D, A)
        On 0 to 1, with their standard errors; NaN where unknown.
    level : float
        Above 0, below 1.
    method : ShareInterval
        As in ``share_interval``.
    df : array, shape (D, A), optional
        Degrees of freedom; missing: ``one.degrees()``.

    Returns
    -------
    low, high : array, shape (D, A)
        ``share_interval`` with Kish's size; the share itself where every primary unit was drawn.
    """
    freedom = np.where(np.isfinite(se), one.degrees() if df is None else df, np.nan)
    low, high = share_interval(shares, se, freedom, kish_size(one.grid, one.n), one.n, level, method)
    certain = one.certain() & np.isfinite(low)
    return np.where(certain, shares, low), np.where(certain, shares, high)


def _sums(grid: Grid, measures: tuple[Measure, ...]) -> tuple[Reals, Reals, Reals]:
    parts = [parts_of(measure) for measure in measures]
    counts = grid.sums(tuple(count for count, _, _ in parts))
    return counts, _added(grid, [up for _, up, _ in parts]), _added(grid, [down for _, _, down in parts])


def _added(grid: Grid, several: list[tuple[Term, ...]]) -> Reals:
    """Give sums of terms, one column for each of the tuples."""
    single = [place for place, terms in enumerate(several) if len(terms) == 1]
    found = np.empty((grid.table.height, len(several)))
    found[:, single] = grid.sums(tuple(several[place][0] for place in single))
    for place in set(range(len(several))).difference(single):
        found[:, place] = grid.sums(several[place]).sum(axis=1)
    return found


def _crossed(grid: Grid, measures: tuple[Measure, ...]) -> tuple[Reals | None, Reals | None]:
    if grid.cross is None:
        return None, None
    parts = [parts_of(measure) for measure in measures]
    above = [grid.crossed(up) for _, up, _ in parts]
    below = [grid.crossed(down) for _, _, down in parts]
    sides = [np.stack([one.sum(axis=2) for one in side if one is not None], axis=2) for side in (above, below)]
    return sides[0], sides[1]
