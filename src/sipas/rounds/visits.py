"""Visits from a file: one row per attempt."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from sipas.capture.importing import MODES
from sipas.errors import Place, SipasError
from sipas.intake import ColumnMapping, OfficeTable
from sipas.intake.reasons import Reason
from sipas.intake.vietnamese import search_key
from sipas.quality import dispositions, read_outcomes
from sipas.sampling import read_case_id
from sipas.tables import REJECTED

# Headers of a file, the usual one first.
HEADERS = {
    "case_id": ("Mã phiếu", "Mã số phiếu"),
    "visit": ("Lần đến", "Lần", "Lần thứ"),
    "date": ("Ngày", "Ngày đến"),
    "outcome": ("Kết quả", "Kết quả tiếp cận"),
    "mode": ("Hình thức",),
    "interviewer": ("Người khảo sát", "Điều tra viên", "Bưu tá", "Nhân viên"),
    "replaced_by": ("Thay bằng", "Mã phiếu thay thế", "Phiếu thay thế"),
}
NEEDED = ("case_id", "visit", "date", "outcome")
# A form that comes back by mail is a paper form among answers; a visit may be a letter.
VISIT_MODES = MODES | {"mail": "mail", "gui thu": "mail", "gui buu dien": "mail", "qua buu dien": "mail", "thu": "mail"}
UNKNOWN_CASE = Reason("visits.case_unknown")
UNKNOWN_MODE = Reason("visits.mode_unknown")
UNKNOWN_OUTCOME = Reason("visits.outcome_unknown")
REPEATED = Reason("visits.repeated")
UNREADABLE = Reason("visits.value_missing")
WRONG_MODE = Reason("visits.outcome_not_of_mode")
WRONG_NUMBER = Reason("visits.number_impossible")
UNKNOWN_REPLACEMENT = Reason("visits.replacement_unknown")
MOST_VISITS = 999


@dataclass(frozen=True, slots=True)
class VisitsImport:
    """Visits taken, rows that were not, and the row of the file for each visit taken."""

    visits: pl.DataFrame
    rejected: pl.DataFrame
    rows: pl.Series


def read_visits(table: OfficeTable, sample: pl.DataFrame) -> VisitsImport:
    """Read visits.

    Parameters
    ----------
    table : OfficeTable
        With the columns ``case_id``, ``visit``, ``date``, ``outcome``, and perhaps ``mode``, ``interviewer``,
        ``replaced_by``, under those names or their Vietnamese headers (``HEADERS``).
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
    table = table.with_mapping(_mapping(table))
    missing = [HEADERS[name][0] for name in NEEDED if not table.has(name)]
    if missing:
        place = Place(file=table.file, sheet=table.sheet)
        raise SipasError("visits.column_missing", ", ".join(missing), got=list(table.headers), place=place)
    rows = pl.DataFrame({
        "case_id": pl.Series([_case(text) for text in table.texts("case_id").values], dtype=pl.String),
        "visit": table.integers("visit").values.cast(pl.Int64),
        "date": table.dates("date").values,
        "mode": _modes(table),
        "outcome": read_outcomes(table.texts("outcome").values),
        **{name: _optional(table, name) for name in ("interviewer", "replaced_by")},
    })
    reason = (
        pl
        .when(~pl.col("case_id").is_in(sample["case_id"].implode()).fill_null(value=False))
        .then(pl.lit(UNKNOWN_CASE))
        .when(pl.col("mode").is_null())
        .then(pl.lit(UNKNOWN_MODE))
        .when(pl.col("outcome").is_null())
        .then(pl.lit(UNKNOWN_OUTCOME))
        .when(pl.any_horizontal(pl.col(NEEDED).is_null()))
        .then(pl.lit(UNREADABLE))
        .when(~pl.col("visit").is_between(1, MOST_VISITS))
        .then(pl.lit(WRONG_NUMBER))
        .when(~pl.concat_str("outcome", pl.lit(" "), "mode").is_in(_outcomes_of_modes()))
        .then(pl.lit(WRONG_MODE))
        .when((~pl.col("replaced_by").is_in(sample["case_id"].implode())).fill_null(value=False))
        .then(pl.lit(UNKNOWN_REPLACEMENT))
        .when(~pl.struct("case_id", "visit").is_first_distinct())
        .then(pl.lit(REPEATED))
    )
    judged = rows.with_columns(reason=reason, row=table.rows.cast(pl.Int64))
    good = judged.filter(pl.col("reason").is_null())
    return VisitsImport(good.drop("reason", "row"), _rejected(judged, table), good["row"])


def _mapping(table: OfficeTable) -> ColumnMapping:
    """Find each column by one of its headers, in either language."""
    keys = {search_key(header): header for header in table.headers}
    found = {
        name: next((keys[search_key(known)] for known in (name, *headers) if search_key(known) in keys), None)
        for name, headers in HEADERS.items()
    }
    return ColumnMapping({name: header for name, header in found.items() if header is not None})


def _case(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return read_case_id(text)
    except SipasError:
        return text


def _modes(table: OfficeTable) -> pl.Series:
    if not table.has("mode"):
        return pl.Series(["paper"] * table.height, dtype=pl.String)
    return pl.Series([VISIT_MODES.get(search_key(text or "")) for text in table.texts("mode").values], dtype=pl.String)


def _optional(table: OfficeTable, name: str) -> pl.Series:
    if not table.has(name):
        return pl.Series([None] * table.height, dtype=pl.String)
    values = table.texts(name).values
    if name != "replaced_by":
        return values
    return pl.Series([_case(text) for text in values], dtype=pl.String)


def _outcomes_of_modes() -> list[str]:
    """List what the rates will accept later: an outcome and a mode that it can have."""
    return [f"{d.code} {mode}" for d in dispositions() for mode in d.modes]


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
