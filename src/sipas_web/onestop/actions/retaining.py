"""Destroying what apologies and reviews of facilities have kept long enough; what is counted stays."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.onestop.models import Apology, ApologyState, FacilityPhotograph, ReviewState
from sipas_web.onestop.permissions import Permission

AT_ONCE = 200
ENDED = (ApologyState.SENT, ApologyState.WITHDRAWN)


def oldest_words() -> dt.datetime | None:
    """Give the day from which the days of the oldest letter are counted."""
    day = _worded().order_by("ended").values_list("ended", flat=True).first()
    return timezone.make_aware(dt.datetime.combine(day, dt.time())) if day else None


def empty_words(before: dt.datetime, by: Actor) -> int:
    """Destroy the own words of letters that ended before a moment, in parts; safe to break off."""
    by.require(Permission.APOLOGY_DRAFT)
    gone = 0
    while part := _empty_part(timezone.localdate(before), by):
        gone += part
    return gone


def oldest_photograph() -> dt.datetime | None:
    """Give when the oldest photograph of a finished review was added."""
    first: dt.datetime | None = _photographs().order_by("added").values_list("added", flat=True).first()
    return first


def drop_photographs(before: dt.datetime, by: Actor) -> int:
    """Destroy photographs of finished reviews that were added before a moment, in parts; safe to break off."""
    by.require(Permission.FACILITY_REVIEW)
    gone = 0
    while part := _drop_part(before, by):
        gone += part
    return gone


@transaction.atomic
def _empty_part(before: dt.date, by: Actor) -> int:
    keys = list(_worded().filter(ended__lt=before).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    Apology.objects.filter(pk__in=keys).update(reason_text="", note="")
    if keys:
        details = {"number": len(keys)}
        record(by=by, action="onestop.apology_words_expired", subject="onestop.apology", details=details)
    return len(keys)


@transaction.atomic
def _drop_part(before: dt.datetime, by: Actor) -> int:
    keys = list(_photographs().filter(added__lt=before).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    FacilityPhotograph.objects.filter(pk__in=keys).delete()
    if keys:
        details = {"number": len(keys)}
        record(
            by=by, action="onestop.facility_photographs_expired", subject="onestop.facilityphotograph", details=details
        )
    return len(keys)


def _worded() -> Any:  # a query with ``ended``, which the checker of types does not see through
    """Query letters with words of their own that are done with, and the day from which they are."""
    rows = Apology.objects.filter(state__in=ENDED, dossier__finished__isnull=False)
    rows = rows.filter(~Q(reason_text="") | ~Q(note=""))
    return rows.annotate(ended=Coalesce("sent", "dossier__finished"))


def _photographs() -> QuerySet[FacilityPhotograph]:
    return FacilityPhotograph.objects.filter(check_row__review__state=ReviewState.CLOSED)
