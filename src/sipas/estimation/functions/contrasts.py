"""Differences, contrasts and smooth functions of estimates, inside every domain or between domains.

With g the gradient of the function at the estimates and C their covariance, the variance is g' C g (delta method;
Särndal, Swensson & Wretman 1992, §5.5; R ``svycontrast``). Inside a domain it is that of the scores Z g, so that
functions can be taken of functions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Reals
from sipas.estimation.functions.expressions import Expression, expression
from sipas.estimation.functions.gradients import Number, gradient_of
from sipas.estimation.intervals.intervals import t_interval
from sipas.estimation.linear.freedom import DegreesOfFreedom, degrees_of
from sipas.estimation.linear.linearised import Linearised, across

COLUMNS: dict[str, type[pl.DataType]] = {
    **dict.fromkeys(("domain_kind", "domain", "name"), pl.String),
    "n": pl.Int64,
    **dict.fromkeys(("estimate", "se", "low", "high", "df"), pl.Float64),
}
Pair = tuple[str, str]  # domain, estimate
Function = str | Callable[[Mapping[str, Number]], Number]


def beside(parts: Mapping[str, Linearised]) -> Linearised:
    """Set estimates of one kind of domain side by side: means beside totals, items beside an index.

    Parameters
    ----------
    parts : mapping of str to Linearised
        What comes before their names, to tell them apart, and the estimates; all on one grid.

    Returns
    -------
    Linearised
        All of them.

    Raises
    ------
    SipasError
        ``estimation.grids_differ``, ``estimation.estimate_repeated``.
    """
    given = list(parts.values())
    if not given or any(one.grid is not given[0].grid for one in given):
        raise SipasError("estimation.grids_differ", "parts", got=[one.grid.kind for one in given])
    names = tuple(before + name for before, one in parts.items() for name in one.names)
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SipasError("estimation.estimate_repeated", "parts", got=twice)
    crossed = [one.crossed for one in given if one.crossed is not None]
    return replace(
        given[0],
        names=names,
        values=np.hstack([one.values for one in given]),
        scores=np.hstack([one.scores for one in given]),
        answers=np.hstack([one.answers for one in given]),
        crossed=np.concatenate(crossed, axis=2) if len(crossed) == len(given) else None,
        summed=np.concatenate([np.zeros(len(one.names), bool) if one.summed is None else one.summed for one in given]),
    )


def covariance_of(one: Linearised, pairs: Sequence[Pair]) -> Reals:
    """Give the covariance of chosen estimates, of one domain or several.

    Parameters
    ----------
    one : Linearised
        Estimates.
    pairs : sequence of (str, str)
        K pairs of domain and estimate.

    Returns
    -------
    array, shape (K, K)
        Symmetric; NaN where an estimate has no variance.

    Raises
    ------
    SipasError
        ``estimation.domain_unknown``, ``estimation.estimate_unknown``.
    """
    domains, columns = _places(one, pairs)
    found = np.zeros((len(pairs), len(pairs)))
    for column in dict.fromkeys(columns):
        for other in dict.fromkeys(columns):
            both = across(one, one.names[column], one, one.names[other])
            rows, cells = np.flatnonzero(np.array(columns) == column), np.flatnonzero(np.array(columns) == other)
            found[np.ix_(rows, cells)] = both[np.ix_(np.array(domains)[rows], np.array(domains)[cells])]
    return (found + found.T) / 2


def contrast(
    one: Linearised,
    contrasts: Mapping[str, Mapping[str, float] | Mapping[Pair, float]],
    *,
    level: float = 0.95,
    df: DegreesOfFreedom = "domain",
) -> pl.DataFrame:
    """Estimate linear combinations.

    Parameters
    ----------
    one : Linearised
        Estimates.
    contrasts : mapping of str to mapping
        By name, the coefficients: of estimates, to be taken in every domain; or of pairs (domain, estimate), to be
        taken once.
    level, df
        As in ``Conventions``; ``domain`` counts units less strata where any of the estimates has answers.

    Returns
    -------
    polars.DataFrame
        ``domain_kind``, ``domain`` (those of the pairs joined by "; "), ``name``, ``n``, ``estimate``, ``se``,
        ``low``, ``high`` (by t), ``df``; first what is taken in every domain, by domain and name. Missing where one of
        the estimates, or its error, is. No row where nothing is asked.

    Raises
    ------
    SipasError
        ``estimation.contrast_not_valid``, ``estimation.estimate_unknown``, ``estimation.domain_unknown``,
        ``estimation.level_not_valid``, ``estimation.degrees_not_valid``.
    """
    _refuse_level(level)
    inside: dict[str, Mapping[str, float]] = {}
    between: dict[str, Mapping[Pair, float]] = {}
    for name, coefficients in contrasts.items():
        kinds = {isinstance(key, str) for key in coefficients}
        if len(kinds) != 1 or not all(np.isfinite(value) for value in coefficients.values()):
            raise SipasError("estimation.contrast_not_valid", name, got=[str(key) for key in coefficients])
        (inside if kinds == {True} else between)[name] = coefficients  # type: ignore[assignment]
    tables = [_inside(one, {name: _linear(c) for name, c in inside.items()}, level, df)] if inside else []
    for name, chosen in between.items():
        pairs, weights = list(chosen), np.array(list(chosen.values()))
        value = float(weights @ _values(one, pairs))
        tables.append(_between(one, name, pairs, (value, weights), level, df))
    return pl.concat([pl.DataFrame(schema=COLUMNS), *tables])


def function_of(
    one: Linearised,
    functions: Mapping[str, Function],
    *,
    of: Mapping[str, Pair] | None = None,
    level: float = 0.95,
    df: DegreesOfFreedom = "domain",
) -> pl.DataFrame:
    """Estimate smooth functions, linearised by themselves.

    Parameters
    ----------
    one : Linearised
        Estimates.
    functions : mapping of str to str or callable
        By name, a formula (``a / b - 1``; ``expression``) or a Python function from a mapping of names to numbers, to
        a number.
    of : mapping of str to (str, str), optional
        What the names stand for: a domain and an estimate. Missing: they are the names of the estimates, and the
        function is taken in every domain.
    level, df
        As in ``contrast``.

    Returns
    -------
    polars.DataFrame
        As ``contrast`` gives.

    Raises
    ------
    SipasError
        ``estimation.expression_not_allowed``, ``estimation.function_not_finite``,
        ``estimation.function_not_differentiable``, ``estimation.estimate_unknown``, ``estimation.domain_unknown``,
        ``estimation.level_not_valid``, ``estimation.degrees_not_valid``.
    """
    _refuse_level(level)
    if of is None and not functions:
        return pl.DataFrame(schema=COLUMNS)
    if of is None:
        return _inside(one, {name: _read(function) for name, function in functions.items()}, level, df)
    values = dict(zip(of, _values(one, list(of.values())), strict=True))
    where = "; ".join(dict.fromkeys(domain for domain, _ in of.values()))
    tables = []
    for name, function in functions.items():
        value, slopes = gradient_of(_read(function), values, name, where)
        pairs = [of[key] for key in slopes] or list(of.values())
        weights = np.array(list(slopes.values()) or [0.0] * len(pairs))
        tables.append(_between(one, name, pairs, (value, weights), level, df))
    return pl.concat([pl.DataFrame(schema=COLUMNS), *tables])


def smooth(one: Linearised, functions: Mapping[str, Function]) -> Linearised:
    """Take smooth functions in every domain, to go on with.

    Parameters
    ----------
    one : Linearised
        Estimates.
    functions : mapping of str to str or callable
        As in ``function_of``.

    Returns
    -------
    Linearised
        The functions. ``answers`` of a row: the most behind any estimate used.

    Raises
    ------
    SipasError
        As ``function_of``.
    """
    return _smooth(one, {name: _read(function) for name, function in functions.items()})[0]


def _read(function: Function) -> Callable[[Mapping[str, Number]], Number] | Expression:
    return expression(function) if isinstance(function, str) else function


def _linear(coefficients: Mapping[str, float]) -> Mapping[str, float]:
    return coefficients


def _smooth(
    one: Linearised, functions: Mapping[str, Callable[[Mapping[str, Number]], Number] | Mapping[str, float]]
) -> tuple[Linearised, Reals]:
    """Give the functions and which estimates each uses in each domain, shape (D, B, A)."""
    shape = (len(one.grid.domains), len(functions))
    values, slope = np.full(shape, np.nan), np.zeros((*shape, len(one.names)))
    used = np.zeros(slope.shape, dtype=bool)
    for place, (label, function) in enumerate(functions.items()):
        if not callable(function):
            columns = [one.place(name) for name in function]
            weights = np.array(list(function.values()), dtype=np.float64)
            values[:, place] = one.values[:, columns] @ weights
            slope[:, place, columns], used[:, place, columns] = weights, True
            continue
        for d, domain in enumerate(one.grid.domains):
            named = dict(zip(one.names, one.values[d].tolist(), strict=True))
            values[d, place], slopes = gradient_of(function, named, label, domain)
            for name, value in slopes.items():
                slope[d, place, one.place(name)], used[d, place, one.place(name)] = value, True
    rows = used[one.grid.domain]
    answers = np.max(np.where(rows, one.answers[:, None, :], 0.0), axis=2, initial=0.0)
    return one.combine(tuple(functions), values, slope, answers), used


def _inside(
    one: Linearised,
    functions: Mapping[str, Callable[[Mapping[str, Number]], Number] | Mapping[str, float]],
    level: float,
    df: DegreesOfFreedom,
) -> pl.DataFrame:
    found, used = _smooth(one, functions)
    # A part whose own error is unknown leaves that of the whole unknown, though other parts have units enough.
    unknown = (used & ~np.isfinite(one.variance())[:, None, :]).any(axis=2)
    se = np.sqrt(np.where(unknown, np.nan, found.variance()))
    freedom = np.where(np.isfinite(found.values), degrees_of(found, df), np.nan)
    count = len(functions)
    domains = np.repeat(np.array(one.grid.domains, dtype=object), count)
    names = list(functions) * len(one.grid.domains)
    return _table(one.grid.kind, list(domains), names, found.n, (found.values, se, freedom), level)


def _between(
    one: Linearised,
    name: str,
    pairs: Sequence[Pair],
    linear: tuple[float, Reals],
    level: float,
    df: DegreesOfFreedom,
) -> pl.DataFrame:
    value, weights = linear
    variance = weights @ covariance_of(one, pairs) @ weights if np.isfinite(value) else np.nan
    se = np.sqrt(np.maximum(variance, 0.0))  # below 0 by the rounding of sums only
    freedom = _degrees_between(one, pairs) if df == "domain" else degrees_of(one, df)[0, 0]
    domains, columns = _places(one, pairs)
    answers = {d: max(one.n[d, c] for e, c in zip(domains, columns, strict=True) if e == d) for d in domains}
    where = "; ".join(dict.fromkeys(domain for domain, _ in pairs))
    numbers = (np.array([[value]]), np.array([[se]]), np.array([[freedom if np.isfinite(value) else np.nan]]))
    return _table(one.grid.kind, [where], [name], np.array([[sum(answers.values())]]), numbers, level)


def _degrees_between(one: Linearised, pairs: Sequence[Pair]) -> float:
    """Units less strata, both where any of the pairs has answers."""
    base = one.grid.base
    active = base.by_unit(one.answers) > 0
    domain, stratum = base.domain[base.segment], base.stratum[base.segment]
    chosen = np.zeros(base.unit.size, dtype=bool)
    for place, column in zip(*_places(one, pairs), strict=True):
        chosen |= (domain == place) & active[:, column]
    return float(np.unique(base.unit[chosen]).size - np.unique(stratum[chosen]).size)


def _table(
    kind: str, domains: list[str], names: list[str], n: Reals, numbers: tuple[Reals, Reals, Reals], level: float
) -> pl.DataFrame:
    value, se, df = numbers
    low, high = t_interval(value, se, np.where(np.isfinite(se), df, np.nan), level)
    reals = {"estimate": value, "se": se, "low": low, "high": high, "df": df}
    return pl.DataFrame({
        "domain_kind": pl.repeat(kind, len(names), dtype=pl.String, eager=True),
        "domain": pl.Series(domains, dtype=pl.String),
        "name": pl.Series(names, dtype=pl.String),
        "n": n.ravel().astype(np.int64),
        **{name: pl.Series(values=values.ravel(), nan_to_null=True) for name, values in reals.items()},
    })


def _places(one: Linearised, pairs: Sequence[Pair]) -> tuple[list[int], list[int]]:
    for domain, _ in pairs:
        if domain not in one.grid.domains:
            raise SipasError("estimation.domain_unknown", "domain", got=domain)
    return [one.grid.domains.index(domain) for domain, _ in pairs], [one.place(name) for _, name in pairs]


def _values(one: Linearised, pairs: Sequence[Pair]) -> Reals:
    return np.asarray(one.values[_places(one, pairs)])


def _refuse_level(level: float) -> None:
    if not 0 < level < 1:
        raise SipasError("estimation.level_not_valid", "level", got=level)
