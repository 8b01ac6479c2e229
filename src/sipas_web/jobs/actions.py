"""Asking for long work, stopping it, taking it up again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction

from sipas_web.audit.actors import Actor
from sipas_web.jobs import queries
from sipas_web.jobs.models import Job
from sipas_web.units.models import Unit


def start(
    *, kind: str, subject: models.Model | str, unit: Unit | None, by: Actor, arguments: Mapping[str, Any] | None = None
) -> Job:
    """Write down that work is wanted, in the caller's transaction; the caller asks for its own permission.

    Where the same kind already waits or runs on the subject, that job is given: asking twice is asking once.
    """
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("a job belongs into the transaction of the action that wants it")
    key = subject if isinstance(subject, str) else queries.key_of(subject)
    found = queries.open_job(key, kind)
    if found is not None:
        return found
    return Job.objects.create(
        kind=kind,
        subject=key,
        unit=unit,
        arguments=dict(arguments or {}),
        actor=by.key,
        actor_name=by.name,
        actor_roles=by.roles,
        actor_origin=by.origin,
    )
