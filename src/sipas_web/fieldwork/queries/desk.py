"""What the desk of a post office has received."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.models import FormStep, State
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries.reach import areas_in, cases_reached
from sipas_web.rounds import queries as rounds
from sipas_web.rounds.queries import Round

LISTED = 100


@dataclass(frozen=True, slots=True)
class Desk:
    """What a desk sees of its day."""

    rows: list[FormStep]  # the last received first
    today: int
    not_keyed: int  # received and not keyed, of any day
    with_interviewers: int  # collected, not yet handed in


def desk_of(by: Actor, round_: Round) -> Desk:
    """Give what was received today at the desks somebody looks after. Four queries."""
    today = _received(by, round_, timezone.localdate())
    rows = list(today.select_related("case", "case__office", "case__interviewer").order_by("-pk")[:LISTED])
    cases = cases_reached(by, round_, Permission.FORM_RECEIVE)
    return Desk(
        rows,
        today.count(),
        cases.filter(state=State.RECEIVED).count(),
        cases.filter(state=State.COLLECTED).count(),
    )


def rounds_at_desk(by: Actor) -> QuerySet[Round]:
    """List the rounds in the field in, or above, the areas in which somebody receives forms."""
    return rounds.reaching(by, Permission.FORM_RECEIVE).filter(state=rounds.State.IN_FIELD)


def _received(by: Actor, round_: Round, day: dt.date) -> QuerySet[FormStep]:
    steps = FormStep.objects.filter(step=FormStep.Step.RECEIVED, day=day, case__round=round_)
    areas = areas_in(by, round_, Permission.FORM_RECEIVE)
    return steps if areas is None else steps.filter(case__office__in=areas)
