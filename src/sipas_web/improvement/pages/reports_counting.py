"""What the pages say of the work that counts a report's figures, and what it found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sipas_web.audit.actors import Actor
from sipas_web.improvement.pages.reports import Change, changes
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries import reports_counting as counting
from sipas_web.improvement.queries.reports import PeriodicReport


@dataclass(frozen=True, slots=True)
class Beside:
    """A report from below, and the lines in which the program counts otherwise now."""

    report: PeriodicReport
    changes: list[Change]
    has_other_days: bool


def counted(report: PeriodicReport, by: Actor) -> dict[str, Any]:
    """Give the work that counts the figures of a report, and whether it is under way."""
    is_open = report.state in reads.UNSENT and counting.is_open(report)
    job = counting.shown_job(report, counting.DRAW, by) if report.state in reads.UNSENT else None
    return {"job": job, "is_counting": is_open and job is None, "has_no_figures": report.state == reads.State.COUNTING}


def what_would_change(report: PeriodicReport, by: Actor) -> dict[str, Any]:
    """Give what drawing a report again would change, as far as it was counted."""
    found = counting.found(report, counting.CHANGES)
    given: dict[str, Any] = {"report": report, **counted(report, by)}
    given["look"] = counting.shown_job(report, counting.CHANGES, by)
    if found is None or "changes" not in found.result:
        return given
    pairs = counting.as_pairs(found.result["changes"])
    told = {"before": found.result["before"], "now": found.result["now"], "moment": found.moment}
    return {**given, **told, "changes": changes(report, pairs), "is_known": True}


def levels(report: PeriodicReport, by: Actor) -> dict[str, Any]:
    """Give each report from below with its differences, as far as they were counted."""
    merged = {below.pk: below for below in reads.merged_here(report)}
    found = counting.found(report, counting.LEVELS)
    given: dict[str, Any] = {"report": report, "merged": merged, "job": counting.shown_job(report, counting.LEVELS, by)}
    if found is None or "reports" not in found.result:
        return given
    days = (report.first, report.last)
    rows = [
        Beside(below, changes(report, counting.as_pairs(pairs)), (below.first, below.last) != days)
        for pk, pairs in found.result["reports"]
        if (below := merged.get(pk)) is not None
    ]
    differing = sum(bool(row.changes) for row in rows)
    return {**given, "rows": rows, "differing": differing, "moment": found.moment, "is_known": True}
