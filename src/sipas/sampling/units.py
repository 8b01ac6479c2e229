"""The units of a stage, with stratum and size, from the rows of the frame that are still in play."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from sipas.errors import Place, SipasError
from sipas.sampling.design import COUNT, UNIT, ByClass, Design, Power, Stage
from sipas.sampling.numbers import path
from sipas.sampling.planning import PREFIX

JOINER = " × "
WHOLE = "all"  # the stratum of a stage without strata


def rows_of(frame: pl.DataFrame, design: Design, *, further: Iterable[str] = ()) -> pl.DataFrame:
    """Take the columns a design needs out of the frame.

    Parameters
    ----------
    frame : polars.DataFrame
        ``tables.FRAME`` or any table with ``unit_id``.
    design : Design
        Names the columns.
    further : iterable of str
        Further columns.

    Returns
    -------
    polars.DataFrame
        Columns under ``c:<name>``, texts NFC, units and strata as text; ``parent`` empty.

    Raises
    ------
    SipasError
        ``sampling.frame_empty``, ``sampling.column_missing``, ``sampling.column_empty``,
        ``sampling.unit_repeated``, ``sampling.size_type``.
    """
    if frame.height == 0:
        raise SipasError("sampling.frame_empty", "frame", expected="≥ 1", got=0)
    for at, stage in enumerate(design.stages):
        check_columns(frame.schema, stage, f"design.stages[{at}]")
    names = dict.fromkeys([UNIT, *(n for stage in design.stages for n in columns_of(stage)), *further])
    for name in {UNIT, *(n for stage in design.stages for n in (stage.unit, *stage.strata))}:
        check_filled(name, frame[name].null_count())
    if frame[UNIT].n_unique() < frame.height:
        raise SipasError("sampling.unit_repeated", UNIT, got=frame.filter(frame[UNIT].is_duplicated())[UNIT][0])
    texts = {n for stage in design.stages for n in (stage.unit, *stage.strata)}
    return frame.select(
        *((_text(name) if name in texts else pl.col(name)).alias(PREFIX + name) for name in names),
        pl.lit("").alias("parent"),
    )


def units_of(rows: pl.DataFrame, stage: Stage) -> pl.DataFrame:
    """Give the units of a stage.

    Parameters
    ----------
    rows : polars.DataFrame
        From :func:`rows_of`, with the path of the unit drawn before under ``parent``.
    stage : Stage
        The stage.

    Returns
    -------
    polars.DataFrame
        ``parent``, ``id``, ``path``, ``stratum``, ``size``, ``measure``, columns to sort by under ``order:<n>``, and
        the columns of strata and class under ``c:<name>``.

    Raises
    ------
    SipasError
        ``sampling.cluster_split`` where a unit's rows differ in a column that should be the unit's.
    """
    unit = PREFIX + stage.unit
    kept = [PREFIX + n for n in dict.fromkeys([*stage.strata, *_classes(stage), *stage.order])]
    size, measure = measured(stage.measure_of_size), measured(_power_measure(stage))
    if stage.unit == UNIT:
        units = rows.with_columns(size=size, measure=measure)
    else:
        sums = [
            _summed(stage.measure_of_size, size).alias("size"),
            _summed(_power_measure(stage), measure).alias("measure"),
        ]
        differ = [pl.col(n).n_unique().alias(f"n:{n}") for n in kept if n != unit]
        own = [pl.col(n).first() for n in kept if n != unit]
        units = rows.group_by("parent", unit).agg(*own, *sums, *differ)
        _check_whole(units, unit)
    return units.select(
        "parent",
        pl.col(unit).alias("id"),
        pl.concat_str(pl.col("parent"), path([unit])).alias("path"),
        stratum_text(stage).alias("stratum"),
        "size",
        "measure",
        *(pl.col(PREFIX + name).alias(f"order:{at}") for at, name in enumerate(stage.order)),
        *(n for n in kept if n in units.columns),
    )


def cells_of(units: pl.DataFrame, stage: Stage) -> pl.DataFrame:
    """Count the units of every list.

    Parameters
    ----------
    units : polars.DataFrame
        From :func:`units_of`.
    stage : Stage
        The stage.

    Returns
    -------
    polars.DataFrame
        ``parent``, ``stratum``, ``population``, ``total`` (sum of sizes), ``smallest``, ``measure``, and the
        columns of strata and class.

    Raises
    ------
    SipasError
        ``sampling.class_not_constant``, ``sampling.stratum_ambiguous``.
    """
    strata = [PREFIX + name for name in stage.strata]
    classes = [PREFIX + name for name in _classes(stage) if PREFIX + name not in strata]
    cells = units.group_by("parent", "stratum", *strata).agg(
        pl.len().cast(pl.Int64).alias("population"),
        pl.col("size").sum().alias("total"),
        pl.col("size").min().alias("smallest"),
        pl.col("measure").sum(),
        *(pl.col(name).first() for name in classes),
        *(pl.col(name).n_unique().alias(f"n:{name}") for name in classes),
    )
    check_cells(cells)
    return cells


def check_cells(cells: pl.DataFrame) -> None:
    """Check that lists have their own names and one class each.

    Parameters
    ----------
    cells : polars.DataFrame
        With ``parent``, ``stratum`` and ``n:<class column>``.

    Raises
    ------
    SipasError
        ``sampling.class_not_constant``, ``sampling.stratum_ambiguous``.
    """
    for name in (n for n in cells.columns if n.startswith("n:")):
        mixed = cells.filter(pl.col(name) > 1)
        if mixed.height:
            column = name.removeprefix("n:" + PREFIX)
            raise SipasError("sampling.class_not_constant", column, got=mixed[name][0], hint=mixed["stratum"][0])
    twice = cells.filter(pl.struct("parent", "stratum").is_duplicated())
    if twice.height:
        raise SipasError("sampling.stratum_ambiguous", "strata", got=twice["stratum"][0], expected=JOINER)


def check_columns(schema: pl.Schema, stage: Stage, node: str) -> None:
    """Check that a frame has a stage's columns, sizes in whole numbers.

    Parameters
    ----------
    schema : polars.Schema
        Of the frame.
    stage : Stage
        The stage.
    node : str
        Where it stands in the design.

    Raises
    ------
    SipasError
        ``sampling.column_missing``, ``sampling.size_type``.
    """
    for name in (UNIT, *columns_of(stage)):
        if name not in schema:
            place = Place(node=node, column=name)
            raise SipasError("sampling.column_missing", name, expected=name, got=schema.names(), place=place)
    for name in {stage.measure_of_size, _power_measure(stage)} - {COUNT}:
        if not schema[name].is_integer():
            raise SipasError("sampling.size_type", name, got=str(schema[name]), place=Place(node=node, column=name))


def check_filled(name: str, missing: int) -> None:
    """Refuse missing values in a column of units or strata.

    Parameters
    ----------
    name : str
        Column.
    missing : int
        Missing values in it.

    Raises
    ------
    SipasError
        ``sampling.column_empty``.
    """
    if missing:
        raise SipasError("sampling.column_empty", name, expected=0, got=missing, place=Place(column=name))


def columns_of(stage: Stage) -> list[str]:
    """Name the frame's columns a stage reads.

    Parameters
    ----------
    stage : Stage
        The stage.

    Returns
    -------
    list of str
        Each once.
    """
    measures = [n for n in (stage.measure_of_size, _power_measure(stage)) if n != COUNT]
    return list(dict.fromkeys([stage.unit, *stage.strata, *_classes(stage), *stage.order, *measures]))


def stratum_text(stage: Stage) -> pl.Expr:
    """Give the stratum's id: the values of its columns joined by " × ".

    Parameters
    ----------
    stage : Stage
        The stage.

    Returns
    -------
    polars.Expr
        Text; ``all`` without strata.
    """
    if not stage.strata:
        return pl.lit(WHOLE)
    return pl.concat_str([pl.col(PREFIX + name) for name in stage.strata], separator=JOINER)


def measured(name: str) -> pl.Expr:
    """Give the measure of size of one row.

    Parameters
    ----------
    name : str
        ``count`` or a whole-number column.

    Returns
    -------
    polars.Expr
        Int64; a missing size counts 0 and so is refused where chances go by size.
    """
    if name == COUNT:
        return pl.lit(1, dtype=pl.Int64)
    return pl.col(PREFIX + name).cast(pl.Int64).fill_null(0)


def _summed(name: str, measure: pl.Expr) -> pl.Expr:
    """Add a measure over a cluster's rows; a literal inside an aggregation would count once, not per row."""
    return pl.len().cast(pl.Int64) if name == COUNT else measure.sum()


def _text(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).str.normalize("NFC")


def _classes(stage: Stage) -> list[str]:
    return [stage.size.column] if isinstance(stage.size, ByClass) else []


def _power_measure(stage: Stage) -> str:
    return stage.allocation.measure if isinstance(stage.allocation, Power) else COUNT


def _check_whole(units: pl.DataFrame, unit: str) -> None:
    for name in (n for n in units.columns if n.startswith("n:")):
        split = units.filter(pl.col(name) > 1)
        if split.height:
            column = name.removeprefix("n:" + PREFIX)
            raise SipasError(
                "sampling.cluster_split", column, expected=1, got=split[name][0], hint=sorted(split[unit])[0]
            )
