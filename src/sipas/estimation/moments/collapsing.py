"""Phase 1: one pass over the rows, in an engine."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.design import Design, Stage, path_of, sizes_of
from sipas.estimation.designs.measures import Measure, Term, terms_of
from sipas.estimation.moments.engines import SOURCE, Column, Engine, Rows, Source
from sipas.estimation.moments.engines import DuckDB as DuckDB
from sipas.estimation.moments.joint import joint_given
from sipas.estimation.moments.moments import ADDED, FIXED, WHOLE, Description, Moments, fixed_of
from sipas.estimation.moments.plain_rows import plain_rows
from sipas.estimation.moments.query import JOINED, numbered, phase_1
from sipas.estimation.moments.refusals import (
    endless,
    refuse_columns,
    refuse_endless,
    refuse_joined,
    refuse_rows,
    refuse_twice,
    refuse_types,
)
from sipas.estimation.moments.units_drawn import with_units

Domains = tuple[tuple[str, ...], ...]


def collapse(
    rows: pl.DataFrame | Path | str,
    design: Design,
    measures: tuple[Measure, ...],
    domains: tuple[tuple[str, ...], ...] = (),
    *,
    psus: pl.DataFrame | None = None,
    joint: pl.DataFrame | None = None,
    part: str = "",
    engine: Engine | None = None,
) -> Moments:
    """Collapse rows to moments.

    Parameters
    ----------
    rows : polars.DataFrame, path or str
        One row per respondent: a frame, or a Parquet file, folder or pattern. Missing answers are null; a
        respondent who did not answer is out of that measure's domain.
    design : Design
        How the sample was drawn.
    measures : tuple of Measure
        What to measure; names and columns as in ``rows``.
    domains : tuple of tuple of str
        Kinds of domain beside the whole: each one or more columns, crossed. A row with a missing value is in no
        domain of that kind (``Moments.outside`` counts them).
    psus : polars.DataFrame, optional
        All primary units drawn, also those nobody of whom answered: ``stratum``, ``psu`` and, where known,
        ``psu_population`` (N_h) or ``psu_rate``, ``psu_sample`` (n_h; then not every unit need be listed). With
        ``stratum_2`` and ``unit_2`` (and so on) it lists all units of that stage, with ``population_2``, ``rate_2``,
        ``sample_2``. Missing: the units seen in the rows.
    joint : polars.DataFrame, optional
        Probabilities of pairs (``pps="joint"``: ``joint_pairs`` makes it of a matrix), or the sum of squares of a
        stratum (``pps="hartley-rao"``).
    part : str
        Name of this part of the data (a day, a province), by which it can be merged and replaced.
    engine : DuckDB or Spark, optional
        Default: DuckDB with one thread, so that the same input gives the same bits.

    Returns
    -------
    Moments
        Additive sums; cost afterwards depends on the number of units of the last stage, not of rows.

    Raises
    ------
    SipasError
        ``estimation.column_unknown``, ``estimation.column_not_numeric``, ``estimation.weight_not_valid``,
        ``estimation.key_missing``, ``estimation.value_not_finite``, ``estimation.value_holds_joiner``,
        ``estimation.population_varies``, ``estimation.size_not_valid``, ``estimation.psu_in_two_strata``,
        ``estimation.psu_unknown``, ``estimation.psu_repeated``, ``estimation.psu_needed``,
        ``estimation.kind_repeated``, ``estimation.measure_repeated``, ``estimation.population_too_small``,
        ``estimation.rate_not_valid``, ``estimation.unit_in_two_strata``, errors of ``joint``.

    Notes
    -----
    Two-phase estimation: sums per unit of the last stage are sufficient for Taylor linearisation (Särndal,
    Swensson & Wretman 1992, §4.3, §5.5; Lumley 2004, doi:10.18637/jss.v009.i08).
    """
    if psus is not None and design.psu is None:
        raise SipasError("estimation.psu_needed", "psus")
    kinds = (WHOLE, *(JOINED.join(kind) for kind in domains))
    refuse_twice(kinds, measures)
    about = Description(design=design, measures=measures, kinds=kinds)
    own = engine is None and not design.self_selected  # ratings have no units to group by: the engine is as fast
    tables = _added(rows, about, domains, part) if own else None
    if tables is None:
        with (engine or DuckDB()).opened(rows) as source:
            tables = _asked(source, about, domains, part, apart=isinstance(rows, pl.DataFrame))
    tables[0] = with_units(tables[0], psus, design, part)
    order = pl.col("domain_kind").replace_strict(kinds, range(len(kinds)), return_dtype=pl.Int64)
    table = pl.concat([one.sort(order, *about.key()[1:], nulls_last=True) for one in tables])
    return Moments(table, about, None if joint is None else joint_given(joint, design))


def _looked_at(about: Description, domains: Domains) -> tuple[list[str], list[str]]:
    """Give the columns that are keys, and the others."""
    design, terms = about.design, terms_of(about.measures)
    keys = [column for stage in design.stages for column in (stage.strata, stage.ids) if column is not None]
    sizes = [column for stage in design.stages for column in (stage.population, stage.rate) if column is not None]
    weight = [] if design.weight is None else [design.weight]
    answers = [column for term in terms for column in term.answered]
    return [*keys, *(column for kind in domains for column in kind)], [*weight, *sizes, *answers]


def _open(source: Source, about: Description, domains: Domains) -> dict[str, Column]:
    keys, others = _looked_at(about, domains)
    refuse_columns([*about.design.columns(), *others, *keys], source.names)
    found = source.look(keys, others, numbered=about.design.by_row)
    refuse_types(found, about.design, terms_of(about.measures))
    return found


def _summed(about: Description) -> set[str]:
    """Columns in which a value that is not finite shows: weight, sizes, and numbers in their sums."""
    design = about.design
    sizes = {size for stage in design.stages for size in (stage.population, stage.rate)}
    return {column for column in (design.weight, *sizes) if column is not None} | {
        column for term in terms_of(about.measures) for column in term.power
    }


def _added(rows: Rows, about: Description, domains: Domains, part: str) -> list[pl.DataFrame] | None:
    plain = plain_rows(rows)
    if plain is None or not plain.plain(*_looked_at(about, domains)):
        return None
    columns = _open(plain, about, domains)
    summed, terms = _summed(about), terms_of(about.measures)
    reals = [name for name, column in columns.items() if column.kind == "real" and name not in summed]
    for slice_ in plain.parts if reals else ():
        bad = slice_.select((~pl.col(name).is_finite()).any() for name in reals).collect()
        for name in (name for name in reals if bad[name][0]):
            raise endless(plain, name)
    found = plain.sums(about.design, terms, domains, carried=bool(about.carried()))
    if found is None:
        return None
    refuse_rows(plain, found.filter(pl.col("kind") == 0), about.design, terms)
    refuse_joined(plain, found, domains, range(1, len(domains) + 1))
    return [_named(found, about.kinds, terms, about, part)]


def _asked(source: Source, about: Description, domains: Domains, part: str, *, apart: bool) -> list[pl.DataFrame]:
    columns = _open(source, about, domains)
    refuse_endless(source, columns, _summed(about))
    integers = frozenset(name for name, column in columns.items() if column.kind == "whole")
    design, terms, carried, tables = about.design, terms_of(about.measures), bool(about.carried()), []
    passes = [(), *((kind,) for kind in domains)] if apart and not carried else [domains]
    positive = True
    for number, some in enumerate(passes):
        text = partial(phase_1, design, terms, some, SOURCE, whole=number == 0, carried=carried, integers=integers)
        found = source.ask(text(positive=positive))
        if number == 0:
            first = found.filter(pl.col("kind") == 0)
            refuse_rows(source, first, design, terms)
            if first["zero_weight"].sum():  # seldom: then answers must be counted with an eye on the weight
                positive = False
                found = source.ask(text())
        refuse_joined(source, found, some, range(1, len(some) + 1))
        tables.append(_named(found, (WHOLE, *(JOINED.join(kind) for kind in some)), terms, about, part))
    return tables


def _named(
    found: pl.DataFrame, kinds: tuple[str, ...], terms: tuple[Term, ...], about: Description, part: str
) -> pl.DataFrame:
    design, own = about.design, list(about.carried().values())
    *path, leaf = path_of(design)
    prefix = f"{part}:" if design.by_row else ""
    columns = [
        pl.lit(part).alias("part"),
        pl
        .col("kind")
        .cast(pl.Int64)
        .replace_strict(dict(enumerate(kinds)), return_dtype=pl.String)
        .alias("domain_kind"),
        pl.col("domain"),
        *path,
        (pl.lit(prefix) + pl.col(leaf)).alias(leaf),
        *(one for number, stage in enumerate(design.stages, start=1) for one in _sizes(stage, number)),
        *(pl.col(name).cast(FIXED[name]) for name in ADDED),
        *(pl.col(f"d{i}").alias(name) for i, name in enumerate(own, start=1)),
        *(pl.col(f"t{i}").cast(pl.Int64 if t.counts else pl.Float64).alias(t.name) for i, t in enumerate(terms)),
    ]
    return found.select(columns).select([*fixed_of(design), *own, *(term.name for term in terms)])


def _sizes(stage: Stage, number: int) -> list[pl.Expr]:
    population, rate, sample = sizes_of(number)
    size, other = (population, rate) if stage.population is not None else (rate, population)
    return [
        pl.when(pl.col("kind") == 0).then(pl.col(numbered("least", number))).alias(size),
        pl.lit(None, pl.Float64).alias(other),
        pl.lit(None, pl.Int64).alias(sample),
    ]
