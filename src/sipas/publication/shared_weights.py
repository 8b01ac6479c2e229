"""Weights that do not tell who drew the row.

A final weight is a number of the stratum: with N_h and n_h beside it, on the draw's certificate, whoever solves
``k_p w_p + k_o w_o = N_h``, ``k_p + k_o = n_h`` names the agency of every row. So rows get the mean weight of a
group that is told by released keys alone and that many strata share: the weight adds nothing to the keys, and the
sum of weights of each group stays. Averaging of weights: Hundepool et al. 2012, *Statistical Disclosure Control*,
§3.4 (microaggregation); the threat: de Waal & Willenborg 1997, Journal of Official Statistics 13(4).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

import polars as pl

from sipas.publication.anonymity import class_sizes

BAND = "weight_band"
BANDS = (4, 2)  # tried in this order where keys can bear a further one
MOST_OF_ONE = 0.5  # share of a group's rows that one stratum may have


def weight_bands(exact: pl.Series, anchors: pl.DataFrame, strata: pl.DataFrame, minimum: int, most: int) -> pl.Series:
    """Put rows into bands of about equally many rows by weight.

    Parameters
    ----------
    exact : polars.Series of float
        Weights.
    anchors : polars.DataFrame
        Columns inside whose combinations the bands are made; no columns: over all rows.
    strata : polars.DataFrame
        What must not be told: stratum, agency, ...; one row per weight.
    minimum : int
        Least number of rows and of strata of each kind in a band.
    most : int
        Most bands.

    Returns
    -------
    polars.Series of Int16
        Band from 1, named ``weight_band``; equal weights in one band; 1 throughout a combination of anchors
        that bears no two bands.
    """
    rows = pl.DataFrame([exact.rename("exact")]).with_row_index("row")
    joined = pl.concat([rows, _numbered(anchors, "a"), _numbered(strata, "s")], how="horizontal")
    names = [f"a{place}" for place in range(anchors.width)]
    parts = joined.partition_by(names, maintain_order=True) if names else [joined]
    made = pl.concat([_cut(part, strata.width, minimum, most) for part in parts])
    return made.sort("row").get_column(BAND)


def shared_weights(
    exact: pl.Series, released: pl.DataFrame, anchors: Sequence[str], strata: pl.DataFrame, minimum: int
) -> pl.Series:
    """Give each row the mean weight of a group that its released keys tell.

    Parameters
    ----------
    exact : polars.Series of float
        Weights.
    released : polars.DataFrame
        Released keys, most important first, and bands; missing values are values of their own.
    anchors : sequence of str
        Columns of ``released`` of which no value is missing by suppression: each combination may have a weight of
        its own, since everybody sees which strata are in it.
    strata : polars.DataFrame
        What must not be told; one row per weight.
    minimum : int
        Every other group has at least so many rows and strata of each kind, and no stratum has more than half of
        it. A group that cannot be split so stays whole.

    Returns
    -------
    polars.Series of float
        As many; the sum over each group is kept.
    """
    rows = pl.concat([pl.DataFrame([exact.rename("exact")]).with_row_index("row"), _numbered(strata, "s")],
                     how="horizontal")  # fmt: skip
    keys = [name for name in released.columns if name not in anchors]
    table = pl.concat([rows, released], how="horizontal")
    parts = table.partition_by(list(anchors), maintain_order=True) if anchors else [table]
    groups = [g for part in parts for g in _split(part, keys, strata.width, minimum)]
    made = [g.select("row", pl.lit(fsum(g["exact"]) / g.height).alias("weight")) for g in groups]
    return pl.concat(made).sort("row").get_column("weight")


def _numbered(table: pl.DataFrame, letter: str) -> pl.DataFrame:
    return table.rename({name: f"{letter}{place}" for place, name in enumerate(table.columns)})


def _split(rows: pl.DataFrame, keys: list[str], kinds: int, minimum: int) -> list[pl.DataFrame]:
    """Split by one key after the other, where every part is shared."""
    groups = [rows]
    for key in keys:
        split = [group.partition_by(key, maintain_order=True) for group in groups]
        groups = [
            part
            for group, parts in zip(groups, split, strict=True)
            for part in (parts if all(_shared(p, kinds, minimum) for p in parts) else [group])
        ]
    return groups


def _shared(rows: pl.DataFrame, kinds: int, minimum: int) -> bool:
    if rows.height < minimum:
        return False
    for place in range(kinds):
        sizes = class_sizes(rows, [f"s{place}"])
        if rows[f"s{place}"].n_unique() < minimum or max(sizes) > MOST_OF_ONE * rows.height:
            return False
    return True


def _cut(rows: pl.DataFrame, kinds: int, minimum: int, most: int) -> pl.DataFrame:
    share = pl.col("exact").rank("min") - 1
    for count in range(most, 1, -1):
        band = (share * count // rows.height + 1).cast(pl.Int16).alias(BAND)
        tried = rows.with_columns(band)
        if all(_shared(part, kinds, minimum) for part in tried.partition_by(BAND)):
            return tried.select("row", BAND)
    return rows.select("row", pl.lit(1, pl.Int16).alias(BAND))
