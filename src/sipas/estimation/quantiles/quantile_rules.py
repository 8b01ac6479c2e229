"""What a quantile of weighted values is: the rules of R ``svyquantile`` (survey 4.1), by their names.

With x_1 ≤ ... ≤ x_n the values of positive weight, C_k the sum of the first k weights, W = C_n, F_k = C_k / W:

========== ==========================================================================================================
``math``   the least x with F ≥ p: inverse of the distribution function (``hf1``). The default.
``school`` the same; where F_k = p exactly, the mean of x_k and the next value (``hf2``)
``hf4``    linear between (F_k, x_k)
``hf5``    linear between ((C_k - w_k / 2) / W, x_k)
``hf6``    linear between (C_k / (W + w_n), x_k)
``hf7``    linear between (C_{k-1} / C_{n-1}, x_k)
``hf8``    linear between ((C_{k-1} / 3 + 2 C_k / 3) / (W + w_n / 3), x_k)
``hf9``    linear between ((3 C_{k-1} / 8 + 5 C_k / 8) / (W + w_n / 4), x_k)
========== ==========================================================================================================

Names and, for equal weights, definitions of Hyndman & Fan 1996, doi:10.1080/00031305.1996.10473566. Not here: ``hf3``,
which in R survey is not their third, and ``shahvaish``. Below the first position every rule gives x_1 (survey 4.1-1
gives x_2 for the first two and goes beyond x_1 for ``hf4``; later versions mended the first two).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from sipas.estimation.designs.strata import Reals

QuantileRule = Literal["math", "school", "hf1", "hf2", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9"]

SAME_SHARE = 1e-12  # F this near p is p: sums of weights differ in their last bits by the order of the rows


def quantiles_of(values: Reals, weights: Reals, probabilities: Reals, rule: QuantileRule = "math") -> Reals:
    """Give quantiles of weighted values.

    Parameters
    ----------
    values : array, shape (n,)
        Ascending; equal values in the order of the rows.
    weights : array, shape (n,)
        Above 0.
    probabilities : array, shape (P,)
        0 to 1; NaN where unknown.
    rule : QuantileRule
        As in the table above this module.

    Returns
    -------
    array, shape (P,)
        NaN where the probability is, and where there is no value.

    Notes
    -----
    R compares F with p to the last bit, so that with equal weights its answer at F = p hangs on the rounding of a sum;
    here they are equal within 1e-12.
    """
    known = np.isfinite(probabilities)
    if values.size == 0:
        return np.full(probabilities.shape, np.nan)
    found = _at(values, weights, np.where(known, probabilities, 0.5), rule)
    return np.where(known, found, np.nan)


def _at(values: Reals, weights: Reals, probabilities: Reals, rule: QuantileRule) -> Reals:
    if rule in {"math", "hf1", "school", "hf2"}:
        return _step(values, np.cumsum(weights), probabilities, rule)
    if rule == "hf7" and values.size == 1:
        return np.full(probabilities.shape, values[0])
    return _between(values, _positions(weights, rule), probabilities)


def _between(values: Reals, positions: Reals, probabilities: Reals) -> Reals:
    """Interpolate; a value itself where its position is p, so that what is counted at or below it is with it."""
    found = np.interp(probabilities, positions, values)
    last = np.searchsorted(positions, probabilities + SAME_SHARE, side="right") - 1
    here = np.maximum(last, 0)
    return np.where(np.abs(positions[here] - probabilities) <= SAME_SHARE, values[here], found)


def _step(values: Reals, sums: Reals, probabilities: Reals, rule: QuantileRule) -> Reals:
    shares = sums / sums[-1]
    next_up = np.searchsorted(shares, probabilities + SAME_SHARE, side="right")
    exact = (next_up > 0) & (shares[next_up - 1] >= probabilities - SAME_SHARE)
    above = values[np.minimum(next_up, values.size - 1)]
    below = values[np.maximum(next_up - 1, 0)]
    middle = below if rule in {"math", "hf1"} else (below + above) / 2
    return np.where(exact, middle, above)


def _positions(weights: Reals, rule: QuantileRule) -> Reals:
    sums = np.cumsum(weights)
    whole, last = sums[-1], weights[-1]
    before = np.concatenate([[0.0], sums[:-1]])
    match rule:
        case "hf4":
            return np.asarray(sums / whole)
        case "hf5":
            return np.asarray((sums - weights / 2) / whole)
        case "hf6":
            return np.asarray(sums / (whole + last))
        case "hf7":
            return np.asarray(before / sums[-2])
        case "hf8":
            return np.asarray((before / 3 + sums * 2 / 3) / (whole + last / 3))
        case _:
            return np.asarray((before * 3 / 8 + sums * 5 / 8) / (whole + last / 4))
