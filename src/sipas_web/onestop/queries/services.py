"""Reads of online services: what was offered when, by class; classes are never converted."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import Count, Max, Min, Q, QuerySet
from django.utils.translation import gettext as _

from sipas_web.audit.actors import Actor
from sipas_web.onestop.models import OnlineService as OnlineService
from sipas_web.onestop.models import ServiceClass as ServiceClass
from sipas_web.onestop.permissions import Permission
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units.queries import Unit, today

SORTS = {"name": "sort_key", "code": "code", "since": "valid_from", "class": "service_class"}


@dataclass(frozen=True, slots=True)
class WantedService:
    """What a reader looks for; empty fields do not limit."""

    text: str = ""
    service_class: str = ""
    on: dt.date | None = None
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class YearLine:
    """How many procedures were offered on the last day of a year (today in this year), by class."""

    year: int
    on: dt.date
    counts: dict[str, int]


def visible(by: Actor) -> QuerySet[OnlineService]:
    """Services of units an actor may see."""
    services = OnlineService.objects.select_related("unit")
    areas = by.holder.areas_of(str(Permission.FACILITY_VIEW)) if by.may(Permission.FACILITY_VIEW) else []
    return services if areas is None else services.filter(unit__in=areas)


def service_for(by: Actor, service_id: int) -> OnlineService | None:
    """Give a service the actor may change."""
    services = OnlineService.objects.select_related("unit")
    areas = by.holder.areas_of(str(Permission.SERVICE_CHANGE)) if by.may(Permission.SERVICE_CHANGE) else []
    return (services if areas is None else services.filter(unit__in=areas)).filter(pk=service_id).first()


def found(by: Actor, wanted: WantedService, sort: str = "") -> QuerySet[OnlineService]:
    """Visible services that fit."""
    services = visible(by)
    if wanted.text:
        key = search_key(wanted.text)
        services = services.filter(Q(search_key__contains=key) | Q(code__startswith=wanted.text.strip()))
    if wanted.service_class:
        services = services.filter(service_class=wanted.service_class)
    if wanted.unit:
        services = services.filter(unit=wanted.unit)
    if wanted.on:
        services = services.filter(holding(wanted.on))
    column = SORTS.get(sort.removeprefix("-"), "sort_key")
    return services.order_by(f"-{column}" if sort.startswith("-") else column, "valid_from", "pk")


def holding(on: dt.date) -> Q:
    """Limit services to those offered on a day."""
    return Q(valid_from__lte=on) & (Q(valid_to__isnull=True) | Q(valid_to__gte=on))


def by_year(by: Actor) -> list[YearLine]:
    """Count procedures by class for each year from the first to this one, the newest first."""
    span = visible(by).aggregate(first=Min("valid_from"), last=Max("valid_from"))
    if span["first"] is None:
        return []
    years = range(min(span["first"].year, today().year), today().year + 1)
    return [_year(by, year) for year in reversed(years)]


def units_of(by: Actor) -> Sequence[Unit]:
    """List the units that offer services."""
    return list(Unit.objects.filter(pk__in=visible(by).order_by().values("unit")).order_by("sort_key", "code"))


class UnitNames:
    """Finds the unit that a list means by a code or a whole name; ValidationError where none or several fit.

    Departments of all provinces bear the same names: those in the areas of who hands the list in come first.
    """

    def __init__(self, texts: Collection[str], by: Actor, today: dt.date) -> None:
        self.today = today
        named = Unit.objects.filter(Q(code__in=texts) | Q(full_name__in=texts)).order_by("valid_from", "pk")
        areas = by.holder.areas_of(str(Permission.SERVICE_CHANGE))
        own = None if areas is None else set(named.filter(pk__in=areas).values_list("pk", flat=True))
        every: dict[str, list[Unit]] = defaultdict(list)
        for unit in named:
            for text in {unit.code, unit.full_name} & set(texts):
                every[text].append(unit)
        self.found = {
            text: [unit for unit in fitting if own is None or unit.pk in own] or fitting
            for text, fitting in every.items()
        }

    def unit_of(self, text: str, on: dt.date) -> Unit:
        """Give the unit of that day, else the one of today, else the last."""
        fitting = self.found.get(text, [])
        if not fitting:
            raise ValidationError(_("No unit bears this code or whole name."))
        for day in (on, self.today):
            there = [unit for unit in fitting if unit.holds(day)]
            if len(there) == 1:
                return there[0]
            if there:
                raise ValidationError(_("Several units bear this name; write the code of the one that is meant."))
        return fitting[-1]


def _year(by: Actor, year: int) -> YearLine:
    on = min(dt.date(year, 12, 31), today())
    rows = visible(by).filter(holding(on)).order_by().values("service_class").annotate(n=Count("pk"))
    return YearLine(year, on, {row["service_class"]: row["n"] for row in rows})
