"""Closing a check sample, matching it, releasing what it found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.jobs import actions as jobs
from sipas_web.jobs.queries import Job
from sipas_web.shared.vietnamese_text import nfc
from sipas_web.supervision.actions.sampling import own
from sipas_web.supervision.models import CheckCase, CheckSample, Remedy
from sipas_web.supervision.permissions import Permission
from sipas_web.supervision.queries import samples as reads


@transaction.atomic
def close(*, sample_id: int, by: Actor) -> Job:
    """End the re-verification: nothing can be entered any more, and the matching begins. Recorded without figures."""
    sample = own(sample_id, Permission.SAMPLE_DRAW, by)
    if sample.state not in {CheckSample.State.DRAWN, CheckSample.State.CLOSED}:
        raise ValidationError(_("This check sample is not being re-verified."))
    if not CheckCase.objects.filter(sample=sample).exclude(verdict="").exists():
        raise ValidationError(_("No form was verified yet: there is nothing to match."))
    if sample.state == CheckSample.State.DRAWN:
        sample.state, sample.closed, sample.closed_by = CheckSample.State.CLOSED, timezone.now(), by.name
        sample.save(update_fields=["state", "closed", "closed_by"])
        details = {"number": sample.number}
        record(by=by, action="supervision.sample_closed", subject=sample, unit=sample.round.unit, details=details)
    # Without a unit: in the list of work nobody but who asked sees it.
    return jobs.start(kind=reads.MATCH, subject=sample, unit=None, by=by, arguments={"sample": sample.pk})


@transaction.atomic
def store_result(*, sample_id: int, result: Mapping[str, Any], by: Actor) -> CheckSample:
    """Keep what the library worked out; the same again changes nothing."""
    sample = own(sample_id, Permission.SAMPLE_DRAW, by)
    if sample.state != CheckSample.State.CLOSED:
        raise ValidationError(_("This check sample is not being matched."))
    if sample.result != dict(result):
        sample.result = dict(result)
        sample.save(update_fields=["result"])
        details = {"number": sample.number}
        record(by=by, action="supervision.sample_matched", subject=sample, unit=sample.round.unit, details=details)
    return sample


@transaction.atomic
def release(*, sample_id: int, conclusion: str, proposal: str, by: Actor) -> CheckSample:
    """Release the findings: from now on the department sees them, and each failed form waits for its procedure.

    Recorded with the number of failed forms.
    """
    sample = own(sample_id, Permission.SAMPLE_DRAW, by)
    if sample.state != CheckSample.State.CLOSED or sample.result is None:
        raise ValidationError(_("The findings can be released once the sample is closed and matched."))
    sample.conclusion, sample.proposal = nfc(conclusion).strip(), nfc(proposal).strip()
    sample.state, sample.released, sample.released_by = CheckSample.State.RELEASED, timezone.now(), by.name
    sample.save(update_fields=["state", "released", "released_by", "conclusion", "proposal"])
    failed = list(CheckCase.objects.filter(sample=sample, verdict=CheckCase.Verdict.FAIL).order_by("pk"))
    Remedy.objects.bulk_create(_remedies(sample, failed))
    _end_rest_checks(sample, by)
    details = {"number": sample.number, "failed": len(failed)}
    record(by=by, action="supervision.sample_released", subject=sample, unit=sample.round.unit, details=details)
    return sample


def _remedies(sample: CheckSample, failed: list[CheckCase]) -> list[Remedy]:
    made: list[Remedy] = []
    seen: set[str] = {sample.only_interviewer}
    for check in failed:
        made += [Remedy(check_case=check, kind=kind) for kind in (Remedy.Kind.DROP, Remedy.Kind.REPLACE)]
        if check.interviewer and check.interviewer not in seen:
            made.append(Remedy(check_case=check, kind=Remedy.Kind.REST))
        seen.add(check.interviewer)
    return made


def _end_rest_checks(sample: CheckSample, by: Actor) -> None:
    """A released check of one interviewer's further forms answers the steps that asked for it."""
    if not sample.only_interviewer:
        return
    waiting = Remedy.objects.filter(
        kind=Remedy.Kind.REST,
        state=Remedy.State.WAITING,
        check_case__interviewer=sample.only_interviewer,
        check_case__sample__in=reads.bodies_samples(sample).values("pk"),
    )
    reason = _("Checked by: %(sample)s.") % {"sample": sample}
    waiting.update(state=Remedy.State.DONE, at=timezone.now(), by=by.name, reason=reason[:500])
