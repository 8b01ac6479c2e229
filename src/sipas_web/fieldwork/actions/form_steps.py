"""The way of a paper form: handed over, collected, received at the desk, keyed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas.sampling import read_case_id
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.actions.counting import Moves
from sipas_web.fieldwork.actions.holding import case_in_field, refuse_unless, require_over
from sipas_web.fieldwork.actions.standing import NOT_RETURNED, STEPS, Act, furthest, stand_by_step
from sipas_web.fieldwork.actions.visiting import log_visit
from sipas_web.fieldwork.models import Case, FormStep
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries.rules import rules_of
from sipas_web.rounds import states
from sipas_web.rounds.queries import Round, held
from sipas_web.rounds.queries import State as RoundState

Step = FormStep.Step
OUTCOME_OF = {Step.DELIVERED: NOT_RETURNED, Step.COLLECTED: "1.1"}  # of the visit that a step by hand is


@transaction.atomic
def step_form(*, case_pk: int, step: str, day: dt.date | None = None, token: str = "", by: Actor) -> None:
    """Take a form a step further: handed over or collected by its interviewer (a visit), or received at the desk."""
    if step in OUTCOME_OF:
        log_visit(case_pk=case_pk, mode="paper", outcome=OUTCOME_OF[Step(step)], day=day, token=token, by=by)
    elif step == Step.RECEIVED:
        _receive(*case_in_field(case_pk), day, by)
    else:
        raise ValueError(step)


@transaction.atomic
def receive_form(*, round_id: int, code: str, by: Actor) -> tuple[Case, bool]:
    """Receive at the desk the form that bears a code, as typed or scanned; twice is once. Says whether it was new.

    Needs ``fieldwork.form_receive`` over the office that has the case. A code that cannot be is refused by its check
    characters with the library's error.
    """
    typed = read_case_id(code)
    round_ = held(round_id)
    states.refuse_unless(round_, RoundState.IN_FIELD)
    case = Case.objects.select_related("office", "interviewer").filter(round=round_, case_id=typed).first()
    if case is None:
        raise ValidationError(
            _("%(code)s is a right code, but not of a form of this round.") % {"code": typed}, code="fieldwork.no_case"
        )
    return case, _receive(case, round_, None, by)


@transaction.atomic
def take_back_receipt(*, case_pk: int, by: Actor) -> None:
    """Take back a receipt that was a slip: at the same desk, within the minutes of the rules, before it is keyed."""
    case, round_ = case_in_field(case_pk)
    require_over(case, round_, Permission.FORM_RECEIVE, by)
    row = FormStep.objects.filter(case=case, step=Step.RECEIVED).first()
    if row is None:
        return
    if case.form_step != Step.RECEIVED:
        raise ValidationError(_("The form of case %(code)s is keyed already.") % {"code": case.case_id})
    minutes = rules_of(round_).undo_minutes
    if timezone.now() - row.at > dt.timedelta(minutes=minutes):
        raise ValidationError(_("More than %(minutes)d minutes have gone by.") % {"minutes": minutes})
    row.delete()
    moves = Moves(round_.pk, [case])
    case.form_step = furthest("", *FormStep.objects.filter(case=case).values_list("step", flat=True))
    stand_by_step(case, case.form_step)
    moves.put()
    record(
        by=by, action="fieldwork.receipt_taken_back", subject=case, unit=case.office or round_.unit,
        details={"case": case.case_id},
    )  # fmt: skip


def put_keyed(round_: Round, keyed_by: Mapping[str, str]) -> None:
    """Note that the forms of some cases (by code) are keyed, and by whom.

    Inside the caller's action, which holds the round.
    """
    if not keyed_by:
        return
    moves = Moves(round_.pk, Case.objects.filter(round=round_, case_id__in=keyed_by))
    cases = list(moves.cases.values())
    keyed = FormStep.objects.filter(case__in=[case.pk for case in cases], step=Step.KEYED)
    there, day = set(keyed.values_list("case_id", flat=True)), timezone.localdate()
    new = [FormStep(case=c, step=Step.KEYED, day=day, by=keyed_by[c.case_id]) for c in cases if c.pk not in there]
    FormStep.objects.bulk_create(new)
    steps: dict[int, list[str]] = {case.pk: [""] for case in cases}
    for case_pk, step in FormStep.objects.filter(case__in=steps).values_list("case_id", "step"):
        steps[case_pk].append(step)
    for case in cases:
        case.form_step = furthest(*steps[case.pk])
        stand_by_step(case, case.form_step)
    moves.put()


def _receive(case: Case, round_: Round, day: dt.date | None, by: Actor) -> bool:
    require_over(case, round_, Permission.FORM_RECEIVE, by)
    if FormStep.objects.filter(case=case, step__in=STEPS[STEPS.index(Step.RECEIVED) :]).exists():
        return False
    refuse_unless(case, Act.RECEIVE)
    moves = Moves(round_.pk, [case])
    FormStep.objects.create(case=case, step=Step.RECEIVED, day=day or timezone.localdate(), by=by.name)
    stand_by_step(case, Step.RECEIVED)
    moves.put()
    record(
        by=by, action="fieldwork.form_received", subject=case, unit=case.office or round_.unit,
        details={"case": case.case_id},
    )  # fmt: skip
    return True
