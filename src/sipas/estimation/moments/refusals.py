"""What phase 1 refuses in its rows, with the column and the first row at fault."""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterable
from decimal import Decimal

import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation.designs.design import Design, path_of
from sipas.estimation.designs.measures import Measure, Term
from sipas.estimation.designs.strata import crossing_units
from sipas.estimation.moments.engines import NUMERIC, SOURCE, Column, Source
from sipas.estimation.moments.query import JOINED, numbered, quoted, valid_size, within

MOST_NEAR = 3  # names like the unknown one that are offered
ENDLESS = f"{{0}} IS NOT NULL AND NOT {within('ABS({0})')}"  # NaN and the infinite, of a DOUBLE


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


def refuse_types(columns: dict[str, Column], design: Design, terms: tuple[Term, ...]) -> None:
    """Refuse text where numbers are added or compared with codes.

    Parameters
    ----------
    columns : dict of str to Column
        What the engine says of each column.
    design : Design
        Names the columns of weight and size.
    terms : tuple of Term
        Sums to make.

    Raises
    ------
    SipasError
        ``estimation.column_not_numeric``.
    """
    numeric = [design.weight, *(size for stage in design.stages for size in (stage.population, stage.rate))]
    numeric += [c for term in terms if term.codes is not None or term.power for c in term.answered]
    for column in dict.fromkeys(c for c in numeric if c is not None):
        kind, written = columns[column]
        if kind not in NUMERIC:
            raise SipasError("estimation.column_not_numeric", column, got=written, place=Place(column=column))


def refuse_endless(source: Source, columns: dict[str, Column], checked: Collection[str]) -> None:
    """Refuse NaN and the infinite where they would count as an answer, or name a unit or a domain.

    Parameters
    ----------
    source : Source
        The rows.
    columns : dict of str to Column
        Columns wanted, and what the engine says of each.
    checked : collection of str
        Columns that are looked at elsewhere.

    Raises
    ------
    SipasError
        ``estimation.value_not_finite``.
    """
    wanted = [name for name, column in columns.items() if column.kind == "real" and name not in checked]
    if not wanted:
        return
    conditions = [ENDLESS.format(f"CAST({quoted(name)} AS DOUBLE)") for name in wanted]
    counts = ", ".join(f"COUNT(CASE WHEN {wrong} THEN 1 END) AS c{i}" for i, wrong in enumerate(conditions))
    found = source.ask(f"SELECT {counts} FROM {SOURCE}").row(0)
    for name, condition, count in zip(wanted, conditions, found, strict=True):
        if count:
            error = endless(source, name, condition)
            raise error


def endless(source: Source, column: str, wrong: str | None = None) -> SipasError:
    """Make the refusal of a value that is not finite.

    Parameters
    ----------
    source : Source
        Where the first row at fault is looked up.
    column : str
        Its column.
    wrong : str, optional
        Condition in SQL.

    Returns
    -------
    SipasError
        ``estimation.value_not_finite``.
    """
    row, got = source.first(column, wrong or ENDLESS.format(f"CAST({quoted(column)} AS DOUBLE)"))
    return SipasError("estimation.value_not_finite", column, got=got, place=Place(row=row, column=column))


def refuse_joined(
    source: Source, found: pl.DataFrame, domains: tuple[tuple[str, ...], ...], numbers: Iterable[int]
) -> None:
    """Refuse values that hold what stands between the values of a crossed domain: two domains would become one.

    Parameters
    ----------
    source : Source
        Where the first row at fault is looked up.
    found : polars.DataFrame
        Phase 1's rows: ``domain`` of kind 1, 2, ... or columns ``d1``, ``d2``, ....
    domains : tuple of tuple of str
        Kinds of domain.
    numbers : iterable of int
        Number of each kind.

    Raises
    ------
    SipasError
        ``estimation.value_holds_joiner``.

    Notes
    -----
    Looked for in the names of the domains, which are few, and only then in the rows.
    """
    for number, kind in zip(numbers, domains, strict=True):
        if len(kind) < 2:
            continue
        own = f"d{number}"
        names = found[own] if own in found.columns else found.filter(pl.col("kind") == number)["domain"]
        sign = JOINED.strip()
        suspect = names.filter(names.str.count_matches(sign, literal=True) >= len(kind)).unique()
        # Joiners may share a space: "p × × q" is "p ×" and "q", or "p" and "× q".
        if any(sum(one.startswith(JOINED, at) for at in range(len(one))) >= len(kind) for one in suspect):
            _refuse_joined(source, kind)


def _refuse_joined(source: Source, kind: tuple[str, ...]) -> None:
    for column in kind:
        wrong = f"(' ' || CAST({quoted(column)} AS STRING) || ' ') LIKE '%{JOINED}%'"
        row, got = source.first(column, wrong)
        if row is not None:
            place = Place(row=row, column=column)
            raise SipasError("estimation.value_holds_joiner", column, expected=JOINED, got=got, place=place)


