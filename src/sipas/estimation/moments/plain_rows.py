"""Phase 1 for rows of plain columns: the sums of ``query.phase_1`` made by numpy, chunk after chunk.

An engine takes tens of milliseconds to start and to plan a query of a hundred sums, more than forty thousand rows need
to be added; and it keeps the sums of a group together, so that rows in no order miss the processor's cache, where numpy
adds one column after another. Rows are added in their order, as DuckDB does with one thread, so that the bits are the
same; a test holds the two against each other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice

import polars as pl

from sipas.estimation.designs.design import Design
from sipas.estimation.designs.measures import Term
from sipas.estimation.moments.engines import Column, DuckDB, Kind, Rows, refuse_alike
from sipas.estimation.moments.plain_chunk import filled
from sipas.estimation.moments.plain_sums import TooManyGroupsError, sums_of
from sipas.estimation.moments.query import text_literal
from sipas.estimation.moments.row_files import files_of, refuse_differing

CHUNK = 1 << 18  # rows added at a time: their columns fit into the processor's cache
MOST_READ = 4 * CHUNK  # rows read at a time: most files have smaller row groups
MOST_ALONE = 300_000  # rows that are units of their own: there is nothing to add, and an engine can spill
INTEGERS = (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32)
REALS = (pl.Float32, pl.Float64)
TEXTS = (pl.String, pl.Categorical, pl.Enum)


def plain_rows(rows: Rows) -> PlainRows | None:
    """Open rows of a frame or of files on this machine.

    Parameters
    ----------
    rows : polars.DataFrame, path or str
        As ``collapse`` takes them.

    Returns
    -------
    PlainRows or None
        None where an engine must do it.

    Raises
    ------
    SipasError
        ``estimation.rows_not_found``.
    """
    if isinstance(rows, pl.DataFrame):
        return PlainRows(rows, [], (rows.lazy(),), rows.height) if rows.height else None
    files = [] if "://" in str(rows) else files_of(rows)
    if not files or any("=" in file for file in files):  # key=value in a path is a column to DuckDB
        return None
    parts = tuple(pl.scan_parquet(file, glob=False) for file in files)
    count = sum(_height(part) for part in parts)
    return PlainRows(rows, files, parts, count) if count else None


@dataclass(slots=True)
class PlainRows:
    """Rows read in chunks.

    Parameters
    ----------
    given : polars.DataFrame, path or str
        As given; where a row is at fault, DuckDB looks it up there.
    files : list of str
        Parquet files; empty for a frame.
    parts : tuple of polars.LazyFrame
        The files, or the frame.
    count : int
        Number of rows.
    wanted : tuple of (list of str, list of str, bool)
        What was looked at: keys, others, whether rows are numbered.
    """

    given: Rows
    files: list[str]
    parts: tuple[pl.LazyFrame, ...]
    count: int
    wanted: tuple[list[str], list[str], bool] = ([], [], False)

    @property
    def names(self) -> list[str]:
        """All columns of the rows, in their order."""
        return self.parts[0].collect_schema().names()

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
        schema = self.parts[0].collect_schema()
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
            ``estimation.columns_alike``, ``estimation.files_differ``.
        """
        wanted = list(dict.fromkeys([*keys, *others]))
        refuse_alike(wanted)
        refuse_differing(self.files, wanted)
        self.wanted = (list(keys), list(others), numbered)
        schema = self.parts[0].collect_schema()
        return {name: Column(_kind(schema[name]), str(schema[name])) for name in wanted}

    def chunks(self) -> Iterator[tuple[pl.DataFrame, dict[str, int]]]:
        """Read the columns looked at.

        Yields
        ------
        (polars.DataFrame, dict of str to int)
            Rows in their order, all in one frame where they are numbered; what stands for missing in which columns.
        """
        keys, others, numbered = self.wanted
        wanted = list(dict.fromkeys([*keys, *others])) or self.names[:1]
        parts = [part.select(wanted) for part in self.parts]
        fill = list(dict.fromkeys(name for name in others if name not in keys))
        if numbered:
            yield filled(pl.concat([part.collect() for part in parts]), fill)
            return
        step = min(MOST_READ, max(CHUNK, self.count // 4))
        slices = (part.slice(start, step) for part in parts for start in range(0, _height(part), step))
        read = (partial(_read, one, fill) for one in slices)
        with ThreadPoolExecutor(1) as ahead:  # the next slice is decoded while this one is added
            coming = deque(ahead.submit(one) for one in islice(read, 1))
            while coming:
                frame, bounds = coming.popleft().result()
                coming.extend(ahead.submit(one) for one in islice(read, 1))
                for start in range(0, frame.height, CHUNK):
                    yield frame.slice(start, CHUNK), bounds

    def sums(
        self, design: Design, terms: tuple[Term, ...], domains: tuple[tuple[str, ...], ...], *, carried: bool
    ) -> pl.DataFrame | None:
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
        polars.DataFrame or None
            As ``query.phase_1`` describes; None where they are so many that an engine must make them.
        """
        if design.by_row and self.count > MOST_ALONE:
            return None
        try:
            return sums_of(self.chunks(), design, terms, domains, carried=carried)
        except TooManyGroupsError:
            return None

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
        return text_literal(value)


def _read(part: pl.LazyFrame, fill: list[str]) -> tuple[pl.DataFrame, dict[str, int]]:
    return filled(part.collect(), fill)


def _height(part: pl.LazyFrame) -> int:
    return int(part.select(pl.len()).collect().item())


def _kind(dtype: pl.DataType) -> Kind:
    if dtype in TEXTS:
        return "text"
    return "whole" if dtype in INTEGERS else "real"
