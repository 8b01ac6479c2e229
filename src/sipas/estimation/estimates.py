"""Phase 2's table: estimates with design-based errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias, get_args

import msgspec
import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.design import Design
from sipas.estimation.designs.measures import Mean, Measure, Pooled, Ratio, Responded, Share
from sipas.estimation.designs.strata import Ints, Reals
from sipas.estimation.intervals.intervals import log_interval, t_interval
from sipas.estimation.intervals.shares import ShareInterval
from sipas.estimation.linear.effects import SUMMED, Replacement, answered_weight, design_effects
from sipas.estimation.linear.estimated import Estimated
from sipas.estimation.linear.freedom import DegreesOfFreedom, degrees_of
from sipas.estimation.linear.grid import Grid, grids
from sipas.estimation.linear.linearise import denominators, intervals_of_shares, numerators, ratios
from sipas.estimation.moments.collapsing import collapse
from sipas.estimation.moments.engines import Engine
from sipas.estimation.moments.moments import Moments
from sipas.estimation.replicates import Factors, replicated_numerators, replicated_ratios
from sipas.tables import ESTIMATES

TotalInterval = Literal["t", "log"]
Progress: TypeAlias = Callable[[float], object]
Batch: TypeAlias = tuple[Ints, dict[str, Reals]]  # places of requests, their numbers
Estimator: TypeAlias = Callable[[Grid, tuple[Measure, ...]], Estimated]

REALS = ("weight_sum", "estimate", "se", "low", "high", "df", "deff")
INTS = ("n", "lonely")
BATCH = 24  # measures worked on together where only estimates are wanted: bounds the memory


class Request(msgspec.Struct, frozen=True):
    """One kind of estimate of one measure.

    Parameters
    ----------
    measure : str
        Name of a measure.
    statistic : str
        ``share`` or ``top_box`` (of a ``Share``), ``mean`` (of a ``Mean``), ``ratio`` (of a ``Ratio`` or ``Pooled``);
        ``total`` (weighted sum of a number, of the numerator of a ratio), ``count`` (people of the category).
    """

    measure: str
    statistic: str


class Conventions(msgspec.Struct, frozen=True, kw_only=True):
    """Choices where tools differ.

    Parameters
    ----------
    level : float
        Of the intervals, above 0 and below 1.
    interval : {"logit", "beta", "nchs", "wilson", "likelihood", "asin", "mean"}
        Of shares, as in ``share_interval``.
    totals : {"t", "log"}
        Intervals of totals and counts: t, or t on the logarithm (missing where the total is 0 or less).
    df : {"domain", "design"} or float
        As in ``degrees_of``.
    deff : {"wr", "wor"}
        As in ``design_effects``.
    """

    level: float = 0.95
    interval: ShareInterval = "logit"
    totals: TotalInterval = "t"
    df: DegreesOfFreedom = "domain"
    deff: Replacement = "wr"

    def __post_init__(self) -> None:
        """Refuse a level or an interval that does not exist.

        Raises
        ------
        SipasError
            ``estimation.level_not_valid``, ``estimation.option_unknown``.
        """
        if not 0 < self.level < 1:
            raise SipasError("estimation.level_not_valid", "level", got=self.level)
        options = (("interval", ShareInterval), ("totals", TotalInterval), ("deff", Replacement))
        for name, allowed in options:
            if (got := getattr(self, name)) not in get_args(allowed):
                raise SipasError("estimation.option_unknown", name, expected=list(get_args(allowed)), got=got)


DEFAULT = Conventions()


def natural(measure: Measure) -> Request:
    """Give the estimate a measure is made for.

    Parameters
    ----------
    measure : Measure
        A measure with two totals.

    Returns
    -------
    Request
        ``share``, ``top_box``, ``mean`` or ``ratio``.
    """
    return Request(measure.name, _allowed(measure)[0])


def estimate(
    moments: Moments,
    requests: tuple[Request, ...] | None = None,
    *,
    domain_kinds: tuple[str, ...] | None = None,
    level: float = 0.95,
    interval: ShareInterval = "logit",
    totals: TotalInterval = "t",
    df: DegreesOfFreedom = "domain",
    deff: Replacement = "wr",
    factors: Factors | None = None,
    progress: Progress | None = None,
) -> pl.DataFrame:
    """Make the table of estimates.

    Parameters
    ----------
    moments : Moments
        Phase 1's sums.
    requests : tuple of Request, optional
        What to estimate; missing: the natural estimate of every measure.
    domain_kinds : tuple of str, optional
        Kinds of domain; missing: all.
    level, interval, totals, df, deff
        As in ``Conventions``.
    factors : Factors, optional
        Replicates of these moments: errors are then made from them.
    progress : callable, optional
        Takes the share that is done, above 0 and up to 1; called every few measures of a kind.

    Returns
    -------
    polars.DataFrame
        ``sipas.tables.ESTIMATES``: by kind (order of the moments), domain (sorted), request. No row for a domain
        without respondents; missing estimate where nobody answered.

    Raises
    ------
    SipasError
        ``estimation.measure_unknown``, ``estimation.statistic_not_possible``, ``estimation.level_not_valid``,
        ``estimation.option_unknown``, ``estimation.degrees_not_valid``, ``estimation.kind_unknown``, errors of the
        strata.

    Notes
    -----
    Taylor linearisation. Means and ratios by t; shares, and ratios of pooled answers, by ``interval``; totals and
    counts by ``totals``. ``df`` is what the interval took. ``deff``: ``design_effects``.
    """
    how = Conventions(level=level, interval=interval, totals=totals, df=df, deff=deff)
    named = {measure.name: measure for measure in moments.description.measures}
    wanted = requests
    if wanted is None:
        wanted = tuple(natural(m) for m in named.values() if not isinstance(m, Responded))
    for request in wanted:
        _refuse(request, named)
    tables, kinds = [ESTIMATES.empty()], len(domain_kinds or moments.description.kinds)
    for done, grid in enumerate(grids(moments, domain_kinds)):
        batches = []
        for chosen, numbers in _batches(grid, named, wanted, how, factors):
            batches.append((chosen, numbers))
            if progress is not None:
                progress((done + sum(places.size for places, _ in batches) / len(wanted)) / kinds)
        tables.append(_table(grid, [_about(named[request.measure], request) for request in wanted], batches))
    return ESTIMATES.check(pl.concat(tables))


def estimate_rows(
    rows: pl.DataFrame | Path | str,
    design: Design,
    measures: tuple[Measure, ...],
    domains: tuple[tuple[str, ...], ...] = (),
    *,
    psus: pl.DataFrame | None = None,
    engine: Engine | None = None,
    conventions: Conventions = DEFAULT,
) -> pl.DataFrame:
    """Collapse and estimate in one go, a few measures at a time, without keeping the moments.

    Parameters
    ----------
    rows, design, measures, domains, psus, engine
        As in ``collapse``.
    conventions : Conventions
        As in ``estimate``.

    Returns
    -------
    polars.DataFrame
        ``sipas.tables.ESTIMATES``, the natural estimate of every measure, ordered as in ``estimate``.

    Raises
    ------
    SipasError
        As ``collapse`` and ``estimate``.
    """
    tables, options = [], msgspec.structs.asdict(conventions)
    for start in range(0, len(measures), BATCH):
        batch = measures[start : start + BATCH]
        tables.append(estimate(collapse(rows, design, batch, domains, psus=psus, engine=engine), **options))
    if len(tables) < 2:
        return tables[0] if tables else ESTIMATES.empty()
    table = pl.concat([t.with_columns(pl.lit(i).alias("batch")) for i, t in enumerate(tables)])
    kinds = pl.Series(table["domain_kind"].unique(maintain_order=True))
    number = pl.col("domain_kind").replace_strict(kinds, range(len(kinds)), return_dtype=pl.Int64)
    return table.sort(number, "domain", "batch", maintain_order=True).drop("batch")


def _allowed(measure: Measure) -> tuple[str, ...]:
    match measure:
        case Share():
            return ("top_box" if measure.category is None else "share", "count")
        case Mean():
            return ("mean", "total")
        case Pooled() | Ratio():
            return ("ratio", "total")
        case Responded():
            return ()


def _refuse(request: Request, named: dict[str, Measure]) -> None:
    if request.measure not in named:
        raise SipasError("estimation.measure_unknown", "requests", expected=list(named), got=request.measure)
    allowed = _allowed(named[request.measure])
    if request.statistic not in allowed:
        raise SipasError(
            "estimation.statistic_not_possible", request.measure, expected=list(allowed), got=request.statistic
        )


def _batches(
    grid: Grid, named: dict[str, Measure], requests: tuple[Request, ...], how: Conventions, factors: Factors | None
) -> Iterator[Batch]:
    summed = np.array([request.statistic in SUMMED for request in requests], dtype=bool)
    for places, function in zip((np.flatnonzero(~summed), np.flatnonzero(summed)), _functions(factors), strict=True):
        for start in range(0, places.size, BATCH):
            chosen = places[start : start + BATCH]
            wanted = tuple(requests[place] for place in chosen)
            measures = tuple(named[request.measure] for request in wanted)
            yield chosen, _numbers(function(grid, measures), measures, wanted, how)


def _functions(factors: Factors | None) -> tuple[Estimator, Estimator]:
    if factors is None:
        return ratios, numerators
    return partial(replicated_ratios, factors=factors), partial(replicated_numerators, factors=factors)


def _numbers(
    one: Estimated, measures: tuple[Measure, ...], requests: tuple[Request, ...], how: Conventions
) -> dict[str, Reals]:
    variance, below = one.variance(), denominators(one.grid, measures)
    se = np.sqrt(variance)
    df = np.where(one.n > 0, degrees_of(one, how.df), np.nan)
    low, high = _interval(one, measures, requests, (se, np.where(np.isfinite(se), df, np.nan)), how)
    statistics = tuple(request.statistic for request in requests)
    weight = answered_weight(one.grid, measures, below)
    return {
        "weight_sum": below,
        "estimate": one.values,
        "se": se,
        "low": low,
        "high": high,
        "df": df,
        "deff": design_effects(one, measures, statistics, variance, weight, how.deff),
        "lonely": one.lonely(),
        "n": one.n,
    }


def _interval(
    one: Estimated,
    measures: tuple[Measure, ...],
    requests: tuple[Request, ...],
    error: tuple[Reals, Reals],
    how: Conventions,
) -> tuple[Reals, Reals]:
    se, df = error
    if requests[0].statistic in SUMMED:
        method = log_interval if how.totals == "log" else t_interval
        return method(one.values, se, df, how.level)
    low, high = t_interval(one.values, se, df, how.level)
    places = [place for place, m in enumerate(measures) if isinstance(m, Share | Pooled)]
    if places:
        share = np.full_like(one.values, np.nan)
        share[:, places] = one.values[:, places]
        ends = intervals_of_shares(one, share, se, how.level, method=how.interval, df=df)
        low[:, places], high[:, places] = (end[:, places] for end in ends)
    return low, high


def _about(measure: Measure, request: Request) -> tuple[str, str, int | None]:
    variable = measure.column if isinstance(measure, Share | Mean) else measure.name
    category = measure.category if isinstance(measure, Share) else None
    return variable, request.statistic, category


def _table(grid: Grid, about: list[tuple[str, str, int | None]], batches: list[Batch]) -> pl.DataFrame:
    domains, requests = len(grid.domains), len(about)
    found: dict[str, Reals] = {name: np.empty((domains, requests)) for name in (*REALS, *INTS)}
    for chosen, numbers in batches:
        for name, values in numbers.items():
            found[name][:, chosen] = values
    which = np.repeat(np.arange(domains), requests)
    variable, statistic, category = zip(*about, strict=True) if about else ((), (), ())
    each = np.tile(np.arange(requests), domains)
    columns = {
        "domain_kind": pl.repeat(grid.kind, which.size, dtype=pl.String, eager=True),
        "domain": pl.Series(grid.domains, dtype=pl.String).gather(which),
        "variable": pl.Series(variable, dtype=pl.String).gather(each),
        "statistic": pl.Series(statistic, dtype=pl.String).gather(each),
        "category": pl.Series(category, dtype=pl.Int64).gather(each),
        **{name: pl.Series(values=found[name].ravel(), nan_to_null=True) for name in REALS},
        **{name: pl.Series(values=found[name].ravel().astype(np.int64)) for name in INTS},
    }
    return pl.DataFrame({column.name: columns[column.name] for column in ESTIMATES.columns})
