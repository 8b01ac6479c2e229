"""Phase 2's table: estimates with design-based errors."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.collapsing import DuckDB, collapse
from sipas.estimation.design import Design
from sipas.estimation.grid import Grid, grids
from sipas.estimation.intervals import t_interval
from sipas.estimation.linearise import denominators, intervals_of_shares, numerators, ratios
from sipas.estimation.linearised import Linearised
from sipas.estimation.measures import Mean, Measure, Pooled, Ratio, Responded, Share
from sipas.estimation.moments import Moments
from sipas.estimation.strata import Reals
from sipas.tables import ESTIMATES

NAMED = {"domain_kind": pl.String, "domain": pl.String}
ABOUT = {"measure": pl.String, "variable": pl.String, "statistic": pl.String, "category": pl.Int64}
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
    level : float
        Of the intervals, above 0 and below 1.

    Returns
    -------
    polars.DataFrame
        ``sipas.tables.ESTIMATES``: by kind (order of the moments), domain (sorted), request. No row for a domain
        without respondents; missing estimate where nobody answered.

    Raises
    ------
    SipasError
        ``estimation.measure_unknown``, ``estimation.statistic_not_possible``, ``estimation.level_not_valid``,
        ``estimation.kind_unknown``, errors of the strata.

    Notes
    -----
    Taylor linearisation with t intervals; shares by logit (``share_interval``). Degrees of freedom: primary units less
    strata where the measure has answers in the domain. ``deff``: variance over s²/n with s² = n/(n-1) × the weighted
    variance (R ``svymean(deff = "replace")``); missing for totals, counts and ratios.
    """
    if not 0 < level < 1:
        raise SipasError("estimation.level_not_valid", "level", got=level)
    named = {measure.name: measure for measure in moments.description.measures}
    wanted = requests
    if wanted is None:
        wanted = tuple(natural(m) for m in named.values() if not isinstance(m, Responded))
    for request in wanted:
        _refuse(request, named)
    tables = [_of_kind(grid, named, wanted, level) for grid in grids(moments, domain_kinds)]
    table = pl.concat([ESTIMATES.empty(), *tables])
    return ESTIMATES.check(table)


def estimate_rows(
    rows: pl.DataFrame | Path | str,
    design: Design,
    measures: tuple[Measure, ...],
    domains: tuple[tuple[str, ...], ...] = (),
    *,
    psus: pl.DataFrame | None = None,
    engine: DuckDB | None = None,
    level: float = 0.95,
) -> pl.DataFrame:
    """Collapse and estimate in one go, a few measures at a time, without keeping the moments.

    Parameters
    ----------
    rows, design, measures, domains, psus, engine
        As in ``collapse``.
    level : float
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
    tables = []
    for start in range(0, len(measures), BATCH):
        batch = measures[start : start + BATCH]
        tables.append(estimate(collapse(rows, design, batch, domains, psus=psus, engine=engine), level=level))
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


def _of_kind(grid: Grid, named: dict[str, Measure], requests: tuple[Request, ...], level: float) -> pl.DataFrame:
    linear = [r for r in requests if r.statistic in {"total", "count"}]
    rational = [r for r in requests if r.statistic not in {"total", "count"}]
    tables = []
    for wanted, function in ((rational, ratios), (linear, numerators)):
        for start in range(0, len(wanted), BATCH):
            chosen = wanted[start : start + BATCH]
            measures = tuple(named[request.measure] for request in chosen)
            tables.append(_rows(function(grid, measures), measures, chosen, level))
    order = {(r.measure, r.statistic): i for i, r in enumerate(requests)}
    table = pl.concat(tables) if tables else ESTIMATES.empty().with_columns(pl.lit("").alias("measure"))
    place = [order[key] for key in table.select("measure", "statistic").rows()]
    placed = table.with_columns(pl.Series("place", place, dtype=pl.Int64))
    return placed.sort("domain", "place", maintain_order=True).drop("place", "measure")


def _rows(one: Linearised, measures: tuple[Measure, ...], requests: list[Request], level: float) -> pl.DataFrame:
    n, df, se = one.n, one.degrees(), np.sqrt(one.variance())
    weight = denominators(one.grid, measures)
    low, high = _interval(one, measures, requests, se, level)
    count = len(one.grid.domains)
    about = pl.DataFrame([_about(m, r) for m, r in zip(measures, requests, strict=True)], schema=ABOUT, orient="row")
    reals = {
        "weight_sum": weight,
        "estimate": one.values,
        "se": se,
        "low": low,
        "high": high,
        "df": np.where(n > 0, df, np.nan),
        "deff": _deff(one, measures, requests, se),
        "lonely": one.lonely(),
        "n": n,
    }
    domains = pl.DataFrame({"domain_kind": [one.grid.kind] * count, "domain": one.grid.domains}, schema=NAMED)
    table = domains.join(about, how="cross", maintain_order="left_right")
    table = table.with_columns(pl.Series(name, values.ravel()) for name, values in reals.items())
    types = [pl.col(c.name).cast(c.dtype) for c in ESTIMATES.columns]
    return table.with_columns(pl.col(pl.Float64).fill_nan(None)).select(*types, "measure")


def _about(measure: Measure, request: Request) -> tuple[str, str, str, int | None]:
    variable = measure.column if isinstance(measure, Share | Mean) else measure.name
    category = measure.category if isinstance(measure, Share) else None
    return measure.name, variable, request.statistic, category


def _interval(
    one: Linearised, measures: tuple[Measure, ...], requests: list[Request], se: Reals, level: float
) -> tuple[Reals, Reals]:
    df = np.where(np.isfinite(se), one.degrees(), np.nan)
    low, high = t_interval(one.values, se, df, level)
    is_share = np.array([
        r.statistic in {"share", "top_box"} or (isinstance(m, Pooled) and r.statistic == "ratio")
        for m, r in zip(measures, requests, strict=True)
    ])
    share = np.where(is_share, one.values, np.nan)
    logit_low, logit_high = intervals_of_shares(one, share, se, level)
    return np.where(is_share, logit_low, low), np.where(is_share, logit_high, high)


def _deff(one: Linearised, measures: tuple[Measure, ...], requests: list[Request], se: Reals) -> Reals:
    spread = np.full_like(one.values, np.nan)
    for column, (measure, request) in enumerate(zip(measures, requests, strict=True)):
        value = one.values[:, column]
        if request.statistic in {"share", "top_box"}:
            spread[:, column] = value * (1 - value)
        elif request.statistic == "mean" and isinstance(measure, Mean):
            square = _mean_square(one.grid, measure)
            spread[:, column] = square - value**2
    simple = np.divide(spread, one.n - 1, out=np.full_like(spread, np.nan), where=one.n > 1)
    return np.divide(se**2, simple, out=np.full_like(spread, np.nan), where=simple > 0)


def _mean_square(grid: Grid, measure: Mean) -> Reals:
    _, below, _, squares = measure.terms()
    lower, upper = grid.per_domain(grid.per_segment(grid.sums((below, squares)))).T
    return np.asarray(np.divide(upper, lower, out=np.full_like(upper, np.nan), where=lower != 0))
