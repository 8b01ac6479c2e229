"""Quadratic forms of estimates, and the laws they are referred to. Special functions only: no import of scipy.stats."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, fdtrc

from sipas.estimation.designs.strata import Reals

FLAT = 1e-12  # share of the largest eigenvalue of the correlations below which a direction has no spread
MOST_DEGREES = 1e4  # above these the law is a straight line in 1 / degrees, to about 1e-8
PHASE = 0.3  # radians between two points of the integration
DROPS = 33.0  # the integrand counts as 0 where it has fallen by this power of e


@dataclass(frozen=True, slots=True)
class QuadraticForm:
    """The squared length of a vector, measured by its covariance.

    Parameters
    ----------
    value : float
        x' V⁻¹ x, 0 or more. NaN where an entry is unknown, nothing varies, or x leaves the space in which V varies.
    rank : int
        Dimensions in which V varies.
    """

    value: float
    rank: int


def quadratic_form(vector: Reals, covariance: Reals) -> QuadraticForm:
    """Measure a vector by its covariance, redundant entries left out.

    Parameters
    ----------
    vector : array, shape (Q,)
        Differences from what is tested.
    covariance : array, shape (Q, Q)
        Their covariance, symmetric; may be singular.

    Returns
    -------
    QuadraticForm
        With a Moore-Penrose inverse on the scale of the correlations. A vector with a part where the estimated
        variance is 0 gives NaN: an error of 0 is not taken for certainty.
    """
    if vector.size == 0 or not (np.isfinite(vector).all() and np.isfinite(covariance).all()):
        return QuadraticForm(np.nan, 0)
    spread = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    varies = spread > np.finfo(float).tiny
    if not varies.any() or (np.abs(vector[~varies]) > FLAT).any():
        return QuadraticForm(np.nan, 0)
    scaled = vector[varies] / spread[varies]
    sizes, axes = np.linalg.eigh(covariance[np.ix_(varies, varies)] / np.outer(spread[varies], spread[varies]))
    full = sizes > FLAT * sizes[-1]
    along = axes.T @ scaled
    rank = int(full.sum())
    if (np.abs(along[~full]) > np.sqrt(FLAT) * max(1.0, float(np.abs(scaled).max()))).any():
        return QuadraticForm(np.nan, rank)
    return QuadraticForm(float((along[full] ** 2 / sizes[full]).sum()), rank)


def f_tail(value: float, numerator: float, denominator: float) -> float:
    """Give the probability that F exceeds a value.

    Parameters
    ----------
    value : float
        0 or more.
    numerator, denominator : float
        Degrees of freedom, need not be whole; infinite denominator: chi-squared over its degrees.

    Returns
    -------
    float
        0 to 1; NaN where the value is unknown or a number of degrees is not above 0.
    """
    if not (value >= 0 and numerator > 0 and denominator > 0):
        return float("nan")
    if np.isinf(denominator):
        return chi_squared_tail(value * numerator, numerator)
    return float(fdtrc(numerator, denominator, value))


def chi_squared_tail(value: float, degrees: float) -> float:
    """Give the probability that chi-squared exceeds a value.

    Parameters
    ----------
    value : float
        0 or more.
    degrees : float
        Degrees of freedom, above 0.

    Returns
    -------
    float
        0 to 1; NaN where the value is unknown or there are no degrees.
    """
    if not (value >= 0 and degrees > 0):
        return float("nan")
    return float(chdtrc(degrees, value))


def combination_tail(value: float, weights: Reals, denominator: float) -> float:
    """Give the probability that a sum of weighted chi-squared, over an independent chi-squared, exceeds a value.

    Parameters
    ----------
    value : float
        0 or more.
    weights : array, shape (K,)
        Weights of K independent chi-squared with one degree of freedom, 0 or more.
    denominator : float
        Degrees of freedom of the chi-squared below the line, which is divided by them; above 0.

    Returns
    -------
    float
        P(sum of weight × χ²₁ > value × χ²_d / d), 0 to 1, absolute error below 1e-7; NaN where unknown.

    Notes
    -----
    Imhof 1961, doi:10.1093/biomet/48.3-4.419, with the logarithm of his variable: the trapezoidal rule then converges
    faster than any power of its step. R's ``pFsum`` integrates the same law (Davies), or takes a saddlepoint.
    """
    positive = weights[weights > 0]
    if not (value >= 0 and denominator > 0 and positive.size):
        return float("nan")
    if positive.size == 1:
        return f_tail(value / float(positive[0]), 1.0, denominator)
    if value == 0:
        return 1.0
    scale = float(positive.max())
    if denominator <= MOST_DEGREES:
        return _imhof(positive / scale, value / scale, denominator)
    near, far = (_imhof(positive / scale, value / scale, degrees) for degrees in (MOST_DEGREES / 2, MOST_DEGREES))
    return min(max(far + (far - near) * (1 - MOST_DEGREES / denominator), 0.0), 1.0)


def _imhof(weights: Reals, value: float, degrees: float) -> float:
    below = value / degrees
    end = _end(weights, below, degrees)
    steepest = 0.5 * min(float(weights.sum()) + degrees * below, (weights.size + degrees) / end) * end
    step = min(0.05, PHASE / max(steepest, 1.0))
    variable = np.exp(np.arange(np.log(end), -DROPS, -step))
    angle = -degrees * np.arctan(below * variable)
    damping = degrees * np.log1p((below * variable) ** 2)
    for weight in weights:
        angle += np.arctan(weight * variable)
        damping += np.log1p((weight * variable) ** 2)
    found = 0.5 + float((np.sin(angle / 2) * np.exp(-damping / 4)).sum()) * step / np.pi
    return min(max(found, 0.0), 1.0)


def _end(weights: Reals, below: float, degrees: float) -> float:
    low, high = -DROPS, 2 * DROPS
    for _ in range(60):
        middle = (low + high) / 2
        square = np.exp(2 * middle)
        fallen = np.log1p(square * weights**2).sum() + degrees * np.log1p(square * below**2)
        low, high = (low, middle) if fallen / 4 > DROPS else (middle, high)
    return float(np.exp(high))
