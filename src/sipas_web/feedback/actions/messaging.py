"""Telling citizens who agreed to it: their code, the answer; later, whether it helped. By the gateway of all apps.

No message says what the feedback is about. Each is a row first and leaves by a job; killed anywhere it leaves once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.feedback import rules
from sipas_web.feedback.actions.receiving import CODE, PERSON
from sipas_web.feedback.actions.steps import at_desk
from sipas_web.feedback.models import Feedback, Message, State
from sipas_web.feedback.permissions import Permission
from sipas_web.feedback.queries import messages as reads
from sipas_web.feedback.queries.feedback import held
from sipas_web.feedback.queries.messages import What
from sipas_web.jobs import actions as jobs
from sipas_web.jobs.queries import Job
from sipas_web.privacy.actions.people import open_people
from sipas_web.privacy.identity import Identity
from sipas_web.shared.messages import EMAIL, SMS
from sipas_web.shared.outgoing import MessageState
from sipas_web.units.queries import today

KIND = SUBJECT = "feedback.messages"
AT_ONCE = 100
MOST_A_DAY = 3  # lost codes sent for one piece of feedback
NO_ADDRESS, NOT_WANTED = "no_address", "not_wanted"
WITH_CODE = (What.CODE, What.CODE_AGAIN)


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A message about to be handed over, with where it goes."""

    message: Message
    feedback: Feedback
    address: str
    code: str


@transaction.atomic
def ask_messages(*, by: Actor) -> Job | None:
    """Have messages written and sent that are due; for the server itself. Asking twice is asking once."""
    if not reads.is_anything_due(today(), rules.own().ask_after):
        return None
    return jobs.start(kind=KIND, subject=SUBJECT, unit=None, by=by)


@transaction.atomic
def write_messages(*, by: Actor) -> int:
    """Queue one part of what is due; 0 where nothing is left."""
    rows = reads.due_messages(today(), rules.own().ask_after)[:AT_ONCE]
    for row in rows:
        what = What.ASKED if row.told else What.ROUTED_OUT if row.state == State.ROUTED_OUT else What.ANSWERED
        Message.objects.get_or_create(feedback=row, what=what, level=row.level)
        setattr(row, "asked" if what == What.ASKED else "told", today())
        row.save(update_fields=["told", "asked"])
    if rows:
        record(by=by, action="feedback.messages_written", subject=SUBJECT, details={"number": len(rows)})
    return len(rows)


@transaction.atomic
def send_code_again(*, feedback_id: int, by: Actor) -> Message:
    """Send the code once more to the contact on record, for the desk. Needs ``feedback.feedback_receive``."""
    feedback = at_desk(feedback_id, Permission.FEEDBACK_RECEIVE, by)
    if not feedback.wants_messages:
        raise ValidationError(_("The citizen left no contact for messages, or did not agree to them."))
    if reads.codes_of_a_day(feedback) >= MOST_A_DAY:
        raise ValidationError(_("The code was sent often enough today."))
    made = Message.objects.create(feedback=feedback, what=What.CODE_AGAIN)
    record(by=by, action="feedback.code_sent_again", subject=feedback, unit=feedback.place)
    jobs.start(kind=KIND, subject=SUBJECT, unit=None, by=by)
    return made


@transaction.atomic
def take_up(*, message_id: int, by: Actor) -> TakenUp | None:
    """Count a try and open where the message goes, with a record. None where it is not to be sent any more."""
    message = reads.held_message(message_id)
    if message.state != MessageState.QUEUED:
        return None
    feedback = held(message.feedback_id)
    if not _is_wanted(message, feedback):
        message.end(MessageState.CALLED_OFF, NOT_WANTED)
        return None
    if message.is_used_up:  # each try ended with its process
        message.end(MessageState.FAILED, message.fault)
        return None
    message.begin_try()
    who = _opened(PERSON, feedback, by)
    if not message.way:
        message.way = EMAIL if who.email else SMS
        message.save(update_fields=["way"])
    code = _opened(CODE, feedback, by).dossier_number if message.what in WITH_CODE else ""
    is_lost = message.what in WITH_CODE and not code
    address = "" if is_lost else who.email if message.way == EMAIL else who.phone
    return TakenUp(message, feedback, address, code)


@transaction.atomic
def note_taken(*, message_id: int, at: dt.datetime, by: Actor) -> bool:
    """Write that the gateway took a message; False where that was written before."""
    message = reads.held_message(message_id)
    if message.state == MessageState.SENT:
        return False
    message.end(MessageState.SENT, taken=at)
    details = {"what": message.what, "way": message.way}
    feedback = held(message.feedback_id)
    record(by=by, action="feedback.message_sent", subject=feedback, unit=feedback.place, details=details)
    return True


@transaction.atomic
def note_fault(*, message_id: int, code: str, is_final: bool = False) -> None:
    """Write that a message was not taken; it is tried again later, ever more rarely."""
    message = reads.held_message(message_id)
    if message.state == MessageState.QUEUED:
        message.note_fault(code, is_final=is_final)


def _is_wanted(message: Message, feedback: Feedback) -> bool:
    """Say whether it still tells the truth: the answer may have been reopened, or the person forgotten, meanwhile."""
    if not feedback.wants_messages:
        return False
    if message.what == What.ANSWERED:
        return feedback.state == State.ANSWERED and feedback.level == message.level
    if message.what == What.ASKED:
        has_said = feedback.words.filter(level=message.level).exists()
        return feedback.state == State.ANSWERED and feedback.level == message.level and not has_said
    return True


def _opened(kind: str, feedback: Feedback, by: Actor) -> Identity:
    found = open_people(kind=kind, tokens=[feedback.token], purpose=KIND, unit=feedback.place, by=by)
    return found.get(feedback.token, Identity())
