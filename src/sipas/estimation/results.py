"""The table of estimates of any kind, and the account of the rows behind it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

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
