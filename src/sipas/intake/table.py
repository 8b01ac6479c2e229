"""A table out of an office file: text cells with their row numbers, and typed views of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from sipas.errors import Place, SipasError
from sipas.intake.dates import maybe_swapped, read_dates
from sipas.intake.headers import ColumnMapping
from sipas.intake.legacy import Conversion
from sipas.intake.reasons import INTEGER_UNREADABLE, REAL_UNREADABLE
from sipas.tables import REJECTED

_NEARLY_WHOLE = r"^-?\d{1,6}\.(0{9,}\d+|9{9,}\d*)$"
_INTEGER = r"^[+-]?(\d+|\d{1,3}([. ]\d{3})+)$"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A typed column.

    Parameters
    ----------
    values : polars.Series
        One for each row of the table; null where the cell is empty or at fault.
    faults : polars.DataFrame
        Table ``rejected``: the cells that could not be read, with row, column, reason and value.
    """

    values: pl.Series
    faults: pl.DataFrame


@dataclass(frozen=True, slots=True)
class OfficeTable:
    """What an office file lists.

    Parameters
    ----------
    cells : polars.DataFrame
        Text columns named as in the file; NFC, single spaces; null where empty.
    rows : polars.Series
        Row of each record as the user's program shows it, from 1.
    file : str
        Name of the file.
    sheet : str, optional
        Name of the sheet.
    mapping : ColumnMapping
        Which column holds what; empty where nobody asked.
    skipped : polars.DataFrame
        Table ``rejected``: rows that are no records, with the reason; and rows that do not fit the head.
    conversions : tuple of Conversion
        Cells that came in TCVN3 or VNI, by column.
    encoding, delimiter : str, optional
        As found in a CSV file.
    """

    cells: pl.DataFrame
    rows: pl.Series
    file: str
    sheet: str | None = None
    mapping: ColumnMapping = field(default_factory=lambda: ColumnMapping({}))
    skipped: pl.DataFrame = field(default_factory=REJECTED.empty)
    conversions: tuple[Conversion, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None

    @property
    def headers(self) -> tuple[str, ...]:
        """Column names as in the file, left to right."""
        return tuple(self.cells.columns)

    @property
    def height(self) -> int:
        """Number of records."""
        return self.cells.height

    def has(self, column: str) -> bool:
        """Say whether there is such a column or constant.

        Parameters
        ----------
        column : str
            Target of the mapping, or a header.

        Returns
        -------
        bool
            True where ``texts(column)`` would answer.
        """
        return column in self.mapping.columns or column in self.mapping.constants or column in self.cells.columns

    def require(self, targets: Sequence[str]) -> None:
        """Stop where a needed column was not found.

        Parameters
        ----------
        targets : sequence of str
            Targets of the mapping.

        Raises
        ------
        SipasError
            ``intake.column_missing`` with the headers seen.
        """
        missing = [target for target in targets if not self.has(target)]
        if missing:
            place = Place(file=self.file, sheet=self.sheet)
            raise SipasError("intake.column_missing", ", ".join(missing), got=list(self.headers), place=place)

    def with_mapping(self, mapping: ColumnMapping) -> OfficeTable:
        """Give the same table under another mapping.

        Parameters
        ----------
        mapping : ColumnMapping
            From ``guess_mapping``, ``load_mapping`` or ``chosen_mapping``.

        Returns
        -------
        OfficeTable
            Same cells.
        """
        return replace(self, mapping=mapping)

    def texts(self, column: str) -> Parsed:
        """Give a column as text.

        Parameters
        ----------
        column : str
            Target of the mapping, or a header.

        Returns
        -------
        Parsed
            Text; no faults.

        Raises
        ------
        SipasError
            ``intake.column_missing``.
        """
        if column in self.mapping.columns:
            return Parsed(self.cells[self.mapping.columns[column]].alias(column), REJECTED.empty())
        if column in self.mapping.constants:
            constant = pl.Series(column, [str(self.mapping.constants[column])], dtype=pl.String)
            return Parsed(constant.new_from_index(0, self.height), REJECTED.empty())
        self.require([column])
        return Parsed(self.cells[column], REJECTED.empty())

    def dates(self, column: str) -> Parsed:
        """Read a column of dates, the day before the month.

        Parameters
        ----------
        column : str
            Target of the mapping, or a header.

        Returns
        -------
        Parsed
            Dates; faults ``intake.date_impossible``, ``intake.date_unreadable``.
        """
        texts = self.texts(column).values
        read = read_dates(texts)
        faults = self._faults(column, texts, read["reason"])
        return Parsed(read["date"].alias(column), faults)

    def integers(self, column: str) -> Parsed:
        """Read a column of whole numbers.

        Parameters
        ----------
        column : str
            Target of the mapping, or a header.

        Returns
        -------
        Parsed
            Int64; ``1.0`` and ``1,0`` are 1, ``1.234`` is one thousand two hundred and thirty-four; the result of a
            formula of a workbook that misses a whole number by less than 1e-9 (``2.9999999999999996``) is that number;
            faults ``intake.integer_unreadable``.
        """
        texts = self.texts(column).values
        plain = _rounded(texts).str.replace(r"[.,]0{1,2}$", "")
        plain = plain.set((~plain.str.contains(_INTEGER)).fill_null(value=False), None)
        values = plain.str.replace_all(r"[. ]", "").cast(pl.Int64, strict=False)
        wrong = texts.is_not_null() & values.is_null()
        reason = pl.Series([INTEGER_UNREADABLE], dtype=pl.String).zip_with(wrong, pl.Series([None], dtype=pl.String))
        return Parsed(values.alias(column), self._faults(column, texts, reason))

    def reals(self, column: str, *, decimal: str = ".", missing: Sequence[str] = ()) -> Parsed:
        """Read a column of numbers as statistics programs write them.

        Parameters
        ----------
        column : str
            Target of the mapping, or a header.
        decimal : {".", ","}
            What stands before the decimals. Thousands are not grouped: ``1.234`` is either 1.234 or, with a decimal
            comma, at fault; never a thousand by a guess.
        missing : sequence of str
            Texts that stand for no value, beside the empty cell.

        Returns
        -------
        Parsed
            Float64, finite; faults ``intake.real_unreadable``.
        """
        texts = self.texts(column).values
        texts = texts.set(texts.is_in(list(missing)).fill_null(value=False), None)
        fits = texts.str.contains(rf"^[+-]?(\d+([{decimal}]\d*)?|[{decimal}]\d+)([eE][+-]?\d+)?$").fill_null(
            value=False
        )
        values = texts.set(~fits, None).str.replace(decimal, ".", literal=True).cast(pl.Float64, strict=False)
        values = values.set(values.is_infinite().fill_null(value=False), None)
        wrong = texts.is_not_null() & values.is_null()
        reason = pl.Series([REAL_UNREADABLE], dtype=pl.String).zip_with(wrong, pl.Series([None], dtype=pl.String))
        return Parsed(values.alias(column), self._faults(column, texts, reason))

    def swapped_dates(self, column: str) -> int:
        """Count date cells whose day and month a program with American settings may have exchanged.

        Parameters
        ----------
        column : str
            Target of the mapping, or a header.

        Returns
        -------
        int
            0 where there is no sign of it.
        """
        return maybe_swapped(self.texts(column).values)

    def rejected(self, reason: pl.Series, column: str | None = None) -> pl.DataFrame:
        """Write rows as rejected, with their original cells.

        Parameters
        ----------
        reason : polars.Series
            One for each row; null where the row is kept.
        column : str, optional
            Column at fault: target or header.

        Returns
        -------
        polars.DataFrame
            Table ``rejected`` and the original columns.
        """
        got = self.texts(column).values if column is not None and self.has(column) else None
        taken = {c.name for c in REJECTED.columns}
        original = self.cells.rename({h: f"{h} (gốc)" for h in self.headers if h in taken})
        listed = self._faults(column, got, reason)
        return pl.concat([listed, original.filter(reason.is_not_null())], how="horizontal")

    def _faults(self, column: str | None, texts: pl.Series | None, reason: pl.Series) -> pl.DataFrame:
        wrong = reason.is_not_null()
        count = int(wrong.sum())
        header = self.mapping.columns.get(column, column) if column is not None else None
        got = texts.filter(wrong) if texts is not None else pl.Series([None], dtype=pl.String).new_from_index(0, count)
        return pl.DataFrame(
            {
                "file": pl.Series([self.file], dtype=pl.String).new_from_index(0, count),
                "sheet": pl.Series([self.sheet], dtype=pl.String).new_from_index(0, count),
                "row": self.rows.filter(wrong),
                "column": pl.Series([header], dtype=pl.String).new_from_index(0, count),
                "reason": reason.filter(wrong),
                "got": got,
            },
            schema={c.name: c.dtype for c in REJECTED.columns},
        )


def _rounded(texts: pl.Series) -> pl.Series:
    near = texts.str.contains(_NEARLY_WHOLE).fill_null(value=False)
    if not near.any():
        return texts
    return texts.scatter(near.arg_true(), [f"{float(text):.0f}" for text in texts.filter(near)])
