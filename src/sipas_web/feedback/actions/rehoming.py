"""Open feedback of a unit that has ended goes to the one that took it over; else back to the desk."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.feedback.actions.steps import note
from sipas_web.feedback.models import Feedback, State, Step
from sipas_web.feedback.queries.feedback import OPEN, province_of
from sipas_web.units import queries as units


@transaction.atomic
def rehome(*, by: Actor) -> int:
    """Do so for every unit that has ended. Part of the act that ended them, which asked for its permission."""
    today, moved = units.today(), 0
    waits = Feedback.objects.select_for_update(of=("self",)).select_related("place", "unit", "first_unit")
    ended = Q(unit__valid_to__lt=today) | Q(place__valid_to__lt=today)
    for feedback in waits.filter(ended, state__in=(*OPEN, State.JOINED, State.ANSWERED)).order_by("pk"):
        before = _take_over(feedback)
        note(feedback, Step.What.HANDED_OVER, by, unit=feedback.unit or feedback.place)
        details = {"from": before, "to": str(feedback.unit or feedback.place)}
        record(by=by, action="feedback.handed_over", subject=feedback, unit=feedback.place, details=details)
        moved += 1
    return moved


def _take_over(feedback: Feedback) -> str:
    """Move one; gives the name of the unit that has ended."""
    before = str(feedback.place)
    if not feedback.place.holds(units.today()):
        feedback.place = units.successor_of(feedback.place) or province_of(feedback.place)
    if feedback.unit is not None and not feedback.unit.holds(units.today()):
        before, unit = str(feedback.unit), units.successor_of(feedback.unit)
        if feedback.first_unit_id == feedback.unit_id and feedback.answered is None:
            feedback.first_unit = unit
        feedback.unit = unit or (province_of(feedback.place) if feedback.level or feedback.answered else None)
        if feedback.unit is None and feedback.state in {State.ROUTED, State.CHECKING}:
            feedback.state = State.CLASSIFIED
    feedback.save()
    return before
