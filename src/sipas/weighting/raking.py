"""Raking by iterative proportional fitting, on distinct cells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.weighting.calibration import Calibration
from sipas.weighting.margins import Cells, Margin, Reals, cut_cells


def rake(
    rows: pl.DataFrame,
    margins: Sequence[Margin],
    *,
    weight: str = "nonresponse",
    tolerance: float = 1e-10,
    most_rounds: int = 1000,
) -> Calibration:
    """Rake weights to known margins.

    Parameters
    ----------
    rows : polars.DataFrame
        Respondents with the column ``weight`` and those of every margin.
    margins : sequence of Margin
        In the order they are fitted, at least one.
    weight : str
        Column of the starting weights, above 0.
    tolerance : float
        Largest relative error of a margin, well above 1e-15.
    most_rounds : int
        Passes over all margins before it gives up.

    Returns
    -------
    Calibration
        Weights in the order of the rows.

    Raises
    ------
    SipasError
        ``weighting.not_converged``, and those of ``cut_cells``.

    Notes
    -----
    Deming & Stephan 1940, doi:10.1214/aoms/1177731829. A row's factor depends on its cell only, so the fitting runs on
    the distinct cells (thousands) and not on the rows (millions). Agrees with R ``survey::rake``.
    """
    start = rows[weight].cast(pl.Float64).to_numpy()
    cells = cut_cells(rows, start, margins)
    fitted, rounds = _fit(cells, tolerance, most_rounds)
    factor = (fitted / cells.weight)[cells.of_row]
    return Calibration(start * factor, factor, rounds, cells.margin_error(fitted), at_bounds=0)


def _fit(cells: Cells, tolerance: float, most_rounds: int) -> tuple[Reals, int]:
    weight = cells.weight.copy()
    error = cells.margin_error(weight)
    for done in range(most_rounds + 1):
        if error <= tolerance:
            return weight, done
        for codes, target in zip(cells.codes, cells.targets, strict=True):
            weight *= (target / np.bincount(codes, weight, target.size))[codes]
        error = cells.margin_error(weight)
    raise SipasError("weighting.not_converged", "rake", expected=tolerance, got=error, hint=most_rounds)
