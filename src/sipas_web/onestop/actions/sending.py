"""Messages with apologies: asked for, handed to the gateway once each, tried again, called off."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.jobs import actions as jobs
from sipas_web.onestop.actions import apologies
from sipas_web.onestop.models import Apology, ApologyState, Message, MessageState, Way
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import apologies as reads
from sipas_web.privacy.actions import open_people
from sipas_web.privacy.queries import Identity
from sipas_web.shared import outgoing

SENDING, APPLICANT = "onestop.send_apologies", "onestop.applicant"
NO_ADDRESS, WITHDRAWN = "no_address", "withdrawn"


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A message about to be handed over, with whom it goes to."""

    message: Message
    apology: Apology
    who: Identity


@transaction.atomic
def queue(*, apology_id: int, way: str, by: Actor) -> Message:
    """Ask that a signed letter leave by e-mail or text message, empty: as the applicant can be reached.

    Needs ``onestop.apology_draft``.
    """
    apology = _held(apology_id, by)
    if way and way not in reads.ELECTRONIC:
        raise ValidationError({"way": _("Choose one of the list.")})
    if apology.state != ApologyState.SIGNED:
        raise ValidationError(_("Only a signed letter is sent."))
    if not apology.dossier.applicant:
        raise ValidationError(_("The file of this dossier named no applicant: send the letter on paper."))
    try:
        with transaction.atomic():
            message = Message.objects.create(apology=apology, way=way, asked_by=by.name)
    except IntegrityError as error:
        raise ValidationError(_("A message of this letter is on its way already.")) from error
    record(by=by, action="onestop.message_queued", subject=message, unit=apology.unit, details={"kind": way})
    jobs.start(kind=SENDING, subject=SENDING, unit=None, by=by)
    return message


@transaction.atomic
def try_again(*, message_id: int, by: Actor) -> None:
    """Let a message that could not be sent be tried again, under the key the gateway knows it by."""
    message = reads.held_message(message_id)
    apology = _held(message.apology_id, by)
    if message.state != MessageState.FAILED or apology.state != ApologyState.SIGNED or reads.is_under_way(apology):
        raise ValidationError(_("Only a message that could not be sent is tried again."))
    message.state, message.attempts, message.next_try = MessageState.QUEUED, 0, timezone.now()
    message.save(update_fields=["state", "attempts", "next_try"])
    record(by=by, action="onestop.message_tried_again", subject=message, unit=apology.unit)
    jobs.start(kind=SENDING, subject=SENDING, unit=None, by=by)


@transaction.atomic
def call_off(*, message_id: int, by: Actor) -> None:
    """Call off a message that nobody has begun to send, or that could not be sent."""
    message = reads.held_message(message_id)
    apology = _held(message.apology_id, by)
    is_untouched = message.state == MessageState.QUEUED and message.attempts == 0
    if not (is_untouched or message.state == MessageState.FAILED):
        raise ValidationError(_("This message has already been handed on, or is being handed on."))
    message.state = MessageState.CALLED_OFF
    message.save(update_fields=["state"])
    record(by=by, action="onestop.message_called_off", subject=message, unit=apology.unit)


def ask_due(*, by: Actor) -> bool:
    """Ask for the sending of messages whose next try has come; says whether there were any."""
    with transaction.atomic():
        if not outgoing.due(reads.every_message(), timezone.now()).exists():
            return False
        jobs.start(kind=SENDING, subject=SENDING, unit=None, by=by)
        return True


@transaction.atomic
def take_up(*, message_id: int, by: Actor) -> TakenUp | None:
    """Count a try and open whom the message goes to, with a record that stands whatever follows.

    None where it is not to be sent any more.
    """
    message = reads.held_message(message_id)
    if message.state != MessageState.QUEUED:
        return None
    apology = reads.held_letter(message.apology_id)
    if apology.state != ApologyState.SIGNED:
        message.end(MessageState.CALLED_OFF, WITHDRAWN)
        return None
    if message.is_used_up:  # each try ended with its process
        message.end(MessageState.FAILED, message.fault)
        return None
    message.begin_try()
    token = apology.dossier.applicant
    found = open_people(kind=APPLICANT, tokens=[token], purpose=f"{message}, {apology}", unit=apology.unit, by=by)
    who = found.get(token, Identity())
    if not message.way:
        message.way = Way.EMAIL if who.email else Way.SMS
        message.save(update_fields=["way"])
    return TakenUp(message, apology, who)


@transaction.atomic
def note_taken(*, message_id: int, at: dt.datetime, by: Actor) -> bool:
    """Write that the gateway took a message; False where that was written before."""
    message = reads.held_message(message_id)
    if message.state == MessageState.SENT:
        return False
    message.end(MessageState.SENT, taken=at)
    apologies.mark_sent(reads.held_letter(message.apology_id), timezone.localdate(at), Way(message.way), by)
    return True


@transaction.atomic
def note_fault(*, message_id: int, code: str, is_final: bool = False) -> None:
    """Write that a message was not taken; it is tried again later, ever more rarely, then left to a person."""
    message = reads.held_message(message_id)
    if message.state == MessageState.QUEUED:
        message.note_fault(code, is_final=is_final)


def address_of(way: str, who: Identity) -> str:
    """Give where a message goes; empty where it is not known."""
    return who.email if way == Way.EMAIL else who.phone


def _held(apology_id: int, by: Actor) -> Apology:
    apology = reads.held_letter(apology_id)
    may = by.may(Permission.APOLOGY_DRAFT, apology.unit)
    if not (may or reads.may(by, Permission.APOLOGY_DRAFT, apology.dossier)):
        raise PermissionDenied
    return apology
