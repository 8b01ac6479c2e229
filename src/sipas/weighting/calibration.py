"""Calibration to known totals: Newton's method on the dual, on distinct cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.weighting.distances import Distance
from sipas.weighting.margins import Cells, Margin, Reals, cut_cells

MOST_HALVINGS = 40
# Relative size under which a direction of the normal matrix counts as empty (margins overlap by design).
RANK_TOLERANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Calibration:
    """Calibrated weights.

    Parameters
    ----------
    weights : numpy.ndarray
        In the order of the rows.
    factor : numpy.ndarray
        g, calibrated over starting weight.
    rounds : int
        Iterations used.
    margin_error : float
        Largest relative error of a total.
    at_bounds : int
        Rows whose factor lies at a bound.
    """

    weights: Reals
    factor: Reals
    rounds: int
    margin_error: float
    at_bounds: int


def calibrate(
    rows: pl.DataFrame,
    margins: Sequence[Margin],
    *,
    distance: Distance,
    weight: str = "nonresponse",
    numbers: dict[str, float] | None = None,
    tolerance: float = 1e-10,
    most_rounds: int = 200,
) -> Calibration:
    """Find the weights nearest to the starting weights that meet known totals.

    Parameters
    ----------
    rows : polars.DataFrame
        Respondents with the column ``weight`` and those of every margin and number.
    margins : sequence of Margin
        Counts to meet.
    distance : Distance
        What nearest means, with bounds on the factor.
    weight : str
        Column of the starting weights, above 0.
    numbers : dict of str to float, optional
        Numeric columns with their population totals.
    tolerance : float
        Largest relative error of a total.
    most_rounds : int
        Newton steps before it gives up.

    Returns
    -------
    Calibration
        Weights in the order of the rows; negative ones only with ``linear`` without a lower bound of 0 or more.

    Raises
    ------
    SipasError
        ``weighting.not_converged`` (bounds too tight for the totals, or totals that no weights meet),
        ``weighting.bounds``, ``weighting.method``, and those of ``cut_cells``.

    Notes
    -----
    Solves Σ d F(x'λ) x = X (Deville & Särndal 1992); a step is halved while it does not bring the totals nearer.
    Agrees with R ``survey::calibrate``.
    """
    distance.checked()
    start = rows[weight].cast(pl.Float64).to_numpy()
    cells = cut_cells(rows, start, margins, numbers)
    system = _Dual(cells, distance)
    rounds = system.solve(tolerance, most_rounds)
    by_cell = distance.factor(system.u)
    factor = by_cell[cells.of_row]
    at_bounds = int(distance.at_bounds(factor).sum())
    return Calibration(start * factor, factor, rounds, cells.margin_error(cells.weight * by_cell), at_bounds)


class _Dual:
    """The equations Σ d F(x'λ) x = X over cells; x is one mark per category and the numbers, scaled."""

    def __init__(self, cells: Cells, distance: Distance) -> None:
        self.cells = cells
        self.distance = distance
        self.scale = np.abs(cells.numbers).max(axis=0, initial=0.0)
        self.scale[self.scale == 0.0] = 1.0
        self.numbers = cells.numbers / self.scale
        self.target = np.concatenate([*cells.targets, cells.number_totals / self.scale])
        self.starts = np.cumsum([0, *(t.size for t in cells.targets)])
        self.lam = np.zeros(self.target.size)
        self.u = np.zeros(cells.weight.size)

    def solve(self, tolerance: float, most_rounds: int) -> int:
        """Iterate until every total is met; give the number of steps."""
        misfit = self._misfit(self.u)
        for done in range(most_rounds + 1):
            if self._error(misfit) <= tolerance:
                return done
            step = self._newton_step(misfit)
            misfit = self._take(step, misfit)
        raise SipasError(
            "weighting.not_converged",
            self.distance.method,
            expected=tolerance,
            got=self._error(misfit),
            hint=most_rounds,
        )

    def _take(self, step: Reals, before: Reals) -> Reals:
        along = self._predict(step)
        length, norm = 1.0, self._norm(before)
        for _ in range(MOST_HALVINGS):
            misfit = self._misfit(self.u + length * along)
            if self._norm(misfit) < norm:
                break
            length /= 2.0
        else:  # flat or stuck at the bounds: move on as R's grake does, and let the rounds run out
            length = 1.0
            misfit = self._misfit(self.u + along)
        self.lam += length * step
        self.u += length * along
        return misfit

    def _error(self, misfit: Reals) -> float:
        return float((np.abs(misfit) / np.maximum(np.abs(self.target), 1e-300)).max(initial=0.0))

    def _norm(self, misfit: Reals) -> float:
        norm = float((misfit**2).sum())
        return norm if np.isfinite(norm) else np.inf

    def _misfit(self, u: Reals) -> Reals:
        return self.target - self._totals(self.cells.weight * self.distance.factor(u))

    def _totals(self, weight: Reals) -> Reals:
        counts = [np.bincount(c, weight, t.size) for c, t in zip(self.cells.codes, self.cells.targets, strict=True)]
        totals: Reals = np.concatenate([*counts, (self.numbers * weight[:, None]).sum(axis=0)])
        return totals

    def _predict(self, lam: Reals) -> Reals:
        u: Reals = (self.numbers * lam[self.starts[-1] :]).sum(axis=1)
        for codes, start in zip(self.cells.codes, self.starts[:-1], strict=True):
            u += lam[start + codes]
        return u

    def _newton_step(self, misfit: Reals) -> Reals:
        matrix = self._normal_matrix(self.cells.weight * self.distance.slope(self.u))
        diagonal: Reals = matrix.diagonal()
        size = np.sqrt(np.where(diagonal > 0.0, diagonal, 1.0))
        scaled = matrix / size[:, None] / size[None, :]
        solution = np.linalg.lstsq(scaled, misfit / size, rcond=RANK_TOLERANCE)[0]
        return np.asarray(solution / size, dtype=np.float64)

    def _normal_matrix(self, weight: Reals) -> Reals:
        """Σ w x x', block by block from counts, so that no row of x is ever written out."""
        matrix: Reals = np.zeros((self.target.size, self.target.size))
        first_number = int(self.starts[-1])
        margins = list(zip(self.cells.codes, self.cells.targets, self.starts[:-1], strict=True))
        for codes, target, start in margins:
            span = np.arange(start, start + target.size)
            matrix[span, span] = np.bincount(codes, weight, target.size)
            for q in range(self.numbers.shape[1]):
                block = np.bincount(codes, weight * self.numbers[:, q], target.size)
                matrix[span, first_number + q] = matrix[first_number + q, span] = block
        for (codes, target, start), (others, other, begin) in combinations(margins, 2):
            flat = np.bincount(codes * other.size + others, weight, target.size * other.size)
            block = flat.reshape(target.size, other.size)
            matrix[start : start + target.size, begin : begin + other.size] = block
            matrix[begin : begin + other.size, start : start + target.size] = block.T
        for q in range(self.numbers.shape[1]):
            for r in range(self.numbers.shape[1]):
                product = (weight * self.numbers[:, q] * self.numbers[:, r]).sum()
                matrix[first_number + q, first_number + r] = product
        return matrix
