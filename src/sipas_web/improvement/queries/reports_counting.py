"""The long work that counts the figures of a report: its kinds, where it stands, what it found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import PeriodicReport
from sipas_web.jobs import queries as jobs
from sipas_web.jobs.queries import Job

DRAW = "improvement.report_draw"
CHANGES = "improvement.report_changes"  # what drawing again would change
LEVELS = "improvement.report_levels"  # reports from below beside what is counted now
Pairs = dict[tuple[str, str], tuple[int, int]]  # line -> (before, now)


@dataclass(frozen=True, slots=True)
class Counted:
    """What work found that only looks."""

    moment: dt.datetime
    result: Mapping[str, Any]


def is_open(report: PeriodicReport) -> bool:
    """Say whether figures of a report are being counted."""
    return jobs.open_job(report, DRAW) is not None


def shown_job(report: PeriodicReport, kind: str, by: Actor) -> Job | None:
    """Give the newest work of a kind on a report while it is not done, where the actor may follow it."""
    job = jobs.latest(report, kind)
    if job is None or job.state == jobs.State.DONE:
        return None
    return job if jobs.visible(by).filter(pk=job.pk).exists() else None


def found(report: PeriodicReport, kind: str) -> Counted | None:
    """Give what the newest work of a kind found, if it ended since the figures were drawn."""
    job = jobs.latest(report, kind)
    if job is None or job.state != jobs.State.DONE or job.finished is None or job.started is None:
        return None
    return Counted(job.started, job.result or {}) if job.started >= report.drawn else None


def as_rows(pairs: Mapping[tuple[str, str], tuple[int, int]]) -> list[list[Any]]:
    """Write differences as work keeps them."""
    return [[*key, *pair] for key, pair in pairs.items()]


def as_pairs(rows: list[list[Any]]) -> Pairs:
    """Read differences as work keeps them."""
    return {(source, line): (before, now) for source, line, before, now in rows}
