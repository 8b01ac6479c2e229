"""Reads of dossiers by their apology, and of the letters, limited to the actor's areas."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import BooleanField, CharField, F, FilteredRelation, Q, QuerySet, Value, When
from django.db.models import Case as Choose
from django.db.models.functions import Coalesce

from sipas_web.audit.actors import Actor
from sipas_web.onestop import apology_rules as rules
from sipas_web.onestop.apology_rules import Standing
from sipas_web.onestop.models import ELECTRONIC as ELECTRONIC
from sipas_web.onestop.models import UNFINISHED as UNFINISHED
from sipas_web.onestop.models import AgencyName
from sipas_web.onestop.models import Apology as Apology
from sipas_web.onestop.models import ApologyException as ApologyException
from sipas_web.onestop.models import ApologyState as ApologyState
from sipas_web.onestop.models import Dossier as Dossier
from sipas_web.onestop.models import Message as Message
from sipas_web.onestop.models import MessageState as MessageState
from sipas_web.onestop.models import Outcome as Outcome
from sipas_web.onestop.models import Way as Way
from sipas_web.onestop.permissions import Permission
from sipas_web.units import queries as units
from sipas_web.units.kinds import REGISTERED, Kind
from sipas_web.units.queries import Unit
from sipas_web.units.queries import today as today

SORTS = {"due": "due", "received": "received", "number": "number", "agency": "agency__sort_key"}
LETTER_SORTS = {"due": "due", "last": "last_day", "unit": "unit__sort_key", "new": "new_date", "sent": "sent"}
STANDS = [state for state in ApologyState.values if state != ApologyState.WITHDRAWN]
TO_SEND = (ApologyState.SIGNED, ApologyState.SENT)  # a sent one is said to have been sent
Row = TypeVar("Row", Dossier, Apology)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for; empty fields do not limit."""

    standings: Collection[str] = field(default_factory=tuple)
    unit: int | None = None
    first: dt.date | None = None  # due date
    last: dt.date | None = None
    number: str = ""


def in_areas(rows: QuerySet[Dossier], by: Actor, permission: str = Permission.APOLOGY_VIEW) -> QuerySet[Dossier]:
    """Limit dossiers to those solved or taken in by units over which the actor holds a permission."""
    if not by.may(permission):
        return rows.none()
    areas = by.holder.areas_of(str(permission))
    if areas is None:
        return rows
    names = AgencyName.objects.filter(unit__in=areas).values("pk")
    return rows.filter(
        Q(agency__in=areas) | Q(receiver_name__in=names) | Q(agency__isnull=True, source__unit__in=areas)
    )


def to_apologise(by: Actor, on: dt.date, wanted: Wanted, sort: str = "") -> QuerySet[Dossier]:
    """Dossiers in progress that are to be apologised for, or were: due, missed, already late."""
    found = with_standing(in_areas(_open_listed(on), by), on)
    return _ordered(_fitting(found, wanted), sort)


def late(by: Actor, on: dt.date, wanted: Wanted, sort: str = "") -> QuerySet[Dossier]:
    """Dossiers that became late, each with how it stands."""
    found = with_standing(in_areas(Dossier.objects.filter(is_late(on) & ruled()), by), on)
    return _ordered(_fitting(found, wanted), sort)


def is_late(on: dt.date) -> Q:
    """Give what makes a dossier late on a day; one that waits for its applicant is late only if it was before."""
    waits = Q(waiting_since__isnull=True) | Q(waiting_since__gt=F("due"))
    return Q(outcome=Outcome.LATE, due__isnull=False) | (Q(outcome=Outcome.OPEN, due__lt=on) & waits)


def with_standing(rows: QuerySet[Dossier], on: dt.date) -> QuerySet[Dossier]:
    """Work out in the database what ``apology_rules.standing`` says of dossiers that are late or listed."""
    own = Q(apologies__is_for_delay=True, apologies__state__in=STANDS)
    found = rows.annotate(letter=FilteredRelation("apologies", condition=own))
    found = found.annotate(
        letter_id=F("letter__pk"), letter_state=F("letter__state"), sent_on=F("letter__sent"),
        new_on=F("letter__new_date"), was_entered=flag(Q(letter__entered__isnull=False)),
    )  # fmt: skip
    return found.annotate(standing=_standing(on), unit_key=_unit_key())


def unit_of(dossier: Dossier) -> Unit:
    """Give the unit that owes the apology: who solves the dossier, else who took it in, else whose system it is in."""
    receiver = dossier.receiver_name.unit if dossier.receiver_name else None
    return dossier.agency or receiver or dossier.source.unit


def may(by: Actor, permission: str, dossier: Dossier) -> bool:
    """Say whether an actor holds a permission over who solves a dossier or who took it in."""
    receiver = dossier.receiver_name.unit if dossier.receiver_name else None
    return by.may(permission, unit_of(dossier)) or (receiver is not None and by.may(permission, receiver))


def dossier_for(by: Actor, dossier_id: int, permission: str = Permission.APOLOGY_VIEW) -> Dossier | None:
    """Give a dossier that the actor may see here, with its standing where it is late or listed."""
    found = _whole(Dossier.objects).filter(pk=dossier_id).first()
    return found if found is not None and may(by, permission, found) else None


