"""A sample and its design in one object, with the words of a survey statistician."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.calibration import CalibratedWeight
from sipas.estimation.designs.design import Design
from sipas.estimation.estimates import DEFAULT, Conventions
from sipas.estimation.functions.contrasts import Function
from sipas.estimation.linear.accounting import accounting
from sipas.estimation.linear.grid import grids
from sipas.estimation.linear.linearised import Linearised
from sipas.estimation.moments.calibrated_collapsing import collapse_calibrated
from sipas.estimation.moments.collapsing import collapse
from sipas.estimation.moments.engines import Engine
from sipas.estimation.moments.moments import Moments
from sipas.estimation.quantiles.quantile_rules import QuantileRule
from sipas.estimation.quantiles.quantiles import quantile
from sipas.estimation.replicates import (
    Factors,
    ReplicateDesign,
    Replication,
    given_factors,
    replicate_factors,
    replicated_quantiles,
)
from sipas.estimation.replicates.calibrated import calibrate_replicates
from sipas.estimation.survey.categories import Asked, asked
from sipas.estimation.survey.results import Results, completed, ordered, quantile_table
from sipas.estimation.survey.tabulating import function_table, number_table, together
from sipas.estimation.survey.wanted import QUARTILES, Value, Wanted
from sipas.weighting import Distance

By = Sequence[str | Sequence[str]]
Kinds: TypeAlias = tuple[tuple[str, ...], ...]
RAKING = Distance("raking")


@dataclass(frozen=True, slots=True)
class Survey:
    """A sample, how it was drawn, and what was done to its weights.

    Parameters
    ----------
    rows : polars.DataFrame, path or str
        One row per respondent: a frame, or a Parquet file or glob. Missing answers are null.
    design : Design or ReplicateDesign
        Stages, strata, weights, finite populations; or the replicate weights that came with the data.
    calibration : CalibratedWeight, optional
        What the weights were calibrated to: the variance then knows it.
    replication : Replication, optional
        Replicates to make from the design, in the place of linearisation.
    psus : polars.DataFrame, optional
        All primary units drawn, as in ``collapse``.
    joint : polars.DataFrame, optional
        Probabilities of pairs, as in ``collapse``.
    engine : DuckDB or Spark, optional
        As in ``collapse``.
    conventions : Conventions
        Level, kind of interval, degrees of freedom, design effect.
    rule : QuantileRule
        What a quantile is.
    distance : Distance
        How the weights were calibrated: with ``calibration`` and ``replication`` together every replicate is calibrated
        anew, to the totals that the weights have.

    Notes
    -----
    Every method makes one pass over the rows, whatever the number of variables and domains. ``by`` lists kinds of
    domain beside the whole: a column, or several columns to be crossed.
    """

    rows: pl.DataFrame | Path | str
    design: Design | ReplicateDesign
    calibration: CalibratedWeight | None = None
    replication: Replication | None = None
    psus: pl.DataFrame | None = None
    joint: pl.DataFrame | None = None
    engine: Engine | None = None
    conventions: Conventions = DEFAULT
    rule: QuantileRule = "math"
    distance: Distance = RAKING

    def __post_init__(self) -> None:
        """Refuse replicates of replicates, and a calibration of given ones.

        Raises
        ------
        SipasError
            ``estimation.survey_contradicts``.
        """
        given = isinstance(self.design, ReplicateDesign)
        too_many = [name for name in ("calibration", "replication", "psus", "joint") if getattr(self, name) is not None]
        if given and too_many:
            raise SipasError("estimation.survey_contradicts", "design", got=too_many, hint="ReplicateDesign")

    def mean(self, *columns: str, by: By = ()) -> pl.DataFrame:
        """Estimate means of numbers among those who answered.

        Parameters
        ----------
        *columns : str
            Columns of finite numbers.
        by : sequence of str or of sequence of str
            Kinds of domain.

        Returns
        -------
        polars.DataFrame
            As ``Results.table``.
        """
        return self.estimate(*(Wanted(mean=column) for column in columns), by=by).table

    def total(self, *columns: str, by: By = ()) -> pl.DataFrame:
        """Estimate totals of numbers.

        Parameters
        ----------
        *columns : str
            Columns of finite numbers; a missing one adds nothing.
        by : sequence of str or of sequence of str
            Kinds of domain.

        Returns
        -------
        polars.DataFrame
            As ``Results.table``.
        """
        return self.estimate(*(Wanted(total=column) for column in columns), by=by).table

    def share(self, column: str, of: Sequence[Value], *, by: By = ()) -> pl.DataFrame:
        """Estimate the share of some values among those who answered.

        Parameters
        ----------
        column : str
            Column of any type.
        of : sequence of int, float, str or bool
            Values that count.
        by : sequence of str or of sequence of str
            Kinds of domain.

        Returns
        -------
        polars.DataFrame
            As ``Results.table``, on 0 to 1.
        """
        return self.estimate(Wanted(share=column, of=tuple(of)), by=by).table

    def proportion(self, *columns: str, by: By = ()) -> pl.DataFrame:
        """Estimate the share of every category.

        Parameters
        ----------
        *columns : str
            Columns of categories.
        by : sequence of str or of sequence of str
            Kinds of domain.

        Returns
        -------
        polars.DataFrame
            As ``Results.table``: one row per category there is anywhere in the sample.
        """
        return self.estimate(*(Wanted(proportion=column) for column in columns), by=by).table

    def count(self, column: str, of: Sequence[Value] = (), *, by: By = ()) -> pl.DataFrame:
        """Estimate how many people there are.

        Parameters
        ----------
        column : str
            Column of any type.
        of : sequence of int, float, str or bool
            Values that count; none: everyone who answered.
        by : sequence of str or of sequence of str
            Kinds of domain.

        Returns
        -------
        polars.DataFrame
            As ``Results.table``.
        """
        return self.estimate(Wanted(count=column, of=tuple(of)), by=by).table

    def ratio(self, numerator: str, denominator: str, *, by: By = ()) -> pl.DataFrame:
        """Estimate the ratio of two totals, over rows that have both.

        Parameters
        ----------
        numerator, denominator : str
            Columns of finite numbers.
        by : sequence of str or of sequence of str
            Kinds of domain.

        Returns
        -------
        polars.DataFrame
            As ``Results.table``.
        """
        return self.estimate(Wanted(ratio=numerator, over=denominator), by=by).table

    def quantile(self, column: str, at: Sequence[float] = QUARTILES, *, by: By = ()) -> pl.DataFrame:
        """Estimate quantiles, with Woodruff's intervals.

        Parameters
        ----------
        column : str
            Column of finite numbers.
        at : sequence of float
            Shares below, above 0 and below 1.
        by : sequence of str or of sequence of str
            Kinds of domain.

        Returns
        -------
        polars.DataFrame
            As ``Results.table``.
        """
        return self.estimate(Wanted(quantile=column, at=tuple(at)), by=by).table

    def estimate(self, *wanted: Wanted, by: By = (), functions: Mapping[str, Function] | None = None) -> Results:
        """Estimate anything at once.

        Parameters
        ----------
        *wanted : Wanted
            What to estimate; each once.
        by : sequence of str or of sequence of str
            Kinds of domain beside the whole: each a column, or several columns crossed.
        functions : mapping of str to str or callable, optional
            By name, smooth functions of the estimates, as in ``function_of``, taken in every domain. With replicates
            every function is worked out anew in each of them.

        Returns
        -------
        Results
            In the order of the kinds of domain, the domains (sorted) and what was wanted.

        Raises
        ------
        SipasError
            ``estimation.nothing_wanted``, ``estimation.wanted_repeated``, ``estimation.value_unknown``,
            ``estimation.quantile_without_design``; those of ``collapse``, ``collapse_calibrated``,
            ``replicate_factors``, ``given_factors`` and ``quantile``.
        """
        kinds = _kinds(by)
        questions = asked(self.rows, wanted, (*self._named(), *(c for kind in kinds for c in kind)))
        moments, factors = self._moments(questions, kinds)
        tables = [number_table(questions.asked, moments, factors, self.conventions)]
        tables += [self._quantiles(questions, one, kinds, factors) for one in wanted if one.statistic == "quantile"]
        if functions:
            asked_for, how = questions.asked, self.conventions
            tables += [function_table(asked_for, grid, functions, factors, how) for grid in grids(moments)]
        return Results(ordered(pl.concat(tables), moments.description.kinds), accounting(moments))

    def linearised(self, *wanted: Wanted, by: str | Sequence[str] = ()) -> Linearised:
        """Give estimates with their linearised scores, for contrasts, functions, tests and covariances.

        Parameters
        ----------
        *wanted : Wanted
            All but quantiles.
        by : str or sequence of str
            One kind of domain; none: the whole. Several columns are one kind, crossed: ``by=("p", "a")`` here is
            ``by=[("p", "a")]`` of ``estimate``, where ``by=("p", "a")`` are two kinds.

        Returns
        -------
        Linearised
            Estimates named ``mean(x)``, ``total(x)``, ``share(x in 4;5)``, ``proportion(x = a)``, ``count(x)``,
            ``ratio(x / y)``.

        Raises
        ------
        SipasError
            As ``estimate``; ``estimation.survey_contradicts``: replicates have no scores;
            ``estimation.quantile_not_linearised``.
        """
        if quantiles := [one.column for one in wanted if one.statistic == "quantile"]:
            raise SipasError("estimation.quantile_not_linearised", "wanted", got=quantiles)
        if isinstance(self.design, ReplicateDesign) or self.replication is not None:
            raise SipasError("estimation.survey_contradicts", "linearised", got=["linearised"], hint="replication")
        kinds = _kinds([by] if by else ())
        questions = asked(self.rows, wanted, (*self._named(), *(c for kind in kinds for c in kind)))
        moments, _ = self._moments(questions, kinds)
        (grid,) = grids(moments, (moments.description.kinds[-1],))
        return together(questions.asked, grid)

    def _named(self) -> tuple[str, ...]:
        if isinstance(self.design, ReplicateDesign):
            return tuple(c for c in (self.design.weight, *self.design.columns) if c is not None)
        return (*self.design.columns(), *(self.calibration.columns() if self.calibration else ()))

    def _moments(self, questions: Asked, kinds: Kinds) -> tuple[Moments, Factors | None]:
        rows, measures = questions.rows, questions.measures()
        if isinstance(self.design, ReplicateDesign):
            moments = collapse(rows, Design(weight=self.design.weight), measures, kinds, engine=self.engine)
            return moments, given_factors(_frame(rows), self.design)
        if self.calibration is None:
            moments = collapse(rows, self.design, measures, kinds, psus=self.psus, joint=self.joint, engine=self.engine)
            return moments, None if self.replication is None else replicate_factors(moments, self.replication)
        moments = collapse_calibrated(
            rows,
            self.design,
            measures,
            kinds,
            calibration=self.calibration,
            psus=self.psus,
            joint=self.joint,
            engine=self.engine,
        )
        if self.replication is None or moments.calibration is None:
            return moments, None
        made = calibrate_replicates(
            _frame(rows),
            self.design,
            replicate_factors(moments, self.replication),
            self.calibration,
            moments.calibration.reached(),
            self.distance,
        )
        return collapse(made.rows, made.design, measures, kinds, engine=self.engine), made.factors

    def _quantiles(self, questions: Asked, one: Wanted, kinds: Kinds, factors: Factors | None) -> pl.DataFrame:
        how, rows = self.conventions, questions.rows
        if factors is None and not isinstance(self.design, ReplicateDesign):
            table = quantile(
                rows,
                self.design,
                one.column,
                one.at,
                kinds,
                rule=self.rule,
                level=how.level,
                df=how.df,
                psus=self.psus,
                joint=self.joint,
                calibration=self.calibration,
                engine=self.engine,
            )
            return completed(table.with_columns(pl.lit("quantile").alias("statistic")))
        if factors is None or self.calibration is not None:
            raise SipasError("estimation.quantile_without_design", "quantile", got=one.column)
        given = isinstance(self.design, ReplicateDesign)
        design = Design(weight=self.design.weight) if isinstance(self.design, ReplicateDesign) else self.design
        found = replicated_quantiles(
            _frame(rows), design, one.column, one.at, factors, kinds, rule=self.rule, psus=None if given else self.psus
        )
        return pl.concat([quantile_table(part, one, how) for part in found])


def _frame(rows: pl.DataFrame | Path | str) -> pl.DataFrame:
    return rows if isinstance(rows, pl.DataFrame) else pl.read_parquet(rows)


def _kinds(by: By) -> Kinds:
    return tuple((one,) if isinstance(one, str) else tuple(one) for one in by)
