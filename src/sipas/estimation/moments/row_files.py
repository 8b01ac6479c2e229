"""The files that rows come in: which they are, in which order, and whether they are alike."""

from __future__ import annotations

from glob import glob, has_magic
from pathlib import Path

import polars as pl

from sipas.errors import Place, SipasError


def files_of(rows: Path | str) -> list[str]:
    """List Parquet files in the order in which their rows are counted.

    Parameters
    ----------
    rows : pathlib.Path or str
        A file, a folder (its ``*.parquet``), or a pattern with ``*``, ``?``, ``[...]`` or ``**``. An address with
        ``://`` is left to the engine.

    Returns
    -------
    list of str
        Sorted by name; one or more.

    Raises
    ------
    SipasError
        ``estimation.rows_not_found``.
    """
    text = str(rows)
    if "://" in text:
        return [text]
    path = Path(text)
    if path.is_dir():
        found = [str(file) for file in path.glob("*.parquet")]
    elif path.exists() or not has_magic(text):
        found = [text] if path.exists() else []
    else:
        found = [file for file in glob(text, recursive=True) if Path(file).is_file()]
    if not found:
        raise SipasError("estimation.rows_not_found", "rows", got=text)
    return sorted(found)


def refuse_differing(files: list[str], wanted: list[str]) -> None:
    """Refuse files of which a column is not the same in all: engines would cast it to the type of the first.

    Parameters
    ----------
    files : list of str
        Parquet files; addresses with ``://`` are not looked into.
    wanted : list of str
        Columns.

    Raises
    ------
    SipasError
        ``estimation.files_differ``, with the file and the column.
    """
    if len(files) < 2:
        return
    first = _schema(files[0])
    for file in files[1:]:
        schema = _schema(file)
        for name in wanted:
            expected, got = first.get(name), schema.get(name)
            if expected != got:
                place = Place(file=Path(file).name, column=name)
                raise SipasError("estimation.files_differ", name, str(expected), str(got), files[0], place=place)


def _schema(file: str) -> dict[str, pl.DataType]:
    with Path(file).open("rb") as stream:  # by its name, Polars would take it for a pattern
        return pl.read_parquet_schema(stream)
