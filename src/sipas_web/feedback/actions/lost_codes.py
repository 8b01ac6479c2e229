"""A lost code goes to the contact on record and nowhere else; who asks learns nothing, not even by the time it takes.

What is typed on the page is kept as a hash until the job looks at it: the page itself looks nothing up.
"""

from __future__ import annotations

import hmac

from django.db import transaction

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.capture.draft_seal import keyed_hash
from sipas_web.feedback.actions.messaging import KIND, MOST_A_DAY, SUBJECT
from sipas_web.feedback.actions.receiving import PERSON
from sipas_web.feedback.actions.steps import CITIZEN
from sipas_web.feedback.models import CodeAsk, Feedback, Message
from sipas_web.feedback.queries import messages as reads
from sipas_web.feedback.queries.messages import What
from sipas_web.jobs import actions as jobs
from sipas_web.privacy.actions.people import open_people
from sipas_web.privacy.identity import phone_key
from sipas_web.shared.messages import EMAIL, SMS

MOST_ASKS = 1000  # that wait at one moment; more is left out, and answered alike
AT_ONCE = 50


@transaction.atomic
def ask(*, number: str, contact: str) -> None:
    """Note a request; anybody may."""
    if CodeAsk.objects.count() < MOST_ASKS:
        way = EMAIL if "@" in contact else SMS
        CodeAsk.objects.create(number=number, way=way, contact=_hash(way, contact))
    jobs.start(kind=KIND, subject=SUBJECT, unit=None, by=CITIZEN)


@transaction.atomic
def answer_asks(*, by: Actor) -> int:
    """Look at one part of the requests; 0 where none is left."""
    found = list(reads.asks()[:AT_ONCE])
    for one in found:
        _answer(one, by)
        one.delete()
    return len(found)


def _answer(one: CodeAsk, by: Actor) -> None:
    feedback = reads.by_number(one.number)
    if feedback is None or not feedback.wants_messages or reads.codes_of_a_day(feedback) >= MOST_A_DAY:
        return
    if _is_theirs(one, feedback, by):
        Message.objects.create(feedback=feedback, what=What.CODE_AGAIN, way=one.way)
        record(by=CITIZEN, action="feedback.code_sent_again", subject=feedback, unit=feedback.place)


def _is_theirs(one: CodeAsk, feedback: Feedback, by: Actor) -> bool:
    purpose = "feedback.lost_code"
    who = open_people(kind=PERSON, tokens=[feedback.token], purpose=purpose, unit=feedback.place, by=by)
    found = who.get(feedback.token)
    on_record = (found.email if one.way == EMAIL else found.phone) if found else ""
    return bool(_spelt(one.way, on_record)) and hmac.compare_digest(_hash(one.way, on_record), one.contact)


def _hash(way: str, contact: str) -> str:
    return keyed_hash("feedback lost code", b"", f"{way} {_spelt(way, contact)}")


def _spelt(way: str, contact: str) -> str:
    return contact.strip().casefold() if way == EMAIL else phone_key(contact)
