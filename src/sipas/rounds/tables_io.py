"""Tables of the round on disk: Parquet, checked on the way in and out, the same bytes for the same rows."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from sipas.errors import Place, SipasError
from sipas.rounds.folder import Folder
from sipas.tables import Table


def parquet(frame: pl.DataFrame, table: Table | None = None) -> bytes:
    """Write a table as Parquet.

    Parameters
    ----------
    frame : polars.DataFrame
        Rows.
    table : Table, optional
        The promise it must keep.

    Returns
    -------
    bytes
        zstd, with statistics; no time or host inside.
    """
    out = io.BytesIO()
    (table.check(frame) if table else frame).write_parquet(out, compression="zstd", statistics=True)
    return out.getvalue()


def read_table(folder: Folder, table: Table) -> pl.DataFrame:
    """Read a table of the round and check it.

    Parameters
    ----------
    folder : Folder
        The round.
    table : Table
        Which one.

    Returns
    -------
    polars.DataFrame
        Promised columns first.

    Raises
    ------
    SipasError
        ``round.step_not_done`` where no step has made it yet; ``round.table_unreadable``.
    """
    path = folder.path(f"{table.name}.parquet")
    if not path.exists():
        raise SipasError("round.step_not_done", got=path.name)
    try:
        return table.check(pl.read_parquet(path))
    except (pl.exceptions.PolarsError, OSError) as error:
        place = Place(file=path.name)
        raise SipasError("round.table_unreadable", got=str(error).splitlines()[0], place=place) from error


def canonical_json(data: Mapping[str, object]) -> bytes:
    """Write data as JSON, the same bytes for the same data.

    Parameters
    ----------
    data : mapping
        Text, numbers, lists, mappings; a date becomes ISO text.

    Returns
    -------
    bytes
        UTF-8, indented, ends with a line feed.
    """
    return (json.dumps(data, ensure_ascii=False, indent=1, default=str) + "\n").encode()


def read_json(folder: Folder, name: str) -> dict[str, Any]:
    """Read a JSON file of the round.

    Parameters
    ----------
    folder : Folder
        The round.
    name : str
        Its name.

    Returns
    -------
    dict
        Its content.

    Raises
    ------
    SipasError
        ``round.step_not_done``.
    """
    if not folder.path(name).exists():
        raise SipasError("round.step_not_done", got=name)
    data: dict[str, Any] = json.loads(folder.path(name).read_bytes())
    return data
