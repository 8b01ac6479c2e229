"""Design effects: the variance of an estimate over that of a simple random sample of as many answers."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from sipas.errors import SipasError
from sipas.estimation.designs.measures import Mean, Measure, Ratio, Share, Term
from sipas.estimation.designs.strata import Reals
from sipas.estimation.linear.estimated import Estimated
from sipas.estimation.linear.grid import Grid

Replacement = Literal["wr", "wor"]
SUMMED = ("total", "count")
CANCELLED = 1e-9  # of a mean square: a variance below this is mostly the rounding of the sums it is the difference of


def design_effects(
    one: Estimated,
    measures: tuple[Measure, ...],
    statistics: tuple[str, ...],
    variance: Reals,
    weight: Reals,
    kind: Replacement = "wr",
) -> Reals:
    """Give design effects.

    Parameters
    ----------
    one : Estimated
        A estimates.
    measures : tuple of Measure
        The measure of each.
    statistics : tuple of str
        Which statistic of it each is.
    variance : array, shape (D, A)
        Of the estimates.
    weight : array, shape (D, A)
        Sums of the weights of those who answered.
    kind : {"wr", "wor"}
        Against a simple sample drawn with replacement (R ``deff = "replace"``; deft² elsewhere) or without (R ``deff =
        TRUE``).

    Returns
    -------
    array, shape (D, A)
        V / (S² / n) for means, shares and ratios, V / (W² S² / n) for totals and counts, with S² = n / (n - 1) × the
        weighted variance of the answers (of y - R x over the total of x, for a ratio), W their weight; ``wor``: S²
        × (1 - n / W). NaN where n < 2, S² = 0, W is below n (``wor``), where S² is below 1e-9 of the mean square (a
        mean of 1e8 with a standard deviation of 1: the sums of squares do not hold it), and for pooled answers, whose
        spread within respondents the sums do not hold.

    Raises
    ------
    SipasError
        ``estimation.option_unknown``.

    Notes
    -----
    Kish 1965, §8.2; as R ``svymean``, ``svytotal`` and ``svyratio`` compute them.
    """
    if kind not in get_args(Replacement):
        raise SipasError("estimation.option_unknown", "deff", expected=list(get_args(Replacement)), got=kind)
    spread = _spread(one, measures, statistics)
    summed = np.array([statistic in SUMMED for statistic in statistics], dtype=bool)
    spread = np.where(summed, spread * weight**2, spread)
    if kind == "wor":
        left = np.divide(weight - one.n, weight, out=np.full_like(weight, np.nan), where=weight > one.n)
        spread = spread * left
    simple = np.divide(spread, one.n - 1, out=np.full_like(spread, np.nan), where=one.n > 1)
    return np.divide(variance, simple, out=np.full_like(spread, np.nan), where=simple > 0)


def answered_weight(grid: Grid, measures: tuple[Measure, ...], below: Reals) -> Reals:
    """Give the weight of those who answered.

    Parameters
    ----------
    grid : Grid
        One kind of domain.
    measures : tuple of Measure
        A measures.
    below : array, shape (D, A)
        Totals below the line, which are that weight save for ratios.

    Returns
    -------
    array, shape (D, A)
        Sums of weights; for pooled answers, of the weights of the answers.
    """
    weight = below.copy()
    for column, measure in enumerate(measures):
        if isinstance(measure, Ratio):
            weight[:, column] = _totals(grid, measure.terms()[3:4])[0]
    return weight


def _spread(one: Estimated, measures: tuple[Measure, ...], statistics: tuple[str, ...]) -> Reals:
    """Weighted variance of the answers with divisor W, in the units of the estimate (of the answers, for totals)."""
    spread = np.full_like(one.values, np.nan)
    shares = [c for c, (m, s) in enumerate(zip(measures, statistics, strict=True)) if _is_share(m, s)]
    value = one.values[:, shares]
    spread[:, shares] = value * (1 - value)
    for column, (measure, statistic) in enumerate(zip(measures, statistics, strict=True)):
        match measure:
            case Mean():
                spread[:, column] = _of_mean(one.grid, measure)
            case Ratio():
                spread[:, column] = _of_ratio(one.grid, measure, one.values[:, column], statistic)
            case Share() if statistic == "count":
                spread[:, column] = _of_count(one.grid, measure)
    return spread


def _is_share(measure: Measure, statistic: str) -> bool:
    return isinstance(measure, Share) and statistic != "count"


def _of_mean(grid: Grid, measure: Mean) -> Reals:
    _, *terms = measure.terms()
    weight, sums, squares = _totals(grid, tuple(terms))
    return _left(_over(squares, weight), _over(sums, weight) ** 2)


def _of_count(grid: Grid, measure: Share) -> Reals:
    _, *terms = measure.terms()
    weight, above = _totals(grid, tuple(terms))
    share = _over(above, weight)
    return share * (1 - share)


def _of_ratio(grid: Grid, measure: Ratio, value: Reals, statistic: str) -> Reals:
    _, *terms = measure.terms()
    below, above, weight, squares, squares_below, product = _totals(grid, tuple(terms))
    if statistic == "total":
        return _left(_over(squares, weight), _over(above, weight) ** 2)
    # The mean of y - R x is 0, and R divides it by the total of x.
    residual = _left(squares + value**2 * squares_below, 2 * value * product)
    return _over(residual * weight, below**2)


def _left(square: Reals, taken: Reals) -> Reals:
    """Take away, where enough is left to be more than rounding."""
    left = square - taken
    return np.where(left > CANCELLED * square, left, np.nan)


def _totals(grid: Grid, terms: tuple[Term, ...]) -> Reals:
    return grid.per_domain(grid.per_segment(grid.sums(terms))).T


def _over(upper: Reals, lower: Reals) -> Reals:
    return np.divide(upper, lower, out=np.full_like(upper, np.nan), where=lower != 0)
