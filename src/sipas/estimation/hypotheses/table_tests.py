"""Tests of tables: whether two answers depend on each other, whether the shares of one are as expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.design import Design
from sipas.estimation.designs.strata import Ints, Reals
from sipas.estimation.hypotheses.crossed import CELL, DOMAIN, Crossed, Label, crossed
from sipas.estimation.hypotheses.rao_scott import (
    Corrected,
    Outcome,
    Proportions,
    Statistic,
    independence,
    nothing,
    referred,
    refuse_option,
    wald_of_residuals,
)
from sipas.estimation.linear.grid import Grid
from sipas.estimation.linear.linearise import numerators, ratios
from sipas.estimation.linear.linearised import Linearised
from sipas.estimation.moments.engines import Engine


@dataclass(frozen=True, slots=True)
class TableTest:
    """A test of a table, with the table.

    Parameters
    ----------
    domain : str
        Domain; empty for the whole.
    name : str
        Statistic, as asked.
    outcome : Outcome
        Statistic, degrees of freedom, p-value, Pearson's X², design effects.
    degrees : float
        Degrees of freedom of the design: primary units less strata, both where the table has rows.
    lonely : int
        Strata with one primary unit where the table has rows.
    cells : polars.DataFrame
        ``row``, ``column`` (levels; ``column`` alone in a one-way table), ``n`` (rows), ``total`` (sum of weights),
        ``proportion``, ``se``, ``expected`` (share of the cell if the hypothesis holds). Levels without rows of
        positive weight are left out, except those of a one-way table that were expected.
    pairs : int
        Rows behind the table: both answers (in a one-way table, the answer), positive weight.
    first_missing, second_missing, both_missing, zero_weight : int
        Rows left out: only the first answer missing, only the second, both; weight 0. One-way: ``both_missing``.
    """

    domain: str
    name: str
    outcome: Outcome
    degrees: float
    lonely: int
    cells: pl.DataFrame
    pairs: int
    first_missing: int
    second_missing: int
    both_missing: int
    zero_weight: int

    @property
    def statistic(self) -> float:
        """Value of the statistic; NaN where the test cannot be made."""
        return self.outcome.statistic

    @property
    def p_value(self) -> float:
        """Probability of a larger value if the hypothesis holds, 0 to 1."""
        return self.outcome.p_value

    def summary(self) -> dict[str, float | int | str]:
        """Give the test as one row of a table.

        Returns
        -------
        dict
            ``domain``, ``name``, ``statistic``, ``numerator_df``, ``denominator_df``, ``p_value``, ``pearson``,
            ``mean_design_effect``, ``proportions``, ``degrees``, ``lonely`` and the counts of rows.
        """
        said = self.outcome
        return {
            "domain": self.domain,
            "name": self.name,
            "statistic": said.statistic,
            "numerator_df": said.numerator_df,
            "denominator_df": said.denominator_df,
            "p_value": said.p_value,
            "pearson": said.pearson,
            "mean_design_effect": said.mean_design_effect,
            "proportions": said.proportions,
            "degrees": self.degrees,
            "lonely": self.lonely,
            "pairs": self.pairs,
            "first_missing": self.first_missing,
            "second_missing": self.second_missing,
            "both_missing": self.both_missing,
            "zero_weight": self.zero_weight,
        }


def table_test(
    rows: pl.DataFrame | Path | str,
    design: Design,
    row: str,
    column: str,
    *,
    statistic: Statistic = "F",
    proportions: Proportions = "observed",
    psus: pl.DataFrame | None = None,
    joint: pl.DataFrame | None = None,
    engine: Engine | None = None,
    degrees: float | None = None,
) -> TableTest:
    """Test whether two answers are independent.

    Parameters
    ----------
    rows : polars.DataFrame, path or str
        One row per respondent; missing answers are null. A frame, or a Parquet file, of which only the columns named
        are read.
    design : Design
        How the sample was drawn.
    row, column : str
        Columns of the two answers: text, whole numbers, Boolean or categories.
    statistic : {"F", "Chisq", "lincom", "Wald", "adjWald"}
        ``F``: Pearson's X² with the second-order correction of Rao and Scott (default, as in R and Stata); ``Chisq``:
        with the first-order correction; ``lincom``: referred to its own law; ``Wald`` and ``adjWald``: residuals from
        independence by their covariance, good only for few cells and many primary units.
    proportions : {"observed", "fitted"}
        Shares that standardise the design effects. Not for the Wald tests.
    psus, joint, engine
        As in ``collapse``.
    degrees : float, optional
        Degrees of freedom of the design; missing: primary units less strata where the table has rows.

    Returns
    -------
    TableTest
        Test and table.

    Raises
    ------
    SipasError
        ``estimation.option_unknown``, ``estimation.column_unknown``, ``estimation.column_not_categories`` and those
        of ``collapse``.

    Notes
    -----
    R ``svychisq(~row + column, design, statistic)``.
    """
    return table_tests(
        rows,
        design,
        row,
        column,
        (),
        statistic=statistic,
        proportions=proportions,
        psus=psus,
        joint=joint,
        engine=engine,
        degrees=degrees,
    )[0]


def table_tests(
    rows: pl.DataFrame | Path | str,
    design: Design,
    row: str,
    column: str,
    by: tuple[str, ...],
    *,
    statistic: Statistic = "F",
    proportions: Proportions = "observed",
    psus: pl.DataFrame | None = None,
    joint: pl.DataFrame | None = None,
    engine: Engine | None = None,
    degrees: float | None = None,
) -> tuple[TableTest, ...]:
    """Test in every domain whether two answers are independent.

    Parameters
    ----------
    rows, design, row, column, statistic, proportions, psus, joint, engine, degrees
        As in ``table_test``.
    by : tuple of str
        Columns whose crossed values are the domains; none: the whole.

    Returns
    -------
    tuple of TableTest
        In the order of the domains' names; rows without a domain are in none. Levels without rows in a domain are left
        out of its table.

    Raises
    ------
    SipasError
        As ``table_test``.
    """
    refuse_option("statistic", statistic, get_args(Statistic))
    refuse_option("proportions", proportions, get_args(Proportions))
    table = crossed(rows, design, row, column, by)
    made = _estimated(table, table.collapsed(design, table.measures(), by, psus=psus, joint=joint, engine=engine))
    if not (by or made.shares.grid.domains):
        return (_empty(statistic, nothing(proportions), {"row": [], "column": []}),)
    return tuple(
        _two_way(made, place, statistic, proportions, degrees) for place in range(len(made.shares.grid.domains))
    )


def share_test(
    rows: pl.DataFrame | Path | str,
    design: Design,
    column: str,
    expected: Mapping[Label, float],
    *,
    statistic: Corrected = "F",
    psus: pl.DataFrame | None = None,
    joint: pl.DataFrame | None = None,
    engine: Engine | None = None,
    degrees: float | None = None,
) -> TableTest:
    """Test whether the shares of the answers to one question are as expected (goodness of fit).

    Parameters
    ----------
    rows, design, psus, joint, engine, degrees
        As in ``table_test``.
    column : str
        Column of the answer.
    expected : mapping of level to float
        Share of every level, above 0; scaled to add to 1.
    statistic : {"F", "Chisq", "lincom"}
        As in ``table_test``.

    Returns
    -------
    TableTest
        Test and table; ``expected`` in its cells are the shares given.

    Raises
    ------
    SipasError
        ``estimation.option_unknown``, ``estimation.expected_not_valid``, ``estimation.category_unexpected``: an
        answer that has no expected share; and those of ``table_test``.

    Notes
    -----
    Rao & Scott 1981, doi:10.1080/01621459.1981.10477633: X² = n Σ (p - p₀)² / p₀, design effects the K - 1 eigenvalues
    of n P₀^(-1/2) V P₀^(-1/2). R's ``svygofchisq`` refers the same X², scaled to the population, to Satterthwaite's
    chi-squared without degrees of freedom of the design, linearised at the estimate rather than at p₀.
    """
    refuse_option("statistic", statistic, get_args(Corrected))
    if len(expected) < 1 or not all(np.isfinite(share) and share > 0 for share in expected.values()):
        raise SipasError("estimation.expected_not_valid", "expected", got=dict(expected))
    table = crossed(rows, design, column, levels=tuple(expected))
    made = _estimated(table, table.collapsed(design, table.measures(), psus=psus, joint=joint, engine=engine))
    shares = np.array(list(expected.values()), dtype=float)
    if not made.shares.grid.domains:
        return _empty(statistic, nothing("fitted"), {"row": list(expected)}, shares / shares.sum())
    return _one_way(made, shares / shares.sum(), statistic, degrees)


@dataclass(frozen=True, slots=True)
class _Estimated:
    table: Crossed
    shares: Linearised
    totals: Linearised

    def result(
        self, place: int, name: str, outcome: Outcome, degrees: float, cells: list[int], expected: Reals
    ) -> TableTest:
        domain = self.shares.grid.domains[place]
        counts = self.table.counted(domain)
        lonely = int(self.shares.lonely()[place, 0])
        return TableTest(domain, name, outcome, degrees, lonely, self.frame(place, cells, expected), **counts)

    def frame(self, place: int, cells: list[int], expected: Reals) -> pl.DataFrame:
        table, across = self.table, len(self.table.second)
        se = np.sqrt(self.shares.variance()[place])
        numbers = pl.DataFrame({CELL: cells}, schema={CELL: pl.Int64})
        here = table.cells.filter(pl.col(DOMAIN) == self.shares.grid.domains[place])
        labels = [pl.Series("row", [table.first[cell // across] for cell in cells])]
        if not table.one_way:
            labels.append(pl.Series("column", [table.second[cell % across] for cell in cells]))
        return numbers.join(here, on=CELL, how="left", maintain_order="left").select(
            *labels,
            pl.col("n").fill_null(0),
            pl.Series("total", self.totals.values[place][cells], pl.Float64),
            pl.Series("proportion", self.shares.values[place][cells], pl.Float64, nan_to_null=True),
            pl.Series("se", se[cells], pl.Float64, nan_to_null=True),
            pl.Series("expected", expected, pl.Float64),
        )

    def degrees(self, place: int, given: float | None) -> float:
        return float(self.shares.degrees()[place, 0]) if given is None else given


def _estimated(table: Crossed, grid: Grid) -> _Estimated:
    measures = table.measures()
    return _Estimated(table, ratios(grid, measures), numerators(grid, measures))


def _empty(name: str, outcome: Outcome, labels: dict[str, list[Label]], expected: Reals | None = None) -> TableTest:
    """Say of data without a single row that nothing can be said."""
    cells = pl.DataFrame(labels).with_columns(
        n=pl.lit(0, pl.Int64),
        total=pl.lit(0.0),
        proportion=pl.lit(None, pl.Float64),
        se=pl.lit(None, pl.Float64),
        expected=pl.Series(np.empty(0) if expected is None else expected, dtype=pl.Float64),
    )
    return TableTest("", name, outcome, 0.0, 0, cells, 0, 0, 0, 0, 0)


def _two_way(
    made: _Estimated, place: int, statistic: Statistic, proportions: Proportions, degrees: float | None
) -> TableTest:
    size = len(made.table.first), len(made.table.second)
    numbers = np.arange(size[0] * size[1]).reshape(size)
    shares = np.nan_to_num(made.shares.values[place][numbers])
    kept = np.ix_(shares.sum(axis=1) > 0, shares.sum(axis=0) > 0)
    shares, numbers = shares[kept], numbers[kept]
    cells, df = numbers.ravel().tolist(), made.degrees(place, degrees)
    outcome = nothing(proportions)
    if min(shares.shape) > 1:
        covariance = made.shares.covariance(made.shares.grid.domains[place])[np.ix_(cells, cells)]
        law: Corrected = "F" if statistic in {"Wald", "adjWald"} else statistic  # type: ignore[assignment]
        outcome = independence(shares, covariance, float(made.shares.n[place, 0]), df, law, proportions)
        if law != statistic:
            found = _wald(made.totals, place, numbers, df, adjusted=statistic == "adjWald")
            value, upper, lower, tail = found
            outcome = replace(outcome, statistic=value, numerator_df=upper, denominator_df=lower, p_value=tail)
    expected = np.outer(shares.sum(axis=1), shares.sum(axis=0)).ravel()
    return made.result(place, statistic, outcome, df, cells, expected)


def _wald(
    totals: Linearised, place: int, cells: Ints, degrees: float, *, adjusted: bool
) -> tuple[float, float, float, float]:
    """Take residuals of the totals, as R does: scaled to shares their covariance would be a little different."""
    count = totals.values[place][cells]
    up, across, whole = count.sum(axis=1), count.sum(axis=0), float(count.sum())
    residual = (count - np.outer(up, across) / whole)[1:, 1:].ravel()
    slope = _slope_of_residuals(cells, up, across, whole, totals.values.shape[1])
    gradient = np.zeros((len(totals.grid.domains), *slope.shape))
    gradient[place] = slope / whole
    names = tuple(str(number) for number in range(residual.size))
    values = np.tile(residual / whole, (len(totals.grid.domains), 1))
    answers = np.tile(totals.answers[:, :1], (1, residual.size))
    spread = totals.combine(names, values, gradient, answers).covariance(totals.grid.domains[place])
    return wald_of_residuals(residual / whole, spread, degrees, adjusted=adjusted)


def _slope_of_residuals(cells: Ints, up: Reals, across: Reals, whole: float, size: int) -> Reals:
    slope = np.zeros((*cells.shape, size))
    for i, j in np.ndindex(*cells.shape):
        slope[i, j, cells.ravel()] += up[i] * across[j] / whole**2
        slope[i, j, cells[i]] -= across[j] / whole
        slope[i, j, cells[:, j]] -= up[i] / whole
        slope[i, j, cells[i, j]] += 1.0
    return np.asarray(slope[1:, 1:].reshape(-1, size))


def _one_way(made: _Estimated, expected: Reals, statistic: str, degrees: float | None) -> TableTest:
    cells, outcome, df = list(range(expected.size)), nothing("fitted"), made.degrees(0, degrees)
    shares, n = made.shares.values[0], float(made.shares.n[0, 0])
    covariance = made.shares.covariance(made.shares.grid.domains[0])
    if expected.size > 1 and np.isfinite(covariance).all():
        pearson = n * float(((shares - expected) ** 2 / expected).sum())
        root = np.sqrt(np.outer(expected, expected))
        effects = np.maximum(np.linalg.eigvalsh(covariance / root)[:0:-1] * n, 0.0)
        outcome = referred(pearson, effects, df, statistic)
    return made.result(0, statistic, outcome, df, cells, expected)
