"""The Fay-Herriot model on arrays: variance of the area effects, coefficients, mean squared errors.

y_i = x_i'β + v_i + e_i for areas i = 1 ... m, v of variance A, e of known variance D_i, all independent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sipas.estimation.designs.strata import Reals

FitMethod = Literal["REML", "ML", "FH"]

COARSE = 400  # variances looked at before the best is refined: a likelihood may have more than one peak
LEAST, MOST = 1e-8, 1e4  # of the variances looked at, in mean squares of the residuals and errors


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fitted model.

    Parameters
    ----------
    refvar : float
        A, 0 or more.
    coefficients : array, shape (p,)
        β.
    covariance : array, shape (p, p)
        Of β, A taken as known.
    information : float
        Inverse of the asymptotic variance of A.
    bias : float
        Asymptotic bias of A: 0 under ``REML``.
    loglikelihood : float
        Of the method: restricted under ``REML``, otherwise full.
    at_zero : bool
        Whether A was estimated at its bound of 0: then nothing is left of the areas' own deviations.
    """

    refvar: float
    coefficients: Reals
    covariance: Reals
    information: float
    bias: float
    loglikelihood: float
    at_zero: bool


@dataclass(frozen=True, slots=True)
class _Model:
    y: Reals
    x: Reals
    d: Reals

    def weights(self, a: float) -> Reals:
        return np.asarray(1 / (a + self.d))

    def beta(self, a: float) -> tuple[Reals, Reals]:
        """Give β and its covariance, by orthogonal reduction."""
        root = np.sqrt(self.weights(a))
        q, r = np.linalg.qr(self.x * root[:, None])
        inverse = np.linalg.inv(r)
        return inverse @ (q.T @ (self.y * root)), inverse @ inverse.T

    def squares(self, a: float) -> tuple[Reals, Reals]:
        """Give (y - x'β)² and the quadratic forms x' Cov(β) x."""
        beta, covariance = self.beta(a)
        return (self.y - self.x @ beta) ** 2, np.einsum("ij,jk,ik->i", self.x, covariance, self.x)

    def loglikelihood(self, a: float, *, restricted: bool) -> float:
        w = self.weights(a)
        residual, _ = self.squares(a)
        fixed = 0.0
        size = self.y.size
        if restricted:
            size -= self.x.shape[1]
            fixed = -np.linalg.slogdet(self.x.T @ (self.x * w[:, None]))[1]
            fixed += np.linalg.slogdet(self.x.T @ self.x)[1]
        return float((np.log(w).sum() + fixed - (w * residual).sum() - size * np.log(2 * np.pi)) / 2)

    def score(self, a: float, *, restricted: bool) -> float:
        """Give the derivative of the log-likelihood by A: (-tr W or -tr P + y'PPy) / 2."""
        w = self.weights(a)
        residual, leverage = self.squares(a)
        trace = (w - w**2 * leverage if restricted else w).sum()
        return float((-trace + (w**2 * residual).sum()) / 2)

    def excess(self, a: float) -> float:
        """Give the weighted sum of squares less its expectation; falls with A (Fay & Herriot's moment equation)."""
        residual, _ = self.squares(a)
        return float((self.weights(a) * residual).sum()) - (self.y.size - self.x.shape[1])


def fit(direct: Reals, variance: Reals, auxiliaries: Reals, method: FitMethod = "REML") -> Fitted:
    """Estimate the variance of the area effects and the coefficients.

    Parameters
    ----------
    direct : array, shape (m,)
        Direct estimates y.
    variance : array, shape (m,)
        Their variances D, above 0, taken as known.
    auxiliaries : array, shape (m, p)
        x, of full rank p < m.
    method : {"REML", "ML", "FH"}
        Restricted maximum likelihood; maximum likelihood; the moment equation of Fay and Herriot.

    Returns
    -------
    Fitted
        The same bits for the same input.

    Notes
    -----
    Fay & Herriot 1979, doi:10.1080/01621459.1979.10482505; Rao & Molina 2015, *Small Area Estimation*, §6.1.2. The
    likelihood is looked at over the whole range of A and its best peak refined by halving the interval in which the
    score changes sign, down to neighbouring numbers: there is no starting value, no stop on a small step and no failure
    to converge. Biases: Datta & Lahiri 2000, Statistica Sinica 10, 613-627; Datta, Rao & Smith 2005,
    doi:10.1093/biomet/92.1.183.
    """
    model = _Model(direct, auxiliaries, variance)
    restricted = method == "REML"
    scale = _scale(model)
    if method == "FH":
        a = _root(model.excess, 0.0, scale * MOST) if model.excess(0.0) > 0 else 0.0
    else:
        a = _peak(model, scale, restricted=restricted)
    beta, covariance = model.beta(a)
    information, bias = _accuracy(model, a, method)
    likelihood = model.loglikelihood(a, restricted=restricted)
    return Fitted(a, beta, covariance, information, bias, likelihood, a == 0.0)


