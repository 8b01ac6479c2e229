"""Which units a report counts, who receives it, whose reports it merges. Days are included at both ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from sipas_web.accounts.backends import held_today
from sipas_web.audit.actors import Actor
from sipas_web.units import queries as units
from sipas_web.units.kinds import Kind
from sipas_web.units.models import Ancestry, Membership, Succession, Unit

REPORTING = (Kind.COUNTRY, Kind.PROVINCE, Kind.DISTRICT, Kind.COMMUNE, Kind.AGENCY, Kind.ONE_STOP)
LATELY = dt.timedelta(days=365)  # how long a unit that has ended may still have a report begun
# Of whom a unit expects reports, among those directly under it; a setting, for no text was read that lists them.
EXPECTED: dict[str, tuple[str, ...]] = {
    Kind.COUNTRY: (Kind.PROVINCE,),
    Kind.PROVINCE: (Kind.DISTRICT, Kind.COMMUNE, Kind.AGENCY),
    Kind.DISTRICT: (Kind.COMMUNE, Kind.AGENCY),
}


def counted(unit: Unit, first: dt.date, last: dt.date) -> dict[int, int]:
    """Give the units that a unit's report of a period counts, each with its steps below the unit. Two queries.

    A unit is counted where it lies on the last day of the period; one that ended within it and lies nowhere then, where
    it lay on its own last day. So on one level no two areas share a unit.
    """
    on_last = Ancestry.objects.filter(valid_from__lte=last, valid_to__gte=last)
    found = dict(on_last.filter(ancestor=unit).order_by("-depth").values_list("descendant_id", "depth"))
    ended = Ancestry.objects.filter(
        ~Exists(on_last.filter(descendant=OuterRef("descendant"))),
        ancestor=unit,
        descendant__valid_to__gte=first,
        descendant__valid_to__lt=last,
        valid_from__lte=F("descendant__valid_to"),
        valid_to__gte=F("descendant__valid_to"),
    )
    return dict(ended.order_by("-depth").values_list("descendant_id", "depth")) | found


def ended_before(area: Collection[int], first: dt.date) -> set[int]:
    """Give the units of an area that had ended before a day."""
    return set(Unit.objects.filter(valid_to__lt=first).values_list("pk", flat=True)) & set(area)


def receiver_of(unit: Unit, on: dt.date) -> Unit | None:
    """Give who receives a unit's report: the unit directly above it on a day; None for the whole country."""
    return units.parent_at(unit, on)


def inboxes(unit: Unit, on: dt.date) -> set[int]:
    """Give the units whose reports from below a unit merges: its own, and those of ended units it went on from."""
    ended = Ancestry.objects.filter(ancestor=unit, way="succeeded", valid_from__lte=on, valid_to__gte=on)
    continued = Ancestry.objects.filter(descendant=unit, way="continued", valid_from__lte=on, valid_to__gte=on)
    heirs = ended.values_list("descendant_id", flat=True)
    return {unit.pk, *heirs, *continued.values_list("ancestor_id", flat=True)}


def directly_under(receiver: Unit, kind: str, on: dt.date) -> list[Unit]:
    """List the units of a kind directly under a unit on a day."""
    inside = Membership.objects.filter(parent=receiver, valid_from__lte=on, valid_to__gte=on)
    return list(Unit.objects.filter(kind=kind, pk__in=inside.values("unit_id")).order_by("sort_key", "code"))


def own_units(by: Actor, permission: str) -> QuerySet[Unit]:
    """Units at which somebody holds a role with a permission: not those below them."""
    held = held_today(by.holder)
    if held is None:  # at the server's terminal
        return Unit.objects.filter(code=units.ROOT_CODE) if by.may(permission) else Unit.objects.none()
    return Unit.objects.filter(pk__in=held.areas(str(permission)))


def places(by: Actor, permission: str) -> QuerySet[Unit]:
    """Units for which somebody may write a report: their own, those these took over, those expected under them."""
    own = own_units(by, permission)
    on = units.today()
    below = Q()
    for above, kinds in EXPECTED.items():
        mine = Membership.objects.filter(parent__in=own.filter(kind=above), valid_from__lte=on, valid_to__gte=on)
        below |= Q(kind__in=kinds, pk__in=mine.values("unit_id"))
    over = [unit.pk for unit in taken_over(own, on - LATELY)]
    found = Unit.objects.filter(Q(pk__in=own.values("pk")) | Q(pk__in=over) | below)
    return found.filter(kind__in=REPORTING).order_by("kind", "sort_key", "code")


def taken_over(own: Collection[Unit] | QuerySet[Unit], since: dt.date) -> list[Unit]:
    """List the units that ended since a day and that one of some units alone goes on from: their reports are its."""
    before = Succession.objects.filter(successor__in=own).values("unit")
    ended = Unit.objects.filter(pk__in=before, kind__in=REPORTING, valid_to__gte=since, valid_to__lt=units.today())
    return [unit for unit in ended.order_by("sort_key", "code") if units.successor_of(unit) is not None]


def named(ids: Collection[int]) -> dict[int, str]:
    """Give the full names of units."""
    return dict(Unit.objects.filter(pk__in=ids).values_list("pk", "full_name"))


def above(unit: Unit, on: dt.date) -> Unit | None:
    """Give the unit directly above one on a day, or on its last day where it has ended."""
    return units.parent_at(unit, min(max(on, unit.valid_from), units.last_day(unit)))


def receivers(by: Actor, permission: str) -> QuerySet[Unit]:
    """Units that expect reports and over which somebody holds a permission: provinces and above for the country."""
    areas = by.holder.areas_of(str(permission)) if by.may(permission) else []
    found = units.holding(Unit.objects.filter(kind__in=EXPECTED), units.today())
    if areas is None:
        return found.filter(kind__in=(Kind.COUNTRY, Kind.PROVINCE)).order_by("kind", "sort_key")
    return found.filter(pk__in=areas).order_by("-kind", "sort_key")
