"""Rounds that share primary units: which they are, and the covariance of the two rounds' values that comes of it.

With z the linearised scores of the two rounds per primary unit, n₁ and n₂ the units drawn in a stratum, c those drawn
in both (and f the shares drawn),

    cov = sum over strata of (1 - √(f₁f₂) √(n₁n₂) / c) c / (c - 1) Σ over shared units (z₁ - mean z₁) (z₂ - mean z₂)

(Tam 1984, The American Statistician 38(4) 288-289; Qualité & Tillé 2008, Survey Methodology 34(2) 173-181, where z
are N/n times values).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation import WHOLE, Grid, Linearised, grids
from sipas.estimation.designs.strata import Flags, Ints, Reals
from sipas.scoring.index import Score

Rule = Literal["shared", "stacked"]
RULES: tuple[Rule, ...] = ("shared", "stacked")
LINK = ("stratum", "psu", "previous_stratum", "previous_psu")


@dataclass(frozen=True, slots=True)
class Overlap:
    """That two rounds share primary units.

    Parameters
    ----------
    link : polars.DataFrame, optional
        Columns ``stratum``, ``psu``, ``previous_stratum``, ``previous_psu`` as in the moments of the two rounds: one
        row per unit that may be in both; units not drawn in both are passed over and counted. Missing: units of the
        same stratum and code are the same.
    rule : {"shared", "stacked"}
        ``shared``: the variances of the two rounds stay as each design gives them, and the covariance comes from the
        shared units alone. ``stacked``: the two rounds are one sample of the union of their units with the rounds as
        domains, as R ``svydesign`` of the stacked rows; then units of one round only count as zeros in the other,
        which makes errors greater wherever the means of strata differ. Equal where all units are shared.
    """

    link: pl.DataFrame | None = None
    rule: Rule = "shared"


@dataclass(frozen=True, slots=True)
class Shared:
    """The primary units that two rounds share.

    Parameters
    ----------
    rule : str
        As given.
    drawn, drawn_before, shared : int
        Primary units of the later round, of the earlier, of both; ``drawn`` as the designs count them, so that units
        not listed cannot be found shared.
    strata : polars.DataFrame
        By ``stratum`` and ``previous_stratum`` with shared units, and each stratum without: ``drawn``,
        ``drawn_before``, ``shared``, ``share`` (of the later round's units in the stratum).
    alone : int
        Pairs of strata with one shared unit: no covariance can be found there, 0 stands for it.
    links_unused : int
        Rows of the link whose units were not drawn in both rounds.
    """

    rule: Rule
    drawn: int
    drawn_before: int
    shared: int
    strata: pl.DataFrame
    alone: int
    links_unused: int


@dataclass(frozen=True, slots=True)
class Joined:
    """Primary units of two rounds under common numbers, in groups that covariances are made in.

    Parameters
    ----------
    shared : Shared
        What is told of them.
    now, before : polars.DataFrame
        ``stratum``, ``psu``, ``unit`` (number), ``group`` (number), of the units that take part.
    size : array, shape (G,)
        Units of each group.
    factor : array, shape (G,)
        What the sum of crossed deviations is multiplied by; 0 for groups of one unit.
    """

    shared: Shared
    now: pl.DataFrame
    before: pl.DataFrame
    size: Reals
    factor: Reals


def joined_units(now: Score, before: Score, overlap: Overlap) -> Joined:
    """Find the units that two rounds share.

    Parameters
    ----------
    now, before : Score
        The two rounds.
    overlap : Overlap
        How units are told.

    Returns
    -------
    Joined
        Ready for ``crossed``.

    Raises
    ------
    SipasError
        ``scoring.overlap_needs_psu``: in one of the rounds every row is its own unit, whose code is a row number;
        ``scoring.link_columns``, ``scoring.link_repeated``, ``scoring.method_unknown``.
    """
    if overlap.rule not in RULES:
        raise SipasError("scoring.method_unknown", "rule", expected=list(RULES), got=overlap.rule)
    for name, one in (("now", now), ("before", before)):
        if one.moments.description.design.psu is None:
            raise SipasError("scoring.overlap_needs_psu", name)
    late, early = _drawn(now), _drawn(before)
    link = _link(overlap, late)
    both = link.join(late, on=["stratum", "psu"], how="inner", maintain_order="left")
    both = both.join(early, left_on=LINK[2:], right_on=LINK[:2], how="inner", suffix="_before", maintain_order="left")
    unused = 0 if overlap.link is None else link.height - both.height
    shared = _told(overlap.rule, both, late, early, unused)
    if overlap.rule == "shared":
        return _by_shared_units(both, shared)
    return _by_union(both, late, early, shared)


def crossed(
    units: Joined, left: tuple[Linearised, pl.DataFrame], right: tuple[Linearised, pl.DataFrame], domains: list[str]
) -> Reals:
    """Give the covariance of two rounds' values of the same node in the same domain.

    Parameters
    ----------
    units : Joined
        Common numbers of units.
    left, right : tuple of (Linearised, polars.DataFrame)
        A round's nodes, the same in both, with its table of ``units``.
    domains : list of str
        Domains of both.

    Returns
    -------
    array, shape (number of domains, number of nodes)
        Squared points.
    """
    count, groups = len(domains), units.size.size
    every = int(units.size.sum())
    first, second = _by_unit(*left, domains, every), _by_unit(*right, domains, every)
    found = np.zeros((count, len(left[0].names)))
    _, i, j = np.intersect1d(first.key, second.key, assume_unique=True, return_indices=True)
    weight = units.factor[first.group[i]][:, None]
    np.add.at(found, first.domain[i], weight * first.scores[i] * second.scores[j])
    ones, others = first.by_group(groups), second.by_group(groups)
    _, i, j = np.intersect1d(ones.key, others.key, assume_unique=True, return_indices=True)
    weight = (units.factor / np.maximum(units.size, 1))[ones.group[i]][:, None]
    np.subtract.at(found, ones.domain[i], weight * ones.scores[i] * others.scores[j])
    return found


@dataclass(frozen=True, slots=True)
class _Sums:
    domain: Ints
    group: Ints
    key: Ints
    scores: Reals

    def by_group(self, groups: int) -> _Sums:
        return _summed(self.domain, self.group, self.domain * groups + self.group, self.scores)


def _summed(domain: Ints, group: Ints, key: Ints, scores: Reals) -> _Sums:
    unique, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    sums = np.zeros((unique.size, scores.shape[1]))
    np.add.at(sums, inverse, scores)
    return _Sums(domain[first], group[first], unique, sums)


def _by_unit(one: Linearised, units: pl.DataFrame, domains: list[str], every: int) -> _Sums:
    place = pl.DataFrame({"domain": domains, "place": range(len(domains))}, {"domain": pl.String, "place": pl.Int64})
    rows = one.grid.table.select("domain", "stratum", "psu").with_row_index("row")
    rows = rows.join(place, on="domain", how="inner").join(units, on=["stratum", "psu"], how="inner").sort("row")
    domain, unit, group = (rows[name].to_numpy() for name in ("place", "unit", "group"))
    return _summed(domain, group, domain * every + unit, one.scores[rows["row"].to_numpy()])


def _drawn(one: Score) -> pl.DataFrame:
    (grid,) = grids(one.moments, (WHOLE,))
    units = grid.table.select("stratum", "psu").unique(maintain_order=True)
    return units.join(_strata(grid), on="stratum", how="left", maintain_order="left")


def _strata(grid: Grid) -> pl.DataFrame:
    strata = grid.strata
    drawn = strata.drawn.astype(np.float64)
    several = drawn > 1
    left = np.divide(strata.factor * (drawn - 1), drawn, out=np.where(strata.census, 0.0, 1.0), where=several)
    rate = np.clip(1.0 - left, 0.0, 1.0)
    return pl.DataFrame(
        {"stratum": strata.names, "drawn": strata.drawn, "rate": rate}, schema_overrides={"stratum": pl.String}
    )


def _link(overlap: Overlap, late: pl.DataFrame) -> pl.DataFrame:
    if overlap.link is None:
        same = [pl.col("stratum").alias("previous_stratum"), pl.col("psu").alias("previous_psu")]
        return late.select("stratum", "psu", *same)
    if missing := [name for name in LINK if name not in overlap.link.columns]:
        raise SipasError("scoring.link_columns", "link", expected=list(LINK), got=missing)
    link = overlap.link.select(pl.col(name).cast(pl.String) for name in LINK)
    for side in (LINK[:2], LINK[2:]):
        twice = link.with_row_index("row", 1).filter(link.select(side).is_duplicated())
        if twice.height:
            place = Place(column=side[1], row=twice["row"][1])
            raise SipasError("scoring.link_repeated", "link", got=list(twice.select(side).row(0)), place=place)
    return link


def _told(rule: Rule, both: pl.DataFrame, late: pl.DataFrame, early: pl.DataFrame, unused: int) -> Shared:
    counted = both.group_by("stratum", "previous_stratum").agg(pl.len().alias("shared"))
    strata, previous = (units.select("stratum", "drawn").unique() for units in (late, early))
    table = strata.join(counted, on="stratum", how="left")
    renamed = previous.rename({"stratum": "previous_stratum", "drawn": "drawn_before"})
    table = table.with_columns(pl.coalesce("previous_stratum", "stratum").alias("previous_stratum"))
    table = table.join(renamed, on="previous_stratum", how="full", coalesce=True)
    table = table.with_columns(pl.col("drawn", "drawn_before", "shared").fill_null(0).cast(pl.Int64))
    share = pl.when(pl.col("drawn") > 0).then(pl.col("shared") / pl.col("drawn"))
    columns = ("stratum", "previous_stratum", "drawn", "drawn_before", "shared", "share")
    table = (
        table.with_columns(share.alias("share")).select(columns).sort("stratum", "previous_stratum", nulls_last=True)
    )
    alone = int((table["shared"] == 1).sum())
    totals = int(strata["drawn"].sum()), int(previous["drawn"].sum()), both.height
    return Shared(rule, *totals, table, alone, unused)


def _by_shared_units(both: pl.DataFrame, shared: Shared) -> Joined:
    both = both.sort(LINK).with_row_index("unit").with_columns(pl.col("unit").cast(pl.Int64))
    group = pl.struct("stratum", "previous_stratum").rle_id().cast(pl.Int64)
    both = both.with_columns(group.alias("group"))
    groups = both.group_by("group", maintain_order=True).agg(
        pl.len().alias("size"), pl.first("drawn", "drawn_before", "rate", "rate_before", "stratum", "previous_stratum")
    )
    size = groups["size"].cast(pl.Float64).to_numpy()
    whole = groups.select(~pl.col("stratum").is_duplicated() & ~pl.col("previous_stratum").is_duplicated())
    left = _not_drawn(groups, size, whole.to_series().to_numpy())
    factor = left * np.divide(size, size - 1, out=np.zeros_like(size), where=size > 1)
    before = both.select(
        pl.col("previous_stratum").alias("stratum"), pl.col("previous_psu").alias("psu"), "unit", "group"
    )
    return Joined(shared, both.select("stratum", "psu", "unit", "group"), before, size, factor)


def _not_drawn(groups: pl.DataFrame, size: Reals, whole: Flags) -> Reals:
    """Correct for finite populations; where strata were recut, the common population is not known: as if all shared."""
    drawn, earlier, rate, rate_earlier = (
        groups[name].cast(pl.Float64).to_numpy() for name in ("drawn", "drawn_before", "rate", "rate_before")
    )
    partial = 1.0 - np.sqrt(rate * rate_earlier * drawn * earlier) / size
    return np.where(whole, partial, np.sqrt((1.0 - rate) * (1.0 - rate_earlier)))


def _by_union(both: pl.DataFrame, late: pl.DataFrame, early: pl.DataFrame, shared: Shared) -> Joined:
    named = both.select("previous_stratum", "previous_psu", pl.col("stratum").alias("s"), pl.col("psu").alias("p"))
    earlier = early.join(named, left_on=LINK[:2], right_on=LINK[2:], how="left", maintain_order="left")
    own = [pl.coalesce("s", "stratum").alias("s"), pl.coalesce("p", pl.lit("before: ") + pl.col("psu")).alias("p")]
    earlier = earlier.with_columns(own)
    later = late.with_columns(pl.col("stratum").alias("s"), pl.col("psu").alias("p"))
    every = pl.concat([later.select("s", "p"), earlier.select("s", "p")]).unique().sort("s", "p")
    every = every.with_row_index("unit").with_columns(pl.col("unit").cast(pl.Int64))
    every = every.with_columns(pl.col("s").rle_id().cast(pl.Int64).alias("group"))
    groups = every.group_by("group", "s", maintain_order=True).agg(pl.len().alias("size"))
    rates = pl.concat([late, early]).unique("stratum", keep="first", maintain_order=True)
    groups = groups.join(rates, left_on="s", right_on="stratum", how="left", maintain_order="left")
    size, drawn, rate = (groups[name].cast(pl.Float64).to_numpy() for name in ("size", "drawn", "rate"))
    left = np.maximum(1.0 - rate * size / drawn, 0.0)
    factor = left * np.divide(size, size - 1, out=np.zeros_like(size), where=size > 1)
    numbers = every.select("s", "p", "unit", "group")
    later, earlier = (
        table.join(numbers, on=["s", "p"], how="left").select("stratum", "psu", "unit", "group")
        for table in (later, earlier)
    )
    return Joined(shared, later, earlier, size, factor)
