"""Lists as offices hand them in: a few agencies of Tuyên Quang, made by the library's simulation; one row is wrong."""

from __future__ import annotations

import datetime as dt
import functools
import io
from dataclasses import replace
from pathlib import Path

import openpyxl
import polars as pl

from sipas.simulation import load_profile, office_files, transactions

YEAR = 2026
MEAN_LOAD = 30.0  # transactions of a commune; a department has several times as many
DEPARTMENTS = ("Sở Nội vụ", "Sở Tư pháp", "Sở Tài chính")
COMMUNES = ("UBND phường An Tường", "UBND xã Lũng Cú", "UBND xã Phú Linh")  # the first is the agency account's
WRONG_DAY, RIGHT_DAY = "31/02/2026", "28/02/2026"
IN_LISTS = ["so-ban-nganh.xlsx", "cap-xa.csv"]


@functools.cache
def office_lists() -> dict[str, bytes]:
    """Make the files; the last row of the communes' has a day that does not exist."""
    window = {"first": dt.date(YEAR, 1, 1), "last": dt.date(YEAR, 9, 30)}
    made = transactions("08", load_profile("transactions"), seed=YEAR, mean_load=MEAN_LOAD, **window)
    rows = made.rows.filter(pl.col("agency").is_in([*DEPARTMENTS, *COMMUNES]))
    assert rows["agency"].n_unique() == len(DEPARTMENTS) + len(COMMUNES)
    files = office_files(replace(made, rows=rows), made_on=dt.date(YEAR, 10, 5))
    head, last = files["cap-xa.csv"].decode("utf-8-sig").rstrip().rsplit("\n", 1)
    cells = last.rsplit(",", 2)
    files["cap-xa.csv"] = f"\ufeff{head}\n{cells[0]},{WRONG_DAY},{cells[2]}\n".encode()
    return files


def written(folder: Path) -> list[Path]:
    """Write the files and say where."""
    for name, content in office_lists().items():
        (folder / name).write_bytes(content)
    return [folder / name for name in IN_LISTS]


def mended(path: Path) -> Path:
    """Mend the wrong day in the file of rows not taken, as a clerk does in Excel."""
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value == WRONG_DAY]
    assert cells, "the file names the wrong day"
    for cell in cells:
        cell.value = RIGHT_DAY
    book.save(path)
    return path