def held_dossier(dossier_id: int) -> Dossier:
    """Hold a dossier for a change."""
    return _whole(Dossier.objects.select_for_update(of=("self",))).get(pk=dossier_id)


def letter_of(dossier: Dossier) -> Apology | None:
    """Give the letter about a dossier's delay."""
    return Apology.objects.filter(dossier=dossier, is_for_delay=True, state__in=STANDS).first()


def all_letters_of(dossier: Dossier) -> QuerySet[Apology]:
    """List every letter about a dossier, the newest first."""
    return Apology.objects.filter(dossier=dossier).order_by("-pk")


def exception_of(dossier: Dossier) -> ApologyException | None:
    """Give why no apology is owed."""
    return ApologyException.objects.filter(dossier=dossier).select_related("unit").first()


def standing_of(dossier: Dossier, on: dt.date) -> Standing:
    """Say how one dossier stands."""
    letter = letter_of(dossier)
    return rules.standing(
        rules.Case(
            received=dossier.received,
            due=dossier.due,
            finished=dossier.finished,
            sent=letter.sent if letter else None,
            excepted=exception_of(dossier) is not None,
            waiting_since=dossier.waiting_since,
            stopped=dossier.outcome == Outcome.STOPPED,
        ),
        on,
    )


def letters(by: Actor, state: str = "", unit: int | None = None, sort: str = "") -> QuerySet[Apology]:
    """Letters in the actor's areas."""
    found = letters_in_areas(by, Permission.APOLOGY_VIEW).select_related("unit", "dossier", "dossier__source")
    if state:
        found = found.filter(state=state)
    if unit:
        found = found.filter(unit=unit)
    if sort.removeprefix("-") not in LETTER_SORTS:  # what waits for somebody first
        return found.annotate(rests=flag(~Q(state__in=UNFINISHED))).order_by("rests", "-last_day", "-pk")
    column = LETTER_SORTS[sort.removeprefix("-")]
    order = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return found.order_by(order, "-pk")


def letters_in_areas(by: Actor, permission: str) -> QuerySet[Apology]:
    """Letters of dossiers that an actor is concerned by; to sign, only those of units in their own areas."""
    if not by.may(permission):
        return Apology.objects.none()
    areas = by.holder.areas_of(str(permission))
    if areas is None:
        return Apology.objects.all()
    names = AgencyName.objects.filter(unit__in=areas).values("pk")
    inside = Q(unit__in=areas)
    return Apology.objects.filter(
        inside if permission == Permission.APOLOGY_SIGN else inside | Q(dossier__receiver_name__in=names)
    )


def letter_for(by: Actor, apology_id: int) -> Apology | None:
    """Give a letter that the actor may see."""
    return _letters().filter(pk=apology_id, pk__in=letters_in_areas(by, Permission.APOLOGY_VIEW).values("pk")).first()


def held_letter(apology_id: int) -> Apology:
    """Hold a letter for a change."""
    return _letters().select_for_update(of=("self",)).get(pk=apology_id)


def letter_by_id(apology_id: int) -> Apology:
    """Give a letter that is known to be there."""
    return _letters().get(pk=apology_id)


def chosen_dossiers(by: Actor, keys: Collection[int]) -> list[Dossier]:
    """Give those of the dossiers chosen for which the actor drafts letters, the first due first."""
    rows = in_areas(_whole(Dossier.objects), by, Permission.APOLOGY_DRAFT)
    return list(rows.filter(pk__in=keys).order_by("due", "pk"))


def messages_of(apology: Apology) -> QuerySet[Message]:
    """List the messages of a letter."""
    return Message.objects.filter(apology=apology).order_by("pk")


def count_letters(user: Any) -> int:
    """Count letters to sign, and letters to send or to change, in a person's own areas. One query."""
    signs, drafts = (_inside(user, permission) for permission in (Permission.APOLOGY_SIGN, Permission.APOLOGY_DRAFT))
    to_sign, to_send = Q(state=ApologyState.WAITING), Q(state__in=(ApologyState.RETURNED, ApologyState.SIGNED))
    return Apology.objects.filter((to_sign & signs) | (to_send & drafts)).count()


def _inside(user: Any, permission: str) -> Q:
    if not user.has_perm(str(permission)):
        return Q(pk__in=[])
    areas = user.areas_of(str(permission))
    return Q() if areas is None else Q(unit__in=areas)


def message_for(by: Actor, message_id: int) -> Message | None:
    """Give a message of a letter that the actor may see."""
    seen = letters_in_areas(by, Permission.APOLOGY_VIEW).values("pk")
    return Message.objects.filter(pk=message_id, apology__in=seen).first()


def unit_named(unit_id: int | None) -> Unit | None:
    """Give the unit of a filter."""
    return units.by_id(unit_id) if unit_id else None


def is_under_way(apology: Apology) -> bool:
    """Say whether a message of a letter is on its way, or has gone."""
    return Message.objects.filter(apology=apology, state__in=(MessageState.QUEUED, MessageState.SENT)).exists()


