"""The DuckDB connections of this room: in memory, bounded, silent."""

from __future__ import annotations

import duckdb
import polars as pl

THREADS = 2


def connect(*, memory: str = "300MB", threads: int = THREADS, spill: str | None = None) -> duckdb.DuckDBPyConnection:
    """Open a connection.

    Parameters
    ----------
    memory : str
        Most DuckDB may hold.
    threads : int
        Threads; no result depends on them.
    spill : str, optional
        Folder for what does not fit; by default DuckDB's.

    Returns
    -------
    duckdb.DuckDBPyConnection
        To be closed by the caller.
    """
    engine = duckdb.connect()
    engine.execute("SET enable_progress_bar = false")  # it would print into the output of the command line
    engine.execute(f"SET threads = {int(threads)}")
    engine.execute("SET memory_limit = ?", [memory])
    if spill is not None:
        engine.execute("SET temp_directory = ?", [spill])
    return engine


def files_schema(engine: duckdb.DuckDBPyConnection, source: str) -> pl.Schema:
    """Give the columns of Parquet files.

    Parameters
    ----------
    engine : duckdb.DuckDBPyConnection
        Open connection.
    source : str
        Path or glob.

    Returns
    -------
    polars.Schema
        As polars would read them.
    """
    none = engine.sql("FROM read_parquet(?) LIMIT 0", params=[source])
    return pl.DataFrame(none.to_arrow_table()).schema
