"""Asking for the daily look at tasks."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from sipas_web.audit.actors import Actor
from sipas_web.jobs import actions as jobs
from sipas_web.jobs.queries import Job, latest

KIND, SUBJECT = "improvement.tasks_daily", "improvement.tasks"


@transaction.atomic
def ask_daily(*, by: Actor) -> Job | None:
    """Have tasks looked at, unless they were today or are being looked at; for the server itself."""
    last = latest(SUBJECT, KIND)
    if last is not None and (last.is_open or timezone.localdate(last.created) == timezone.localdate()):
        return None
    return jobs.start(kind=KIND, subject=SUBJECT, unit=None, by=by)
