"""The moments: additive weighted sums per unit of the last stage and domain. Documented in docs/reference."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

import msgspec
import numpy as np
import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation.designs.design import Design, path_of, sizes_of
from sipas.estimation.designs.measures import Measure, terms_of
from sipas.estimation.moments.calibration_sums import CalibrationSums, merge_calibrations, read_calibration
from sipas.tables.typed import from_json

WHOLE = "all"
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


def fixed_of(design: Design) -> dict[str, type[pl.DataType]]:
    """Give the columns of the moments that no measure and no kind of domain makes, with their types.

    Parameters
    ----------
    design : Design
        The design.

    Returns
    -------
    dict of str to type
        In their order; those of later stages stand between ``psu_sample`` and ``n``.
    """
    later: dict[str, type[pl.DataType]] = {}
    for stage in range(2, len(design.stages) + 1):
        later |= dict.fromkeys((f"stratum_{stage}", f"unit_{stage}"), pl.String)
        later |= dict(zip(sizes_of(stage), (pl.Float64, pl.Float64, pl.Int64), strict=True))
    places = list(FIXED.items())
    cut = list(FIXED).index("n")
    return dict(places[:cut]) | later | dict(places[cut:])


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
            Column by kind of domain; empty for designs with units of several rows, whose domains have rows of their
            own.
        """
        if not self.design.by_row:
            return {}
        return {kind: CARRIED + kind for kind in self.kinds if kind != WHOLE}

    def key(self) -> tuple[str, ...]:
        """Give the columns that tell one row of the moments from another, the part aside.

        Returns
        -------
        tuple of str
            Kind of domain, domain, path of the unit.
        """
        return ("domain_kind", "domain", *path_of(self.design))


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
        domain of each kind. Designs with later stages have one row per unit of the last stage, and after
        ``psu_sample`` the columns ``stratum_2``, ``unit_2``, ``population_2``, ``rate_2``, ``sample_2``, ... (missing
        in the row of a primary unit without respondents).
    description : Description
        Design, measures and kinds.
    joint : polars.DataFrame, optional
        What ``collapse`` was told of the probabilities of pairs.
    calibration : CalibrationSums, optional
        Where the weights were calibrated (``collapse_calibrated``): variances know it.
    """

    table: pl.DataFrame
    description: Description
    joint: pl.DataFrame | None = None
    calibration: CalibrationSums | None = None

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

    def without(self, part: str, *, strict: bool = True) -> Moments:
        """Leave one part out.

        Parameters
        ----------
        part : str
            Name of a part.
        strict : bool
            Whether an unknown name is refused; otherwise it changes nothing.

        Returns
        -------
        Moments
            The other parts.

        Raises
        ------
        SipasError
            ``estimation.part_unknown``.
        """
        if strict:
            _refuse_parts((part,), self.parts)
        sums = None if self.calibration is None else self.calibration.without((part,))
        return replace(self, table=self.table.filter(pl.col("part") != part), calibration=sums)

    def replaced(self, other: Moments, *, strict: bool = True) -> Moments:
        """Put corrected parts in the place of the parts of the same names.

        Parameters
        ----------
        other : Moments
            The corrected parts.
        strict : bool
            Whether a name that is not there is refused: a part misspelt would be counted beside the one it corrects.
            Otherwise new parts are added.

        Returns
        -------
        Moments
            All parts.

        Raises
        ------
        SipasError
            ``estimation.part_unknown``, ``estimation.moments_differ``.
        """
        if strict:
            _refuse_parts(other.parts, self.parts)
        sums = None if self.calibration is None else self.calibration.without(other.parts)
        kept = replace(self, table=self.table.filter(~pl.col("part").is_in(other.parts)), calibration=sums)
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
        design, key = self.description.design, self.description.key()
        table = self.table.sort(*key, "part", nulls_last=True)
        starts = _starts(table, key)
        kept = (*fixed_of(design), *self.description.carried().values())
        sums = [name for name in table.columns if name in ADDED or name not in kept]
        added = {name: np.add.reduceat(table[name].to_numpy(), starts) for name in sums}
        named = [name for stage in range(1, len(design.stages) + 1) for name in sizes_of(stage)]
        sizes = [pl.col(name).drop_nulls().first().over(*key) for name in named]
        first = table.with_columns(sizes)[starts].drop("part")
        return first.with_columns(pl.Series(name, values) for name, values in added.items())

    def write(self, path: Path) -> None:
        """Write the moments as one Parquet file that describes itself.

        Parameters
        ----------
        path : pathlib.Path
            File to make; design, measures and kinds go to the key ``sipas.moments`` of its metadata, probabilities of
            pairs to ``sipas.moments.joint`` (Parquet as base 64).
        """
        about = {"sipas.moments": msgspec.json.encode(self.description).decode()}
        if self.joint is not None:
            stream = BytesIO()
            self.joint.write_parquet(stream)
            about["sipas.moments.joint"] = b64encode(stream.getvalue()).decode()
        if self.calibration is not None:
            about |= self.calibration.metadata()
        self.table.write_parquet(path, metadata=about)


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
    metadata = pl.read_parquet_metadata(path)
    about = metadata.get("sipas.moments")
    if about is None:
        raise SipasError("estimation.not_moments", "moments", place=Place(file=path.name))
    description = from_json(about, Description)
    joint = metadata.get("sipas.moments.joint")
    table = pl.read_parquet(path)
    wanted = [
        *fixed_of(description.design),
        *description.carried().values(),
        *(term.name for term in terms_of(description.measures)),
    ]
    if missing := [name for name in wanted if name not in table.columns]:
        raise SipasError("estimation.moments_columns", "moments", got=missing, place=Place(file=path.name))
    pairs = None if joint is None else pl.read_parquet(BytesIO(b64decode(joint)))
    return Moments(table.select(wanted), description, pairs, read_calibration(metadata))


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
    table = pl.concat([one.table for one in given]).sort("part", *given[0].description.key(), nulls_last=True)
    pairs = [one.joint for one in given if one.joint is not None]
    joint = pl.concat(pairs).unique(maintain_order=True) if pairs else None
    calibration = merge_calibrations(one.calibration for one in given)
    return replace(given[0], table=table, joint=joint, calibration=calibration)


def _refuse_parts(wanted: tuple[str, ...], there: tuple[str, ...]) -> None:
    for part in wanted:
        if part not in there:
            raise SipasError("estimation.part_unknown", "part", expected=list(there), got=part)


def _starts(table: pl.DataFrame, key: tuple[str, ...]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    ids = table.select(pl.struct(key).rle_id())
    return np.flatnonzero(np.diff(ids.to_series().to_numpy(), prepend=-1) != 0)
