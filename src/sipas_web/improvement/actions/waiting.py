"""The secret address of a person's own calendar."""

from __future__ import annotations

import secrets

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from sipas_web.accounts.queries import Person, hash_of
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import CalendarFeed


@transaction.atomic
def renew_calendar(*, by: Actor) -> str:
    """Make a new secret of one's own calendar; the old address ends. Gives it once: only its hash is kept."""
    person = by.holder
    if not isinstance(person, Person):
        raise PermissionDenied
    secret = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        person=person, defaults={"secret_hash": hash_of(secret), "made": timezone.now()}
    )
    record(by=by, action="improvement.calendar_renewed", subject=person)
    return secret


@transaction.atomic
def close_calendar(*, by: Actor) -> None:
    """End the address of one's own calendar."""
    person = by.holder
    if not isinstance(person, Person):
        raise PermissionDenied
    if CalendarFeed.objects.filter(person=person).delete()[0]:
        record(by=by, action="improvement.calendar_closed", subject=person)
