"""The sums of phase 1 by numpy: rows of one frame added up, in their order, per unit of the last stage and domain."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import polars as pl

from sipas.estimation.design import Design, Stage, path_of
from sipas.estimation.measures import Term
from sipas.estimation.query import JOINED, numbered
from sipas.estimation.strata import Flags, Ints, Reals

Domains = tuple[tuple[str, ...], ...]
SHORT = (pl.Int8, pl.Int16, pl.Int32, pl.UInt8, pl.UInt16, pl.UInt32)  # all of them are real numbers to the last digit
ROOM = 1 << 22  # codes up to here are numbered by a table of all of them, not by a sort


@dataclass(frozen=True, slots=True)
class Groups:
    """Which group each row belongs to.

    Parameters
    ----------
    of_row : array of int, shape (rows,)
        Number of the group.
    first : array of int, shape (G,)
        First row of each group.
    alone : bool
        Whether every row is a group of its own, in the order of the rows.
    """

    of_row: Ints
    first: Ints
    alone: bool = False

    def added(self, values: Reals) -> Reals:
        """Add rows up to groups, in their order.

        Parameters
        ----------
        values : array of float, shape (rows,)
            Values of the rows.

        Returns
        -------
        array of float, shape (G,)
            Sums.
        """
        return 0.0 + values if self.alone else np.asarray(np.bincount(self.of_row, values, self.first.size), np.float64)

    def counted(self, holds: Flags) -> Ints:
        """Count the rows of each group of which something holds.

        Parameters
        ----------
        holds : array of bool, shape (rows,)
            Of each row.

        Returns
        -------
        array of int, shape (G,)
            Counts.
        """
        return self.added(holds.astype(np.float64)).astype(np.int64)

    def ends(self, values: Reals) -> tuple[Reals, Reals]:
        """Find the least and the greatest value of each group.

        Parameters
        ----------
        values : array of float, shape (rows,)
            Values; NaN only where all is refused later.

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


def sums_of(
    frame: pl.DataFrame, design: Design, terms: tuple[Term, ...], domains: Domains, *, carried: bool
) -> pl.DataFrame:
    """Make the sums that ``query.phase_1`` describes.

    Parameters
    ----------
    frame : polars.DataFrame
        One row or more; keys are integers or texts, all else numbers.
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
        Columns as of ``query.phase_1``, the same to the last bit as DuckDB gives with one thread.
    """
    with np.errstate(all="ignore"):  # what is not finite is refused by its sums
        whole = _units(frame, design)
        sums = _Sums(frame, design, terms)
        found = sums.of(whole)
        if carried:
            labels = [_label(frame, kind).alias(f"d{i}") for i, kind in enumerate(domains, start=1)]
            return _named(frame, design, whole, found, 0, None).with_columns(labels)
        tables = [_named(frame, design, whole, found, 0, None)]
        for number, kind in enumerate(domains, start=1):
            codes, size = _domain(frame, kind)
            if np.array_equal(codes[whole.first][whole.of_row], codes):
                tables.append(_named(frame, design, whole, found, number, kind))
                continue
            split = _grouped(whole.of_row * size + codes, whole.first.size * size)
            tables.append(_named(frame, design, split, sums.of(split), number, kind))
    return pl.concat(tables)


def _units(frame: pl.DataFrame, design: Design) -> Groups:
    rows = np.arange(frame.height)
    if design.by_row:
        return Groups(rows, rows, alone=True)
    codes: Ints = np.zeros(frame.height, dtype=np.int64)
    size = 1
    for stage in design.stages:
        for column in (stage.strata, stage.ids):
            if column is not None:
                codes, size = _crossed((codes, size), _codes(frame[column]))
    return _grouped(codes, size)


def _codes(column: pl.Series) -> tuple[Ints, int]:
    """Give each value of a column a number from 1; 0 stands for missing."""
    if column.null_count() == column.len():
        return np.zeros(column.len(), dtype=np.int64), 1
    if not column.dtype.is_integer():
        column = column.cast(pl.String).rank("dense").cast(pl.Int64)
    least, most = int(column.min()), int(column.max())  # type: ignore[arg-type]  # integers
    if most - least >= ROOM:
        column = column.rank("dense").cast(pl.Int64)
        least, most = 1, int(column.max())  # type: ignore[arg-type]  # integers
    codes = (column.cast(pl.Int64) - (least - 1)).fill_null(0)
    return codes.to_numpy(), most - least + 2


def _crossed(left: tuple[Ints, int], right: tuple[Ints, int]) -> tuple[Ints, int]:
    codes, size = left[0] * right[1] + right[0], left[1] * right[1]
    if size < ROOM:
        return codes, size
    numbers = _grouped(codes, size)
    return numbers.of_row, numbers.first.size


def _grouped(codes: Ints, size: int) -> Groups:
    if size < ROOM:
        there = np.zeros(size, dtype=np.bool_)
        there[codes] = True
        of_row, count = (np.cumsum(there) - 1)[codes], int(np.count_nonzero(there))
    else:
        values, of_row = np.unique(codes, return_inverse=True)
        count = values.size
    first = np.empty(count, dtype=np.int64)
    first[of_row[::-1]] = np.arange(codes.size)[::-1]  # of rows of one group the last written stays
    return Groups(of_row, first)


