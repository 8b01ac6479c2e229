"""Where phase 1 runs: what an engine must do, and DuckDB, which does it in the process.

An engine opens rows, makes two relations of them and answers queries. ``survey_rows_given`` holds the columns as they
are; ``survey_source`` is what ``query.phase_1`` reads: with the number of the row where that is wanted. The text of the
queries is one for all engines; the number of a row is the one thing that each makes in its own way, because standard
SQL has no row number without an order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple, Protocol, TypeAlias

import duckdb
import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation.moments.query import ROW_NUMBER, quoted, text_literal
from sipas.estimation.moments.row_files import files_of, refuse_differing

Rows: TypeAlias = "pl.DataFrame | Path | str"
Kind = Literal["whole", "decimal", "real", "truth", "text", "day", "moment", "empty", "other"]

GIVEN = "survey_rows_given"
SOURCE = "survey_source"
NUMERIC: tuple[Kind, ...] = ("whole", "decimal", "real", "truth", "empty")


class Column(NamedTuple):
    """What an engine says of a column.

    Parameters
    ----------
    kind : str
        ``whole``, ``decimal`` and ``real`` numbers, ``truth`` (boolean), ``text``, ``day`` (date), ``moment`` (time
        stamp without time zone), ``empty`` (a column of nothing but missing values), ``other``.
    type : str
        The type in the engine's words.
    """

    kind: Kind
    type: str


class Source(Protocol):
    """Rows that an engine has opened."""

    @property
    def names(self) -> list[str]:
        """All columns of the rows, in their order."""

    def look(self, keys: Collection[str], others: Collection[str], *, numbered: bool) -> dict[str, Column]:
        """Make the relations ``survey_rows_given`` and ``survey_source``.

        Parameters
        ----------
        keys : collection of str
            Columns that will be cast to text: strata, units, domains.
        others : collection of str
            Columns that will be added, compared with numbers or looked at.
        numbered : bool
            Whether ``survey_source`` needs the number of the row (``query.ROW_NUMBER``, from 1; files in the order of
            their names).

        Returns
        -------
        dict of str to Column
            Every column wanted.

        Raises
        ------
        SipasError
            ``estimation.columns_alike``, ``estimation.files_differ``, ``estimation.key_not_plain``.
        """

    def ask(self, text: str) -> pl.DataFrame:
        """Answer a query.

        Parameters
        ----------
        text : str
            SQL in the words that all engines share.

        Returns
        -------
        polars.DataFrame
            Rows in no particular order, unless the text orders them.
        """

    def first(self, column: str, wrong: str) -> tuple[int | None, object]:
        """Find the first row of which a condition holds.

        Parameters
        ----------
        column : str
            Column whose value is wanted.
        wrong : str
            Condition in SQL, over the columns as they were given.

        Returns
        -------
        (int or None, object)
            Number of the row, from 1, and the value; (None, None) where the condition holds nowhere.
        """

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


class Engine(Protocol):
    """Something that can run phase 1."""

    def opened(self, rows: Rows) -> AbstractContextManager[Source]:
        """Open rows for queries.

        Parameters
        ----------
        rows : polars.DataFrame, path or str
            A frame, or a Parquet file, folder or pattern.

        Returns
        -------
        context manager of Source
            Usable inside the ``with`` only.
        """


@dataclass(frozen=True, slots=True)
class DuckDB:
    """The engine in the process.

    Parameters
    ----------
    threads : int
        1 for an official run: with more, sums differ from run to run in their last bits.
    memory_limit : str, optional
        As DuckDB writes it (``"500MB"``); what is more goes to disk. Missing: 80 % of the machine's memory. The limit
        holds for the query; the moments it gives come on top.
    spill : pathlib.Path, optional
        Folder for what does not fit (made if need be), with room for the keys and sums. Missing: the system's temporary
        folder. The files lie in a folder of their own, which nobody else may read and which goes when the rows are
        closed.
    """

    threads: int = 1
    memory_limit: str | None = None
    spill: Path | None = None

    def connect(self, folder: str | None = None) -> duckdb.DuckDBPyConnection:
        """Open a database in memory.

        Parameters
        ----------
        folder : str, optional
            Where it spills; missing: ``spill``.

        Returns
        -------
        duckdb.DuckDBPyConnection
            With the settings made.
        """
        config: dict[str, str | bool | int | float | list[str]] = {"threads": self.threads}
        if self.memory_limit is not None:
            config["memory_limit"] = self.memory_limit
        if folder is not None or self.spill is not None:
            config["temp_directory"] = folder or str(self.spill)
        database = duckdb.connect(config=config)
        database.execute("SET enable_progress_bar = false")  # it would write into the terminal of whoever calls
        return database

    @contextmanager
    def opened(self, rows: Rows) -> Iterator[DuckDBRows]:
        """Open rows for queries.

        Parameters
        ----------
        rows : polars.DataFrame, path or str
            A frame, or a Parquet file, folder or pattern.

        Yields
        ------
        DuckDBRows
            Usable inside the ``with`` only.

        Raises
        ------
        SipasError
            ``estimation.rows_not_found``.
        """
        if self.spill is not None:
            self.spill.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix="sipas-", dir=self.spill) as folder, self.connect(folder) as database:
            yield DuckDBRows(database, rows if isinstance(rows, pl.DataFrame) else files_of(rows))


@dataclass(frozen=True, slots=True)
class DuckDBRows:
    """Rows opened by DuckDB.

    Parameters
    ----------
    database : duckdb.DuckDBPyConnection
        Where the relations are made.
    rows : polars.DataFrame or list of str
        A frame, or Parquet files.
    """

    database: duckdb.DuckDBPyConnection
    rows: pl.DataFrame | list[str]

    @property
    def names(self) -> list[str]:
        """All columns of the rows, in their order."""
        if isinstance(self.rows, pl.DataFrame):
            return self.rows.columns
        return self.database.read_parquet(self.rows).columns

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
            ``estimation.columns_alike``, ``estimation.files_differ``, ``estimation.key_not_plain``.
        """
        wanted = list(dict.fromkeys([*keys, *others]))
        refuse_alike(wanted)
        if isinstance(self.rows, pl.DataFrame):
            self.database.register(GIVEN, self.rows.select(wanted or self.rows.columns[:1]).to_arrow())
        else:
            refuse_differing(self.rows, wanted)
            self.database.read_parquet(self.rows).create_view(GIVEN)
        # A window without order keeps the order of the rows and streams.
        number = f", ROW_NUMBER() OVER () AS {ROW_NUMBER}" if numbered else ""
        self.database.execute(f"CREATE VIEW {SOURCE} AS SELECT *{number} FROM {GIVEN}")
        given = self.database.table(GIVEN)
        found = {name: Column(_kind(str(t)), str(t)) for name, t in zip(given.columns, given.types, strict=True)}
        refuse_keys({name: found[name] for name in keys})
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
            ``estimation.out_of_memory``: neither the memory nor the folder for what does not fit has room.
        """
        try:
            found: pl.DataFrame = self.database.sql(text).pl()
        except duckdb.OutOfMemoryException as error:
            told = str(error).partition("\n")[0]
            raise SipasError("estimation.out_of_memory", "memory_limit, spill", got=told) from error
        return found

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
        rows = f"SELECT *, ROW_NUMBER() OVER () AS row_at_fault FROM {GIVEN}"
        text = f"SELECT row_at_fault, {quoted(column)} FROM ({rows}) q WHERE {wrong} ORDER BY 1 LIMIT 1"
        got = self.database.execute(text).fetchone()
        return (None, None) if got is None else (int(got[0]), got[1])

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
        return text_literal(value)


DUCKDB_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), "whole"),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), "whole"),
    "DECIMAL": "decimal",
    "FLOAT": "real",
    "DOUBLE": "real",
    "BOOLEAN": "truth",
    "VARCHAR": "text",
    "ENUM": "text",
    "DATE": "day",
    "TIMESTAMP": "moment",
    '"NULL"': "empty",
}


def _kind(written: str) -> Kind:
    return "other" if written.endswith("]") else DUCKDB_KINDS.get(written.partition("(")[0], "other")


def refuse_alike(wanted: list[str]) -> None:
    """Refuse columns whose names differ in upper and lower case only: SQL takes them for one.

    Parameters
    ----------
    wanted : list of str
        Columns.

    Raises
    ------
    SipasError
        ``estimation.columns_alike``.
    """
    seen: dict[str, str] = {}
    for name in wanted:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            raise SipasError("estimation.columns_alike", "rows", got=[other, name], place=Place(column=name))


def refuse_keys(keys: dict[str, Column]) -> None:
    """Refuse strata, units and domains that engines write in different ways.

    Parameters
    ----------
    keys : dict of str to Column
        Columns that are cast to text.

    Raises
    ------
    SipasError
        ``estimation.key_not_plain``: bytes, lists, times of day, time stamps with a zone.
    """
    for name, column in keys.items():
        if column.kind == "other":
            raise SipasError("estimation.key_not_plain", name, got=column.type, place=Place(column=name))
