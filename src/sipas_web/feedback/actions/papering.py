"""The answer on paper, for those who left no e-mail and no telephone: the letter, and that it was handed over.

The unit that answers may be the one complained of: it gets the letter without name and address; the desk puts them in.
"""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.feedback.actions.following import may_say_until
from sipas_web.feedback.actions.receiving import PERSON
from sipas_web.feedback.actions.steps import note
from sipas_web.feedback.answer_documents import letter
from sipas_web.feedback.models import Answer, Feedback, State, Step
from sipas_web.feedback.permissions import Permission
from sipas_web.feedback.queries.feedback import accepted_answers, held, may_answer_on_paper
from sipas_web.privacy.actions.people import open_people
from sipas_web.privacy.identity import Identity
from sipas_web.units.queries import today

PURPOSE = "feedback.answer_letter"


@transaction.atomic
def make_letter(*, feedback_id: int, form: str, by: Actor) -> bytes:
    """Make the letter as PDF or DOCX. Needs ``feedback.feedback_receive`` or ``feedback.feedback_answer``.

    For the desk that took it in the citizen is opened, with a record; for others the lines stay open.
    """
    feedback, answer = _answered(feedback_id, by)
    who = Identity()
    if by.may(Permission.FEEDBACK_RECEIVE, feedback.place):
        found = open_people(kind=PERSON, tokens=[feedback.token], purpose=PURPOSE, unit=feedback.place, by=by)
        who = found.get(feedback.token, who)
    content = letter(feedback, answer, who, may_say_until(feedback), form)
    details = {"form": form, "level": feedback.level}
    record(by=by, action="feedback.answer_letter_made", subject=feedback, unit=answer.unit, details=details)
    return content


@transaction.atomic
def note_paper(*, feedback_id: int, number: str, on: dt.date, by: Actor) -> Feedback:
    """Note that the answer was handed over on paper on a day. Needs the same as the letter."""
    feedback, answer = _answered(feedback_id, by)
    answered = feedback.answered_again if feedback.level else feedback.answered
    if not (answered or feedback.received) <= on <= today():
        raise ValidationError({"on": _("A day from the answer to today.")})
    text = f"Số {number}, ngày {on:%d/%m/%Y}"
    if feedback.steps.filter(what=Step.What.PAPER, note=text).exists():
        raise ValidationError(_("This was noted already."))
    note(feedback, Step.What.PAPER, by, unit=answer.unit, text=text)
    details = {"number": number, "on": on.isoformat(), "level": feedback.level}
    record(by=by, action="feedback.answer_on_paper", subject=feedback, unit=answer.unit, details=details)
    return feedback


def _answered(feedback_id: int, by: Actor) -> tuple[Feedback, Answer]:
    """Hold one whose answer was found to fit, with that answer."""
    feedback = held(feedback_id)
    if not may_answer_on_paper(by, feedback):
        raise PermissionDenied
    found = [one for one in accepted_answers(feedback) if one.level == feedback.level]
    if feedback.state != State.ANSWERED or not found or feedback.is_emptied:
        raise ValidationError(_("There is no answer that may go out."))
    return feedback, found[-1]
