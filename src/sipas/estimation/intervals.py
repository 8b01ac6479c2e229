"""Intervals: t for numbers, logit for shares, Korn-Graubard where every answer is the same, MOVER for differences."""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv, stdtrit  # scipy.stats would cost every command a second of import

from sipas.estimation.strata import Reals

NO_SPREAD = 1e-12  # an error of a share below this is that of the additions


def t_interval(estimate: Reals, se: Reals, df: Reals, level: float = 0.95) -> tuple[Reals, Reals]:
    """Give t intervals.

    Parameters
    ----------
    estimate, se, df : array
        Of one shape; NaN where unknown.
    level : float
        Above 0, below 1.

    Returns
    -------
    low, high : array
        NaN where df is below 1 or the error unknown.
    """
    half = _quantile(df, level) * se
    return estimate - half, estimate + half


def share_interval(
    share: Reals, se: Reals, df: Reals, effective: Reals, n: Reals, level: float = 0.95
) -> tuple[Reals, Reals]:
    """Give intervals of shares that stay between 0 and 1.

    Parameters
    ----------
    share, se, df : array
        Share on 0 to 1, its standard error and degrees of freedom, of one shape; NaN where unknown.
    effective : array
        Size of the sample after the loss by unequal weights (Kish), for shares with an error of 0.
    n : array
        Answers.
    level : float
        Above 0, below 1.

    Returns
    -------
    low, high : array
        Logit with t (R ``svyciprop`` method ``xlogit``). ``beta_interval`` where the estimated error is 0: at 0 and 1,
        and where every stratum or every part of a mean is there (R's interval is then empty). NaN where df is below 1.

    Notes
    -----
    There the design effect cannot be estimated; the part of it that is known, the weights', stands for it. That of
    clusters is not in it: they enter by their few degrees of freedom alone. Nor is the finite population correction.
    """
    edge = (share <= 0) | (share >= 1)
    inside = np.where(edge, 0.5, share)
    edge |= se <= NO_SPREAD
    logit = np.log(inside / (1 - inside))
    half = _quantile(df, level) * se / (inside * (1 - inside))
    low, high = 1 / (1 + np.exp(half - logit)), 1 / (1 + np.exp(-half - logit))
    edge_low, edge_high = beta_interval(share, df, effective, n, level)
    return np.where(edge, edge_low, low), np.where(edge, edge_high, high)


def beta_interval(share: Reals, df: Reals, effective: Reals, n: Reals, level: float = 0.95) -> tuple[Reals, Reals]:
    """Give Clopper-Pearson intervals of shares with an effective number of answers.

    Parameters
    ----------
    share, df : array
        Share on 0 to 1 and degrees of freedom, of one shape; NaN where unknown.
    effective : array
        Answers over the design effect.
    n : array
        Answers.
    level : float
        Above 0, below 1.

    Returns
    -------
    low, high : array
        With ``effective`` × (t_{n-1} / t_df)² answers (R ``svyciprop`` method ``beta``). NaN where df is below 1.

    Notes
    -----
    Korn & Graubard 1998, Survey Methodology 24(2) 193-201.
    """
    size = effective * (_quantile(np.maximum(n - 1, 1), level) / _quantile(df, level)) ** 2
    tail = (1 - level) / 2
    bad = ~(size > 0) | ~np.isfinite(share)
    size = np.where(bad, 1.0, size)
    yes = np.where(bad, 0.5, size * share)
    no = np.where(bad, 0.5, size * (1 - share))
    low = np.where(yes > 0, betaincinv(np.where(yes > 0, yes, 1.0), no + 1, tail), 0.0)
    high = np.where(no > 0, betaincinv(yes + 1, np.where(no > 0, no, 1.0), 1 - tail), 1.0)
    return np.where(bad, np.nan, low), np.where(bad, np.nan, high)


def difference_interval(first: tuple[Reals, Reals, Reals], second: tuple[Reals, Reals, Reals]) -> tuple[Reals, Reals]:
    """Give intervals of the difference of two independent estimates from the interval of each.

    Parameters
    ----------
    first, second : tuple of (estimate, low, high)
        Arrays of one shape, intervals of one level; NaN where unknown.

    Returns
    -------
    low, high : array
        Of ``first`` - ``second``; NaN where one of the intervals is unknown.

    Notes
    -----
    Method of variance estimates recovery (Zou & Donner 2008, doi:10.1002/sim.3095); with Wilson's intervals, method 10
    of Newcombe 1998, Statistics in Medicine 17(8) 873-890. Unlike the difference ± t × its error it is not empty
    where both shares are 0 or 1, and stays between -1 and 1.
    """
    (value, low, high), (other, other_low, other_high) = first, second
    difference = value - other
    below, above = np.hypot(value - low, other_high - other), np.hypot(high - value, other - other_low)
    return difference - below, difference + above


def _quantile(df: Reals, level: float) -> Reals:
    known = df >= 1
    return np.where(known, stdtrit(np.where(known, df, 1.0), (1 + level) / 2), np.nan)
