"""The additive sums by which a variance knows what the weights were calibrated to.

Beside the moments stand four kinds of sums ("blocks"), all of rows with a base weight above 0: per unit of the last
stage the calibration variables by final weight; per domain the products of calibration variables and terms, and once
the products of the calibration variables, by the weight of the regression; the spread of the factors g.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TypeAlias

import msgspec
import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.calibration import NAMED_AT_MOST, CalibratedWeight
from sipas.tables.typed import from_json

Reals: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
ABOUT = "sipas.moments.calibration"
SUMS = f"{ABOUT}.sums"
KEYS = {
    "part": pl.String,
    "block": pl.String,
    "domain_kind": pl.String,
    "domain": pl.String,
    "variable": pl.Int64,
    "category": pl.String,
    "other": pl.Int64,
    "other_category": pl.String,
}
VALUES = {"value": pl.Float64}
FACTORS = {
    "rows": pl.Int64,
    "least": pl.Float64,
    "most": pl.Float64,
    "g": pl.Float64,
    "gg": pl.Float64,
    "base": pl.Float64,
    "final": pl.Float64,
    "final_square": pl.Float64,
}


@dataclass(frozen=True, slots=True)
class CalibrationSums:
    """The sums of a calibration, additive over parts.

    Parameters
    ----------
    table : polars.DataFrame
        Columns ``part``, ``block``, ``domain_kind``, ``domain``, ``variable`` (number in ``weight.variables()``),
        ``category``, ``other``, ``other_category``, the path of the unit, ``value``, those of the factors, and one per
        weighted term. Block ``unit``: per unit of the last stage, variable and category the sum of final weight times
        x. ``cross``: per kind of domain, domain, variable and category, and for each term with value t in a row, the
        sum of v x t, v the weight of the regression. ``product``: per pair of variables and categories the sum of
        v x x'. ``factor``: per part rows, least and most of g, sums of g and g², of base and final weights and of
        squares of the final ones.
    weight : CalibratedWeight
        What was calibrated to.
    path : tuple of str
        Columns that name a unit of the last stage.
    terms : tuple of str
        Names of the weighted terms.
    """

    table: pl.DataFrame
    weight: CalibratedWeight
    path: tuple[str, ...]
    terms: tuple[str, ...]

    def block(self, name: str, keys: tuple[str, ...], values: tuple[str, ...] = ("value",)) -> pl.DataFrame:
        """Add up one block over the parts.

        Parameters
        ----------
        name : str
            Block.
        keys, values : tuple of str
            Columns that name a sum, and columns to add.

        Returns
        -------
        polars.DataFrame
            One row per key; added in the order of the parts' names, so that the bits are always the same.
        """
        table = self.table.filter(pl.col("block") == name)
        if table["part"].n_unique() < 2:  # a part has each key once
            return table.select(*keys, *values)
        return added_up(table.sort("part"), keys, values)

    def categories(self) -> pl.DataFrame:
        """List the P calibration variables, each category one.

        Returns
        -------
        polars.DataFrame
            ``variable``, ``category``, ``place`` (0 to P - 1), sorted.
        """
        alone = (pl.col("variable") == pl.col("other")) & (pl.col("category") == pl.col("other_category"))
        found = self.table.filter((pl.col("block") == "product") & alone).select("variable", "category").unique()
        return found.sort("variable", "category").with_row_index("place").cast({"place": pl.Int64})

    def reached(self) -> pl.DataFrame:
        """Give the totals that the final weights reach: what they were calibrated to, if all went well.

        Returns
        -------
        polars.DataFrame
            ``variable`` (name), ``category`` (empty for a number without partitions), ``total``.
        """
        names = [one.name for one in self.weight.variables()]
        found = self.block("unit", ("variable", "category", *self.path)).sort(
            "variable", "category", maintain_order=True
        )
        total = found.group_by("variable", "category", maintain_order=True).agg(pl.col("value").sum().alias("total"))
        return total.with_columns(pl.col("variable").replace_strict(range(len(names)), names, return_dtype=pl.String))

    def refuse_misfit(self, totals: pl.DataFrame, tolerance: float = 1e-6) -> None:
        """Refuse weights that do not meet the totals they are said to meet.

        Parameters
        ----------
        totals : polars.DataFrame
            ``variable``, ``category``, ``total``, as ``reached`` gives them; variables may be left out, categories of
            one given may not.
        tolerance : float
            Largest error, relative to the total; absolute, in the unit of the number, for totals below 1.

        Raises
        ------
        SipasError
            ``estimation.calibration_misfit``, ``estimation.calibration_categories``.
        """
        reached = self.reached().filter(pl.col("variable").is_in(totals["variable"].implode()))
        both = totals.join(reached, on=["variable", "category"], how="full", suffix="_reached", coalesce=True)
        both = both.sort("variable", "category")
        strange = both.filter(pl.col("total").is_null() | pl.col("total_reached").is_null())
        if strange.height:
            got = strange.select("variable", "category").rows()[:NAMED_AT_MOST]
            raise SipasError("estimation.calibration_categories", "totals", got=got, hint=strange.height)
        far = (pl.col("total_reached") - pl.col("total")).abs() > tolerance * pl.max_horizontal(
            pl.col("total").abs(), pl.lit(1.0)
        )
        for row in both.filter(far).rows(named=True):
            raise SipasError(
                "estimation.calibration_misfit", row["variable"], row["total"], row["total_reached"], row["category"]
            )

    def factors(self) -> dict[str, float]:
        """Describe the factors g = final over base weight.

        Returns
        -------
        dict of str to float
            ``rows`` (base weight above 0), ``least``, ``most``, ``mean``, ``cv`` of g (coefficient of variation, each
            row once), ``base`` and ``final`` (sums of the weights), ``kish`` (1 + cv² of the final weights).
        """
        table = self.table.filter(pl.col("block") == "factor").sort("part")
        rows, g, gg, base, final, square = (
            float(table[name].sum()) for name in ("rows", "g", "gg", "base", "final", "final_square")
        )
        mean = g / rows if rows else np.nan
        spread = max(gg / rows - mean**2, 0.0) if rows else np.nan
        least, most = table["least"].min(), table["most"].max()
        return {
            "rows": rows,
            "least": float(least) if isinstance(least, float) else np.nan,
            "most": float(most) if isinstance(most, float) else np.nan,
            "mean": mean,
            "cv": float(np.sqrt(spread)) / mean if mean else np.nan,
            "base": base,
            "final": final,
            "kish": rows * square / final**2 if final else np.nan,
        }

    def without(self, parts: tuple[str, ...]) -> CalibrationSums:
        """Leave parts out.

        Parameters
        ----------
        parts : tuple of str
            Names of parts.

        Returns
        -------
        CalibrationSums
            The other parts.
        """
        return replace(self, table=self.table.filter(~pl.col("part").is_in(parts)))

    def metadata(self) -> dict[str, str]:
        """Write the sums as metadata of the Parquet file of the moments.

        Returns
        -------
        dict of str to str
            Key ``sipas.moments.calibration``: what was calibrated to; ``sipas.moments.calibration.sums``: the table
            (Parquet as base 64).
        """
        stream = BytesIO()
        self.table.write_parquet(stream)  # not Arrow IPC, whose buffers of text differ from run to run
        about = msgspec.json.encode(_Description(self.weight, self.path, self.terms)).decode()
        return {ABOUT: about, SUMS: b64encode(stream.getvalue()).decode()}

    def products(self) -> tuple[pl.DataFrame, Reals]:
        """Give the sum of v x x'.

        Returns
        -------
        places : polars.DataFrame
            Columns ``row`` and ``column``, numbers of calibration variables.
        values : array
            The sum for each pair; both orders of a pair are there.
        """
        found = self.block("product", ("variable", "category", "other", "other_category"))
        numbers = self.categories()
        found = found.join(numbers.rename({"place": "row"}), on=["variable", "category"], how="left")
        other = numbers.rename({"variable": "other", "category": "other_category", "place": "column"})
        found = found.join(other, on=["other", "other_category"], how="left").sort("row", "column")
        turned = found.filter(pl.col("row") != pl.col("column")).select(
            pl.col("column").alias("row"), pl.col("row").alias("column"), "value"
        )
        both = pl.concat([found.select("row", "column", "value"), turned])
        return both.select("row", "column"), both["value"].to_numpy()


def added_up(table: pl.DataFrame, keys: tuple[str, ...], values: tuple[str, ...]) -> pl.DataFrame:
    """Add up rows of the same keys.

    Parameters
    ----------
    table : polars.DataFrame
        Rows.
    keys, values : tuple of str
        Columns that name a sum, and columns to add.

    Returns
    -------
    polars.DataFrame
        One row per key, sorted; rows of a key are added in their order, so that the bits are always the same.
    """
    table = table.select(*keys, *values).sort(keys, maintain_order=True)
    if table.is_empty():
        return table
    starts = table.select(pl.struct(keys).is_first_distinct().arg_true()).to_series().to_numpy()
    sums = [pl.Series(value, np.add.reduceat(table[value].to_numpy(), starts)) for value in values]
    return table.select(keys)[starts].with_columns(sums)


def schema_of(path: tuple[str, ...], terms: tuple[str, ...]) -> dict[str, pl.DataType | type[pl.DataType]]:
    """Give the columns of the table of a calibration's sums.

    Parameters
    ----------
    path : tuple of str
        Columns that name a unit of the last stage.
    terms : tuple of str
        Names of the weighted terms.

    Returns
    -------
    dict of str to polars type
        In order.
    """
    return {**KEYS, **dict.fromkeys(path, pl.String), **VALUES, **FACTORS, **dict.fromkeys(terms, pl.Float64)}


def merge_calibrations(given: Iterable[CalibrationSums | None]) -> CalibrationSums | None:
    """Put the sums of parts together.

    Parameters
    ----------
    given : iterable of CalibrationSums, or None
        Of the same calibration; parts differ.

    Returns
    -------
    CalibrationSums, or None
        All parts; None where none has any.

    Raises
    ------
    SipasError
        ``estimation.calibrations_differ``.
    """
    listed = list(given)
    there = [one for one in listed if one is not None]
    if not there:
        return None
    if len(there) < len(listed) or any(
        (o.weight, o.path, o.terms) != (there[0].weight, there[0].path, there[0].terms) for o in there
    ):
        raise SipasError("estimation.calibrations_differ", "moments")
    return replace(there[0], table=pl.concat([one.table for one in there]))


class _Description(msgspec.Struct, frozen=True):
    weight: CalibratedWeight
    path: tuple[str, ...]
    terms: tuple[str, ...]


def read_calibration(metadata: dict[str, str]) -> CalibrationSums | None:
    """Read the sums from the metadata of the Parquet file of the moments.

    Parameters
    ----------
    metadata : dict of str to str
        Of the file.

    Returns
    -------
    CalibrationSums, or None
        None where the weights were not calibrated.
    """
    if ABOUT not in metadata:
        return None
    about = from_json(metadata[ABOUT], _Description)
    return CalibrationSums(pl.read_parquet(BytesIO(b64decode(metadata[SUMS]))), about.weight, about.path, about.terms)
