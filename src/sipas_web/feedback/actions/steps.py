"""What every action on feedback begins and ends with: holding it, the step that officials and the citizen read."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from sipas_web.audit.actors import Actor, Nothing
from sipas_web.feedback.models import Feedback, State, Step
from sipas_web.feedback.queries.feedback import held
from sipas_web.units.models import Unit

CITIZEN = Actor("citizen", "Người dân", "", "web", Nothing())  # no address, no device: who speaks is told to nobody


def at_desk(feedback_id: int, permission: str, by: Actor, *states: str) -> Feedback:
    """Hold one for someone of the desk that took it in; it must stand in one of the states."""
    feedback = held(feedback_id)
    by.require(permission, feedback.place)
    _refuse_unless(feedback, states)
    return feedback


def at_unit(feedback_id: int, permission: str, by: Actor, *states: str) -> tuple[Feedback, Unit]:
    """Hold one for someone of the unit that answers; it must stand in one of the states."""
    feedback = held(feedback_id)
    if feedback.unit is None:
        raise PermissionDenied
    by.require(permission, feedback.unit)
    _refuse_unless(feedback, states)
    return feedback, feedback.unit


def note(feedback: Feedback, what: Step.What, by: Actor, *, unit: Unit | None = None, text: str = "") -> None:
    """Add a step."""
    name = "" if by.key == CITIZEN.key else by.name
    Step.objects.create(feedback=feedback, what=what, unit=unit, by_name=name, note=text[:500])


def _refuse_unless(feedback: Feedback, states: tuple[str, ...]) -> None:
    if states and feedback.state not in states:
        raise ValidationError(
            _("It stands at “%(state)s” now; somebody was quicker. Open the page again."),
            params={"state": State(feedback.state).label},
        )
