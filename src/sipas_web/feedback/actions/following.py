"""What the citizen does with their code: say whether it helped, reopen it once, keep it private, delete their data."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.feedback import codes, rules
from sipas_web.feedback.actions.publishing import remove
from sipas_web.feedback.actions.receiving import CODE, PERSON
from sipas_web.feedback.actions.steps import CITIZEN, note
from sipas_web.feedback.models import Feedback, Photograph, State, Step, Word
from sipas_web.feedback.queries.feedback import by_code_hash, held, unit_above
from sipas_web.privacy.actions.people import forget_people, open_people
from sipas_web.privacy.identity import Identity
from sipas_web.units.queries import today

BAD = 2  # a rating of so much or less opens it again by itself


def opened(code: str) -> Feedback | None:
    """Give what a code as typed follows; None where it follows nothing."""
    plain = codes.read_code(code)
    return by_code_hash(codes.hash_of(plain)) if plain else None


@transaction.atomic
def say(*, code: str, agrees: bool, rating: int, text: str) -> Feedback:
    """Keep the citizen's word on the answer. Who does not agree, or rates it badly, reopens it, once."""
    feedback = _held(code)
    if not may_say(feedback):
        raise ValidationError(_("Your word on this answer was already taken, or its time has passed."))
    Word.objects.create(feedback=feedback, level=feedback.level, agrees=agrees, rating=rating, text=text, said=today())
    feedback.agreed = agrees and rating > BAD
    is_reopened = not feedback.agreed and feedback.level == 0
    if is_reopened:
        _reopen(feedback)
    feedback.save()
    note(feedback, Step.What.SAID, CITIZEN)
    if is_reopened:
        note(feedback, Step.What.REOPENED, CITIZEN, unit=feedback.unit)
    action = "feedback.reopened" if is_reopened else "feedback.word_given"
    details = {"agrees": agrees, "rating": rating}
    record(by=CITIZEN, action=action, subject=feedback, unit=feedback.unit, details=details)
    return feedback


@transaction.atomic
def keep_private(*, code: str) -> Feedback:
    """Have nothing published, or taken down."""
    feedback = _held(code)
    feedback.is_not_to_publish = True
    feedback.save()
    if remove(feedback):
        note(feedback, Step.What.TAKEN_DOWN, CITIZEN)
    record(by=CITIZEN, action="feedback.kept_private", subject=feedback, unit=feedback.place)
    return feedback


@transaction.atomic
def see_own(*, code: str) -> Identity | None:
    """Show the citizen what is kept of them; recorded."""
    feedback = _held(code)
    found = open_people(
        kind=PERSON, tokens=[feedback.token], purpose="feedback.own_data", unit=feedback.place, by=CITIZEN
    )
    return found.get(feedback.token)


@transaction.atomic
def forget_own(*, code: str) -> Feedback:
    """Destroy who sent it and their photographs at once; the feedback goes its way."""
    feedback = _held(code)
    forget(feedback, CITIZEN)
    note(feedback, Step.What.FORGOTTEN, CITIZEN)
    record(by=CITIZEN, action="feedback.person_forgotten", subject=feedback, unit=feedback.place)
    return feedback


def forget(feedback: Feedback, by: Actor) -> None:
    """Destroy person and photographs of one; the caller asked for its permission and records."""
    for kind in (PERSON, CODE):
        forget_people(kind=kind, tokens=[feedback.token], unit=feedback.place, by=by)
    Photograph.objects.filter(feedback=feedback).delete()
    feedback.is_forgotten, feedback.wants_messages = True, False
    feedback.save()


def may_say(feedback: Feedback) -> bool:
    """Say whether the citizen may give their word on the answer now."""
    return may_say_until(feedback) is not None


def may_say_until(feedback: Feedback) -> dt.date | None:
    """Give the last day for the citizen's word on the answer; None where it is not, or no longer, asked."""
    day = feedback.answered_again if feedback.level else feedback.answered
    if feedback.state != State.ANSWERED or day is None:
        return None
    last = day + dt.timedelta(days=rules.own().word_within)
    is_open = today() <= last and not Word.objects.filter(feedback=feedback, level=feedback.level).exists()
    return last if is_open else None


def _reopen(feedback: Feedback) -> None:
    """Bring it before the unit above; what was said to be resolved is open again."""
    if feedback.unit is not None:
        feedback.unit = unit_above(feedback.unit)
    feedback.level, feedback.state, feedback.reopened = 1, State.ROUTED, today()
    feedback.second_due = rules.answer_by(feedback.received, today())
    feedback.resolved, feedback.evidence, feedback.told, feedback.asked = None, "", None, None


def _held(code: str) -> Feedback:
    found = opened(code)
    if found is None:
        raise ValidationError(_("This code follows nothing."))
    return held(found.pk)
