"""Giving cases to post offices and interviewers: who may, to whom, and what follows each gift."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sipas_web.accounts.queries import Person
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.actions.counting import Moves
from sipas_web.fieldwork.assignment_files import fault_text
from sipas_web.fieldwork.models import UNFINISHED, Case, State
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries import offices
from sipas_web.rounds import states
from sipas_web.rounds.queries import Round, held
from sipas_web.rounds.queries import State as RoundState
from sipas_web.units.queries import Unit

MOST_AT_ONCE = 5_000  # cases in one transaction
NAMED = 5  # codes told in a refusal
Holder = tuple[int | None, int | None]  # office, interviewer


@dataclass(frozen=True, slots=True)
class Gift:
    """A case and who shall hold it; ``seen``: who held it when the giver looked, where that is known."""

    case_id: str
    office: int
    interviewer: int | None = None
    seen: Holder | None = None


@dataclass(slots=True)
class Given:
    """What became of gifts."""

    moved: int = 0
    same: int = 0  # held so before
    refused: dict[str, str] = field(default_factory=dict)  # case -> dotted code


@transaction.atomic
def assign(
    *,
    round_id: int,
    codes: Iterable[str],
    office: Unit,
    interviewer: Person | None = None,
    reason: str = "",
    seen: Mapping[str, Holder] | None = None,
    by: Actor,
) -> int:
    """Give cases of a round in the field to an office, or to an interviewer of it: all of them or none.

    Needs ``fieldwork.case_assign`` over the office and over where each case is now. Gives how many moved.
    """
    round_ = held_in_field(round_id)
    to = interviewer.pk if interviewer else None
    gifts = [Gift(code, office.pk, to, seen.get(code) if seen is not None else None) for code in dict.fromkeys(codes)]
    if len(gifts) > MOST_AT_ONCE:
        raise ValidationError(_("Give at most %(most)d cases at once.") % {"most": MOST_AT_ONCE})
    given = give(round_, gifts, reason=reason, by=by)
    if given.refused:
        raise ValidationError(refusal(given.refused))
    if given.moved:
        details = {
            "cases": given.moved,
            "office": str(office),
            "interviewer": interviewer.username if interviewer else "",
        }
        record(
            by=by, action="fieldwork.cases_assigned", subject=round_, unit=office, details=details | {"reason": reason}
        )
    return given.moved


@transaction.atomic
def assign_by_keys(
    *,
    round_id: int,
    codes: Sequence[str],
    office_id: int,
    person_id: int | None,
    seen: Mapping[str, Holder] | None = None,
    reason: str = "",
    by: Actor,
) -> int:
    """Give cases as ``assign`` does, to an office and an interviewer named by their keys."""
    office = Unit.objects.filter(pk=office_id).first()
    person = Person.objects.filter(pk=person_id).first() if person_id else None
    if office is None or (person_id and person is None):
        raise ValidationError(fault_text("fieldwork.office_unknown"), code="fieldwork.office_unknown")
    return assign(round_id=round_id, codes=codes, office=office, interviewer=person, reason=reason, seen=seen, by=by)


@transaction.atomic
def note_assignment_export(*, round_: Round, form: str, by: Actor) -> None:
    """Record that a list of who has which case leaves; it holds what lies in the actor's areas."""
    by.require(Permission.CASE_ASSIGN)
    details = {"what": "assignments", "form": form}
    record(by=by, action="fieldwork.list_exported", subject=round_, unit=round_.unit, details=details)


@transaction.atomic
def hand_over(
    *, round_id: int, giver: Person, office: Unit, to: Person | None = None, reason: str = "", by: Actor
) -> int:
    """Take everything unfinished at an office from an interviewer, for another or back to the office."""
    round_ = held_in_field(round_id)
    codes = Case.objects.filter(interviewer=giver, office=office, round=round_, state__in=UNFINISHED)
    listed = list(codes.order_by("case_id").values_list("case_id", flat=True))
    return assign(round_id=round_.pk, codes=listed, office=office, interviewer=to, reason=reason, by=by)


