"""What phase 1 refuses in its rows, with the column and the first row at fault."""

from __future__ import annotations

import difflib

import duckdb
import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation.design import Design
from sipas.estimation.measures import Measure, Term
from sipas.estimation.query import WITHIN, quoted
from sipas.estimation.strata import crossing_psus

MOST_NEAR = 3  # names like the unknown one that are offered


def refuse_twice(kinds: tuple[str, ...], measures: tuple[Measure, ...]) -> None:
    """Refuse a kind of domain or a measure named twice.

    Parameters
    ----------
    kinds : tuple of str
        Kinds of domain, ``all`` among them.
    measures : tuple of Measure
        Measures.

    Raises
    ------
    SipasError
        ``estimation.kind_repeated``, ``estimation.measure_repeated``.
    """
    if twice := _twice(kinds):
        raise SipasError("estimation.kind_repeated", "domains", got=twice)
    if twice := _twice(tuple(measure.name for measure in measures)):
        raise SipasError("estimation.measure_repeated", "measures", got=twice)


def _twice(names: tuple[str, ...]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


def refuse_columns(wanted: list[str], there: list[str]) -> None:
    """Refuse a column that is not there, and offer names like it.

    Parameters
    ----------
    wanted, there : list of str
        Names.

    Raises
    ------
    SipasError
        ``estimation.column_unknown``, or ``estimation.column_unknown_without_like`` where no name is like it.
    """
    for column in wanted:
        if column not in there:
            near = difflib.get_close_matches(column, there, n=MOST_NEAR)
            place = Place(column=column)
            if not near:
                raise SipasError("estimation.column_unknown_without_like", column, expected=there, place=place)
            raise SipasError("estimation.column_unknown", column, expected=there, hint=near, place=place)


def refuse_types(database: duckdb.DuckDBPyConnection, design: Design, terms: tuple[Term, ...]) -> None:
    """Refuse text where numbers are added or compared with codes.

    Parameters
    ----------
    database : duckdb.DuckDBPyConnection
        With the view ``survey_source``.
    design : Design
        Names the columns of weight and size.
    terms : tuple of Term
        Sums to make.

    Raises
    ------
    SipasError
        ``estimation.column_not_numeric``.
    """
    source = database.table("survey_source")
    types = dict(zip(source.columns, (str(t) for t in source.types), strict=True))
    numeric = [design.weight, design.population, design.rate]
    numeric += [c for term in terms if term.codes is not None or term.power for c in term.answered]
    for column in dict.fromkeys(c for c in numeric if c is not None):
        if types[column].startswith(("VARCHAR", "DATE", "TIME", "BLOB", "STRUCT")) or types[column].endswith("]"):
            raise SipasError("estimation.column_not_numeric", column, got=types[column], place=Place(column=column))


def refuse_rows(
    database: duckdb.DuckDBPyConnection, found: pl.DataFrame, design: Design, terms: tuple[Term, ...]
) -> None:
    """Refuse rows that the sums of the whole show to be at fault.

    Parameters
    ----------
    database : duckdb.DuckDBPyConnection
        With the view or table ``survey_rows_given``, where the first row at fault is looked up.
    found : polars.DataFrame
        Phase 1's rows for the whole.
    design : Design
        Names the columns.
    terms : tuple of Term
        Sums made.

    Raises
    ------
    SipasError
        ``estimation.weight_not_valid``, ``estimation.key_missing``, ``estimation.size_not_valid``,
        ``estimation.population_varies``, ``estimation.psu_in_two_strata``, ``estimation.value_not_finite``.
    """
    if found["bad_weights"].sum() and design.weight is not None:
        weight = f"CAST({quoted(design.weight)} AS DOUBLE)"
        row, got = _first(database, design.weight, f"NOT COALESCE({weight} {WITHIN}, FALSE)")
        raise SipasError(
            "estimation.weight_not_valid", design.weight, got=got, place=Place(row=row, column=design.weight)
        )
    _refuse_keys(database, found, design)
    _refuse_sizes(database, found, design)
    _refuse_crossing(database, found, design)
    for number, term in enumerate(terms):
        if term.power and not found[f"t{number}"].is_finite().all():
            _refuse_value(database, term)


def _refuse_keys(database: duckdb.DuckDBPyConnection, found: pl.DataFrame, design: Design) -> None:
    for name, column in (("stratum", design.strata), ("psu", design.psu)):
        if column is not None and found[name].null_count():
            row, _ = _first(database, column, f"{quoted(column)} IS NULL")
            raise SipasError("estimation.key_missing", column, place=Place(row=row, column=column))


def _refuse_sizes(database: duckdb.DuckDBPyConnection, found: pl.DataFrame, design: Design) -> None:
    size = design.population or design.rate
    if size is not None and found["bad_sizes"].sum():
        value = f"CAST({quoted(size)} AS DOUBLE)"
        row, got = _first(database, size, f"NOT COALESCE({value} > 0 AND {value} {WITHIN}, FALSE)")
        raise SipasError("estimation.size_not_valid", size, got=got, place=Place(row=row, column=size))
    mixed = found.filter(pl.col("least") != pl.col("most")).sort("stratum", "psu")
    if mixed.height:
        got = [mixed["least"][0], mixed["most"][0]]
        place = Place(column=size)
        raise SipasError("estimation.population_varies", size, expected=mixed["stratum"][0], got=got, place=place)


def _refuse_crossing(database: duckdb.DuckDBPyConnection, found: pl.DataFrame, design: Design) -> None:
    if design.nested or design.psu is None or design.strata is None:
        return
    crossing = crossing_psus(found.filter(pl.col("kind") == 0))
    if not crossing:
        return
    psu, strata = crossing[0]
    same = f"CAST({quoted(design.psu)} AS STRING) = {_literal(psu)}"
    first, _ = _first(database, design.psu, same)
    _, stratum = _first(database, design.strata, same)
    row, _ = _first(database, design.strata, f"{same} AND {quoted(design.strata)} <> {_literal(stratum)}")
    place = Place(row=row, column=design.psu)
    raise SipasError("estimation.psu_in_two_strata", design.psu, expected=first, got=psu, hint=strata, place=place)


def _literal(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _refuse_value(database: duckdb.DuckDBPyConnection, term: Term) -> None:
    for column in term.answered:
        value = f"CAST({quoted(column)} AS DOUBLE)"
        wrong = f"{value} IS NOT NULL AND NOT ABS({value}) {WITHIN}"
        row, got = _first(database, column, wrong)
        if row is not None:
            raise SipasError("estimation.value_not_finite", column, got=got, place=Place(row=row, column=column))
    raise SipasError("estimation.value_not_finite", term.name, got="overflow")


def _first(database: duckdb.DuckDBPyConnection, column: str, wrong: str) -> tuple[int | None, object]:
    numbered = "SELECT *, ROW_NUMBER() OVER () AS row_at_fault FROM survey_rows_given"
    text = f"SELECT row_at_fault, {quoted(column)} FROM ({numbered}) q WHERE {wrong} ORDER BY 1 LIMIT 1"
    got = database.execute(text).fetchone()
    return (None, None) if got is None else (int(got[0]), got[1])
