"""A chunk of rows, and what is summed of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
import polars as pl

from sipas.estimation.designs.design import Design
from sipas.estimation.designs.measures import Term
from sipas.estimation.designs.strata import Flags, Ints, Reals
from sipas.estimation.moments.plain_groups import Groups
from sipas.estimation.moments.query import numbered

SHORT = (pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32)
ROOM = 1 << 20  # codes up to here are numbered by a table of all of them, not by a sort


class Chunk:
    """Rows with what is summed of them.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows.
    bounds : dict of str to int
        What stands for missing in which columns (``filled``).
    design : Design
        Names weight and sizes.
    terms : tuple of Term
        Sums to make.
    """

    def __init__(self, frame: pl.DataFrame, bounds: dict[str, int], design: Design, terms: tuple[Term, ...]) -> None:
        self.frame, self.bounds, self.design, self.terms = frame, bounds, design, terms
        weight = None if design.weight is None else frame[design.weight].cast(pl.Float64).fill_null(np.nan)
        self.weight = np.ones(frame.height) if weight is None else weight.to_numpy()
        # Not functools.cache, whose hold on the chunk would keep it until the garbage collector comes.
        self._known: dict[str, tuple[Reals | Ints, Flags | None]] = {}

    @cached_property
    def positive(self) -> Flags:
        """Which weights are above 0."""
        return self.weight > 0

    @cached_property
    def all_positive(self) -> bool:
        """Whether all are."""
        return bool(self.positive.all())

    def starts(self) -> Iterator[tuple[str, float]]:
        """Name the sums, each with what it starts from.

        Yields
        ------
        (str, float)
            0, or NaN for the ends of sizes.
        """
        for number, stage in enumerate(self.design.stages, start=1):
            if stage.population is not None or stage.rate is not None:
                yield from ((numbered(name, number), np.nan) for name in ("least", "most"))
                yield numbered("bad_sizes", number), 0.0
        yield from ((name, 0.0) for name in ("bad_weights", "n", "zero_weight", "w", "ww"))
        yield from ((f"t{number}", 0.0) for number in range(len(self.terms)))

    def sums(self, groups: Groups, before: dict[str, Reals]) -> Iterator[tuple[str, Reals]]:
        """Add the rows to the sums before.

        Parameters
        ----------
        groups : Groups
            Of the rows.
        before : dict of str to array of float, shape (G,)
            Sums of the rows before.

        Yields
        ------
        (str, array of float)
            Name and new sums.
        """
        yield from self._sizes(groups, before)
        size, every = groups.of_row.size, self.all_positive
        counted = groups.count(np.ones(size, dtype=np.bool_) if every else self.positive)
        bad = ~(self.weight >= 0) | (self.weight == np.inf)
        nothing = np.zeros_like(counted)
        yield "bad_weights", before["bad_weights"] + (groups.count(bad) if bad.any() else nothing)
        yield "zero_weight", before["zero_weight"] + (nothing if every else groups.count(self.weight == 0))
        yield "n", before["n"] + counted
        np.copyto(groups.room, self.weight)
        total = groups.total(before["w"])
        yield "w", total
        np.multiply(self.weight, self.weight, out=groups.room)
        yield "ww", groups.total(before["ww"])
        for number, term in enumerate(self.terms):
            name = f"t{number}"
            if term.counts:
                yield name, before[name] + self._count(groups, term, counted)
            elif term.power:
                self._fill(groups.room, term)
                yield name, groups.total(before[name])
            elif (holds := self._holds(term)) is not None:
                yield name, groups.weighed(self.weight, holds, before[name])
            else:
                yield name, self._same(groups, before, name, total)

    def _same(self, groups: Groups, before: dict[str, Reals], name: str, total: Reals) -> Reals:
        """Add all weights: the sum of the weights itself where the rows before were complete too."""
        if np.array_equal(before[name], before["w"]):
            return total
        np.copyto(groups.room, self.weight)
        return groups.total(before[name])

    def _sizes(self, groups: Groups, before: dict[str, Reals]) -> Iterator[tuple[str, Reals]]:
        for number, stage in enumerate(self.design.stages, start=1):
            column = stage.population or stage.rate
            if column is None:
                continue
            least, most, bad = (numbered(name, number) for name in ("least", "most", "bad_sizes"))
            size = self.frame[column].cast(pl.Float64).fill_null(np.nan).to_numpy()
            valid = (size > 0) & ((size <= 1) if stage.rate is not None else np.isfinite(size))
            low, high = groups.ends(size)
            yield least, np.fmin(before[least], low)
            yield most, np.fmax(before[most], high)
            yield bad, before[bad] + groups.count(~valid)

    def _count(self, groups: Groups, term: Term, counted: Reals) -> Reals:
        missing = self._unanswered(term)
        if missing is None:
            return counted
        return counted - groups.count(missing if self.all_positive else missing & self.positive)

    def _unanswered(self, term: Term) -> Flags | None:
        """Tell which rows a term leaves out; None where none is."""
        missing: Flags | None = None
        for column in term.answered:
            gone = self.missing(column)
            if gone is None and not term.every:
                return None
            if gone is not None:
                missing = gone if missing is None else (missing | gone if term.every else missing & gone)
        return missing

    def _holds(self, term: Term) -> Flags | None:
        """Tell which rows a term adds; None where that is all."""
        if term.codes is not None:
            return self._among(term.answered[0], term.codes)
        missing = self._unanswered(term)
        return None if missing is None else ~missing

    def _fill(self, room: Reals, term: Term) -> None:
        product = self.weight
        for column in term.power:
            product = product * self.frame[column].cast(pl.Float64).to_numpy()
        np.copyto(room, product)
        missing = self._unanswered(term)
        if missing is not None:
            room[missing] = 0.0

    def given(self, column: str) -> Reals | Ints:
        """Give the values of a column.

        Parameters
        ----------
        column : str
            A column of numbers.

        Returns
        -------
        array, shape (rows,)
            Anything where they are missing.
        """
        return self._read(column)[0]

    def missing(self, column: str) -> Flags | None:
        """Tell which rows have no answer.

        Parameters
        ----------
        column : str
            A column of numbers.

        Returns
        -------
        array of bool, shape (rows,), or None
            None where all have.
        """
        return self._read(column)[1]

    def _read(self, column: str) -> tuple[Reals | Ints, Flags | None]:
        if column not in self._known:
            values, bound = self.frame[column], self.bounds.get(column)
            if bound is not None:
                given = values.to_numpy()
                self._known[column] = given, np.asarray(given == bound)
            elif values.null_count():
                self._known[column] = values.fill_null(0).to_numpy(), values.is_null().to_numpy()
            else:
                self._known[column] = values.to_numpy(), None
        return self._known[column]

    def _among(self, column: str, codes: tuple[int, ...]) -> Flags:
        given, listed = self.given(column), sorted(set(codes))
        if self.frame[column].dtype.is_integer() and listed == list(range(listed[0], listed[-1] + 1)):
            found = given == listed[0] if len(listed) == 1 else (given >= listed[0]) & (given <= listed[-1])
        else:
            found = np.isin(given, listed)
        missing = self.missing(column)
        if missing is None or self.bounds.get(column, listed[-1]) > listed[-1]:
            return found
        return found & ~missing


def filled(frame: pl.DataFrame, columns: list[str]) -> tuple[pl.DataFrame, dict[str, int]]:
    """Put the greatest number of its type for what is missing in short integers, where it does not occur.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows.
    columns : list of str
        Where to.

    Returns
    -------
    polars.DataFrame
        The same rows.
    dict of str to int
        By column, the number put.
    """
    holed = [name for name in columns if frame.schema[name] in SHORT and frame[name].null_count()]
    if not holed:
        return frame, {}
    greatest = {name: int(np.iinfo(str(frame.schema[name]).lower()).max) for name in holed}
    occurring = frame.select(pl.col(holed).max()).row(0, named=True)
    bounds = {name: most for name, most in greatest.items() if occurring[name] != most}
    return frame.with_columns(pl.col(name).fill_null(most) for name, most in bounds.items()), bounds
