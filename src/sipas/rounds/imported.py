"""What the import of the lists left: its report, the frame in small tables, and the rows that were not taken."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypedDict

import polars as pl

from sipas.errors import Place, SipasError
from sipas.rounds.folder import Folder
from sipas.rounds.steps.lists import REJECTED_FILE
from sipas.rounds.tables_io import read_json
from sipas.tables import REJECTED

REPORT = "frame-report.json"
FRAME_FILE = "frame.parquet"


class FrameFindings(TypedDict):
    """The whole report of the frame's import; tables as lists of rows."""

    counts: dict[str, int]
    rules: dict[str, int]
    notes: list[SipasError]
    skipped: list[dict[str, Any]]
    columns: list[dict[str, Any]]
    gaps: list[dict[str, Any]]


def frame_findings(root: Path) -> FrameFindings | None:
    """Read the report of the frame's import.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    dict or None
        ``FrameFindings``; None before the first import.
    """
    if not (root / REPORT).is_file():
        return None
    data = read_json(Folder(root), REPORT)
    notes = [
        SipasError(n["code"], got=n["got"], hint=n["hint"], place=Place(**n["place"])) for n in data.get("notes", [])
    ]
    return FrameFindings(
        counts=data["counts"],
        rules=data["rules"],
        notes=notes,
        skipped=data.get("skipped", []),
        columns=data.get("columns", []),
        gaps=data.get("gaps", []),
    )


def frame_counts(root: Path, by: str) -> list[tuple[str | None, int]]:
    """Count the rows of the frame.

    Parameters
    ----------
    root : Path
        The round's folder.
    by : str
        Column of the frame.

    Returns
    -------
    list of (str or None, int)
        Value and rows, the most first; in order of time for ``finished_month``. Empty before the first import.
    """
    path = root / FRAME_FILE
    if not path.is_file():
        return []
    counted = pl.scan_parquet(path).group_by(pl.col(by).cast(pl.String)).agg(rows=pl.len()).collect()
    ordered = counted.sort(by) if by == "finished_month" else counted.sort(["rows", by], descending=[True, False])
    return [(value, int(rows)) for value, rows in ordered.iter_rows()]


def rejected_reasons(root: Path) -> list[tuple[str, int]]:
    """Count the rows of the lists that were not taken.

    Parameters
    ----------
    root : Path
        The round's folder.

    Returns
    -------
    list of (str, int)
        Code of the reason and rows, the most first; empty once the identities were destroyed.
    """
    if not (root / REJECTED_FILE).is_file():
        return []
    counted = pl.scan_parquet(root / REJECTED_FILE).group_by("reason").agg(rows=pl.len()).collect()
    return [(code, int(rows)) for code, rows in counted.sort(["rows", "reason"], descending=[True, False]).iter_rows()]


def rejected_page(root: Path, *, reason: str = "", offset: int = 0, limit: int = 50) -> pl.DataFrame:
    """Read some of the rows that were not taken. They hold identities.

    Parameters
    ----------
    root : Path
        The round's folder.
    reason : str
        Code; empty: all.
    offset, limit : int
        Which rows, in the order of the lists.

    Returns
    -------
    polars.DataFrame
        ``tables.REJECTED`` and the original cells.
    """
    if not (root / REJECTED_FILE).is_file():
        return REJECTED.empty()
    rows = pl.scan_parquet(root / REJECTED_FILE)
    rows = rows.filter(pl.col("reason") == reason) if reason else rows
    return rows.slice(offset, limit).collect()
