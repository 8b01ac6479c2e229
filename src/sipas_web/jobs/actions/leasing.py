"""What a worker writes: it takes a job for a while, holds it, ends it. All times are the database's own.

An attempt's number fences it: once another worker has taken the job up, nothing an older attempt writes counts.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from sipas_web.jobs.models import Job, State, Worker
from sipas_web.jobs.registry import quick_kinds

LEASE = dt.timedelta(seconds=60)
MOST_DEATHS = 5  # a job that takes its worker with it so often is not tried again by itself
FORGOTTEN = dt.timedelta(days=1)  # a worker not seen for so long is no longer listed

DIED = {"code": "jobs.died"}


@transaction.atomic
def claim(worker: str, *, quick_only: bool = False) -> Job | None:
    """Take the oldest job that waits, or whose worker has died; two workers never take the same.

    ``quick_only`` leaves long work to others, so that somebody who waits at a page does not wait for it.

    PostgreSQL passes over rows another worker holds; SQLite's transactions already take turns.
    """
    while True:
        ready = Job.objects.select_for_update(skip_locked=True, of=("self",)).filter(_ready(quick_only))
        job = ready.order_by("pk").first()
        if job is None:
            return None
        job.deaths += job.state == State.RUNNING
        if job.is_stop_wanted:
            _close(job, State.STOPPED, None)
        elif job.deaths >= MOST_DEATHS:
            _close(job, State.FAILED, DIED)
        else:
            return _taken(job, worker)


def is_anything_ready(*, quick_only: bool = False) -> bool:
    """Say whether ``claim`` would find something; writes nothing, so that idle workers disturb nobody."""
    return Job.objects.filter(_ready(quick_only)).exists()


def renew(job: Job, share: float, note: str) -> bool:
    """Hold a job for another while and say how far it is; False where the lease is lost."""
    return bool(_mine(job).update(lease_until=Now() + LEASE, progress=share, note=note))


def finish(job: Job, state: State, *, result: Any = None, error: dict[str, Any] | None = None) -> bool:
    """End a job; False where another worker has taken it up meanwhile, and nothing is written."""
    told = {"progress": 1.0, "note": ""} if state == State.DONE else {}
    ended = _mine(job).update(
        state=state, result=result, error=error, finished=Now(), lease_until=None, is_stop_wanted=False, **told
    )
    return bool(ended)


def give_back(job: Job, *, after: dt.timedelta | None = None, note: str = "") -> bool:
    """Let a job wait again, for another worker or a later moment; this is no death."""
    until = None if after is None else Now() + after
    return bool(_mine(job).update(state=State.WAITING, lease_until=until, note=note))


def break_off(job: Job, after: dt.timedelta) -> bool:
    """Let the lease be over soon: ``claim`` then counts a death and tries again."""
    return bool(_mine(job).update(lease_until=Now() + after))


def release(worker: str, *, died: bool) -> int:
    """Let go of what a worker held that has certainly ended; its supervisor says so. Gives the number of jobs."""
    held = Job.objects.filter(worker=worker, state=State.RUNNING)
    if died:
        return held.update(lease_until=Now() - dt.timedelta(seconds=1))  # claim counts the death
    return held.update(state=State.WAITING, lease_until=None)


def sign_in(worker: str) -> None:
    """Say that a worker lives; forget those long gone."""
    if not Worker.objects.filter(name=worker).update(seen=Now()):
        Worker.objects.create(name=worker)
        Worker.objects.filter(seen__lt=Now() - FORGOTTEN).delete()


def sign_off(worker: str) -> None:
    """Say that a worker has ended."""
    Worker.objects.filter(name=worker).delete()


def _taken(job: Job, worker: str) -> Job:
    Job.objects.filter(pk=job.pk).update(
        state=State.RUNNING,
        attempts=job.attempts + 1,
        deaths=job.deaths,
        worker=worker,
        lease_until=Now() + LEASE,
        progress=0.0,
        note="",
        started=Now(),
    )
    job.refresh_from_db()
    return job


def _close(job: Job, state: State, error: dict[str, str] | None) -> None:
    Job.objects.filter(pk=job.pk).update(
        state=state, deaths=job.deaths, error=error, finished=Now(), lease_until=None, is_stop_wanted=False
    )


def _ready(quick_only: bool) -> Q:
    past = Q(lease_until__lt=Now())
    ready = Q(state=State.WAITING) & (Q(lease_until__isnull=True) | past) | Q(state=State.RUNNING) & past
    return ready & Q(kind__in=quick_kinds()) if quick_only else ready


def _mine(job: Job) -> Any:
    return Job.objects.filter(pk=job.pk, attempts=job.attempts, worker=job.worker, state=State.RUNNING)
