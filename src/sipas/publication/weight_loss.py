"""How far an index made from released microdata lies from the published one."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from sipas.estimation import WHOLE, Design, collapse
from sipas.instrument import Edition
from sipas.scoring import measures_of, score

_WEIGHT = "weight"
_ONE = "one"


@dataclass(frozen=True, slots=True)
class Change:
    """The largest change of a node of the index.

    Parameters
    ----------
    points : float
        Percentage points, 0 or more.
    node : str
        Node; empty where there is no value.
    where : str
        Kind of domain and domain, as ``agency_level = commune``; empty for the whole.
    """

    points: float
    node: str
    where: str


def largest_changes(
    exact: pl.DataFrame, released: pl.DataFrame, edition: Edition, kinds: tuple[str, ...], minimum: int
) -> tuple[Change, Change]:
    """Compare the index under exact and under released weights and domains.

    Parameters
    ----------
    exact : polars.DataFrame
        Answers, ``weight`` and ``kinds`` as estimated from.
    released : polars.DataFrame
        The same rows as released.
    edition : Edition
        Index tree.
    kinds : tuple of str
        Columns that divide the rows into domains.
    minimum : int
        Domains in which a node has fewer respondents are not compared: they are not published.

    Returns
    -------
    whole, domains : Change
        Largest change of any node in the whole, and in any domain of any kind.
    """
    keys = ["domain_kind", "domain", "node"]
    before, after = (_values(rows, edition, kinds) for rows in (exact, released))
    both = before.filter(pl.col("n") >= minimum).join(after.drop("n"), on=keys, suffix="_released")
    changed = both.with_columns(change=(pl.col("percent") - pl.col("percent_released")).abs()).drop_nulls("change")
    changed = changed.sort("change", *keys, descending=[True, False, False, False])
    whole = pl.col("domain_kind") == WHOLE
    return _first(changed.filter(whole)), _first(changed.filter(~whole))


def _values(rows: pl.DataFrame, edition: Edition, kinds: tuple[str, ...]) -> pl.DataFrame:
    # Only values are wanted, no errors: all rows may be one primary unit.
    table = rows.with_columns(pl.lit("").alias(_ONE))
    design = Design(weight=_WEIGHT, psu=_ONE)
    moments = collapse(table, design, measures_of(edition), tuple((kind,) for kind in kinds))
    return score(edition, moments).index.select("domain_kind", "domain", "node", "n", "percent")


def _first(changed: pl.DataFrame) -> Change:
    for row in changed.head(1).iter_rows(named=True):
        where = "" if row["domain_kind"] == WHOLE else f"{row['domain_kind']} = {row['domain']}"
        return Change(float(row["change"]), row["node"], where)
    return Change(0.0, "", "")
