"""Rows cut into the distinct cells of a calibration, with the totals to meet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse

from sipas.errors import Place, SipasError
from sipas.estimation.designs.calibration import JOINED, NAMED_AT_MOST, CalibratedWeight, Variable
from sipas.estimation.designs.strata import Ints, Reals
from sipas.estimation.moments.refusals import refuse_columns


@dataclass(frozen=True, slots=True)
class AuxiliaryCells:
    """Rows cut into C cells in which the P calibration variables are the same.

    Parameters
    ----------
    of_row : array of int, shape (n,)
        Cell of each row.
    x : scipy.sparse.csr_matrix, shape (C, P)
        Calibration variables of each cell.
    totals : array, shape (P,)
        What to meet.
    names : tuple of (str, str)
        Variable and category of each.
    """

    of_row: Ints
    x: sparse.csr_matrix
    totals: Reals
    names: tuple[tuple[str, str], ...]

    def added(self, weights: Reals) -> Reals:
        """Add rows up to cells.

        Parameters
        ----------
        weights : array, shape (n, R)
            Weights of the rows in R replicates.

        Returns
        -------
        array, shape (C, R)
            Sums.
        """
        size = self.of_row.size
        rows = sparse.csr_matrix((np.ones(size), (self.of_row, np.arange(size))), shape=(self.x.shape[0], size))
        return np.asarray(rows @ weights)


def auxiliary_cells(rows: pl.DataFrame, weight: CalibratedWeight, totals: pl.DataFrame) -> AuxiliaryCells:
    """Cut rows into cells and set the totals beside them.

    Parameters
    ----------
    rows : polars.DataFrame
        Rows with the columns of the calibration, none missing.
    weight : CalibratedWeight
        Names the calibration variables.
    totals : polars.DataFrame
        ``variable`` (its name), ``category`` (as text, crossed ones joined by ``×`` with spaces; empty where there is
        none), ``total``. ``CalibrationSums.reached`` gives such a table.

    Returns
    -------
    AuxiliaryCells
        At most as many cells as rows.

    Raises
    ------
    SipasError
        ``estimation.column_unknown``; ``estimation.calibration_missing`` with column and row;
        ``estimation.calibration_categories``: categories of the rows without a total, or of the totals without a row.
    """
    refuse_columns(list(weight.columns()), rows.columns)
    refuse_columns(["variable", "category", "total"], totals.columns)
    places = totals.select("variable", "category", "total").unique(maintain_order=True).with_row_index("place")
    parts = [_marks(rows, one, places) for one in weight.variables()]
    levels = pl.DataFrame({
        f"{i}{end}": column for i, part in enumerate(parts) for end, column in zip("pv", part, strict=True)
    })
    distinct = levels.unique(maintain_order=True).with_row_index("cell")
    of_row = levels.join(distinct, on=levels.columns, how="left", maintain_order="left")["cell"].to_numpy()
    count = distinct.height
    place = np.concatenate([distinct[f"{i}p"].to_numpy() for i in range(len(parts))]).astype(np.int64)
    value = np.concatenate([distinct[f"{i}v"].to_numpy() for i in range(len(parts))])
    cell = np.tile(np.arange(count), len(parts))
    wanted = {one.name for one in weight.variables()}
    used = np.flatnonzero(places["variable"].is_in(wanted).to_numpy())
    if idle := [places.row(int(p))[1:3] for p in used if p not in set(place.tolist())]:
        raise SipasError("estimation.calibration_categories", "totals", got=idle[:NAMED_AT_MOST], hint=len(idle))
    x = sparse.csr_matrix((value, (cell, place)), shape=(count, places.height))[:, used]
    names = tuple((str(v), str(c)) for v, c in places.select("variable", "category")[used].rows())
    return AuxiliaryCells(of_row.astype(np.int64), x, places["total"].cast(pl.Float64).to_numpy()[used], names)


def _marks(rows: pl.DataFrame, variable: Variable, places: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    for column in (*variable.columns, *(() if variable.number is None else (variable.number,))):
        missing = rows[column].is_null() | (rows[column].is_nan() if rows[column].dtype.is_float() else False)
        if missing.any():
            place = Place(row=int(missing.arg_true()[0]) + 1, column=column)
            raise SipasError("estimation.calibration_missing", column, place=place)
    text = [pl.col(column).cast(pl.String) for column in variable.columns]
    category = pl.concat_str(text, separator=JOINED) if text else pl.repeat("", rows.height, dtype=pl.String)
    known = places.filter(pl.col("variable") == variable.name).select("category", "place")
    named = rows.select(category.alias("category"))
    found = named.join(known, on="category", how="left", maintain_order="left")
    strange = found.filter(pl.col("place").is_null())["category"].unique().sort()
    if len(strange):
        got = [(variable.name, category) for category in strange[:NAMED_AT_MOST]]
        raise SipasError("estimation.calibration_categories", "totals", got=got, hint=len(strange))
    ones = pl.Series(np.ones(rows.height))
    return found["place"], ones if variable.number is None else rows[variable.number].cast(pl.Float64)
