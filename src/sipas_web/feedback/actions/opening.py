"""Opening what is kept apart: who sent it, and the words of a denunciation. For the desk alone, recorded each time."""

from __future__ import annotations

from django.db import transaction

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.feedback.actions.receiving import PERSON
from sipas_web.feedback.actions.steps import at_desk
from sipas_web.feedback.permissions import Permission
from sipas_web.privacy.actions.people import open_people
from sipas_web.privacy.identity import Identity


@transaction.atomic
def open_person(*, feedback_id: int, by: Actor) -> Identity | None:
    """Open who sent it; None where nothing is kept. Needs ``feedback.feedback_receive`` over its place."""
    feedback = at_desk(feedback_id, Permission.FEEDBACK_RECEIVE, by)
    found = open_people(kind=PERSON, tokens=[feedback.token], purpose="feedback.desk", unit=feedback.place, by=by)
    return found.get(feedback.token)


@transaction.atomic
def open_denunciation(*, feedback_id: int, by: Actor) -> tuple[str, list[bytes]]:
    """Open words and photographs of a denunciation. Needs ``feedback.feedback_receive`` over its place."""
    feedback = at_desk(feedback_id, Permission.FEEDBACK_RECEIVE, by)
    record(by=by, action="feedback.denunciation_opened", subject=feedback, unit=feedback.place)
    return feedback.text, [bytes(row.content) for row in feedback.photographs.all()]
