"""Reads of the tree. Days are included at both ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from sipas_web.audit.actors import Actor
from sipas_web.audit.queries import last_details
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units.closure import FOREVER
from sipas_web.units.kinds import REGISTERED, Kind
from sipas_web.units.models import Ancestry, Membership
from sipas_web.units.models import Succession as Succession
from sipas_web.units.models import Unit as Unit
from sipas_web.units.permissions import Permission

ROOT_CODE = "VN"
MOST_NEAR = 5  # units named where a text fits several
SORTS = {"name": "sort_key", "code": "code", "kind": "kind", "since": "valid_from", "until": "valid_to"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for; empty fields do not limit."""

    text: str = ""
    kind: str = ""
    on: dt.date | None = None
    under: int | None = None


def today() -> dt.date:
    """Give the day in Việt Nam."""
    return timezone.localdate()


def root() -> Unit:
    """Give the whole country."""
    return Unit.objects.get(code=ROOT_CODE)


def by_id(unit_id: int) -> Unit | None:
    """Give a unit."""
    return Unit.objects.filter(pk=unit_id).first()


def by_code(code: str, on: dt.date) -> Unit | None:
    """Give the unit that bears a code on a day."""
    return holding(Unit.objects.filter(code=code), on).first()


def holding(units: QuerySet[Unit], on: dt.date) -> QuerySet[Unit]:
    """Limit units to those that exist on a day."""
    return units.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


def lies_under(unit: Unit, area: Unit, on: dt.date) -> bool:
    """Say whether a unit lies in an area on a day; a dissolved unit lies where its successors do. One indexed query."""
    return _lines(on).filter(descendant=unit, ancestor=area).exists()


def lies_under_any(unit: Unit, areas: Collection[int], on: dt.date) -> bool:
    """Say whether a unit lies in any of some areas (ids) on a day. One indexed query."""
    return _lines(on).filter(descendant=unit, ancestor__in=areas).exists()


def under_any(areas: Any, on: dt.date) -> QuerySet[Ancestry, int]:
    """Query the ids of all units that lie under any of the areas (ids) on a day, for use inside another query."""
    return _lines(on).filter(ancestor__in=areas).values_list("descendant_id", flat=True)


def over_any(units: Any, on: Any) -> QuerySet[Ancestry, int]:
    """Query the ids of all units above any of some units (ids), themselves included; ``on``: a day, or OuterRef."""
    return _lines(on).filter(descendant__in=units).values_list("ancestor_id", flat=True)


def lines_above(units: Any, on: dt.date) -> QuerySet[Ancestry, tuple[int, int]]:
    """Query each unit (ids) with each unit above it on a day, itself included."""
    return _lines(on).filter(descendant__in=units).values_list("descendant_id", "ancestor_id")


def visible(by: Actor) -> QuerySet[Unit]:
    """Units an actor may see: the register is public knowledge; agencies, desks and post offices in their areas."""
    if not by.may(Permission.UNIT_VIEW):
        return Unit.objects.none()
    areas = by.holder.areas_of(Permission.UNIT_VIEW)
    if areas is None:
        return Unit.objects.all()
    return Unit.objects.filter(Q(kind__in=REGISTERED) | Q(pk__in=areas))


def found(by: Actor, wanted: Wanted, sort: str = "") -> QuerySet[Unit]:
    """Visible units that fit, in Vietnamese order unless asked otherwise."""
    units = visible(by)
    if wanted.text:
        units = units.filter(Q(search_key__contains=search_key(wanted.text)) | Q(code=wanted.text.strip()))
    if wanted.kind:
        units = units.filter(kind=wanted.kind)
    if wanted.on:
        units = holding(units, wanted.on)
    if wanted.under:
        on = wanted.on or today()
        units = units.filter(Exists(_lines(on).filter(ancestor=wanted.under, descendant=OuterRef("pk"), depth__gt=0)))
    column = SORTS.get(sort.removeprefix("-"), "sort_key")
    return units.order_by(f"-{column}" if sort.startswith("-") else column, "code", "valid_from")


