"""The table of estimates of any kind, and the account of the rows behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from sipas.estimation.designs.strata import Reals
from sipas.estimation.estimates import Conventions
from sipas.estimation.intervals.intervals import t_interval
from sipas.estimation.linear.freedom import degrees_of
from sipas.estimation.replicates import Replicated
from sipas.estimation.survey.wanted import Wanted

COLUMNS: dict[str, type[pl.DataType]] = {
    "domain_kind": pl.String,
    "domain": pl.String,
    "variable": pl.String,
    "category": pl.String,
    "statistic": pl.String,
    "probability": pl.Float64,
    "n": pl.Int64,
    "weight_sum": pl.Float64,
    "estimate": pl.Float64,
    "se": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "df": pl.Float64,
    "deff": pl.Float64,
    "lonely": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class Results:
    """Estimates with the account of the rows behind them.

    Parameters
    ----------
    table : polars.DataFrame
        One row per kind of domain, domain and estimate: ``domain_kind``, ``domain``, ``variable``, ``category`` (value
        or values that count; missing for numbers), ``statistic``, ``probability`` (of a quantile), ``n`` (answers),
        ``weight_sum``, ``estimate``, ``se``, ``low``, ``high``, ``df``, ``deff`` (missing where it is not defined),
        ``lonely``.
    account : polars.DataFrame
        As ``accounting``: rows, rows of weight 0, answers, missing answers, rows outside every domain.
    """

    table: pl.DataFrame
    account: pl.DataFrame


def completed(table: pl.DataFrame) -> pl.DataFrame:
    """Give a table the columns of ``Results.table``.

    Parameters
    ----------
    table : polars.DataFrame
        Some of them, and perhaps others.

    Returns
    -------
    polars.DataFrame
        All of them and no others; those that were absent are missing.
    """
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in COLUMNS.items() if name not in table.columns]
    return table.with_columns(absent).select(pl.col(name).cast(dtype) for name, dtype in COLUMNS.items())


def ordered(table: pl.DataFrame, kinds: tuple[str, ...]) -> pl.DataFrame:
    """Sort by kind of domain and domain, and leave the rest as it is.

    Parameters
    ----------
    table : polars.DataFrame
        As ``Results.table``.
    kinds : tuple of str
        Kinds in their order.

    Returns
    -------
    polars.DataFrame
        The same rows.
    """
    number = pl.col("domain_kind").replace_strict(kinds, range(len(kinds)), return_dtype=pl.Int64)
    return table.sort(number, "domain", maintain_order=True)


def quantile_table(part: Replicated, one: Wanted, how: Conventions) -> pl.DataFrame:
    """Lay out quantiles that were worked out anew in every replicate.

    Parameters
    ----------
    part : Replicated
        One kind of domain, an estimate for each share below.
    one : Wanted
        The quantiles.
    how : Conventions
        Level and degrees of freedom.

    Returns
    -------
    polars.DataFrame
        As ``Results.table``, with t intervals (R ``svyquantile``, ``interval.type = "quantile"``).
    """
    se, df = np.sqrt(part.variance()), degrees_of(part, how.df)
    low, high = t_interval(part.values, se, np.where(np.isfinite(se), df, np.nan), how.level)
    reals = {"estimate": part.values, "se": se, "low": low, "high": high, "df": df}
    return laid_out(part, "quantile", [one.column] * len(one.at), reals, one.at)


def laid_out(
    part: Replicated,
    statistic: str,
    variables: Sequence[str],
    reals: Mapping[str, Reals],
    probabilities: Sequence[float | None] = (),
) -> pl.DataFrame:
    """Lay out estimates of one kind of domain that have replicates.

    Parameters
    ----------
    part : Replicated
        A estimates in each of D domains.
    statistic : str
        What they all are.
    variables : sequence of str
        What each is about.
    reals : mapping of str to array, shape (D, A)
        Columns of the table; NaN where missing.
    probabilities : sequence of float
        Of quantiles; none for others.

    Returns
    -------
    polars.DataFrame
        As ``Results.table``.
    """
    domains, each = len(part.grid.domains), len(variables)
    return completed(
        pl.DataFrame({
            "domain_kind": pl.repeat(part.grid.kind, domains * each, dtype=pl.String, eager=True),
            "domain": pl.Series([name for name in part.grid.domains for _ in range(each)], dtype=pl.String),
            "variable": pl.Series(list(variables) * domains, dtype=pl.String),
            "statistic": pl.repeat(statistic, domains * each, dtype=pl.String, eager=True),
            "probability": pl.Series((list(probabilities) or [None] * each) * domains, dtype=pl.Float64),
            "n": part.n.ravel().astype(np.int64),
            "lonely": part.lonely().ravel().astype(np.int64),
            **{name: pl.Series(values=values.ravel(), nan_to_null=True) for name, values in reals.items()},
        })
    )
