"""Units a person may choose when entering something."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from sipas_web.accounts.backends import held_today
from sipas_web.audit.actors import Actor
from sipas_web.units import queries as units
from sipas_web.units.kinds import Kind
from sipas_web.units.models import Membership
from sipas_web.units.queries import Unit
from sipas_web.units.queries import matching as matching

HEADS = (Kind.COUNTRY, Kind.PROVINCE, Kind.DISTRICT, Kind.COMMUNE, Kind.AGENCY)
SIGNING = (Kind.PROVINCE, Kind.DISTRICT, Kind.COMMUNE, Kind.AGENCY, Kind.ONE_STOP)
MOST_TICKED = 250


def allowed(by: Actor, *permissions: str) -> QuerySet[Unit]:
    """Units of today in the areas where the actor holds any of the permissions, in Vietnamese order."""
    rows = units.holding(Unit.objects.all(), units.today())
    limits, everything = Q(pk__in=[]), False
    for permission in permissions:
        areas = by.holder.areas_of(str(permission)) if by.may(permission) else []
        everything = everything or areas is None
        limits |= Q() if areas is None else Q(pk__in=areas)
    return (rows if everything else rows.filter(limits)).order_by("sort_key", "code")


def everywhere() -> QuerySet[Unit]:
    """All units of today: an issuer may stand anywhere."""
    return units.holding(Unit.objects.all(), units.today()).order_by("sort_key", "code")


def members_of(by: Actor, permission: str) -> list[Unit]:
    """List the units directly under the areas at which the actor holds a permission, to be ticked in a list."""
    held = held_today(by.holder)
    areas = held.areas(str(permission)) if held else []
    inside = Membership.objects.filter(parent__in=areas, valid_from__lte=units.today(), valid_to__gte=units.today())
    rows = units.holding(Unit.objects.filter(pk__in=inside.values("unit")), units.today())
    return list(rows.filter(kind__in=SIGNING).order_by("kind", "sort_key", "code")[:MOST_TICKED])


def everywhere_above(by: Actor, permission: str) -> QuerySet[Unit]:
    """Units whose head others sign with: the areas at which the actor holds a permission, and those above them."""
    held = held_today(by.holder)
    if held is None:
        return everywhere().filter(kind__in=HEADS)
    above = units.over_any(list(held.areas(str(permission))), units.today())
    return everywhere().filter(pk__in=above).order_by("kind", "sort_key")
