"""What a table promises, and the check of that promise."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from sipas.errors import Place, SipasError

MOST_ROWS_NAMED = 5


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        As it stands in the file.
    dtype : polars data type
        Exact type.
    meaning : str
        What a value says, with its unit.
    nullable : bool
        Whether a value may be missing.
    low, high : float, optional
        Range of a number, ends included.
    allowed : tuple of str
        The values a text may have; empty: any.
    optional : bool
        Whether the whole column may be absent.
    """

    name: str
    dtype: pl.DataType | type[pl.DataType]
    meaning: str
    nullable: bool = False
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] = ()
    optional: bool = False

    def faults(self) -> pl.Expr:
        """Give an expression that is true where a value breaks the promise.

        Returns
        -------
        polars.Expr
            Boolean, never null.
        """
        col = pl.col(self.name)
        wrong = pl.lit(False) if self.nullable else col.is_null()
        if self.low is not None:
            wrong = wrong | (col < self.low)
        if self.high is not None:
            wrong = wrong | (col > self.high)
        if self.allowed:
            wrong = wrong | ~col.is_in(list(self.allowed))
        if self.dtype == pl.Float64:
            wrong = wrong | col.is_nan()
        return wrong.fill_null(value=False) | (pl.lit(not self.nullable) & col.is_null())


@dataclass(frozen=True, slots=True)
class Table:
    """A table that crosses a door.

    Parameters
    ----------
    name : str
        Name of the file without its ending.
    meaning : str
        What one row is.
    key : tuple of str
        Columns that identify a row.
    columns : tuple of Column
        The promised columns, in order.
    open_columns : str
        What further columns may be there; empty: none.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    open_columns: str = ""

    def check(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Check a frame against the promise.

        Parameters
        ----------
        frame : polars.DataFrame
            Any rows; further columns only where the table is open.

        Returns
        -------
        polars.DataFrame
            The same rows, promised columns first.

        Raises
        ------
        SipasError
            ``tables.column_missing``, ``tables.column_unknown``, ``tables.column_type``, ``tables.value``,
            ``tables.key_repeated``.
        """
        self._check_columns(frame)
        there = [column for column in self.columns if column.name in frame.columns]
        wrong = frame.select(column.faults().any().alias(column.name) for column in there)
        for column in there:
            if wrong[column.name].any():
                self._check_values(frame, column)
        self._check_key(frame)
        first = [c.name for c in self.columns if c.name in frame.columns]
        return frame.select(first + [name for name in frame.columns if name not in first])

    def empty(self) -> pl.DataFrame:
        """Give the table without rows.

        Returns
        -------
        polars.DataFrame
            Every promised column with its type.
        """
        return pl.DataFrame(schema={c.name: c.dtype for c in self.columns})

    def _check_columns(self, frame: pl.DataFrame) -> None:
        for column in self.columns:
            if column.name not in frame.columns:
                if column.optional:
                    continue
                raise SipasError(
                    "tables.column_missing",
                    self.name,
                    expected=column.name,
                    got=frame.columns,
                    place=self._at(column),
                )
            if frame.schema[column.name] != column.dtype:
                raise SipasError(
                    "tables.column_type",
                    self.name,
                    expected=str(column.dtype),
                    got=str(frame.schema[column.name]),
                    place=self._at(column),
                )
        unknown = [name for name in frame.columns if name not in {c.name for c in self.columns}]
        if unknown and not self.open_columns:
            raise SipasError("tables.column_unknown", self.name, expected=[c.name for c in self.columns], got=unknown)

    def _check_values(self, frame: pl.DataFrame, column: Column) -> None:
        marked = frame.select(column.faults().alias("wrong"), pl.col(column.name).alias("got"))
        wrong = marked.with_row_index("row", offset=1).filter("wrong")
        if wrong.height:
            raise SipasError(
                "tables.value",
                self.name,
                expected=column.meaning,
                got=wrong["got"].head(MOST_ROWS_NAMED).to_list(),
                hint=wrong.height,
                place=Place(file=self.name, row=int(wrong["row"][0]), column=column.name),
            )

    def _check_key(self, frame: pl.DataFrame) -> None:
        if not self.key or frame.is_empty():
            return
        keys = frame.select(self.key)
        if keys.n_unique() == keys.height:
            return
        twice = keys.filter(keys.is_duplicated()).row(0)
        raise SipasError("tables.key_repeated", self.name, expected=list(self.key), got=list(twice))

    def _at(self, column: Column) -> Place:
        return Place(file=self.name, column=column.name)
