"""Re-verifying the cases of one's own check sample, without the first answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas.errors import SipasError
from sipas.quality import recheck_form, verdict_of
from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.queries import State
from sipas_web.privacy import actions as privacy
from sipas_web.privacy.queries import Identity
from sipas_web.shared.core_errors import sentence
from sipas_web.shared.vietnamese_text import nfc
from sipas_web.supervision.models import CheckAttempt, CheckCase, CheckSample, ContactOpening
from sipas_web.supervision.permissions import Permission
from sipas_web.supervision.queries import access
from sipas_web.supervision.queries import samples as reads
from sipas_web.units.queries import today

REMARK = 500  # characters


@dataclass(frozen=True, slots=True)
class Told:
    """What a person said at an attempt; empty where nobody was reached."""

    day: dt.date
    mode: str
    outcome: str
    answers: Mapping[str, int] = field(default_factory=dict)
    again: Mapping[str, int] = field(default_factory=dict)
    remark: str = ""


@transaction.atomic
def open_contacts(*, checks: Collection[CheckCase], purpose: str, by: Actor) -> dict[int, Identity]:
    """Open the contacts of cases of one's own sample while it is open; needs ``supervision.case_reverify``.

    The audit record names the sample and no case; which case it was is kept with the sample. Who withdrew from the
    round is not approached again.
    """
    if not checks:
        return {}
    sample = _own_open(next(iter(checks)).sample_id, by)
    if any(check.sample_id != sample.pk for check in checks):
        raise PermissionDenied
    codes = {check.case.case_id: check.pk for check in checks if check.case.state != State.WITHDRAWN}
    found = privacy.open_contacts(round_=sample.round, case_codes=codes, purpose=purpose, by=by, subject=sample)
    ContactOpening.objects.bulk_create(
        ContactOpening(check_case_id=codes[code], by=by.name, purpose=purpose) for code in found
    )
    return {codes[code]: identity for code, identity in found.items()}


@transaction.atomic
def log_attempt(*, check_id: int, told: Told, by: Actor) -> CheckCase:
    """Write down an attempt, and what the person said; needs ``supervision.case_reverify`` over an open own sample.

    The verdict is the library's. A case that is done can be opened again only by ``reopen``. Recorded without the case.
    """
    check = reads.held_case(check_id)
    sample = _own_open(check.sample_id, by)
    if check.is_done:
        raise ValidationError(_("This case is done. Open it again to mend it."))
    answers, again = _refuse_unfit(sample, told)
    try:
        verdict, reasons = verdict_of(answers, told.outcome)
    except SipasError as error:
        raise ValidationError(sentence(error)) from error
    number = check.attempts.count() + 1
    CheckAttempt.objects.create(
        check_case=check, number=number, day=told.day, mode=told.mode, outcome=told.outcome, by=by.name
    )
    check.outcome, check.answers, check.again = told.outcome, answers, again
    check.verdict, check.reasons = verdict or "", list(reasons)
    check.remark = nfc(told.remark).strip()[:REMARK]
    check.is_done = recheck_form().outcome(told.outcome).final
    check.done, check.done_by = (timezone.now(), by.name) if check.is_done else (None, "")
    check.save()
    details = {"number": number}
    record(by=by, action="supervision.attempt_logged", subject=check, unit=sample.round.unit, details=details)
    return check


@transaction.atomic
def reopen(*, check_id: int, reason: str, by: Actor) -> CheckCase:
    """Let a case that is done be asked again, with a reason; what was said stays until it is said anew. Recorded."""
    check = reads.held_case(check_id)
    sample = _own_open(check.sample_id, by)
    if not check.is_done:
        raise ValidationError(_("This case is still open."))
    check.is_done, check.done, check.done_by = False, None, ""
    check.save(update_fields=["is_done", "done", "done_by"])
    details = {"reason": nfc(reason).strip()}
    record(by=by, action="supervision.case_reopened", subject=check, unit=sample.round.unit, details=details)
    return check


def _own_open(sample_id: int, by: Actor) -> CheckSample:
    sample = access.own_sample(by, sample_id, Permission.CASE_REVERIFY)
    if sample is None:
        raise PermissionDenied
    by.require(Permission.CASE_REVERIFY, sample.organisation or sample.round.unit)
    # Locked so that nothing is entered beside a closing.
    sample = reads.held(sample_id)
    if not sample.is_open:
        raise ValidationError(_("This check sample is not open: nothing can be entered and no contact is shown."))
    return sample


def _refuse_unfit(sample: CheckSample, told: Told) -> tuple[dict[str, int], dict[str, int]]:
    """Check what came against the form and the questions of the sample; give what is kept."""
    form = recheck_form()
    outcome = next((one for one in form.outcomes if one.code == told.outcome), None)
    if told.day > today() or sample.drawn is None or told.day < timezone.localdate(sample.drawn):
        raise ValidationError({"day": _("The day lies between the draw of the sample and today.")})
    if outcome is None or told.mode not in outcome.modes:
        raise ValidationError({"outcome": _("This outcome does not go with this way.")})
    if not outcome.reached:
        return {}, {}
    lacking = [q.name for q in form.questions if q.name not in told.answers]
    if lacking:
        raise ValidationError(dict.fromkeys(lacking, _("Choose an answer.")))
    allowed = {q["name"]: {value for value, _label in q["options"]} for q in sample.questions}
    again = {name: value for name, value in told.again.items() if value in allowed.get(name, ())}
    return dict(told.answers), again
