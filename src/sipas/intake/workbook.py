"""XLSX and XLS files as grids."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

import fastexcel
import polars as pl
from defusedxml.ElementTree import fromstring

from sipas.errors import Place, SipasError
from sipas.intake.grid import Grid
from sipas.intake.limits import Limits
from sipas.intake.workbook_check import Range, check_workbook

ZIP_SIGNATURE = b"PK"
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_workbook(data: bytes, *, file: str, sheet: str | None, limits: Limits) -> Grid:
    """Read one sheet of an XLSX or XLS file.

    Parameters
    ----------
    data : bytes
        The whole file.
    file : str
        Its name.
    sheet : str, optional
        Name of the sheet; missing: the one visible sheet that holds cells.
    limits : Limits
        Bounds looked at before parsing.

    Returns
    -------
    Grid
        Cells from row 1 on.

    Raises
    ------
    SipasError
        ``intake.workbook_broken``, ``intake.workbook_encrypted``, ``intake.sheet_unknown``,
        ``intake.sheet_choice``, ``intake.sheet_empty``, and those of ``check_workbook``.
    """
    merged = check_workbook(data, file=file, limits=limits) if data.startswith(ZIP_SIGNATURE) else {}
    with _faults(file):
        reader = fastexcel.read_excel(data)
        return _grid(data, reader, merged, file, _choose(reader, file, sheet))


def read_sheets(data: bytes, *, file: str, limits: Limits) -> tuple[list[Grid], list[str]]:
    """Read every sheet of an XLSX or XLS file that holds cells.

    Parameters
    ----------
    data : bytes
        The whole file.
    file : str
        Its name.
    limits : Limits
        Bounds looked at before parsing.

    Returns
    -------
    grids : list of Grid
        Visible sheets in the workbook's order.
    hidden : list of str
        Names of sheets that hold cells but are hidden.

    Raises
    ------
    SipasError
        ``intake.workbook_broken``, ``intake.workbook_encrypted``, ``intake.sheet_empty``, and those of
        ``check_workbook``.
    """
    merged = check_workbook(data, file=file, limits=limits) if data.startswith(ZIP_SIGNATURE) else {}
    with _faults(file):
        reader = fastexcel.read_excel(data)
        shown = {name: _visible_if_filled(reader, name) for name in reader.sheet_names}
        filled = [name for name, visible in shown.items() if visible]
        if not filled:
            raise SipasError("intake.sheet_empty", "sheet", got=list(shown), place=Place(file=file))
        grids = [_grid(data, reader, merged, file, name) for name in filled]
    return grids, [name for name, visible in shown.items() if visible is False]


@contextmanager
def _faults(file: str) -> Iterator[None]:
    try:
        yield
    except fastexcel.FastExcelError as error:
        if "password" in str(error).lower():
            raise SipasError("intake.workbook_encrypted", place=Place(file=file)) from error
        got = str(error).splitlines()[0]
        raise SipasError("intake.workbook_broken", got=got, place=Place(file=file)) from error


def _grid(
    data: bytes, reader: fastexcel.ExcelReader, merged: dict[str, tuple[Range, ...]], file: str, name: str
) -> Grid:
    ranges = merged.get(_part_of(data, name), ()) if merged else ()
    return Grid(_fill_merged(_load(reader, name), ranges), file=file, sheet=name, merged=ranges)


def _load(reader: fastexcel.ExcelReader, name: str) -> pl.DataFrame:
    cells: pl.DataFrame = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    numbers: pl.DataFrame = reader.load_sheet(name, header_row=None, skip_rows=0, dtypes="float").to_polars()
    return pl.DataFrame([_exact(cells.to_series(i), numbers.to_series(i)).alias(f"c{i}") for i in range(cells.width)])


def _exact(texts: pl.Series, numbers: pl.Series) -> pl.Series:
    """Write every number with all its digits: the reader's texts have nine decimals."""
    # A text cell that looks like a number reads as the same number, and so stays as written.
    rounded = ((texts.cast(pl.Float64, strict=False) != numbers) & numbers.is_finite()).fill_null(value=False)
    if not rounded.any():
        return texts
    return texts.scatter(rounded.arg_true(), [repr(value) for value in numbers.filter(rounded)])


def _choose(reader: fastexcel.ExcelReader, file: str, sheet: str | None) -> str:
    names: list[str] = list(reader.sheet_names)
    place = Place(file=file)
    if sheet is not None:
        if sheet in names:
            return sheet
        raise SipasError("intake.sheet_unknown", "sheet", expected=names, got=sheet, place=place)
    filled = [name for name in names if _visible_if_filled(reader, name)]
    if len(filled) == 1:
        return filled[0]
    if not filled:
        raise SipasError("intake.sheet_empty", "sheet", got=names, place=place)
    raise SipasError("intake.sheet_choice", "sheet", expected=filled, place=place)


def _visible_if_filled(reader: fastexcel.ExcelReader, name: str) -> bool | None:
    """Tell whether a sheet with cells is visible; None for a sheet of at most one row."""
    head = reader.load_sheet(name, header_row=None, skip_rows=0, n_rows=50, dtypes="string")
    return head.visible == "visible" if head.height > 1 and head.width > 0 else None


def _part_of(data: bytes, name: str) -> str:
    """Name of the archive's entry that holds a sheet."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        book = fromstring(archive.read("xl/workbook.xml"))
        links = fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for element in book.iter():
        if element.tag.endswith("}sheet") and element.get("name") == name:
            target = targets.get(element.get(_RELATION), "")
            return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return ""


def _fill_merged(cells: pl.DataFrame, ranges: tuple[Range, ...]) -> pl.DataFrame:
    """Give a cell merged downwards to every row that it covers; across columns it stays at the left."""
    by_column: dict[int, list[Range]] = {}
    for found in ranges:
        if found[2] > found[0] and found[1] < cells.width:
            by_column.setdefault(found[1], []).append(found)
    for column, found_here in by_column.items():
        values = cells.to_series(column).to_list()
        for first, _, last, _ in found_here:
            for row in range(first + 1, min(last + 1, len(values))):
                values[row] = values[first]
        cells = cells.with_columns(pl.Series(f"c{column}", values, dtype=pl.String))
    return cells
