"""Sending letters by e-mail and text message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sipas_web.audit.actors import ActorRequest
from sipas_web.onestop.actions import sending
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries import apologies as reads
from sipas_web.shared.access import needs


@needs(Permission.APOLOGY_DRAFT)
@require_POST
def send(request: ActorRequest, apology_id: int) -> HttpResponse:
    """Ask that a signed letter leave as a message."""
    found = reads.letter_for(request.actor, apology_id)
    if found is None:
        raise Http404
    way = request.POST.get("way", "")
    said = _("The message waits for the gateway; the letter counts as sent as soon as it was taken.")
    _told(request, lambda: sending.queue(apology_id=found.pk, way=way, by=request.actor), said)
    return redirect("apology_detail", found.pk)


@needs(Permission.APOLOGY_DRAFT)
@require_POST
def again(request: ActorRequest, message_id: int) -> HttpResponse:
    """Try a message again."""
    apology_id = _letter_of(request, message_id)
    said = _("The message is tried again.")
    _told(request, lambda: sending.try_again(message_id=message_id, by=request.actor), said)
    return redirect("apology_detail", apology_id)


@needs(Permission.APOLOGY_DRAFT)
@require_POST
def call_off(request: ActorRequest, message_id: int) -> HttpResponse:
    """Call a message off."""
    apology_id = _letter_of(request, message_id)
    said = _("The message was called off.")
    _told(request, lambda: sending.call_off(message_id=message_id, by=request.actor), said)
    return redirect("apology_detail", apology_id)


def _letter_of(request: ActorRequest, message_id: int) -> int:
    message = reads.message_for(request.actor, message_id)
    if message is None:
        raise Http404
    return message.apology_id


def _told(request: ActorRequest, act: Callable[[], Any], said: str) -> None:
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, said)
