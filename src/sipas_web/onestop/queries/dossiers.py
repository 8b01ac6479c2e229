"""Reads of dossiers, limited to what an actor may see: of agencies in their areas, and of sources of units there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import ExpressionWrapper, F, IntegerField, Max, Q, QuerySet, Sum, Value

from sipas_web.audit.actors import Actor
from sipas_web.onestop.models import Channel as Channel
from sipas_web.onestop.models import Dossier as Dossier
from sipas_web.onestop.models import MonthCount
from sipas_web.onestop.models import Outcome as Outcome
from sipas_web.onestop.models import ProcedureField as ProcedureField
from sipas_web.onestop.permissions import Permission
from sipas_web.onestop.queries.sources import sources_for
from sipas_web.privacy.identity import dossier_key
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

ENDED = (Outcome.EARLY, Outcome.ON_TIME, Outcome.LATE)
# What a list can be of: outcomes, and how those in progress stand today.
OPEN, OVERDUE, WAITING, DUE_SOON = "open", "overdue", "waiting", "due_soon"
STANDINGS = {
    "early": Outcome.EARLY, "on_time": Outcome.ON_TIME, "late": Outcome.LATE, "stopped": Outcome.STOPPED,
    "undated": Outcome.UNDATED,
}  # fmt: skip
SORTS = {"received": "received", "due": "due", "finished": "finished"}
SOON = dt.timedelta(days=7)
WIDE = 0.05  # share of all dossiers above which a list is a wide one
MOST_COUNTED = 10_000  # of a list: counting a million takes longer than anybody reads


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for; empty fields do not limit."""

    number: str = ""
    unit: int | None = None  # an agency, or one above agencies
    field: int | None = None
    standing: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    source: int | None = None
    is_below: bool = False  # with unit: its own and those of the units under it


@dataclass(frozen=True, slots=True)
class Scope:
    """What an actor may see, as ids; agencies None: everything."""

    agencies: frozenset[int] | None
    sources: frozenset[int]
    outside: frozenset[int] = frozenset()  # agencies elsewhere whose dossiers came through these sources

    def where(self, agency: str = "agency") -> Q:
        """Limit dossiers, or their counts; each part begins with the agency, so that one index serves them all."""
        if self.agencies is None:
            return Q()
        found = Q(**{f"{agency}__in": self.agencies})
        if self.sources:
            found |= Q(**{f"{agency}__isnull": True}, source__in=self.sources)
        if self.outside:
            found |= Q(**{f"{agency}__in": self.outside}, source__in=self.sources)
        return found


def scope_of(by: Actor, permission: str = Permission.DOSSIER_VIEW) -> Scope:
    """Give what an actor may see. Three queries."""
    areas = by.holder.areas_of(str(permission)) if by.may(permission) else []
    if areas is None:
        return Scope(None, frozenset())
    agencies = frozenset(areas)
    sources = frozenset(sources_for(by, permission).values_list("pk", flat=True))
    through = (
        MonthCount.objects.filter(source__in=sources, agency__isnull=False) if sources else MonthCount.objects.none()
    )
    outside = frozenset(through.order_by().values_list("agency", flat=True).distinct()) - agencies
    return Scope(agencies, sources, outside)


def visible(by: Actor, permission: str = Permission.DOSSIER_VIEW) -> QuerySet[Dossier]:
    """Dossiers an actor may see."""
    return Dossier.objects.filter(scope_of(by, permission).where())


def dossier_for(by: Actor, dossier_id: int, permission: str = Permission.DOSSIER_VIEW) -> Dossier | None:
    """Give a dossier the actor may see."""
    found = visible(by, permission).select_related("source__unit", "agency", "procedure", "field", "agency_name")
    return found.select_related("receiver_name", "last_file", "first_file").filter(pk=dossier_id).first()


def found(by: Actor, wanted: Wanted, sort: str = "") -> QuerySet[Dossier]:
    """Visible dossiers that fit."""
    dossiers = _in_scope(by, wanted).select_related("agency", "procedure", "field", "agency_name", "source")
    if wanted.number:
        dossiers = dossiers.filter(number=dossier_key(wanted.number))
    if wanted.unit:
        dossiers = dossiers.filter(agency__in=_units(wanted))
    if wanted.field:
        dossiers = dossiers.filter(field=wanted.field)
    if wanted.source:
        dossiers = dossiers.filter(source=wanted.source)
    dossiers = dossiers.filter(_standing(wanted.standing), _period(wanted))
    column = SORTS.get(sort.removeprefix("-"), "")
    if not column:
        column, sort = ("due", "") if wanted.standing in {OPEN, OVERDUE, DUE_SOON} else ("received", "-")
    return dossiers.order_by(f"-{column}" if sort.startswith("-") else column, "pk")


