"""What is kept until when, and what was deleted last."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings

from sipas_web.jobs.queries import Job
from sipas_web.jobs.queries import State as JobState
from sipas_web.privacy.models import RetentionRun
from sipas_web.privacy.retention import Kept, kinds


@dataclass(frozen=True, slots=True)
class Standing:
    """A kind of data on the page: its rule, what comes next, what was last."""

    kept: Kept
    days: int | None
    next_day: dt.datetime | None  # when the oldest thing goes
    last: RetentionRun | None
    last_deleting: RetentionRun | None
    is_late: bool


def days_of(kept: Kept) -> int | None:
    """Give the days a kind is kept: the operator's (``SIPAS_KEEP_DAYS``), else its own."""
    return None if kept.days is None else int(settings.KEEP_DAYS.get(kept.code, kept.days))


def deadline(kept: Kept, now: dt.datetime) -> dt.datetime:
    """Give the moment before which the clock of what is due began."""
    return now - dt.timedelta(days=days_of(kept) or 0)


def last_run(kind: str) -> RetentionRun | None:
    """Give the last look."""
    return RetentionRun.objects.filter(kind=kind).first()


def standings(now: dt.datetime) -> list[Standing]:
    """List every kind as it stands."""
    return [_standing(kept, now) for kept in kinds()]


def are_done_on(kind: str, day: dt.date) -> bool:
    """Say whether the duties of a day are done."""
    return Job.objects.filter(kind=kind, state=JobState.DONE, finished__date=day).exists()


def _standing(kept: Kept, now: dt.datetime) -> Standing:
    oldest, days = kept.oldest(), days_of(kept)
    next_day = oldest + dt.timedelta(days=days or 0) if oldest else None
    deleting = RetentionRun.objects.filter(kind=kept.code, deleted__gt=0).first()
    is_late = next_day is not None and next_day < now - dt.timedelta(days=2)
    return Standing(kept, days, next_day, last_run(kept.code), deleting, is_late)
