"""What was left on the way of answering on the web goes when its time is over."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Max, Min, QuerySet
from django.utils.translation import gettext as _

from sipas_web.audit.actors import Actor
from sipas_web.capture.models import Draft, WebAnswer, WebSalt, WebTrace
from sipas_web.rounds.queries import Round, State

OVER = (State.PUBLISHED, State.ABANDONED)


def oldest_left_draft() -> dt.datetime | None:
    """Give when the oldest draft that can be sent no more was saved last."""
    oldest: dt.datetime | None = _left_drafts().aggregate(oldest=Min("saved"))["oldest"]
    return oldest


def delete_left_drafts(before: dt.datetime, by: Actor) -> int:
    """Delete drafts of rounds out of the field that were saved before a moment; the caller records it."""
    del by
    return int(_left_drafts().filter(saved__lt=before).delete()[1].get("capture.Draft", 0))


def oldest_left_mark() -> dt.datetime | None:
    """Give when the first answer came in of a round that is over and still has marks of origin."""
    rounds = WebSalt.objects.filter(round__state__in=OVER).values("round")
    answers = WebAnswer.objects.filter(response__case__round__in=rounds)
    oldest: dt.datetime | None = answers.aggregate(oldest=Min("response__taken"))["oldest"]
    return oldest


def delete_left_marks(before: dt.datetime, by: Actor) -> int:
    """Delete the marks of origin of rounds that are over and whose answers came in before a moment."""
    deleted = 0
    for round_ in Round.objects.filter(pk__in=WebSalt.objects.values("round"), state__in=OVER):
        taken = WebAnswer.objects.filter(response__case__round=round_).aggregate(last=Max("response__taken"))["last"]
        if taken is None or taken < before:
            deleted += forget_marks(round_=round_, by=by)
    return deleted


@transaction.atomic
def forget_marks(*, round_: Round, by: Actor) -> int:
    """Delete a round's marks of devices and networks with the salt of their key; gives how many there were.

    For the action that closes quality control, which asks for the permission and records.
    """
    del by
    WebSalt.objects.filter(round=round_).delete()
    return int(WebTrace.objects.filter(round=round_).delete()[1].get("capture.WebTrace", 0))


def delete_of_case(round_: Round, case_code: str, reason: str, by: Actor) -> str:
    """Delete what was begun with a code, and its marks of origin, because the person asks; says what was done."""
    del reason, by
    drafts = Draft.objects.filter(case__round=round_, case__case_id=case_code).delete()[0]
    marks = WebTrace.objects.filter(round=round_, case__case_id=case_code).delete()[0]
    if not drafts and not marks:
        return ""
    return _("Answers begun on the web and not sent were deleted, and the marks of device and network.")


def _left_drafts() -> QuerySet[Draft]:
    return Draft.objects.exclude(case__round__state=State.IN_FIELD)
