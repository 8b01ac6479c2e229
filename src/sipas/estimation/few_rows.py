"""Phase 1 for few rows: the sums of ``query.phase_1`` made by numpy, without starting an engine.

An engine takes tens of milliseconds to start and to plan a query of a hundred sums, more than forty thousand rows need
to be added. Rows are added in their order, as DuckDB does with one thread, so that the bits are the same; a test holds
the two against each other.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import polars as pl

from sipas.estimation.design import Design
from sipas.estimation.engines import Column, DuckDB, Kind, Rows, files_of, refuse_alike
from sipas.estimation.few_sums import sums_of
from sipas.estimation.measures import Term

MOST_ROWS = 300_000  # from about here on DuckDB is as fast, and needs less memory
INTEGERS = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32)
REALS = (pl.Float32, pl.Float64)
TEXTS = (pl.String, pl.Categorical, pl.Enum)


def few_rows(rows: Rows) -> FewRows | None:
    """Open rows if they are few, in one file or frame.

    Parameters
    ----------
    rows : polars.DataFrame, path or str
        As ``collapse`` takes them.

    Returns
    -------
    FewRows or None
        None where an engine must do it.

    Raises
    ------
    SipasError
        ``estimation.rows_not_found``.
    """
    if isinstance(rows, pl.DataFrame):
        return FewRows(rows, rows.lazy()) if 0 < rows.height <= MOST_ROWS else None
    files = [] if "://" in str(rows) else files_of(rows)
    if len(files) != 1 or "=" in files[0]:  # key=value in a path is a column to DuckDB
        return None
    lazy = pl.scan_parquet(files[0], glob=False)
    count = lazy.select(pl.len()).collect().item()
    return FewRows(rows, lazy) if 0 < count <= MOST_ROWS else None


@dataclass(slots=True)
class FewRows:
    """Rows that fit in memory.

    Parameters
    ----------
    given : polars.DataFrame, path or str
        As given; where a row is at fault, DuckDB looks it up there.
    lazy : polars.LazyFrame
        The same.
    frame : polars.DataFrame
        The columns looked at.
    wanted : tuple of (list of str, list of str, bool)
        What was looked at: keys, others, whether rows are numbered.
    """

    given: Rows
    lazy: pl.LazyFrame
    frame: pl.DataFrame = field(default_factory=pl.DataFrame)
    wanted: tuple[list[str], list[str], bool] = ([], [], False)

    @property
    def names(self) -> list[str]:
        """All columns of the rows, in their order."""
        return self.lazy.collect_schema().names()

    def plain(self, keys: Collection[str], others: Collection[str]) -> bool:
        """Tell whether the columns are of types that need no engine.

        Parameters
        ----------
        keys : collection of str
            Strata, units, domains.
        others : collection of str
            Numbers.

        Returns
        -------
        bool
            Integers and texts as keys, numbers elsewhere; every column there.
        """
        schema = self.lazy.collect_schema()
        if not {*keys, *others} <= set(schema.names()):
            return False
        return all(schema[k] in (*INTEGERS, *TEXTS) for k in keys) and all(
            schema[o] in (*INTEGERS, *REALS) for o in others
        )

    def look(self, keys: Collection[str], others: Collection[str], *, numbered: bool) -> dict[str, Column]:
        """Read the columns.

        Parameters
        ----------
        keys, others : collection of str
            Columns wanted, all ``plain``.
        numbered : bool
            Whether each row is a unit.

        Returns
        -------
        dict of str to Column
            Every column wanted.

        Raises
        ------
        SipasError
            ``estimation.columns_alike``.
        """
        wanted = list(dict.fromkeys([*keys, *others]))
        refuse_alike(wanted)
        self.frame = self.lazy.select(wanted or self.names[:1]).collect()
        self.wanted = (list(keys), list(others), numbered)
        return {name: Column(_kind(dtype), str(dtype)) for name, dtype in self.frame.schema.items() if name in wanted}

    def sums(
        self, design: Design, terms: tuple[Term, ...], domains: tuple[tuple[str, ...], ...], *, carried: bool
    ) -> pl.DataFrame:
        """Make the sums of phase 1.

        Parameters
        ----------
        design : Design
            Names the columns.
        terms : tuple of Term
            Sums to make.
        domains : tuple of tuple of str
            Kinds of domain after the whole.
        carried : bool
            Whether each row is a unit that carries its domains.

        Returns
        -------
        polars.DataFrame
            As ``query.phase_1`` describes.
        """
        return sums_of(self.frame, design, terms, domains, carried=carried)

    def ask(self, text: str) -> pl.DataFrame:
        """Answer a query, by DuckDB.

        Parameters
        ----------
        text : str
            SQL.

        Returns
        -------
        polars.DataFrame
            Its rows.
        """
        keys, others, numbered = self.wanted
        with DuckDB().opened(self.given) as source:
            source.look(keys, others, numbered=numbered)
            return source.ask(text)

    def first(self, column: str, wrong: str) -> tuple[int | None, object]:
        """Find the first row of which a condition holds, by DuckDB.

        Parameters
        ----------
        column : str
            Column whose value is wanted.
        wrong : str
            Condition in SQL.

        Returns
        -------
        (int or None, object)
            Number of the row, from 1, and the value.
        """
        keys, others, numbered = self.wanted
        with DuckDB().opened(self.given) as source:
            source.look(keys, others, numbered=numbered)
            return source.first(column, wrong)

    def literal(self, value: object) -> str:
        """Write a value as text in SQL.

        Parameters
        ----------
        value : object
            Written as ``str`` writes it.

        Returns
        -------
        str
            In single quotes.
        """
        return "'" + str(value).replace("'", "''") + "'"


def _kind(dtype: pl.DataType) -> Kind:
    if dtype in TEXTS:
        return "text"
    return "whole" if dtype in INTEGERS else "real"
