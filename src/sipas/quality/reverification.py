"""Re-verification (phúc tra): the answers given then and again, side by side."""

from __future__ import annotations

import polars as pl

from sipas.instrument.edition import Edition


def matched_pairs(responses: pl.DataFrame, again: pl.DataFrame, edition: Edition) -> pl.DataFrame:
    """Put the first answer and the repeated answer of every case side by side.

    Parameters
    ----------
    responses : polars.DataFrame
        Table ``responses`` of the round.
    again : polars.DataFrame
        ``case_id`` and those answer columns that were asked again.
    edition : Edition
        The form.

    Returns
    -------
    polars.DataFrame
        ``case_id``, ``column``, ``first``, ``second`` (values as whole numbers; text columns are left out), ``same``
        (Boolean), for pairs where both answered; sorted by case, columns in the order of the form.
    """
    columns = [c.name for c in edition.columns() if c.dtype != pl.String and c.name in again.columns]
    both = responses.join(again.select("case_id", *columns), on="case_id", how="inner", suffix=" again").sort("case_id")
    empty = pl.DataFrame(
        schema={"case_id": pl.String, "column": pl.String, "first": pl.Int64, "second": pl.Int64, "same": pl.Boolean}
    )
    parts = [
        both
        .select(
            "case_id",
            column=pl.lit(name),
            first=pl.col(name).cast(pl.Int64),
            second=pl.col(f"{name} again").cast(pl.Int64),
        )
        .drop_nulls()
        .with_columns(same=pl.col("first") == pl.col("second"))
        for name in columns
    ]
    return pl.concat([empty, *parts]).sort("case_id", maintain_order=True)


def agreement_counts(pairs: pl.DataFrame) -> pl.DataFrame:
    """Count agreement column by column.

    Parameters
    ----------
    pairs : polars.DataFrame
        ``matched_pairs``.

    Returns
    -------
    polars.DataFrame
        ``column``, ``pairs``, ``same`` (pairs), ``share`` (0 to 1), in the order the columns first occur. Kappa and the
        index of inconsistency are the business of ``estimation``.
    """
    counts = pairs.group_by("column", maintain_order=True).agg(
        pairs=pl.len().cast(pl.Int64), same=pl.col("same").sum().cast(pl.Int64)
    )
    return counts.with_columns(share=pl.col("same") / pl.col("pairs"))
