"""Bootstraps of primary units inside strata, from a seed."""

from __future__ import annotations

import numpy as np

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Ints, Reals
from sipas.estimation.replicates.layout import Layout

LEAST_FACTOR = 0.01  # of the generalised bootstrap: weights stay above 0


def rao_wu_yue(layout: Layout, count: int, seed: int, draws: int | None, *, fpc: bool) -> Reals:
    """Draw m_h units with replacement in every stratum.

    Parameters
    ----------
    layout : Layout
        Units and strata.
    count : int
        Replicates, R.
    seed : int
        Of the draws.
    draws : int, optional
        m_h; missing: n_h - 1.
    fpc : bool
        Whether 1 - f_h goes into the factors.

    Returns
    -------
    array, shape (U, R)
        1 - l + l (n_h / m_h) times drawn, with l = sqrt(m_h (1 - f_h) / (n_h - 1)); 1 in lonely strata.

    Raises
    ------
    SipasError
        ``estimation.lonely_replicates``; ``estimation.draws_not_valid`` where so many draws give factors below 0.

    Notes
    -----
    Rao & Wu 1988, doi:10.1080/01621459.1988.10478591; Rao, Wu & Yue 1992, Survey Methodology 18(2), 209-217.
    """
    layout.refuse_lonely()
    left = layout.left if fpc else np.ones(layout.left.size)
    n = layout.drawn.astype(np.float64)
    m = np.maximum(n - 1, 1) if draws is None else np.full(n.size, float(draws))
    mixed = np.where(layout.drawn > 1, np.sqrt(m * left / np.maximum(n - 1, 1)), 0.0)
    for h in np.flatnonzero(mixed > 1 + 1e-12):
        most = int((n[h] - 1) / left[h])
        raise SipasError("estimation.draws_not_valid", "draws", most, draws, "rao-wu-yue")
    times = _times(layout.drawn, m.astype(np.int64), count, seed)
    each = np.repeat(np.arange(n.size), layout.drawn)
    return layout.of_drawn((1 - mixed)[each, None] + (mixed * n / m)[each, None] * times)


def canty_davison(layout: Layout, count: int, seed: int, *, fpc: bool) -> tuple[Reals, float]:
    """Draw n_h units from a population of N_h that repeats the sample, or with replacement where N_h is unknown.

    Parameters
    ----------
    layout : Layout
        Units and strata.
    count : int
        Replicates, R.
    seed : int
        Of the draws.
    fpc : bool
        Whether N_h is used.

    Returns
    -------
    factors : array, shape (U, R)
        Times drawn.
    raised : float
        c / (c - 1) with c the harmonic mean of the n_h: what the scale is multiplied by.

    Raises
    ------
    SipasError
        ``estimation.lonely_replicates``.

    Notes
    -----
    Canty & Davison 1999, doi:10.1111/1467-9884.00196, in the form of R survey ``bootweights``: one correction of
    n_h / (n_h - 1) for all strata, exact where they have as many units. Units repeated once more than others, where
    N_h is no multiple of n_h, are chosen by chance once for all replicates.
    """
    layout.refuse_lonely()
    open_ended = (layout.left == 1.0) | (not fpc)
    rng = np.random.Generator(np.random.PCG64(seed))
    times = np.ones((int(layout.drawn.sum()), count))
    last = np.cumsum(layout.drawn)
    for h, n in enumerate(layout.drawn.tolist()):
        if open_ended[h]:
            found = rng.multinomial(n, np.full(n, 1 / n), size=count)
        else:
            size = round(n / (1 - layout.left[h]))
            copies = rng.permutation(np.arange(n) < size % n) + size // n
            found = rng.multivariate_hypergeometric(copies, n, size=count)
        times[last[h] - n : last[h]] = found.T
    mean = 1 / float(np.mean(1 / layout.drawn)) if layout.drawn.size else 2.0
    return layout.of_drawn(times), mean / (mean - 1) if mean > 1 else 1.0


def generalised(layout: Layout, count: int, seed: int, *, fpc: bool) -> tuple[Reals, float]:
    """Draw normal factors whose covariance is the quadratic form of the design's variance.

    Parameters
    ----------
    layout : Layout
        Units and strata.
    count : int
        Replicates, R.
    seed : int
        Of the draws.
    fpc : bool
        Whether 1 - f_h goes into the factors.

    Returns
    -------
    factors : array, shape (U, R)
        1 + z / τ, all 0.01 or more, with cov z = (1 - f_h) n_h / (n_h - 1) (I - J / n_h) inside each stratum.
    squeezed : float
        τ, 1 or more: the variance is multiplied by its square.

    Raises
    ------
    SipasError
        ``estimation.lonely_replicates``.

    Notes
    -----
    Beaumont & Patak 2012, doi:10.1111/j.1751-5823.2011.00166.x.
    """
    layout.refuse_lonely()
    rng = np.random.Generator(np.random.PCG64(seed))
    drawn = rng.standard_normal((int(layout.drawn.sum()), count))
    each = np.repeat(np.arange(layout.drawn.size), layout.drawn)
    if each.size:
        drawn -= (np.add.reduceat(drawn, np.cumsum(layout.drawn) - layout.drawn) / layout.drawn[:, None])[each]
    left = layout.left if fpc else np.ones(layout.left.size)
    drawn *= np.sqrt(left * layout.drawn / np.maximum(layout.drawn - 1, 1))[each, None]
    squeezed = max(1.0, -float(drawn.min(initial=0.0)) / (1 - LEAST_FACTOR))
    return layout.of_drawn(1 + drawn / squeezed), squeezed


def _times(drawn: Ints, draws: Ints, count: int, seed: int) -> Reals:
    """How often each unit is drawn: strata of one size together, sizes in rising order."""
    rng = np.random.Generator(np.random.PCG64(seed))
    times = np.zeros((int(drawn.sum()), count))
    first = np.cumsum(drawn) - drawn
    for n, m in sorted(set(zip(drawn.tolist(), draws.tolist(), strict=True))):
        strata = np.flatnonzero((drawn == n) & (draws == m))
        found = rng.multinomial(m, np.full(n, 1 / n), size=(strata.size, count))
        rows = first[strata][:, None] + np.arange(n)
        times[rows.ravel()] = found.transpose(0, 2, 1).reshape(-1, count)
    return times
