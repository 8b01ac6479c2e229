"""The cases an interviewer carries, in the rounds that are in the field."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.db.models import Count, QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.models import Case, FormStep, State, Visit
from sipas_web.fieldwork.queries.offices import offices_carried_by
from sipas_web.rounds.queries import State as RoundState
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit

TABS: dict[str, tuple[State, ...]] = {
    "visit": (State.ISSUED, State.VISITED),
    "collect": (State.DELIVERED,),
    "hand_in": (State.COLLECTED,),
    "done": (State.RECEIVED, State.KEYED, State.ANSWERED, State.NOT_ANSWERED, State.REPLACED, State.WITHDRAWN),
}
PER_PAGE = 60


def mine(by: Actor) -> QuerySet[Case]:
    """Cases the actor carries, or carried to their end, in rounds in the field and of offices still theirs."""
    cases = Case.objects.filter(
        interviewer=by.person or None, interviewer__isnull=False, round__state=RoundState.IN_FIELD
    )
    offices = offices_carried_by(by)
    return cases if offices is None else cases.filter(office__in=offices.values("pk"))


def tab_counts(by: Actor) -> dict[str, int]:
    """Count one's cases by what is to be done with them. One query."""
    found: Counter[str] = Counter(dict(mine(by).order_by().values_list("state").annotate(Count("pk"))))
    return {tab: sum(found[state] for state in states) for tab, states in TABS.items()}


def to_do_count(user: object) -> int:
    """Count what waits for a person, for the menu. One query by index."""
    waiting = (*TABS["visit"], *TABS["collect"], *TABS["hand_in"])
    pk = getattr(user, "pk", None)
    return Case.objects.filter(interviewer=pk, round__state=RoundState.IN_FIELD, state__in=waiting).count()


def of_tab(by: Actor, tab: str) -> QuerySet[Case]:
    """List one's cases of a tab: by commune, then by code."""
    cases = mine(by).filter(state__in=TABS[tab]).select_related("round")
    return cases.order_by("round", "commune", "case_id")


def one_of_mine(by: Actor, round_id: int, case_id: str) -> Case | None:
    """Give a case of one's own."""
    found = mine(by).filter(round=round_id, case_id=case_id)
    return found.select_related("round", "round__unit", "office", "agency").first()


def visits_with_returned(case: Case) -> QuerySet[Visit]:
    """List the visits of a case, those taken back too."""
    return Visit.every.filter(case=case).select_related("person").order_by("number")


def steps_of(case: Case) -> QuerySet[FormStep]:
    """List the steps of a case's form."""
    return FormStep.objects.filter(case=case).order_by("pk")


def commune_names(codes: Iterable[str]) -> dict[str, str]:
    """Name communes by their codes, as of today. One query."""
    named = units.holding(Unit.objects.filter(code__in={code for code in codes if code}), units.today())
    return dict(named.values_list("code", "name"))


def is_visit_of(case: Case, visit_pk: int) -> bool:
    """Say whether a visit belongs to a case."""
    return Visit.every.filter(case=case, pk=visit_pk).exists()
