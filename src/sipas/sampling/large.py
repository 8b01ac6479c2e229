"""Draws from frames larger than memory, in DuckDB: the same bytes as the draw in memory.

Which units can be reached is found in one pass over the Parquet files; the few that can are drawn by the same code
as in memory.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf, sqrt

import duckdb
import polars as pl

from sipas.errors import SipasError
from sipas.sampling.coordination import Coordination, check_coordination
from sipas.sampling.design import COUNT, UNIT, ByClass, Design, Power, Stage
from sipas.sampling.drawing import Draw, assemble, list_stage, lists_table
from sipas.sampling.engine import THREADS, connect, files_schema
from sipas.sampling.numbers import RANGE, digest_bits_sql, message_sql, path, purpose_key
from sipas.sampling.planning import PREFIX
from sipas.sampling.probabilities import Certainty
from sipas.sampling.selection import Listing, select
from sipas.sampling.units import check_cells, check_columns, check_filled, stratum_text

EVERYTHING = inf
Cutoffs = dict[str, float]


def draw_large(
    source: str,
    design: Design,
    seed: str,
    *,
    coordination: Coordination | None = None,
    memory: str = "300MB",
    threads: int = THREADS,
) -> Draw:
    """Draw from Parquet files without loading them.

    Parameters
    ----------
    source : str
        Path or glob of Parquet files whose rows together are the frame. Unit ids must be unique (hashing the canonical
        frame checks it) and, with the strata, NFC.
    design : Design
        One stage, ``srs`` or ``pareto``.
    seed : str
        64 hex digits.
    coordination : Coordination, optional
        As in :func:`sipas.sampling.draw`.
    memory : str
        Most DuckDB may hold.
    threads : int
        Threads of DuckDB; the result does not depend on it.

    Returns
    -------
    Draw
        Identical to :func:`sipas.sampling.draw` of the same rows.

    Raises
    ------
    SipasError
        ``sampling.large_method``, and those of :func:`sipas.sampling.draw`.
    """
    stage = design.stages[0]
    if len(design.stages) > 1 or stage.method not in {"srs", "pareto"}:
        raise SipasError("sampling.large_method", "design", expected=["srs", "pareto"], got=stage.method)
    used = check_coordination(coordination, design, seed)
    with connect(memory=memory, threads=threads) as engine:
        engine.execute("SET preserve_insertion_order = false")
        return _Pass(engine, source, design, seed, used).draw()


def schema_of_files(source: str) -> pl.Schema:
    """Give the columns of Parquet files.

    Parameters
    ----------
    source : str
        Path or glob.

    Returns
    -------
    polars.Schema
        As polars would read them.
    """
    with connect() as engine:
        return files_schema(engine, source)


class _Pass:
    """One draw: a connection, a source, a design and a seed."""

    def __init__(
        self,
        engine: duckdb.DuckDBPyConnection,
        source: str,
        design: Design,
        seed: str,
        coordination: Coordination | None,
    ) -> None:
        self.engine, self.source, self.design, self.seed = engine, source, design, seed
        self.stage: Stage = design.stages[0]
        self.coordination = coordination
        self.strata = [_name(name) for name in self.stage.strata]

    def draw(self) -> Draw:
        cells = self._cells()
        found, shortfalls = list_stage(cells, self.design, 1, self.seed)
        sures = self._certain(found, cells) if self.stage.by_size else {}
        listings = [replace(li, sure=sures.get(li.stratum, li.sure)) for li in found]
        picked = select(self._reached(listings, cells), listings, self.stage.method)
        short = tuple((1, shortfall) for shortfall in shortfalls)
        lists = lists_table(listings, self.design, 1)
        return Draw(assemble([picked], self.seed), lists, short, self.design, self.seed, self.coordination)

    def _cells(self) -> pl.DataFrame:
        """Count the strata: one pass over their columns."""
        stage = self.stage
        schema = files_schema(self.engine, self.source)
        check_columns(schema, stage, "design.stages[0]")
        if self.coordination is not None:
            self._check_permanent(schema)
        classes = [stage.size.column] if isinstance(stage.size, ByClass) else []
        measure = stage.allocation.measure if isinstance(stage.allocation, Power) else COUNT
        size = _measure(stage.measure_of_size)
        parts = [
            *(f"{name} AS {_name(PREFIX + raw)}" for name, raw in zip(self.strata, stage.strata, strict=True)),
            "count(*)::BIGINT AS population",
            f"sum({size})::BIGINT AS total",
            f"min({size})::BIGINT AS smallest",
            f"sum({_measure(measure)})::BIGINT AS measure",
            *(f"min({_name(c)}) AS {_name(PREFIX + c)}" for c in classes if c not in stage.strata),
            *(f"count(DISTINCT {_name(c)}) AS {_name('n:' + PREFIX + c)}" for c in classes if c not in stage.strata),
        ]
        grouping = f" GROUP BY {', '.join(self.strata)}" if self.strata else ""
        raw = self._rows(f"SELECT {', '.join(parts)} FROM read_parquet(?){grouping}")
        if raw["population"].sum() == 0:
            raise SipasError("sampling.frame_empty", "frame", expected="≥ 1", got=0)
        for name in stage.strata:
            check_filled(name, int(raw.filter(pl.col(PREFIX + name).is_null())["population"].sum()))
        texts = [pl.col(PREFIX + name).cast(pl.String).str.normalize("NFC") for name in stage.strata]
        kept = [pl.col(PREFIX + name).alias(f"raw:{name}") for name in stage.strata]
        cells = raw.with_columns(*kept).with_columns(*texts)
        cells = cells.with_columns(parent=pl.lit(""), stratum=stratum_text(stage))
        check_cells(cells)
        return cells

    def _check_permanent(self, schema: pl.Schema) -> None:
        """Refuse permanent numbers that are missing or outside their range: one pass over them."""
        if "prn" not in schema:
            raise SipasError("sampling.column_missing", "prn", expected="prn", got=schema.names())
        query = "SELECT count_if(prn IS NULL), min(prn), max(prn) FROM read_parquet(?)"
        ((missing, low, high),) = self.engine.execute(query, [self.source]).fetchall()
        check_filled("prn", missing)
        for value in (low, high):
            if value is not None and not 0 <= value < RANGE:
                raise SipasError("sampling.number_out_of_range", "prn", expected=f"0 … {RANGE - 1}", got=value)

    def _certain(self, listings: list[Listing], cells: pl.DataFrame) -> dict[str, Certainty]:
        """Find certain units as :func:`probabilities.certainty` does, one pass for each turn."""
        size = _measure(self.stage.measure_of_size)
        found = {li.stratum: Certainty(None, 0, li.total) for li in listings}
        wanted = {li.stratum: li.sample for li in listings}
        open_ = {h for h in found if wanted[h] > 0}
        while open_:
            cutoffs = {h: float(-(-found[h].rest // (wanted[h] - found[h].count))) for h in open_}
            self._put_limits(cells, cutoffs)
            query = f"""SELECT l.stratum, count(*), sum({size})::BIGINT FROM read_parquet(?) AS f
                JOIN limits AS l ON {self._same("f")} WHERE {size} >= l.cutoff GROUP BY ALL"""
            hits = {h: (int(n), int(x)) for h, n, x in self.engine.execute(query, [self.source]).fetchall()}
            totals = {li.stratum: li.total for li in listings}
            for h in sorted(open_):
                count, mass = hits.get(h, (0, 0))
                if count == found[h].count:
                    open_.discard(h)
                    continue
                found[h] = Certainty(int(cutoffs[h]), count, totals[h] - mass)
                if count == wanted[h]:
                    open_.discard(h)
        return found

    def _reached(self, listings: list[Listing], cells: pl.DataFrame) -> pl.DataFrame:
        """Give the units that can be drawn; a list that came out short is fetched whole."""
        needed = {li.stratum: li.sample + li.reserve for li in listings}
        units = self._fetch(listings, cells, {li.stratum: self._cutoff(li) for li in listings})
        found = dict(units.group_by("stratum").len().iter_rows())
        short = {h: EVERYTHING for h in needed if found.get(h, 0) < needed[h]}
        if not short:
            return units
        others = units.filter(~pl.col("stratum").is_in(list(short)))
        return pl.concat([others, self._fetch([li for li in listings if li.stratum in short], cells, short)])

    def _cutoff(self, listing: Listing) -> float:
        """Give a bound of the ranking variable below which there are, almost surely, enough units."""
        needed = listing.sample + listing.reserve
        enough = needed + 12 * sqrt(needed) + 30
        if needed == 0:
            return 0.0
        if self.stage.method == "srs":
            return EVERYTHING if enough >= listing.population else enough / listing.population * RANGE
        # Pareto: a unit with chance π has q < t with chance tπ/(1-π+tπ); t = enough/n is generous for small π
        left = listing.sample - listing.sure.count
        return EVERYTHING if left <= 0 or enough * 4 >= listing.population else 4 * enough / max(left, 1)

    def _fetch(self, listings: list[Listing], cells: pl.DataFrame, cutoffs: Cutoffs) -> pl.DataFrame:
        self._put_limits(cells, cutoffs, {li.stratum: li for li in listings})
        rows = self._rows(self._query(max(cutoffs.values())))
        whole = [pl.col("size", "number").cast(pl.Int64)]
        return rows.with_columns(*whole, parent=pl.lit(""), path=path(["id"]))

    def _rows(self, query: str) -> pl.DataFrame:
        return pl.DataFrame(self.engine.sql(query, params=[self.source]).to_arrow_table())

    def _query(self, widest: float) -> str:
        size = _measure(self.stage.measure_of_size)
        rank = "number" if self.stage.method == "srs" else RANK_SQL
        return f"""SELECT id, number, size, stratum FROM (
                SELECT f.id, {self._number()} AS number, f.size, l.stratum, l.cutoff, l.pi_top, l.pi_rest, l.sure
                FROM (SELECT {UNIT} AS id, {size} AS size, {self._columns()} FROM read_parquet(?)) AS f
                JOIN limits AS l ON {self._same("f")} WHERE {self._early(widest)})
            WHERE size >= sure OR {rank} < cutoff"""

    def _columns(self) -> str:
        source = "prn" if self.coordination else f"sha256({message_sql(purpose_key(self.seed, 'unit', 1), UNIT)})"
        return ", ".join([f"{source} AS random", *self.strata])

    def _number(self) -> str:
        if self.coordination is None:
            return digest_bits_sql("f.random")
        return f"((f.random - {self.coordination.start} + {RANGE}) % {RANGE})"

    def _early(self, widest: float) -> str:
        """Refuse most rows by the first digits of the hash, before they are joined or turned into numbers."""
        if self.coordination is not None or self.stage.method != "srs" or widest >= EVERYTHING:
            return "true"
        return f"f.random < '{int(widest) + 1 << 3:014x}'"

    def _put_limits(self, cells: pl.DataFrame, cutoffs: Cutoffs, listings: dict[str, Listing] | None = None) -> None:
        rows = cells.filter(pl.col("stratum").is_in(list(cutoffs))).select(
            "stratum", *(pl.col(f"raw:{name}").alias(name) for name in self.stage.strata)
        )
        facts = [_limits(h, cutoffs[h], None if listings is None else listings[h]) for h in rows["stratum"]]
        table = pl.DataFrame(facts, schema=LIMITS, orient="row")
        self.engine.register("limits_", rows.with_columns(table.get_columns()))
        self.engine.execute("CREATE OR REPLACE TEMP TABLE limits AS FROM limits_")
        self.engine.unregister("limits_")

    def _same(self, alias: str) -> str:
        return " AND ".join(f"{alias}.{name} = l.{name}" for name in self.strata) or "true"


LIMITS = {"cutoff": pl.Float64, "pi_top": pl.Int64, "pi_rest": pl.Float64, "sure": pl.Float64}
PI_SQL = "((size * pi_top)::DOUBLE / pi_rest)"
RANK_SQL = f"((number::DOUBLE * (1.0 - {PI_SQL})) / ({PI_SQL} * ({RANGE}.0 - number::DOUBLE)))"


def _limits(stratum: str, cutoff: float, listing: Listing | None) -> tuple[float, int, float, float]:
    if listing is None:
        return cutoff, 0, 1.0, EVERYTHING
    sure = listing.sure
    certain = EVERYTHING if sure.cutoff is None else float(sure.cutoff)
    return cutoff, listing.sample - sure.count, float(max(sure.rest, 1)), certain


def _measure(name: str) -> str:
    return "1" if name == COUNT else f"coalesce({_name(name)}, 0)::BIGINT"


def _name(raw: str) -> str:
    return '"' + raw.replace('"', '""') + '"'
