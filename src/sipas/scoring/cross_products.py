"""Weighted cross products of answers by primary unit, and the covariances of replicates made of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from sipas.estimation import WHOLE, Design, Moments, collapse, grids
from sipas.estimation.designs.strata import Ints, Reals
from sipas.estimation.replicates import Replication, replicate_factors

BLOCK_ROWS = 100_000
BLOCK_REPLICATES = 100


@dataclass(frozen=True, slots=True)
class CompleteRows:
    """Rows that answered everything, with the design they came by.

    Parameters
    ----------
    columns : tuple of str
        What is multiplied: V columns.
    answers : array, shape (N, V)
        Their values, less the mean of the N rows.
    weights : array, shape (N,)
        Above 0.
    unit : array of int, shape (N,)
        Primary unit of each row, rising.
    moments : Moments
        All units of the design, also those without complete rows.
    lonely : int
        Strata with one primary unit.
    rows : int
        Rows of positive weight, complete or not.
    missing : tuple of int
        Of them without a value, by column.
    """

    columns: tuple[str, ...]
    answers: Reals
    weights: Reals
    unit: Ints
    moments: Moments
    lonely: int
    rows: int
    missing: tuple[int, ...]


def complete_rows(
    rows: pl.DataFrame, values: dict[str, pl.Expr], design: Design, psus: pl.DataFrame | None = None
) -> CompleteRows:
    """Take the rows that have every value.

    Parameters
    ----------
    rows : polars.DataFrame
        Checked before by ``collapse`` with the same design.
    values : dict of str to polars.Expr
        Columns to multiply, as numbers.
    design : Design
        Weight, strata, primary units of the first stage.
    psus : polars.DataFrame, optional
        All primary units drawn.

    Returns
    -------
    CompleteRows
        Sorted by unit.
    """
    stratum = pl.lit("") if design.strata is None else pl.col(design.strata).cast(pl.String)
    psu = pl.int_range(pl.len()).cast(pl.String) if design.psu is None else pl.col(design.psu).cast(pl.String)
    weight = pl.lit(1.0) if design.weight is None else pl.col(design.weight).cast(pl.Float64)
    keys = rows.select(stratum.alias("stratum"), psu.alias("psu"), weight.alias("weight"))
    one_stage = Design(weight="weight", strata="stratum", psu="psu", nested=True, lonely="certainty")
    moments = collapse(keys, one_stage, (), psus=psus)
    (grid,) = grids(moments, (WHOLE,))
    units = grid.table.select("stratum", "psu").with_row_index("unit")
    columns = tuple(values)
    numbers = rows.select(expression.cast(pl.Float64).alias(name) for name, expression in values.items())
    table = pl.concat([keys, numbers], how="horizontal").filter(pl.col("weight") > 0)
    missing = tuple(table.select(pl.col(columns).null_count()).row(0))
    found = table.drop_nulls(columns).join(units, on=["stratum", "psu"], how="left", maintain_order="left").sort("unit")
    answers = found.select(columns).to_numpy().astype(np.float64)
    middle = answers.mean(axis=0) if answers.size else 0.0
    unit = found["unit"].cast(pl.Int64).to_numpy()
    lonely = int(grid.strata.lonely.sum())
    return CompleteRows(
        columns, answers - middle, found["weight"].to_numpy(), unit, moments, lonely, table.height, missing
    )


def covariances(rows: CompleteRows, replicates: int, seed: int) -> Reals:
    """Give the weighted covariance of the columns, in the sample and in bootstrap replicates of it.

    Parameters
    ----------
    rows : CompleteRows
        One row or more.
    replicates : int
        R.
    seed : int
        Of the replicates; each hundred has a seed of its own made from it.

    Returns
    -------
    array, shape (1 + R, V, V)
        The sample first; NaN for replicates without a complete row.

    Notes
    -----
    Every unit has one matrix of cross products; a replicate adds them up times how often the unit was drawn among
    n_h - 1 with replacement, times n_h / (n_h - 1) (Rao & Wu 1988, doi:10.1080/01621459.1988.10478591).
    """
    units, products = _products(rows)
    size = len(rows.columns) + 1
    sums = [products.sum(axis=0, keepdims=True)]
    sums += [factors[units].T @ products for factors in _factors(rows.moments, replicates, seed)]
    first, second = np.triu_indices(size)
    whole = np.concatenate(sums)
    matrices = np.empty((whole.shape[0], size, size))
    matrices[:, first, second] = whole
    matrices[:, second, first] = whole
    weight = matrices[:, :1, :1]
    scaled = np.divide(matrices, weight, out=np.full_like(matrices, np.nan), where=weight > 0)
    mean = scaled[:, 1:, :1]
    return np.asarray(scaled[:, 1:, 1:] - mean * np.swapaxes(mean, 1, 2))


def _products(rows: CompleteRows) -> tuple[Ints, Reals]:
    """Cross products of 1 and the columns by unit with complete rows: upper triangles, shape (units, T)."""
    units, starts = np.unique(rows.unit, return_index=True)
    size = len(rows.columns) + 1
    first, second = np.triu_indices(size)
    products = np.empty((units.size, first.size))
    ends = np.append(starts[1:], rows.unit.size)
    begin = 0
    while begin < units.size:
        stop = max(begin + 1, int(np.searchsorted(ends, starts[begin] + BLOCK_ROWS, side="right")))
        here = slice(int(starts[begin]), int(ends[stop - 1]))
        one = np.column_stack([np.ones(here.stop - here.start), rows.answers[here]])
        weighted = one * rows.weights[here, None]
        products[begin:stop] = np.add.reduceat(weighted[:, first] * one[:, second], starts[begin:stop] - here.start)
        begin = stop
    return units, products


def _factors(moments: Moments, replicates: int, seed: int) -> Iterator[Reals]:
    sizes = [min(BLOCK_REPLICATES, replicates - start) for start in range(0, replicates, BLOCK_REPLICATES)]
    seeds = np.random.SeedSequence(seed).generate_state(len(sizes))
    for size, own in zip(sizes, seeds.tolist(), strict=True):
        # One replicate alone is refused, so that a last one is drawn with another that is left out.
        method = Replication(kind="subbootstrap", replicates=max(size, 2), seed=int(own))
        yield replicate_factors(moments, method).array[:, :size]
