"""What has ended long enough ago to be destroyed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import DateField, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from sipas_web.feedback.models import HANDLED, Feedback, Kind, State

ENDED = (State.ANSWERED, State.ROUTED_OUT)
OUT = tuple(kind for kind in Kind.values if kind not in HANDLED)


def _ended() -> Any:  # a query with ``end``, which the checker of types does not see through
    end = Coalesce("answered_again", "answered", "routed_out", output_field=DateField())
    return Feedback.objects.filter(state__in=ENDED).annotate(end=end).order_by("pk")


def ended_before(moment: dt.datetime) -> QuerySet[Feedback]:
    """Give feedback that ended before a moment and whose person may still be there."""
    found: QuerySet[Feedback] = _ended().filter(is_forgotten=False, end__lt=timezone.localdate(moment))
    return found


def texts_ended_before(moment: dt.datetime, kinds: Collection[str]) -> QuerySet[Feedback]:
    """Give feedback of some kinds that ended before a moment and whose words are still there."""
    found: QuerySet[Feedback] = _ended().filter(is_emptied=False, kind__in=kinds, end__lt=timezone.localdate(moment))
    return found


def oldest_person() -> dt.datetime | None:
    """Give the end of the oldest feedback whose person may still be there."""
    return _first(_ended().filter(is_forgotten=False))


def oldest_text() -> dt.datetime | None:
    """Give the end of the oldest feedback whose words are still there."""
    return _first(_ended().filter(is_emptied=False, kind__in=HANDLED))


def oldest_routed_out() -> dt.datetime | None:
    """Give the end of the oldest that was routed out and whose words are still there."""
    return _first(_ended().filter(is_emptied=False, kind__in=OUT))


def _first(rows: Any) -> dt.datetime | None:
    day = rows.order_by("end").values_list("end", flat=True).first()
    return timezone.make_aware(dt.datetime.combine(day, dt.time())) if day else None
