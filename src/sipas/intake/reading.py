"""One door for every office file: what it is by its first bytes, then its cells, then its table."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sipas.errors import Place, SipasError
from sipas.intake import reasons
from sipas.intake.body import classify_rows
from sipas.intake.delimited import find_encoding, read_delimited
from sipas.intake.grid import Grid, text_column
from sipas.intake.headers import ColumnMapping, chosen_mapping, guess_mapping
from sipas.intake.layout import Head, find_head
from sipas.intake.legacy import Conversion, modernise
from sipas.intake.limits import LIMITS, MEBI, Limits
from sipas.intake.mapping_file import ChosenColumns, load_mapping
from sipas.intake.table import OfficeTable
from sipas.intake.workbook import OLE_SIGNATURE, ZIP_SIGNATURE, read_sheets, read_workbook
from sipas.tables import REJECTED

PARQUET_SIGNATURE = b"PAR1"
START_BYTES = 4096
# A PDF, a web page or XML (also under an .xls name), compressed archives, pictures, a page saved with its pictures.
NOT_TABLES = (b"%pdf", b"<", b"\x1f\x8b", b"rar!", b"7z\xbc\xaf", b"\xff\xd8\xff", b"\x89png", b"gif8", b"mime-version")
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd\ufffe\uffff]")
SECTION_COLUMN = "Mục (nhóm dòng)"
UNNAMED = "Cột {number}"
_INVISIBLE = "[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]"
_UNTIDY = r"^\s|\s$|\s\s|[\t\r\n\u{a0}\u{ad}\u{200b}-\u{200f}\u{202a}-\u{202e}\u{2060}\u{feff}]"


@dataclass(frozen=True, slots=True)
class SkippedSheet:
    """A sheet with cells that was not read as a list.

    Parameters
    ----------
    file, sheet : str
        Where.
    reason : Reason
        ``intake.sheet_hidden``, ``intake.sheet_without_header`` or ``intake.sheet_other``.
    missing : tuple of str
        Targets that the sheet lacks; empty for the other reasons.
    """

    file: str
    sheet: str
    reason: reasons.Reason
    missing: tuple[str, ...] = ()


MappingChoice = Path | Mapping[str, str] | ColumnMapping | ChosenColumns


def read(
    path: Path,
    *,
    sheet: str | None = None,
    mapping: MappingChoice | None = None,
    purpose: str | None = None,
    limits: Limits = LIMITS,
) -> OfficeTable:
    """Read a table out of an office file.

    Parameters
    ----------
    path : pathlib.Path
        XLSX, XLS, CSV (any of the encodings met in Vietnamese offices) or Parquet; known by content, not by name.
    sheet : str, optional
        Sheet of a workbook; needed where several hold cells.
    mapping : pathlib.Path, mapping of str to str, ColumnMapping or ChosenColumns, optional
        A mapping file (YAML), or target to header.
    purpose : {'transactions', 'residents', 'totals'}, optional
        Guess the mapping for this purpose where none is given.
    limits : Limits
        Bounds looked at before parsing.

    Returns
    -------
    OfficeTable
        Records as text with their row numbers; every row that is no record is in ``skipped`` with its reason.

    Raises
    ------
    SipasError
        ``intake.file_missing``, ``intake.file_too_large``, ``intake.kind_unknown``, ``intake.file_empty``,
        ``intake.header_missing``, ``intake.too_many_rows``, ``intake.too_many_columns``, those of workbooks
        (``intake.workbook_...``, ``intake.sheet_...``), of CSV files (``intake.encoding_broken``,
        ``intake.quote_open``), of Parquet (``intake.parquet_broken``) and of mappings (``intake.mapping_...``).
    """
    return as_mapped(as_table(_grid(path, sheet, limits), limits), mapping, purpose)


def read_all(
    path: Path,
    *,
    required: Sequence[str],
    mapping: MappingChoice | None = None,
    purpose: str | None = None,
    limits: Limits = LIMITS,
) -> tuple[list[OfficeTable], list[SkippedSheet]]:
    """Read every sheet of an office file that is a list of the wanted kind, so that nobody need choose one.

    Parameters
    ----------
    path : pathlib.Path
        As for ``read``; a file without sheets gives its one table.
    required : sequence of str
        Targets that a list must have.
    mapping, purpose, limits
        As for ``read``; the mapping is tried on each sheet.

    Returns
    -------
    tables : list of OfficeTable
        In the order of the workbook, at least one. Where a single visible sheet holds cells it is given as it is,
        fitting or not, so that ``require`` can tell its headers.
    skipped : list of SkippedSheet
        Sheets with cells that are no such list, or are hidden.

    Raises
    ------
    SipasError
        As ``read``; ``intake.sheets_unfit`` where several sheets hold cells and none fits.
    """
    start = opening(path, limits)
    if not start.startswith((ZIP_SIGNATURE, OLE_SIGNATURE)):
        return [read(path, mapping=mapping, purpose=purpose, limits=limits)], []
    grids, hidden = read_sheets(path.read_bytes(), file=path.name, limits=limits)
    skipped = [SkippedSheet(path.name, name, reasons.SHEET_HIDDEN) for name in hidden]
    if len(grids) == 1:
        return [as_mapped(as_table(grids[0], limits), mapping, purpose)], skipped
    tables = []
    for grid in grids:
        found = _fitting(grid, required, mapping, purpose, limits)
        if isinstance(found, OfficeTable):
            tables.append(found)
        else:
            skipped.append(found)
    if not tables:
        place = Place(file=path.name)
        named = [sheet.sheet for sheet in skipped]
        raise SipasError("intake.sheets_unfit", "sheet", expected=list(required), got=named, place=place)
    return tables, skipped


def _fitting(
    grid: Grid, required: Sequence[str], mapping: MappingChoice | None, purpose: str | None, limits: Limits
) -> OfficeTable | SkippedSheet:
    sheet = grid.sheet or ""
    try:
        table = as_mapped(as_table(grid, limits), mapping, purpose, strict=False)
    except SipasError as error:
        if error.code == "intake.header_missing":
            return SkippedSheet(grid.file, sheet, reasons.SHEET_WITHOUT_HEADER)
        if error.code == "intake.mapping_column":
            return SkippedSheet(grid.file, sheet, reasons.SHEET_OTHER, (error.parameter or "",))
        raise
    missing = tuple(target for target in required if not table.has(target))
    return SkippedSheet(grid.file, sheet, reasons.SHEET_OTHER, missing) if missing else table


def as_mapped(
    table: OfficeTable, mapping: MappingChoice | None, purpose: str | None, *, strict: bool = True
) -> OfficeTable:
    """Give a table under the mapping that was chosen, or guessed for a purpose.

    Parameters
    ----------
    table : OfficeTable
        The table.
    mapping, purpose
        As for ``read``.
    strict : bool
        Whether ``ChosenColumns`` that are not there are an error.

    Returns
    -------
    OfficeTable
        Same cells.
    """
    if isinstance(mapping, ChosenColumns):
        return table.with_mapping(mapping.fit(table.headers, strict=strict))
    if isinstance(mapping, ColumnMapping):
        return table.with_mapping(mapping)
    if isinstance(mapping, Path):
        return table.with_mapping(load_mapping(mapping, table.headers))
    if mapping is not None:
        return table.with_mapping(chosen_mapping(mapping, table.headers))
    return table.with_mapping(guess_mapping(table.headers, purpose)) if purpose else table


def opening(path: Path, limits: Limits) -> bytes:
    """Give the first bytes of a file that may be read.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    limits : Limits
        Bounds of its size.

    Returns
    -------
    bytes
        At most 4 KiB.

    Raises
    ------
    SipasError
        ``intake.file_missing``, ``intake.file_empty``, ``intake.file_too_large``, ``intake.kind_unknown``.
    """
    place = Place(file=path.name)
    if not path.is_file():
        raise SipasError("intake.file_missing", got=str(path), place=place)
    with path.open("rb") as stream:
        start = stream.read(START_BYTES)
    if not start:
        raise SipasError("intake.file_empty", place=place)
    is_workbook = start.startswith((ZIP_SIGNATURE, OLE_SIGNATURE))
    most = limits.workbook_bytes if is_workbook else limits.file_bytes
    if path.stat().st_size > most:
        got = path.stat().st_size // MEBI
        raise SipasError("intake.file_too_large", expected=most // MEBI, got=got, place=place)
    if not is_workbook and _is_no_table(start):
        raise SipasError("intake.kind_unknown", got=path.name, place=place)
    return start


def _is_no_table(start: bytes) -> bool:
    text = start.removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if text.startswith(NOT_TABLES):
        return True
    if start.startswith(PARQUET_SIGNATURE):
        return False
    encoding = find_encoding(start)
    seen = start.decode("latin-1" if encoding == "cp1252" else encoding, "replace")
    return len(_NO_TEXT.findall(seen)) * 50 > len(seen)  # a text may hold a broken letter; one in fifty is no text


def _grid(path: Path, sheet: str | None, limits: Limits) -> Grid:
    start = opening(path, limits)
    if start.startswith((ZIP_SIGNATURE, OLE_SIGNATURE)):
        return read_workbook(path.read_bytes(), file=path.name, sheet=sheet, limits=limits)
    if start.startswith(PARQUET_SIGNATURE):
        return _read_parquet(path)
    return read_delimited(path.read_bytes(), file=path.name, limits=limits)


def _read_parquet(path: Path) -> Grid:
    try:
        typed = pl.read_parquet(path)
        columns = [text_column(typed[name]).alias(f"c{i}") for i, name in enumerate(typed.columns)]
    except pl.exceptions.PolarsError as error:
        got = str(error).splitlines()[0]
        raise SipasError("intake.parquet_broken", got=got, place=Place(file=path.name)) from error
    return Grid(pl.DataFrame(columns), file=path.name, headers=tuple(typed.columns))


def as_table(grid: Grid, limits: Limits) -> OfficeTable:
    """Find the table among the cells of a sheet or file.

    Parameters
    ----------
    grid : Grid
        All cells.
    limits : Limits
        Bounds.

    Returns
    -------
    OfficeTable
        Without a mapping.

    Raises
    ------
    SipasError
        ``intake.header_missing``, ``intake.too_many_rows``, ``intake.too_many_columns``.
    """
    place = Place(file=grid.file, sheet=grid.sheet)
    if grid.cells.height > limits.rows:
        raise SipasError("intake.too_many_rows", expected=limits.rows, got=grid.cells.height, place=place)
    if grid.cells.width > limits.columns:
        raise SipasError("intake.too_many_columns", expected=limits.columns, got=grid.cells.width, place=place)
    overlong = grid.cells[grid.overlong].is_not_null() if grid.overlong else None
    cells, conversions = modernise(grid.cells.drop(grid.overlong) if grid.overlong else grid.cells)
    cells = _clean(cells)
    head = find_head(Grid(cells, grid.file, grid.sheet, merged=grid.merged, headers=grid.headers))
    body = _without_tail(cells.slice(head.last + 1))
    sorted_rows = classify_rows(
        body, tuple(cells.slice(head.first, head.last - head.first + 1).rows() if head.last >= 0 else ())
    )
    reason = sorted_rows["reason"]
    if overlong is not None:
        late = overlong.slice(head.last + 1, body.height) & reason.is_null()
        reason = pl.Series([reasons.ROW_TOO_LONG], dtype=pl.String).zip_with(late, reason)
    return _assemble(grid, cells, head, body.with_columns(sorted_rows["section"]), reason, conversions)


def _assemble(
    grid: Grid,
    cells: pl.DataFrame,
    head: Head,
    body: pl.DataFrame,
    reason: pl.Series,
    conversions: tuple[Conversion, ...],
) -> OfficeTable:
    names = _unique_names(head, body)
    first = head.last + 1 + grid.first_row
    numbers = pl.int_range(first, first + body.height, eager=True).alias("row")
    kept = reason.is_null()
    records = body.select(*names).rename(names).filter(kept)
    return OfficeTable(
        cells=records,
        rows=numbers.filter(kept),
        file=grid.file,
        sheet=grid.sheet,
        skipped=_skipped(grid, cells, head, body.drop("section"), reason, numbers),
        conversions=tuple(Conversion(names.get(c.column, c.column), c.encoding, c.cells) for c in conversions),
        encoding=grid.encoding,
        delimiter=grid.delimiter,
    )


def _clean(cells: pl.DataFrame) -> pl.DataFrame:
    """Compose every cell, take out what cannot be seen; only columns that need it are rewritten."""
    columns = []
    for column in cells.get_columns():
        new = column
        if new.str.contains("[\u0300-\u036f\u1100-\u11ff]").any():
            new = new.str.normalize("NFC")
        if new.str.contains(_UNTIDY).any():
            new = new.str.replace_all(_INVISIBLE, "").str.replace_all(r"\s+", " ").str.strip_chars()
        columns.append(new.set(new == "", None) if (new == "").any() else new)
    return pl.DataFrame(columns)


def _without_tail(body: pl.DataFrame) -> pl.DataFrame:
    """Leave off the empty rows at the end; a sheet can have a million of them."""
    if not body.height:
        return body
    filled = body.select(pl.any_horizontal(pl.all().is_not_null()).alias("filled"))["filled"].arg_true()
    return body.head(int(filled[-1]) + 1 if len(filled) else 0)


def _unique_names(head: Head, body: pl.DataFrame) -> dict[str, str]:
    """Names of the columns that have a name or a value; a second of the same name gets a number."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for number, (column, name) in enumerate(zip(body.columns, (*head.names, SECTION_COLUMN), strict=True), start=1):
        if (not name or column == "section") and body[column].count() == 0:
            continue
        unique = name or UNNAMED.format(number=number)
        repeat = 2
        while unique in taken:
            unique = f"{name or UNNAMED.format(number=number)} ({repeat})"
            repeat += 1
        taken.add(unique)
        names[column] = unique
    return names


def _skipped(
    grid: Grid, cells: pl.DataFrame, head: Head, body: pl.DataFrame, reason: pl.Series, numbers: pl.Series
) -> pl.DataFrame:
    text = pl.concat_str(pl.all(), separator=" | ", ignore_nulls=True).alias("got")
    above = cells.head(head.last + 1).select(text)["got"]
    above_reasons = [reasons.TITLE_ROW] * max(head.first, 0) + [reasons.HEADER_ROW] * (
        head.last + 1 - max(head.first, 0)
    )
    wrong = reason.is_not_null()
    rows = pl.DataFrame(
        {
            "row": [*range(grid.first_row, grid.first_row + len(above)), *numbers.filter(wrong)],
            "reason": [*above_reasons, *reason.filter(wrong)],
            "got": [*above, *body.filter(wrong).select(text)["got"]],
        },
        schema={"row": pl.Int64, "reason": pl.String, "got": pl.String},
    )
    place = [
        pl.lit(grid.file).alias("file"),
        pl.lit(grid.sheet, pl.String).alias("sheet"),
        pl.lit(None, pl.String).alias("column"),
    ]
    return rows.with_columns(place).select([c.name for c in REJECTED.columns])