def _domain(frame: pl.DataFrame, kind: tuple[str, ...]) -> tuple[Ints, int]:
    codes, size = _codes(frame[kind[0]])
    for column in kind[1:]:
        other, count = _codes(frame[column])
        missing = (codes == 0) | (other == 0)
        codes, size = _crossed((np.where(missing, 0, codes), size), (np.where(missing, 0, other), count))
    return codes, size


def _label(frame: pl.DataFrame, kind: tuple[str, ...]) -> pl.Series:
    return frame.select(pl.concat_str([pl.col(c).cast(pl.String) for c in kind], separator=JOINED)).to_series()


def _named(
    frame: pl.DataFrame,
    design: Design,
    groups: Groups,
    sums: dict[str, Reals | Ints | pl.Series],
    number: int,
    kind: tuple[str, ...] | None,
) -> pl.DataFrame:
    count = groups.first.size
    firsts = frame[groups.first]
    domain = pl.repeat("", count, eager=True) if kind is None else _label(firsts, kind)
    columns = {"kind": pl.repeat(number, count, dtype=pl.Int64, eager=True), "domain": domain}
    named = [column for stage in design.stages for column in (stage.strata, stage.ids)]
    for place, (name, column) in enumerate(zip(path_of(design), named, strict=True)):
        if column is not None:
            columns[name] = firsts[column].cast(pl.String)
        elif place % 2 and not design.self_selected:
            columns[name] = pl.Series(groups.first + 1).cast(pl.String)
        else:
            columns[name] = pl.repeat("", count, eager=True)
    return pl.DataFrame({name: pl.Series(name, values) for name, values in (columns | sums).items()})


class _Sums:
    """All sums but the keys, for any groups."""

    def __init__(self, frame: pl.DataFrame, design: Design, terms: tuple[Term, ...]) -> None:
        self.frame, self.design, self.terms = frame, design, terms
        weight = None if design.weight is None else frame[design.weight].cast(pl.Float64).fill_null(np.nan)
        self.weight = np.ones(frame.height) if weight is None else weight.to_numpy()
        self.positive = self.weight > 0
        self.there, self.given = cache(self._there), cache(self._given)

    def of(self, groups: Groups) -> dict[str, Reals | Ints | pl.Series]:
        weight = self.weight
        found: dict[str, Reals | Ints | pl.Series] = {}
        for number, stage in enumerate(self.design.stages, start=1):
            found |= self._sizes(groups, stage, number)
        n, total = groups.counted(self.positive), groups.added(weight)
        found |= {
            "bad_weights": groups.counted(~((weight >= 0) & np.isfinite(weight))),
            "n": n,
            "zero_weight": groups.counted(weight == 0),
            "w": total,
            "ww": groups.added(weight * weight),
        }
        for number, term in enumerate(self.terms):
            holds = self._holds(term)
            if holds is None and not term.power:
                found[f"t{number}"] = n if term.counts else total
            elif term.counts:
                found[f"t{number}"] = n if holds is None else groups.counted(self.positive & holds)
            else:
                found[f"t{number}"] = groups.added(self._values(term, holds))
        return found

    def _sizes(self, groups: Groups, stage: Stage, number: int) -> dict[str, Reals | Ints | pl.Series]:
        least, most, bad = (numbered(name, number) for name in ("least", "most", "bad_sizes"))
        column = stage.population or stage.rate
        if column is None:
            unknown = pl.repeat(None, groups.first.size, dtype=pl.Float64, eager=True)
            return {least: unknown, most: unknown, bad: np.zeros(groups.first.size, dtype=np.int64)}
        size = self.frame[column].cast(pl.Float64).fill_null(np.nan).to_numpy()
        valid = (size > 0) & ((size <= 1) if stage.rate is not None else np.isfinite(size))
        low, high = groups.ends(size)
        return {least: low, most: high, bad: groups.counted(~valid)}

    def _holds(self, term: Term) -> Flags | None:
        """Tell which rows count; None where all do."""
        if term.codes is not None:
            return self._among(term.answered[0], term.codes)
        found: Flags | None = None
        for column in term.answered:
            there = self.there(column)
            if there is None and not term.every:
                return None
            if there is None:
                continue
            found = there if found is None else (found & there if term.every else found | there)
        return found

    def _there(self, column: str) -> Flags | None:
        """Tell which rows have an answer; None where all do."""
        if not self.frame[column].null_count():
            return None
        if self.frame[column].dtype in SHORT:
            return ~np.isnan(self.given(column))
        return self.frame[column].is_not_null().to_numpy()

    def _given(self, column: str) -> Reals | Ints:
        """Give the values; what is missing is NaN, or any number where the type is as wide as NaN's."""
        values = self.frame[column]
        return (values if values.dtype in SHORT else values.fill_null(0)).to_numpy()

    def _among(self, column: str, codes: tuple[int, ...]) -> Flags:
        given, there, listed = self.given(column), self.there(column), sorted(set(codes))
        if self.frame[column].dtype.is_integer() and listed == list(range(listed[0], listed[-1] + 1)):
            found = (given >= listed[0]) & (given <= listed[-1])
        else:
            found = np.isin(given, listed)
        return found if there is None else found & there

    def _values(self, term: Term, holds: Flags | None) -> Reals:
        if not term.power:
            return self.weight if holds is None else self.weight * holds
        product = self.weight
        for column in term.power:
            product = product * self.frame[column].cast(pl.Float64).to_numpy()
        return product if holds is None else np.where(holds, product, 0.0)
