"""Visits written down on a screen: by who carries the case, or by the post office for that person; and taken back."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas.quality import dispositions
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.actions.counting import Moves, count_days
from sipas_web.fieldwork.actions.holding import case_in_field, refuse_unless, require_over, who_visited
from sipas_web.fieldwork.actions.standing import NOT_ATTEMPTED, NOT_RETURNED, Act, furthest, stand_by_visits
from sipas_web.fieldwork.models import Case, FormStep, Issue, State, Visit
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries.rules import rules_of
from sipas_web.privacy.actions import put_visit_secret
from sipas_web.privacy.queries import Place
from sipas_web.rounds.queries import Round

MOST_NOTE, MOST_TOKEN = 500, 32  # characters
DONE = ("1.1", "1.2")
BY_HAND = ("paper", "face_to_face", "phone")  # modes in which who visits fills in, or takes along, a paper form
STEP_OF: Mapping[tuple[str, str], str] = {
    ("paper", NOT_RETURNED): FormStep.Step.DELIVERED,
    **{(mode, outcome): FormStep.Step.COLLECTED for mode in BY_HAND for outcome in DONE},
}
ACT_OF = {"": Act.VISIT, FormStep.Step.DELIVERED: Act.DELIVER, FormStep.Step.COLLECTED: Act.COLLECT}


@transaction.atomic
def log_visit(
    *,
    case_pk: int,
    mode: str,
    outcome: str,
    note: str = "",
    place: Place | None = None,
    day: dt.date | None = None,
    token: str = "",
    by: Actor,
) -> Visit:
    """Write down an attempt to reach a case; what hands over or takes along its paper form moves the form too.

    By the interviewer who carries the case, or by the post office for that interviewer. ``token`` names the page it was
    sent from: the same page sent again gives the visit there is. Note and place are sealed with the contact.
    """
    case, round_ = case_in_field(case_pk)
    person = who_visited(case, round_, by)
    token = token[:MOST_TOKEN]
    if token and (there := Visit.every.filter(case=case, token=token).first()):
        return there
    step = _step(case, mode, outcome)
    refuse_unless(case, ACT_OF[step])
    _refuse_impossible(round_, mode, outcome, day)
    day = day or timezone.localdate()
    visit = add_visit(case, round_, day=day, mode=mode, outcome=outcome, person=person, step=step, token=token, by=by)
    place = place if rules_of(round_).asks_place else None
    note = note[:MOST_NOTE]
    put_visit_secret(round_=round_, case_code=case.case_id, visit=visit.number, place=place, note=note, by=by)
    _note(visit, case, round_, "fieldwork.visit_logged", by)
    return visit


@transaction.atomic
def take_back_visit(*, visit_pk: int, because: str = "", by: Actor) -> None:
    """Take back the last visit of a case: its interviewer within the minutes of the rules, the office with a reason.

    It stays in the record with its number; the case stands as if it had not been.
    """
    case, round_ = case_in_field(Visit.every.values_list("case_id", flat=True).get(pk=visit_pk))
    visits = list(Visit.objects.filter(case=case).order_by("number"))
    visit = visits[-1] if visits and visits[-1].pk == visit_pk else None
    if visit is None:
        if Visit.every.filter(pk=visit_pk, voided__isnull=False).exists():
            return
        raise ValidationError(_("Only the last visit of a case can be taken back."))
    _refuse_taking_back(visit, case, round_, because, by)
    visit.voided, visit.voided_by = timezone.now(), by.name
    visit.save(update_fields=["voided", "voided_by"])
    if visit.step:
        FormStep.objects.filter(case=case, step=visit.step).delete()
    moves = Moves(round_.pk, [case])
    case.form_step = furthest("", *FormStep.objects.filter(case=case).values_list("step", flat=True))
    stand_by_visits(case, visits[:-1])
    moves.put()
    count_days(round_.pk, Counter({(visit.day, visit.mode, "visits"): -1}))
    put_visit_secret(round_=round_, case_code=case.case_id, visit=visit.number, place=None, note="", by=by)
    _note(visit, case, round_, "fieldwork.visit_taken_back", by, because=because)


def add_visit(
    case: Case, round_: Round, *, day: dt.date, mode: str, outcome: str, person: Any, step: str = "", token: str = "",
    by: Actor,
) -> Visit:  # fmt: skip
    """Write a visit and bring its case and the counts up to date, in the caller's action; at the server's time."""
    moves = Moves(round_.pk, [case])
    visits = list(Visit.every.filter(case=case).order_by("number"))
    number = visits[-1].number + 1 if visits else 1
    visit = Visit.objects.create(
        case=case, number=number, day=day, at=timezone.now(), mode=mode, outcome=outcome, person=person,
        interviewer=person.username if person else "", step=step, token=token,
    )  # fmt: skip
    if step:
        FormStep.objects.create(case=case, step=step, day=day, by=by.name)
        case.form_step = furthest(case.form_step, step)
    stand_by_visits(case, [v for v in visits if v.voided is None] + [visit])
    moves.put()
    count_days(round_.pk, Counter({(day, mode, "visits"): 1}))
    return visit


def modes_of(outcome: str) -> tuple[str, ...]:
    """Give the modes an outcome may have; none where no visit can have it."""
    if outcome == NOT_ATTEMPTED:
        return ()
    return next((d.modes for d in dispositions() if d.code == outcome), ())


def _step(case: Case, mode: str, outcome: str) -> str:
    """Give the step that a visit takes the paper form; a form handed over already is not handed over again."""
    step = STEP_OF.get((mode, outcome), "")
    return "" if step == FormStep.Step.DELIVERED and case.form_step else step


def _refuse_impossible(round_: Round, mode: str, outcome: str, day: dt.date | None) -> None:
    if mode not in modes_of(outcome):
        raise ValidationError(_("This outcome does not belong to this way of asking."), code="fieldwork.outcome_mode")
    if day is None:
        return
    if day > timezone.localdate():
        raise ValidationError(_("The day of the visit lies in the future."), code="fieldwork.day_future")
    issue = Issue.objects.filter(round=round_).first()
    # The days of a made-up round lie where its calendar puts them.
    if issue and issue.finished and not round_.is_simulated and day < timezone.localdate(issue.finished):
        raise ValidationError(_("The day of the visit lies before the cases were issued."), code="fieldwork.day_early")


def _refuse_taking_back(visit: Visit, case: Case, round_: Round, because: str, by: Actor) -> None:
    if case.state in {State.REPLACED, State.WITHDRAWN} or case.replaced_by:
        raise ValidationError(_("The case was replaced or withdrawn since; its visits stay as they are."))
    if visit.step and case.form_step not in {"", visit.step}:
        raise ValidationError(_("The form has gone further since; this visit stays as it is."))
    if visit.person_id == by.person and by.may(Permission.CASE_CARRY):
        minutes = rules_of(round_).undo_minutes
        if visit.at and timezone.now() - visit.at <= dt.timedelta(minutes=minutes):
            return
        raise ValidationError(
            _("More than %(minutes)d minutes have gone by. Ask your post office to take this visit back.")
            % {"minutes": minutes}
        )
    require_over(case, round_, Permission.OFFICE_HOLD, by)
    if visit.at is None:
        raise PermissionDenied  # it came in a file: the file stands
    if not because.strip():
        raise ValidationError(_("Say why this visit is taken back."))


def _note(visit: Visit, case: Case, round_: Round, action: str, by: Actor, *, because: str = "") -> None:
    details = {
        "case": case.case_id, "visit": visit.number, "day": visit.day.isoformat(), "mode": visit.mode,
        "outcome": visit.outcome, "interviewer": visit.interviewer, "step": visit.step, "reason": because,
    }  # fmt: skip
    told = {name: value for name, value in details.items() if value != ""}
    record(by=by, action=action, subject=visit, unit=case.office or round_.unit, details=told)