def refuse_rows(source: Source, found: pl.DataFrame, design: Design, terms: tuple[Term, ...]) -> None:
    """Refuse rows that the sums of the whole show to be at fault.

    Parameters
    ----------
    source : Source
        Where the first row at fault is looked up.
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
        ``estimation.rate_not_valid``, ``estimation.population_varies``, ``estimation.population_too_small``,
        ``estimation.psu_in_two_strata``, ``estimation.unit_in_two_strata``, ``estimation.value_not_finite``.
    """
    if found["bad_weights"].sum() and design.weight is not None:
        weight = f"CAST({quoted(design.weight)} AS DOUBLE)"
        row, got = source.first(design.weight, f"NOT COALESCE({within(weight)}, FALSE)")
        raise SipasError(
            "estimation.weight_not_valid", design.weight, got=got, place=Place(row=row, column=design.weight)
        )
    _refuse_keys(source, found, design)
    for number in range(1, len(design.stages) + 1):
        _refuse_sizes(source, found, design, number)
        _refuse_crossing(source, found, design, number)
    for number, term in enumerate(terms):
        if term.power and not found[f"t{number}"].is_finite().all():
            _refuse_value(source, term)


def _refuse_keys(source: Source, found: pl.DataFrame, design: Design) -> None:
    columns = [column for stage in design.stages for column in (stage.strata, stage.ids)]
    for name, column in zip(path_of(design), columns, strict=True):
        if column is not None and found[name].null_count():
            row, _ = source.first(column, f"{quoted(column)} IS NULL")
            raise SipasError("estimation.key_missing", column, place=Place(row=row, column=column))


def _refuse_sizes(source: Source, found: pl.DataFrame, design: Design, number: int) -> None:
    stage = design.stages[number - 1]
    size = stage.population or stage.rate
    if size is None:
        return
    least, most, bad = (numbered(name, number) for name in ("least", "most", "bad_sizes"))
    if found[bad].sum():
        _refuse_size(source, design, number, size)
    path = list(path_of(design))
    group = path[: 2 * number] if design.by_unit(number) else path[: 2 * number - 1]
    units = pl.len() if number == len(design.stages) else pl.col(path[2 * number - 1]).n_unique()
    spread = found.group_by(group).agg(pl.min(least).alias("low"), pl.max(most).alias("high"), units.alias("drawn"))
    for wrong in spread.filter(pl.col("low") != pl.col("high")).sort(group).head(1).rows(named=True):
        here = _same(source, design, group, wrong)
        _, first = source.first(size, here)
        row, _ = source.first(size, f"{here} AND CAST({quoted(size)} AS DOUBLE) <> {first}")
        got, place = [wrong["low"], wrong["high"]], Place(row=row, column=size)
        raise SipasError("estimation.population_varies", size, expected=_told(wrong, group), got=got, place=place)
    if stage.population is None:
        return
    for wrong in spread.filter(pl.col("low") < pl.col("drawn")).sort(group).head(1).rows(named=True):
        row, _ = source.first(size, _same(source, design, group, wrong))
        place, told = Place(row=row, column=size), _told(wrong, group)
        raise SipasError("estimation.population_too_small", size, wrong["drawn"], wrong["low"], told, place=place)


def _refuse_size(source: Source, design: Design, number: int, size: str) -> None:
    stage = design.stages[number - 1]
    value = f"CAST({quoted(size)} AS DOUBLE)"
    wrong = f"NOT COALESCE({valid_size(stage, value)}, FALSE)"
    row, got = source.first(size, wrong)
    place = Place(row=row, column=size)
    if stage.rate is not None and isinstance(got, int | float | Decimal) and 1 < got < math.inf:
        hint = "" if stage.strata is None else source.first(stage.strata, wrong)[1]
        raise SipasError("estimation.rate_not_valid", size, got=got, hint=hint, place=place)
    raise SipasError("estimation.size_not_valid", size, got=got, place=place)


def _same(source: Source, design: Design, group: list[str], row: dict[str, object]) -> str:
    columns = dict(zip(path_of(design), (c for stage in design.stages for c in (stage.strata, stage.ids)), strict=True))
    held = [
        f"CAST({quoted(column)} AS STRING) = {source.literal(row[name])}" for name in group if (column := columns[name])
    ]
    return " AND ".join(held) or "TRUE"


def _told(row: dict[str, object], group: list[str]) -> str:
    return JOINED.join(str(row[name]) for name in group if row[name])


def _refuse_crossing(source: Source, found: pl.DataFrame, design: Design, number: int) -> None:
    stage = design.stages[number - 1]
    if design.nested or stage.ids is None or stage.strata is None:
        return
    path = list(path_of(design))
    *parent, name, unit = path[: 2 * number]
    crossing = crossing_units(found, parent, name, unit)
    if not crossing.height:
        return
    row = crossing.row(0, named=True)
    same = _same(source, design, [*parent, unit], row)
    first, stratum = source.first(stage.strata, same)
    elsewhere = f"{same} AND CAST({quoted(stage.strata)} AS STRING) <> {source.literal(stratum)}"
    other, _ = source.first(stage.strata, elsewhere)
    code = "estimation.psu_in_two_strata" if number == 1 else "estimation.unit_in_two_strata"
    place = Place(row=other, column=stage.ids)
    raise SipasError(code, stage.ids, expected=first, got=row[unit], hint=row[name], place=place)


def _refuse_value(source: Source, term: Term) -> None:
    for column in term.answered:
        error = endless(source, column)
        if error.place.row is not None:
            raise error
    raise SipasError("estimation.value_not_finite", term.name, got="overflow")
