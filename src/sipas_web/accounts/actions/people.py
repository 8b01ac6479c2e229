"""Accounts: made, suspended, restored; never deleted, since the record speaks of them."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.accounts import queries
from sipas_web.accounts.actions.assigning import key_of_person
from sipas_web.accounts.models import Person
from sipas_web.accounts.permissions import Permission
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor


@transaction.atomic
def create_person(*, username: str, full_name: str, email: str, password: str, by: Actor) -> Person:
    """Make an account without a role; only at the server's terminal. Recorded with the login name."""
    by.require_everywhere(Permission.PERSON_INVITE)
    person = new_person(username=username, full_name=full_name, email=email, password=password)
    record(by=by, action="accounts.person_created", subject=person, details={"username": person.username})
    return person


@transaction.atomic
def suspend(*, person: Person, by: Actor) -> None:
    """Close an account; needs ``accounts.person_suspend`` over every area where they hold a role. Recorded."""
    _require_all(person, by)
    person.is_active = False
    person.save()
    record(by=by, action="accounts.person_suspended", subject=person)


@transaction.atomic
def restore(*, person: Person, by: Actor) -> None:
    """Open a suspended account again; needs what suspending needs. Recorded."""
    _require_all(person, by)
    person.is_active = True
    person.save()
    record(by=by, action="accounts.person_restored", subject=person)


def new_person(*, username: str, full_name: str, email: str, password: str, is_demonstration: bool = False) -> Person:
    """Write a checked account; the caller has asked and records."""
    if queries.by_username(username) is not None:
        raise ValidationError(
            _("The login name “%(name)s” is taken. Choose another."), params={"name": username.lower()}
        )
    person = Person(username=username.lower(), full_name=full_name, email=email, is_demonstration=is_demonstration)
    if not is_demonstration:
        validate_password(password, person)
    person.set_password(password)
    person.full_clean()
    person.save()
    return person


def _require_all(person: Person, by: Actor) -> None:
    if by.key == key_of_person(person):
        raise PermissionDenied(_("Nobody may suspend or restore themselves."))
    units = [assignment.unit for assignment in queries.holding_now(person)]
    by.require(Permission.PERSON_SUSPEND)
    for unit in units:
        by.require(Permission.PERSON_SUSPEND, unit)
    if not units:
        by.require_everywhere(Permission.PERSON_SUSPEND)
