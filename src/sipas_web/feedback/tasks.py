"""Long work of feedback: messages to citizens who agreed to them."""

from __future__ import annotations

from django.core.exceptions import ValidationError

from sipas_web.audit.actors import Actor
from sipas_web.feedback.actions import lost_codes, messaging
from sipas_web.feedback.message_texts import words_of
from sipas_web.feedback.queries.messages import Message, every_message
from sipas_web.jobs.outgoing import send_due
from sipas_web.jobs.registry import Result, Work, handles
from sipas_web.shared import messages

NOT_OPENED = "not_opened"


@handles(messaging.KIND, quick=True)
def send(work: Work) -> Result:
    """Look at requests for lost codes, write what is due, hand everything over; safe to break off anywhere."""
    while lost_codes.answer_asks(by=work.actor):
        work.progress(0.0, messaging.KIND)
    while messaging.write_messages(by=work.actor):
        work.progress(0.0, messaging.KIND)
    return send_due(
        work, every_message(), lambda message, gateway: deliver(message, gateway, work.actor), messaging.KIND
    )


def deliver(message: Message, gateway: messages.Gateway, by: Actor) -> bool:
    """Hand one message over: a try is counted, the gateway asked, what it said written down, each on its own."""
    try:
        taken_up = messaging.take_up(message_id=message.pk, by=by)
    except ValidationError:  # the key of the contact store is not there
        messaging.note_fault(message_id=message.pk, code=NOT_OPENED)
        return False
    if taken_up is None:
        return False
    if not taken_up.address:
        messaging.note_fault(message_id=message.pk, code=messaging.NO_ADDRESS, is_final=True)
        return False
    way = taken_up.message.way
    subject, text = words_of(taken_up.feedback, taken_up.message.what, way, taken_up.code)
    try:
        moment = gateway.send(messages.Letter(message.key, way, taken_up.address, subject, text))
    except messages.GatewayError as error:
        messaging.note_fault(message_id=message.pk, code=error.code)
        return False
    return messaging.note_taken(message_id=message.pk, at=moment, by=by)
