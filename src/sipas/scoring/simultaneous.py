"""Critical values that hold for many normal estimates at once, from simulated draws with an explicit seed."""

from __future__ import annotations

import math

import numpy as np

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Flags, Reals

DRAWS = 5_000
SEED = 1
FEWEST_DRAWS = 100
SAME = 1e-12  # relative; a variance of a difference below it is that of the additions


def normal_draws(covariance: Reals, draws: int = DRAWS, seed: int = SEED) -> Reals:
    """Draw from the normal law with mean 0 and a given covariance.

    Parameters
    ----------
    covariance : array, shape (K, K)
        Symmetric; made positive where rounding left it slightly negative. Rows of zeros give zeros.
    draws : int
        How many, B, 100 or more.
    seed : int
        Of PCG64; the same seed and the same covariance give the same draws.

    Returns
    -------
    array, shape (K, B)
        Draws side by side. One more estimate changes the draws of the others.

    Raises
    ------
    SipasError
        ``scoring.draws_not_valid``, ``scoring.covariance_not_valid``.

    Notes
    -----
    Uncorrelated estimates take their own standard normals; others go through the symmetric root of the covariance,
    which does not depend on the signs of eigenvectors.
    """
    if draws < FEWEST_DRAWS:
        raise SipasError("scoring.draws_not_valid", "draws", expected=FEWEST_DRAWS, got=draws)
    refuse_covariance(covariance)
    count = covariance.shape[0]
    standard = np.random.Generator(np.random.PCG64(seed)).standard_normal((draws, count))
    variance = np.diag(covariance)
    if np.array_equal(covariance, np.diag(variance)):
        return np.ascontiguousarray((standard * np.sqrt(variance)).T)
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return np.asarray(root @ standard.T)


def refuse_covariance(covariance: Reals) -> None:
    """Refuse what is no covariance.

    Parameters
    ----------
    covariance : array
        To be looked at.

    Raises
    ------
    SipasError
        ``scoring.covariance_not_valid``: not square, not symmetric, not finite, or a negative variance, also of a
        difference of two.
    """
    square = covariance.ndim == 2 and covariance.shape[0] == covariance.shape[1]
    finite = bool(np.isfinite(covariance).all())
    if not square or not finite or (np.diag(covariance) < 0).any():
        raise SipasError("scoring.covariance_not_valid", "covariance", got=list(covariance.shape))
    largest = float(np.diag(covariance).max(initial=0.0))
    variance = np.diag(covariance)
    differences = variance[:, None] + variance - covariance - covariance.T
    if (np.abs(covariance - covariance.T) > 1e-9 * largest).any() or (differences < -1e-9 * largest).any():
        raise SipasError("scoring.covariance_not_valid", "covariance", got=list(covariance.shape))


def errors_of_differences(covariance: Reals) -> Reals:
    """Give the standard error of the difference of any two estimates.

    Parameters
    ----------
    covariance : array, shape (K, K)
        Symmetric, no missing values.

    Returns
    -------
    array, shape (K, K)
        √(v_j + v_k - 2 c_jk); 0 where it vanishes against v_j + v_k.
    """
    variance = np.diag(covariance)
    sums = variance[:, None] + variance[None, :]
    square = sums - covariance - covariance.T
    return np.sqrt(np.where(square > SAME * sums, square, 0.0))


def greatest_differences(simulated: Reals, errors: Reals, pairs: Flags) -> Reals:
    """Find in every draw the greatest studentised difference among ordered pairs.

    Parameters
    ----------
    simulated : array, shape (K, B)
        ``normal_draws``.
    errors : array, shape (K, K)
        ``errors_of_differences``.
    pairs : array of bool, shape (K, K)
        Pairs (j, k) in which (draw of j - draw of k) / error counts; only those with an error above 0.

    Returns
    -------
    array, shape (B,)
        -inf where there is no pair.
    """
    greatest = np.full(simulated.shape[1], -np.inf)
    for j in np.flatnonzero(pairs.any(axis=1)):
        others = np.flatnonzero(pairs[j])
        scaled = (simulated[j] - simulated[others]) / errors[j, others, None]
        np.maximum(greatest, scaled.max(axis=0), out=greatest)
    return greatest


def greatest_deviations(simulated: Reals) -> Reals:
    """Find in every draw the greatest studentised deviation from the mean, in either direction.

    Parameters
    ----------
    simulated : array, shape (K, B)
        ``normal_draws``; estimates without spread are left out.

    Returns
    -------
    array, shape (B,)
        0 where none has a spread.
    """
    spread = np.sqrt((simulated**2).mean(axis=1, keepdims=True))
    scaled = np.divide(np.abs(simulated), spread, out=np.zeros_like(simulated), where=spread > 0)
    return np.asarray(scaled.max(axis=0, initial=0.0))


def upper_quantile(values: Reals, level: float) -> float:
    """Take the order statistic below which a share of the draws lies.

    Parameters
    ----------
    values : array, shape (B,)
        Draws of a statistic.
    level : float
        Above 0, below 1.

    Returns
    -------
    float
        The ⌈B × level⌉-th smallest, so never too small.
    """
    place = max(math.ceil(values.size * level - 1e-9), 1) - 1
    return float(np.partition(values, place)[place])
