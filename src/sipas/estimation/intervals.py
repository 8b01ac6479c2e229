"""Intervals: t for numbers, logit for shares, Korn-Graubard where every answer is the same."""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv, stdtrit  # scipy.stats would cost every command a second of import

from sipas.estimation.strata import Reals


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


def share_interval(share: Reals, se: Reals, df: Reals, effective: Reals, level: float = 0.95) -> tuple[Reals, Reals]:
    """Give intervals of shares that stay between 0 and 1.

    Parameters
    ----------
    share, se, df : array
        Share on 0 to 1, its standard error and degrees of freedom, of one shape; NaN where unknown.
    effective : array
        Size of the sample after the loss by unequal weights (Kish), for shares of exactly 0 or 1.
    level : float
        Above 0, below 1.

    Returns
    -------
    low, high : array
        Inside: logit with t (R ``svyciprop`` method ``xlogit``). At 0 and 1, where the estimated error is 0 whatever
        the sample: Clopper-Pearson with ``effective`` × (t_{n-1} / t_df)² answers. NaN where df is below 1.

    Notes
    -----
    Korn & Graubard 1998, Survey Methodology 24(2) 193-201. Their effective size is n / deff; at 0 and 1 the design
    effect cannot be estimated, so the part of it that is known, the weights', stands for it.
    """
    edge = (share <= 0) | (share >= 1)
    inside = np.where(edge, 0.5, share)
    logit = np.log(inside / (1 - inside))
    half = _quantile(df, level) * se / (inside * (1 - inside))
    low, high = 1 / (1 + np.exp(half - logit)), 1 / (1 + np.exp(-half - logit))
    edge_low, edge_high = _beta(share, df, effective, level)
    return np.where(edge, edge_low, low), np.where(edge, edge_high, high)


def _beta(share: Reals, df: Reals, effective: Reals, level: float) -> tuple[Reals, Reals]:
    size = effective * (_quantile(np.maximum(effective - 1, 1), level) / _quantile(df, level)) ** 2
    tail = (1 - level) / 2
    bad = ~(size > 0)
    size = np.where(bad, 1.0, size)
    at_one = share >= 1
    low = np.where(at_one, betaincinv(size, 1.0, tail), 0.0)
    high = np.where(at_one, 1.0, betaincinv(1.0, size, 1 - tail))
    return np.where(bad, np.nan, low), np.where(bad, np.nan, high)


def _quantile(df: Reals, level: float) -> Reals:
    known = df >= 1
    return np.where(known, stdtrit(np.where(known, df, 1.0), (1 + level) / 2), np.nan)
