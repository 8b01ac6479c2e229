"""Which group each row of a chunk belongs to, and sums of the groups carried on from the chunks before."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy import sparse

from sipas.estimation.designs.design import Design
from sipas.estimation.designs.strata import Flags, Ints, Reals

SHORT = (pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32)
ROOM = 1 << 20  # codes up to here are numbered by a table of all of them, not by a sort


class Groups:
    """Which group each row of a chunk belongs to.

    Parameters
    ----------
    of_row : array of int, shape (rows,)
        Number of the group.
    first : array of int, shape (G,)
        First row of each group.
    alone : bool
        Whether every row is a group of its own, in the order of the rows.
    """

    def __init__(self, of_row: Ints, first: Ints, *, alone: bool = False) -> None:
        self.of_row, self.first, self.alone = of_row, first, alone
        count = first.size
        self.numbers = of_row if alone else np.concatenate([np.arange(count), of_row])
        self.scratch = np.empty(0 if alone else self.numbers.size)
        self.room = np.empty(of_row.size) if alone else self.scratch[count:]
        self._weights: sparse.csc_array | None = None

    def total(self, before: Reals) -> Reals:
        """Add the values in ``room`` to the sums before, row after row.

        Parameters
        ----------
        before : array of float, shape (G,)
            Sums of the rows before.

        Returns
        -------
        array of float, shape (G,)
            Sums, as if all rows had been added in one go.
        """
        if self.alone:
            return before + self.room
        self.scratch[: before.size] = before
        return np.asarray(np.bincount(self.numbers, self.scratch, before.size), np.float64)

    def weighed(self, weight: Reals, holds: Flags, before: Reals) -> Reals:
        """Add weights to the sums before, row after row.

        Parameters
        ----------
        weight : array of float, shape (rows,)
            The same in every call.
        holds : array of bool, shape (rows,)
            Rows whose weight counts.
        before : array of float, shape (G,)
            Sums of the rows before.

        Returns
        -------
        array of float, shape (G,)
            Sums, as if all rows had been added in one go.
        """
        if self.alone:
            return before + weight * holds
        if self._weights is None:
            # A column for each sum before and one for each row, in order: the product adds them one after another.
            count, size = self.first.size, self.numbers.size
            ends = np.arange(size + 1, dtype=np.int32)
            entries = np.concatenate([np.ones(count), weight]), self.numbers.astype(np.int32), ends
            self._weights = sparse.csc_array(entries, shape=(count, size))
        self.scratch[: before.size] = before
        np.copyto(self.room, holds)
        return np.asarray(self._weights @ self.scratch)

    def count(self, holds: Flags) -> Reals:
        """Count the rows of which something holds.

        Parameters
        ----------
        holds : array of bool, shape (rows,)
            Of each row.

        Returns
        -------
        array of float, shape (G,)
            Whole numbers.
        """
        if self.alone:
            return holds.astype(np.float64)
        rows = self.of_row[np.flatnonzero(holds)]
        return np.bincount(rows, minlength=self.first.size).astype(np.float64)

    def constant(self, column: pl.Series) -> bool:
        """Tell whether a column has one value in every group.

        Parameters
        ----------
        column : polars.Series
            Of the chunk's rows.

        Returns
        -------
        bool
            Missing counts as a value.
        """
        codes, _ = _codes(column)
        return self.alone or bool(np.array_equal(codes[self.first][self.of_row], codes))

    def ends(self, values: Reals) -> tuple[Reals, Reals]:
        """Find the least and the greatest value of each group.

        Parameters
        ----------
        values : array of float, shape (rows,)
            NaN only where all is refused later.

        Returns
        -------
        least, most : array of float, shape (G,)
            Ends.
        """
        if self.alone:
            return values, values
        order = np.argsort(self.of_row, kind="stable")
        starts = np.searchsorted(self.of_row[order], np.arange(self.first.size))
        return np.minimum.reduceat(values[order], starts), np.maximum.reduceat(values[order], starts)


def unit_groups(frame: pl.DataFrame, design: Design) -> Groups:
    """Group rows by unit of the last stage.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows.
    design : Design
        Names strata and units.

    Returns
    -------
    Groups
        In the order of codes.
    """
    rows = np.arange(frame.height)
    if design.by_row:
        return Groups(rows, rows, alone=True)
    named = [column for stage in design.stages for column in (stage.strata, stage.ids) if column is not None]
    groups = _grouped(*_codes(frame[named[-1]]))
    for column in reversed(named[:-1]):
        groups = _finer(groups, *_codes(frame[column]))
    return groups


def domain_groups(frame: pl.DataFrame, kind: tuple[str, ...], units: Groups) -> Groups:
    """Group rows by unit and domain.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows.
    kind : tuple of str
        Columns of the domain.
    units : Groups
        Their units.

    Returns
    -------
    Groups
        A row with a missing value in any of the columns is in the group without domain of its unit.
    """
    every = [_codes(frame[column]) for column in kind]
    told = np.logical_and.reduce([codes > 0 for codes, _ in every])
    groups = units
    for codes, size in every:
        groups = _finer(groups, np.where(told, codes, 0), size)
    return groups


def _finer(groups: Groups, codes: Ints, size: int) -> Groups:
    if np.array_equal(codes[groups.first][groups.of_row], codes):
        return groups
    return _grouped(groups.of_row * size + codes, groups.first.size * size)


def _codes(column: pl.Series) -> tuple[Ints, int]:
    """Give each value of a column a number from 1; 0 stands for missing."""
    if column.null_count() == column.len():
        return np.zeros(column.len(), dtype=np.int64), 1
    if not column.dtype.is_integer():
        column = (column if column.dtype == pl.Categorical else column.cast(pl.Categorical)).to_physical()
    least, most = int(column.min()), int(column.max())  # type: ignore[arg-type]  # integers
    if most - least >= ROOM:
        column = column.rank("dense")
        least, most = 1, int(column.max())  # type: ignore[arg-type]  # integers
    codes = column.cast(pl.Int64) - (least - 1)
    return codes.fill_null(0).to_numpy(), most - least + 2


def _grouped(codes: Ints, size: int) -> Groups:
    if size < ROOM:
        numbers = np.zeros(size, dtype=np.int64)
        numbers[codes] = 1
        count = int(np.count_nonzero(numbers))
        of_row = (np.cumsum(numbers) - 1)[codes]
    else:
        values, of_row = np.unique(codes, return_inverse=True)
        count = values.size
    first = np.empty(count, dtype=np.int64)
    first[of_row[::-1]] = np.arange(codes.size - 1, -1, -1)  # of rows of one group the last written stays
    return Groups(of_row, first)
