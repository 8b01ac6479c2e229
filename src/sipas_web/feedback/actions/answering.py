"""Answers: written, checked by another person that they fit, sent back with a reason or accepted; then resolved."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.feedback import rules
from sipas_web.feedback.actions.sorting import held_joined
from sipas_web.feedback.actions.steps import at_unit, note
from sipas_web.feedback.models import Answer, Feedback, State, Step
from sipas_web.feedback.permissions import Permission
from sipas_web.feedback.queries.feedback import accepted_answers, answer_in_check
from sipas_web.units.models import Unit
from sipas_web.units.queries import today


@transaction.atomic
def submit(*, feedback_id: int, text: str, by: Actor) -> Answer:
    """Write the answer; it goes to be checked. Needs ``feedback.feedback_answer`` over the unit.

    What was reopened is answered by somebody who neither wrote nor checked the first answer.
    """
    feedback, unit = at_unit(feedback_id, Permission.FEEDBACK_ANSWER, by, State.ROUTED)
    if "…" in text:
        raise ValidationError({"text": _("Fill in or take out what the template leaves open (…).")})
    _refuse_first_people(feedback, by)
    answer = Answer.objects.create(
        feedback=feedback, level=feedback.level, unit=unit, text=text, by_key=by.key, by_name=by.name
    )
    feedback.state = State.CHECKING
    feedback.save()
    note(feedback, Step.What.SUBMITTED, by, unit=unit)
    record(by=by, action="feedback.answer_written", subject=feedback, unit=unit, details={"level": feedback.level})
    return answer


@transaction.atomic
def send_back(*, feedback_id: int, reason: str, by: Actor) -> Feedback:
    """Send an answer back that does not fit, with the reason. Needs ``feedback.feedback_publish`` over the unit."""
    feedback, unit, answer = _checked(feedback_id, by)
    answer.sent_back_because = reason
    answer.save()
    feedback.state = State.ROUTED
    feedback.save()
    note(feedback, Step.What.SENT_BACK, by, unit=unit)
    record(by=by, action="feedback.answer_sent_back", subject=feedback, unit=unit, details={"level": feedback.level})
    return feedback


@transaction.atomic
def accept(*, feedback_id: int, by: Actor) -> Feedback:
    """Find that an answer fits: the citizen can read it now. Needs ``feedback.feedback_publish`` over the unit.

    Those that follow this one are answered with it, each on its own clock.
    """
    feedback, unit, answer = _checked(feedback_id, by)
    answer.is_accepted = True
    answer.save()
    rows = [feedback] if feedback.level else [feedback, *held_joined(feedback)]
    for row in rows:
        row.state = State.ANSWERED
        if row.level:
            row.answered_again = today()
        else:
            row.answered = today()
        row.save()
        note(row, Step.What.ANSWERED, by, unit=unit)
    details = {"level": feedback.level, "answered": len(rows)}
    record(by=by, action="feedback.answer_accepted", subject=feedback, unit=unit, details=details)
    return feedback


@transaction.atomic
def extend(*, feedback_id: int, to: dt.date, reason: str, by: Actor) -> Feedback:
    """Give the answer more time, once, before its last day has passed. Needs ``feedback.feedback_answer``."""
    feedback, unit = at_unit(feedback_id, Permission.FEEDBACK_ANSWER, by, State.ROUTED, State.CHECKING)
    if feedback.level or feedback.due is None or feedback.due != feedback.first_due:
        raise ValidationError(_("The time can be extended once only."))
    latest = rules.latest_extension(feedback.received, feedback.due)
    if today() > feedback.due:
        raise ValidationError(_("The last day has passed: it stays late. Answer it now."))
    if not feedback.due < to <= latest:
        raise ValidationError({"to": _("A day after the last day, at most %(day)s.") % {"day": f"{latest:%d/%m/%Y}"}})
    for row in [feedback, *held_joined(feedback)]:
        row.due, row.extended_because = max(to, row.due or to), reason
        row.save()
        note(row, Step.What.EXTENDED, by, unit=unit)
    record(by=by, action="feedback.extended", subject=feedback, unit=unit, details={"to": to.isoformat()})
    return feedback


@transaction.atomic
def resolve(*, feedback_id: int, evidence: str, on: dt.date, by: Actor) -> Feedback:
    """Say that what was answered has been done, with its evidence. Needs ``feedback.feedback_answer`` over the unit."""
    feedback, unit = at_unit(feedback_id, Permission.FEEDBACK_ANSWER, by, State.ANSWERED)
    if not feedback.received <= on <= today():
        raise ValidationError({"on": _("A day from the receipt to today.")})
    followers = Feedback.objects.select_for_update().filter(joined_to=feedback, level=0, state=State.ANSWERED)
    rows = [feedback] if feedback.level else [feedback, *followers]
    for row in rows:
        row.resolved, row.evidence = max(on, row.received), evidence
        row.save()
        note(row, Step.What.RESOLVED, by, unit=unit)
    record(by=by, action="feedback.resolved", subject=feedback, unit=unit, details={"on": on.isoformat()})
    return feedback


def _checked(feedback_id: int, by: Actor) -> tuple[Feedback, Unit, Answer]:
    """Hold one whose answer the actor checks now."""
    feedback, unit = at_unit(feedback_id, Permission.FEEDBACK_PUBLISH, by, State.CHECKING)
    answer = answer_in_check(feedback)
    if answer is None:
        raise ValidationError(_("There is no answer to check."))
    if answer.by_key == by.key:
        raise ValidationError(_("Who wrote an answer does not check it. Ask another person."))
    answer.checked, answer.checked_by_key, answer.checked_by_name = timezone.now(), by.key, by.name
    return feedback, unit, answer


def _refuse_first_people(feedback: Feedback, by: Actor) -> None:
    if feedback.level and any(by.key in {a.by_key, a.checked_by_key} for a in accepted_answers(feedback)):
        raise ValidationError(_("Who wrote or checked the first answer does not answer again. Ask another person."))
