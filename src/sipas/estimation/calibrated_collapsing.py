"""Phase 1 of a calibrated design: the moments, and beside them the sums of the calibration."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation.calibrated import CalibratedWeight, crossable
from sipas.estimation.calibrated_query import CalibrationQueries
from sipas.estimation.calibrated_sums import FACTORS, VALUES, CalibrationSums, schema_of
from sipas.estimation.collapsing import DuckDB, collapse
from sipas.estimation.design import Design, path_of
from sipas.estimation.measures import Measure, terms_of
from sipas.estimation.moments import Moments
from sipas.estimation.query import ROW_NUMBER, WITHIN, quoted
from sipas.estimation.refusals import refuse_columns

TEXT = ("VARCHAR", "DATE", "TIME", "BLOB", "STRUCT")


def collapse_calibrated(
    rows: pl.DataFrame | Path | str,
    design: Design,
    measures: tuple[Measure, ...],
    domains: tuple[tuple[str, ...], ...] = (),
    *,
    calibration: CalibratedWeight,
    psus: pl.DataFrame | None = None,
    part: str = "",
    engine: DuckDB | None = None,
) -> Moments:
    """Collapse rows whose weights were calibrated.

    Parameters
    ----------
    rows, design, measures, domains, psus, part, engine
        As in ``collapse``; ``design.weight`` is the calibrated weight.
    calibration : CalibratedWeight
        What it was calibrated to.

    Returns
    -------
    Moments
        With ``calibration``: every variance made from them knows the calibration.

    Raises
    ------
    SipasError
        Those of ``collapse``; ``estimation.base_weight_not_valid``, ``estimation.base_weight_zero`` (where the final
        weight is above 0), ``estimation.calibration_missing`` (a category or number missing where the base weight is
        above 0), each with the first row and the column.
    """
    moments = collapse(rows, design, measures, domains, psus=psus, part=part, engine=engine)
    terms = crossable(terms_of(measures))
    queries = CalibrationQueries(design, calibration, terms, domains, "calibration_rows")
    with (engine or DuckDB()).connect() as database:
        _open(database, rows, queries)
        _refuse(database, queries)
        tables = [
            _unit(database, queries, part),
            _cross(database, queries, moments.description.kinds),
            _product(database, queries),
            database.sql(queries.factors()).pl().with_columns(pl.lit("factor").alias("block")),
        ]
    schema = schema_of(path_of(design), tuple(term.name for term in terms))
    whole = pl.concat([_typed(one.with_columns(pl.lit(part).alias("part")), schema) for one in tables])
    whole = whole.sort([name for name in schema if name not in {*VALUES, *FACTORS}])
    names = tuple(term.name for term in terms)
    return replace(moments, calibration=CalibrationSums(whole, calibration, path_of(design), names))


def _open(database: duckdb.DuckDBPyConnection, rows: pl.DataFrame | Path | str, queries: CalibrationQueries) -> None:
    if isinstance(rows, pl.DataFrame):
        wanted = [*queries.design.columns(), *queries.weight.columns()]
        wanted += [c for term in queries.terms for c in term.answered] + [c for kind in queries.domains for c in kind]
        refuse_columns(wanted, rows.columns)
        database.register("calibration_rows_given", rows.select(list(dict.fromkeys(wanted))).to_arrow())
    else:
        database.read_parquet(str(rows)).create_view("calibration_rows_given")
    given = database.table("calibration_rows_given")
    refuse_columns(list(queries.weight.columns()), given.columns)
    types = dict(zip(given.columns, (str(t) for t in given.types), strict=True))
    numeric = (queries.weight.base, *queries.weight.numbers)
    for column in numeric:
        if types[column].startswith(TEXT) or types[column].endswith("]"):
            raise SipasError("estimation.column_not_numeric", column, got=types[column], place=Place(column=column))
    # A window without order keeps the order of the rows: the numbers are those of the moments.
    number = f", ROW_NUMBER() OVER () AS {ROW_NUMBER}" if queries.design.by_row else ""
    database.execute(f"CREATE VIEW calibration_rows AS SELECT *{number} FROM calibration_rows_given")


def _refuse(database: duckdb.DuckDBPyConnection, queries: CalibrationQueries) -> None:
    found = database.sql(queries.faults()).pl().row(0, named=True)
    base = f"CAST({quoted(queries.weight.base)} AS DOUBLE)"
    if found["bad_base"]:
        wrong = f"NOT COALESCE({base} {WITHIN}, FALSE)"
        raise _fault(database, "estimation.base_weight_not_valid", queries.weight.base, wrong)
    final = "1" if queries.design.weight is None else quoted(queries.design.weight)
    if found["lost"]:
        wrong = f"{base} = 0 AND {final} > 0"
        raise _fault(database, "estimation.base_weight_zero", queries.weight.base, wrong)
    for place, variable in enumerate(queries.variables):
        for column in variable.columns if found[f"m{place}"] else ():
            _refuse_missing(database, column, f"{base} > 0 AND {quoted(column)} IS NULL")
    for place, column in enumerate(dict.fromkeys(queries.weight.numbers)):
        if found[f"x{place}"]:
            value = f"ABS(CAST({quoted(column)} AS DOUBLE))"
            _refuse_missing(database, column, f"{base} > 0 AND NOT COALESCE({value} {WITHIN}, FALSE)")


def _refuse_missing(database: duckdb.DuckDBPyConnection, column: str, wrong: str) -> None:
    fault = _fault(database, "estimation.calibration_missing", column, wrong)
    if fault.place is not None and fault.place.row is not None:
        raise fault


def _fault(database: duckdb.DuckDBPyConnection, code: str, column: str, wrong: str) -> SipasError:
    numbered = "SELECT *, ROW_NUMBER() OVER () AS row_at_fault FROM calibration_rows_given"
    text = f"SELECT row_at_fault, {quoted(column)} FROM ({numbered}) q WHERE {wrong} ORDER BY 1 LIMIT 1"
    first = database.execute(text).fetchone()
    row, got = (None, None) if first is None else (int(first[0]), first[1])
    return SipasError(code, column, got=got, place=Place(row=row, column=column))


def _unit(database: duckdb.DuckDBPyConnection, queries: CalibrationQueries, part: str) -> pl.DataFrame:
    found = pl.concat([database.sql(text).pl() for text in queries.units()], how="vertical_relaxed")
    leaf, prefix = path_of(queries.design)[-1], f"{part}:" if queries.design.by_row else ""
    return found.with_columns(pl.lit("unit").alias("block"), (pl.lit(prefix) + pl.col(leaf)).alias(leaf))


def _cross(database: duckdb.DuckDBPyConnection, queries: CalibrationQueries, kinds: tuple[str, ...]) -> pl.DataFrame:
    found = pl.concat([database.sql(text).pl() for text in queries.crosses()], how="vertical_relaxed")
    kind = pl.col("kind").cast(pl.Int64).replace_strict(range(len(kinds)), kinds, return_dtype=pl.String)
    names = {f"t{i}": term.name for i, term in enumerate(queries.terms)}
    inside = found.filter(pl.col("domain").is_not_null())
    return inside.with_columns(pl.lit("cross").alias("block"), kind.alias("domain_kind")).drop("kind").rename(names)


def _product(database: duckdb.DuckDBPyConnection, queries: CalibrationQueries) -> pl.DataFrame:
    found = pl.concat([database.sql(text).pl() for text in queries.products()], how="vertical_relaxed")
    return found.with_columns(pl.lit("product").alias("block"))


def _typed(table: pl.DataFrame, schema: dict[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in table.columns]
    return table.with_columns(absent).select(pl.col(name).cast(dtype) for name, dtype in schema.items())
