"""Phase 1 in Spark SQL: the same text as in DuckDB, on one machine or on a cluster. Needs ``sipas[spark]``."""

from __future__ import annotations

import importlib.util
import os
import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation.moments.engines import GIVEN, SOURCE, Column, Kind, Rows, refuse_alike, refuse_keys
from sipas.estimation.moments.java import Gateway, find_java, start_gateway
from sipas.estimation.moments.query import ROW_NUMBER, quoted
from sipas.estimation.moments.row_files import files_of, refuse_differing

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# What makes Spark read the text as DuckDB does.
AS_STANDARD = {
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.parser.escapedStringLiterals": "false",  # "true" would not read a doubled quote
    "spark.sql.caseSensitive": "true",
    "spark.sql.session.timeZone": "UTC",
}
ALONE = {
    "spark.app.name": "sipas",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.maxResultSize": "0",
}
PLAIN_REALS = 1e7  # from here on Java writes 1.0E7 and DuckDB 10000000.0


@dataclass(frozen=True, slots=True)
class Spark:
    """Spark SQL as the engine of phase 1.

    Parameters
    ----------
    threads : int, optional
        Of a Spark that is started here, on this machine. Missing: one per core.
    memory : str
        Most that its Java's heap may hold; what is more goes to disk.
    session : pyspark.sql.SparkSession, optional
        A session that exists, as on a cluster; its own settings and views stay as they are. ``threads`` and
        ``memory`` are then its own. Rows must be Parquet files that every node reads.

    Notes
    -----
    A Spark started here stays until Python ends or ``stop_spark``; there is one to a process, and the first decides on
    threads and memory. Sums differ from DuckDB's, and from run to run, by the order of addition: relative 1e-12 where
    nothing cancels. Official figures are made with ``DuckDB(threads=1)``.
    """

    threads: int | None = None
    memory: str = "2g"
    session: SparkSession | None = field(default=None, compare=False)

    @contextmanager
    def opened(self, rows: Rows) -> Iterator[SparkRows]:
        """Open rows for queries.

        Parameters
        ----------
        rows : polars.DataFrame, path or str
            A frame, or a Parquet file, folder or pattern.

        Yields
        ------
        SparkRows
            Usable inside the ``with`` only.

        Raises
        ------
        SipasError
            ``estimation.pyspark_missing``, ``estimation.java_missing``, ``estimation.java_too_old``,
            ``estimation.spark_not_started``, ``estimation.rows_not_found``, ``estimation.rows_not_shared`` (a frame, on
            a cluster).
        """
        session = (self.session or _running(self.threads, self.memory)).newSession()
        for name, value in AS_STANDARD.items():
            session.conf.set(name, value)
        if not isinstance(rows, pl.DataFrame):
            yield SparkRows(session, files_of(rows))
            return
        if not str(session.sparkContext.master).startswith("local"):
            raise SipasError("estimation.rows_not_shared", "rows")
        with TemporaryDirectory(prefix="sipas-") as folder:
            file = Path(folder) / "rows.parquet"
            yield SparkRows(session, [str(file)], rows)


