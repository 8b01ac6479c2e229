"""The cells of a file as they stand: text only, nothing skipped, rows numbered as the user sees them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from sipas.intake.workbook_check import Range


@dataclass(frozen=True, slots=True)
class Grid:
    """All cells of one sheet or file.

    Parameters
    ----------
    cells : polars.DataFrame
        Text columns ``c0``, ``c1``, ...; null where empty. Dates of a workbook or Parquet file read
        ``yyyy-mm-dd`` or ``yyyy-mm-dd hh:mm:ss``.
    file : str
        Name of the file.
    sheet : str, optional
        Name of the sheet.
    first_row : int
        Number of the first row in the user's program.
    merged : tuple of (int, int, int, int)
        Merged ranges: first row, first column, last row, last column, from 0; empty where unknown.
    encoding : str, optional
        Encoding of a CSV file.
    delimiter : str, optional
        Delimiter of a CSV file.
    headers : tuple of str, optional
        Names of the columns where the file format has them (Parquet).
    overlong : str, optional
        Column that is filled only where a row has more fields than the file has columns.
    """

    cells: pl.DataFrame
    file: str
    sheet: str | None = None
    first_row: int = 1
    merged: tuple[Range, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    headers: tuple[str, ...] | None = None
    overlong: str | None = None


def text_column(column: pl.Series) -> pl.Series:
    """Write a typed column as the text that an office file would hold.

    Parameters
    ----------
    column : polars.Series
        Any type of a Parquet column.

    Returns
    -------
    polars.Series
        Text: whole numbers without decimals, dates ``yyyy-mm-dd``, truth ``true``/``false``.
    """
    if column.dtype == pl.String:
        return column
    if column.dtype.is_float():
        whole = (column == column.floor()) & (column.abs() < 2**53)
        number = column.cast(pl.Float64)
        integers = number.zip_with(whole.fill_null(value=False), pl.Series([None], dtype=pl.Float64))
        return (
            integers
            .cast(pl.Int64)
            .cast(pl.String)
            .zip_with(whole.fill_null(value=False), number.fill_nan(None).cast(pl.String))
        )
    if column.dtype == pl.Datetime:
        return column.dt.strftime("%Y-%m-%d %H:%M:%S")
    return column.cast(pl.String)
