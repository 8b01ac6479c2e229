"""Quantiles worked out anew in every replicate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.design import Design
from sipas.estimation.designs.measures import Mean
from sipas.estimation.designs.strata import Flags, Ints, Reals
from sipas.estimation.linear.grid import Grid, grids
from sipas.estimation.moments.collapsing import collapse
from sipas.estimation.moments.engines import Engine
from sipas.estimation.moments.query import JOINED
from sipas.estimation.quantiles.quantile_rules import QuantileRule, quantiles_of
from sipas.estimation.replicates.factors import Factors
from sipas.estimation.replicates.replicated import Replicated
from sipas.estimation.replicates.weights import unit_places


def replicated_quantiles(
    rows: pl.DataFrame,
    design: Design,
    column: str,
    probabilities: tuple[float, ...],
    factors: Factors,
    domains: tuple[tuple[str, ...], ...] = (),
    *,
    rule: QuantileRule = "math",
    psus: pl.DataFrame | None = None,
    engine: Engine | None = None,
) -> Iterator[Replicated]:
    """Estimate quantiles with replicates.

    Parameters
    ----------
    rows, design, domains, psus, engine
        As in ``collapse``; for given replicates the design of their weight alone.
    column : str
        Column of finite numbers; missing is not answered.
    probabilities : tuple of float
        Above 0 and below 1.
    factors : Factors
        Replicates of the design's units.
    rule : QuantileRule
        What a quantile is (``quantile_rules``).

    Yields
    ------
    Replicated
        For the whole, then for each kind of domain; one estimate per probability, named ``x at 0.5``.

    Raises
    ------
    SipasError
        ``estimation.probability_not_valid``, ``estimation.replicates_differ``, and as ``collapse``.

    Notes
    -----
    R survey ``svyquantile`` of replicate designs with ``interval.type = "quantile"``. Bootstraps and half-samples are
    fit for it; the delete-one jackknife is not (Shao & Wu 1989, doi:10.1214/aos/1176347263).
    """
    if wrong := [p for p in probabilities if not 0 < p < 1]:
        raise SipasError("estimation.probability_not_valid", "probabilities", got=wrong)
    measure = Mean(column, column)
    moments = collapse(rows, design, (measure,), domains, psus=psus, engine=engine)
    weight = np.ones(rows.height) if design.weight is None else rows[design.weight].cast(pl.Float64).to_numpy()
    value = rows[column].cast(pl.Float64)
    known = (value.is_not_null().to_numpy()) & (weight > 0)
    places, names = unit_places(rows, design, factors), tuple(f"{column} at {p:g}" for p in probabilities)
    sample = _Sample(value.to_numpy(), weight, places, np.array(probabilities), factors, rule)
    for grid, kind in zip(grids(moments), ((), *domains), strict=True):
        texts = [pl.repeat("", pl.len()), *(pl.col(name).cast(pl.String) for name in kind)]
        domain = rows.select(domain=pl.concat_str(texts, separator=JOINED).str.strip_prefix(JOINED))["domain"]
        values, replicates = sample.quantiles(grid, domain, known)
        answers = np.repeat(grid.sums(measure.terms()[:1]), len(names), axis=1)
        yield Replicated(grid, names, values, replicates, answers, factors)


@dataclass(frozen=True, slots=True)
class _Sample:
    """Rows with the place of each one's unit among the factors."""

    value: Reals
    weight: Reals
    places: Ints
    probabilities: Reals
    factors: Factors
    rule: QuantileRule

    def quantiles(self, grid: Grid, domain: pl.Series, known: Flags) -> tuple[Reals, Reals]:
        """Give values (D, P) and replicates (R, D, P)."""
        shape = (len(grid.domains), self.probabilities.size)
        values, replicates = np.empty(shape), np.empty((self.factors.count, *shape))
        for d, name in enumerate(grid.domains):
            here = np.flatnonzero(known & (domain == name).fill_null(value=False).to_numpy())
            here = here[np.argsort(self.value[here], kind="stable")]
            values[d] = self._of(here, self.weight[here])
            for start, stop in self.factors.blocks(here.size):
                weights = self.factors.source.block(start, stop)[self.places[here]] * self.weight[here, None]
                for r in range(start, stop):
                    replicates[r, d] = self._of(here, weights[:, r - start])
        return values, replicates

    def _of(self, here: Ints, weights: Reals) -> Reals:
        counted = weights > 0
        return quantiles_of(self.value[here[counted]], weights[counted], self.probabilities, self.rule)
