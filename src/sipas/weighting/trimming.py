"""Trimming of extreme weights: a cap, and what is cut off given back to the others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sipas.errors import SipasError
from sipas.weighting.margins import Reals

# A weight within this relative distance above the cap counts as at the cap.
AT_CAP = 1e-12
MOST_PASSES = 10_000


@dataclass(frozen=True, slots=True)
class Cap:
    """The largest weight allowed.

    Parameters
    ----------
    rule : str
        ``value``: the number itself; ``median``: so many times the median weight; ``potter``: √(number · Σw² / n), the
        rule of the NAEP, taken anew at each pass.
    number : float
        Above 0; above 1 for ``median`` and ``potter``.
    redistribute : str
        ``proportional``: what is cut off goes to the weights below the cap in proportion to them; ``equal``: in equal
        parts, as R ``survey::trimWeights(strict = TRUE)``.
    """

    rule: Literal["value", "median", "potter"]
    number: float
    redistribute: Literal["proportional", "equal"] = "proportional"

    def height(self, weights: Reals) -> float:
        """Give the cap for these weights.

        Parameters
        ----------
        weights : numpy.ndarray
            Weights as they stand.

        Returns
        -------
        float
            Largest weight allowed.
        """
        if self.rule == "value":
            return self.number
        if self.rule == "median":
            return self.number * float(np.median(weights))
        return math.sqrt(self.number * float((weights**2).mean()))


@dataclass(frozen=True, slots=True)
class Trimming:
    """Weights after trimming.

    Parameters
    ----------
    weights : numpy.ndarray
        In the order given; their sum is unchanged.
    capped : int
        Weights held at the cap.
    cap : float
        The cap at the end; infinite where nothing was trimmed away.
    passes : int
        Passes of cutting and giving back.
    """

    weights: Reals
    capped: int
    cap: float
    passes: int


def trim(weights: Reals, cap: Cap) -> Trimming:
    """Cut weights at a cap and spread what was cut over the others until none is above it.

    Parameters
    ----------
    weights : numpy.ndarray
        Shape (n,), not negative.
    cap : Cap
        Rule of the cap.

    Returns
    -------
    Trimming
        Sum as before; no weight above the cap.

    Raises
    ------
    SipasError
        ``weighting.cap_too_low`` where so low a cap cannot hold the sum, ``weighting.weight_negative``,
        ``weighting.not_converged``.

    Notes
    -----
    Potter 1990, *A study of procedures to identify and trim extreme sampling weights* (ASA SRMS, 225–230). A weight
    once at the cap stays there. Trimming lowers the variance and may add bias; margins met before are met no more,
    which the weighting report shows.
    """
    if weights.size and float(weights.min()) < 0:
        raise SipasError("weighting.weight_negative", "weights", got=int((weights < 0).sum()))
    total, current = float(weights.sum()), weights.copy()
    held = np.zeros(weights.size, dtype=bool)
    fixed = None if cap.rule == "potter" else cap.height(weights)
    for done in range(MOST_PASSES):
        height = cap.height(current) if fixed is None else fixed
        above = current > height * (1.0 + AT_CAP)
        if not above.any():
            return Trimming(current, int(held.sum()), height if held.any() else math.inf, done)
        held |= above
        if height * weights.size < total * (1.0 - AT_CAP) or not current[~held].any():
            raise SipasError("weighting.cap_too_low", cap.rule, expected=total / weights.size, got=height)
        current = _spread(current, held, height, total, cap.redistribute)
    raise SipasError("weighting.not_converged", "trim", expected=AT_CAP, got=cap.rule, hint=MOST_PASSES)


def _spread(current: Reals, held: NDArray[np.bool_], height: float, total: float, how: str) -> Reals:
    result = current.copy()
    result[held] = height
    rest = total - height * float(held.sum())
    free = ~held
    if how == "equal":
        result[free] += (rest - float(current[free].sum())) / float(free.sum())
    else:
        result[free] *= rest / float(current[free].sum())
    return result


def trim_factors(base: Reals, factor: Reals, low: float, high: float) -> Reals:
    """Bound the factors of a calibration afterwards, and spread what that changes over the others.

    Parameters
    ----------
    base : numpy.ndarray
        Weights before calibration, shape (n,), not negative.
    factor : numpy.ndarray
        g, calibrated over base weight, shape (n,).
    low, high : float
        Bounds, low < high.

    Returns
    -------
    numpy.ndarray
        Factors g: those outside the bounds set to them, the same number added to all others, so that the sum of the
        weights is as before. Where none is inside the bounds, the sum changes.

    Raises
    ------
    SipasError
        ``weighting.bounds``.

    Notes
    -----
    R ``survey::calibrate(trim = ...)``: one pass, so that a factor near a bound may end beyond it, and the margins are
    met no more. Bounds inside the calibration (``Distance``) keep both.
    """
    if not low < high:
        raise SipasError("weighting.bounds", "bounds", got=[low, high], hint="trim")
    outside = (factor < low) | (factor > high)
    result = np.clip(factor, low, high)
    free = float(base[~outside].sum())
    if outside.any() and free > 0:
        result[~outside] += float(((factor - result) * base).sum()) / free
    return result
