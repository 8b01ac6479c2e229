"""Phase 1: one pass over the rows, in DuckDB."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.design import Design
from sipas.estimation.measures import Measure, Term, terms_of
from sipas.estimation.moments import FIXED, KEY, WHOLE, Description, Moments
from sipas.estimation.query import JOINED, ROW_NUMBER, phase_1
from sipas.estimation.refusals import refuse_columns, refuse_rows, refuse_twice, refuse_types

PSUS_COLUMNS = {
    "stratum": pl.String,
    "psu": pl.String,
    "psu_population": pl.Float64,
    "psu_rate": pl.Float64,
    "psu_sample": pl.Int64,
}


@dataclass(frozen=True, slots=True)
class DuckDB:
    """The engine in the process.

    Parameters
    ----------
    threads : int
        1 for an official run: with more, sums differ from run to run in their last bits.
    memory_limit : str, optional
        As DuckDB writes it (``"500MB"``); beyond it the engine spills to disk.
    """

    threads: int = 1
    memory_limit: str | None = None

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Open a database in memory.

        Returns
        -------
        duckdb.DuckDBPyConnection
            With the settings made.
        """
        config: dict[str, str | bool | int | float | list[str]] = {"threads": self.threads}
        if self.memory_limit is not None:
            config["memory_limit"] = self.memory_limit
        return duckdb.connect(config=config)


def collapse(
    rows: pl.DataFrame | Path | str,
    design: Design,
    measures: tuple[Measure, ...],
    domains: tuple[tuple[str, ...], ...] = (),
    *,
    psus: pl.DataFrame | None = None,
    part: str = "",
    engine: DuckDB | None = None,
) -> Moments:
    """Collapse rows to moments.

    Parameters
    ----------
    rows : polars.DataFrame, path or str
        One row per respondent: a frame, or a Parquet file or glob. Missing answers are null; a respondent who
        did not answer is out of that measure's domain.
    design : Design
        How the sample was drawn.
    measures : tuple of Measure
        What to measure; names and columns as in ``rows``.
    domains : tuple of tuple of str
        Kinds of domain beside the whole: each one or more columns, crossed. A row with a missing value is in no
        domain of that kind (``Moments.outside`` counts them).
    psus : polars.DataFrame, optional
        All primary units drawn, also those nobody of whom answered: ``stratum``, ``psu`` and, where known,
        ``psu_population`` (N_h) or ``psu_rate``, ``psu_sample`` (n_h; then not every unit need be listed).
        Missing: the units seen in the rows.
    part : str
        Name of this part of the data (a day, a province), by which it can be merged and replaced.
    engine : DuckDB, optional
        Default: one thread, so that the same input gives the same bits.

    Returns
    -------
    Moments
        Additive sums; cost afterwards depends on the number of primary units, not of rows.

    Raises
    ------
    SipasError
        ``estimation.column_unknown``, ``estimation.column_not_numeric``, ``estimation.weight_not_valid``,
        ``estimation.key_missing``, ``estimation.value_not_finite``, ``estimation.population_varies``,
        ``estimation.size_not_valid``, ``estimation.psu_in_two_strata``, ``estimation.psu_unknown``,
        ``estimation.psu_repeated``, ``estimation.psu_needed``, ``estimation.kind_repeated``,
        ``estimation.measure_repeated``.

    Notes
    -----
    Two-phase estimation: sums per primary unit are sufficient for Taylor linearisation with one stage (Särndal,
    Swensson & Wretman 1992, §5.5; Lumley 2004, doi:10.18637/jss.v009.i08).
    """
    if psus is not None and design.psu is None:
        raise SipasError("estimation.psu_needed", "psus")
    kinds = (WHOLE, *(JOINED.join(kind) for kind in domains))
    refuse_twice(kinds, measures)
    terms = terms_of(measures)
    passes: list[tuple[tuple[str, ...], ...]] = [(), *((kind,) for kind in domains)]
    about = Description(design=design, measures=measures, kinds=kinds)
    if about.carried() or not isinstance(rows, pl.DataFrame):
        passes = [domains]
    tables = []
    with (engine or DuckDB()).connect() as database:
        _open(database, rows, design, terms, domains)
        for number, some in enumerate(passes):
            whole = number == 0
            text = phase_1(design, terms, some, "survey_source", whole=whole, carried=bool(about.carried()))
            found = database.sql(text).pl()
            if whole:
                refuse_rows(database, found.filter(pl.col("kind") == 0), design, terms)
            tables.append(_named(found, (WHOLE, *(JOINED.join(kind) for kind in some)), terms, about, part))
    tables[0] = _with_psus(tables[0], psus, part)
    order = pl.col("domain_kind").replace_strict(kinds, range(len(kinds)), return_dtype=pl.Int64)
    table = pl.concat([one.sort(order, *KEY[1:], nulls_last=True) for one in tables])
    return Moments(table, about)


