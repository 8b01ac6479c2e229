"""Rao-Scott and Wald tests of a two-way table from the shares and totals of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Reals
from sipas.estimation.hypotheses.quadratic_forms import chi_squared_tail, combination_tail, f_tail, quadratic_form

Statistic = Literal["F", "Chisq", "lincom", "Wald", "adjWald"]
Corrected = Literal["F", "Chisq", "lincom"]
Proportions = Literal["observed", "fitted"]
NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a test of a table says.

    Parameters
    ----------
    statistic : float
        What is referred to its law: F, chi-squared divided by the mean design effect, Pearson's X² (``lincom``) or
        Wald's F.
    numerator_df, denominator_df : float
        Degrees of freedom; denominator infinite for chi-squared. Of ``lincom`` the number of weights, and the
        denominator as of F.
    p_value : float
        0 to 1.
    pearson : float
        Pearson's X² as of a simple random sample of the same shares and size.
    design_effects : array, shape ((rows - 1) × (columns - 1),)
        Generalised design effects, falling.
    proportions : str
        Which shares the design effects stand on: ``fitted`` also where empty cells leave ``observed`` singular.

    Notes
    -----
    NaN where the test cannot be made: less than two rows or columns, no degrees of freedom, no variance.
    """

    statistic: float
    numerator_df: float
    denominator_df: float
    p_value: float
    pearson: float
    design_effects: Reals
    proportions: Proportions

    @property
    def mean_design_effect(self) -> float:
        """Mean of the generalised design effects (first-order correction); NaN where there is none."""
        return float(self.design_effects.mean()) if self.design_effects.size else NAN


def refuse_option(name: str, got: str, known: tuple[str, ...]) -> None:
    """Refuse a name that is not among those known.

    Parameters
    ----------
    name : str
        Parameter.
    got : str
        As given.
    known : tuple of str
        Names.

    Raises
    ------
    SipasError
        ``estimation.option_unknown``.
    """
    if got not in known:
        raise SipasError("estimation.option_unknown", name, expected=list(known), got=got)


def nothing(proportions: Proportions, pearson: float = NAN) -> Outcome:
    """Say that the test cannot be made.

    Parameters
    ----------
    proportions : str
        As asked.
    pearson : float
        Pearson's X², where there is one.

    Returns
    -------
    Outcome
        NaN throughout, no design effects.
    """
    return Outcome(NAN, NAN, NAN, NAN, pearson, np.empty(0), proportions)


def independence(
    shares: Reals,
    covariance: Reals,
    n: float,
    degrees: float,
    statistic: Corrected = "F",
    proportions: Proportions = "observed",
) -> Outcome:
    """Test whether rows and columns of a table are independent, Pearson's X² corrected for the design.

    Parameters
    ----------
    shares : array, shape (R, C)
        Estimated shares of the cells, which add to 1; every row and column above 0.
    covariance : array, shape (R × C, R × C)
        Their covariance by the design, cells row by row.
    n : float
        Answers behind them; p-values do not depend on it, Pearson's X² and the design effects do.
    degrees : float
        Degrees of freedom of the design.
    statistic : {"F", "Chisq", "lincom"}
        ``F``: second-order correction; ``Chisq``: first-order; ``lincom``: the law of X² itself, a sum of chi-squared
        weighted by the design effects.
    proportions : {"observed", "fitted"}
        Shares by which the design effects are standardised: of the cells, or products of the margins.

    Returns
    -------
    Outcome
        The test.

    Notes
    -----
    Rao & Scott 1984, doi:10.1214/aos/1176346391. With C a basis of the interactions, D the diagonal of the shares and V
    the covariance: Δ = n (C'D⁻¹C)⁻¹ C'D⁻¹VD⁻¹C, whose eigenvalues are the design effects; d = tr(Δ)² / tr(Δ²);
    F = X² / tr(Δ) on d and d × degrees (R ``svychisq``, which also divides by the observed shares, and counts in its n
    rows with a missing answer).
    """
    pearson = n * _pearson(shares, np.outer(shares.sum(axis=1), shares.sum(axis=0)))
    if min(shares.shape) < 2 or not np.isfinite(covariance).all():
        return nothing(proportions, pearson)
    effects, used = _design_effects(shares, covariance, n, proportions)
    return referred(pearson, effects, degrees, statistic, used)


