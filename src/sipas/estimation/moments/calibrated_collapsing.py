"""Phase 1 of a calibrated design: the moments, and beside them the sums of the calibration."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation.designs.calibration import JOINED, CalibratedWeight, Variable, crossable, pairs_of
from sipas.estimation.designs.design import Design, path_of
from sipas.estimation.designs.measures import Measure, terms_of
from sipas.estimation.moments.calibration_query import CalibrationQueries
from sipas.estimation.moments.calibration_sums import FACTORS, CalibrationSums, added_up, schema_of
from sipas.estimation.moments.collapsing import collapse
from sipas.estimation.moments.engines import NUMERIC, DuckDB, Engine, Rows, Source
from sipas.estimation.moments.moments import WHOLE, Moments
from sipas.estimation.moments.query import JOINED as JOINED_DOMAINS
from sipas.estimation.moments.query import quoted, within
from sipas.estimation.moments.refusals import refuse_columns

Domains = tuple[tuple[str, ...], ...]


def collapse_calibrated(
    rows: Rows,
    design: Design,
    measures: tuple[Measure, ...],
    domains: Domains = (),
    *,
    calibration: CalibratedWeight,
    psus: pl.DataFrame | None = None,
    joint: pl.DataFrame | None = None,
    part: str = "",
    engine: Engine | None = None,
) -> Moments:
    """Collapse rows whose weights were calibrated.

    Parameters
    ----------
    rows, design, measures, domains, psus, joint, part, engine
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

    Notes
    -----
    One more pass over the rows for the checks, one per calibration variable for the units, one per kind of domain for
    the products.
    """
    moments = collapse(rows, design, measures, domains, psus=psus, joint=joint, part=part, engine=engine)
    terms = crossable(terms_of(measures))
    names = tuple(term.name for term in terms)
    queries = CalibrationQueries(design, calibration, terms)
    with (engine or DuckDB()).opened(rows) as source:
        _open(source, queries, domains)
        factors = _checked(source, queries)
        tables = [factors, *_units(source, queries, part), *_margins(source, queries, domains)]
    schema = schema_of(path_of(design), names)
    whole = pl.concat([_typed(one.with_columns(pl.lit(part).alias("part")), schema) for one in tables])
    return replace(moments, calibration=CalibrationSums(whole, calibration, path_of(design), names))


def _open(source: Source, queries: CalibrationQueries, domains: Domains) -> None:
    design, weight = queries.design, queries.weight
    refuse_columns(list(weight.columns()), source.names)
    keys = [column for stage in design.stages for column in (stage.strata, stage.ids) if column is not None]
    keys += [*weight.categories(), *(column for kind in domains for column in kind)]
    others = [*([] if design.weight is None else [design.weight]), weight.base, *weight.numbers]
    answers = [column for term in queries.terms for column in term.answered]
    found = source.look(keys, [*others, *answers], numbered=design.by_row)
    for column in (weight.base, *weight.numbers):
        kind, written = found[column]
        if kind not in NUMERIC:
            raise SipasError("estimation.column_not_numeric", column, got=written, place=Place(column=column))


def _checked(source: Source, queries: CalibrationQueries) -> pl.DataFrame:
    found = source.ask(queries.checks())
    counts = found.row(0, named=True)
    name = queries.weight.base
    base = f"CAST({quoted(name)} AS DOUBLE)"
    final = "1" if queries.design.weight is None else quoted(queries.design.weight)
    wrong = {"bad_base": f"NOT COALESCE({within(base)}, FALSE)", "lost": f"{base} = 0 AND {final} > 0"}
    codes = {"bad_base": "estimation.base_weight_not_valid", "lost": "estimation.base_weight_zero"}
    for fault, condition in wrong.items():
        if counts[fault]:
            raise _fault(source, codes[fault], name, condition)
    for column, alias in (*queries.categories.items(), *queries.numbers.items()):
        if counts[alias]:
            value = within(f"ABS(CAST({quoted(column)} AS DOUBLE))")
            there = value if column in queries.numbers else f"{quoted(column)} IS NOT NULL"
            raise _fault(
                source, "estimation.calibration_missing", column, f"{base} > 0 AND NOT COALESCE({there}, FALSE)"
            )
    return found.select(pl.lit("factor").alias("block"), *FACTORS)


def _fault(source: Source, code: str, column: str, wrong: str) -> SipasError:
    row, got = source.first(column, wrong)
    return SipasError(code, column, got=got, place=Place(row=row, column=column))


def _units(source: Source, queries: CalibrationQueries, part: str) -> list[pl.DataFrame]:
    path = path_of(queries.design)
    leaf, prefix = path[-1], f"{part}:" if queries.design.by_row else ""
    return [
        source
        .ask(queries.units(variable))
        .sort("category", *path, nulls_last=True)
        .with_columns(
            pl.lit("unit").alias("block"), pl.lit(number).alias("variable"), (pl.lit(prefix) + pl.col(leaf)).alias(leaf)
        )
        for number, variable in enumerate(queries.variables)
    ]


def _margins(source: Source, queries: CalibrationQueries, domains: Domains) -> list[pl.DataFrame]:
    names = [_category(queries, variable).alias(f"m{i}") for i, variable in enumerate(queries.variables)]
    tables: list[pl.DataFrame] = []
    for kind in domains or ((),):
        cells = source.ask(queries.cells(kind))
        # Engines give groups in an order of their own; sums are added in this one, so that the bits are the same.
        cells = cells.sort(*queries.categories.values(), "domain").with_columns(names)
        if not tables:
            tables += _products(cells, queries)
            tables += _crosses(cells.with_columns(pl.lit("").alias("domain")), queries, WHOLE)
        if kind:
            inside = cells.filter(pl.col("domain").is_not_null())
            tables += _crosses(inside, queries, JOINED_DOMAINS.join(kind))
    return tables


def _category(queries: CalibrationQueries, variable: Variable) -> pl.Expr:
    columns = [queries.categories[column] for column in variable.columns]
    return pl.concat_str(columns, separator=JOINED) if columns else pl.lit("")


def _crosses(cells: pl.DataFrame, queries: CalibrationQueries, kind: str) -> list[pl.DataFrame]:
    found = []
    for i, variable in enumerate(queries.variables):
        end = "" if variable.number is None else queries.numbers[variable.number]
        sums = {f"t{t}{end}": term.name for t, term in enumerate(queries.terms)}
        table = added_up(cells, ("domain", f"m{i}"), tuple(sums)).rename({f"m{i}": "category", **sums})
        about = [pl.lit("cross").alias("block"), pl.lit(kind).alias("domain_kind"), pl.lit(i).alias("variable")]
        found.append(table.with_columns(about))
    return found


def _products(cells: pl.DataFrame, queries: CalibrationQueries) -> list[pl.DataFrame]:
    found = []
    for i, j in pairs_of(queries.variables):
        numbers = [queries.numbers[n] for n in (queries.variables[i].number, queries.variables[j].number) if n]
        value = "".join(numbers) if len(numbers) == 2 else f"v{''.join(numbers)}"
        keys = (f"m{i}",) if i == j else (f"m{i}", f"m{j}")
        table = added_up(cells, keys, (value,)).select(
            pl.lit("product").alias("block"),
            pl.lit(i).alias("variable"),
            pl.col(f"m{i}").alias("category"),
            pl.lit(j).alias("other"),
            pl.col(f"m{j}" if i != j else f"m{i}").alias("other_category"),
            pl.col(value).alias("value"),
        )
        found.append(table)
    return found


def _typed(table: pl.DataFrame, schema: dict[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in schema.items() if name not in table.columns]
    return table.with_columns(absent).select(pl.col(name).cast(dtype) for name, dtype in schema.items())
