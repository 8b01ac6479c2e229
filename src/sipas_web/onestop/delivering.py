"""Long work: hands messages with apologies to the gateway. Killed anywhere, none is lost and none leaves twice."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from sipas.errors import SipasError
from sipas_web.audit.actors import Actor
from sipas_web.jobs.outgoing import send_due
from sipas_web.jobs.registry import Work, handles
from sipas_web.onestop.actions import sending
from sipas_web.onestop.apology_documents import letter_pdf, message_text
from sipas_web.onestop.queries.apologies import Message, every_message
from sipas_web.shared import messages

NOT_SET, NOT_OPENED = "letter_not_set", "not_opened"


@handles(sending.SENDING, quick=True)
def send_apologies(work: Work) -> dict[str, Any]:
    """Send what is due now; where the gateway did not take something, the work waits for its next try."""
    return send_due(
        work, every_message(), lambda message, gateway: deliver(message, gateway, work.actor), "onestop.sending"
    )


def deliver(message: Message, gateway: messages.Gateway, by: Actor) -> bool:
    """Hand one message over: a try is counted, the gateway asked, what it said written down, each on its own."""
    try:
        taken_up = sending.take_up(message_id=message.pk, by=by)
    except ValidationError:  # the key of the contact store is not there
        sending.note_fault(message_id=message.pk, code=NOT_OPENED)
        return False
    if taken_up is None:
        return False
    address = sending.address_of(taken_up.message.way, taken_up.who)
    if not address:
        sending.note_fault(message_id=message.pk, code=sending.NO_ADDRESS, is_final=True)
        return False
    try:
        moment = gateway.send(_letter(taken_up, address))
    except messages.GatewayError as error:
        sending.note_fault(message_id=message.pk, code=error.code)
        return False
    except SipasError:  # a letter that no font can set
        sending.note_fault(message_id=message.pk, code=NOT_SET, is_final=True)
        return False
    return sending.note_taken(message_id=message.pk, at=moment, by=by)


def _letter(taken_up: sending.TakenUp, address: str) -> messages.Letter:
    subject, text = message_text(taken_up.apology, taken_up.who, way=taken_up.message.way)
    is_mail = taken_up.message.way == messages.EMAIL
    paper = letter_pdf(taken_up.apology, taken_up.who) if is_mail else b""
    return messages.Letter(
        taken_up.message.key, taken_up.message.way, address, subject, text, paper, f"{taken_up.apology}.pdf"
    )
