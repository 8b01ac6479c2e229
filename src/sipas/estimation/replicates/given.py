"""Replicate weights that came with the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec
import numpy as np
import polars as pl
from scipy.linalg import qr

from sipas.errors import Place, SipasError
from sipas.estimation.designs.design import Design
from sipas.estimation.designs.measures import Measure
from sipas.estimation.designs.options import refuse_options
from sipas.estimation.designs.strata import Reals
from sipas.estimation.linear.grid import Grid, grids
from sipas.estimation.moments.collapsing import collapse
from sipas.estimation.moments.engines import Engine
from sipas.estimation.moments.refusals import refuse_columns
from sipas.estimation.replicates.factors import Centre, Factors, Listed
from sipas.estimation.replicates.methods import Divisor, refuse_rho

GivenKind = Literal["JK1", "JK2", "JKn", "BRR", "Fay", "bootstrap", "ACS", "successive-difference", "other"]
OWN_SCALE = ("BRR", "Fay", "ACS", "successive-difference", "JK2")
RANK = 1e-5  # R survey's tolerance for the rank of the weights


class ReplicateDesign(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A design known by its replicate weights alone.

    Parameters
    ----------
    columns : tuple of str
        Columns of the R replicate weights, 2 or more, in order.
    kind : str
        What they are: it tells the scale.
    weight : str, optional
        Column of the full-sample weight. Missing: 1.
    combined : bool
        Whether the columns hold weights; otherwise factors that multiply the weight.
    scale : float, optional
        Multiplies the variance, above 0. Missing: ``JK1`` (R - 1) / R; ``bootstrap`` 1 over ``divisor``; ``JKn`` 1.
        ``other`` needs it. The rest have their own: ``BRR`` 1 / R, ``Fay`` 1 / (R (1 - rho)²), ``ACS`` and
        ``successive-difference`` 4 / R, ``JK2`` 1, and refuse another.
    rscales : tuple of float, optional
        One per replicate, 0 or more: multiply the squared deviations; a finite population correction goes here.
        Missing: 1; ``JKn`` needs them.
    rho : float
        Fay's coefficient; at least 0, below 1.
    centre : {"mean", "estimate"}
        What replicates deviate from.
    divisor : {"R", "R-1"}
        Of the bootstrap.
    degrees : int, optional
        Degrees of freedom. Missing: rank of the weights less 1.
    """

    columns: tuple[str, ...]
    kind: GivenKind
    weight: str | None = None
    combined: bool = True
    scale: float | None = None
    rscales: tuple[float, ...] | None = None
    rho: float = 0.0
    centre: Centre = "mean"
    divisor: Divisor = "R"
    degrees: int | None = None

    def __post_init__(self) -> None:
        """Refuse what contradicts itself.

        Raises
        ------
        SipasError
            ``estimation.option_unknown``, ``estimation.option_not_valid``, ``estimation.replicates_not_valid``,
            ``estimation.rho_not_valid``, ``estimation.rscales_not_valid``, ``estimation.scale_not_valid``.
        """
        refuse_options(self)
        count = len(self.columns)
        if count < 2 or len(set(self.columns)) < count:
            raise SipasError("estimation.replicates_not_valid", "columns", got=count, hint=self.kind)
        refuse_rho(self.rho, self.kind)
        wrong = self.rscales is not None and (
            len(self.rscales) != count or not all(0 <= one < np.inf for one in self.rscales)
        )
        if wrong or (self.kind == "JKn" and self.rscales is None):
            got = None if self.rscales is None else len(self.rscales)
            raise SipasError("estimation.rscales_not_valid", "rscales", expected=count, got=got)
        refused = self.scale is None if self.kind == "other" else self.scale is not None and self.kind in OWN_SCALE
        if refused or (self.scale is not None and not 0 < self.scale < np.inf):
            raise SipasError("estimation.scale_not_valid", "scale", got=self.scale, hint=self.kind)

    def scale_used(self) -> float:
        """Give the scale.

        Returns
        -------
        float
            As given, or that of the kind.
        """
        count = len(self.columns)
        if self.scale is not None:
            return self.scale
        match self.kind:
            case "BRR" | "Fay":
                return 1 / (count * (1 - self.rho) ** 2)
            case "ACS" | "successive-difference":
                return 4 / count
            case "JK1":
                return (count - 1) / count
            case "bootstrap":
                return 1 / (count if self.divisor == "R" else count - 1)
            case _:
                return 1.0


