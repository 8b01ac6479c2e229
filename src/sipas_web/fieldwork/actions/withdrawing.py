"""Withdrawal: a case taken out of the round by the operator, with a reason."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.actions.counting import Moves
from sipas_web.fieldwork.actions.holding import case_in_field, refuse_unless, require_over
from sipas_web.fieldwork.actions.standing import Act, stand_by_visits
from sipas_web.fieldwork.actions.visiting import add_visit
from sipas_web.fieldwork.models import Case, State, Visit
from sipas_web.fieldwork.permissions import Permission

# Ends that the operator may learn of without a visit: the person asks to be left out, or should not have been drawn.
OUTCOMES = ("2.11", "4.10", "4.50", "4.70", "4.90")
MOST_REASON = 300


@transaction.atomic
def withdraw(*, case_pk: int, outcome: str, because: str, mode: str = "phone", by: Actor) -> Case:
    """Take a case out of the round; needs ``fieldwork.case_withdraw`` over its office. Twice is once.

    It is written among the visits as the contact by which it became known, so that the rates of the library count it
    as what it is. An answer of the case is kept and does not count.
    """
    case, round_ = case_in_field(case_pk)
    require_over(case, round_, Permission.CASE_WITHDRAW, by)
    if case.state == State.WITHDRAWN:
        return case
    refuse_unless(case, Act.WITHDRAW)
    if outcome not in OUTCOMES:
        raise ValidationError(_("Choose why the case is withdrawn."))
    if not because.strip():
        raise ValidationError(_("Say in a sentence why the case is withdrawn."))
    add_visit(case, round_, day=timezone.localdate(), mode=mode, outcome=outcome, person=None, by=by)
    moves = Moves(round_.pk, [case])
    case.withdrawn_because = because.strip()[:MOST_REASON]
    stand_by_visits(case, list(Visit.objects.filter(case=case).order_by("number")))
    moves.put()
    details = {"case": case.case_id, "outcome": outcome, "reason": case.withdrawn_because}
    record(by=by, action="fieldwork.case_withdrawn", subject=case, unit=case.office or round_.unit, details=details)
    return case
