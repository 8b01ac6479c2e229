"""The procedure on failed forms, carried out by the department or declined with a reason."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.capture import actions as capture
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.fieldwork.queries import Case
from sipas_web.rounds.draw_texts import checked
from sipas_web.supervision.models import Remedy
from sipas_web.supervision.permissions import Permission
from sipas_web.supervision.queries import samples as reads


@transaction.atomic
def carry_out(*, remedy_id: int, reason: str, by: Actor) -> Remedy:
    """Do a step on a failed form: drop its answer, or replace its case; needs ``supervision.finding_answer``.

    Recorded with the case, as it is released, and the reason.
    """
    remedy = _held(remedy_id, by)
    clean = checked(reason)
    round_, case = remedy.check_case.sample.round, remedy.check_case.case
    if remedy.kind == Remedy.Kind.REST:
        raise ValidationError(_("The supervisors themselves check an interviewer's other forms."))
    if remedy.kind == Remedy.Kind.DROP:
        capture.set_aside(round_=round_, case_code=case.case_id, reason=clean, by=by)
    else:
        remedy.replacement = _replaced(remedy, case, clean, by)
    return _end(remedy, Remedy.State.DONE, clean, by)


@transaction.atomic
def decline(*, remedy_id: int, reason: str, by: Actor) -> Remedy:
    """Leave a step undone, with a reason that the supervisors read; needs ``supervision.finding_answer``. Recorded."""
    return _end(_held(remedy_id, by), Remedy.State.DECLINED, checked(reason), by)


def _held(remedy_id: int, by: Actor) -> Remedy:
    remedy = reads.remedy_by_id(remedy_id)
    if remedy is None:
        raise ValidationError(_("There is no such step."))
    by.require(Permission.FINDING_ANSWER, remedy.check_case.sample.round.unit)
    reads.held(remedy.check_case.sample_id)
    remedy = reads.remedy_by_id(remedy_id)
    if remedy is None or remedy.state != Remedy.State.WAITING:
        raise ValidationError(_("This step was settled already."))
    return remedy


def _replaced(remedy: Remedy, case: Case, reason: str, by: Actor) -> str:
    first = Remedy.objects.filter(check_case=remedy.check_case_id, kind=Remedy.Kind.DROP).first()
    if first is not None and first.state != Remedy.State.DONE:
        raise ValidationError(_("Drop the answer first: a case whose answer counts is not replaced."))
    made = fieldwork.replace(case_pk=case.pk, remark=reason, by=by)
    return made.reserve.case_id


def _end(remedy: Remedy, state: str, reason: str, by: Actor) -> Remedy:
    remedy.state, remedy.reason, remedy.at, remedy.by = state, reason, timezone.now(), by.name
    remedy.save(update_fields=["state", "reason", "at", "by", "replacement"])
    sample, code = remedy.check_case.sample, remedy.check_case.case.case_id
    details = {"case": code, "kind": remedy.kind, "state": state, "reason": reason}
    if remedy.replacement:
        details["replacement"] = remedy.replacement
    record(by=by, action="supervision.remedy_settled", subject=sample, unit=sample.round.unit, details=details)
    return remedy
