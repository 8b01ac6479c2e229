"""Tables of what was asked: numbers, and functions of them, by linearisation or by replicates."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import msgspec
import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.measures import Measure
from sipas.estimation.designs.strata import Flags, Reals
from sipas.estimation.estimates import Conventions, Request, estimate
from sipas.estimation.functions.contrasts import Function, beside, function_of
from sipas.estimation.functions.expressions import expression
from sipas.estimation.functions.gradients import Number, Used
from sipas.estimation.intervals.intervals import t_interval
from sipas.estimation.linear.freedom import degrees_of
from sipas.estimation.linear.grid import Grid
from sipas.estimation.linear.linearise import numerators, ratios
from sipas.estimation.linear.linearised import Linearised
from sipas.estimation.moments.moments import Moments
from sipas.estimation.replicates import Factors, Replicated, replicated_numerators, replicated_ratios
from sipas.estimation.survey.categories import Question
from sipas.estimation.survey.results import completed, laid_out

SUMMED = {"total", "count"}
Questions = tuple[Question, ...]
Callables = dict[str, Callable[[Mapping[str, Number]], Number]]


def number_table(asked: Questions, moments: Moments, factors: Factors | None, how: Conventions) -> pl.DataFrame:
    """Estimate what was asked, quantiles and functions apart.

    Parameters
    ----------
    asked : tuple of Question
        In the order wanted.
    moments : Moments
        With their measures.
    factors : Factors, optional
        Replicates; missing: linearisation.
    how : Conventions
        Level and the like.

    Returns
    -------
    polars.DataFrame
        As ``Results.table``: by domain, in the order wanted.
    """
    parts = [_numbers(one, moments, factors, how) for one in _apart(asked)]
    if not parts:
        return completed(pl.DataFrame())
    return completed(pl.concat(parts).sort("domain_place", "place"))


def together(asked: Questions, grid: Grid) -> Linearised:
    """Linearise everything asked, on one grid.

    Parameters
    ----------
    asked : tuple of Question
        In the order wanted.
    grid : Grid
        One kind of domain.

    Returns
    -------
    Linearised
        Named as the measures; ratios first, then sums.
    """
    quotients, sums = _divided(asked)
    if not (quotients and sums):
        return ratios(grid, quotients) if quotients else numerators(grid, sums)
    both = beside({"ratios": ratios(grid, quotients), "sums": numerators(grid, sums)})
    return replace(both, names=tuple(measure.name for measure in (*quotients, *sums)))


def function_table(
    asked: Questions, grid: Grid, functions: Mapping[str, Function], factors: Factors | None, how: Conventions
) -> pl.DataFrame:
    """Estimate functions of what was asked in every domain.

    Parameters
    ----------
    asked : tuple of Question
        In the order wanted.
    grid : Grid
        One kind of domain.
    functions : mapping of str to str or callable
        As in ``function_of``.
    factors : Factors, optional
        Replicates: every function is then worked out anew in each; missing: the delta method.
    how : Conventions
        Level and degrees of freedom.

    Returns
    -------
    polars.DataFrame
        As ``Results.table``, with t intervals.

    Raises
    ------
    SipasError
        As ``function_of``.
    """
    if factors is None:
        table = function_of(together(asked, grid), functions, level=how.level, df=how.df)
        return completed(table.rename({"name": "variable"}).with_columns(pl.lit("function").alias("statistic")))
    read = {name: expression(one) if isinstance(one, str) else one for name, one in functions.items()}
    one = _replicates_together(asked, grid, factors)
    found, unknown = _repeated(one, read)
    se, df = np.where(unknown, np.nan, np.sqrt(found.variance())), degrees_of(found, how.df)
    low, high = t_interval(found.values, se, np.where(np.isfinite(se), df, np.nan), how.level)
    freedom = np.where(np.isfinite(found.values), df, np.nan)
    reals = {"estimate": found.values, "se": se, "low": low, "high": high, "df": freedom}
    return laid_out(found, "function", list(functions), reals)


def _apart(asked: Questions) -> list[list[tuple[int, Question]]]:
    """Questions of one column and statistic stand in different tables: there they would have the same key."""
    parts: list[list[tuple[int, Question]]] = []
    seen: dict[tuple[str, str, object], int] = {}
    for place, one in enumerate(asked):
        key = (getattr(one.measure, "column", one.measure.name), one.statistic, getattr(one.measure, "category", None))
        seen[key] = seen.get(key, -1) + 1
        if seen[key] == len(parts):
            parts.append([])
        parts[seen[key]].append((place, one))
    return parts


def _numbers(
    part: list[tuple[int, Question]], moments: Moments, factors: Factors | None, how: Conventions
) -> pl.DataFrame:
    requests = tuple(Request(one.measure.name, one.statistic) for _, one in part)
    table = estimate(moments, requests, factors=factors, **msgspec.structs.asdict(how))
    domains = table.height // len(part)
    labels = pl.DataFrame(
        [(place, one.variable, one.category, one.word) for place, one in part] * domains,
        schema={"place": pl.Int64, "variable": pl.String, "category": pl.String, "statistic": pl.String},
        orient="row",
    )
    number = pl.Series("domain_place", np.repeat(np.arange(domains), len(part)))
    return table.with_columns(*labels, number)


def _divided(asked: Questions) -> tuple[tuple[Measure, ...], tuple[Measure, ...]]:
    quotients = tuple(one.measure for one in asked if one.statistic not in SUMMED)
    return quotients, tuple(one.measure for one in asked if one.statistic in SUMMED)


def _replicates_together(asked: Questions, grid: Grid, factors: Factors) -> Replicated:
    quotients, sums = _divided(asked)
    left, right = replicated_ratios(grid, quotients, factors), replicated_numerators(grid, sums, factors)
    return replace(
        left,
        names=(*left.names, *right.names),
        values=np.concatenate([left.values, right.values], axis=-1),
        replicates=np.concatenate([left.replicates, right.replicates], axis=-1),
        answers=np.hstack([left.answers, right.answers]),
    )


def _repeated(one: Replicated, functions: Callables) -> tuple[Replicated, Flags]:
    """Give the functions with their replicates, and where a part of one has no error of its own."""
    used = np.zeros((len(one.grid.domains), len(functions), len(one.names)), dtype=bool)
    for d, domain in enumerate(one.grid.domains):
        for b, (label, function) in enumerate(functions.items()):
            value, names = _worked_out(function, one.names, one.values[d])
            used[d, b, [one.place(name) for name in names]] = True
            if not math.isfinite(value) and np.isfinite(one.values[d, used[d, b]]).all():
                raise SipasError("estimation.function_not_finite", label, got=value, hint=domain)

    def worked_out(values: Reals) -> Reals:
        flat = values.reshape(-1, len(one.names))
        found = [[_worked_out(function, one.names, row)[0] for function in functions.values()] for row in flat]
        return np.array(found, dtype=np.float64).reshape(*values.shape[:-1], len(functions))

    answers = np.max(np.where(used[one.grid.domain], one.answers[:, None, :], 0.0), axis=2, initial=0.0)
    unknown = np.asarray((used & ~np.isfinite(one.variance())[:, None, :]).any(axis=2))
    return one.transform(tuple(functions), worked_out, answers), unknown


def _worked_out(
    function: Callable[[Mapping[str, Number]], Number], names: tuple[str, ...], values: Reals
) -> tuple[float, tuple[str, ...]]:
    used = Used(dict(zip(names, values.tolist(), strict=True)))
    try:
        found = function(used)
        value = math.nan if isinstance(found, complex) else float(found)
    except (ArithmeticError, ValueError, TypeError):
        value = math.nan
    return value, tuple(used.names)