def referred(
    pearson: float, effects: Reals, degrees: float, statistic: str, proportions: Proportions = "fitted"
) -> Outcome:
    """Refer Pearson's X² to a law that knows the design effects.

    Parameters
    ----------
    pearson : float
        X².
    effects : array
        Generalised design effects.
    degrees : float
        Degrees of freedom of the design.
    statistic : {"F", "Chisq", "lincom"}
        As in ``independence``.
    proportions : str
        Noted in the outcome.

    Returns
    -------
    Outcome
        The test; NaN where every design effect is 0.
    """
    total = float(effects.sum())
    if not (total > 0 and degrees > 0):
        return Outcome(NAN, NAN, NAN, NAN, pearson, effects, proportions)
    second = total**2 / float((effects**2).sum())
    if statistic == "F":
        value, upper, lower = pearson / total, second, second * degrees
        tail = f_tail(value, upper, lower)
    elif statistic == "Chisq":
        value, upper, lower = pearson / float(effects.mean()), float(effects.size), float("inf")
        tail = chi_squared_tail(value, upper)
    else:
        value, upper, lower = pearson, float(effects.size), second * degrees
        tail = combination_tail(value, effects, lower)
    return Outcome(value, upper, lower, tail, pearson, effects, proportions)


def wald_of_residuals(
    residuals: Reals, covariance: Reals, degrees: float, *, adjusted: bool
) -> tuple[float, float, float, float]:
    """Test whether residuals from independence are 0.

    Parameters
    ----------
    residuals : array, shape (K,)
        Of the cells without first row and column.
    covariance : array, shape (K, K)
        By the design.
    degrees : float
        Degrees of freedom of the design.
    adjusted : bool
        Whether the law allows for the covariance being estimated (Hotelling).

    Returns
    -------
    tuple of float
        F, its degrees of freedom, p-value.

    Notes
    -----
    Koch, Freeman & Freeman 1975, doi:10.2307/1402660; adjusted: Fellegi 1980, JASA 75,
    261-268. R ``svychisq`` with ``Wald`` and ``adjWald``.
    """
    form = quadratic_form(residuals, covariance)
    upper = float(residuals.size)
    if not np.isfinite(form.value) or form.rank < residuals.size or not degrees > 0:
        return NAN, NAN, NAN, NAN
    lower = degrees - upper + 1 if adjusted else degrees
    if not lower > 0:
        return NAN, upper, lower, NAN
    value = form.value / upper * (lower / degrees if adjusted else 1.0)
    return value, upper, lower, f_tail(value, upper, lower)


def _pearson(shares: Reals, expected: Reals) -> float:
    there = expected > 0
    return float(((shares - expected)[there] ** 2 / expected[there]).sum())


def _design_effects(shares: Reals, covariance: Reals, n: float, proportions: Proportions) -> tuple[Reals, Proportions]:
    rows, columns = shares.shape
    contrasts = np.asarray(np.kron(_centred(rows), _centred(columns)), dtype=np.float64)
    fitted = np.outer(shares.sum(axis=1), shares.sum(axis=0)).ravel()
    observed = shares.ravel()
    if proportions == "observed":
        simple = _standardised(contrasts, observed)
        inner = contrasts.T @ simple
        if np.linalg.matrix_rank(inner, hermitian=True) == inner.shape[0]:
            return _eigenvalues(inner, simple.T @ covariance @ simple * n), "observed"
    simple = _standardised(contrasts, fitted)
    return _eigenvalues(contrasts.T @ simple, simple.T @ covariance @ simple * n), "fitted"


def _centred(size: int) -> Reals:
    return np.asarray(np.eye(size)[:, 1:] - 1 / size)


def _standardised(contrasts: Reals, shares: Reals) -> Reals:
    inverse = np.divide(1.0, shares, out=np.zeros_like(shares), where=shares > 0)
    return np.asarray(contrasts * inverse[:, None])


def _eigenvalues(below: Reals, above: Reals) -> Reals:
    root = np.linalg.cholesky(below)
    half = np.linalg.solve(root, above)
    return np.asarray(np.maximum(np.linalg.eigvalsh(np.linalg.solve(root, half.T))[::-1], 0.0))
