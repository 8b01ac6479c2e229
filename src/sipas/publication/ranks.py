"""Ranks among the domains that are shown, from shown figures only."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import stats

CONFIDENCE = 0.95


def rank_shown(index: pl.DataFrame, ranked: pl.Series) -> pl.DataFrame:
    """Rank anew wherever a ranked domain is hidden; leave the other ranks as they are.

    Parameters
    ----------
    index : polars.DataFrame
        ``OPEN_INDEX`` before the ranks are mended.
    ranked : polars.Series of bool, shape (rows,)
        Whether the row had a rank before anything was hidden.

    Returns
    -------
    polars.DataFrame
        The same rows in the same order.

    Notes
    -----
    The set of places is that of Klein, Wright & Wieczorek 2020 (doi:10.1111/rssc.12402) with joint intervals
    by Bonferroni: place i lies in [1 + domains wholly above, m - domains wholly below]. It needs nothing but
    the shown values and errors, so it tells nothing of the hidden domains; it is somewhat wider than a set
    that knows the covariances. Earlier places are counted among the domains shown now.
    """
    keyed = index.with_columns(place=pl.int_range(pl.len()), had=ranked)
    broken = keyed.filter(pl.col("had") & pl.col("suppressed")).select("domain_kind", "node").unique()
    if broken.is_empty():
        return index
    mend = keyed.filter("had", ~pl.col("suppressed")).join(
        broken, on=["domain_kind", "node"], how="semi", maintain_order="left"
    )
    parts = [_rank(group) for _, group in mend.group_by("domain_kind", "node", maintain_order=True)]
    if not parts:
        return index
    return keyed.update(pl.concat(parts), on="place", include_nulls=True).drop("place", "had")


def _rank(group: pl.DataFrame) -> pl.DataFrame:
    value = group["percent"].to_numpy()
    many = group.height
    df = group["df"].fill_null(float("inf")).to_numpy()
    reach = stats.t.ppf(1 - (1 - CONFIDENCE) / (2 * many), df) * group["se"].fill_null(float("inf")).to_numpy()
    low, high = value - reach, value + reach
    above = (low[None, :] > high[:, None]).sum(axis=1)
    below = (high[None, :] < low[:, None]).sum(axis=1)
    return group.select(
        "place",
        rank=pl.col("percent").rank("min", descending=True).cast(pl.Int64),
        ranked=pl.lit(many, dtype=pl.Int64),
        rank_low=pl.Series(np.int64(1) + above),
        rank_high=pl.Series(np.int64(many) - below),
        previous_rank=pl.col("previous_rank").rank("min").cast(pl.Int64),
    )
