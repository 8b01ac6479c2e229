"""Long work of reports: counting their figures. Each may run again from its start."""

from __future__ import annotations

from collections.abc import Callable

from sipas_web.improvement.actions import reports as drafting
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries import reports_counting as counting
from sipas_web.improvement.queries.reports import PeriodicReport
from sipas_web.improvement.queries.reports_drawing import changes_since, compared
from sipas_web.jobs.registry import Result, Work, handles

NOTE = "improvement.report_counting"
COUNTED = 0.9  # share of the work when everything is counted and only the writing is left


@handles(counting.DRAW, quick=True)
def draw(work: Work) -> Result:
    """Count a report's figures and keep them; nothing where it was thrown away or sent meanwhile."""
    report = reads.found_by_id(work.arguments["report"])
    if report is None or report.state not in reads.UNSENT:
        return None
    return {"changed": drafting.draw_again(report_id=report.pk, by=work.actor, tell=_telling(work))}


@handles(counting.CHANGES, quick=True)
def look_at_changes(work: Work) -> Result:
    """Say what drawing the figures again would change."""
    report = _seen(work)
    if report is None:
        return None
    before = reads.counted_units(report).count()
    changes, now = changes_since(report, _telling(work))
    return {"changes": counting.as_rows(changes), "before": before, "now": len(now.units)}


@handles(counting.LEVELS, quick=True)
def look_at_levels(work: Work) -> Result:
    """Say where the program counts otherwise now than the reports from below."""
    report = _seen(work)
    if report is None:
        return None
    rows = compared(report, _telling(work))
    return {"reports": [[one.report.pk, counting.as_rows(one.changes)] for one in rows]}


def _seen(work: Work) -> PeriodicReport | None:
    return reads.report_for(work.actor, work.arguments["report"])


def _telling(work: Work) -> Callable[[float], None]:
    return lambda share: work.progress(COUNTED * share, NOTE)
