"""Replicate weights that are calibrated anew, each to the same totals as the whole sample.

A replicate's variance knows the calibration because every replicate repeats it (R ``calibrate``, ``postStratify`` and
``rake`` of a ``svyrep.design``). The factor of a row depends on its calibration variables and the replicate only, so
the work is done on distinct cells, for all replicates together.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from msgspec import structs
from scipy import sparse

from sipas.errors import Place, SipasError
from sipas.estimation.designs.calibration import CalibratedWeight
from sipas.estimation.designs.design import Design, Stage
from sipas.estimation.designs.strata import Reals
from sipas.estimation.replicates.cells import AuxiliaryCells, auxiliary_cells
from sipas.estimation.replicates.factors import Factors, Listed
from sipas.estimation.replicates.recalibration import Recalibration, recalibrate
from sipas.estimation.replicates.weights import unit_places
from sipas.weighting import Distance

WEIGHT, CELL = "calibrated_weight", "calibration_cell"


@dataclass(frozen=True, slots=True)
class CalibratedReplicates:
    """Rows, design and factors for estimation with replicates that were calibrated anew.

    Parameters
    ----------
    rows : polars.DataFrame
        As given, with the columns ``calibrated_weight`` and ``calibration_cell``.
    design : Design
        As given, with that weight, and the cells as units of a last stage: collapse the rows with it.
    factors : Factors
        Of primary unit and cell.
    whole : Recalibration
        Of the full sample (one replicate).
    replicates : Recalibration
        Of the R replicates.
    """

    rows: pl.DataFrame
    design: Design
    factors: Factors
    whole: Recalibration
    replicates: Recalibration


def calibrate_replicates(
    rows: pl.DataFrame,
    design: Design,
    factors: Factors,
    weight: CalibratedWeight,
    totals: pl.DataFrame,
    distance: Distance,
    *,
    strict: bool = True,
) -> CalibratedReplicates:
    """Calibrate the full sample and every replicate to the same totals.

    Parameters
    ----------
    rows : polars.DataFrame
        One row per respondent.
    design : Design
        One stage of primary units, of which the factors are. Its weight is not looked at.
    factors : Factors
        Replicates of its units.
    weight : CalibratedWeight
        Names the base weight and the calibration variables.
    totals : polars.DataFrame
        As in ``auxiliary_cells``.
    distance : Distance
        With its bounds.
    strict : bool
        Whether a replicate that does not meet the totals is refused (the full sample always is).

    Returns
    -------
    CalibratedReplicates
        Then ``moments = collapse(found.rows, found.design, ...)`` and ``replicated_ratios(grid, ..., found.factors)``.

    Raises
    ------
    SipasError
        Those of ``auxiliary_cells`` and ``recalibrate``; ``estimation.replicates_differ``: a row is of a unit without
        factors; ``estimation.negative_weight``: the factor of a cell is negative (use bounds).

    Notes
    -----
    A row's factor in a replicate is that of its unit times g of its cell in the replicate over g in the full sample.
    Nothing as large as rows times replicates is made. Degrees of freedom are those of the factors, for every domain.
    """
    cells = auxiliary_cells(rows, weight, totals)
    base = rows[weight.base].cast(pl.Float64).to_numpy()
    places = unit_places(rows, design, factors)
    whole = recalibrate(cells.added(base[:, None]), cells, distance)
    shape = (cells.x.shape[0], factors.units.height)
    by_unit = sparse.csr_matrix((base, (cells.of_row, places)), shape=shape)
    by_replicate = recalibrate(np.asarray(by_unit @ factors.array), cells, distance, strict=strict)
    _refuse_negative(cells, whole.factor, by_replicate.factor)
    leaves = np.unique(places * np.int64(shape[0]) + cells.of_row)
    unit, cell = leaves // shape[0], leaves % shape[0]
    whole_factor = whole.factor[cell]
    over = np.divide(1.0, whole_factor, out=np.zeros_like(whole_factor), where=whole_factor > 0)
    array = factors.array[unit] * by_replicate.factor[cell] * over
    units = factors.units[unit].with_columns(
        pl.lit("").alias("stratum_2"), pl.Series("unit_2", cell).cast(pl.String).alias("unit_2")
    )
    return CalibratedReplicates(
        rows.with_columns(pl.Series(WEIGHT, base * whole.factor[cells.of_row, 0]), pl.Series(CELL, cells.of_row)),
        structs.replace(design, weight=WEIGHT, later=(Stage(ids=CELL),)),
        replace(factors, units=units, source=Listed(array), by_domain=False),
        whole,
        by_replicate,
    )


def _refuse_negative(cells: AuxiliaryCells, *factors: Reals) -> None:
    for factor in factors:
        low = np.argwhere(factor < 0)
        if low.size:
            cell, replicate = (int(i) for i in low[0])
            raise SipasError(
                "estimation.negative_weight",
                "distance",
                got=float(factor[cell, replicate]),
                hint=replicate + 1,
                place=Place(row=int(np.argmax(cells.of_row == cell)) + 1),
            )
