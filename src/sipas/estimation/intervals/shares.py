"""Intervals of shares.

With p the share, v its variance, t Student's quantile, n the answers:

============== =====================================================================================================
``logit``      logit(p) ± t √v / (p (1 - p)), back (R ``svyciprop``: ``xlogit``; ``logit`` is the same but for the
               stopping rule of ``glm``). The default.
``beta``       Clopper-Pearson on p (1 - p) / v × (t_{n-1} / t_df)² answers (R ``beta``; Korn & Graubard 1998)
``nchs``       the same on at most n answers, and on n at 0 and 1 (Parker et al. 2017, Vital Health Stat 2(175))
``wilson``     Wilson's score interval on p (1 - p) / v answers, with t for the normal quantile (R 4.5 ``wilson``)
``likelihood`` where 2 n KL(p, π) ≤ t² × deff × n / (n - 1): Rao and Scott's scaled deviance (R ``likelihood``)
``asin``       sin²(arcsin √p ± t √v / (2 √(p (1 - p)))) (R ``asin``)
``mean``       p ± t √v, not kept between 0 and 1 (R ``mean``)
============== =====================================================================================================
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from scipy.special import betaincinv, expit, xlogy  # scipy.stats would cost every command a second of import

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Reals
from sipas.estimation.intervals.intervals import t_interval, t_quantile

ShareInterval = Literal["logit", "beta", "nchs", "wilson", "likelihood", "asin", "mean"]

NO_SPREAD = 1e-12  # an error of a share below this is that of the additions
NEWTON = 60  # steps; a convex function is solved in fewer than ten


def share_interval(
    share: Reals,
    se: Reals,
    df: Reals,
    effective: Reals,
    n: Reals,
    level: float = 0.95,
    method: ShareInterval = "logit",
) -> tuple[Reals, Reals]:
    """Give intervals of shares.

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
    method : {"logit", "beta", "nchs", "wilson", "likelihood", "asin", "mean"}
        As in the table above this module.

    Returns
    -------
    low, high : array
        By the method; ``beta_interval`` with ``effective`` where the estimated error is 0: at 0 and 1, and where
        every stratum or every part of a mean is there (R's interval is then empty). NaN where df is below 1.

    Raises
    ------
    SipasError
        ``estimation.option_unknown``.

    Notes
    -----
    Where the error is 0 the design effect cannot be estimated; the part of it that is known, the weights', stands for
    it (``nchs``: none, as printed). That of clusters is not in it: they enter by their few degrees of freedom alone.
    Nor is the finite population correction.
    """
    if method not in get_args(ShareInterval):
        raise SipasError("estimation.option_unknown", "interval", expected=list(get_args(ShareInterval)), got=method)
    edge = (share <= 0) | (share >= 1) | (se <= NO_SPREAD)
    inside = np.where(edge, 0.5, share)
    error = np.where(edge, 0.1, se)
    low, high = _inside(inside, error, df, n, level, method)
    if not edge.any():
        return low, high
    size = np.where(edge, n if method == "nchs" else effective, np.nan)
    edge_low, edge_high = _at_edge(share, df, size, n, level, method)
    return np.where(edge, edge_low, low), np.where(edge, edge_high, high)


def _at_edge(
    share: Reals, df: Reals, size: Reals, n: Reals, level: float, method: ShareInterval
) -> tuple[Reals, Reals]:
    if method == "nchs":
        return _clopper_pearson(share, np.where(df >= 1, size, np.nan), level)
    return beta_interval(share, df, size, n, level)


def _inside(share: Reals, se: Reals, df: Reals, n: Reals, level: float, method: ShareInterval) -> tuple[Reals, Reals]:
    """Give intervals of shares above 0 and below 1 with an error above 0."""
    match method:
        case "logit":
            return _logit(share, t_quantile(df, level) * se)
        case "beta":
            return beta_interval(share, df, share * (1 - share) / se**2, n, level)
        case "nchs":
            return nchs_interval(share, df, share * (1 - share) / se**2, n, level)
        case "wilson":
            return wilson_interval(share, share * (1 - share) / se**2, t_quantile(df, level))
        case "likelihood":
            return _likelihood(share, t_quantile(df, level) * se, n)
        case "asin":
            return _asin(share, t_quantile(df, level) * se)
    return t_interval(share, se, df, level)


def _logit(share: Reals, half: Reals) -> tuple[Reals, Reals]:
    logit = np.log(share / (1 - share))
    wide = half / (share * (1 - share))
    return expit(logit - wide), expit(logit + wide)


def _asin(share: Reals, half: Reals) -> tuple[Reals, Reals]:
    # Beyond the ends the sine would turn back (R lets it).
    angle, wide = np.arcsin(np.sqrt(share)), half / (2 * np.sqrt(share * (1 - share)))
    return np.sin(np.maximum(angle - wide, 0)) ** 2, np.sin(np.minimum(angle + wide, np.pi / 2)) ** 2


def wilson_interval(share: Reals, effective: Reals, quantile: Reals) -> tuple[Reals, Reals]:
    """Give Wilson's score intervals with an effective number of answers.

    Parameters
    ----------
    share : array
        On 0 to 1; NaN where unknown.
    effective : array
        Answers over the design effect, above 0.
    quantile : array
        Of the normal or of t.

    Returns
    -------
    low, high : array
        Between 0 and 1.

    Notes
    -----
    Wilson 1927, J. American Statistical Association 22, 209-212; with design effects Franco, Little, Louis & Slud
    2019, J. Survey Statistics and Methodology 7(3) 334-364. The factor (t_{n-1} / t_df)² of the beta interval with
    t_{n-1} instead of t_df gives the same ends.
    """
    square = quantile**2 / effective
    centre = (share + square / 2) / (1 + square)
    half = np.sqrt(square * share * (1 - share) + square**2 / 4) / (1 + square)
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


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
        With ``effective`` × (t_{n-1} / t_df)² answers, the factor at most 1 (R ``svyciprop`` method ``beta``). NaN
        where df is below 1.

    Notes
    -----
    Korn & Graubard 1998, Survey Methodology 24(2) 193-201.
    """
    return _clopper_pearson(share, effective * _loss(df, n, level), level)


def nchs_interval(share: Reals, df: Reals, effective: Reals, n: Reals, level: float = 0.95) -> tuple[Reals, Reals]:
    """Give Korn-Graubard intervals as the NCHS presentation standards take them.

    Parameters
    ----------
    share, df, effective, n, level
        As in ``beta_interval``.

    Returns
    -------
    low, high : array
        With ``nchs_size`` answers. NaN where df is below 1.

    Notes
    -----
    Parker et al. 2017, Vital and Health Statistics 2(175), appendix.
    """
    return _clopper_pearson(share, nchs_size(share, df, effective, n, level), level)


def nchs_size(share: Reals, df: Reals, effective: Reals, n: Reals, level: float = 0.95) -> Reals:
    """Give the effective number of answers, adjusted for degrees of freedom, as NCHS takes it.

    Parameters
    ----------
    share, df, effective, n, level
        As in ``beta_interval``.

    Returns
    -------
    array
        ``effective`` × (t_{n-1} / t_df)², at most n; n at 0 and 1. NaN where df is below 1 or the share unknown.
    """
    size = np.minimum(effective * _loss(df, n, level), n)
    return np.where((share <= 0) | (share >= 1), np.where(df >= 1, n, np.nan), size)


def _loss(df: Reals, n: Reals, level: float) -> Reals:
    # More degrees of freedom than answers (given by hand, or those of the design) must not add answers.
    return np.minimum((t_quantile(np.maximum(n - 1, 1), level) / t_quantile(df, level)) ** 2, 1.0)


def _clopper_pearson(share: Reals, size: Reals, level: float) -> tuple[Reals, Reals]:
    tail = (1 - level) / 2
    bad = ~(size > 0) | ~np.isfinite(share)
    size = np.where(bad, 1.0, size)
    yes = np.where(bad, 0.5, size * share)
    no = np.where(bad, 0.5, size * (1 - share))
    low = np.where(yes > 0, betaincinv(np.where(yes > 0, yes, 1.0), no + 1, tail), 0.0)
    high = np.where(no > 0, betaincinv(yes + 1, np.where(no > 0, no, 1.0), 1 - tail), 1.0)
    return np.where(bad, np.nan, low), np.where(bad, np.nan, high)


def _likelihood(share: Reals, half: Reals, n: Reals) -> tuple[Reals, Reals]:
    """Solve KL(p, π) = t² v / (2 p (1 - p)) × n / (n - 1) for π on both sides of p, on the logit scale."""
    bound = half**2 / (2 * share * (1 - share)) * n / np.maximum(n - 1, 1)
    known = np.isfinite(bound)
    entropy = xlogy(share, share) + xlogy(1 - share, 1 - share)
    limit = np.where(known, bound - entropy, 1.0)
    start = np.log(share / (1 - share))
    wide = np.sqrt(2 * np.where(known, bound, 1.0) / (share * (1 - share)))
    low, high = (_solved(share, limit, start + sign * wide) for sign in (-1, 1))
    return np.where(known, low, np.nan), np.where(known, high, np.nan)


def _solved(share: Reals, limit: Reals, at: Reals) -> Reals:
    # log(1 + e^x) - p x is convex in x with its minimum at logit(p): Newton's steps after the first come from outside.
    for _ in range(NEWTON):
        step = (np.logaddexp(0, at) - share * at - limit) / (expit(at) - share)
        at = at - step
        if np.all(np.abs(step) <= 1e-14 * (1 + np.abs(at))):
            break
    return np.asarray(expit(at))
