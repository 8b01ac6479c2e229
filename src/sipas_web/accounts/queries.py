"""Reads of people and roles. Days are included at both ends."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from sipas_web.accounts.models import Assignment as Assignment
from sipas_web.accounts.models import Invitation
from sipas_web.accounts.models import Person as Person
from sipas_web.accounts.models import Role as Role
from sipas_web.accounts.permissions import Permission
from sipas_web.audit.actors import Actor
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units import queries as units
from sipas_web.units.queries import today as today


@dataclass(frozen=True, slots=True)
class Grant:
    """A permission over an area."""

    permission: str
    unit_id: int
    is_country: bool


@dataclass(frozen=True, slots=True)
class Held:
    """Everything a person holds on a day."""

    on: dt.date
    grants: frozenset[Grant]
    roles: tuple[str, ...]
    needs_second_factor: bool

    def areas(self, permission: str) -> frozenset[int]:
        """Give the ids of the areas over which a permission is held."""
        return frozenset(g.unit_id for g in self.grants if g.permission == permission)

    def over_country(self, permission: str) -> bool:
        """Say whether a permission is held over the whole country."""
        return any(g.is_country for g in self.grants if g.permission == permission)


def in_force(on: dt.date) -> Q:
    """Limit assignments to those that hold on a day; a delegated one only while the one it comes from holds."""
    own = Q(since__lte=on) & (Q(until__isnull=True) | Q(until__gte=on))
    giver = Q(delegated_from__since__lte=on, delegated_from__person__is_active=True) & (
        Q(delegated_from__until__isnull=True) | Q(delegated_from__until__gte=on)
    )
    return own & (Q(delegated_from__isnull=True) | giver)


def held(person: Person, on: dt.date) -> Held:
    """Give everything a person holds on a day. Two queries."""
    assignments = (
        Assignment.objects
        .filter(in_force(on), person=person)
        .select_related("role", "unit")
        .prefetch_related("role__permissions")
    )
    grants: set[Grant] = set()
    for a in assignments:
        country = a.unit.code == units.ROOT_CODE
        grants |= {Grant(p.permission, a.unit_id, country) for p in a.role.permissions.all()}
    roles = tuple(sorted({a.role.code for a in assignments}))
    return Held(on, frozenset(grants), roles, any(a.role.needs_second_factor for a in assignments))


def people(by: Actor, text: str = "", role: str = "") -> QuerySet[Person]:
    """People with a role, at any time, at a unit where the actor may see people."""
    found = _visible_people(by)
    if text:
        found = found.filter(Q(search_key__contains=search_key(text)) | Q(username=text.lower()))
    if role:
        mine = Assignment.objects.filter(in_force(today()), person=OuterRef("pk"), role__code=role)
        found = found.filter(Exists(mine))
    current = Assignment.objects.filter(in_force(today())).select_related("role", "unit")
    return found.prefetch_related(Prefetch("assignments", current, to_attr="current")).order_by("sort_key", "pk")


def person(by: Actor, person_id: int) -> Person | None:
    """Give someone the actor may see."""
    return _visible_people(by).filter(pk=person_id).first()


def assignments_of(someone: Person) -> QuerySet[Assignment]:
    """Every role someone holds, held or will hold, newest first."""
    return (
        Assignment.objects
        .filter(person=someone)
        .select_related("role", "unit", "delegated_from__person")
        .order_by("-since", "pk")
    )


def holding_now(someone: Person) -> QuerySet[Assignment]:
    """The roles someone holds today."""
    return assignments_of(someone).filter(in_force(today()))


def assignment(assignment_id: int) -> Assignment | None:
    """Give an assignment."""
    return (
        Assignment.objects
        .select_related("person", "role", "unit", "delegated_from__person")
        .filter(pk=assignment_id)
        .first()
    )


def handed_over(someone: Person) -> QuerySet[Assignment]:
    """The roles someone delegated to others that are not over, by their last day."""
    given = Assignment.objects.filter(delegated_from__person=someone, until__gte=today())
    return given.select_related("role", "unit", "person").order_by("until", "pk")


def delegable(someone: Person) -> QuerySet[Assignment]:
    """The roles someone holds today and may delegate: their own, of roles that allow it."""
    return holding_now(someone).filter(role__may_delegate=True, delegated_from__isnull=True)


def roles() -> QuerySet[Role]:
    """Every role with its permissions."""
    return Role.objects.select_related("area").prefetch_related("permissions").order_by("rank", "code")


def shipped_roles() -> QuerySet[Role]:
    """Roles that came with the program."""
    return roles().filter(is_shipped=True)


def role(code: str) -> Role | None:
    """Give a role."""
    return roles().filter(code=code).first()


def roles_for(by: Actor) -> QuerySet[Role]:
    """Roles the actor can give: shipped ones, and those of the areas where they give roles."""
    areas = by.holder.areas_of(Permission.ASSIGNMENT_CHANGE)
    return roles() if areas is None else roles().filter(Q(area__isnull=True) | Q(area__in=areas))


def invitations(by: Actor) -> QuerySet[Invitation]:
    """Invitations not yet accepted, at units where the actor may invite."""
    waiting = Invitation.objects.filter(person__isnull=True, withdrawn__isnull=True).select_related("role", "unit")
    areas = by.holder.areas_of(Permission.PERSON_INVITE)
    return waiting if areas is None else waiting.filter(unit__in=areas)


def open_invitation(secret: str) -> Invitation | None:
    """Give the invitation that a secret opens, if it still does."""
    return (
        Invitation.objects
        .select_related("role", "unit")
        .filter(secret_hash=hash_of(secret), person__isnull=True, withdrawn__isnull=True, expires__gt=timezone.now())
        .first()
    )


def hash_of(secret: str) -> str:
    """Hash a secret of 256 random bits: needs no salt and no slowness."""
    return hashlib.sha256(secret.encode()).hexdigest()


def by_username(username: str) -> Person | None:
    """Give someone by their login name."""
    return Person.objects.filter(username=username.lower()).first()


def by_login(text: str) -> Person | None:
    """Give someone by login name or e-mail."""
    return Person.objects.filter(Q(username=text.lower()) | Q(email__iexact=text)).first() if text else None


def demonstration_people() -> QuerySet[Person]:
    """Accounts made for demonstration."""
    return Person.objects.filter(is_demonstration=True)


def has_second_factor(someone: Any) -> bool:
    """Say whether someone has a code generator or a passkey. One query."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user=someone, type__in=kinds).exists())


def _visible_people(by: Actor) -> QuerySet[Person]:
    if not by.may(Permission.PERSON_VIEW):
        return Person.objects.none()
    areas = by.holder.areas_of(Permission.PERSON_VIEW)
    if areas is None:
        return Person.objects.all()
    return Person.objects.filter(Exists(Assignment.objects.filter(person=OuterRef("pk"), unit__in=areas)))
