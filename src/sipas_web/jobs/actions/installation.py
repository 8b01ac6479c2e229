"""Notes in the record about the whole installation: that a copy of everything left, that everything came from one."""

from __future__ import annotations

from django.db import transaction

from sipas_web.audit import queries as audit
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.jobs.permissions import Permission


@transaction.atomic
def note_backup(*, by: Actor, file: str) -> None:
    """Note that a copy of everything is made; ``jobs.job_stop`` over the whole country. Recorded with the file."""
    by.require_everywhere(Permission.JOB_STOP)
    record(by=by, action="jobs.backed_up", subject="installation", details={"file": file})


@transaction.atomic
def note_restore(*, by: Actor, made: str, sha256: str) -> None:
    """Note that everything before this came from a backup; ``jobs.job_stop`` over the whole country.

    Recorded with the moment and the hash of the backup, and with the last record it held.
    """
    by.require_everywhere(Permission.JOB_STOP)
    count, head = audit.head()
    details = {"made": made, "sha256": sha256, "records": count, "head": head}
    record(by=by, action="jobs.restored", subject="installation", details=details)