@transaction.atomic
def assign_like(*, case: Case, like: Case, by: Actor) -> None:
    """Give a reserve to whoever holds, or last held, the case it stands for; in the caller's action, recorded there.

    ``case`` in the caller's hand is brought up to date.
    """
    held(case.round_id)
    moves = Moves(case.round_id, [Case.objects.get(pk=case.pk)])
    kept = moves.cases[case.case_id]
    take_place(kept, like)
    moves.put(given_by=by.name, reason=like.case_id)
    case.office_id, case.interviewer_id = kept.office_id, kept.interviewer_id


def take_place(reserve: Case, of: Case) -> None:
    """Put a reserve in the hands that hold a case; ``Moves.put`` then writes it."""
    if of.office_id is not None and reserve.office_id is None:
        reserve.office_id, reserve.interviewer_id = of.office_id, of.interviewer_id


def give(round_: Round, gifts: Sequence[Gift], *, reason: str, by: Actor) -> Given:
    """Give what can be given and say what cannot; the caller holds the round and writes the record."""
    to = _Receivers(round_, gifts, by)
    cases = Case.objects.filter(round=round_, case_id__in={gift.case_id for gift in gifts})
    moves, given = Moves(round_.pk, cases), Given()
    places = _places_of_giver(round_, moves.cases.values(), by)
    for gift in gifts:
        case = moves.cases.get(gift.case_id)
        fault = to.fault(gift) or _fault(case, gift, places)
        if fault or case is None:
            given.refused[gift.case_id] = fault
        elif (case.office_id, case.interviewer_id) == (gift.office, gift.interviewer):
            given.same += 1
        else:
            case.office_id, case.interviewer_id = gift.office, gift.interviewer
            given.moved += 1
    moves.put(given_by=by.name, reason=reason)
    return given


def held_in_field(round_id: int) -> Round:
    """Hold a round that is in the field."""
    round_ = held(round_id)
    states.refuse_unless(round_, RoundState.IN_FIELD)
    return round_


def refusal(refused: Mapping[str, str]) -> list[ValidationError]:
    """Say for each reason which cases were not given."""
    by_code: dict[str, list[str]] = {}
    for case, code in refused.items():
        by_code.setdefault(code, []).append(case)
    said = []
    for code, cases in sorted(by_code.items()):
        more = len(cases) - NAMED
        named = ", ".join(cases[:NAMED]) + (ngettext(" and %d more", " and %d more", more) % more if more > 0 else "")
        said.append(ValidationError(f"{fault_text(code)} ({named})", code=code))
    return said


class _Receivers:
    """Offices and people that gifts name, judged once."""

    def __init__(self, round_: Round, gifts: Sequence[Gift], by: Actor) -> None:
        wanted = {gift.office for gift in gifts}
        self._known = set(offices.offices_of(round_).filter(pk__in=wanted).values_list("pk", flat=True))
        yours = offices.offices_for(by, round_, Permission.CASE_ASSIGN).filter(pk__in=wanted)
        self._yours = set(yours.values_list("pk", flat=True))
        self._carriers = {
            office: {person.pk for person in people} for office, people in offices.carriers(self._yours).items()
        }

    def fault(self, gift: Gift) -> str:
        if gift.office not in self._known:
            return "fieldwork.office_unknown"
        if gift.office not in self._yours:
            return "fieldwork.office_not_yours"
        if gift.interviewer is not None and gift.interviewer not in self._carriers[gift.office]:
            return "fieldwork.interviewer_not_there"
        return ""


def _places_of_giver(round_: Round, cases: Iterable[Case], by: Actor) -> set[int | None]:
    """Give the offices out of which the actor may give cases; None stands for cases no office has yet."""
    now = {case.office_id for case in cases}
    where: set[int | None] = {None} if by.may(Permission.CASE_ASSIGN, round_.unit) else set()
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in={pk for pk in now if pk is not None})}
    return where | {pk for pk, unit in units.items() if by.may(Permission.CASE_ASSIGN, unit)}


def _fault(case: Case | None, gift: Gift, places: set[int | None]) -> str:
    if case is None:
        return "fieldwork.case_unknown"
    if case.office_id not in places:
        return "fieldwork.case_elsewhere"
    if case.state == State.WITHDRAWN:
        return "fieldwork.case_withdrawn"
    if case.state == State.RESERVE:
        return "fieldwork.case_reserve"
    if case.state not in UNFINISHED:
        return "fieldwork.case_finished"
    if gift.seen is not None and gift.seen != (case.office_id, case.interviewer_id):
        return "fieldwork.case_moved"
    return ""
