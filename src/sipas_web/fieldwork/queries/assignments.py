"""Pages of assignments: who has how many cases, from counts alone; lists of cases by index."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import F, QuerySet, Sum
from django.utils import timezone

from sipas_web.accounts.queries import Person
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.models import UNFINISHED, Assignment, Case, CaseCount, HolderCount, State, Visit
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries.holding import held_cases
from sipas_web.fieldwork.queries.offices import carriers, offices_for
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries import State as RoundState
from sipas_web.units import queries as units
from sipas_web.units.kinds import Kind
from sipas_web.units.queries import Unit, today

PER_PAGE = 50
WITH_NOBODY = "nobody"
TO_VISIT = (State.ISSUED, State.VISITED, State.DELIVERED)  # a form collected needs no way to anybody


@dataclass(slots=True)
class Held:
    """Cases of an office, or of one of its people, by where they stand."""

    states: Counter[str] = field(default_factory=Counter)

    @property
    def every(self) -> int:
        """All cases."""
        return sum(self.states.values())

    @property
    def open(self) -> int:
        """Cases not finished."""
        return sum(self.states[state] for state in UNFINISHED)

    @property
    def untouched(self) -> int:
        """Cases nobody has visited."""
        return self.states[State.ISSUED]

    @property
    def out(self) -> int:
        """Forms that lie with the people asked."""
        return self.states[State.DELIVERED]

    @property
    def finished(self) -> int:
        """Cases with an end."""
        return self.every - self.open


@dataclass(slots=True)
class PersonLine:
    """An interviewer of an office."""

    person: Person
    held: Held
    is_there: bool  # whether the role over the office's area holds today


@dataclass(slots=True)
class OfficeLine:
    """An office with its cases."""

    office: Unit
    people: int
    held: Held = field(default_factory=Held)
    lying: int = 0  # open cases without an interviewer


def office_lines(by: Actor, round_: Round) -> list[OfficeLine]:
    """List the offices of the actor's areas with their figures, in Vietnamese order."""
    offices = list(offices_for(by, round_))
    people = carriers([office.pk for office in offices])
    lines = {office.pk: OfficeLine(office, len(people[office.pk])) for office in offices}
    for office, person, state, n in _counts(round_, lines):
        lines[office].held.states[state] += n
        lines[office].lying += n if not person and state in UNFINISHED else 0
    return list(lines.values())


def with_nobody(round_: Round) -> int:
    """Count open cases that no office holds, or one that has ended. Two queries, of counts."""
    every = CaseCount.objects.filter(round=round_, state__in=UNFINISHED).aggregate(n=Sum("count"))["n"] or 0
    living = units.holding(Unit.objects.all(), today())
    held = HolderCount.objects.filter(round=round_, state__in=UNFINISHED, office__in=living.values("pk"))
    return max(0, every - (held.aggregate(n=Sum("count"))["n"] or 0))


def ended_offices(round_: Round) -> list[Unit]:
    """List the offices with open cases that do not exist any more."""
    counts = HolderCount.objects.filter(round=round_, state__in=UNFINISHED, count__gt=0)
    ended = Unit.objects.filter(pk__in=counts.values("office"), valid_to__lt=today())
    return list(ended.order_by("code"))


def rounds_with_ended_offices() -> list[int]:
    """List the rounds (keys) in the field of which an office that has ended holds open cases."""
    counts = HolderCount.objects.filter(round__state=RoundState.IN_FIELD, state__in=UNFINISHED, count__gt=0)
    return sorted(set(counts.filter(office__valid_to__lt=today()).values_list("round_id", flat=True)))


def successor_of(office: Unit) -> Unit | None:
    """Give the one post office that took an office over and exists today; None where there is none, or several."""
    after = units.successor_of(office)
    return after if after is not None and after.kind == Kind.POST_OFFICE else None


