"""Points and reasons of rounds that are over go when their time is over; what a person decided stays."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Min, Q, QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.quality.models import Check, Flag, Suspect
from sipas_web.rounds.queries import State

OVER = (State.PUBLISHED, State.ABANDONED)
AT_ONCE = 1_000  # rows in one transaction


def oldest_kept_points() -> dt.datetime | None:
    """Give when the oldest look was taken of which points are still kept, of rounds that are over."""
    looks = Check.objects.filter(round__in=_kept().filter(round__state__in=OVER).values("round"))
    oldest: dt.datetime | None = looks.aggregate(oldest=Min("made"))["oldest"]
    return oldest


def delete_kept_points(before: dt.datetime, by: Actor) -> int:
    """Delete points nobody decided on, and the reasons of all, of looks before a moment; the caller records it."""
    del by
    old = Check.objects.filter(made__lt=before, round__state__in=OVER).values("round")
    gone = 0
    while some := list(_kept().filter(round__in=old).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            Flag.objects.filter(suspect__in=some).delete()
            Suspect.objects.filter(pk__in=some, decisions__isnull=True).delete()
        gone += len(some)
    return gone


def _kept() -> QuerySet[Suspect]:
    return Suspect.objects.filter(Q(decisions__isnull=True) | Q(flags__isnull=False)).distinct()
