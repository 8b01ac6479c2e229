"""Lists as office files whose columns are known by their heads: looked at, then read row by row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import polars as pl
from django.utils.translation import gettext as _

from sipas.errors import SipasError
from sipas.intake.limits import Limits
from sipas.intake.reading import read
from sipas.intake.reasons import ROW_TOO_LONG
from sipas.intake.table import OfficeTable
from sipas_web.shared.core_errors import reason
from sipas_web.shared.vietnamese_text import search_key

SAMPLES = 3  # values shown of a column
Row = TypeVar("Row")
Given = dict[str, Any]  # what a row says, by the columns of ours


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that cannot be taken: where, what stood there, why."""

    number: int  # as the user's program shows it
    column: str  # its head in the list
    got: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """What a file lists."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    heads: Mapping[str, str]  # of each column of ours, the list's own


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """A column of a list, and what it was taken for."""

    head: str
    target: str  # a column of ours, or empty
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A list as it would be read."""

    rows: int
    columns: tuple[SeenColumn, ...]
    known: KnownColumns

    @property
    def missing(self) -> list[str]:
        """Needed columns that were not recognised, by the first of their heads."""
        return self.known.missing({column.target for column in self.columns})


@dataclass(frozen=True, slots=True)
class KnownColumns:
    """The columns of one kind of list."""

    heads: Mapping[str, tuple[str, ...]]  # as offices write them, without regard to diacritics and case; first ours
    optional: Collection[str] = ()
    dates: Collection[str] = ()
    numbers: Collection[str] = ()

    def missing(self, taken: Collection[str]) -> list[str]:
        """Name the needed columns that are not among those taken."""
        return [heads[0] for name, heads in self.heads.items() if name not in taken and name not in self.optional]

    def recognised(self, table: OfficeTable) -> dict[str, str]:
        """Give the head of each column of ours that the list bears; the leftmost of two that read alike."""
        by_key = {search_key(head): head for head in reversed(table.headers)}
        return {
            name: by_key[key]
            for name, heads in self.heads.items()
            for head in reversed(heads)
            if (key := search_key(head)) in by_key
        }

    def complete(self, chosen: Mapping[str, str], table: OfficeTable) -> Mapping[str, str]:
        """Give the heads as they were chosen; SipasError where the list lacks one that is needed."""
        missing = self.missing({name for name, head in chosen.items() if head in table.headers})
        if missing:
            raise SipasError("intake.column_missing", ", ".join(missing), got=list(table.headers))
        return chosen

    def look(self, table: OfficeTable) -> Seen:
        """Say what each column of a list was taken for."""
        targets = {head: name for name, head in self.recognised(table).items()}
        columns = [SeenColumn(head, targets.get(head, ""), _samples(table, head)) for head in table.headers]
        return Seen(table.height, tuple(columns), self)

    def lines(self, table: OfficeTable, heads: Mapping[str, str]) -> tuple[Iterator[tuple[int, Given]], list[Fault]]:
        """Give what each row says, with its number, and the cells and rows that cannot be read."""
        faults = faults_of(table.skipped.filter(pl.col("reason") == ROW_TOO_LONG))  # titles and footers are no rows
        values: list[list[Any]] = []
        for name, head in heads.items():
            parse = table.dates if name in self.dates else table.integers if name in self.numbers else table.texts
            parsed = parse(head)
            values.append(parsed.values.to_list())
            faults += faults_of(parsed.faults)
        rows = zip(table.rows.to_list(), *values, strict=True)
        return ((number, dict(zip(heads, cells, strict=True))) for number, *cells in rows), faults

    def lacking(self, number: int, given: Given, heads: Mapping[str, str]) -> Iterator[Fault]:
        """Name the needed cells that a row leaves empty."""
        for name in self.heads:
            if name not in self.optional and not given.get(name):
                yield Fault(number, heads[name], "", _("This cell is needed."))

    def read(
        self,
        table: OfficeTable,
        heads: Mapping[str, str],
        problems: Callable[[int, Given, Mapping[str, str]], Iterable[Fault]],
        row: Callable[[int, Given], Row],
    ) -> Listed[Row]:
        """Make a row of each line that can be read and has no problem; good rows are kept beside those at fault."""
        lines, faults = self.lines(table, heads)
        wrong = {fault.number for fault in faults}
        rows = []
        for number, given in lines:
            found = [] if number in wrong else list(problems(number, given, heads))
            faults += found
            if number not in wrong and not found:
                rows.append(row(number, given))
        return Listed(tuple(rows), in_order(faults), heads)


def read_at_most(path: Path, limits: Limits, most_rows: int) -> OfficeTable:
    """Read a list; SipasError where it cannot be read, or has more records."""
    table = read(path, limits=limits)
    if table.height > most_rows:
        raise SipasError("intake.too_many_rows", expected=most_rows, got=table.height)
    return table


def faults_of(rejected: pl.DataFrame) -> list[Fault]:
    """Put rejected rows into words."""
    rows = rejected.select("row", "column", "got", "reason").iter_rows()
    return [Fault(row, column or "", got or "", reason(code)) for row, column, got, code in rows]


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Sort faults as their rows stand in the list."""
    return tuple(sorted(faults, key=lambda fault: fault.number))


def _samples(table: OfficeTable, head: str) -> tuple[str, ...]:
    return tuple(table.texts(head).values.drop_nulls().unique(maintain_order=True).head(SAMPLES).to_list())
