"""How much an office file may hold."""

from __future__ import annotations

from dataclasses import dataclass

MEBI = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds looked at before a file is parsed.

    Parameters
    ----------
    file_bytes : int
        Size of a CSV or Parquet file.
    workbook_bytes : int
        Size of an XLSX or XLS file.
    unpacked_bytes : int
        Size of all parts of an XLSX file after decompression, counted while decompressing.
    ratio : int
        Unpacked over packed size of one part, from 1 MiB unpacked on. Honest sheets lie under 50.
    parts : int
        Entries of the XLSX archive.
    cells : int
        Rows × columns of the rectangle that a sheet spans; the reader reserves room for all of it.
    rows : int
        Rows of a table.
    columns : int
        Columns of a table.
    """

    file_bytes: int = 8 * 1024 * MEBI
    workbook_bytes: int = 128 * MEBI
    unpacked_bytes: int = 2048 * MEBI
    ratio: int = 200
    parts: int = 2_000
    cells: int = 40_000_000
    rows: int = 100_000_000
    columns: int = 2_000


LIMITS = Limits()
