"""What a report would count now: its area, the reports from below, its own figures for the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sipas_web.improvement.models import PeriodicReport, ReportUnit
from sipas_web.improvement.queries import reports
from sipas_web.improvement.queries.reports_area import counted, ended_before
from sipas_web.improvement.report_merging import Below, Lines, Merged, differences, merge
from sipas_web.shared import report_figures
from sipas_web.units.models import Unit

AT_ONCE = 2_000  # units asked of a source in one call: SQLite takes some 30 000 values in a query
OUTSIDE_STEPS = 99  # a report of a unit that no longer lies below comes after all others


@dataclass(frozen=True, slots=True)
class Compared:
    """What one report from below says of its units, and what the program counts for them now."""

    report: PeriodicReport
    changes: dict[tuple[str, str], tuple[int, int]]  # line -> (came in, now)


def drawn(unit: Unit, kind: str, year: int, first: dt.date, last: dt.date) -> Merged:
    """Count every unit of an area once; one that ended earlier is named only where it still counts.

    Old communes lie in the area of the one that took them over, where work may have been left with them.
    """
    area = counted(unit, first, last)
    below = [
        Below(report.pk, area.get(report.unit_id, OUTSIDE_STEPS), lines_of(report))
        for report in reports.taken_below(unit, kind, year, last)
    ]
    merged = merge(area, below, lambda ids: own_counts(ids, first, last))
    gone = ended_before(area, first)
    kept = {pk: one for pk, one in merged.units.items() if one.lines or one.via or pk not in gone}
    return Merged(kept, merged.left_out)


def lines_of(report: PeriodicReport) -> dict[int, Lines]:
    """Give what a report counts, by unit."""
    return dict(ReportUnit.objects.filter(report=report).values_list("unit_id", "counts"))


def own_counts(unit_ids: Collection[int], first: dt.date, last: dt.date) -> dict[int, dict[str, dict[str, int]]]:
    """Ask every source for single units; what is 0, or no line of its source, is left out."""
    found: dict[int, dict[str, dict[str, int]]] = {}
    wanted = sorted(unit_ids)
    for source in report_figures.sources():
        known = {line.code for line in source.lines}
        for part in _parts(wanted):
            for unit, counts in source.counts(part, first, last).items():
                kept = {line: n for line, n in counts.items() if n and line in known}
                if kept:
                    found.setdefault(unit, {})[source.code] = kept
    return found


def changes_since(report: PeriodicReport) -> tuple[dict[tuple[str, str], tuple[int, int]], Merged]:
    """Give what would change if the figures were drawn again, and the new figures."""
    now = drawn(report.unit, report.kind, report.year, report.first, report.last)
    kept = lines_of(report)
    return differences(kept.values(), (one.lines for one in now.units.values())), now


def compared(report: PeriodicReport) -> list[Compared]:
    """Set each report from below beside what the program counts now for the same units and period."""
    made = []
    for below in reports.merged_here(report):
        came = lines_of(below)
        now = own_counts(came.keys(), below.first, below.last)
        made.append(Compared(below, differences(came.values(), now.values())))
    return made


def _parts(ids: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]