def mean_squared_errors(fitted: Fitted, variance: Reals, auxiliaries: Reals) -> tuple[Reals, Reals]:
    """Estimate the mean squared errors of the areas' best linear predictors, to second order.

    Parameters
    ----------
    fitted : Fitted
        The model.
    variance : array, shape (m,)
        D.
    auxiliaries : array, shape (m, p)
        x.

    Returns
    -------
    gamma : array, shape (m,)
        A / (A + D): weight of the direct estimate.
    mse : array, shape (m,)
        g₁ + g₂ + 2 g₃ - b (1 - γ)², where b is the bias of A. The last term may leave a figure below 0.

    Notes
    -----
    Prasad & Rao 1990, doi:10.1080/01621459.1990.10475320; Datta & Lahiri 2000; Datta, Rao & Smith 2005:
    g₁ = γD, g₂ = (1 - γ)² x' Cov(β) x, g₃ = D² / (A + D)³ × asymptotic variance of A.
    """
    a = fitted.refvar
    gamma = a / (a + variance)
    spread = np.einsum("ij,jk,ik->i", auxiliaries, fitted.covariance, auxiliaries)
    third = variance**2 / (a + variance) ** 3 / fitted.information
    return gamma, gamma * variance + (1 - gamma) ** 2 * spread + 2 * third - fitted.bias * (1 - gamma) ** 2


def _scale(model: _Model) -> float:
    residual, _ = model.squares(float(model.d.mean()))
    return max(float(residual.mean()), float(model.d.mean()))


def _peak(model: _Model, scale: float, *, restricted: bool) -> float:
    looked = np.append(0.0, scale * np.geomspace(LEAST, MOST, COARSE))
    best = int(np.argmax(_heights(model, looked, restricted=restricted)))
    low, high = float(looked[max(best - 1, 0)]), float(looked[min(best + 1, COARSE)])

    def score(a: float) -> float:
        return model.score(a, restricted=restricted)

    if score(low) <= 0:
        return float(looked[best])
    return _root(score, low, high)


def _heights(model: _Model, looked: Reals, *, restricted: bool) -> Reals:
    """Give the log-likelihood at many variances, less a constant."""
    # On an orthonormal basis of x, and without the part of y in it, normal equations lose nothing.
    basis, _ = np.linalg.qr(model.x)
    w = 1 / (looked[:, None] + model.d)
    crossed = np.einsum("ap,aq,ga->gpq", basis, basis, w, optimize=True)
    y = model.y - basis @ (basis.T @ model.y)
    right = (w * y) @ basis
    beta = np.linalg.solve(crossed, right[..., None])[..., 0]
    squares = (w * y**2).sum(axis=1) - (right * beta).sum(axis=1)
    fixed = np.linalg.slogdet(crossed)[1] if restricted else 0.0
    return np.asarray((np.log(w).sum(axis=1) - fixed - squares) / 2)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Find where a function that is above 0 at ``low`` and not at ``high`` falls to 0."""
    middle = (low + high) / 2
    while low < middle < high:
        low, high = (middle, high) if function(middle) > 0 else (low, middle)
        middle = (low + high) / 2
    return middle


def _accuracy(model: _Model, a: float, method: FitMethod) -> tuple[float, float]:
    w = model.weights(a)
    if method == "FH":
        bias = 2 * (w.size * (w**2).sum() - w.sum() ** 2) / w.sum() ** 3
        return float(w.sum() ** 2 / (2 * w.size)), float(bias)
    information = float((w**2).sum() / 2)
    if method == "REML":
        return information, 0.0
    _, leverage = model.squares(a)
    return information, -float((w**2 * leverage).sum()) / (2 * information)
