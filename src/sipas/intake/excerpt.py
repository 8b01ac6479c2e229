"""The beginning of a large office file, so that it can be shown before all of it is read."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from pathlib import Path

import polars as pl

from sipas.errors import Place, SipasError
from sipas.intake.delimited import read_delimited
from sipas.intake.grid import Grid, text_column
from sipas.intake.limits import MEBI, Limits
from sipas.intake.workbook import OLE_SIGNATURE, ZIP_SIGNATURE, read_sheets
from sipas.intake.workbook_check import Part, entries_of, unpack

PARQUET_SIGNATURE = b"PAR1"
TEXT_BYTES = 512 * 1024
PARQUET_ROWS = 2_000
SMALL_WORKBOOK = MEBI // 2  # bytes; smaller ones are shown from the whole
SHEET_BYTES = MEBI  # of a sheet, unpacked: some thousand rows
STRINGS_BYTES = 256 * MEBI  # of the table of texts, which any row may name
CHUNK = MEBI
ROW_TAGS = (b"<row ", b"<row>", b"<row/", b":row ")  # all of one length
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell [^>]*>")


def beginning(path: Path, *, start: bytes, limits: Limits) -> tuple[list[Grid], list[str], bool]:
    """Read the first rows of every sheet.

    Parameters
    ----------
    path : pathlib.Path
        A file that may be read.
    start : bytes
        Its first bytes.
    limits : Limits
        Bounds.

    Returns
    -------
    grids : list of Grid
        As ``read_sheets`` gives them.
    hidden : list of str
        Hidden sheets that hold cells.
    whole : bool
        Whether that is all of the file.

    Raises
    ------
    SipasError
        As ``read``.
    """
    size = path.stat().st_size
    if start.startswith(ZIP_SIGNATURE + b"\x03\x04") and size > SMALL_WORKBOOK:
        data, whole = _short_workbook(path.read_bytes(), path.name, limits)
        return (*read_sheets(data, file=path.name, limits=limits), whole)
    if start.startswith((ZIP_SIGNATURE, OLE_SIGNATURE)):
        return (*read_sheets(path.read_bytes(), file=path.name, limits=limits), True)
    if start.startswith(PARQUET_SIGNATURE):
        return _parquet(path)
    return [read_delimited(_first_lines(path), file=path.name, limits=limits)], [], size <= TEXT_BYTES


def count_rows(path: Path, *, limits: Limits) -> int:
    """Count the rows of a file without reading them, title and empty rows too; at most a few more than there are.

    Parameters
    ----------
    path : pathlib.Path
        A file that may be read.
    limits : Limits
        Bounds.

    Returns
    -------
    int
        Lines of a CSV file, rows of a Parquet file, rows of all sheets of an XLSX file; an XLS file has at most
        65,536 a sheet and counts as 0.

    Raises
    ------
    SipasError
        ``intake.parquet_broken`` and those of ``check_workbook``.
    """
    with path.open("rb") as file:
        start = file.read(8)
        if start.startswith(PARQUET_SIGNATURE):
            return _parquet_rows(path)
        if start.startswith(ZIP_SIGNATURE):
            return _workbook_rows(path.read_bytes(), path.name, limits)
        if start.startswith(OLE_SIGNATURE):
            return 0
        file.seek(0)
        lines, last = 0, b""
        while chunk := file.read(CHUNK):
            lines += chunk.count(b"\n")
            last = chunk
    return lines + (0 if last.rstrip(b"\x00").endswith(b"\n") or not last else 1)


def _first_lines(path: Path) -> bytes:
    with path.open("rb") as file:
        data = file.read(TEXT_BYTES + 1)
    if len(data) <= TEXT_BYTES:
        return data
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or data.count(0) * 4 > len(data):
        return data[: TEXT_BYTES // 2 * 2]
    return data[: data.rfind(b"\n") + 1] or data


def _parquet(path: Path) -> tuple[list[Grid], list[str], bool]:
    rows = _parquet_rows(path)
    try:
        typed = pl.scan_parquet(path).head(PARQUET_ROWS).collect()
        columns = [text_column(typed[name]).alias(f"c{i}") for i, name in enumerate(typed.columns)]
    except pl.exceptions.PolarsError as error:
        raise _broken_parquet(path, error) from error
    return [Grid(pl.DataFrame(columns), file=path.name, headers=tuple(typed.columns))], [], rows <= PARQUET_ROWS


def _parquet_rows(path: Path) -> int:
    try:
        return int(pl.scan_parquet(path).select(pl.len()).collect().item())
    except pl.exceptions.PolarsError as error:
        raise _broken_parquet(path, error) from error


def _broken_parquet(path: Path, error: Exception) -> SipasError:
    return SipasError("intake.parquet_broken", got=str(error).splitlines()[0], place=Place(file=path.name))


def _workbook_rows(data: bytes, file: str, limits: Limits) -> int:
    place, rows, unpacked = Place(file=file), 0, 0
    for entry in entries_of(data, file=file, limits=limits):
        part = Part(entry, place, limits, unpacked, parsed=False)
        tail = b""
        for chunk in unpack(data, entry, place):
            part.take(chunk)
            if part.is_sheet:
                text = tail + chunk
                rows += sum(text.count(tag) for tag in ROW_TAGS)
                tail = text[-len(ROW_TAGS[0]) + 1 :]  # one shorter than a tag: none is counted twice
        unpacked = part.unpacked
    return rows


def _short_workbook(data: bytes, file: str, limits: Limits) -> tuple[bytes, bool]:
    """Make a workbook of the first rows of each sheet; every part is unpacked and counted all the same."""
    place, unpacked, whole = Place(file=file), 0, True
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for entry in entries_of(data, file=file, limits=limits):
            part = Part(entry, place, limits, unpacked, parsed=False)
            keep = _Keep(part)
            for chunk in unpack(data, entry, place):
                part.take(chunk)
                keep.take(chunk)
            unpacked = part.unpacked
            whole = whole and not keep.is_cut
            archive.writestr(entry.filename, keep.content())
    return out.getvalue(), whole


class _Keep:
    """What is kept of an entry: all of it, or of a sheet its first rows and its merged cells."""

    def __init__(self, part: Part) -> None:
        self.is_sheet = part.is_sheet
        self.most = SHEET_BYTES if part.is_sheet else STRINGS_BYTES
        self.place = part.place
        self.kept = bytearray()
        self.merged: list[bytes] = []
        self.tail = b""
        self.is_cut = False

    def take(self, chunk: bytes) -> None:
        if len(self.kept) < self.most:
            self.kept += chunk
            return
        if not self.is_sheet:
            raise SipasError("intake.workbook_unpacked", expected=self.most // MEBI, place=self.place)
        self.is_cut = True
        text = self.tail + chunk
        self.merged += _MERGED.findall(text)
        self.tail = text[text.rfind(b"<") :] if b"<" in text else b""

    def content(self) -> bytes:
        if not self.is_cut:
            return bytes(self.kept)
        end = self.kept.rfind(b"</row>")
        if end < 0:  # rows without cells, or under a prefix: rare, and then all of it is needed
            raise SipasError("intake.workbook_broken", got="sheetData", place=self.place)
        merges = b"<mergeCells>" + b"".join(self.merged) + b"</mergeCells>" if self.merged else b""
        return bytes(self.kept[: end + len(b"</row>")]) + b"</sheetData>" + merges + b"</worksheet>"
