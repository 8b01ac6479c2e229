"""Classifying first; then routing to the unit that answers, or out; joining what is about the same."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.feedback import rules
from sipas_web.feedback.actions.steps import at_desk, at_unit, note
from sipas_web.feedback.models import HANDLED, Feedback, Kind, State, Step
from sipas_web.feedback.permissions import Permission
from sipas_web.feedback.queries.feedback import CAN_ANSWER, held
from sipas_web.units.models import Unit
from sipas_web.units.queries import today

DESK = Permission.FEEDBACK_RECEIVE


@transaction.atomic
def classify(*, feedback_id: int, kind: str, topic: str, by: Actor) -> Feedback:
    """Say that it is handled here, and what it is about. Needs ``feedback.feedback_receive`` over its place."""
    feedback = at_desk(feedback_id, DESK, by, State.NEW, State.CLASSIFIED)
    if kind not in HANDLED:
        raise ValidationError({"kind": _("This is not handled as feedback: route it out.")})
    feedback.kind, feedback.topic, feedback.state = kind, topic, State.CLASSIFIED
    feedback.classified = feedback.classified or today()
    feedback.save()
    Feedback.objects.filter(joined_to=feedback).update(kind=kind, topic=topic)
    note(feedback, Step.What.CLASSIFIED, by, text=Kind(kind).value)
    details = {"kind": kind, "topic": topic}
    record(by=by, action="feedback.classified", subject=feedback, unit=feedback.place, details=details)
    return feedback


@transaction.atomic
def route_out(*, feedback_id: int, kind: str, to: str, reason: str, by: Actor) -> Feedback:
    """Hand a complaint, a denunciation or what is outside competence to another body; it is not handled any further.

    Needs ``feedback.feedback_receive`` over its place. The person reads on the follow page where it went.
    """
    feedback = at_desk(feedback_id, DESK, by, State.NEW, State.CLASSIFIED)
    if kind in HANDLED or kind not in Kind.values:
        raise ValidationError({"kind": _("This kind is handled here.")})
    if feedback.joined.exists():
        raise ValidationError(_("Others follow this one. Part them from it first."))
    feedback.kind, feedback.state, feedback.unit, feedback.first_unit = kind, State.ROUTED_OUT, None, None
    feedback.classified, feedback.routed_out = feedback.classified or today(), today()
    feedback.routed_out_to, feedback.routed_out_because = to, reason
    feedback.save()
    note(feedback, Step.What.ROUTED_OUT, by)
    details = {"kind": kind, "to": to}
    record(by=by, action="feedback.routed_out", subject=feedback, unit=feedback.place, details=details)
    return feedback


@transaction.atomic
def route(*, feedback_id: int, unit: Unit, by: Actor) -> Feedback:
    """Send it to the unit that has to answer; sent on to another, its clock goes on.

    Needs ``feedback.feedback_receive`` over its place and over the unit.
    """
    feedback = at_desk(feedback_id, DESK, by, State.CLASSIFIED, State.ROUTED)
    by.require(DESK, unit)
    if feedback.level:
        raise ValidationError(_("It was reopened: the unit above answers, no other."))
    if unit.kind not in CAN_ANSWER or not unit.holds(today()):
        raise ValidationError({"unit": _("This unit cannot answer: choose an agency, a one-stop desk or a commune.")})
    for row in [feedback, *held_joined(feedback)]:
        _send(row, unit, State.ROUTED if row.pk == feedback.pk else State.JOINED)
        note(row, Step.What.ROUTED, by, unit=unit)
    details = {"to": str(unit), "due": _iso(feedback)}
    record(by=by, action="feedback.routed", subject=feedback, unit=unit, details=details)
    return feedback


@transaction.atomic
def give_back(*, feedback_id: int, reason: str, by: Actor) -> Feedback:
    """Give it back to the desk: it is not this unit's. Needs ``feedback.feedback_answer`` over the unit."""
    feedback, unit = at_unit(feedback_id, Permission.FEEDBACK_ANSWER, by, State.ROUTED)
    if feedback.level:
        raise ValidationError(_("It was reopened: the unit above answers, no other."))
    feedback.state, feedback.unit = State.CLASSIFIED, None
    feedback.save()
    note(feedback, Step.What.RETURNED, by, unit=unit, text=reason)
    record(by=by, action="feedback.given_back", subject=feedback, unit=unit, details={"from": str(unit)})
    return feedback


