"""Cases of a post office that has ended go to the one that took it over, else lie with nobody until given anew."""

from __future__ import annotations

from django.db import transaction

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.actions.counting import Moves
from sipas_web.fieldwork.models import UNFINISHED, Case
from sipas_web.fieldwork.queries import assignments
from sipas_web.fieldwork.queries.offices import carriers
from sipas_web.rounds.queries import Round, held


@transaction.atomic
def rehome_everywhere(*, by: Actor) -> int:
    """Do so in every round in the field. Part of the act that ended the offices, which asked for its permission."""
    return sum(rehome(held(round_id), by) for round_id in assignments.rounds_with_ended_offices())


def rehome(round_: Round, by: Actor) -> int:
    """Take the open cases from offices of a round that have ended; the caller holds the round. Recorded by office."""
    moved = 0
    for office in assignments.ended_offices(round_):
        successor = assignments.successor_of(office)
        people = {person.pk for person in carriers([successor.pk])[successor.pk]} if successor else set[int]()
        moves = Moves(round_.pk, Case.objects.filter(round=round_, office=office, state__in=UNFINISHED))
        for case in moves.cases.values():
            case.office_id = successor.pk if successor else None
            case.interviewer_id = case.interviewer_id if case.interviewer_id in people else None
        cases = moves.put(given_by=by.name, reason=str(office))
        details = {"cases": cases, "from": str(office), "to": str(successor or "")}
        record(by=by, action="fieldwork.cases_rehomed", subject=round_, unit=round_.unit, details=details)
        moved += cases
    return moved
