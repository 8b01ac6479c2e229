"""How a file would be understood, from its beginning: sheets, head, columns with samples, old text shown converted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from sipas.errors import SipasError
from sipas.intake import reasons
from sipas.intake.excerpt import beginning
from sipas.intake.grid import Grid
from sipas.intake.headers import DAY_TARGETS
from sipas.intake.legacy import modernise
from sipas.intake.limits import LIMITS, Limits
from sipas.intake.reading import MappingChoice, SkippedSheet, as_mapped, as_table, opening
from sipas.intake.table import OfficeTable

SAMPLES = 4
SHOWN_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class ColumnPreview:
    """A column as it was understood.

    Parameters
    ----------
    header : str
        As in the file.
    target : str, optional
        What it is taken for.
    confidence : float, optional
        0 to 1; 1 where a person said so.
    samples : tuple of str
        Different values from the beginning, in order.
    filled : int
        Cells of the beginning that are not empty.
    encoding : str, optional
        ``tcvn3``, ``vni`` or ``uncertain`` where cells came in an old encoding.
    converted : tuple of (str, str), optional
        A cell as it stands in the file, and as it was read.
    unreadable : int
        Cells of a column of days that are no day.
    swapped : int
        Days whose day and month may have been exchanged.
    """

    header: str
    target: str | None = None
    confidence: float | None = None
    samples: tuple[str, ...] = ()
    filled: int = 0
    encoding: str | None = None
    converted: tuple[str, str] | None = None
    unreadable: int = 0
    swapped: int = 0


@dataclass(frozen=True, slots=True)
class SheetPreview:
    """A sheet, or the one table of a file without sheets.

    Parameters
    ----------
    sheet : str, optional
        Name.
    head_row : int
        Last row of the head, as the user's program shows it; 0 where the format names its columns.
    records : int
        Records in the part that was read.
    columns : tuple of ColumnPreview
        Left to right.
    constants : dict of str to str
        Targets with one value for every row.
    missing : tuple of str
        Needed targets that were not found.
    """

    sheet: str | None
    head_row: int
    records: int
    columns: tuple[ColumnPreview, ...]
    constants: dict[str, str]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """A file as it would be read.

    Parameters
    ----------
    sheets : tuple of SheetPreview
        Those that are lists, at least one.
    skipped : tuple of SkippedSheet
        Other sheets with cells.
    whole : bool
        Whether all of the file was read.
    encoding, delimiter : str, optional
        Of a CSV file.
    """

    sheets: tuple[SheetPreview, ...]
    skipped: tuple[SkippedSheet, ...]
    whole: bool
    encoding: str | None = None
    delimiter: str | None = None


def preview(
    path: Path,
    *,
    required: Sequence[str],
    purpose: str,
    mapping: MappingChoice | None = None,
    limits: Limits = LIMITS,
) -> Preview:
    """Show how a file would be read, from its beginning: memory and time do not grow with a CSV or Parquet file.

    Parameters
    ----------
    path : pathlib.Path
        As for ``read_all``.
    required : sequence of str
        Targets that a list must have.
    purpose : {'transactions', 'residents', 'totals'}
        What the file lists.
    mapping : optional
        As for ``read``; missing: guessed.
    limits : Limits
        Bounds.

    Returns
    -------
    Preview
        Samples, never more than the first rows.

    Raises
    ------
    SipasError
        As ``read_all``; a chosen column that a sheet lacks is missing there, no error.
    """
    grids, hidden, whole = beginning(path, start=opening(path, limits), limits=limits)
    skipped = [SkippedSheet(path.name, name, reasons.SHEET_HIDDEN) for name in hidden]
    shown: list[SheetPreview] = []
    unfit: list[SheetPreview] = []
    for grid in grids:
        try:
            sheet = _sheet(grid, required, purpose, mapping, limits, strict=len(grids) == 1)
        except SipasError as error:
            if error.code not in {"intake.header_missing", "intake.mapping_column"} or len(grids) == 1:
                raise
            skipped.append(SkippedSheet(grid.file, grid.sheet or "", reasons.SHEET_WITHOUT_HEADER))
            continue
        (unfit if sheet.missing and len(grids) > 1 else shown).append(sheet)
    if shown:
        skipped += [SkippedSheet(path.name, s.sheet or "", reasons.SHEET_OTHER, s.missing) for s in unfit]
    else:
        shown = unfit[:1]
    if not shown:
        raise SipasError("intake.sheets_unfit", "sheet", expected=list(required), got=[s.sheet for s in skipped])
    return Preview(tuple(shown), tuple(skipped), whole, grids[0].encoding, grids[0].delimiter)


def _sheet(
    grid: Grid,
    required: Sequence[str],
    purpose: str,
    mapping: MappingChoice | None,
    limits: Limits,
    *,
    strict: bool,
) -> SheetPreview:
    table = as_mapped(as_table(grid, limits), mapping, None if mapping else purpose, strict=strict)
    head = table.skipped.filter(pl.col("reason") == reasons.HEADER_ROW)["row"]
    shown = OfficeTable(table.cells.head(SHOWN_ROWS), table.rows.head(SHOWN_ROWS), table.file, table.sheet)
    shown = shown.with_mapping(table.mapping)
    old = {c.column: c.encoding for c in table.conversions}
    before = _converted(grid, table) if old else {}
    targets = {header: target for target, header in table.mapping.columns.items()}
    columns = tuple(
        _column(shown, header, targets.get(header), _encoding(old.get(header), before.get(header)), before.get(header))
        for header in table.headers
    )
    missing = tuple(target for target in required if not table.has(target))
    last = head.max()
    return SheetPreview(
        grid.sheet, last if isinstance(last, int) else 0, table.height, columns, dict(table.mapping.constants), missing
    )


def _encoding(found: str | None, converted: tuple[str, str] | None) -> str | None:
    """Pass over a column where only its name was converted."""
    return found if converted or found == "uncertain" else None


def _column(
    table: OfficeTable, header: str, target: str | None, encoding: str | None, converted: tuple[str, str] | None
) -> ColumnPreview:
    filled = table.cells[header].drop_nulls()
    is_day = target is not None and target.endswith(DAY_TARGETS) and target != "birth"
    return ColumnPreview(
        header,
        target,
        table.mapping.confidence.get(target) if target else None,
        tuple(filled.unique(maintain_order=True).head(SAMPLES)),
        len(filled),
        encoding,
        converted,
        table.dates(header).faults.height if is_day else 0,
        table.swapped_dates(header) if is_day else 0,
    )


def _converted(grid: Grid, table: OfficeTable) -> dict[str, tuple[str, str]]:
    """Find for each column a cell that came in an old encoding: as it stood, as it was read."""
    cells = grid.cells.drop(grid.overlong) if grid.overlong else grid.cells
    read, _ = modernise(cells)
    kept = table.rows - grid.first_row
    found = {}
    for name in cells.columns:
        differ = (cells[name] != read[name]).fill_null(value=False)
        rows = [row for row in differ.arg_true().head(SHOWN_ROWS).to_list() if row in set(kept.head(SHOWN_ROWS))]
        if not rows:
            continue
        value = " ".join((read[name][rows[0]] or "").split())
        place = int((kept == rows[0]).arg_true()[0])
        header = next((h for h in table.headers if table.cells[h][place] == value and h not in found), None)
        if header is not None:
            found[header] = (cells[name][rows[0]], value)
    return found