@transaction.atomic
def join(*, feedback_id: int, main_id: int, by: Actor) -> Feedback:
    """Have one follow another about the same thing: it gets the same answer, its citizen is told and asked alike.

    Needs ``feedback.feedback_receive`` over the places of both.
    """
    rows = {pk: held(pk) for pk in sorted({main_id, feedback_id})}  # always in one order: no deadlock
    main, feedback = rows[main_id], rows[feedback_id]
    by.require(DESK, main.place)
    by.require(DESK, feedback.place)
    _refuse_pair(feedback, main)
    feedback.kind, feedback.topic, feedback.joined_to = main.kind, main.topic, main
    feedback.classified = feedback.classified or today()
    feedback.state = State.JOINED
    if main.unit is not None:
        _send(feedback, main.unit, State.JOINED)
    if main.state == State.ANSWERED:
        feedback.state, feedback.answered = State.ANSWERED, today()
        feedback.resolved, feedback.evidence = main.resolved, main.evidence
    feedback.save()
    note(feedback, Step.What.JOINED, by, unit=main.unit)
    if feedback.state == State.ANSWERED:
        note(feedback, Step.What.ANSWERED, by, unit=main.unit)
    record(by=by, action="feedback.joined", subject=feedback, unit=feedback.place, details={"to": str(main)})
    return feedback


@transaction.atomic
def part(*, feedback_id: int, by: Actor) -> Feedback:
    """Take back a joining: it goes its own way again, from the desk. Needs ``feedback.feedback_receive``."""
    feedback = at_desk(feedback_id, DESK, by, State.JOINED)
    main = feedback.joined_to
    feedback.joined_to, feedback.state, feedback.unit = None, State.CLASSIFIED, None
    feedback.save()
    note(feedback, Step.What.CLASSIFIED, by)
    record(by=by, action="feedback.parted", subject=feedback, unit=feedback.place, details={"from": str(main)})
    return feedback


def held_joined(feedback: Feedback) -> list[Feedback]:
    """Hold those that follow one and wait for its answer."""
    rows = Feedback.objects.select_for_update(of=("self",)).select_related("place", "unit", "first_unit")
    return list(rows.filter(joined_to=feedback, state=State.JOINED).order_by("pk"))


def _send(feedback: Feedback, unit: Unit, state: State) -> None:
    feedback.unit = feedback.first_unit = unit
    feedback.state = state
    feedback.routed = feedback.routed or today()
    if feedback.first_due is None:
        feedback.first_due = feedback.due = rules.answer_by(feedback.received, feedback.routed)
    feedback.save()


def _refuse_pair(feedback: Feedback, main: Feedback) -> None:
    if main.pk == feedback.pk or main.joined_to_id is not None or main.level:
        raise ValidationError(_("Choose one that follows no other itself and was not reopened."))
    if main.state not in {State.CLASSIFIED, State.ROUTED, State.CHECKING, State.ANSWERED}:
        raise ValidationError(_("The other one is not classified as feedback yet, or is not handled here."))
    if feedback.state not in {State.NEW, State.CLASSIFIED, State.ROUTED} or feedback.level:
        raise ValidationError(_("This one is already too far to be joined."))
    if feedback.joined.exists():
        raise ValidationError(_("Others follow this one. Join it the other way round."))


def _iso(feedback: Feedback) -> str:
    return feedback.due.isoformat() if feedback.due else ""
