"""An analysis as a YAML file says it: the design, what to estimate, by which domains, by which conventions."""

from __future__ import annotations

from pathlib import Path

import msgspec
import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation.designs.calibration import CalibratedWeight
from sipas.estimation.designs.design import Design
from sipas.estimation.estimates import Conventions, TotalInterval
from sipas.estimation.intervals.shares import ShareInterval
from sipas.estimation.linear.effects import Replacement
from sipas.estimation.linear.freedom import DegreesOfFreedom
from sipas.estimation.moments.engines import Engine
from sipas.estimation.quantiles.quantile_rules import QuantileRule
from sipas.estimation.replicates import ReplicateDesign, Replication
from sipas.estimation.survey.analysis_refusals import analysis_refusal
from sipas.estimation.survey.results import Results
from sipas.estimation.survey.sample_files import read_units
from sipas.estimation.survey.survey import Survey
from sipas.estimation.survey.wanted import Wanted
from sipas.intake import YamlText, read_yaml_text
from sipas.tables.typed import convert
from sipas.weighting import Distance
from sipas.weighting.distances import Method

HERE = Path()


class Analysis(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to estimate from a file of rows.

    Parameters
    ----------
    estimates : tuple of Wanted
        Estimates, in the order wanted.
    design : Design
        How the sample was drawn.
    given_replicates : ReplicateDesign, optional
        Replicate weights that came with the data, in the place of ``design``.
    calibration : CalibratedWeight, optional
        What the weights were calibrated to.
    calibrated_by : {"linear", "raking", "logit"}
        How, where replicates are calibrated anew.
    replication : Replication, optional
        Replicates to make.
    by : tuple of str or tuple of str
        Kinds of domain beside the whole; several columns are crossed.
    functions : dict of str to str
        By name, formulas of the estimates (``expression``).
    level, interval, totals, df, deff
        As in ``Conventions``.
    quantile_rule : QuantileRule
        What a quantile is.
    psus, joint : str, optional
        Names of files (Parquet, CSV, XLSX) with all primary units drawn and with probabilities of pairs, as in
        ``collapse``.
    """

    estimates: tuple[Wanted, ...]
    design: Design = Design()
    given_replicates: ReplicateDesign | None = None
    calibration: CalibratedWeight | None = None
    calibrated_by: Method = "raking"
    replication: Replication | None = None
    by: tuple[str | tuple[str, ...], ...] = ()
    functions: dict[str, str] = {}
    level: float = 0.95
    interval: ShareInterval = "logit"
    totals: TotalInterval = "t"
    df: DegreesOfFreedom = "domain"
    deff: Replacement = "wr"
    quantile_rule: QuantileRule = "math"
    psus: str | None = None
    joint: str | None = None

    def columns(self) -> tuple[str, ...]:
        """Give the columns it reads.

        Returns
        -------
        tuple of str
            Each once.
        """
        domains = [c for kind in self.by for c in ([kind] if isinstance(kind, str) else kind)]
        wanted = [c for one in self.estimates for c in one.columns()]
        return tuple(dict.fromkeys([*self.numbers(), *self._codes(), *wanted, *domains]))

    def numbers(self) -> tuple[str, ...]:
        """Give the columns that must hold numbers.

        Returns
        -------
        tuple of str
            Weights, sizes, rates, and what is added up; all others are names and codes, or ``values``.
        """
        sizes = [c for stage in self.design.stages for c in (stage.population, stage.rate)]
        weights: list[str | None] = [self.design.weight]
        if self.given_replicates is not None:
            weights = [self.given_replicates.weight, *self.given_replicates.columns]
        if self.calibration is not None:
            weights += [self.calibration.base, *self.calibration.numbers]
        added = [c for one in self.estimates if one.needs_numbers() for c in one.columns()]
        return tuple(dict.fromkeys(c for c in (*weights, *sizes, *added) if c is not None))

    def values(self) -> tuple[str, ...]:
        """Give the columns of shares and counts that are compared with numbers.

        Returns
        -------
        tuple of str
            Not those that are also names or codes: of strata, units, domains, margins, proportions.
        """
        named = {column for kind in self.by for column in ([kind] if isinstance(kind, str) else kind)}
        named |= {column for stage in self.design.stages for column in (stage.strata, stage.ids) if column is not None}
        named |= set(self.calibration.categories()) if self.calibration else set()
        named |= {one.column for one in self.estimates if one.statistic == "proportion" or not one.compares_numbers()}
        compared = (one.column for one in self.estimates if one.compares_numbers())
        return tuple(dict.fromkeys(column for column in compared if column not in named))

    def run(self, rows: pl.DataFrame | Path | str, *, folder: Path = HERE, engine: Engine | None = None) -> Results:
        """Carry it out.

        Parameters
        ----------
        rows : polars.DataFrame, path or str
            As in ``Survey``.
        folder : pathlib.Path
            Where the files ``psus`` and ``joint`` are, beside the plan.
        engine : DuckDB or Spark, optional
            As in ``collapse``.

        Returns
        -------
        Results
            Estimates, and the account of the rows.

        Raises
        ------
        SipasError
            As ``Survey.estimate`` and ``read_units``.
        """
        how = Conventions(level=self.level, interval=self.interval, totals=self.totals, df=self.df, deff=self.deff)
        survey = Survey(
            rows,
            self.given_replicates or self.design,
            calibration=self.calibration,
            replication=self.replication,
            psus=None if self.psus is None else read_units(folder / self.psus),
            joint=None if self.joint is None else read_units(folder / self.joint),
            engine=engine,
            conventions=how,
            rule=self.quantile_rule,
            distance=Distance(self.calibrated_by),
        )
        return survey.estimate(*self.estimates, by=self.by, functions=self.functions)

    def _codes(self) -> list[str]:
        design = [] if self.given_replicates is not None else list(self.design.columns())
        return [*design, *(self.calibration.columns() if self.calibration else ())]


def read_analysis(path: Path) -> Analysis:
    """Read an analysis from its YAML file.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    Analysis
        Checked.

    Raises
    ------
    SipasError
        Those of ``analysis_refusal`` with the line, errors of the design and of the estimates, and those of ``intake``
        for YAML that cannot be read.
    """
    text = analysis_text(path)
    return analysis_of(text.data, text)


def analysis_text(path: Path) -> YamlText:
    """Read the file of an analysis without checking what it says.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    YamlText
        Its data, a mapping, with their places.

    Raises
    ------
    SipasError
        ``estimation.analysis_not_valid`` where it is no mapping, and those of ``intake`` for YAML that cannot be read.
    """
    text = read_yaml_text(path)
    if text.faults:
        raise text.faults[0]
    if not isinstance(text.data, dict):
        raise SipasError("estimation.analysis_not_valid", got=type(text.data).__name__, place=Place(file=path.name))
    return text


def analysis_of(data: object, text: YamlText | None = None) -> Analysis:
    """Check an analysis given as plain data.

    Parameters
    ----------
    data : object
        What a YAML or JSON reader gives.
    text : YamlText, optional
        The file it is from, for the places of errors.

    Returns
    -------
    Analysis
        Checked.

    Raises
    ------
    SipasError
        By ``analysis_refusal``; errors of the design and of the estimates.
    """
    try:
        return convert(data, Analysis, strict=True)
    except msgspec.ValidationError as error:
        found = error.__cause__
        refusal = found if isinstance(found, SipasError) else analysis_refusal(error, Analysis, text)
        raise refusal from None
