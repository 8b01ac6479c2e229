"""Whom a message is due to."""

from __future__ import annotations

import datetime as dt

from django.db.models import DateField, F, Q, QuerySet
from django.db.models.functions import Coalesce

from sipas_web.feedback.models import Feedback, State


def _due(on: dt.date, ask_after: int) -> QuerySet[Feedback]:
    last = Coalesce("answered_again", "answered", output_field=DateField())
    rows = Feedback.objects.filter(state=State.ANSWERED, wants_messages=True).annotate(last=last)
    is_to_ask = Q(asked=None, last__lte=on - dt.timedelta(days=ask_after)) & ~Q(words__level=F("level"))
    return rows.filter(Q(told=None) | is_to_ask).order_by("pk")


def are_due(on: dt.date, ask_after: int) -> bool:
    """Say whether any message is due."""
    return _due(on, ask_after).exists()


def due_messages(on: dt.date, ask_after: int) -> QuerySet[Feedback]:
    """Hold those to whom one is due: that the answer is there, then whether it helped."""
    keys = _due(on, ask_after).values("pk")
    return Feedback.objects.select_for_update().filter(pk__in=keys).order_by("pk")
