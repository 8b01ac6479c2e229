"""The moments: additive weighted sums per stratum, primary unit and domain. Documented in docs/reference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np
import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation.design import Design
from sipas.estimation.measures import Measure, terms_of

WHOLE = "all"
KEY = ("domain_kind", "domain", "stratum", "psu")
FIXED = {
    "part": pl.String,
    "domain_kind": pl.String,
    "domain": pl.String,
    "stratum": pl.String,
    "psu": pl.String,
    "psu_population": pl.Float64,
    "psu_rate": pl.Float64,
    "psu_sample": pl.Int64,
    "n": pl.Int64,
    "zero_weight": pl.Int64,
    "w": pl.Float64,
    "ww": pl.Float64,
}
CARRIED = "domain:"  # before a kind's name: its column where every primary unit is one row
ADDED = ("n", "zero_weight", "w", "ww")


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What the columns of a moments table mean; stands in the Parquet file's metadata.

    Parameters
    ----------
    design : Design
        The design.
    measures : tuple of Measure
        The measures.
    kinds : tuple of str
        Kinds of domain, ``all`` first.
    """

    design: Design
    measures: tuple[Measure, ...]
    kinds: tuple[str, ...]

    def carried(self) -> dict[str, str]:
        """Give the columns that hold domains, where every row is its own primary unit.

        Returns
        -------
        dict of str to str
            Column by kind of domain; empty for designs with primary units, whose domains have rows of their own.
        """
        if self.design.psu is not None:
            return {}
        return {kind: CARRIED + kind for kind in self.kinds if kind != WHOLE}


@dataclass(frozen=True, slots=True)
class Moments:
    """Phase 1's result.

    Parameters
    ----------
    table : polars.DataFrame
        One row per part, kind of domain, domain, stratum and primary unit, sorted inside each kind. Columns ``part``,
        ``domain_kind``, ``domain`` (missing: the row had no value there), ``stratum``, ``psu``; in the rows of
        kind ``all`` also ``psu_population``, ``psu_rate``, ``psu_sample`` of the stratum, where known; then the
        sums ``n`` (rows of positive weight), ``zero_weight`` (rows of weight 0), ``w``, ``ww`` (sum of squared
        weights) and one column per term of the measures. Every primary unit has a row of kind ``all``. Where every row
        of the data is its own primary unit there are only these, and ``domain:<kind>`` columns after ``ww`` hold the
        domain of each kind.
    description : Description
        Design, measures and kinds.
    """

    table: pl.DataFrame
    description: Description

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the parts, sorted."""
        return tuple(self.table["part"].unique().sort().to_list())

    def outside(self, domain_kind: str) -> int:
        """Count the rows that belong to no domain of a kind.

        Parameters
        ----------
        domain_kind : str
            A kind of the moments.

        Returns
        -------
        int
            Rows of positive weight with a missing value.
        """
        return int(self.of_kind(self.table, domain_kind).filter(pl.col("domain").is_null())["n"].sum())

    def of_kind(self, table: pl.DataFrame, domain_kind: str) -> pl.DataFrame:
        """Take the rows of one kind of domain.

        Parameters
        ----------
        table : polars.DataFrame
            ``table`` or ``summed()``.
        domain_kind : str
            A kind of the moments.

        Returns
        -------
        polars.DataFrame
            The same columns; ``domain`` holds the kind's domains, missing for rows without.
        """
        column = self.description.carried().get(domain_kind)
        if column is None:
            return table.filter(pl.col("domain_kind") == domain_kind)
        return table.with_columns(pl.lit(domain_kind).alias("domain_kind"), pl.col(column).alias("domain"))

    def without(self, part: str) -> Moments:
        """Leave one part out.

        Parameters
        ----------
        part : str
            Name of a part; unknown names change nothing.

        Returns
        -------
        Moments
            The other parts.
        """
        return replace(self, table=self.table.filter(pl.col("part") != part))

    def replaced(self, other: Moments) -> Moments:
        """Put corrected parts in the place of the parts of the same names.

        Parameters
        ----------
        other : Moments
            The corrected parts; new names are added.

        Returns
        -------
        Moments
            All parts.

        Raises
        ------
        SipasError
            ``estimation.moments_differ``.
        """
        kept = replace(self, table=self.table.filter(~pl.col("part").is_in(other.parts)))
        return merge([kept, other])

    def summed(self) -> pl.DataFrame:
        """Add up the parts.

        Returns
        -------
        polars.DataFrame
            As ``table`` without ``part``, one row per key, sorted; added in the order of the parts' names.
        """
        if len(self.parts) < 2:
            return self.table.drop("part")
        table = self.table.sort(*KEY, "part", nulls_last=True)
        starts = _starts(table)
        sums = [
            name
            for name in table.columns
            if name in ADDED or name not in (*FIXED, *self.description.carried().values())
        ]
        added = {name: np.add.reduceat(table[name].to_numpy(), starts) for name in sums}
        sizes = [pl.col(name).drop_nulls().first().over(*KEY) for name in ("psu_population", "psu_rate", "psu_sample")]
        first = table.with_columns(sizes)[starts].drop("part")
        return first.with_columns(pl.Series(name, values) for name, values in added.items())

    def write(self, path: Path) -> None:
        """Write the moments as one Parquet file that describes itself.

        Parameters
        ----------
        path : pathlib.Path
            File to make; design, measures and kinds go to the key ``sipas.moments`` of its metadata.
        """
        about = msgspec.json.encode(self.description).decode()
        self.table.write_parquet(path, metadata={"sipas.moments": about})


def read_moments(path: Path) -> Moments:
    """Read moments from their Parquet file.

    Parameters
    ----------
    path : pathlib.Path
        File written by ``Moments.write``.

    Returns
    -------
    Moments
        As they were.

    Raises
    ------
    SipasError
        ``estimation.not_moments``: the file lacks the description; ``estimation.moments_columns``: a column.
    """
    about = pl.read_parquet_metadata(path).get("sipas.moments")
    if about is None:
        raise SipasError("estimation.not_moments", "moments", place=Place(file=path.name))
    description = msgspec.json.decode(about, type=Description)
    table = pl.read_parquet(path)
    wanted = [*FIXED, *description.carried().values(), *(term.name for term in terms_of(description.measures))]
    if missing := [name for name in wanted if name not in table.columns]:
        raise SipasError("estimation.moments_columns", "moments", got=missing, place=Place(file=path.name))
    return Moments(table.select(wanted), description)


def merge(moments: Iterable[Moments]) -> Moments:
    """Put parts together: days, provinces, files.

    Parameters
    ----------
    moments : iterable of Moments
        Same design, measures and kinds; no part twice.

    Returns
    -------
    Moments
        All parts.

    Raises
    ------
    SipasError
        ``estimation.nothing_to_merge``, ``estimation.moments_differ``, ``estimation.part_repeated``.
    """
    given = list(moments)
    if not given:
        raise SipasError("estimation.nothing_to_merge", "moments")
    if any(one.description != given[0].description for one in given):
        raise SipasError("estimation.moments_differ", "moments")
    names = [part for one in given for part in one.parts]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise SipasError("estimation.part_repeated", "part", got=twice)
    table = pl.concat([one.table for one in given]).sort("part", *KEY, nulls_last=True)
    return replace(given[0], table=table)


def _starts(table: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    ids = table.select(pl.struct(KEY).rle_id())
    return np.flatnonzero(np.diff(ids.to_series().to_numpy(), prepend=-1) != 0)