def given_factors(rows: pl.DataFrame, design: ReplicateDesign) -> Factors:
    """Take the replicate weights of rows as factors, every row a unit.

    Parameters
    ----------
    rows : polars.DataFrame
        One row per respondent.
    design : ReplicateDesign
        Names the columns.

    Returns
    -------
    Factors
        For grids of the same rows collapsed without primary units.

    Raises
    ------
    SipasError
        ``estimation.column_unknown``; ``estimation.weight_not_valid``: a weight is missing, negative or not finite;
        ``estimation.replicate_without_weight``: a row of weight 0 has a replicate weight.
    """
    named = [*([] if design.weight is None else [design.weight]), *design.columns]
    refuse_columns(named, rows.columns)
    array = np.column_stack([_weights(rows, column) for column in design.columns])
    weight = np.ones(rows.height) if design.weight is None else _weights(rows, design.weight)
    factors = array
    if design.combined:
        for row in np.flatnonzero((weight == 0) & (array > 0).any(axis=1)):
            column = design.columns[int(np.argmax(array[row] > 0))]
            place = Place(row=int(row) + 1, column=column)
            raise SipasError("estimation.replicate_without_weight", column, got=float(array[row].max()), place=place)
        factors = np.divide(array, weight[:, None], out=np.zeros_like(array), where=weight[:, None] > 0)
    rscales = np.ones(len(design.columns)) if design.rscales is None else np.array(design.rscales, np.float64)
    return Factors(
        kind=design.kind,
        units=row_units(rows.height),
        source=Listed(factors),
        scale=design.scale_used(),
        rscales=rscales,
        centre=design.centre,
        degrees=max(_rank(factors[weight > 0]) - 1, 0) if design.degrees is None else design.degrees,
        by_domain=False,
    )


def given_grids(
    rows: pl.DataFrame,
    design: ReplicateDesign,
    measures: tuple[Measure, ...],
    domains: tuple[tuple[str, ...], ...] = (),
    *,
    engine: Engine | None = None,
) -> tuple[Factors, Iterator[Grid]]:
    """Lay out rows with replicate weights for ``replicated_ratios`` and its like.

    Parameters
    ----------
    rows : polars.DataFrame
        One row per respondent.
    design : ReplicateDesign
        The replicate weights.
    measures, domains, engine
        As in ``collapse``.

    Returns
    -------
    factors : Factors
        The replicates.
    grids : iterator of Grid
        The whole, then one per kind of domain.

    Raises
    ------
    SipasError
        As ``given_factors`` and ``collapse``.
    """
    factors = given_factors(rows, design)
    moments = collapse(rows, Design(weight=design.weight), measures, domains, engine=engine)
    return factors, grids(moments)


def row_units(count: int) -> pl.DataFrame:
    """Name rows as moments name them where every row is its own primary unit.

    Parameters
    ----------
    count : int
        Rows.

    Returns
    -------
    polars.DataFrame
        Columns ``stratum`` (empty) and ``psu`` (of the one part without name).
    """
    number = pl.format(":{}", pl.int_range(1, count + 1, dtype=pl.Int64, eager=False))
    return pl.select(psu=number).select(pl.lit("").alias("stratum"), "psu")


def _weights(rows: pl.DataFrame, column: str) -> Reals:
    if not rows.schema[column].is_numeric():
        got = str(rows.schema[column])
        raise SipasError("estimation.column_not_numeric", column, got=got, place=Place(column=column))
    found = rows[column].cast(pl.Float64).fill_null(np.nan).to_numpy()
    for row in np.flatnonzero(~(np.isfinite(found) & (found >= 0))):
        got = rows[column][int(row)]
        raise SipasError("estimation.weight_not_valid", column, got=got, place=Place(row=int(row) + 1, column=column))
    return found


def _rank(factors: Reals) -> int:
    """Rank of the factors, from rows that differ: as many as there are units, when factors are constant inside them."""
    if factors.size == 0:
        return 0
    scaled = np.round(factors / max(float(np.abs(factors).max()), 1e-300), 10)
    distinct = np.unique(scaled, axis=0)
    (triangle,) = qr(distinct.T if distinct.shape[0] < distinct.shape[1] else distinct, mode="r", pivoting=True)[:1]
    sizes = np.abs(np.diag(triangle))
    return int((sizes > RANK * sizes[0]).sum()) if sizes[0] > 0 else 0
