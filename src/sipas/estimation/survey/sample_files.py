"""Rows of a sample from a file: Parquet as it is, office files read cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from sipas.errors import Place, SipasError
from sipas.estimation.moments.refusals import refuse_columns
from sipas.intake import OfficeTable, Parsed, read
from sipas.tables import REJECTED

MISSING = ("NA", "NaN", ".")
PARQUET = (".parquet", ".pq")
WHOLE = r"^[+-]?\d+$"
SIZES = re.compile(r"(psu_)?(population|rate|sample)(_\d+)?|probability|squares")
EXACT = 2**53  # whole numbers below it are doubles without loss


@dataclass(frozen=True, slots=True)
class SampleFile:
    """Rows, and what was left out of the file.

    Parameters
    ----------
    rows : polars.DataFrame or path
        Typed columns; a Parquet file stays where it is.
    skipped : polars.DataFrame
        Table ``rejected``: title rows, rows of totals, and others that are no records.
    file : str
        Its name.
    sheet : str, optional
        Name of the sheet.
    lines : polars.Series, optional
        Line of each row as the user's program shows it, from 1; missing for Parquet, which has no lines.
    """

    rows: pl.DataFrame | Path
    skipped: pl.DataFrame
    file: str
    sheet: str | None = None
    lines: pl.Series | None = None

    @contextmanager
    def located(self) -> Iterator[None]:
        """Give the refusals of what is done with the rows their line in the file.

        Yields
        ------
        None
            Work with ``rows`` goes here.

        Raises
        ------
        SipasError
            What the work raises; where it names a row and no file, the place becomes file, sheet and line.
        """
        try:
            yield
        except SipasError as error:
            place = error.place
            if place.row is not None and place.file is None and self._has(place.column):
                line = place.row if self.lines is None else int(self.lines[place.row - 1])
                error.place = replace(place, file=self.file, sheet=self.sheet, row=line)
            raise

    def _has(self, column: str | None) -> bool:
        """Whether a column is of the sample, and not of a list that belongs to its design."""
        rows = self.rows.lazy() if isinstance(self.rows, pl.DataFrame) else pl.scan_parquet(self.rows)
        return column is None or column in rows.collect_schema()


def read_sample(
    path: Path,
    columns: Sequence[str],
    numbers: Sequence[str],
    values: Sequence[str] = (),
    *,
    decimal: str = ".",
    missing: Sequence[str] = MISSING,
    sheet: str | None = None,
) -> SampleFile:
    """Read the columns that an analysis needs.

    Parameters
    ----------
    path : pathlib.Path
        Parquet (a file, a folder or a glob), CSV in any of the encodings met in offices, XLSX or XLS.
    columns : sequence of str
        Columns needed.
    numbers : sequence of str
        Those of them that must hold numbers: whole ones stay exact, whatever their size.
    values : sequence of str
        Those that are compared with numbers: they hold numbers if every cell is one. All others are names and codes,
        and stay as written: ``01`` is not ``1``, ``1.10`` not ``1.1``.
    decimal : {".", ","}
        What stands before the decimals in a text file.
    missing : sequence of str
        Texts that stand for no value, beside the empty cell.
    sheet : str, optional
        Sheet of a workbook.

    Returns
    -------
    SampleFile
        Rows in the order of the file.

    Raises
    ------
    SipasError
        ``estimation.column_unknown``; ``estimation.cell_not_a_number`` with the first cell at fault and how many there
        are; ``intake.file_missing`` and the others of ``intake.read``.
    """
    if path.suffix.lower() in PARQUET or path.is_dir() or "*" in path.name:
        pattern = path / "**/*.parquet" if path.is_dir() else path
        if not any(Path(pattern.anchor or ".").glob(str(pattern.relative_to(pattern.anchor)))):
            raise SipasError("intake.file_missing", "path", got=str(path), place=Place(file=path.name))
        return SampleFile(pattern, REJECTED.empty(), path.name)
    table = read(path, sheet=sheet)
    refuse_columns(list(columns), list(table.headers))
    series = [
        _numbers(table, name, decimal, missing)
        if name in numbers
        else _values(table, name, decimal, missing)
        if name in values
        else _texts(table, name, missing)
        for name in columns
    ]
    return SampleFile(pl.DataFrame(series), table.skipped, table.file, table.sheet, table.rows)


def read_units(path: Path) -> pl.DataFrame:
    """Read a list of units or of pairs of units that belongs to a design.

    Parameters
    ----------
    path : pathlib.Path
        Parquet, or CSV, XLSX, XLS with a decimal point; columns as ``collapse`` wants them of ``psus`` and ``joint``.

    Returns
    -------
    polars.DataFrame
        Sizes, rates and probabilities as numbers, all other columns as written.

    Raises
    ------
    SipasError
        ``estimation.cell_not_a_number``, ``intake.file_missing`` and the others of ``intake.read``.
    """
    if path.suffix.lower() in PARQUET:
        if not path.is_file():
            raise SipasError("intake.file_missing", "path", got=str(path), place=Place(file=path.name))
        return pl.read_parquet(path)
    table = read(path)
    columns = [
        _numbers(table, name, ".", MISSING) if SIZES.fullmatch(name) else _texts(table, name, MISSING)
        for name in table.headers
    ]
    # Such a file cannot tell the empty text, the name of the one stratum, from an empty cell.
    return pl.DataFrame(columns).with_columns(pl.col(r"^stratum(_\d+)?$").fill_null(""))


def _texts(table: OfficeTable, column: str, missing: Sequence[str]) -> pl.Series:
    texts = table.texts(column).values
    return texts.set(texts.is_in(list(missing)).fill_null(value=False), None).alias(column)


def _values(table: OfficeTable, column: str, decimal: str, missing: Sequence[str]) -> pl.Series:
    parsed = table.reals(column, decimal=decimal, missing=missing)
    texts = _texts(table, column, missing)
    return texts if parsed.faults.height else _whole(parsed, texts)


def _numbers(table: OfficeTable, column: str, decimal: str, missing: Sequence[str]) -> pl.Series:
    parsed = table.reals(column, decimal=decimal, missing=missing)
    if parsed.faults.height:
        first = parsed.faults.row(0, named=True)
        place = Place(file=table.file, sheet=table.sheet, row=first["row"], column=column)
        raise SipasError(
            "estimation.cell_not_a_number", column, got=first["got"], hint=parsed.faults.height, place=place
        )
    return _whole(parsed, _texts(table, column, missing))


def _whole(parsed: Parsed, texts: pl.Series) -> pl.Series:
    """Whole numbers as such: 4, not 4.0; read from their digits, since a double holds no more than 15 or 16."""
    values = parsed.values
    if texts.str.contains(WHOLE).fill_null(value=True).all():
        digits = texts.str.strip_prefix("+").cast(pl.Int64, strict=False)
        return digits if digits.null_count() == values.null_count() else values
    small = ((values == values.floor()) & (values.abs() < EXACT)).fill_null(value=True).all()
    return values.cast(pl.Int64) if small else values
