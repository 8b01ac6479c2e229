"""What a panel shows of a job: to whom, and in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from sipas_web.audit.actors import Actor
from sipas_web.jobs import faults, notes, queries
from sipas_web.jobs.queries import Job, State

TONES = {State.DONE: "good", State.FAILED: "bad", State.STOPPED: "warning"}
PATIENCE = dt.timedelta(seconds=20)  # a job that waits longer while no worker lives waits for the operator
RESUMABLE = (State.FAILED, State.STOPPED)


@dataclass(frozen=True, slots=True)
class Panel:
    """A job in words."""

    job: Job
    title: str
    note: str
    error: str
    tone: str
    mark: str  # changes whenever something shown does
    may_stop: bool
    may_resume: bool
    lacks_worker: bool
    ahead: int  # jobs that are taken before this one
    back: str  # page to return to from a button
    subject_url: str
    is_own_page: bool  # stands on the page of the job itself
    reload: bool


def panel_of(job: Job, by: Actor, back: str, *, reload: bool = False) -> Panel:
    """Put a job into words; the caller has settled that the actor may see it."""
    (panel,) = panels_of([job], by, back, reload=reload)
    return panel


def panels_of(jobs: Sequence[Job], by: Actor, back: str, *, reload: bool = False) -> list[Panel]:
    """Put jobs into words. At most four queries."""
    may = queries.steerable(jobs, by)
    long = {j.pk for j in jobs if j.state == State.WAITING and queries.now() - j.created > PATIENCE}
    alone = long if long and not queries.workers_alive() else set()
    ahead = queries.ahead(jobs)
    return [
        _panel(job, back, may=job.pk in may, lacks_worker=job.pk in alone, ahead=ahead.get(job.pk, 0), reload=reload)
        for job in jobs
    ]


def _panel(job: Job, back: str, *, may: bool, lacks_worker: bool, ahead: int, reload: bool) -> Panel:
    state = State(job.state)
    return Panel(
        job=job,
        title=notes.title_of(job.kind),
        note=notes.sentence_of(job.note) if job.is_open else "",
        error=faults.sentence_of(job.error) if state == State.FAILED else "",
        tone=TONES.get(state, "info"),
        mark=f"{job.state}.{job.percent}.{job.note}.{job.attempts}.{int(job.is_stop_wanted)}.{ahead}",
        may_stop=may and job.is_open and not job.is_stop_wanted,
        may_resume=may and state in RESUMABLE,
        lacks_worker=lacks_worker,
        ahead=ahead,
        back=back,
        subject_url=subject_url(job),
        is_own_page=back.partition("?")[0] == reverse("job_detail", args=[job.pk]),
        reload=reload,
    )


def subject_url(job: Job) -> str:
    """Give the address of what a job works on, where its app has named one."""
    page = notes.page_of(job.subject)
    try:
        return reverse(page[0], args=[page[1]]) if page else ""
    except NoReverseMatch:
        return ""


def page_around(request: HttpRequest) -> str:
    """Give the address of the page a panel stands on, also when only the panel is asked for."""
    htmx = getattr(request, "htmx", None)
    return (htmx.current_url_abs_path if htmx else "") or request.get_full_path()
