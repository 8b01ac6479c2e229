"""Destroying what has been kept long enough: persons and photographs, then the texts."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.feedback.actions.following import forget
from sipas_web.feedback.models import HANDLED, Answer, Feedback, Kind, Word
from sipas_web.feedback.permissions import Permission
from sipas_web.feedback.queries.retention import ended_before, texts_ended_before

AT_ONCE = 200


def forget_persons(before: dt.datetime, by: Actor) -> int:
    """Destroy person and photographs of feedback that ended before a moment; in parts, safe to break off."""
    by.require(Permission.FEEDBACK_RECEIVE)
    gone = 0
    while part := _forget_part(ended_before(before), by):
        gone += part
    return gone


def empty_texts(before: dt.datetime, by: Actor) -> int:
    """Destroy the words of feedback that ended before a moment; its figures stay."""
    return _empty(texts_ended_before(before, HANDLED), by)


def empty_routed_out(before: dt.datetime, by: Actor) -> int:
    """Destroy the words of what was routed out before a moment."""
    out = tuple(kind for kind in Kind.values if kind not in HANDLED)
    return _empty(texts_ended_before(before, out), by)


@transaction.atomic
def _forget_part(rows: QuerySet[Feedback], by: Actor) -> int:
    part = list(rows.select_related("place").select_for_update(of=("self",))[:AT_ONCE])
    for feedback in part:
        forget(feedback, by)
    if part:
        record(by=by, action="feedback.persons_expired", subject="feedback.persons", details={"number": len(part)})
    return len(part)


def _empty(rows: QuerySet[Feedback], by: Actor) -> int:
    by.require(Permission.FEEDBACK_RECEIVE)
    gone = 0
    while part := _empty_part(rows, by):
        gone += part
    return gone


@transaction.atomic
def _empty_part(rows: QuerySet[Feedback], by: Actor) -> int:
    keys = list(rows.values_list("pk", flat=True)[:AT_ONCE])
    Feedback.objects.filter(pk__in=keys).update(
        text="", search_key="", said_place="", evidence="", is_emptied=True
    )  # fmt: skip
    Answer.objects.filter(feedback__in=keys).update(text="", sent_back_because="")
    Word.objects.filter(feedback__in=keys).update(text="")
    if keys:
        record(by=by, action="feedback.texts_expired", subject="feedback.texts", details={"number": len(keys)})
    return len(keys)