@dataclass(frozen=True, slots=True)
class SparkRows:
    """Rows opened by Spark.

    Parameters
    ----------
    session : pyspark.sql.SparkSession
        Where the relations are made.
    files : list of str
        Parquet files.
    frame : polars.DataFrame, optional
        Rows not yet in the one file.
    """

    session: SparkSession
    files: list[str]
    frame: pl.DataFrame | None = None

    @property
    def names(self) -> list[str]:
        """All columns of the rows, in their order."""
        return self._read().columns if self.frame is None else self.frame.columns

    def look(self, keys: Collection[str], others: Collection[str], *, numbered: bool) -> dict[str, Column]:
        """Make the relations, as ``Source.look``.

        Parameters
        ----------
        keys, others : collection of str
            Columns wanted.
        numbered : bool
            Whether ``survey_source`` needs the number of the row.

        Returns
        -------
        dict of str to Column
            Every column wanted.

        Raises
        ------
        SipasError
            ``estimation.columns_alike``, ``estimation.column_name_not_plain``, ``estimation.files_differ``,
            ``estimation.key_not_plain`` (also real numbers that are not whole or not below ten millions, and truths
            that are also added).
        """
        wanted = list(dict.fromkeys([*keys, *others]))
        refuse_alike(wanted)
        _refuse_names(wanted)
        if self.frame is not None:
            self.frame.select(wanted or self.frame.columns[:1]).write_parquet(self.files[0])
        refuse_differing(self.files, wanted)
        given = self._read()
        found = {name: Column(_kind(written), written) for name, written in given.dtypes if name in wanted}
        given.createOrReplaceTempView(GIVEN)
        self._refuse_keys({name: found[name] for name in keys}, others)
        source = _numbered(given, ROW_NUMBER) if numbered else given
        source.createOrReplaceTempView("survey_typed")
        # Spark compares no truth with a code; DuckDB takes it for 1 and 0.
        truths = [name for name in dict.fromkeys(others) if found[name].kind == "truth"]
        typed = [f"CAST({quoted(c)} AS INT) AS {quoted(c)}" if c in truths else quoted(c) for c in source.columns]
        self.session.sql(f"SELECT {', '.join(typed)} FROM survey_typed").createOrReplaceTempView(SOURCE)
        return {name: found[name] for name in wanted}

    def ask(self, text: str) -> pl.DataFrame:
        """Answer a query.

        Parameters
        ----------
        text : str
            SQL.

        Returns
        -------
        polars.DataFrame
            Its rows.

        Raises
        ------
        SipasError
            ``estimation.spark_failed``, as when its Java ran out of memory.
        """
        from py4j.protocol import Py4JError
        from pyspark.errors import PySparkException

        try:
            found = self.session.sql(text).toArrow()
        except (PySparkException, Py4JError, OSError, EOFError) as error:
            told = str(error).strip().partition("\n")[0]
            raise SipasError("estimation.spark_failed", "engine", got=told or type(error).__name__) from error
        return pl.DataFrame(pl.from_arrow(found))

    def first(self, column: str, wrong: str) -> tuple[int | None, object]:
        """Find the first row of which a condition holds.

        Parameters
        ----------
        column : str
            Column whose value is wanted.
        wrong : str
            Condition in SQL.

        Returns
        -------
        (int or None, object)
            Number of the row, from 1, and the value; (None, None) where the condition holds nowhere.
        """
        _numbered(self._read(), "row_at_fault").createOrReplaceTempView("survey_numbered")
        text = f"SELECT row_at_fault, {quoted(column)} FROM survey_numbered WHERE {wrong} ORDER BY 1 LIMIT 1"
        found = self.ask(text)
        return (None, None) if found.is_empty() else (int(found[0, 0]), found[0, 1])

    def literal(self, value: object) -> str:
        """Write a value as text in SQL, for the conditions of ``first``.

        Parameters
        ----------
        value : object
            Written as ``str`` writes it.

        Returns
        -------
        str
            In single quotes.
        """
        return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"

    def _read(self) -> DataFrame:
        return self.session.read.parquet(*(_literally(file) for file in self.files))

    def _refuse_keys(self, keys: dict[str, Column], others: Collection[str]) -> None:
        refuse_keys(keys)
        for name, column in keys.items():
            place = Place(column=name)
            if column.kind == "truth" and name in others:
                raise SipasError("estimation.key_not_plain", name, got=column.type, place=place)
            if column.kind == "real":
                value = f"CAST({quoted(name)} AS DOUBLE)"
                wrong = f"NOT ({value} = FLOOR({value}) AND ABS({value}) < {PLAIN_REALS:.1f})"
                row, got = self.first(name, wrong)
                if row is not None:
                    raise SipasError("estimation.key_not_plain", name, got=got, place=Place(row=row, column=name))


