"""Post offices, the communes they serve, and who carries cases from them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from sipas_web.accounts.queries import Assignment as RoleHeld
from sipas_web.accounts.queries import Person, in_force
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.models import ServedArea
from sipas_web.fieldwork.permissions import Permission
from sipas_web.rounds.queries import Round
from sipas_web.units import queries as units
from sipas_web.units.kinds import Kind
from sipas_web.units.queries import Unit, today


def offices_of(round_: Round) -> QuerySet[Unit]:
    """Post offices of a round's area that exist today."""
    below = units.under_any([round_.unit_id], today())
    return units.holding(Unit.objects.filter(kind=Kind.POST_OFFICE, pk__in=below), today())


def offices_for(by: Actor, round_: Round, permission: str = Permission.CASE_ASSIGN) -> QuerySet[Unit]:
    """Post offices of a round over which the actor holds a permission, in Vietnamese order."""
    offices = offices_of(round_)
    areas = by.holder.areas_of(str(permission)) if by.may(permission) else []
    offices = offices if areas is None else offices.filter(pk__in=areas)
    return offices.order_by("sort_key", "code")


def office_for(by: Actor, round_: Round, office_id: int, permission: str = Permission.CASE_ASSIGN) -> Unit | None:
    """Give a post office of a round if the actor holds a permission over it."""
    return offices_for(by, round_, permission).filter(pk=office_id).first()


def carriers(offices: Collection[int]) -> dict[int, list[Person]]:
    """Give, for each office (ids), the people who carry cases over its area today, in Vietnamese order.

    An interviewer carries for an office inside the area of the role, and for one that serves a commune of that area.
    Three queries, however many offices.
    """
    reach = _reach(offices)
    held = RoleHeld.objects.filter(
        in_force(today()),
        person__is_active=True,
        role__permissions__permission=Permission.CASE_CARRY,
        unit__in=set().union(*reach.values()) if reach else [],
    )
    areas: dict[int, set[int]] = {}
    for person, unit in held.values_list("person_id", "unit_id"):
        areas.setdefault(person, set()).add(unit)
    people = Person.objects.filter(pk__in=areas).order_by("sort_key", "pk")
    return {office: [p for p in people if areas[p.pk] & reach[office]] for office in reach}


def areas_of_carriers(people: Iterable[int]) -> dict[int, set[int]]:
    """Give the units over which each of some people (ids) carries cases today. One query."""
    held = RoleHeld.objects.filter(
        in_force(today()), person__in=set(people), role__permissions__permission=Permission.CASE_CARRY
    )
    areas: dict[int, set[int]] = {}
    for person, unit in held.values_list("person_id", "unit_id"):
        areas.setdefault(person, set()).add(unit)
    return areas


def served(offices: Any) -> QuerySet[ServedArea]:
    """List what some offices (ids) are set to serve."""
    return ServedArea.objects.filter(office__in=offices).select_related("commune", "office")


def offices_carried_by(by: Actor) -> QuerySet[Unit] | None:
    """Post offices for which the actor carries cases today; None for no limit."""
    if not by.may(Permission.CASE_CARRY):
        return Unit.objects.none()
    areas = by.holder.areas_of(str(Permission.CASE_CARRY))
    if areas is None:
        return None
    serves = ServedArea.objects.filter(office=OuterRef("pk"), commune__in=areas)
    return Unit.objects.filter(Q(pk__in=areas) | Q(Exists(serves)), kind=Kind.POST_OFFICE)


def _reach(offices: Collection[int]) -> dict[int, set[int]]:
    """Give, for each office, the units over which a role reaches it: those above it, and what it serves and above."""
    serving: dict[int, set[int]] = {office: {office} for office in offices}
    for office, commune in ServedArea.objects.filter(office__in=offices).values_list("office_id", "commune_id"):
        serving[office].add(commune)
    above: dict[int, set[int]] = {}
    for below, ancestor in units.lines_above(set().union(*serving.values()) if serving else set(), today()):
        above.setdefault(below, set()).add(ancestor)
    return {office: set().union(*(above.get(unit, set()) for unit in found)) for office, found in serving.items()}
