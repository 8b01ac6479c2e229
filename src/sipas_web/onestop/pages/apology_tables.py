"""Tables of late dossiers and of who answers for them, on the page and as files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sipas_web.onestop import apology_rules as rules
from sipas_web.onestop.apology_rules import Standing
from sipas_web.onestop.queries import apologies as reads
from sipas_web.onestop.queries.apology_figures import Figures, Tally
from sipas_web.onestop.standing_words import LABELS
from sipas_web.shared.downloads import Cell

STANDINGS = (Standing.BEFORE, Standing.AFTER, Standing.EXCEPTED, Standing.WITHOUT)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with the list of what was counted."""

    value: int
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """What one head, or one month, answers for."""

    name: str
    office: str
    late: Figure
    before: Figure
    after: Figure
    excepted: Figure
    without: Figure
    tally: Tally


def shown(told: Figures, first: dt.date, last: dt.date) -> dict[str, Any]:
    """Give the tables of the page, every figure with its list."""
    heads = [_row(h.unit.full_name, h.tally, first, last, h.unit.pk, h.office) for h in told.heads]
    months = []
    for month, tally in told.months:
        begin, end = max(month, first), min(_end_of(month), last)
        months.append(_row(f"{month:%m/%Y}", tally, begin, end))
    return {"heads": heads, "months": months, "total": _row(_("All together"), told.total, first, last)}


def figure_heads() -> list[str]:
    """Give the heads of the file of figures."""
    return [
        _("Unit"), _("Head who answers"), _("Due from"), _("Due to"), _("Became late"), _("Apologised before due"),
        _("Apologised later"), _("No apology owed"), _("Without an apology"), _("Of them in progress"),
        _("Letters entered afterwards"), _("Of all simulated"), _("Coverage (%)"),
    ]  # fmt: skip


def figure_rows(told: Figures, first: dt.date, last: dt.date) -> Iterator[list[Cell]]:
    """Give the rows of the file of figures, by head, the sum last."""
    for head in told.heads:
        yield _cells(head.unit.full_name, head.office, head.tally, first, last)
    yield _cells(_("All together"), "", told.total, first, last)


def late_heads() -> list[str]:
    """Give the heads of the file of late dossiers."""
    return [
        _("Dossier number"), _("Unit"), _("Head who answers"), _("Came in"), _("Due"), _("Finished"),
        _("Last day of the apology"), _("Apology sent"), _("New date"), _("Apology"), _("Simulated dossier"),
    ]  # fmt: skip


def late_rows(rows: Iterable[Any], on: dt.date) -> Iterator[list[Cell]]:
    """Give the rows of the file of late dossiers."""
    del on
    for row in rows:
        unit = reads.unit_of(row)
        yield [
            row.number, unit.full_name, reads.office_of(unit), _day(row.received), _day(row.due), _day(row.finished),
            _day(rules.last_day(row.received, row.due)), _day(row.sent_on), _day(row.new_on),
            str(LABELS[Standing(row.standing)]), _("simulated") if row.source.is_simulated else "",
        ]  # fmt: skip


def _cells(name: str, office: str, tally: Tally, first: dt.date, last: dt.date) -> list[Cell]:
    coverage = None if tally.coverage is None else round(tally.coverage, 1)
    return [
        name, office, _day(first), _day(last), tally.late, tally.before, tally.after, tally.excepted, tally.without,
        tally.is_open, tally.entered, tally.simulated, coverage,
    ]  # fmt: skip


def _row(name: str, tally: Tally, first: dt.date, last: dt.date, unit: int | None = None, office: str = "") -> Row:
    def cell(value: int, standing: str = "") -> Figure:
        asked = {"standing": standing, "tu": first.isoformat(), "den": last.isoformat(), "don-vi": unit or ""}
        return Figure(value, f"{reverse('apology_late')}?{urlencode({k: v for k, v in asked.items() if v})}")

    parts = {standing.value: cell(getattr(tally, standing), standing) for standing in STANDINGS}
    return Row(name=name, office=office, late=cell(tally.late), tally=tally, **parts)


def _end_of(month: dt.date) -> dt.date:
    return (month + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)


def _day(day: dt.date | None) -> str:
    return date_format(day, "SHORT_DATE_FORMAT") if day else ""
