"""Quantiles with Woodruff's intervals, in any number of domains at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.calibration import CalibratedWeight
from sipas.estimation.designs.design import Design
from sipas.estimation.designs.measures import Mean, Measure, Share
from sipas.estimation.designs.strata import Reals
from sipas.estimation.intervals.intervals import t_quantile
from sipas.estimation.intervals.shares import ShareInterval
from sipas.estimation.linear.freedom import DegreesOfFreedom, degrees_of
from sipas.estimation.linear.grid import grids
from sipas.estimation.linear.linearise import denominators, intervals_of_shares, ratios
from sipas.estimation.linear.linearised import Linearised
from sipas.estimation.moments.calibrated_collapsing import collapse_calibrated
from sipas.estimation.moments.collapsing import collapse
from sipas.estimation.moments.engines import DuckDB, Engine
from sipas.estimation.moments.moments import WHOLE, Moments
from sipas.estimation.moments.query import JOINED, quoted
from sipas.estimation.quantiles.quantile_rules import QuantileRule, quantiles_of

SAME_VALUE = 1e-12  # of a value: interpolation may lose the last bits of one
BELOW = "value at or below the quantile {}"
VALUE, WEIGHT, DOMAIN = "value of the quantile", "weight of the quantile", "domain of the quantile"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked, and the rows it is asked of, in their order."""

    frame: pl.DataFrame
    design: Design
    probabilities: Reals
    rule: QuantileRule
    interval: ShareInterval
    level: float
    df: DegreesOfFreedom
    psus: pl.DataFrame | None
    joint: pl.DataFrame | None
    calibration: CalibratedWeight | None
    engine: Engine | None

    @property
    def columns(self) -> tuple[str, ...]:
        """What the variance needs of the rows."""
        return _columns(self.design, self.calibration)

    def collapsed(
        self, rows: pl.DataFrame, measures: tuple[Measure, ...], kinds: tuple[tuple[str, ...], ...]
    ) -> Moments:
        """Collapse rows by the design, and the calibration where there is one."""
        if self.calibration is None:
            return collapse(rows, self.design, measures, kinds, psus=self.psus, joint=self.joint, engine=self.engine)
        return collapse_calibrated(
            rows,
            self.design,
            measures,
            kinds,
            calibration=self.calibration,
            psus=self.psus,
            joint=self.joint,
            engine=self.engine,
        )


def _columns(design: Design, calibration: CalibratedWeight | None) -> tuple[str, ...]:
    added = () if calibration is None else calibration.columns()
    return tuple(dict.fromkeys((*design.columns(), *added)))


def quantile(
    rows: pl.DataFrame | Path | str,
    design: Design,
    column: str,
    probabilities: tuple[float, ...] = (0.25, 0.5, 0.75),
    domains: tuple[tuple[str, ...], ...] = (),
    *,
    rule: QuantileRule = "math",
    interval: ShareInterval = "mean",
    level: float = 0.95,
    df: DegreesOfFreedom = "domain",
    psus: pl.DataFrame | None = None,
    joint: pl.DataFrame | None = None,
    calibration: CalibratedWeight | None = None,
    engine: Engine | None = None,
) -> pl.DataFrame:
    """Estimate quantiles.

    Parameters
    ----------
    rows, design, domains, psus, joint, engine
        As in ``collapse``. The columns needed are held in memory.
    column : str
        Column of finite numbers; missing is not answered.
    probabilities : tuple of float
        Above 0 and below 1.
    rule : QuantileRule
        What a quantile is (``quantile_rules``); ``math``, the inverse of the distribution function, by default.
    interval : ShareInterval
        Of the share at or below the quantile; ``mean``, as R's ``interval.type``, by default.
    level, df
        As in ``Conventions``.
    calibration : CalibratedWeight, optional
        As in ``collapse_calibrated``: the error of the share knows the calibration.

    Returns
    -------
    polars.DataFrame
        ``domain_kind``, ``domain``, ``variable``, ``probability``, ``n`` (answers), ``weight_sum``, ``estimate``,
        ``se``, ``low``, ``high``, ``df``, ``lonely``; by kind, domain (sorted), probability. An end is missing where
        the interval of the share reaches 0 or 1 (no value of the sample bounds the quantile there) or its error is
        unknown; with it the error.

    Raises
    ------
    SipasError
        ``estimation.probability_not_valid``, ``estimation.option_unknown``, ``estimation.level_not_valid``,
        ``estimation.degrees_not_valid`` and those of ``collapse``.

    Notes
    -----
    Woodruff 1952, doi:10.1080/01621459.1952.10483443, as R ``svyquantile`` since 4.1: with q the quantile and (l, u)
    the interval of the share at or below q, the interval is (quantile of l, quantile of u), and the error its length
    over 2 t. ``oldsvyquantile`` interpolates and takes the interval around p. Where every primary unit was drawn the
    ends are the quantile itself.
    """
    _refuse(probabilities, rule, level)
    # Collapsed once to refuse what is wrong in the rows, with the row.
    collapse(rows, design, (Mean(column, column),), domains, psus=psus, joint=joint, engine=engine)
    asked = _Asked(
        frame=_frame(rows, design, _columns(design, calibration), column, domains),
        design=design,
        probabilities=np.array(probabilities, dtype=np.float64),
        rule=rule,
        interval=interval,
        level=level,
        df=df,
        psus=psus,
        joint=joint,
        calibration=calibration,
        engine=engine,
    )
    kinds = [(WHOLE, None), *((JOINED.join(kind), f"d{i}") for i, kind in enumerate(domains))]
    return pl.concat([_of_kind(asked, column, kind, where) for kind, where in kinds])


