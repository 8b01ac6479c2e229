"""Intervals of numbers: t, t on logarithms, MOVER for differences. Those of shares are in ``shares``."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit  # scipy.stats would cost every command a second of import

from sipas.estimation.designs.strata import Reals


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
    half = t_quantile(df, level) * se
    return estimate - half, estimate + half


def log_interval(estimate: Reals, se: Reals, df: Reals, level: float = 0.95) -> tuple[Reals, Reals]:
    """Give t intervals on the scale of logarithms, for positive totals.

    Parameters
    ----------
    estimate, se, df : array
        Of one shape; NaN where unknown.
    level : float
        Above 0, below 1.

    Returns
    -------
    low, high : array
        estimate × exp(∓ t × se / estimate): never below 0. NaN where the estimate is 0 or less, df below 1 or the error
        unknown.

    Notes
    -----
    The delta method on the logarithm; R ``svycontrast(total, quote(log(x)))`` and back.
    """
    positive = estimate > 0
    value = np.where(positive, estimate, np.nan)
    with np.errstate(over="ignore"):  # an error of hundreds of totals says nothing: 0 to infinity
        factor = np.exp(t_quantile(df, level) * se / value)
    return value / factor, value * factor


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


def t_quantile(df: Reals, level: float) -> Reals:
    """Give how many standard errors half an interval is long.

    Parameters
    ----------
    df : array
        Degrees of freedom; infinite: normal.
    level : float
        Above 0, below 1.

    Returns
    -------
    array
        Of Student's t at (1 + level) / 2; NaN where df is below 1 or unknown.
    """
    known = df >= 1
    return np.where(known, stdtrit(np.where(known, df, 1.0), (1 + level) / 2), np.nan)
