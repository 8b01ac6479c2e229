"""Reads of the set-up of rounds. Days are included at both ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from sipas_web.accounts import queries as accounts
from sipas_web.accounts.permissions import Permission as AccountPermission
from sipas_web.audit.actors import Actor
from sipas_web.rounds.models import MeasuredUnit as MeasuredUnit
from sipas_web.rounds.models import Milestone, Round, TargetValue
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import visible
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units import queries as units
from sipas_web.units.kinds import Kind
from sipas_web.units.models import Unit

SORTS = {"title": "sort_key", "year": "year", "unit": "unit__sort_key", "state": "state", "created": "created"}
MEASURABLE = (Kind.AGENCY, Kind.ONE_STOP)
PLACES = (Kind.COUNTRY, Kind.PROVINCE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader of the list looks for; empty fields do not limit."""

    text: str = ""
    year: int | None = None
    state: str = ""


def found(by: Actor, wanted: Wanted, sort: str = "") -> QuerySet[Round]:
    """Visible rounds that fit, newest first unless asked otherwise."""
    rounds = visible(by)
    if wanted.text:
        key = search_key(wanted.text)
        rounds = rounds.filter(Q(search_key__contains=key) | Q(unit__search_key__contains=key))
    if wanted.year:
        rounds = rounds.filter(year=wanted.year)
    if wanted.state:
        rounds = rounds.filter(state=wanted.state)
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        return rounds.order_by("-year", "sort_key", "pk")
    return rounds.order_by(f"-{column}" if sort.startswith("-") else column, "-year", "pk")


def years(by: Actor) -> list[int]:
    """List the years of visible rounds, newest first."""
    return list(visible(by).order_by("-year").values_list("year", flat=True).distinct())


def places(by: Actor) -> QuerySet[Unit]:
    """Provinces of today, or the country, where the actor may set rounds up."""
    found = units.holding(Unit.objects.filter(kind__in=PLACES), units.today())
    areas = by.holder.areas_of(str(Permission.ROUND_CHANGE)) if by.may(Permission.ROUND_CHANGE) else []
    if areas is not None:
        found = found.filter(pk__in=areas)
    return found.order_by("kind", "sort_key", "code")


def earlier(by: Actor) -> QuerySet[Round]:
    """Rounds that a new one may follow, newest first."""
    return visible(by).exclude(state="abandoned").order_by("-year", "sort_key", "pk")


def planned(round_: Round) -> dict[str, tuple[dt.date, dt.date]]:
    """Give the days of each part that has them."""
    rows = Milestone.objects.filter(round=round_).values_list("kind", "first", "last")
    return {kind: (first, last) for kind, first, last in rows}


def people_of(round_: Round, by: Actor) -> list[tuple[str, list[str]]]:
    """Name who works on the round by their role over its place, for those who may see people."""
    if not by.may(AccountPermission.PERSON_VIEW, round_.unit):
        return []
    today = units.today()
    assignments = (
        accounts.Assignment.objects
        .filter(accounts.in_force(today), person__is_active=True)
        .filter(unit__in=units.over_any([round_.unit_id], today))
        .filter(role__permissions__permission=Permission.ROUND_VIEW)
        .select_related("role", "person")
        .order_by("role__rank", "role__code", "person__sort_key")
        .distinct()
    )
    found: dict[str, list[str]] = {}
    for assignment in assignments:
        names = found.setdefault(assignment.role.name, [])
        if assignment.person.full_name not in names:
            names.append(assignment.person.full_name)
    return list(found.items())


def measured(round_: Round) -> QuerySet[MeasuredUnit]:
    """Units that are measured, in Vietnamese order."""
    return MeasuredUnit.objects.filter(round=round_).select_related("unit").order_by("unit__sort_key", "unit__code")


def measurable(round_: Round) -> QuerySet[Unit]:
    """Agencies and desks in the round's place on the last day of its window, in Vietnamese order."""
    inside = units.under_any([round_.unit_id], round_.window_to)
    own = Unit.objects.filter(kind__in=MEASURABLE, pk__in=inside)
    return units.holding(own, round_.window_to).order_by("sort_key", "code")


def candidates(round_: Round, *, text: str = "", kind: str = "", chosen: str = "") -> QuerySet[Unit]:
    """Measurable units that fit; ``chosen`` is yes, no or empty. Each says ``is_measured``."""
    mine = MeasuredUnit.objects.filter(round=round_, unit=OuterRef("pk"))
    found = measurable(round_).annotate(is_measured=Exists(mine))
    if text:
        found = found.filter(Q(search_key__contains=search_key(text)) | Q(code=text.strip()))
    if kind:
        found = found.filter(kind=kind)
    if chosen:
        found = found.filter(is_measured=chosen == "yes")
    return found


def names_in_lists(round_: Round, shown: Sequence[Unit]) -> dict[int, str]:
    """Give how the lists write the name of each unit shown, where somebody said so."""
    rows = MeasuredUnit.objects.filter(round=round_, unit__in=shown).values_list("unit_id", "name_in_lists")
    return dict(rows)


def counts_by_kind(round_: Round) -> dict[str, int]:
    """Count the measurable units of each kind."""
    rows = measurable(round_).order_by().values_list("kind").annotate(number=Count("pk"))
    return dict(rows)


def targets(round_: Round) -> QuerySet[TargetValue]:
    """Target values: of the whole round first, then by unit."""
    return TargetValue.objects.filter(round=round_).select_related("unit").order_by("unit__sort_key", "pk")
