"""Figures of a report unit by unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from sipas_web.improvement.pages.reports import lines_of
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries.reports import PeriodicReport
from sipas_web.improvement.queries.reports_area import named
from sipas_web.improvement.report_merging import OUTSIDE
from sipas_web.units.queries import Unit


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit that a report counts."""

    name: str
    kind: str
    via: PeriodicReport | None
    count: int


@dataclass(frozen=True, slots=True)
class Left:
    """A unit that a report from below counts and this one does not take from it."""

    unit: str
    report: str
    is_outside: bool


def unit_rows(report: PeriodicReport, rows: Iterable[Any], wanted: str) -> dict[str, Any]:
    """Give the rows of a page of units with one of their figures."""
    lines = list(lines_of(report))
    known = dict(lines)
    line = wanted if wanted in known else (lines[0][0] if lines else "")
    source, _slash, code = line.partition("/")
    made = [
        UnitRow(_name(row.unit), row.unit.get_kind_display(), row.via, row.counts.get(source, {}).get(code, 0))
        for row in rows
    ]
    return {"rows": made, "lines": lines, "line": line, "line_label": known.get(line, ""), "left": left_out(report)}


def _name(unit: Unit) -> str:
    """Give the name; that of a unit that ended says until when, for its successor may be called the same."""
    if unit.valid_to is None:
        return unit.full_name
    return _("%(unit)s (until %(day)s)") % {"unit": unit.full_name, "day": f"{unit.valid_to:%d/%m/%Y}"}


def left_out(report: PeriodicReport) -> list[Left]:
    """Name what was left out so that no unit counts twice."""
    kept = report.left_out
    units = named({row["unit"] for row in kept})
    reports = {r.pk: r.unit.full_name for r in reads.by_ids({row["report"] for row in kept})}
    return [Left(units.get(row["unit"], ""), reports.get(row["report"], ""), row["why"] == OUTSIDE) for row in kept]
