"""Asking for long work, stopping it, taking it up again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.jobs import queries
from sipas_web.jobs.models import Job, State
from sipas_web.units.models import Unit

NAME_LENGTH = 300


def start(
    *, kind: str, subject: models.Model | str, unit: Unit | None, by: Actor, arguments: Mapping[str, Any] | None = None
) -> Job:
    """Write down that work is wanted, in the caller's transaction; the caller asks for its own permission.

    Where the same kind already waits or runs on the subject, that job is given: asking twice is asking once. Asked
    with other arguments, it is refused with a ValidationError: the second wish would be lost.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a job belongs into the transaction of the action that wants it")
    key = subject if isinstance(subject, str) else queries.key_of(subject)
    wanted = dict(arguments or {})
    found = queries.open_job(key, kind)
    if found is None:
        try:
            with transaction.atomic():
                return _written(kind, subject, unit, wanted, by)
        except IntegrityError:  # asked at the same moment by somebody else
            found = queries.open_job(key, kind)
            if found is None:
                raise
    if found.arguments != wanted:
        raise ValidationError(_("Work of this kind is under way here. Wait until it has finished, then try again."))
    if found.is_stop_wanted:
        Job.objects.filter(pk=found.pk).update(is_stop_wanted=False)
    return found


@transaction.atomic
def stop(*, job: Job, by: Actor) -> None:
    """Ask that a job stop: at once where it waits, else where its handler next tells its progress.

    For who asked for it, and for ``jobs.job_stop`` over its unit. Recorded with the kind.
    """
    held = _held(job, by)
    if not held.is_open:
        raise ValidationError(_("This work has already ended."))
    held.is_stop_wanted = True
    if held.state == State.WAITING:
        held.state, held.finished, held.lease_until = State.STOPPED, queries.now(), None
    held.save(update_fields=["is_stop_wanted", "state", "finished", "lease_until"])
    record(by=by, action="jobs.stopped", subject=held, unit=held.unit, details={"kind": held.kind})


@transaction.atomic
def resume(*, job: Job, by: Actor) -> None:
    """Let a job that failed or was stopped wait again; whoever asked first stays its actor.

    For who asked for it, and for ``jobs.job_stop`` over its unit. Recorded with the kind.
    """
    held = _held(job, by)
    if held.state not in {State.FAILED, State.STOPPED}:
        raise ValidationError(_("Only work that failed or was stopped can be resumed."))
    if queries.open_job(held.subject, held.kind) is not None:
        raise ValidationError(_("Work of this kind is under way here. Wait until it has finished, then try again."))
    held.state, held.is_stop_wanted, held.deaths, held.note = State.WAITING, False, 0, ""
    held.error = held.finished = held.lease_until = None
    held.save(update_fields=["state", "is_stop_wanted", "deaths", "note", "error", "finished", "lease_until"])
    record(by=by, action="jobs.resumed", subject=held, unit=held.unit, details={"kind": held.kind})


def _held(job: Job, by: Actor) -> Job:
    held = Job.objects.select_for_update(of=("self",)).select_related("unit").get(pk=job.pk)
    if not queries.may_steer(held, by):
        raise PermissionDenied
    return held


def _written(kind: str, subject: models.Model | str, unit: Unit | None, arguments: dict[str, Any], by: Actor) -> Job:
    return Job.objects.create(
        kind=kind,
        subject=subject if isinstance(subject, str) else queries.key_of(subject),
        subject_name="" if isinstance(subject, str) else str(subject)[:NAME_LENGTH],
        unit=unit,
        arguments=arguments,
        actor=by.key,
        actor_name=by.name,
        actor_roles=by.roles,
        actor_origin=by.origin,
    )
