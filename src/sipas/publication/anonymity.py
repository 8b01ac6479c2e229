"""Make a table in which every combination of key values is shared by at least k rows.

k-anonymity by local suppression: Sweeney 2002, doi:10.1142/S0218488502001648; Hundepool et al. 2012,
*Statistical Disclosure Control*. A missing value counts as a value of its own, which is stricter than taking
it for any value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import polars as pl

MOST_KEYS_TRIED = 8  # 255 sets of keys are tried; with more keys the trial would take too long
MOST_GIVEN_UP = 3


def class_sizes(table: pl.DataFrame, keys: Sequence[str]) -> pl.Series:
    """Count for each row how many rows share its keys.

    Parameters
    ----------
    table : polars.DataFrame
        Any rows.
    keys : sequence of str
        Key columns; empty: all rows are one class.

    Returns
    -------
    polars.Series of int, shape (rows,)
        At least 1.
    """
    if not keys:
        return pl.repeat(table.height, table.height, dtype=pl.UInt32, eager=True)
    return table.select(pl.len().over(list(keys))).to_series()


def group_small(table: pl.DataFrame, column: str, minimum: int, name: str) -> tuple[pl.DataFrame, int]:
    """Put the values of a text column that fewer than k rows have under one name.

    Parameters
    ----------
    table : polars.DataFrame
        Any rows.
    column : str
        Text column; missing values stay missing.
    minimum : int
        Least number of rows per value.
    name : str
        Name of the group.

    Returns
    -------
    table : polars.DataFrame
        The same rows.
    grouped : int
        Values grouped. The group itself has at least ``minimum`` rows if it can: the next smallest values
        join it until it does.
    """
    counts = table.get_column(column).drop_nulls().value_counts().sort("count", column)
    values, sizes = counts.get_column(column).to_list(), counts.get_column("count").to_list()
    taken = sum(size < minimum for size in sizes)
    while 0 < taken < len(sizes) and sum(sizes[:taken]) < minimum:
        taken += 1
    small = values[:taken]
    mended = pl.when(pl.col(column).is_in(small)).then(pl.lit(name)).otherwise(pl.col(column)).alias(column)
    return table.with_columns(mended), len(small)


def suppress_keys(table: pl.DataFrame, keys: Sequence[str], minimum: int) -> pl.DataFrame:
    """Set key values missing until each combination of keys is shared by k rows.

    Parameters
    ----------
    table : polars.DataFrame
        At least ``minimum`` rows.
    keys : sequence of str
        Key columns. As few as possible are given up for a row; of equally many, the keys with most values.
    minimum : int
        k.

    Returns
    -------
    polars.DataFrame
        The same rows; only keys of rows in classes smaller than k were touched, and, where a remnant smaller
        than k is left, those of the first rows of the largest class that fill it up, or of the smallest class where
        none can spare so many. Put the rows in an order that tells nothing first.
    """
    many = {key: table.get_column(key).n_unique() for key in keys}
    cheap = sorted(range(len(keys)), key=lambda p: (-many[keys[p]], -p))
    for given_up in _subsets([keys[place] for place in cheap]):
        small = class_sizes(table, keys) < minimum
        if not small.any():
            return table
        tried = _blank(table, given_up, small)
        table = _blank(table, given_up, small & (class_sizes(tried, keys) >= minimum))
    table = _blank(table, keys, class_sizes(table, keys) < minimum)
    while (small := class_sizes(table, keys) < minimum).any():
        table = _join_remnant(table, keys, small, minimum)
    return table


def _subsets(keys: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Give sets of keys to give up, small ones first; with many keys only small sets and heads of the list."""
    most = len(keys) if len(keys) <= MOST_KEYS_TRIED else MOST_GIVEN_UP
    for size in range(1, most + 1):
        yield from combinations(keys, size)
    for size in range(most + 1, len(keys) + 1):
        yield tuple(keys[:size])


def _blank(table: pl.DataFrame, keys: Sequence[str], gone: pl.Series) -> pl.DataFrame:
    return table.with_columns([pl.when(gone).then(None).otherwise(pl.col(key)).alias(key) for key in keys])


def _join_remnant(table: pl.DataFrame, keys: Sequence[str], small: pl.Series, minimum: int) -> pl.DataFrame:
    """Fill up a remnant from the largest class, or, where none can spare so many, with the smallest class whole."""
    sizes = table.filter(~small).group_by(list(keys)).len().sort("len", *keys)
    wanted = minimum - int(small.sum())
    spare = sizes.tail(1).filter(pl.col("len") >= minimum + wanted)
    giver = (spare if spare.height else sizes.head(1)).with_columns(joined=pl.lit(value=True)).drop("len")
    joined = table.select(keys).join(giver, on=list(keys), how="left", nulls_equal=True, maintain_order="left")
    taken = joined.get_column("joined").fill_null(value=False)
    if spare.height:
        taken &= taken.cast(pl.Int64).cum_sum() <= wanted
    return _blank(table, keys, small | taken)


def end_codes(column: pl.Series, minimum: int) -> tuple[int, int] | None:
    """Find the ends at which a whole number is cut so that each end is shared by k rows.

    Parameters
    ----------
    column : polars.Series of int
        Values; missing ones are left out.
    minimum : int
        k.

    Returns
    -------
    (int, int) or None
        Lowest and highest value that stay; None where fewer than 2k values are there: the column cannot be
        given at all.
    """
    values = column.drop_nulls().sort()
    if len(values) < 2 * minimum:
        return None
    return int(values[minimum - 1]), int(values[len(values) - minimum])