def _open(
    database: duckdb.DuckDBPyConnection,
    rows: pl.DataFrame | Path | str,
    design: Design,
    terms: tuple[Term, ...],
    domains: tuple[tuple[str, ...], ...],
) -> None:
    named = [*design.columns(), *(c for term in terms for c in term.answered), *(c for kind in domains for c in kind)]
    wanted = list(dict.fromkeys(named))
    if isinstance(rows, pl.DataFrame):
        refuse_columns(wanted, rows.columns)
        database.register("survey_rows_given", rows.select(wanted or rows.columns[:1]).to_arrow())
    else:
        database.read_parquet(str(rows)).create_view("survey_rows_given")
        refuse_columns(wanted, database.table("survey_rows_given").columns)
    # A window without order keeps the order of the rows and streams.
    number = f"SELECT *, ROW_NUMBER() OVER () AS {ROW_NUMBER} FROM survey_rows_given"
    text = number if design.psu is None else "SELECT * FROM survey_rows_given"
    database.execute(f"CREATE VIEW survey_source AS {text}")
    refuse_types(database, design, terms)


def _named(
    found: pl.DataFrame, kinds: tuple[str, ...], terms: tuple[Term, ...], about: Description, part: str
) -> pl.DataFrame:
    design, own = about.design, list(about.carried().values())
    size = "psu_population" if design.population is not None else "psu_rate"
    whole = pl.col("kind") == 0
    other = "psu_rate" if size == "psu_population" else "psu_population"
    prefix = f"{part}:" if design.psu is None else ""
    columns = [
        pl.lit(part).alias("part"),
        pl
        .col("kind")
        .cast(pl.Int64)
        .replace_strict(dict(enumerate(kinds)), return_dtype=pl.String)
        .alias("domain_kind"),
        pl.col("domain"),
        pl.col("stratum"),
        (pl.lit(prefix) + pl.col("psu")).alias("psu"),
        pl.when(whole).then(pl.col("least")).alias(size),
        pl.lit(None, pl.Float64).alias(other),
        pl.lit(None, pl.Int64).alias("psu_sample"),
        *(pl.col(name).cast(FIXED[name]) for name in ("n", "zero_weight", "w", "ww")),
        *(pl.col(f"d{i}").alias(name) for i, name in enumerate(own, start=1)),
        *(pl.col(f"t{i}").cast(pl.Int64 if t.counts else pl.Float64).alias(t.name) for i, t in enumerate(terms)),
    ]
    return found.select(columns).select([*FIXED, *own, *(term.name for term in terms)])


def _with_psus(table: pl.DataFrame, psus: pl.DataFrame | None, part: str) -> pl.DataFrame:
    if psus is None:
        return table
    drawn = _checked(psus)
    whole = table.filter(pl.col("domain_kind") == WHOLE)
    strange = whole.join(drawn, on=["stratum", "psu"], how="anti")
    if strange.height and not drawn["psu_sample"].null_count() == 0:
        raise SipasError("estimation.psu_unknown", "psus", got=strange.select("stratum", "psu").rows()[:5])
    sizes = [pl.coalesce(pl.col(f"{c}_drawn"), pl.col(c)).alias(c) for c in list(PSUS_COLUMNS)[2:]]
    known = table.join(drawn, on=["stratum", "psu"], how="left", suffix="_drawn", maintain_order="left")
    on_whole = [pl.when(pl.col("domain_kind") == WHOLE).then(e) for e in sizes]
    known = known.with_columns(on_whole).select(table.columns)
    silent = drawn.join(whole, on=["stratum", "psu"], how="anti").with_columns(
        pl.lit(part).alias("part"), pl.lit(WHOLE).alias("domain_kind"), pl.lit("").alias("domain")
    )
    zeros = [pl.lit(0, dtype).alias(name) for name, dtype in table.schema.items() if name not in silent.columns]
    return pl.concat([known, silent.with_columns(zeros).select(table.columns)])


def _checked(psus: pl.DataFrame) -> pl.DataFrame:
    refuse_columns(["stratum", "psu"], psus.columns)
    there = [pl.col(name).cast(dtype) for name, dtype in PSUS_COLUMNS.items() if name in psus.columns]
    absent = [pl.lit(None, dtype).alias(name) for name, dtype in PSUS_COLUMNS.items() if name not in psus.columns]
    drawn = psus.select(*there, *absent).select(list(PSUS_COLUMNS))
    twice = drawn.filter(drawn.select("stratum", "psu").is_duplicated())
    if twice.height:
        raise SipasError("estimation.psu_repeated", "psus", got=list(twice.select("stratum", "psu").row(0)))
    return drawn