def _refuse(probabilities: tuple[float, ...], rule: QuantileRule, level: float) -> None:
    if wrong := [p for p in probabilities if not 0 < p < 1]:
        raise SipasError("estimation.probability_not_valid", "probabilities", got=wrong)
    if not probabilities:
        raise SipasError("estimation.probability_not_valid", "probabilities", got=[])
    if rule not in get_args(QuantileRule):
        raise SipasError("estimation.option_unknown", "rule", expected=list(get_args(QuantileRule)), got=rule)
    if not 0 < level < 1:
        raise SipasError("estimation.level_not_valid", "level", got=level)


def _frame(
    rows: pl.DataFrame | Path | str,
    design: Design,
    kept: tuple[str, ...],
    column: str,
    domains: tuple[tuple[str, ...], ...],
) -> pl.DataFrame:
    """Take the columns needed, the domains as the text phase 1 makes of them."""
    texts = [f" || '{JOINED}' || ".join(f"CAST({quoted(c)} AS STRING)" for c in kind) for kind in domains]
    weight = "1" if design.weight is None else quoted(design.weight)
    chosen = [
        *(quoted(name) for name in kept),
        f"CAST({quoted(column)} AS DOUBLE) AS {quoted(VALUE)}",
        f"CAST({weight} AS DOUBLE) AS {quoted(WEIGHT)}",
        *(f"{text} AS d{i}" for i, text in enumerate(texts)),
    ]
    with DuckDB().connect() as database:
        if isinstance(rows, pl.DataFrame):
            named = [*kept, column, *(name for kind in domains for name in kind)]
            database.register("quantile_rows", rows.select(list(dict.fromkeys(named))).to_arrow())
        else:
            database.read_parquet(str(rows)).create_view("quantile_rows")
        frame: pl.DataFrame = database.sql(f"SELECT {', '.join(chosen)} FROM quantile_rows").pl()
    return frame


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The values of one kind of domain, ascending within each of its domains."""

    domains: pl.Series
    values: tuple[Reals, ...]
    weights: tuple[Reals, ...]
    rule: QuantileRule

    def at(self, probabilities: Reals) -> Reals:
        """Give a quantile per domain and probability, shape (D, P)."""
        pairs = zip(self.values, self.weights, probabilities, strict=True)
        found = [quantiles_of(values, weights, wanted, self.rule) for values, weights, wanted in pairs]
        return np.array(found).reshape(probabilities.shape)


def _sorted(frame: pl.DataFrame, rule: QuantileRule) -> _Sorted:
    known = frame.select(DOMAIN, VALUE, WEIGHT).drop_nulls().filter(pl.col(WEIGHT) > 0)
    known = known.sort(DOMAIN, VALUE, maintain_order=True)
    starts = np.flatnonzero(np.diff(known[DOMAIN].rle_id().to_numpy().astype(np.int64), prepend=-1))
    values, weights = (tuple(np.split(known[name].to_numpy(), starts[1:])) for name in (VALUE, WEIGHT))
    runs = starts.size  # np.split makes one empty run of nothing
    return _Sorted(known[DOMAIN].unique(maintain_order=True), values[:runs], weights[:runs], rule)


def _of_kind(asked: _Asked, column: str, kind: str, where: str | None) -> pl.DataFrame:
    domain = pl.lit("") if where is None else pl.col(where)
    frame = asked.frame.select(*asked.columns, VALUE, WEIGHT, domain.alias(DOMAIN))
    data = _sorted(frame, asked.rule)
    estimates = data.at(np.tile(asked.probabilities, (len(data.domains), 1)))
    one, measures = _share_below(asked, frame, data.domains, estimates, whole=where is None)
    found = _ends(asked, one, data, estimates)
    found["weight_sum"] = denominators(one.grid, measures)
    return _table(one, column, kind, asked.probabilities, found)


def _share_below(
    asked: _Asked, frame: pl.DataFrame, domains: pl.Series, estimates: Reals, *, whole: bool
) -> tuple[Linearised, tuple[Share, ...]]:
    """Estimate the share of values at or below each quantile, where the domain has values."""
    numbered = pl.DataFrame({DOMAIN: domains, "place": np.arange(len(domains))}, schema_overrides={DOMAIN: pl.String})
    place = frame.select(DOMAIN).join(numbered, on=DOMAIN, how="left", maintain_order="left")["place"]
    known = (place.is_not_null() & frame[VALUE].is_not_null()).to_numpy()
    value, of = frame[VALUE].to_numpy()[known], place.to_numpy()[known].astype(np.int64)
    measures, columns = [], []
    for number in range(asked.probabilities.size):
        name = BELOW.format(number)
        below = np.full(frame.height, np.nan)
        bound = estimates[of, number]
        below[known] = value <= bound + SAME_VALUE * np.abs(bound)
        columns.append(pl.Series(name, below, nan_to_null=True).cast(pl.Int8))
        measures.append(Share(name, name, (1,)))
    rows = frame.select(*asked.columns, DOMAIN).with_columns(columns)
    kinds = () if whole else ((DOMAIN,),)
    moments = asked.collapsed(rows, tuple(measures), kinds)
    (grid,) = grids(moments, (WHOLE if whole else DOMAIN,))
    return ratios(grid, tuple(measures)), tuple(measures)


def _ends(asked: _Asked, one: Linearised, data: _Sorted, estimates: Reals) -> dict[str, Reals]:
    there = np.isin(np.array(one.grid.domains, dtype=object), data.domains.to_numpy())
    se = np.sqrt(one.variance())
    df = np.where(one.n > 0, degrees_of(one, asked.df), np.nan)
    known = np.where(np.isfinite(se), df, np.nan)
    share = intervals_of_shares(one, one.values, se, asked.level, method=asked.interval, df=known)
    value = np.full_like(one.values, np.nan)
    value[there] = estimates
    ends = []
    for end in share:
        bound = np.full_like(value, np.nan)
        bound[there] = data.at(np.where((end > 0) & (end < 1), end, np.nan)[there])
        ends.append(np.where(one.certain(), value, bound))
    error = (ends[1] - ends[0]) / (2 * t_quantile(known, asked.level))
    error = np.where(one.certain(), 0.0, error)
    return {"estimate": value, "se": error, "low": ends[0], "high": ends[1], "df": df}


def _table(one: Linearised, column: str, kind: str, probabilities: Reals, found: dict[str, Reals]) -> pl.DataFrame:
    domains = len(one.grid.domains)
    which = np.repeat(np.arange(domains), probabilities.size)
    reals = ("weight_sum", "estimate", "se", "low", "high", "df")
    return pl.DataFrame({
        "domain_kind": pl.repeat(kind, which.size, dtype=pl.String, eager=True),
        "domain": pl.Series(one.grid.domains, dtype=pl.String).gather(which),
        "variable": pl.repeat(column, which.size, dtype=pl.String, eager=True),
        "probability": np.tile(probabilities, domains),
        "n": one.n.ravel().astype(np.int64),
        **{name: pl.Series(values=found[name].ravel(), nan_to_null=True) for name in reals},
        "lonely": one.lonely().ravel().astype(np.int64),
    })
