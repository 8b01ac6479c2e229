"""Giving, ending and delegating roles."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.accounts import queries
from sipas_web.accounts.models import Assignment, Person, Role
from sipas_web.accounts.permissions import Permission
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.units import queries as units
from sipas_web.units.closure import DAY
from sipas_web.units.models import Unit


@transaction.atomic
def appoint(
    *, person: Person, role: Role, unit: Unit, since: dt.date, by: Actor, until: dt.date | None = None
) -> Assignment:
    """Give a role over an area; needs ``accounts.assignment_change`` there. Nobody gives a role to themselves.

    Recorded with the role, the area and the period.
    """
    by.require(Permission.ASSIGNMENT_CHANGE, unit)
    if by.key == key_of_person(person):
        raise PermissionDenied(_("Nobody may give a role to themselves."))
    made = write_assignment(person=person, role=role, unit=unit, since=since, until=until)
    record(by=by, action="accounts.role_assigned", subject=person, unit=unit, details=told(made))
    return made


@transaction.atomic
def end(*, assignment: Assignment, on: dt.date, by: Actor) -> None:
    """End a role; ``on`` is its last day. Needs ``accounts.assignment_change`` there, or to be who delegated it.

    Recorded with the role, the area and the last day.
    """
    given = assignment.delegated_from
    if given is None or by.key != key_of_person(given.person):
        by.require(Permission.ASSIGNMENT_CHANGE, assignment.unit)
    if assignment.until is not None and assignment.until < on:
        raise ValidationError(_("The role has ended before that day."))
    if on < max(assignment.since, queries.today() - DAY):
        raise ValidationError(_("A role ends yesterday at the earliest, and not before its first day."))
    assignment.until = on
    assignment.save()
    record(
        by=by,
        action="accounts.assignment_ended",
        subject=assignment.person,
        unit=assignment.unit,
        details=told(assignment),
    )


@transaction.atomic
def delegate(
    *, assignment: Assignment, to: Person, unit: Unit, since: dt.date, until: dt.date, by: Actor
) -> Assignment:
    """Hand one's own role to another for a period, over its area or a part of it. Recorded with both.

    The delegated role holds only while the giver's does, and cannot be handed on.
    """
    if by.key != key_of_person(assignment.person):
        raise PermissionDenied(_("A role is delegated only by who holds it."))
    held = queries.delegable(assignment.person).filter(pk=assignment.pk).first()
    if held is None:
        raise ValidationError(_("This role is not yours today or may not be delegated."))
    if to.pk == assignment.person_id or not to.is_active:
        raise ValidationError(_("Choose another person with an active account."))
    if not units.lies_under(unit, assignment.unit, queries.today()):
        raise ValidationError(_("The unit is outside the area of your role."))
    if since > until or since < assignment.since or (assignment.until is not None and until > assignment.until):
        raise ValidationError(_("The period must lie within that of your own role."))
    made = write_assignment(
        person=to, role=assignment.role, unit=unit, since=since, until=until, delegated_from=assignment
    )
    details = {**told(made), "from": assignment.person.full_name}
    record(by=by, action="accounts.role_delegated", subject=to, unit=unit, details=details)
    return made


def write_assignment(
    *,
    person: Person,
    role: Role,
    unit: Unit,
    since: dt.date,
    until: dt.date | None,
    delegated_from: Assignment | None = None,
) -> Assignment:
    """Write an assignment after checking what holds for all; the caller has asked and records."""
    if until is not None and until < since:
        raise ValidationError(_("The last day lies before the first."))
    if units.last_day(unit) < queries.today():
        raise ValidationError(_("The unit no longer exists."))
    if role.area is not None and not units.lies_under(unit, role.area, queries.today()):
        raise ValidationError(_("This role belongs to another area."))
    return Assignment.objects.create(
        person=person, role=role, unit=unit, since=since, until=until, delegated_from=delegated_from
    )


def key_of_person(person: Person) -> str:
    """Name a person as the record does."""
    return f"person:{person.pk}"


def told(assignment: Assignment) -> dict[str, str | None]:
    """Tell an assignment as the record does."""
    until = assignment.until.isoformat() if assignment.until else None
    return {"role": assignment.role.code, "since": assignment.since.isoformat(), "until": until}
