"""Kappa and the index of inconsistency as functions of the shares of a square table, with their derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Reals

Weights = Literal["unweighted", "linear", "quadratic"]


def kappa_weights(positions: Sequence[float] | Reals, weights: Weights = "unweighted") -> Reals:
    """Give the weights of agreement of a square table.

    Parameters
    ----------
    positions : sequence of float, length K
        Places of the categories on their scale.
    weights : {"unweighted", "linear", "quadratic"}
        1 on the diagonal alone; 1 - distance / range; 1 - (distance / range)².

    Returns
    -------
    array, shape (K, K)
        1 for full agreement, 0 for none.

    Raises
    ------
    SipasError
        ``estimation.option_unknown``.

    Notes
    -----
    Cohen 1968, doi:10.1037/h0026256; quadratic weights are those of Fleiss & Cohen 1973.
    """
    if weights not in get_args(Weights):
        raise SipasError("estimation.option_unknown", "weights", list(get_args(Weights)), weights)
    place = np.asarray(positions, dtype=float)
    distance = np.abs(place[:, None] - place[None, :])
    if weights == "unweighted":
        return np.asarray((distance == 0).astype(float))
    scaled = distance / max(float(distance.max(initial=0.0)), np.finfo(float).tiny)
    return np.asarray(1 - (scaled if weights == "linear" else scaled**2))


def kappa_of(shares: Reals, weights: Reals) -> tuple[float, Reals]:
    """Give kappa and its derivatives by the shares.

    Parameters
    ----------
    shares : array, shape (K, K)
        Shares of the cells, which add to 1: first answer in rows, second in columns.
    weights : array, shape (K, K)
        ``kappa_weights``.

    Returns
    -------
    kappa : float
        (observed - expected) / (1 - expected) weighted agreement; NaN where agreement by chance alone is certain: one
        category in all answers, or none.
    slope : array, shape (K, K)
        Derivatives; 0 where kappa is NaN.

    Notes
    -----
    Cohen 1960, doi:10.1177/001316446002000104.
    """
    first, second = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = float((weights * shares).sum()), float(first @ weights @ second)
    chance = 1 - expected
    if not chance > np.finfo(float).eps * shares.size:
        return float("nan"), np.zeros_like(shares)
    by_expected = (weights @ second)[:, None] + (first @ weights)[None, :]
    slope = weights / chance - (1 - observed) / chance**2 * by_expected
    return (observed - expected) / chance, np.asarray(slope)


def kappa_se(shares: Reals, weights: Reals, n: int) -> float:
    """Give the standard error of kappa from a simple random sample of pairs.

    Parameters
    ----------
    shares : array, shape (K, K)
        Shares of the cells.
    weights : array, shape (K, K)
        ``kappa_weights``.
    n : int
        Pairs.

    Returns
    -------
    float
        NaN where kappa is, or without pairs.

    Notes
    -----
    Fleiss, Cohen & Everitt 1969, doi:10.1037/h0028106: the large-sample variance, with n and not n - 1 below the line.
    """
    kappa, slope = kappa_of(shares, weights)
    if not (np.isfinite(kappa) and n > 0):
        return float("nan")
    centre = float((shares * slope).sum())
    return float(np.sqrt((shares * (slope - centre) ** 2).sum() / n))


def inconsistency_of(first: float, second: float, changed: float) -> tuple[float, Reals]:
    """Give the index of inconsistency of one category and its derivatives.

    Parameters
    ----------
    first, second : float
        Share of the category in the first and in the second answer, 0 to 1.
    changed : float
        Gross difference rate: share of pairs with the category in one of the answers only.

    Returns
    -------
    index : float
        Gross difference rate / (p₁ q₂ + p₂ q₁); 0 for perfect consistency, 1 for answers as if by chance; NaN where all
        or no answers are in the category.
    slope : array, shape (3,)
        Derivatives by ``first``, ``second``, ``changed``; 0 where the index is NaN.

    Notes
    -----
    Forsman & Schreiner 1991 in *Measurement Errors in Surveys*, ch. 15; equal to 1 - kappa of the 2 × 2 table.
    """
    chance = first * (1 - second) + second * (1 - first)
    if not chance > 0:
        return float("nan"), np.zeros(3)
    index = changed / chance
    return index, np.array([-index * (1 - 2 * second) / chance, -index * (1 - 2 * first) / chance, 1 / chance])
