"""The quality check of a round closes: decisions stand, and where answers came from is forgotten."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.capture.actions.web_forgetting import forget_marks
from sipas_web.quality import queries
from sipas_web.quality.models import Closing
from sipas_web.quality.permissions import Permission
from sipas_web.rounds import queries as rounds
from sipas_web.rounds import states
from sipas_web.rounds.queries import Round, State

LEAST_REASON = 10  # characters


@transaction.atomic
def close(*, round_id: int, by: Actor) -> None:
    """Close the quality check; needs ``quality.flag_decide``, after the field and with nothing left to decide.

    The keyed hashes of devices and networks are deleted with the salt of their key. Twice is once. Recorded.
    """
    round_ = rounds.held(round_id)
    by.require(Permission.FLAG_DECIDE, round_.unit)
    states.refuse_unless(round_, State.FROZEN, State.PUBLISHED)
    if queries.closing_of(round_) is not None:
        return
    waiting = queries.waiting_in(round_)
    if waiting:
        told = ngettext(
            "%(n)d form or interviewer waits for a decision. Decide first.",
            "%(n)d forms and interviewers wait for a decision. Decide first.",
            waiting,
        )
        raise ValidationError(told % {"n": waiting})
    _closed(round_, by)


def close_with_publication(*, round_: Round, by: Actor) -> None:
    """Close it with the round's publication, decided or not; for the action that publishes, in its transaction."""
    _closed(round_, by)


@transaction.atomic
def reopen(*, round_id: int, reason: str, by: Actor) -> None:
    """Let decisions be taken again before publication, with a reason; needs ``quality.flag_decide``. Recorded.

    What was forgotten does not come back.
    """
    round_ = rounds.held(round_id)
    by.require(Permission.FLAG_DECIDE, round_.unit)
    states.refuse_unless(round_, State.FROZEN)
    why = reason.strip()
    if len(why) < LEAST_REASON:
        raise ValidationError({"reason": _("Say in a sentence why it is opened again.")})
    if Closing.objects.filter(round=round_).delete()[0]:
        record(by=by, action="quality.reopened", subject=round_, unit=round_.unit, details={"reason": why})


def _closed(round_: Round, by: Actor) -> None:
    """Forget also what came in since an earlier closing."""
    _closing, is_new = Closing.objects.get_or_create(round=round_, defaults={"by": by.name})
    marks = forget_marks(round_=round_, by=by)
    if is_new or marks:
        details = {"marks": marks, "waiting": queries.waiting_in(round_)}
        record(by=by, action="quality.closed", subject=round_, unit=round_.unit, details=details)
