"""What is held of applicants goes some time after their dossiers ended; the dossiers stay, nameless."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sipas_web.audit.actors import Actor
from sipas_web.onestop import dossier_files
from sipas_web.onestop.models import Dossier, DossierFile, FileState
from sipas_web.privacy.actions.people import forget_people

PERSON = "onestop.applicant"
AT_ONCE = 1_000


def oldest() -> dt.datetime | None:
    """Give the moment from which the days of the oldest identity are counted."""
    day = _held().order_by("finished").values_list("finished", flat=True).first()
    return timezone.make_aware(dt.datetime.combine(day, dt.time())) if day else None


def forget(before: dt.datetime, by: Actor) -> int:
    """Destroy the identities of dossiers that ended before a moment, in parts, each recorded."""
    count = 0
    while part := _forget_part(timezone.localdate(before), by):
        count += part
    return count


def files_in_use() -> set[str]:
    """Name the files on the disk that are being imported."""
    asked = DossierFile.objects.filter(state=FileState.ASKED).values_list("pk", "stored")
    return {name for pk, stored in asked for name in (stored, dossier_files.work_folder(pk).name)}


@transaction.atomic
def _forget_part(before: dt.date, by: Actor) -> int:
    rows = list(_held().filter(finished__lt=before).order_by("pk").values_list("pk", "applicant")[:AT_ONCE])
    if not rows:
        return 0
    forget_people(kind=PERSON, tokens=[token for _pk, token in rows], unit=None, by=by)
    return Dossier.objects.filter(pk__in=[pk for pk, _token in rows]).update(applicant="", applicant_mark="")


def _held() -> QuerySet[Dossier]:
    return Dossier.objects.exclude(applicant="").filter(finished__isnull=False)
