"""Taking feedback in: from the web by anybody, at the desk, by telephone and by letter by the desk."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.feedback import codes, rules
from sipas_web.feedback.actions.steps import note
from sipas_web.feedback.models import Channel, Feedback, Message, Photograph, Step
from sipas_web.feedback.permissions import Permission
from sipas_web.privacy.actions.people import put_people
from sipas_web.units.queries import Unit, today

PERSON, CODE = "feedback.person", "feedback.code"  # sealed; the code only where it is to be sent
TRIES = 20  # numbers of a day tried where several come in at one moment
OLDEST = 365  # days back that a letter may have come in


@transaction.atomic
def receive(
    *, code: str, place: Unit, channel: str, text: str, by: Actor, said_place: str = "", topic: str = "",
    person: Mapping[str, str] | None = None, photographs: Sequence[bytes] = (), received: dt.date | None = None,
    is_not_to_publish: bool = False, wants_messages: bool = False,
) -> Feedback:  # fmt: skip
    """Keep a piece of feedback. On the web anybody may; else it needs ``feedback.feedback_receive`` over the place.

    ``code`` is what the citizen follows it by; the same code a second time gives what was kept the first time.
    ``photographs`` have no traces any more.
    """
    if channel != Channel.WEB:
        by.require(Permission.FEEDBACK_RECEIVE, place)
    before = Feedback.objects.filter(code_hash=codes.hash_of(code)).first()
    if before is not None:
        return before
    day = _day(received)
    reachable = bool(person and (person.get("phone") or person.get("email")))
    feedback, is_new = _numbered(Feedback(
        code_hash=codes.hash_of(code), token=secrets.token_hex(10), place=place, channel=channel, topic=topic,
        said_place=said_place, text=text, received=day, classify_by=rules.classify_by(day),
        is_not_to_publish=is_not_to_publish, wants_messages=wants_messages and reachable,
    ))  # fmt: skip
    if not is_new:
        return feedback
    put_people(kind=PERSON, rows=[(feedback.token, person or {})], by=by)
    if feedback.wants_messages:
        put_people(kind=CODE, rows=[(feedback.token, {"dossier_number": code})], by=by)
        Message.objects.create(feedback=feedback, what=Message.What.CODE)
    Photograph.objects.bulk_create([Photograph(feedback=feedback, content=p, size=len(p)) for p in photographs])
    note(feedback, Step.What.RECEIVED, by, unit=place)
    details = {"channel": channel, "photographs": len(photographs), "due": feedback.classify_by.isoformat()}
    record(by=by, action="feedback.received", subject=feedback, unit=place, details=details)
    return feedback


def _day(received: dt.date | None) -> dt.date:
    now = today()
    if received is None:
        return now
    if not now - dt.timedelta(days=OLDEST) <= received <= now:
        raise ValidationError({"received": _("A day of the last twelve months, not later than today.")})
    return received


def _numbered(feedback: Feedback) -> tuple[Feedback, bool]:
    """Save it under the next number of the day; of two at one moment the later tries again.

    Gives what was kept, and whether it is this one: the same form may have been sent twice at one moment.
    """
    stem = f"PAKN.{today():%Y%m%d}."
    for _attempt in range(TRIES):
        newest = Feedback.objects.filter(number__startswith=stem).order_by("-number").values_list("number", flat=True)
        last = newest.first()
        feedback.number = f"{stem}{int(last.removeprefix(stem)) + 1 if last else 1:04d}"
        try:
            with transaction.atomic():
                feedback.save(force_insert=True)
        except IntegrityError:
            if (twin := Feedback.objects.filter(code_hash=feedback.code_hash).first()) is not None:
                return twin, False
            continue
        return feedback, True
    raise ValidationError(_("Too much came in at this moment. Please send it again in a minute."))
