"""Two keyings of the same forms, field by field."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from sipas.instrument.edition import Edition


@dataclass(frozen=True, slots=True)
class KeyingComparison:
    """How far two keyings agree.

    Parameters
    ----------
    differences : polars.DataFrame
        ``case_id``, ``column``, ``first``, ``second`` (as text; missing where empty), sorted.
    rates : polars.DataFrame
        ``column``, ``compared`` (forms), ``different``, ``rate`` (0 to 1; missing where none was compared), in the
        order of the form.
    only_first, only_second : tuple of str
        Cases keyed once only, sorted.
    """

    differences: pl.DataFrame
    rates: pl.DataFrame
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]


def compare_keyings(first: pl.DataFrame, second: pl.DataFrame, edition: Edition) -> KeyingComparison:
    """Compare two keyings of the same forms.

    Parameters
    ----------
    first, second : polars.DataFrame
        Table ``responses`` of each keying.
    edition : Edition
        The form.

    Returns
    -------
    KeyingComparison
        Differences, rates per field, cases keyed once.

    Notes
    -----
    A field left empty in both keyings agrees; empty in one is a difference.
    """
    names = [column.name for column in edition.columns()]
    both = first.join(second, on="case_id", how="inner", suffix=" second").sort("case_id")
    parts = [
        both.select(
            "case_id",
            column=pl.lit(name),
            first=pl.col(name).cast(pl.String),
            second=pl.col(f"{name} second").cast(pl.String),
        ).filter(pl.col("first").ne_missing(pl.col("second")))
        for name in names
    ]
    differences = pl.concat(parts)
    counts = differences.group_by("column").agg(different=pl.len().cast(pl.Int64))
    rates = pl.DataFrame({"column": names}).join(counts, on="column", how="left", maintain_order="left")
    rates = rates.select(
        "column", compared=pl.lit(both.height, dtype=pl.Int64), different=pl.col("different").fill_null(0)
    ).with_columns(rate=pl.when(pl.col("compared") > 0).then(pl.col("different") / pl.col("compared")))
    return KeyingComparison(
        differences.sort("case_id", maintain_order=True),
        rates,
        tuple(first.join(second, on="case_id", how="anti")["case_id"].sort().to_list()),
        tuple(second.join(first, on="case_id", how="anti")["case_id"].sort().to_list()),
    )