def _refuse_names(wanted: list[str]) -> None:
    """Refuse a backslash: Spark reads it in a quoted name as it does in a text."""
    for name in wanted:
        if "\\" in name:
            raise SipasError("estimation.column_name_not_plain", name, got="\\", place=Place(column=name))


def _literally(file: str) -> str:
    """Spark takes every path for a pattern."""
    if "://" in file:
        return file
    return "".join(f"\\{sign}" if sign in "*?[]{}\\" else sign for sign in str(Path(file).absolute()))


def _numbered(rows: DataFrame, name: str) -> DataFrame:
    """Give each row its number, in the order of the files' names and of the rows in them."""
    if len(rows.inputFiles()) < 2:
        return rows.selectExpr("*", f"_metadata.row_index + 1 AS {quoted(name)}")
    columns = rows.columns
    located = rows.select("*", "_metadata.file_path", "_metadata.row_index")
    located.createOrReplaceTempView("survey_located")
    session = rows.sparkSession
    # Spark tells a file by its address, in which + is +.
    path = "url_decode(replace(file_path, '+', '%2B'))"
    count = f"SELECT file_path, {path} AS path, COUNT(*) AS rows FROM survey_located GROUP BY file_path"
    before = "COALESCE(SUM(rows) OVER (ORDER BY path ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)"
    session.sql(f"SELECT file_path AS path, {before} AS before FROM ({count}) q").createOrReplaceTempView(
        "survey_files"
    )
    listed = ", ".join(quoted(column) for column in columns)
    return session.sql(
        f"SELECT /*+ BROADCAST(f) */ {listed}, f.before + s.row_index + 1 AS {quoted(name)} "
        "FROM survey_located s JOIN survey_files f ON s.file_path = f.path"
    )


SPARK_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), "whole"),
    "decimal": "decimal",
    "float": "real",
    "double": "real",
    "boolean": "truth",
    "string": "text",
    "date": "day",
    "timestamp_ntz": "moment",
    "void": "empty",
}


def _kind(written: str) -> Kind:
    return SPARK_KINDS.get(written.partition("(")[0], "other")


_started: list[Gateway] = []  # one Java to a process


def _running(threads: int | None, memory: str) -> SparkSession:
    if importlib.util.find_spec("pyspark") is None:
        raise SipasError("estimation.pyspark_missing", "engine", expected="sipas[spark]")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas, which is not used
        from pyspark import SparkContext
        from pyspark import __file__ as home
        from pyspark.sql import SparkSession

        if SparkContext._active_spark_context is None and "PYSPARK_GATEWAY_PORT" not in os.environ:
            cores = "*" if threads is None else str(threads)
            settings = {**ALONE, "spark.master": f"local[{cores}]"}
            _started.append(start_gateway(find_java(), Path(home).parent, settings, memory))
            with _at(_started[-1]):
                return SparkSession.builder.getOrCreate()
        return SparkSession.builder.getOrCreate()


@contextmanager
def _at(gateway: Gateway) -> Iterator[None]:
    """Tell PySpark of the Java that waits."""
    told = {"PYSPARK_GATEWAY_PORT": str(gateway.port), "PYSPARK_GATEWAY_SECRET": gateway.secret}
    os.environ.update(told)
    try:
        yield
    finally:
        for name in told:
            os.environ.pop(name, None)


def stop_spark() -> None:
    """End the Spark that was started here, if any; sessions of others stay."""
    if not _started:
        return
    from pyspark import SparkContext

    context: Any = SparkContext._active_spark_context
    if context is not None:
        context.stop()
    gateway: Any = SparkContext._gateway
    if gateway is not None:
        gateway.close()
    SparkContext._gateway = None
    SparkContext._jvm = None
    _started.pop().stop()
