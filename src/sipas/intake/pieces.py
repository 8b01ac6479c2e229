"""A large file piece by piece, so that memory does not grow with it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import polars as pl

from sipas.errors import Place, SipasError
from sipas.intake import reasons
from sipas.intake.delimited import UTF_8, find_encoding, read_delimited
from sipas.intake.grid import Grid, text_column
from sipas.intake.limits import LIMITS, MEBI, Limits
from sipas.intake.reading import PARQUET_SIGNATURE, MappingChoice, as_mapped, as_table, opening, read_all
from sipas.intake.table import OfficeTable
from sipas.intake.workbook import OLE_SIGNATURE, ZIP_SIGNATURE

PIECE_BYTES = 24 * MEBI  # of a CSV file
PIECE_ROWS = 100_000  # of a Parquet file
SAMPLE_BYTES = 256 * 1024
LONGEST_CELL = 64 * 1024  # bytes looked through for the end of a quoted cell


def read_pieces(
    path: Path,
    *,
    required: Sequence[str],
    mapping: MappingChoice | None = None,
    purpose: str | None = None,
    limits: Limits = LIMITS,
    piece_bytes: int = PIECE_BYTES,
) -> Iterator[OfficeTable]:
    """Read a list as tables under one another, all with the columns of the first.

    Parameters
    ----------
    path : pathlib.Path
        As for ``read_all``. CSV in UTF-8 and Parquet are read in pieces; other encodings and workbooks, which the
        limits bound, as a whole, each sheet a table.
    required, mapping, purpose, limits
        As for ``read_all``; a mapping that is guessed is guessed once.
    piece_bytes : int
        Size of a piece of a CSV file.

    Yields
    ------
    OfficeTable
        Rows are numbered through the file.

    Raises
    ------
    SipasError
        As ``read_all``; also from a later piece.
    """
    start = opening(path, limits)
    if start.startswith((ZIP_SIGNATURE, OLE_SIGNATURE)):
        yield from read_all(path, required=required, mapping=mapping, purpose=purpose, limits=limits)[0]
        return
    if start.startswith(PARQUET_SIGNATURE):
        grids = _parquet(path)
    elif _is_utf_8(path):
        grids = _delimited(path, limits, piece_bytes)
    else:
        yield from read_all(path, required=required, mapping=mapping, purpose=purpose, limits=limits)[0]
        return
    chosen = mapping
    for grid in grids:
        table = as_mapped(as_table(grid, limits), chosen, purpose if chosen is None else None)
        chosen = chosen if chosen is not None else table.mapping
        yield table


def _is_utf_8(path: Path) -> bool:
    with path.open("rb") as file:
        return find_encoding(file.read(SAMPLE_BYTES)) in UTF_8


def _parquet(path: Path) -> Iterator[Grid]:
    try:
        rows = int(pl.scan_parquet(path).select(pl.len()).collect().item())
        for start in range(0, max(rows, 1), PIECE_ROWS):
            typed = pl.scan_parquet(path).slice(start, PIECE_ROWS).collect()
            columns = [text_column(typed[name]).alias(f"c{i}") for i, name in enumerate(typed.columns)]
            yield Grid(pl.DataFrame(columns), path.name, first_row=start + 1, headers=tuple(typed.columns))
    except pl.exceptions.PolarsError as error:
        got = str(error).splitlines()[0]
        raise SipasError("intake.parquet_broken", got=got, place=Place(file=path.name)) from error


def _delimited(path: Path, limits: Limits, piece_bytes: int) -> Iterator[Grid]:
    head, heads, before = b"", 0, 0
    for piece in _lines(path, piece_bytes):
        grid = read_delimited(head + piece, file=path.name, limits=limits)
        if not head:
            heads = _head_rows(grid, limits)
            head = _first_records(piece, heads, grid.delimiter or ",")
            before = grid.cells.height - heads
            yield grid
            continue
        yield replace(grid, first_row=1 + before)
        before += grid.cells.height - heads


def _lines(path: Path, size: int) -> Iterator[bytes]:
    """Cut a file at ends of lines outside quotes, as far as its quotes follow the rules."""
    with path.open("rb") as file:
        while piece := file.read(size):
            piece += file.readline()
            more = 0
            while piece.count(b'"') % 2 and more < LONGEST_CELL and (line := file.readline()):
                piece += line
                more += len(line)
            yield piece


def _head_rows(grid: Grid, limits: Limits) -> int:
    skipped = as_table(grid, limits).skipped
    last = skipped.filter(pl.col("reason").is_in([reasons.TITLE_ROW, reasons.HEADER_ROW]))["row"].max()
    return last if isinstance(last, int) else 0


def _first_records(piece: bytes, count: int, delimiter: str) -> bytes:
    text = piece[:SAMPLE_BYTES].decode("utf-8", "replace")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    with suppress(csv.Error):  # a field longer than csv reads: the lines up to there
        for _number, _record in zip(range(count), reader, strict=False):
            pass
    lines = piece[:SAMPLE_BYTES].splitlines(keepends=True)
    return b"".join(lines[: reader.line_num])
