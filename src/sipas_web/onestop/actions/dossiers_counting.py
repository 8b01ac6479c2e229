"""Counts by month, made anew from the dossiers of a source: right whatever happened before."""

from __future__ import annotations

import calendar

from django.db import connection, transaction
from django.db.models import F

from sipas_web.onestop.models import Dossier, MonthCount, Outcome

FIGURES = ("received", "early", "on_time", "late", "late_kept", "stopped", "undated")


@transaction.atomic
def recount(source_id: int) -> None:
    """Write the counts of a source; part of an action that records what changed."""
    MonthCount.objects.filter(source=source_id).delete()
    with connection.cursor() as cursor:
        cursor.execute(_statement(), {"source": source_id, **_OUTCOMES})


@transaction.atomic
def recount_kept(dossier_id: int) -> None:
    """Count anew the late ones that kept their new day, where a dossier's new day was written after it ended."""
    one = Dossier.objects.get(pk=dossier_id)
    if one.outcome != Outcome.LATE or one.finished is None:
        return
    first = one.finished.replace(day=1)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    alike = Dossier.objects.filter(source=one.source_id, agency=one.agency_id, field=one.field_id)
    kept = alike.filter(outcome=Outcome.LATE, finished__range=(first, last), finished__lte=F("promised_again"))
    line = MonthCount.objects.filter(source=one.source_id, agency=one.agency_id, field=one.field_id, month=first)
    line.update(late_kept=kept.count())


_OUTCOMES = {outcome.name.lower(): outcome.value for outcome in Outcome}


def _statement() -> str:
    """Give one statement for both databases: received by month of receipt, ended by month of the end."""
    table, counts = Dossier._meta.db_table, MonthCount._meta.db_table
    # On SQLite a day is its text: cutting it costs a fifth of working the month out.
    month = "substr(%s, 1, 7) || '-01'" if connection.vendor == "sqlite" else "date_trunc('month', %s)::date"
    received, ended = month.replace("%s", "received"), month.replace("%s", "COALESCE(finished, received)")

    def counted(what: str) -> str:
        return f"SUM(CASE WHEN outcome = %({what})s THEN 1 ELSE 0 END)"

    kept = "SUM(CASE WHEN outcome = %(late)s AND finished <= promised_again THEN 1 ELSE 0 END)"
    parts = (
        f"SELECT agency_id, field_id, {received} AS month, COUNT(*) AS received, 0 AS early, 0 AS on_time, 0 AS late,"
        f" 0 AS late_kept, 0 AS stopped, 0 AS undated FROM {table} WHERE source_id = %(source)s"
        f" GROUP BY agency_id, field_id, {received}"
        f" UNION ALL SELECT agency_id, field_id, {ended} AS month, 0, {counted('early')}, {counted('on_time')},"
        f" {counted('late')}, {kept}, {counted('stopped')}, {counted('undated')} FROM {table}"
        f" WHERE source_id = %(source)s AND outcome <> %(open)s GROUP BY agency_id, field_id, {ended}"
    )
    sums = ", ".join(f"SUM({name})" for name in FIGURES)
    return (
        f"INSERT INTO {counts} (source_id, agency_id, field_id, month, {', '.join(FIGURES)})"
        f" SELECT %(source)s, agency_id, field_id, month, {sums} FROM ({parts}) AS both_ends"
        " GROUP BY agency_id, field_id, month"
    )
