"""Reads of long work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import models
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from sipas_web.audit.actors import Actor
from sipas_web.jobs.models import OPEN
from sipas_web.jobs.models import Job as Job
from sipas_web.jobs.models import State as State
from sipas_web.jobs.models import Worker as Worker
from sipas_web.jobs.permissions import Permission
from sipas_web.jobs.registry import private_kinds, quick_kinds

ALIVE = dt.timedelta(seconds=60)  # a worker signs in every 15 s


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


def open_kinds(subject: models.Model | str) -> list[str]:
    """List the kinds of work that wait or run on a subject."""
    key = subject if isinstance(subject, str) else key_of(subject)
    return list(Job.objects.filter(subject=key, state__in=OPEN).order_by("kind").values_list("kind", flat=True))


def visible(by: Actor, state: str = "") -> QuerySet[Job]:
    """Jobs of the units where the actor may see jobs, and those they asked for themselves; newest first.

    Private work is seen by who asked for it alone.
    """
    jobs = Job.objects.select_related("unit").order_by("-pk").exclude(Q(kind__in=private_kinds()) & ~Q(actor=by.key))
    if state:
        jobs = jobs.filter(state=state)
    areas = by.holder.areas_of(str(Permission.JOB_VIEW)) if by.may(Permission.JOB_VIEW) else []
    return jobs if areas is None else jobs.filter(Q(unit__in=areas) | Q(actor=by.key))


def may_steer(job: Job, by: Actor) -> bool:
    """Say whether the actor may stop and resume a job: who asked for it, and who may stop others' over its unit."""
    return job.pk in steerable([job], by)


def steerable(jobs: Collection[Job], by: Actor) -> set[int]:
    """Give the keys of those jobs that the actor may stop and resume. One query."""
    areas = by.holder.areas_of(str(Permission.JOB_STOP)) if by.may(Permission.JOB_STOP) else []
    theirs = Q(actor=by.key)
    where = Job.objects.filter(pk__in=[job.pk for job in jobs])
    return set((where if areas is None else where.filter(theirs | Q(unit__in=areas))).values_list("pk", flat=True))


def is_stop_wanted(job: Job) -> bool:
    """Say whether somebody has asked that a job stop."""
    return Job.objects.filter(pk=job.pk, is_stop_wanted=True).exists()


def now() -> dt.datetime:
    """Give the moment."""
    return timezone.now()


def workers_alive() -> int:
    """Count workers seen lately."""
    return Worker.objects.filter(seen__gt=Now() - ALIVE).count()


def ahead(jobs: Collection[Job]) -> dict[int, int]:
    """Count, for each waiting job, those that are taken before it. Quick work passes long work by where two work.

    At most two queries; none where nothing waits.
    """
    waiting = [job for job in jobs if job.state == State.WAITING]
    if not waiting:
        return {}
    is_open = list(Job.objects.filter(state__in=OPEN).values_list("pk", "kind"))
    quick = quick_kinds() if workers_alive() > 1 else frozenset[str]()
    return {
        job.pk: sum(pk < job.pk and (job.kind not in quick or kind in quick) for pk, kind in is_open) for job in waiting
    }


def count_waiting() -> int:
    """Count jobs that nobody carries out yet."""
    return Job.objects.filter(state=State.WAITING).count()
