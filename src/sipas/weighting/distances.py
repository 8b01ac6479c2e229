"""The distance functions of calibration: how a weight moves with the linear predictor u."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sipas.errors import SipasError
from sipas.weighting.margins import Reals

Method = Literal["linear", "raking", "logit"]
AT_BOUND = 1e-9


@dataclass(frozen=True, slots=True)
class Distance:
    """A calibration distance with bounds on the factor g = calibrated weight / starting weight.

    Parameters
    ----------
    method : str
        ``linear`` (chi-square), ``raking`` (Kullback–Leibler) or ``logit``.
    low, high : float
        Bounds of the factor, low < 1 < high. The logit needs both finite; ``linear`` and ``raking`` are truncated at
        finite bounds. Only ``linear`` without a low of 0 or more can give negative weights.

    Notes
    -----
    Deville & Särndal 1992, doi:10.1080/01621459.1992.10475217, cases 1, 2, 6 and 7; the same F as R ``survey``'s
    ``cal.linear``, ``cal.raking`` and ``cal.logit``.
    """

    method: Method
    low: float = -math.inf
    high: float = math.inf

    def checked(self) -> Distance:
        """Check the bounds.

        Returns
        -------
        Distance
            Itself.

        Raises
        ------
        SipasError
            ``weighting.bounds``, ``weighting.method``.
        """
        if self.method not in {"linear", "raking", "logit"}:
            raise SipasError("weighting.method", "distance", expected=["linear", "raking", "logit"], got=self.method)
        finite = math.isfinite(self.low) and math.isfinite(self.high)
        if not self.low < 1.0 < self.high or (self.method == "logit" and not finite):
            raise SipasError("weighting.bounds", "bounds", got=[self.low, self.high], hint=self.method)
        return self

    def factor(self, u: Reals) -> Reals:
        """Give F(u).

        Parameters
        ----------
        u : numpy.ndarray
            Linear predictor.

        Returns
        -------
        numpy.ndarray
            Factor g, within the bounds.
        """
        if self.method == "linear":
            return np.clip(1.0 + u, self.low, self.high)
        if self.method == "raking":
            with np.errstate(over="ignore"):  # a step too far; the halving takes it back
                return np.clip(np.exp(u), self.low, self.high)
        share = self._share(u)
        return self.low + (self.high - self.low) * share

    def slope(self, u: Reals) -> Reals:
        """Give F'(u).

        Parameters
        ----------
        u : numpy.ndarray
            Linear predictor.

        Returns
        -------
        numpy.ndarray
            Not negative; 0 beyond a bound.
        """
        if self.method == "logit":
            share = self._share(u)
            return (self.high - self.low) * self._scale() * share * (1.0 - share)
        with np.errstate(over="ignore"):
            free = 1.0 + u if self.method == "linear" else np.exp(u)
        inside = (free > self.low) & (free < self.high)
        return np.where(inside, 1.0 if self.method == "linear" else free, 0.0)

    def at_bounds(self, factor: Reals) -> NDArray[np.bool_]:
        """Say which factors lie at a bound.

        Parameters
        ----------
        factor : numpy.ndarray
            Factors g.

        Returns
        -------
        numpy.ndarray
            Boolean; within a relative 1e-9 of a finite bound.
        """
        return (factor <= self.low + AT_BOUND) | (factor >= self.high - AT_BOUND)

    def _scale(self) -> float:
        return (self.high - self.low) / ((1.0 - self.low) * (self.high - 1.0))

    def _share(self, u: Reals) -> Reals:
        # F = L + (U−L)·s with s = (1−L)e^{Au} / ((U−1) + (1−L)e^{Au}), written so that exp cannot overflow.
        shifted = self._scale() * u + math.log((1.0 - self.low) / (self.high - 1.0))
        small = np.exp(-np.abs(shifted))
        return np.where(shifted >= 0, 1.0, small) / (1.0 + small)
