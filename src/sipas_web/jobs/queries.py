"""Reads of long work."""

from __future__ import annotations

from django.db import models

from sipas_web.jobs.models import OPEN
from sipas_web.jobs.models import Job as Job
from sipas_web.jobs.models import State as State


def key_of(thing: models.Model) -> str:
    """Name a row as a job's subject: ``rounds.round:12``."""
    return f"{thing._meta.label_lower}:{thing.pk}"


def latest(subject: models.Model | str, kind: str = "") -> Job | None:
    """Give the newest job on a subject, of a kind where one is named."""
    key = subject if isinstance(subject, str) else key_of(subject)
    found = Job.objects.filter(subject=key)
    return (found.filter(kind=kind) if kind else found).order_by("-pk").first()


def open_job(subject: models.Model | str, kind: str) -> Job | None:
    """Give the job of a kind that waits or runs on a subject."""
    key = subject if isinstance(subject, str) else key_of(subject)
    return Job.objects.filter(subject=key, kind=kind, state__in=OPEN).first()
