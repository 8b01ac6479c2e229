"""Visits from a file: one row per attempt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

import polars as pl

from sipas.errors import Place, SipasError
from sipas.intake import OfficeTable
from sipas.quality import read_outcomes
from sipas.tables import REJECTED

MODES = ("paper", "face_to_face", "phone", "web")
NEEDED = ("case_id", "visit", "date", "outcome")
Reason = NewType("Reason", str)
UNKNOWN_CASE = Reason("visits.case_unknown")
UNKNOWN_MODE = Reason("visits.mode_unknown")
UNKNOWN_OUTCOME = Reason("visits.outcome_unknown")
REPEATED = Reason("visits.repeated")
UNREADABLE = Reason("visits.value_missing")


@dataclass(frozen=True, slots=True)
class VisitsImport:
    """Visits taken, and rows that were not."""

    visits: pl.DataFrame
    rejected: pl.DataFrame


def read_visits(table: OfficeTable, sample: pl.DataFrame) -> VisitsImport:
    """Read visits.

    Parameters
    ----------
    table : OfficeTable
        With the columns ``case_id``, ``visit``, ``date``, ``outcome``, and perhaps ``mode``, ``interviewer``,
        ``replaced_by``.
    sample : polars.DataFrame, ``tables.SAMPLE``
        Cases that may be visited.

    Returns
    -------
    VisitsImport
        Good rows, and the others with their row and reason.

    Raises
    ------
    SipasError
        ``visits.column_missing``.
    """
    missing = [name for name in NEEDED if not table.has(name)]
    if missing:
        raise SipasError(
            "visits.column_missing", ", ".join(missing), got=list(table.headers), place=Place(file=table.file)
        )
    rows = pl.DataFrame({
        "case_id": table.cells["case_id"],
        "visit": table.integers("visit").values.cast(pl.Int64),
        "date": table.dates("date").values,
        "mode": table.cells["mode"] if table.has("mode") else pl.Series(["paper"] * table.height, dtype=pl.String),
        "outcome": read_outcomes(table.cells["outcome"]),
        **{name: _optional(table, name) for name in ("interviewer", "replaced_by")},
    })
    reason = (
        pl
        .when(~pl.col("case_id").is_in(sample["case_id"].implode()))
        .then(pl.lit(UNKNOWN_CASE))
        .when(~pl.col("mode").is_in(MODES))
        .then(pl.lit(UNKNOWN_MODE))
        .when(pl.col("outcome").is_null())
        .then(pl.lit(UNKNOWN_OUTCOME))
        .when(pl.any_horizontal(pl.col(NEEDED).is_null()))
        .then(pl.lit(UNREADABLE))
        .when(~pl.struct("case_id", "visit").is_first_distinct())
        .then(pl.lit(REPEATED))
    )
    judged = rows.with_columns(reason=reason, row=table.rows.cast(pl.Int64))
    return VisitsImport(judged.filter(pl.col("reason").is_null()).drop("reason", "row"), _rejected(judged, table))


def _optional(table: OfficeTable, name: str) -> pl.Series:
    return table.cells[name] if table.has(name) else pl.Series([None] * table.height, dtype=pl.String)


def _rejected(judged: pl.DataFrame, table: OfficeTable) -> pl.DataFrame:
    bad = judged.filter(pl.col("reason").is_not_null())
    empty = pl.lit(None, pl.String)
    return REJECTED.check(
        bad.select(
            pl.lit(table.file).alias("file"),
            pl.lit(table.sheet, pl.String).alias("sheet"),
            "row",
            empty.alias("column"),
            "reason",
            pl.col("case_id").alias("got"),
        )
    )
