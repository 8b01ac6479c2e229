"""Calibration of many weights of the same cells at once: one column per replicate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Flags, Ints, Reals
from sipas.estimation.linear.residuals import generalised_inverse
from sipas.estimation.replicates.cells import AuxiliaryCells
from sipas.weighting import Distance

MOST_HALVINGS = 40
NAMED_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Recalibration:
    """Factors of R replicates.

    Parameters
    ----------
    factor : array, shape (C, R)
        g of each cell: calibrated over given weight; 1 where the cell has no weight in the replicate.
    rounds : array of int, shape (R,)
        Steps needed.
    failed : array of bool, shape (R,)
        Whether the totals were not met; only where that was not refused.
    at_bounds : array of int, shape (R,)
        Cells with weight whose factor lies at a bound.
    """

    factor: Reals
    rounds: Ints
    failed: Flags
    at_bounds: Ints


def recalibrate(
    weights: Reals,
    cells: AuxiliaryCells,
    distance: Distance,
    *,
    tolerance: float = 1e-10,
    most_rounds: int = 100,
    strict: bool = True,
) -> Recalibration:
    """Calibrate every replicate to the same totals.

    Parameters
    ----------
    weights : array, shape (C, R)
        Weights of the cells in R replicates before calibration, 0 or more (``AuxiliaryCells.added``, or cells by
        primary unit times the factors of the units).
    cells : AuxiliaryCells
        Calibration variables and totals.
    distance : Distance
        With its bounds.
    tolerance : float
        Largest error of a total, relative to it (to the sum of weight times ``|x|`` where it is 0).
    most_rounds : int
        Newton steps for a replicate.
    strict : bool
        Whether a replicate that does not meet the totals is refused; otherwise it is flagged.

    Returns
    -------
    Recalibration
        Factors by cell and replicate; a row's calibrated weight is its weight times ``factor[of_row]``.

    Raises
    ------
    SipasError
        ``estimation.replicate_weight_not_valid``, ``estimation.replicate_not_converged`` (bounds too tight, or a
        category without weight in a replicate), ``weighting.bounds``, ``weighting.method``.

    Notes
    -----
    Newton's method on the dual of Deville & Särndal 1992, as ``sipas.weighting.calibrate``, in blocks that no cell
    links (provinces, where the calibration was by province), all replicates at once; a replicate's step is halved while
    it does not bring its totals nearer.
    """
    distance.checked()
    wrong = ~(np.isfinite(weights) & (weights >= 0))
    if wrong.any():
        cell, replicate = (int(i) for i in np.argwhere(wrong)[0])
        raise SipasError(
            "estimation.replicate_weight_not_valid", "weights", got=weights[cell, replicate], hint=replicate + 1
        )
    factor = np.ones_like(weights)
    rounds = np.zeros(weights.shape[1], dtype=np.int64)
    failed = np.zeros(weights.shape[1], dtype=bool)
    for rows, columns in _blocks(cells.x):
        dual = _Duals(weights[rows], cells.x[rows][:, columns].toarray(), cells.totals[columns], distance)
        done = dual.solve(tolerance, most_rounds)
        failed |= dual.error() > tolerance
        rounds = np.maximum(rounds, done)
        factor[rows] = dual.factors()
    if strict and failed.any():
        places = np.flatnonzero(failed) + 1
        raise SipasError(
            "estimation.replicate_not_converged",
            "weights",
            tolerance,
            places[:NAMED_AT_MOST].tolist(),
            int(failed.sum()),
        )
    factor[weights == 0] = 1.0
    at_bounds = (distance.at_bounds(factor) & (weights > 0)).sum(axis=0)
    return Recalibration(factor, rounds, failed, at_bounds)


def _blocks(x: sparse.csr_matrix) -> Iterator[tuple[Ints, Ints]]:
    linked = sparse.bmat([[None, x], [x.T, None]], format="csr")
    count, label = connected_components(linked, directed=False)
    for number in range(count):
        rows = np.flatnonzero(label[: x.shape[0]] == number)
        columns = np.flatnonzero(label[x.shape[0] :] == number)
        if rows.size and columns.size:
            yield rows, columns


class _Duals:
    """The equations of R replicates: sum of d F(x'λ) x = totals, x dense (C × P), d (C × R)."""

    def __init__(self, weights: Reals, x: Reals, totals: Reals, distance: Distance) -> None:
        self.size = np.maximum(np.abs(x).max(axis=0, initial=0.0), np.finfo(float).tiny)
        self.x, self.totals = x / self.size, totals / self.size
        self.weights, self.distance = weights, distance
        self.u = np.zeros_like(weights)
        zero = np.abs(self.x).T @ weights
        whole = np.abs(self.totals)[:, None]
        self.scale = np.where(whole > 0, whole, np.where(zero > 0, zero, 1.0))
        self.misfit = self._misfit(self.u, slice(None))

    def factors(self) -> Reals:
        return self.distance.factor(self.u)

    def error(self) -> Reals:
        found = np.abs(self.misfit / self.scale).max(axis=0, initial=0.0)
        return np.where(np.isfinite(found), found, np.inf)

    def solve(self, tolerance: float, most_rounds: int) -> Ints:
        done = np.zeros(self.u.shape[1], dtype=np.int64)
        for _ in range(most_rounds):
            open_ = np.flatnonzero(self.error() > tolerance)
            if open_.size == 0:
                break
            done[open_] += 1
            self._step(open_)
        return done

    def _misfit(self, u: Reals, chosen: Ints | slice) -> Reals:
        with np.errstate(over="ignore", invalid="ignore"):  # a step too far is halved
            reached = self.x.T @ (self.weights[:, chosen] * self.distance.factor(u))
        return np.asarray(self.totals[:, None] - reached)

    def _step(self, open_: Ints) -> None:
        slopes = self.weights[:, open_] * self.distance.slope(self.u[:, open_])
        along = np.empty_like(slopes)
        for place in range(open_.size):
            normal = (self.x * slopes[:, place, None]).T @ self.x
            along[:, place] = self.x @ (generalised_inverse(normal) @ self.misfit[:, open_[place]])
        before = (self.misfit[:, open_] ** 2).sum(axis=0)
        length = np.ones(open_.size)
        for _ in range(MOST_HALVINGS):
            trial = self._misfit(self.u[:, open_] + length * along, open_)
            square = (trial**2).sum(axis=0)
            stuck = ~(square < before)
            if not stuck.any():
                break
            length[stuck] /= 2.0
        else:  # flat or at the bounds: moves on as R's grake does, and lets the rounds run out
            length[stuck] = 1.0
            trial = self._misfit(self.u[:, open_] + length * along, open_)
        self.u[:, open_] += length * along
        self.misfit[:, open_] = trial


def poststratify(weights: Reals, codes: Ints, totals: Reals) -> Reals:
    """Give the factors of post-stratified replicates, in closed form.

    Parameters
    ----------
    weights : array, shape (n, R)
        Weights of the rows (or cells) in R replicates, 0 or more.
    codes : array of int, shape (n,)
        Post-stratum of each, 0 to K - 1.
    totals : array, shape (K,)
        People in each, above 0.

    Returns
    -------
    array, shape (K, R)
        Total over sum of weights; a row's new weight is its weight times ``factor[codes]``.

    Raises
    ------
    SipasError
        ``estimation.replicate_stratum_empty``: a post-stratum without weight in a replicate.
    """
    rows = sparse.csr_matrix((np.ones(codes.size), (codes, np.arange(codes.size))), shape=(totals.size, codes.size))
    sums = np.asarray(rows @ weights)
    empty = np.argwhere(~(sums > 0))
    if empty.size:
        stratum, replicate = (int(i) for i in empty[0])
        raise SipasError("estimation.replicate_stratum_empty", "weights", got=stratum, hint=replicate + 1)
    return np.asarray(totals[:, None] / sums)