def due_soon(by: Actor, until: dt.date, permission: str = Permission.DOSSIER_VIEW) -> QuerySet[Dossier]:
    """Dossiers in progress, not waiting for their applicant, that are due from today to a day."""
    where = Q(outcome=Outcome.OPEN, waiting_since=None, due__range=(units.today(), until))
    return visible(by, permission).filter(where).order_by("due", "pk")


def late(by: Actor, first: dt.date, last: dt.date, permission: str = Permission.DOSSIER_VIEW) -> QuerySet[Dossier]:
    """Dossiers that became late in a period: finished late in it, or in progress and due before its last day."""
    ended = Q(outcome=Outcome.LATE, finished__range=(first, last))
    return visible(by, permission).filter(ended | overdue_on(last)).order_by("due", "pk")


def overdue_on(day: dt.date) -> Q:
    """Limit to those in progress whose due day is over on a day and that did not wait for their applicant then."""
    return Q(outcome=Outcome.OPEN, due__lt=day) & (Q(waiting_since=None) | Q(waiting_since__gt=day))


def fields() -> QuerySet[ProcedureField]:
    """List the fields of procedures in Vietnamese order."""
    return ProcedureField.objects.order_by("sort_key", "pk")


def under(unit_ids: Collection[int], on: dt.date) -> dict[int, frozenset[int]]:
    """Give, for each unit, the units that lie under it on a day, itself included."""
    lines = units.under_any(unit_ids, on).values_list("ancestor_id", "descendant_id").distinct()
    held: dict[int, set[int]] = {pk: {pk} for pk in unit_ids}
    for above, below in lines:
        held[above].add(below)
    return {pk: frozenset(found) for pk, found in held.items()}


def choosable(by: Actor) -> QuerySet[Unit]:
    """Units that an actor may choose in a filter: those in their areas that have dossiers."""
    scope = scope_of(by)
    there = Unit.objects.filter(pk__in=Dossier.objects.order_by().values("agency").distinct())
    return there if scope.agencies is None else there.filter(pk__in=scope.agencies)


def _in_scope(by: Actor, wanted: Wanted) -> QuerySet[Dossier]:
    """Limit to what an actor may see; SQLite reads a wide list in its order instead of sorting all of it."""
    scope = scope_of(by)
    is_free = not (wanted.unit or wanted.number or wanted.standing)
    if connection.vendor != "sqlite" or scope.agencies is None or not is_free or not _is_wide(scope):
        return Dossier.objects.filter(scope.where())
    place = ExpressionWrapper(F("agency_id") + Value(0), IntegerField())  # a sum: no index of agencies is taken for it
    return Dossier.objects.alias(place=place).filter(scope.where("place"))


def _is_wide(scope: Scope) -> bool:
    """Say whether an actor sees a good part of all dossiers."""
    seen = MonthCount.objects.filter(scope.where()).aggregate(n=Sum("received"))["n"] or 0
    newest = Dossier.objects.aggregate(n=Max("pk"))["n"] or 0
    return bool(seen > WIDE * newest)


def _units(wanted: Wanted) -> Any:
    if not wanted.is_below:
        return [wanted.unit]
    return units.under_any([wanted.unit], wanted.last or units.today())


def _standing(standing: str) -> Q:
    today = units.today()
    if standing == OPEN:
        return Q(outcome=Outcome.OPEN)
    if standing == OVERDUE:
        return overdue_on(today)
    if standing == WAITING:
        return Q(outcome=Outcome.OPEN, waiting_since__isnull=False)
    if standing == DUE_SOON:
        return Q(outcome=Outcome.OPEN, waiting_since=None, due__range=(today, today + SOON))
    return Q(outcome=STANDINGS[standing]) if standing in STANDINGS else Q()


def _period(wanted: Wanted) -> Q:
    """Limit by the day of the end where the list is of ended ones, else by the day of receipt."""
    column = "finished" if wanted.standing in {"early", "on_time", "late", "undated"} else "received"
    where = Q()
    if wanted.standing in {OPEN, OVERDUE, WAITING, DUE_SOON}:
        return where
    if wanted.first:
        where &= Q(**{f"{column}__gte": wanted.first})
    if wanted.last:
        where &= Q(**{f"{column}__lte": wanted.last})
    return where
