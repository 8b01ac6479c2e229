"""The issue of a round's cases: asked for once, written in parts, finished in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.actions.counting import count
from sipas_web.fieldwork.actions.standing import NOT_ATTEMPTED, Key, key_of
from sipas_web.fieldwork.models import Agency, Case, CaseCount, Issue, State
from sipas_web.fieldwork.permissions import Permission
from sipas_web.jobs import actions as jobs
from sipas_web.jobs.queries import Job
from sipas_web.privacy.actions import forget_contacts
from sipas_web.rounds import states
from sipas_web.rounds.queries import Round, has_open_draw, held
from sipas_web.rounds.queries import State as RoundState

KIND = "fieldwork.issue"
Row = Mapping[str, Any]


@transaction.atomic
def ask_issue(*, round_id: int, by: Actor) -> Job:
    """Have the cases of a drawn round issued; needs ``fieldwork.case_issue``."""
    round_ = _drawn(round_id, by)
    job = jobs.start(kind=KIND, subject=round_, unit=round_.unit, by=by, arguments={"round": round_.pk})
    record(by=by, action="fieldwork.issue_asked", subject=round_, unit=round_.unit)
    return job


@transaction.atomic
def begin_issue(*, round_id: int, sample_sha256: str, cases: int, agencies: Mapping[str, int], by: Actor) -> bool:
    """Note which sample is issued, and its agencies with their official cases; say whether to go on now.

    False where cases of an earlier sample are still there: ``forget_cases`` first.
    """
    round_ = _drawn(round_id, by)
    issue = Issue.objects.filter(round=round_).first()
    if issue is not None and issue.sample_sha256 == sample_sha256:
        return True
    if Case.objects.filter(round=round_).exists():
        return False
    Agency.objects.filter(round=round_).delete()
    Issue.objects.update_or_create(
        round=round_, defaults={"sample_sha256": sample_sha256, "cases": cases, "issued_by": by.name, "finished": None}
    )
    made = (Agency(round=round_, name=name, official=official) for name, official in sorted(agencies.items()))
    Agency.objects.bulk_create(made, batch_size=500)
    record(by=by, action="fieldwork.issue_begun", subject=round_, unit=round_.unit, details={"sample": sample_sha256})
    return True


@transaction.atomic
def forget_cases(*, round_id: int, most: int, by: Actor) -> bool:
    """Remove some cases that an earlier sample left behind, before anybody was visited; say whether any were there."""
    round_ = _drawn(round_id, by)
    old = list(Case.objects.filter(round=round_).order_by("pk").values_list("pk", flat=True)[:most])
    if not old:
        return False
    CaseCount.objects.filter(round=round_).delete()
    Issue.objects.filter(round=round_).update(sample_sha256="")
    going = Case.objects.filter(pk__gte=old[0], pk__lte=old[-1], round=round_)
    forget_contacts(round_=round_, case_codes=list(going.values_list("case_id", flat=True)), by=by)
    going.delete()
    record(by=by, action="fieldwork.cases_forgotten", subject=round_, unit=round_.unit, details={"cases": len(old)})
    return True


@transaction.atomic
def issue_part(*, round_id: int, rows: Sequence[Row], by: Actor) -> int:
    """Write the cases of some rows, sorted by code, that are not there yet; counts follow. Gives how many were new."""
    round_ = _drawn(round_id, by)
    span = Case.objects.filter(round=round_, case_id__gte=rows[0]["case_id"], case_id__lte=rows[-1]["case_id"])
    there = set(span.values_list("case_id", flat=True))
    agencies = dict(Agency.objects.filter(round=round_).values_list("name", "pk"))
    new = [_case(round_, row, agencies[row["agency"]]) for row in rows if row["case_id"] not in there]
    if new:
        Case.objects.bulk_create(new)
        steps: Counter[Key] = Counter(key_of(case) for case in new)
        count(round_.pk, steps)
        record(by=by, action="fieldwork.cases_written", subject=round_, unit=round_.unit, details={"cases": len(new)})
    return len(new)


@transaction.atomic
def finish_issue(*, round_id: int, sample_sha256: str, by: Actor) -> int:
    """Send the round into the field once every case is there. Gives the number of cases."""
    round_ = _drawn(round_id, by)
    issue = Issue.objects.get(round=round_)
    written = Case.objects.filter(round=round_).count()
    if issue.sample_sha256 != sample_sha256 or written != issue.cases:
        raise ValidationError(_("The sample was drawn again while its cases were being issued. Issue them again."))
    issue.finished = timezone.now()
    issue.save(update_fields=["finished"])
    states.move(round_, RoundState.IN_FIELD)
    record(
        by=by,
        action="fieldwork.cases_issued",
        subject=round_,
        unit=round_.unit,
        details={"cases": written, "sample": sample_sha256},
    )
    return written


@transaction.atomic
def note_export(*, round_: Round, what: str, form: str, permission: str, by: Actor) -> None:
    """Record that a list of the field leaves; needs the permission of the page it leaves from."""
    by.require(permission, round_.unit)
    details = {"what": what, "form": form}
    record(by=by, action="fieldwork.list_exported", subject=round_, unit=round_.unit, details=details)


def _drawn(round_id: int, by: Actor) -> Round:
    round_ = held(round_id)
    by.require(Permission.CASE_ISSUE, round_.unit)
    states.refuse_unless(round_, RoundState.DRAWN)
    if has_open_draw(round_):
        raise ValidationError(
            _("A draw of this round is open: its sample will be another. Carry it out or abandon it, then issue.")
        )
    return round_


def _case(round_: Round, row: Row, agency: int) -> Case:
    is_official = row["role"] == "official"
    return Case(
        round=round_,
        case_id=row["case_id"],
        role=row["role"],
        stratum=row["stratum"],
        order=row["order"],
        agency_id=agency,
        commune=row["commune"] or "",
        state=State.ISSUED if is_official else State.RESERVE,
        disposition=NOT_ATTEMPTED if is_official else "",
    )
