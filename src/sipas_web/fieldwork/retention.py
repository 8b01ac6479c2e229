"""How long files of visits and answers are kept once they were read: the rows themselves stay in the database."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.queries import FileImport
from sipas_web.fieldwork.stored_files import FOLDER, place_of
from sipas_web.privacy.retention import Kept

DAYS = 365  # the office's own estimate, no rule of law; SIPAS_KEEP_DAYS sets another


def _read_files() -> QuerySet[FileImport]:
    """Files that were read to the end, or refused as a whole."""
    ended = FileImport.objects.exclude(finished__isnull=True, error__isnull=True)
    return ended.order_by("created")


def _oldest() -> dt.datetime | None:
    there = {f"{FOLDER}/{path.name}" for path in place_of(FOLDER).glob("*")}
    rows = _read_files().values_list("stored", "created")
    return next((created for stored, created in rows if stored in there), None)


def _delete(before: dt.datetime, by: Actor) -> int:
    del by
    places = [place_of(stored) for stored in _read_files().filter(created__lt=before).values_list("stored", flat=True)]
    there = [place for place in places if place.is_file() and place.is_relative_to(settings.MEDIA_ROOT)]
    for place in there:
        place.unlink(missing_ok=True)
    return len(there)


KEPT = Kept(
    "fieldwork.files",
    _("Files of visits and of answers, as handed in"),
    _("the file was received"),
    DAYS,
    _oldest,
    _delete,
)