def every_message() -> QuerySet[Message]:
    """Query all messages, for the work that hands them over."""
    return Message.objects.all()


def held_message(message_id: int) -> Message:
    """Hold a message for a change."""
    return Message.objects.select_for_update(of=("self",)).get(pk=message_id)


def is_place(unit: Unit) -> bool:
    """Say whether a unit is a place, whose head is that of its People's Committee."""
    return unit.kind in REGISTERED


def place_above(unit: Unit, on: dt.date) -> Unit | None:
    """Give the nearest place above a unit on a day."""
    day = min(max(on, unit.valid_from), unit.valid_to or on)
    places = [above for above in units.path(unit, day) if is_place(above) and above.kind != Kind.COUNTRY]
    return places[-1] if places else None


def office_of(unit: Unit) -> str:
    """Name the office of who heads a unit."""
    return rules.head_of(unit.name, is_place=is_place(unit))


def ended_letters(on: dt.date) -> QuerySet[Apology]:
    """Letters not yet sent of units that have ended."""
    return Apology.objects.select_related("unit").filter(state__in=UNFINISHED, unit__valid_to__lt=on).order_by("pk")


def open_without_letter(on: dt.date) -> QuerySet[Dossier]:
    """Query dossiers in progress that are listed and have no letter nor exception yet."""
    some = Apology.objects.filter(is_for_delay=True, state__in=STANDS).values("dossier")
    return _open_listed(on).exclude(pk__in=some).filter(apology_exception__isnull=True)


def _letters() -> QuerySet[Apology]:
    return Apology.objects.select_related(
        "unit", "dossier", "dossier__source", "dossier__source__unit", "dossier__agency", "dossier__procedure",
        "dossier__receiver_name", "dossier__receiver_name__unit",
    )  # fmt: skip


def _whole(rows: Any) -> QuerySet[Dossier]:
    found: QuerySet[Dossier] = rows.select_related(
        "source", "source__unit", "agency", "procedure", "receiver_name", "receiver_name__unit"
    )
    return found


def _open_listed(on: dt.date) -> QuerySet[Dossier]:
    """Query dossiers in progress whose apology is listed by a day, under the rule of the day each came in."""
    wanted = Q(pk__in=[])
    for rule, first, last in rules.periods():
        until = rules.horizon(rule, on)
        if until is not None:
            came = Q(received__gte=first) & (Q(received__lte=last) if last else Q())
            wanted |= came & Q(due__lte=until)
    paused = Q(waiting_since__isnull=False) & Q(waiting_since__lte=F("due"))
    return Dossier.objects.filter(wanted, outcome=Outcome.OPEN).exclude(paused)


def ruled() -> Q:
    """Give the dossiers for whose time a rule is known."""
    wanted = Q(pk__in=[])
    for rule, first, last in rules.periods():
        if rule.notice is not None:
            wanted |= Q(received__gte=first) & (Q(received__lte=last) if last else Q())
    return wanted


def _standing(on: dt.date) -> Choose:
    sent = Q(letter__sent__isnull=False)
    excepted = Q(apology_exception__isnull=False)
    said = [
        When(is_late(on) & Q(letter__sent__lt=F("due")), then=Value(Standing.BEFORE.value)),
        When(is_late(on) & sent, then=Value(Standing.AFTER.value)),
        When(is_late(on) & excepted, then=Value(Standing.EXCEPTED.value)),
        When(is_late(on), then=Value(Standing.WITHOUT.value)),
        When(sent, then=Value(Standing.SENT_AHEAD.value)),
        When(excepted, then=Value(Standing.NOT_LATE.value)),
    ]
    for rule, first, last in rules.periods():
        if rule.notice is not None:
            came = Q(received__gte=first) & (Q(received__lte=last) if last else Q())
            in_time = Q(due__gte=rules.first_due_in_time(rule, on))
            said.append(When(came & in_time, then=Value(Standing.DUE.value)))
    return Choose(*said, default=Value(Standing.MISSED.value), output_field=CharField())


def _unit_key() -> Coalesce:
    return Coalesce("agency_id", "receiver_name__unit_id", "source__unit_id")


def flag(condition: Q) -> Choose:
    """Give a condition as a column."""
    return Choose(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def _fitting(rows: Any, wanted: Wanted) -> Any:
    if wanted.standings:
        rows = rows.filter(standing__in=list(wanted.standings))
    if wanted.unit:
        rows = rows.filter(unit_key=wanted.unit)
    if wanted.first:
        rows = rows.filter(due__gte=wanted.first)
    if wanted.last:
        rows = rows.filter(due__lte=wanted.last)
    if wanted.number:
        rows = rows.filter(number=dossier_number(wanted.number))
    return rows


def dossier_number(text: str) -> str:
    """Spell a dossier's number as it is stored."""
    return "".join(text.split()).upper()


def _ordered(rows: QuerySet[Dossier], sort: str) -> QuerySet[Dossier]:
    column = SORTS.get(sort.removeprefix("-"), "due")
    order = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return _whole(rows).order_by(order, "due", "pk")