def matching(rows: QuerySet[Unit], text: str) -> tuple[Unit | None, list[Unit]]:
    """Find the one unit a text names by code or full name; else those that come near."""
    key = search_key(text)
    exact = list(rows.filter(Q(code=text.strip()) | Q(search_key=key))[: MOST_NEAR + 1])
    if len(exact) == 1:
        return exact[0], []
    near = exact or list(rows.filter(search_key__contains=key)[: MOST_NEAR + 1]) if key else []
    return (near[0], []) if len(near) == 1 else (None, near[:MOST_NEAR])


def of_today(areas: Any = None) -> QuerySet[Unit]:
    """Units of today, in some areas (ids) only where given."""
    rows = holding(Unit.objects.all(), today()).order_by("sort_key", "code")
    return rows if areas is None else rows.filter(pk__in=areas)


def path(unit: Unit, on: dt.date) -> list[Unit]:
    """Give the units above a unit on a day, from the country down."""
    lines = _lines(on).filter(descendant=unit, depth__gt=0, way="own").select_related("ancestor")
    return [line.ancestor for line in lines.order_by("-depth")]


def members(unit: Unit, on: dt.date, by: Actor) -> QuerySet[Unit]:
    """Visible units directly under a unit on a day."""
    inside = Membership.objects.filter(parent=unit, valid_from__lte=on, valid_to__gte=on)
    return visible(by).filter(pk__in=inside.values("unit_id")).order_by("kind", "sort_key", "code")


def successions_of(unit: Unit) -> QuerySet[Succession]:
    """Who took over."""
    return Succession.objects.filter(unit=unit).select_related("successor").order_by("on", "successor__sort_key")


def successor_of(unit: Unit, on: dt.date | None = None) -> Unit | None:
    """Give the one unit that continues another on a day (today), mergers followed; None: there is none, or several."""
    there, seen = on or today(), {unit.pk}
    while not unit.holds(there):
        after = [row.successor for row in successions_of(unit)[:2]]
        if len(after) != 1 or after[0].pk in seen:
            return None
        unit = after[0]
        seen.add(unit.pk)
    return unit


def precedents_of(unit: Unit) -> QuerySet[Succession]:
    """Whom it took over."""
    return Succession.objects.filter(successor=unit).select_related("unit").order_by("on", "unit__sort_key")


def states_of(unit: Unit) -> QuerySet[Unit]:
    """Every state under the same code, in order of time."""
    return Unit.objects.filter(code=unit.code).order_by("valid_from")


def parent_at(unit: Unit, on: dt.date) -> Unit | None:
    """Give the unit directly above on a day."""
    line = Membership.objects.filter(unit=unit, valid_from__lte=on, valid_to__gte=on).select_related("parent").first()
    return line.parent if line else None


def parents_at(units: Collection[int], on: dt.date) -> dict[int, Unit]:
    """Give the unit directly above each of some units (ids) on a day. One query."""
    lines = Membership.objects.filter(unit__in=units, valid_from__lte=on, valid_to__gte=on).select_related("parent")
    return {line.unit_id: line.parent for line in lines}


def first_commune(province: Unit, on: dt.date) -> Unit | None:
    """Give the first commune of a province on a day, in Vietnamese order."""
    return communes_of(province, on).first()


def communes_of(province: Unit, on: dt.date) -> QuerySet[Unit]:
    """List the communes of a province on a day, in Vietnamese order."""
    inside = Ancestry.objects.filter(ancestor=province, valid_from__lte=on, valid_to__gte=on, way="own")
    communes = Unit.objects.filter(kind=Kind.COMMUNE, pk__in=inside.values("descendant_id"))
    return communes.order_by("sort_key", "code")


def with_parents(units: QuerySet[Unit]) -> Iterator[tuple[Unit, str]]:
    """Give each unit with the code of the one above it on its last day. One query."""
    newest = Membership.objects.filter(unit=OuterRef("pk")).order_by("-valid_from").values("parent__code")[:1]
    for unit in units.annotate(parent_code=Subquery(newest)).iterator(chunk_size=1000):
        yield unit, unit.parent_code or ""


def register_is_behind(fingerprint: str) -> bool:
    """Say whether the register last loaded is another than the library's."""
    return fingerprint not in last_details("units.register_loaded")


def last_day(unit: Unit) -> dt.date:
    """Give a unit's last day; the end of time while it lasts."""
    return unit.valid_to or FOREVER


def _lines(on: Any) -> QuerySet[Ancestry]:
    return Ancestry.objects.filter(valid_from__lte=on, valid_to__gte=on)
