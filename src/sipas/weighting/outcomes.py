"""AAPOR's outcome rates with every case counted by its base weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from sipas.quality.dispositions import GROUPS
from sipas.quality.rates import RATES, eligible_share, outcome_rates


def weighted_rates(
    cases: pl.DataFrame, base: pl.DataFrame, by: Sequence[str] = (), *, e: float | None = None
) -> pl.DataFrame:
    """Compute outcome rates that hold for the population, where chances of selection differ.

    Parameters
    ----------
    cases : polars.DataFrame
        ``case_id``, ``group`` (``quality.case_dispositions``) and the columns ``by``.
    base : polars.DataFrame
        ``case_id``, ``base`` (``base_weights``); a case without a row was not tried and does not count.
    by : sequence of str
        What to group by; none: one row.
    e : float, optional
        Share of eligible cases among the unknown, 0 to 1. Missing: the weighted share among all cases of known status,
        the same for every group; 1 where no case is known.

    Returns
    -------
    polars.DataFrame
        ``by``, ``cases`` (number), ``weight`` (their sum), ``e``, RR1 to CON3 (shares 0 to 1, missing where undefined),
        sorted.

    Raises
    ------
    SipasError
        Those of ``quality.outcome_rates``.

    Notes
    -----
    AAPOR, *Standard Definitions*, 10th edition 2023, on weighted rates: the formulas over sums of base weights.
    """
    rows = cases.join(base.select("case_id", "base"), on="case_id").sort("case_id")
    sums = [pl.col("base").filter(pl.col("group") == group).sum().alias(group) for group in GROUPS]
    counts = [pl.len().cast(pl.Int64).alias("cases"), pl.col("base").sum().alias("weight"), *sums]
    if e is None:
        estimated = eligible_share(_counts(rows.select(sums).row(0, named=True)))
        e = 1.0 if estimated is None else estimated
    keys = list(by)
    grouped = rows.group_by(keys, maintain_order=True).agg(counts).sort(keys) if keys else rows.select(counts)
    rates = [outcome_rates(_counts(row), e) for row in grouped.iter_rows(named=True)]
    table = pl.DataFrame(rates, schema=dict.fromkeys(RATES, pl.Float64))
    return grouped.select(*keys, "cases", "weight", e=pl.lit(e)).hstack(table)


def _counts(row: Mapping[str, float]) -> dict[str, int]:
    return {group: row[group] for group in GROUPS}  # type: ignore[misc]  # the formulas are the same for sums of weights
