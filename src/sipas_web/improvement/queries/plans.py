"""Reads of improvement plans: who sees them, which unit a plan of some results belongs to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Measure
from sipas_web.improvement.models import Plan as Plan
from sipas_web.improvement.models import PlanItem as PlanItem
from sipas_web.improvement.permissions import Permission
from sipas_web.results.queries.reading import Opened
from sipas_web.results.queries.reading_names import WHOLE
from sipas_web.rounds.queries import MeasuredUnit
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

State = Plan.State
OPEN = (State.DRAFT, State.ASKED, State.APPROVED)
PUBLIC = (State.APPROVED, State.CLOSED)  # seen by the owners of its measures too
SORTS = {"title": "sort_key", "year": "year", "unit": "unit__sort_key", "state": "state", "made": "created"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for; empty fields do not limit."""

    text: str = ""
    year: int | None = None
    state: str = ""
    unit: int | None = None  # under it


def visible(by: Actor, permission: str = Permission.PLAN_VIEW) -> QuerySet[Plan]:
    """Plans of the actor's areas; approved ones also where a unit of theirs owns a measure."""
    plans = Plan.objects.select_related("unit", "publication__round__unit")
    if not by.may(permission):
        return plans.none()
    areas = by.holder.areas_of(str(permission))
    if areas is None:
        return plans
    owned = Measure.objects.filter(plan=OuterRef("pk"), owner__in=areas)
    return plans.filter(Q(unit__in=areas) | Q(Exists(owned), state__in=PUBLIC))


def plan_for(by: Actor, plan_id: int) -> Plan | None:
    """Give a plan the actor may see."""
    return visible(by).filter(pk=plan_id).first()


def found(by: Actor, wanted: Wanted, sort: str = "") -> QuerySet[Plan]:
    """Visible plans that fit, with the number of their measures; the newest year first unless asked otherwise."""
    plans = visible(by)
    if wanted.text:
        plans = plans.filter(search_key__contains=search_key(wanted.text))
    if wanted.year:
        plans = plans.filter(year=wanted.year)
    if wanted.state:
        plans = plans.filter(state=wanted.state)
    if wanted.unit:
        plans = plans.filter(unit__in=units.under_any([wanted.unit], units.today()))
    standing = Q(measures__dropped__isnull=True)
    plans = plans.annotate(standing=Count("measures", filter=standing, distinct=True))
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        return plans.order_by("-year", "unit__sort_key", "-pk")
    return plans.order_by(f"-{column}" if sort.startswith("-") else column, "-pk")


def years(by: Actor) -> list[int]:
    """Years that visible plans are of, the newest first."""
    return list(visible(by).order_by("-year").values_list("year", flat=True).distinct())


def held(plan_id: int) -> Plan:
    """Hold a plan for a change until the end of the transaction."""
    rows = Plan.objects.select_for_update(of=("self",)).select_related("unit", "publication__round__unit")
    return rows.get(pk=plan_id)


def open_plan(opened: Opened, domain: str, unit: Unit) -> Plan | None:
    """Give the open plan that was made from a round's results of a domain, whichever version of them."""
    rows = Plan.objects.filter(publication__round=opened.round, unit=unit, state__in=OPEN)
    return rows.filter(domain_kind=kind_of(opened, domain), domain=domain).first()


def kind_of(opened: Opened, domain: str) -> str:
    """Give the kind of a domain whose page has the button: the ranked agencies; nothing: the whole round."""
    return opened.main_kind if domain else WHOLE


def unit_of(opened: Opened, domain: str) -> Unit:
    """Give the unit that some results are about; the round's own where the tree does not know the agency."""
    round_ = opened.round
    if not domain:
        return round_.unit
    tied = MeasuredUnit.objects.filter(round=round_, name_in_lists=domain).select_related("unit").first()
    if tied is not None:
        return tied.unit
    key = search_key(domain)
    for lead in ("ubnd ", "uy ban nhan dan "):
        key = key.removeprefix(lead)
    inside = units.under_any([round_.unit_id], round_.window_to)
    named = Unit.objects.filter(pk__in=inside).filter(search_key__in={key, search_key(domain)})
    rows = list(units.holding(named, round_.window_to)[:2])
    return rows[0] if len(rows) == 1 else round_.unit  # of two with the same name, neither is guessed


def asked_in(by: Actor) -> QuerySet[Plan]:
    """Plans that wait for the actor's approval."""
    return visible(by, Permission.PLAN_APPROVE).filter(_in_areas(by, Permission.PLAN_APPROVE), state=State.ASKED)


def used(unit_ids: Collection[int], first: dt.date, last: dt.date) -> QuerySet[Plan]:
    """Plans of some units approved in a period: how the index was used."""
    rows = Plan.objects.filter(unit__in=unit_ids, approved__date__gte=first, approved__date__lte=last)
    return rows.select_related("unit", "publication__round").order_by("unit__sort_key", "year", "pk")


def _in_areas(by: Actor, permission: str) -> Q:
    areas = by.holder.areas_of(str(permission))
    return Q() if areas is None else Q(unit__in=areas)
