"""Whom a message is due to, and how far messages are."""

from __future__ import annotations

import datetime as dt

from django.db.models import DateField, F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from sipas_web.feedback.models import CodeAsk as CodeAsk
from sipas_web.feedback.models import Feedback, State
from sipas_web.feedback.models import Message as Message
from sipas_web.shared import outgoing

What = Message.What
DAY = dt.timedelta(days=1)


def _due(on: dt.date, ask_after: int) -> QuerySet[Feedback]:
    last = Coalesce("answered_again", "answered", output_field=DateField())
    rows = Feedback.objects.filter(wants_messages=True).annotate(last=last)
    is_to_ask = Q(asked=None, last__lte=on - dt.timedelta(days=ask_after)) & ~Q(words__level=F("level"))
    is_answered = Q(state=State.ANSWERED) & (Q(told=None) | is_to_ask)
    return rows.filter(is_answered | Q(state=State.ROUTED_OUT, told=None)).order_by("pk")


def is_anything_due(on: dt.date, ask_after: int) -> bool:
    """Say whether a message is to be written or sent, or a lost code asked for."""
    is_queued = outgoing.due(every_message(), timezone.now()).exists()
    return is_queued or CodeAsk.objects.exists() or _due(on, ask_after).exists()


def due_messages(on: dt.date, ask_after: int) -> QuerySet[Feedback]:
    """Hold those to whom one is due: that the answer is there, or it was passed on; later, whether it helped."""
    keys = _due(on, ask_after).values("pk")
    return Feedback.objects.select_for_update().filter(pk__in=keys).order_by("pk")


def every_message() -> QuerySet[Message]:
    """Query all messages, for the work that hands them over."""
    return Message.objects.all()


def held_message(message_id: int) -> Message:
    """Hold a message for a change."""
    return Message.objects.select_for_update(of=("self",)).get(pk=message_id)


def messages_of(feedback: Feedback) -> QuerySet[Message]:
    """List the messages of one."""
    return Message.objects.filter(feedback=feedback).order_by("pk")


def codes_of_a_day(feedback: Feedback) -> int:
    """Count how often its lost code was sent within a day."""
    since = timezone.now() - DAY
    return Message.objects.filter(feedback=feedback, what=What.CODE_AGAIN, asked__gte=since).count()


def asks() -> QuerySet[CodeAsk]:
    """Hold requests for lost codes."""
    return CodeAsk.objects.select_for_update().order_by("pk")


def by_number(number: str) -> Feedback | None:
    """Hold the feedback of a number."""
    rows = Feedback.objects.select_for_update(of=("self",)).select_related("place")
    return rows.filter(number=number).first()
