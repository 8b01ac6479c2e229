"""What a report would count now: its area, the reports from below, its own figures for the rest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass

from sipas_web.improvement.models import PeriodicReport, ReportUnit
from sipas_web.improvement.queries import reports
from sipas_web.improvement.queries.reports_area import counted, ended_before
from sipas_web.improvement.report_merging import Below, Lines, Merged, differences, merge
from sipas_web.shared import report_figures
from sipas_web.shared.many_ids import ManyIds
from sipas_web.units.models import Unit

Tell = Callable[[float], None]  # hears how far the counting is, from 0 to 1
OUTSIDE_STEPS = 99  # a report of a unit that no longer lies below comes after all others


@dataclass(frozen=True, slots=True)
class Compared:
    """What one report from below says of its units, and what the program counts for them now."""

    report: PeriodicReport
    changes: dict[tuple[str, str], tuple[int, int]]  # line -> (came in, now)


def silent(_share: float) -> None:
    """Hear nothing."""


def drawn(unit: Unit, kind: str, year: int, first: dt.date, last: dt.date, tell: Tell = silent) -> Merged:
    """Count every unit of an area once; one that ended earlier is named only where it still counts.

    Old communes lie in the area of the one that took them over, where work may have been left with them.
    """
    area = counted(unit, first, last)
    below = [
        Below(report.pk, area.get(report.unit_id, OUTSIDE_STEPS), lines_of(report))
        for report in reports.taken_below(unit, kind, year, last)
    ]
    merged = merge(area, below, lambda ids: own_counts(ids, first, last, tell))
    gone = ended_before(area, first)
    kept = {pk: one for pk, one in merged.units.items() if one.lines or one.via or pk not in gone}
    return Merged(kept, merged.left_out)


def lines_of(report: PeriodicReport) -> dict[int, Lines]:
    """Give what a report counts, by unit."""
    return dict(ReportUnit.objects.filter(report=report).values_list("unit_id", "counts"))


def own_counts(
    unit_ids: Collection[int], first: dt.date, last: dt.date, tell: Tell = silent
) -> dict[int, dict[str, dict[str, int]]]:
    """Ask every source for single units; what is 0, or no line of its source, is left out."""
    found: dict[int, dict[str, dict[str, int]]] = {}
    wanted = ManyIds(unit_ids)
    sources = report_figures.sources()
    for place, source in enumerate(sources):
        tell(place / len(sources))
        known = {line.code for line in source.lines}
        for unit, counts in source.counts(wanted, first, last).items():
            kept = {line: n for line, n in counts.items() if n and line in known}
            if kept:
                found.setdefault(unit, {})[source.code] = kept
    return found


def changes_since(report: PeriodicReport, tell: Tell = silent) -> tuple[dict[tuple[str, str], tuple[int, int]], Merged]:
    """Give what would change if the figures were drawn again, and the new figures."""
    now = drawn(report.unit, report.kind, report.year, report.first, report.last, tell)
    kept = lines_of(report)
    return differences(kept.values(), (one.lines for one in now.units.values())), now


def compared(report: PeriodicReport, tell: Tell = silent) -> list[Compared]:
    """Set each report from below beside what the program counts now for the same units and days.

    All reports of the same days are counted together.
    """
    came = {below: lines_of(below) for below in reports.merged_here(report)}
    spans = sorted({(below.first, below.last) for below in came})
    now = {}
    for place, span in enumerate(spans):
        tell(place / len(spans))
        asked = {unit for below, lines in came.items() if (below.first, below.last) == span for unit in lines}
        now[span] = own_counts(asked, *span)
    return [
        Compared(below, differences(lines.values(), [now[below.first, below.last].get(unit, {}) for unit in lines]))
        for below, lines in came.items()
    ]
