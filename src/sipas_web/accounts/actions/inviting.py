"""Invitations: an account is made by the person it is for."""

from __future__ import annotations

import datetime as dt
import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.accounts import queries
from sipas_web.accounts.actions.assigning import told, write_assignment
from sipas_web.accounts.actions.people import new_person
from sipas_web.accounts.models import Invitation, Person, Role
from sipas_web.accounts.permissions import Permission
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor, Nothing
from sipas_web.units.models import Unit

SECRET_BYTES = 32


@transaction.atomic
def invite(
    *,
    email: str,
    full_name: str,
    role: Role,
    unit: Unit,
    since: dt.date,
    base_url: str,
    by: Actor,
    until: dt.date | None = None,
) -> str:
    """Invite someone to make an account with a first role; gives the address that opens the invitation.

    Needs ``accounts.person_invite`` and ``accounts.assignment_change`` over the area. Recorded without the address.
    The mail leaves when everything is written.
    """
    by.require(Permission.PERSON_INVITE, unit)
    by.require(Permission.ASSIGNMENT_CHANGE, unit)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    made = Invitation(email=email, full_name=full_name, role=role, unit=unit, since=since, until=until)
    made.secret_hash = queries.hash_of(secret)
    made.expires = timezone.now() + dt.timedelta(days=settings.INVITATION_DAYS)
    made.full_clean(exclude=["person", "withdrawn", "until"])
    if until is not None and until < since:
        raise ValidationError(_("The last day lies before the first."))
    made.save()
    record(by=by, action="accounts.invited", subject=made, unit=unit, details={"role": role.code})
    url = f"{base_url}{secret}/"
    transaction.on_commit(lambda: _send(made, url, by.name))
    return url


@transaction.atomic
def withdraw(*, invitation: Invitation, by: Actor) -> None:
    """Close an invitation; needs ``accounts.person_invite`` over its area. Recorded."""
    by.require(Permission.PERSON_INVITE, invitation.unit)
    invitation.withdrawn = timezone.now()
    invitation.save()
    record(by=by, action="accounts.invitation_withdrawn", subject=invitation, unit=invitation.unit)


@transaction.atomic
def accept(*, secret: str, username: str, password: str, origin: str) -> Person:
    """Make the account and give it its first role. Recorded as an act of the invitation."""
    invitation = queries.open_invitation(secret)
    if invitation is None:
        raise ValidationError(_("This invitation is no longer valid."))
    person = new_person(username=username, full_name=invitation.full_name, email=invitation.email, password=password)
    made = write_assignment(
        person=person,
        role=invitation.role,
        unit=invitation.unit,
        since=invitation.since,
        until=invitation.until,
    )
    invitation.person = person
    invitation.save()
    by = Actor(f"invitation:{invitation.pk}", invitation.full_name, "", origin, Nothing())
    record(by=by, action="accounts.invitation_accepted", subject=person, unit=invitation.unit, details=told(made))
    return person


def _send(invitation: Invitation, url: str, inviter: str) -> None:
    told_to = {"invitation": invitation, "url": url, "inviter": inviter, "days": settings.INVITATION_DAYS}
    body = render_to_string("accounts/mail/invitation.txt", told_to)
    send_mail(_("Invitation to SIPAS"), body, None, [invitation.email], fail_silently=True)
