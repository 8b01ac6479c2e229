"""Replicate weights of rows: for export, and for calibration in every replicate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation.designs.design import Design, Stage
from sipas.estimation.designs.strata import Ints, Reals
from sipas.estimation.moments.refusals import refuse_columns
from sipas.estimation.replicates.factors import Factors, Listed
from sipas.estimation.replicates.given import row_units

Calibrate = Callable[[Reals], Reals]


def replicate_weights(rows: pl.DataFrame, design: Design, factors: Factors, *, prefix: str = "rep") -> pl.DataFrame:
    """Write the weight of every row in every replicate.

    Parameters
    ----------
    rows : polars.DataFrame
        One row per respondent.
    design : Design
        The design whose units the factors are of.
    factors : Factors
        Replicates.
    prefix : str
        Of the columns' names.

    Returns
    -------
    polars.DataFrame
        As many rows, columns ``rep_1`` to ``rep_R``: weight × factor.

    Raises
    ------
    SipasError
        ``estimation.column_unknown``, ``estimation.replicates_differ``: a row is of a unit without factors.
    """
    weight, places = _weight(rows, design), unit_places(rows, design, factors)
    found = weight[:, None] * factors.array[places]
    return pl.DataFrame(found, schema=[f"{prefix}_{r}" for r in range(1, factors.count + 1)])


def recalibrated(rows: pl.DataFrame, design: Design, factors: Factors, calibrate: Calibrate) -> Factors:
    """Calibrate anew in every replicate.

    Parameters
    ----------
    rows : polars.DataFrame
        One row per respondent.
    design : Design
        The design; its weight is the one before calibration.
    factors : Factors
        Replicates of its units.
    calibrate : callable
        From starting weights, shape (rows,), to calibrated weights of the same rows; called for the full sample, then
        once per replicate.

    Returns
    -------
    Factors
        Of rows: for grids of the same rows collapsed without primary units, under the calibrated weight. 0 where that
        is 0.

    Raises
    ------
    SipasError
        ``estimation.column_unknown``, ``estimation.replicates_differ``,
        ``estimation.calibrated_weight_not_valid``: missing, negative or not finite.

    Notes
    -----
    The variance then knows the calibration: with every replicate meeting the same margins, what the margins explain
    does not vary (Valliant 1993, doi:10.1080/01621459.1993.10594296). Degrees of freedom are those of the factors, for
    every domain.
    """
    weight, places = _weight(rows, design), unit_places(rows, design, factors)
    whole = _checked(calibrate(weight), rows.height)
    found = np.empty((rows.height, factors.count))
    for start, stop in factors.blocks(rows.height):
        block = factors.source.block(start, stop)
        for r in range(start, stop):
            found[:, r] = _checked(calibrate(weight * block[places, r - start]), rows.height)
    np.divide(found, whole[:, None], out=found, where=whole[:, None] > 0)
    found[whole == 0] = 0.0
    return replace(factors, units=row_units(rows.height), source=Listed(found), by_domain=False)


def unit_places(rows: pl.DataFrame, design: Design, factors: Factors) -> Ints:
    """Find the unit of every row.

    Parameters
    ----------
    rows : polars.DataFrame
        One row per respondent.
    design : Design
        Names the columns of strata and units.
    factors : Factors
        Replicates.

    Returns
    -------
    array of int, shape (rows,)
        Place among ``factors.units``.

    Raises
    ------
    SipasError
        ``estimation.column_unknown``, ``estimation.replicates_differ``.
    """
    refuse_columns(list(design.columns()), rows.columns)
    path = factors.units.columns
    keys = [_key(design.stages[place // 2], name, unit=place % 2 == 1) for place, name in enumerate(path)]
    numbered = factors.units.with_row_index("place")
    found = rows.select(keys).join(numbered, on=path, how="left", maintain_order="left")["place"]
    if found.null_count():
        row = int(found.is_null().arg_true()[0])
        raise SipasError("estimation.replicates_differ", "factors", place=Place(row=row + 1, column=design.psu))
    return found.cast(pl.Int64).to_numpy()


def _key(stage: Stage, name: str, *, unit: bool) -> pl.Expr:
    column = stage.ids if unit else stage.strata
    if column is not None:
        return pl.col(column).cast(pl.String).alias(name)
    if not unit:
        return pl.lit("").alias(name)
    return pl.format(":{}", pl.int_range(1, pl.len() + 1, dtype=pl.Int64)).alias(name)


def _weight(rows: pl.DataFrame, design: Design) -> Reals:
    if design.weight is None:
        return np.ones(rows.height)
    refuse_columns([design.weight], rows.columns)
    return rows[design.weight].cast(pl.Float64).to_numpy()


def _checked(weights: Reals, count: int) -> Reals:
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if weights.shape != (count,) or wrong.size:
        got = float(weights[wrong[0]]) if wrong.size else list(weights.shape)
        place = Place(row=int(wrong[0]) + 1) if wrong.size else Place()
        raise SipasError("estimation.calibrated_weight_not_valid", "calibrate", got=got, place=place)
    return weights
