"""One cell's text to an answer. Columns have few distinct texts, so each is read once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from sipas.capture.findings import OPTION_UNKNOWN, OUT_OF_RANGE, TWO_ANSWERS, VALUE_UNREADABLE
from sipas.instrument.model import Option
from sipas.intake.reasons import Reason
from sipas.intake.vietnamese import clean, search_key

# What people write in a cell to say that nothing was answered, as search keys.
EMPTY = frozenset({
    "",
    "-",
    "--",
    ".",
    "/",
    "x x",
    "na",
    "n/a",
    "null",
    "none",
    "nan",
    "khong tra loi",
    "ko tra loi",
    "bo trong",
    "trong",
})
NUMBER = re.compile(r"^([+-]?\d{1,9})(?:[.,]0+)?$")
NUMBERED_LABEL = re.compile(r"^\(?(\d{1,5})\)?\s*[.):=–-]\s*(.+)$")
TICKED = frozenset({"1", "x", "v", "✓", "✔", "☑", "☒", "co", "co chon", "true", "yes", "y", "dung"})
UNTICKED = frozenset({"0", "khong", "khong chon", "ko", "false", "no", "n", "sai", "☐"})
BETWEEN_TICKS = re.compile(r"\s*[;|\n]\s*")
BETWEEN_NUMBERS = re.compile(r"[;|,\s]+")


@dataclass(frozen=True, slots=True)
class Read:
    """What a cell says.

    Parameters
    ----------
    values : tuple of int
        Values or ticks read; empty where nothing was answered or the cell is at fault.
    fault : Reason, optional
        What is wrong with it.
    """

    values: tuple[int, ...] = ()
    fault: Reason | None = None


NOTHING = Read()


class OptionReader:
    """Reads the options of one question, by value, label, or value and label together."""

    def __init__(self, options: Sequence[Option]) -> None:
        self.values = {option.value for option in options}
        labels: dict[str, set[int]] = {}
        for option in options:
            for label in filter(None, (option.label, option.label_en)):
                labels.setdefault(search_key(label), set()).add(option.value)
        self.labels = {key: min(found) for key, found in labels.items() if len(found) == 1}

    def one(self, text: str) -> Read:
        """Read a cell that holds one answer.

        Parameters
        ----------
        text : str
            The cell.

        Returns
        -------
        Read
            Values, or the code of what is wrong.
        """
        read = self._option(text)
        if read.fault is None:
            return read
        parts = [part for part in BETWEEN_NUMBERS.split(text.strip()) if part]
        if len(parts) > 1 and all(self._option(part).values for part in parts):
            values = {value for part in parts for value in self._option(part).values}
            return Read(fault=TWO_ANSWERS) if len(values) > 1 else Read(tuple(values))
        return read

    def several(self, text: str) -> Read:
        """Read a cell that holds all ticks of a question, as ``1;3;5``.

        Parameters
        ----------
        text : str
            The cell.

        Returns
        -------
        Read
            Values, or the code of what is wrong.
        """
        whole = self._option(text)
        if whole.fault is None:
            return whole
        parts = [part for part in BETWEEN_TICKS.split(text.strip()) if part]
        numbers = [part for part in BETWEEN_NUMBERS.split(text.strip()) if part]
        if all(NUMBER.match(part) for part in numbers):
            parts = numbers
        ticks: set[int] = set()
        for part in parts:
            read = self._option(part)
            if read.fault is not None:
                return Read(fault=read.fault)
            ticks.update(read.values)
        return Read(tuple(sorted(ticks)))

    def _option(self, text: str) -> Read:
        key = search_key(text)
        if key in self.labels:
            return Read((self.labels[key],))
        if key in EMPTY:
            return NOTHING
        if match := NUMBER.match(key):
            value = int(match.group(1))
            return Read((value,)) if value in self.values else Read(fault=OPTION_UNKNOWN)
        if match := NUMBERED_LABEL.match(key):
            value = int(match.group(1))
            if self.labels.get(match.group(2)) == value:
                return Read((value,))
        return Read(fault=VALUE_UNREADABLE)


def read_tick(text: str) -> Read:
    """Read a cell that stands for one option of a multiple question.

    Parameters
    ----------
    text : str
        As ``1``, ``x``, ``có``, ``0``, ``không``.

    Returns
    -------
    Read
        1 or 0; nothing for an empty cell.
    """
    key = search_key(text)
    if match := NUMBER.match(key):
        key = str(int(match.group(1)))
    if key in TICKED:
        return Read((1,))
    if key in UNTICKED:
        return Read((0,))
    return NOTHING if key in EMPTY else Read(fault=VALUE_UNREADABLE)


def integer_reader(low: int | None, high: int | None) -> Callable[[str], Read]:
    """Make a reader of whole numbers in a range.

    Parameters
    ----------
    low, high : int or None
        Range, ends included.

    Returns
    -------
    callable
        From text to ``Read``.
    """

    def read(text: str) -> Read:
        key = search_key(text)
        if key in EMPTY:
            return NOTHING
        match = NUMBER.match(key)
        if match is None:
            return Read(fault=VALUE_UNREADABLE)
        value = int(match.group(1))
        beyond = (low is not None and value < low) or (high is not None and value > high)
        return Read(fault=OUT_OF_RANGE) if beyond else Read((value,))

    return read


def read_text(column: pl.Series) -> pl.Series:
    """Read free text.

    Parameters
    ----------
    column : polars.Series
        Text.

    Returns
    -------
    polars.Series
        NFC, single spaces; missing where empty.
    """
    distinct = column.drop_nulls().unique()
    cleaned = pl.Series([clean(text) or None for text in distinct.to_list()], dtype=pl.String)
    return column.replace_strict(distinct, cleaned, default=None, return_dtype=pl.String)


def read_column(
    column: pl.Series, read: Callable[[str], Read], dtype: type[pl.DataType]
) -> tuple[pl.Series, pl.Series]:
    """Read a column of single values.

    Parameters
    ----------
    column : polars.Series
        Text.
    read : callable
        Reader of one text.
    dtype : polars data type
        Of the values.

    Returns
    -------
    tuple of polars.Series
        Values, and the code of the fault where there is one.
    """
    distinct = column.drop_nulls().unique()
    answers = [read(text) for text in distinct.to_list()]
    values = pl.Series([a.values[0] if a.values else None for a in answers], dtype=dtype)
    faults = pl.Series([a.fault for a in answers], dtype=pl.String)
    return (
        column.replace_strict(distinct, values, default=None, return_dtype=dtype),
        column.replace_strict(distinct, faults, default=None, return_dtype=pl.String),
    )
