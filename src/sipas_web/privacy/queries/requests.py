"""Reads of the registers of requests and of breaches, limited to the actor's areas."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypeVar

from django.db.models import Case, DateField, F, Min, Q, QuerySet, When
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from sipas_web.audit.actors import Actor
from sipas_web.privacy import keys
from sipas_web.privacy.identity import dossier_key, phone_key
from sipas_web.privacy.models import Breach as Breach
from sipas_web.privacy.models import Channel as Channel
from sipas_web.privacy.models import Contact, JoinDrop
from sipas_web.privacy.models import RequestKind as RequestKind
from sipas_web.privacy.models import RequestState as RequestState
from sipas_web.privacy.models import SubjectRequest as SubjectRequest
from sipas_web.privacy.permissions import Permission
from sipas_web.privacy.sealing import mark
from sipas_web.rounds.queries import Round, in_areas
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units import queries as units
from sipas_web.units.kinds import Kind

MOST_FOUND = 20
Row = TypeVar("Row", SubjectRequest, Breach)
PLACES = (Kind.COUNTRY, Kind.PROVINCE)


def places(by: Actor, permission: str) -> QuerySet[units.Unit]:
    """Provinces of today, or the country, over which the actor holds a permission."""
    found = units.holding(units.Unit.objects.filter(kind__in=PLACES), units.today())
    areas = by.holder.areas_of(str(permission)) if by.may(permission) else []
    return (found if areas is None else found.filter(pk__in=areas)).order_by("kind", "sort_key", "code")


def requests(by: Actor, state: str = "") -> QuerySet[SubjectRequest]:
    """Requests in the actor's areas: those that are open first, the earliest last day first."""
    found = _in_areas(SubjectRequest.objects.select_related("unit", "round"), by)
    if state == "late":
        found = found.filter(late(timezone.localdate()))
    elif state:
        found = found.filter(state=state)
    return found.order_by(_next_day().asc(nulls_last=True), "-received", "-pk")


def _next_day() -> Case:
    """Give the next last day of an open request; nothing for a closed one."""
    told = When(acknowledged__isnull=True, then=Least("acknowledge_by", "due"))
    carried = Coalesce("extended_to", "due", output_field=DateField())
    inner = Case(told, default=carried, output_field=DateField())
    return Case(When(state=RequestState.OPEN, then=inner), default=None, output_field=DateField())


def late(on: dt.date) -> Q:
    """Limit to open requests with a last day that has passed."""
    carried = Q(extended_to__isnull=True, due__lt=on) | Q(extended_to__lt=on)
    acknowledged = Q(acknowledged__isnull=True, acknowledge_by__lt=on)
    return Q(state=RequestState.OPEN) & (carried | acknowledged)


def request_for(by: Actor, request_id: int, permission: str) -> SubjectRequest | None:
    """Give a request over whose unit the actor holds a permission."""
    found = SubjectRequest.objects.select_related("unit", "round", "round__unit").filter(pk=request_id).first()
    return found if found is not None and by.may(permission, found.unit) else None


def held_request(request_id: int) -> SubjectRequest:
    """Hold a request for a change."""
    return (
        SubjectRequest.objects
        .select_for_update(of=("self",))
        .select_related("unit", "round", "round__unit")
        .get(pk=request_id)
    )


def breaches(by: Actor) -> QuerySet[Breach]:
    """Breaches in the actor's areas, open ones first."""
    return _in_areas(Breach.objects.select_related("unit"), by).order_by(F("closed").desc(nulls_first=True), "-found")


def breach_for(by: Actor, breach_id: int, permission: str) -> Breach | None:
    """Give a breach over whose unit the actor holds a permission."""
    found = Breach.objects.select_related("unit").filter(pk=breach_id).first()
    return found if found is not None and by.may(permission, found.unit) else None


def held_breach(breach_id: int) -> Breach:
    """Hold a breach for a change."""
    return Breach.objects.select_for_update(of=("self",)).select_related("unit").get(pk=breach_id)


def open_breaches(by: Actor) -> list[Breach]:
    """List breaches whose notice is still to be given, the most urgent first."""
    return list(breaches(by).filter(closed__isnull=True).order_by("found"))


def oldest_closed_request() -> dt.datetime | None:
    """Give the moment from which the days of the oldest closed request are counted."""
    day = SubjectRequest.objects.exclude(state=RequestState.OPEN).aggregate(day=Min("closed"))["day"]
    return timezone.make_aware(dt.datetime.combine(day, dt.time())) if day else None


def contacts_like(by: Actor, *, code: str, phone: str, email: str, dossier: str, name: str) -> list[Contact]:
    """Find contacts by exact traits in the actor's rounds that still hold them; opens none. All given must fit."""
    dropped = JoinDrop.objects.values("round_id")
    rounds = list(in_areas(by, Permission.REQUEST_HANDLE).exclude(pk__in=dropped))
    found = Contact.objects.select_related("round", "round__unit").filter(round__in=rounds)
    if code:
        found = found.filter(case_code=code)
    traits = {
        "phone": phone_key(phone), "email": email.strip().casefold(), "dossier": dossier_key(dossier),
        "name": search_key(name),
    }  # fmt: skip
    given = {kind: text for kind, text in traits.items() if text}
    if not code and not given:
        return []
    for kind, text in given.items():
        found = found.filter(marks__kind=kind, marks__mark__in=_marks(rounds, kind, text))
    return list(found.order_by("-round__year", "case_code").distinct()[:MOST_FOUND])


def _marks(rounds: list[Round], kind: str, text: str) -> list[bytes]:
    return [mark(text, key=key, round_id=r.pk, kind=kind) for r in rounds for key in keys.all_keys()]


def _in_areas(rows: QuerySet[Row], by: Actor) -> QuerySet[Row]:
    if not by.may(Permission.DUTY_VIEW):
        return rows.none()
    areas = by.holder.areas_of(Permission.DUTY_VIEW)
    return rows if areas is None else rows.filter(unit__in=areas)


def count_waiting(areas: Any, on: dt.date) -> int:
    """Count late requests and open breaches in some areas (None: everywhere)."""
    inside = Q() if areas is None else Q(unit__in=areas)
    late_ones = SubjectRequest.objects.filter(inside & late(on)).count()
    return late_ones + Breach.objects.filter(inside, closed__isnull=True).count()