def people_of(round_: Round, office: Unit) -> tuple[list[PersonLine], Held]:
    """List the interviewers of an office with their cases, and what lies there without one."""
    there = carriers([office.pk])[office.pk]
    held: dict[int, Held] = {}
    for _office, person, state, n in _counts(round_, [office.pk]):
        held.setdefault(person, Held()).states[state] += n
    here = {person.pk for person in there}
    others = Person.objects.filter(pk__in=held.keys() - here).order_by("sort_key", "pk")
    everybody = [*((person, True) for person in there), *((person, False) for person in others)]
    return [PersonLine(p, held.get(p.pk, Held()), is_there) for p, is_there in everybody], held.get(0, Held())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody looks for among the cases of an office; empty fields do not limit."""

    holder: str = ""  # key of a person, or WITH_NOBODY
    commune: str = ""


def cases_of(round_: Round, office: Unit | None, wanted: Wanted, after: str = "") -> tuple[list[Case], str]:
    """Give a page of the open cases of an office, or of those with nobody, by code; and the mark of the next page."""
    cases = _limited(round_, office, wanted).select_related("interviewer")
    found = list(cases.filter(case_id__gt=after).order_by("case_id")[: PER_PAGE + 1])
    return found[:PER_PAGE], found[PER_PAGE - 1].case_id if len(found) > PER_PAGE else ""


def first_of(round_: Round, office: Unit | None, wanted: Wanted, most: int) -> dict[str, tuple[int | None, int | None]]:
    """Give the first cases of such a list with who holds each now."""
    rows = _limited(round_, office, wanted).order_by("case_id").values_list("case_id", "office_id", "interviewer_id")
    return {case_id: (at, who) for case_id, at, who in rows[:most]}


def _limited(round_: Round, office: Unit | None, wanted: Wanted) -> QuerySet[Case]:
    cases = Case.objects.filter(round=round_, office=office, state__in=UNFINISHED)
    if wanted.holder == WITH_NOBODY:
        cases = cases.filter(interviewer=None)
    elif wanted.holder.isdecimal():
        cases = cases.filter(interviewer=int(wanted.holder))
    return cases.filter(commune=wanted.commune) if wanted.commune else cases


def communes_at(round_: Round, office: Unit | None) -> list[str]:
    """List the communes (codes) of the open cases of an office, or of those with nobody."""
    cases = Case.objects.filter(round=round_, office=office, state__in=UNFINISHED).order_by("commune")
    return list(cases.values_list("commune", flat=True).distinct())


def case_at(by: Actor, round_: Round, case_id: str) -> Case | None:
    """Give a case that lies at an office of the actor's areas, or with nobody where they give over the round."""
    cases = Case.objects.filter(round=round_, case_id=case_id).select_related(
        "office", "interviewer", "agency", "round"
    )
    areas = by.holder.areas_of(str(Permission.CASE_ASSIGN)) if by.may(Permission.CASE_ASSIGN) else []
    if areas is None or by.may(Permission.CASE_ASSIGN, round_.unit):
        return cases.first()
    return cases.filter(office__in=areas).first()


def listed(round_: Round, offices: QuerySet[Unit], *, and_nobodys: bool) -> Iterator[tuple[str, str, str, str]]:
    """Give code, commune, code of the office and login name of each open case, for a file; a part in memory."""
    cases = Case.objects.filter(round=round_, state__in=UNFINISHED).order_by("case_id")
    here = cases.filter(office__in=offices.values("pk"))
    rows = cases if and_nobodys else here
    columns = rows.values_list("case_id", "commune", "office__code", "interviewer__username")
    for case_id, commune, office, person in columns.iterator(chunk_size=2000):
        yield case_id, commune, office or "", person or ""


def sheet_cases(by: Actor, office: Unit, people: Sequence[Person], commune: str, round_: Round) -> QuerySet[Case]:
    """List whom some interviewers of an office have to visit, of the cases that the actor holds."""
    cases = held_cases(by, round_).filter(office=office, interviewer__in=people, state__in=TO_VISIT)
    return (cases.filter(commune=commune) if commune else cases).order_by("case_id")


def visits_by_case(cases: Sequence[Case]) -> dict[int, list[Visit]]:
    """Give the visits of cases, in order."""
    visits: dict[int, list[Visit]] = {}
    for visit in Visit.objects.filter(case__in=cases).order_by("number"):
        visits.setdefault(visit.case_id, []).append(visit)
    return visits


def register_cases(round_: Round, office: Unit) -> QuerySet[Case]:
    """List the open cases of an office in the order of its register."""
    cases = Case.objects.filter(round=round_, office=office, state__in=UNFINISHED).select_related("interviewer")
    return cases.order_by(F("interviewer__sort_key").asc(nulls_last=True), "interviewer", "commune", "case_id")


def given_on(cases: Sequence[Case]) -> dict[int, dt.datetime]:
    """Give when each case (key) was given to the interviewer who has it."""
    present = Assignment.objects.filter(case__in=cases, until__isnull=True, interviewer__isnull=False)
    return {pk: timezone.localtime(since) for pk, since in present.values_list("case_id", "since")}


def history_of(case: Case) -> QuerySet[Assignment]:
    """List who held a case, the last first."""
    return Assignment.objects.filter(case=case).select_related("office", "interviewer").order_by("-since", "-pk")


def _counts(round_: Round, offices: Iterable[int]) -> Iterator[tuple[int, int, str, int]]:
    rows = HolderCount.objects.filter(round=round_, office__in=list(offices), count__gt=0).order_by()
    yield from rows.values_list("office_id", "interviewer_pk", "state").annotate(n=Sum("count"))
