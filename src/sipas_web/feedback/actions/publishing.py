"""Publishing question and answer redacted; the original is never published."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.feedback import redaction
from sipas_web.feedback.actions.receiving import PERSON
from sipas_web.feedback.actions.steps import at_unit, note
from sipas_web.feedback.models import Feedback, Publication, State, Step
from sipas_web.feedback.permissions import Permission
from sipas_web.privacy.actions.people import open_people
from sipas_web.units.queries import today


@transaction.atomic
def publish(*, feedback_id: int, question: str, answer: str, is_rest_checked: bool, by: Actor) -> Publication:
    """Publish the redacted texts, or put them in the place of those published before.

    Needs ``feedback.feedback_publish`` over the unit. Refused against the citizen's wish, and where a text names them;
    what else looks like a person must have been looked at.
    """
    feedback, unit = at_unit(feedback_id, Permission.FEEDBACK_PUBLISH, by, State.ANSWERED)
    if feedback.is_not_to_publish:
        raise ValidationError(_("The citizen asked that nothing is published."))
    if (question and answer) and not is_rest_checked and redaction.proposals(f"{question}\n{answer}"):
        raise ValidationError({"is_rest_checked": _("Some places still look like a person. Redact them, or say so.")})
    _refuse_person(feedback, {"question": question, "answer": answer}, by)
    row = Publication.objects.filter(feedback=feedback).first() or Publication(feedback=feedback)
    row.unit, row.topic, row.question, row.answer = unit, feedback.topic, question, answer
    row.published, row.taken_down, row.by_key, row.by_name = today(), None, by.key, by.name
    row.save()
    note(feedback, Step.What.PUBLISHED, by, unit=unit)
    record(by=by, action="feedback.published", subject=feedback, unit=unit, details={"number": row.pk})
    return row


@transaction.atomic
def take_down(*, feedback_id: int, reason: str, by: Actor) -> None:
    """Take what was published down, with a reason. Needs ``feedback.feedback_publish`` over the unit."""
    feedback, unit = at_unit(feedback_id, Permission.FEEDBACK_PUBLISH, by)
    if not remove(feedback):
        raise ValidationError(_("Nothing of it is published."))
    note(feedback, Step.What.TAKEN_DOWN, by, unit=unit, text=reason)
    record(by=by, action="feedback.taken_down", subject=feedback, unit=unit)


def remove(feedback: Feedback) -> bool:
    """Take it off the public list; gives whether it stood there."""
    return bool(Publication.objects.filter(feedback=feedback, taken_down=None).update(taken_down=today()))


def _refuse_person(feedback: Feedback, texts: dict[str, str], by: Actor) -> None:
    """Compare with who sent it, without showing who that is; recorded as an opening."""
    found = open_people(
        kind=PERSON, tokens=[feedback.token], purpose="feedback.compared_before_publishing", unit=feedback.place, by=by
    ).get(feedback.token)
    if found is None:
        return
    for name, text in texts.items():
        if redaction.gives_away(text, name=found.name, phone=found.phone, email=found.email, address=found.address):
            raise ValidationError({name: _("This text names the citizen who sent it. Take that out.")})
