"""A table as a file for people: CSV and XLSX. Strings are never formulas; a figure that is withheld is a sign."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import polars as pl
import xlsxwriter

from sipas.publication import harmless_csv
from sipas_web.shared.downloads import Cell

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
WIDTH, WIDEST = 14, 60
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with its title and what must be said of it; cells are numbers where they are numbers."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...]


def rounded(value: float | None) -> float | None:
    """Round once to two decimals, half up, as every page and document does."""
    return None if value is None else float(Decimal(str(value)).quantize(HUNDREDTH, ROUND_HALF_UP))


def csv(sheet: Sheet) -> bytes:
    """Write a sheet as CSV; what must be said stands in a column of its own beside every row."""
    told = " ".join([sheet.title + ".", *sheet.notes])
    columns = [*zip(*sheet.rows, strict=True)] if sheet.rows else [()] * len(sheet.heads)
    made = {head: _column(cells) for head, cells in zip(sheet.heads, columns, strict=True)}
    return harmless_csv(pl.DataFrame({**made, "": pl.Series([told] * len(sheet.rows), dtype=pl.String)}))


def xlsx(sheet: Sheet) -> bytes:
    """Write a sheet as XLSX: title, notes, head, rows."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        page = book.add_worksheet("SIPAS")
        bold, number = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        count = book.add_format({"num_format": "#,##0"})
        for row, text in enumerate([sheet.title, *sheet.notes]):
            page.write_string(row, 0, text, bold if row == 0 else None)
        start = len(sheet.notes) + 2
        for place, head in enumerate(sheet.heads):
            page.write_string(start, place, head, bold)
            longest = max((len(str(row[place])) for row in sheet.rows if isinstance(row[place], str)), default=0)
            page.set_column(place, place, min(max(WIDTH, longest), WIDEST))
        for row, cells in enumerate(sheet.rows, start=start + 1):
            for place, cell in enumerate(cells):
                if isinstance(cell, str):
                    page.write_string(row, place, cell)
                elif cell is not None:
                    page.write_number(row, place, cell, count if isinstance(cell, int) else number)
        page.freeze_panes(start + 1, 1)
    return out.getvalue()


def _column(cells: Sequence[Cell]) -> pl.Series:
    if any(isinstance(cell, str) for cell in cells):
        return pl.Series([None if cell is None else str(cell) for cell in cells], dtype=pl.String)
    return pl.Series(list(cells), dtype=pl.Int64 if all(isinstance(c, int) for c in cells) else pl.Float64)
