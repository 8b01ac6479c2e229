"""Deleting what is kept too long, kind by kind, with a record."""

from __future__ import annotations

import datetime as dt
import logging

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from sipas.errors import SipasError
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.jobs import actions as jobs
from sipas_web.jobs.queries import Job
from sipas_web.privacy.models import RetentionRun
from sipas_web.privacy.queries import retention as reads
from sipas_web.privacy.retention import Kept

KIND, SUBJECT = "privacy.duties", "privacy.duties"
log = logging.getLogger(__name__)


@transaction.atomic
def ask_duties(*, by: Actor) -> Job | None:
    """Have the daily duties done, unless they were done today or are under way; for the server itself."""
    if reads.are_done_on(KIND, timezone.localdate()):
        return None
    return jobs.start(kind=KIND, subject=SUBJECT, unit=None, by=by)


def delete_overdue(kept: Kept, *, now: dt.datetime, by: Actor) -> int:
    """Delete what is kept too long of one kind; a fault of one kind is written down and hinders no other."""
    before = reads.deadline(kept, now)
    try:
        deleted, failed = kept.delete(before, by), False
    except DatabaseError:
        raise
    except (OSError, SipasError, ValidationError):
        log.exception("retention of %s failed", kept.code)
        deleted, failed = 0, True
    note_run(kind=kept.code, before=before, deleted=deleted, failed=failed, by=by)
    return deleted


@transaction.atomic
def note_run(*, kind: str, before: dt.datetime, deleted: int, failed: bool, by: Actor) -> None:
    """Write down one look; one that found nothing takes the place of the one before."""
    last = reads.last_run(kind)
    told = {"ran": timezone.now(), "before": before, "deleted": deleted, "failed": failed, "ran_by": by.name}
    if last is not None and not last.deleted:
        RetentionRun.objects.filter(pk=last.pk).update(**told)
    else:
        RetentionRun.objects.create(kind=kind, **told)
    if deleted or failed:
        details = {"before": before.isoformat(timespec="seconds"), "deleted": deleted, "failed": failed}
        record(by=by, action="privacy.kept_deleted", subject=f"privacy.retention:{kind}", details=details)
