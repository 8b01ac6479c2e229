"""Who holds a case now. Only who holds it sees whose case it is, and only while they hold it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.models import UNFINISHED, Case, State
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries.offices import offices_carried_by
from sipas_web.rounds import queries as rounds
from sipas_web.rounds.queries import Round

# With the interviewer until the form is back at the desk; with the office until the case is finished.
CARRIED = (State.ISSUED, State.VISITED, State.DELIVERED, State.COLLECTED)


def held_cases(by: Actor, round_: Round) -> QuerySet[Case]:
    """List the cases of a round that the actor holds now: carries, or answers for at a post office."""
    return Case.objects.filter(_carried(by) | _at_offices(by), round=round_, round__state=rounds.State.IN_FIELD)


def carried_cases(by: Actor, round_: Round) -> QuerySet[Case]:
    """List the cases of a round that the actor carries now."""
    return Case.objects.filter(_carried(by), round=round_, round__state=rounds.State.IN_FIELD)


def holds(by: Actor, case: Case) -> bool:
    """Say whether the actor holds a case at this moment, read anew. At most four queries."""
    return held_cases(by, Round(pk=case.round_id)).filter(pk=case.pk).exists()


def round_reached(by: Actor, round_id: int, permission: str) -> Round | None:
    """Give a round in, or above, an area where the actor holds a permission; what is seen in it is then limited."""
    return rounds.reaching(by, permission).filter(pk=round_id).first()


def _carried(by: Actor) -> Q:
    person = by.person
    if not person:
        return Q(pk__in=[])
    mine = Q(interviewer=person, state__in=CARRIED)
    offices = offices_carried_by(by)
    return mine if offices is None else mine & Q(office__in=offices.values("pk"))


def _at_offices(by: Actor) -> Q:
    """Not by ``case_assign``: the department gives cases out, and yet sees no contact."""
    areas = by.holder.areas_of(str(Permission.OFFICE_HOLD)) if by.may(Permission.OFFICE_HOLD) else []
    there = Q(office__isnull=False, state__in=UNFINISHED)
    return there if areas is None else there & Q(office__in=areas)
