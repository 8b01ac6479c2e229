"""The rows of a file of dossiers as the database keeps them: by the column, with a reason for each row not taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from sipas.intake import OfficeTable
from sipas.intake.dates import read_dates
from sipas.sampling.frame.wording import is_finished, respondent_kind
from sipas_web.onestop import deadlines
from sipas_web.onestop import list_words as words
from sipas_web.onestop.deadlines import Calendar
from sipas_web.onestop.queries import Outcome

TEXTS = ("agency", "receiver", "procedure_code", "procedure", "field", "status", "channel", "respondent_kind")
MOST_NUMBER, MOST_DAYS = 64, 2_000
_HOUR = r"(?:^|[ T])(\d{1,2})\s*[:hg]\s*(\d{2})"
_LENGTHS = pl.col("dossier_number").str.len_chars()
# The cell shown beside a reason.
AT_FAULT = {
    words.NO_NUMBER: "dossier_number", words.LONG_NUMBER: "dossier_number", words.NO_AGENCY: "agency",
    words.NO_RECEIPT: "received_on", words.DUE_FIRST: "due_on", words.FINISHED_FIRST: "finished_on",
    words.NO_END: "status", words.DAYS_ODD: "days_allowed", words.REPEATED: "dossier_number",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Habits:
    """What a person said of a source, and the day its file was made."""

    as_of: dt.date
    closes_at: dt.time | None = None
    adds_waiting: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """A piece of a file."""

    taken: pl.DataFrame
    rejected: pl.DataFrame  # tables.REJECTED and the original cells
    height: int


def rows_of(table: OfficeTable, habits: Habits, calendar: Calendar) -> Rows:
    """Read a piece: what is taken, judged and with its due days, and what is not, with the reason."""
    table.require(words.REQUIRED)
    cells = _cells(table)
    judged = cells.with_columns(_reason(habits).alias("reason"))
    taken = judged.filter(pl.col("reason").is_null())
    made = _judged(_with_days(taken, habits, calendar))
    return Rows(made, refused(table, judged["reason"], judged["fault"]), table.height)


def refused(table: OfficeTable, reason: pl.Series, fault: pl.Series | None = None) -> pl.DataFrame:
    """Write the rows that have a reason, with their cells and the column at fault."""
    column = reason.replace_strict(AT_FAULT, default=None, return_dtype=pl.String)
    if fault is not None:
        column = pl.select(pl.coalesce(fault, column)).to_series()
    parts = [table.rejected(_only(reason, column.is_null()))]
    parts += [table.rejected(_only(reason, column == name), name) for name in sorted(set(column.drop_nulls()))]
    return pl.concat([part for part in parts if part.height] or parts[:1], how="diagonal").sort("row")


def _only(reason: pl.Series, where: pl.Series) -> pl.Series:
    return pl.select(pl.when(where.fill_null(value=False)).then(reason)).to_series()


def _cells(table: OfficeTable) -> pl.DataFrame:
    """Give each target as text or day; ``fault``: the column of a cell that could not be read, ``unread``: why."""
    number = _text(table, "dossier_number").str.replace_all(r"\s", "").str.to_uppercase()
    columns = {"row": table.rows, "dossier_number": number}
    columns |= {target: _text(table, target) for target in (*TEXTS, *words.IDENTITY)}
    columns |= {name: text.fill_null("") for name, text in columns.items() if name in words.IDENTITY}
    fault = unread = pl.Series([None], dtype=pl.String).new_from_index(0, table.height)
    for target in words.DATES:
        read = read_dates(_text(table, target))
        columns[target] = read["date"]
        is_wrong = read["reason"].is_not_null() & unread.is_null()
        fault = pl.Series([target], dtype=pl.String).zip_with(is_wrong, fault) if is_wrong.any() else fault
        unread = read["reason"].zip_with(is_wrong, unread)
    columns["days_allowed"], days_wrong = _days_allowed(table)
    columns |= {"fault": fault, "unread": unread, "days_wrong": days_wrong}
    columns["minute"] = _minute(_text(table, "received_on"))
    return _with_words(pl.DataFrame({name: value.alias(name) for name, value in columns.items()}))


def _text(table: OfficeTable, target: str) -> pl.Series:
    if target in table.mapping.columns or target in table.mapping.constants:
        return table.texts(target).values
    return pl.Series(target, [None], dtype=pl.String).new_from_index(0, table.height)


def _days_allowed(table: OfficeTable) -> tuple[pl.Series, pl.Series]:
    """Read the first whole number of the cell: "15 ngày làm việc" is 15."""
    text = _text(table, "days_allowed")
    days = text.str.extract(r"(\d{1,5})").cast(pl.Int64)
    is_wrong = text.is_not_null() & (days.is_null() | (days > MOST_DAYS))
    return days, is_wrong


def _minute(text: pl.Series) -> pl.Series:
    """Give the minute of the day of a moment; null where only the day is given, or midnight."""
    hour, minute = text.str.extract(_HOUR, 1).cast(pl.Int64), text.str.extract(_HOUR, 2).cast(pl.Int64)
    found = hour * 60 + minute
    return found.set((found == 0).fill_null(value=False), None)


def _with_words(cells: pl.DataFrame) -> pl.DataFrame:
    status = cells["status"]
    return cells.with_columns(
        _said(status, is_finished, pl.Boolean).alias("is_finished"),
        _said(status, lambda text: words.holds(text, "stopped"), pl.Boolean).fill_null(value=False).alias("is_stopped"),
        _said(status, lambda text: words.holds(text, "waiting"), pl.Boolean).fill_null(value=False).alias("is_waiting"),
        _said(cells["channel"], words.channel_of, pl.String).fill_null("").alias("channel"),
        _said(cells["respondent_kind"], respondent_kind, pl.String).fill_null("").alias("respondent_kind"),
    )


def _said(column: pl.Series, read: Callable[[str], object], dtype: type[pl.DataType]) -> pl.Series:
    """Read each distinct cell once."""
    unique = column.drop_nulls().unique()
    values = pl.Series([read(text) for text in unique.to_list()], dtype=dtype)
    return column.replace_strict(unique, values, default=None, return_dtype=dtype)


def _reason(habits: Habits) -> pl.Expr:
    """Give the first rule that a row breaks."""
    received, end = pl.col("received_on"), pl.min_horizontal("finished_on", "returned_on")
    latest = pl.max_horizontal("received_on", "finished_on", "returned_on")
    is_said = pl.col("is_finished").fill_null(value=False) & ~pl.col("is_stopped")
    found = (
        pl
        .when(pl.col("dossier_number").is_null() | (_LENGTHS == 0))
        .then(pl.lit(words.NO_NUMBER))
        .when(_LENGTHS > MOST_NUMBER)
        .then(pl.lit(words.LONG_NUMBER))
        .when(pl.col("unread").is_not_null())
        .then("unread")
        .when(received.is_null())
        .then(pl.lit(words.NO_RECEIPT))
        .when(pl.col("agency").is_null())
        .then(pl.lit(words.NO_AGENCY))
        .when(pl.col("days_wrong"))
        .then(pl.lit(words.DAYS_ODD))
    )
    return (
        found
        .when(latest > habits.as_of)
        .then(pl.lit(words.IN_FUTURE))
        .when(pl.col("due_on") < received)
        .then(pl.lit(words.DUE_FIRST))
        .when(end < received)
        .then(pl.lit(words.FINISHED_FIRST))
        .when(is_said & end.is_null())
        .then(pl.lit(words.NO_END))
    )


def _with_days(rows: pl.DataFrame, habits: Habits, calendar: Calendar) -> pl.DataFrame:
    """Work out the day from which each counts, the days it waited for its applicant, and its due days."""
    received = _days(rows["received_on"])
    closes = 24 * 60 if habits.closes_at is None else habits.closes_at.hour * 60 + habits.closes_at.minute
    begun = deadlines.counted_from(received, (rows["minute"].fill_null(-1) > closes).to_numpy(), calendar)
    # From the day after the applicant was asked to the day they supplied it.
    asked, supplied = _days(rows["asked_on"]), _days(rows["supplied_on"])
    is_known = (rows["asked_on"].is_not_null() & rows["supplied_on"].is_not_null()).to_numpy()
    waited = np.where(is_known, calendar.between(asked + 1, supplied), 0)
    allowed = rows["days_allowed"].fill_null(0).to_numpy().astype(np.int64)
    worked = calendar.plus(begun, allowed + waited)
    listed = _days(rows["due_on"])
    if habits.adds_waiting:
        listed = np.where(waited > 0, calendar.plus(listed, waited), listed)
    made = rows.with_columns(
        _column("counted_from", begun),
        pl.Series("waiting_days", np.minimum(waited, 30_000), dtype=pl.Int64),
        _column("due_worked", worked, rows["days_allowed"].is_not_null()),
        _column("listed", listed, rows["due_on"].is_not_null()),
    )
    made = made.with_columns(pl.coalesce("listed", "due_worked").alias("promised")).drop("listed")
    due = _column("due", calendar.on_or_after(_days(made["promised"])), made["promised"].is_not_null())
    return made.with_columns(due)


def _judged(rows: pl.DataFrame) -> pl.DataFrame:
    """Say how each dossier stands: against the due day first given."""
    is_over = pl.col("is_finished").fill_null(value=True) & ~pl.col("is_stopped")
    end = pl.when(is_over).then(pl.coalesce("finished_on", "returned_on"))
    finished = rows.with_columns(end.alias("finished"))
    day, due = pl.col("finished"), pl.col("due")
    outcome = (
        pl
        .when("is_stopped")
        .then(int(Outcome.STOPPED))
        .when(day.is_null())
        .then(int(Outcome.OPEN))
        .when(due.is_null())
        .then(int(Outcome.UNDATED))
        .when(day < pl.col("promised"))
        .then(int(Outcome.EARLY))
        .when(day <= due)
        .then(int(Outcome.ON_TIME))
        .otherwise(int(Outcome.LATE))
    )
    is_open = day.is_null() & ~pl.col("is_stopped")
    is_asked = pl.col("asked_on").is_not_null() & pl.col("supplied_on").is_null()
    waiting = pl.when(is_open & (is_asked | pl.col("is_waiting"))).then(pl.coalesce("asked_on", "received_on"))
    return finished.with_columns(
        outcome.alias("outcome"), waiting.alias("waiting_since"), _rule_codes(rows["received_on"])
    ).drop(
        "promised",
        "reason",
        "fault",
        "unread",
        "days_wrong",
        "minute",
        "status",
        "is_finished",
        "is_stopped",
        "is_waiting",
    )


def _rule_codes(received: pl.Series) -> pl.Series:
    found: Any = pl.when(pl.lit(value=False)).then(pl.lit(""))  # polars types each link of the chain otherwise
    for rule in deadlines.rules():
        found = found.when(pl.col("day").is_between(rule.since, rule.until or dt.date.max)).then(pl.lit(rule.code))
    return pl.DataFrame({"day": received}).select(found.otherwise(pl.lit("")).alias("rule"))["rule"]


def _days(column: pl.Series) -> deadlines.Days:
    return column.cast(pl.Int32).fill_null(0).to_numpy().astype(np.int64)


def _column(name: str, days: deadlines.Days, where: pl.Series | None = None) -> pl.Series:
    made = pl.Series(name, days, dtype=pl.Int64).cast(pl.Int32).cast(pl.Date)
    return made if where is None else made.set(~where, None)
