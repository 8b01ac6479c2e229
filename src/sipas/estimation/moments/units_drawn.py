"""The list of units drawn: completes the moments by those nobody of whom answered."""

from __future__ import annotations

import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.design import Design, path_of, sizes_of
from sipas.estimation.moments.moments import WHOLE
from sipas.estimation.moments.refusals import refuse_columns

SIZE_TYPES = (pl.Float64, pl.Float64, pl.Int64)


def with_units(table: pl.DataFrame, units: pl.DataFrame | None, design: Design, part: str) -> pl.DataFrame:
    """Add rows for units without respondents, and what the list knows of the sizes.

    Parameters
    ----------
    table : polars.DataFrame
        Moments of one part, kind ``all`` among them.
    units : polars.DataFrame, optional
        All units drawn, to any stage but the rows: ``stratum``, ``psu``, then ``stratum_2``, ``unit_2`` and so on, with
        sizes as in the moments. Missing: the table stays.
    design : Design
        The design.
    part : str
        Name of the part.

    Returns
    -------
    polars.DataFrame
        The same columns. Units below those listed are missing in the rows added.

    Raises
    ------
    SipasError
        ``estimation.psu_unknown``: units of the rows that the list lacks; ``estimation.psu_repeated``;
        ``estimation.column_unknown`` and ``estimation.column_unknown_without_like``.
    """
    if units is None:
        return table
    path, types = _listed(units, design)
    drawn = _checked(_with_strata(units, path, design), path, types)
    sample = list(types)[-1]
    whole = table.filter(pl.col("domain_kind") == WHOLE)
    strange = whole.join(drawn, on=path, how="anti", nulls_equal=True)
    if strange.height and drawn[sample].null_count():
        raise SipasError("estimation.psu_unknown", "psus", got=strange.select(path).rows()[:5])
    sizes = [pl.coalesce(pl.col(f"{name}_drawn"), pl.col(name)).alias(name) for name in types if name not in path]
    known = table.join(drawn, on=path, how="left", suffix="_drawn", maintain_order="left", nulls_equal=True)
    on_whole = [pl.when(pl.col("domain_kind") == WHOLE).then(e) for e in sizes]
    known = known.with_columns(on_whole).select(table.columns)
    silent = drawn.join(whole, on=path, how="anti", nulls_equal=True).with_columns(
        pl.lit(part).alias("part"), pl.lit(WHOLE).alias("domain_kind"), pl.lit("").alias("domain")
    )
    lower = [name for name in path_of(design) if name not in path]
    missing = [name for number in range(len(path) // 2 + 1, len(design.stages) + 1) for name in sizes_of(number)]
    empty = [pl.lit(None, table.schema[name]).alias(name) for name in (*lower, *missing)]
    silent = silent.with_columns(empty)
    zeros = [
        pl.lit(0 if dtype.is_numeric() else None, dtype).alias(name)
        for name, dtype in table.schema.items()
        if name not in silent.columns
    ]
    return pl.concat([known, silent.with_columns(zeros).select(table.columns)])


def _listed(units: pl.DataFrame, design: Design) -> tuple[list[str], dict[str, type[pl.DataType]]]:
    depth = len(design.stages) - design.by_row
    path = list(path_of(design)[: 2 * depth])
    while len(path) > 2 and path[-1] not in units.columns:
        path = path[:-2]
    types: dict[str, type[pl.DataType]] = dict.fromkeys(path, pl.String)
    for number in range(1, len(path) // 2 + 1):
        types |= dict(zip(sizes_of(number), SIZE_TYPES, strict=True))
    return path, types


def _with_strata(units: pl.DataFrame, path: list[str], design: Design) -> pl.DataFrame:
    later = enumerate(path[2::2], start=1)
    one = [name for number, name in later if design.stages[number].strata is None and name not in units.columns]
    return units.with_columns(pl.lit("").alias(name) for name in one)


def _checked(units: pl.DataFrame, path: list[str], types: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    refuse_columns(path, units.columns)
    there = [pl.col(name).cast(dtype) for name, dtype in types.items() if name in units.columns]
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in types.items() if name not in units.columns]
    drawn = units.select(*there, *absent).select(list(types))
    twice = drawn.filter(drawn.select(path).is_duplicated())
    if twice.height:
        raise SipasError("estimation.psu_repeated", "psus", got=list(twice.select(path).row(0)))
    return drawn
