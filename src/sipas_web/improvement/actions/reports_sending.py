"""A report goes up: sent, taken in or sent back, corrected by a later version."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.reports import AT_ONCE
from sipas_web.improvement.models import PeriodicReport, ReportRemark, ReportText, ReportUnit
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries.reports_counting import is_open
from sipas_web.improvement.report_outline import form

State = PeriodicReport.State
KEPT = (
    "unit",
    "receiver",
    "held_by",
    "kind",
    "year",
    "first",
    "last",
    "due",
    "source",
    "drawn",
    "outline",
    "index_use",
    "left_out",
)


@transaction.atomic
def send(*, report_id: int, by: Actor) -> PeriodicReport:
    """Send a report up; needs ``improvement.report_send`` over its unit. From here on nothing in it changes.

    A correction takes the place of a version that was sent but not taken in. Recorded with the hash of what it says.
    """
    report = reads.held(report_id)
    by.require(Permission.REPORT_SEND, report.answering)
    if report.state not in reads.UNSENT:
        raise ValidationError(_("This report has been sent already."))
    lacks = reasons_not_to_send(report)
    if lacks:
        raise ValidationError(lacks)
    if report.corrects_id is not None:
        PeriodicReport.objects.filter(pk=report.corrects_id, state=State.SENT).update(state=State.REPLACED)
    report.state, report.sent, report.sent_by, report.sha256 = (
        State.SENT,
        timezone.now(),
        by.name,
        reads.seal_of(report),
    )
    report.back_reason, report.settled, report.settled_by = "", None, ""
    report.save()
    details = {"version": report.version, "sha256": report.sha256, "to": str(report.receiver or "")}
    record(by=by, action="improvement.report_sent", subject=report, unit=report.unit, details=details)
    return report


def reasons_not_to_send(report: PeriodicReport) -> list[str]:
    """Say what still keeps a report from being sent."""
    written = reads.texts(report)
    found = [_("The figures are being counted; wait until they are there.")] if is_counted_now(report) else []
    found += [
        _("Section %(name)s has no text yet.") % {"name": f"“{section.heading}”"}
        for section in form().sections
        if section.is_needed and not written.get(section.code, "").strip()
    ]
    if timezone.localdate(report.drawn) < report.last:
        message = _("The figures were drawn before the cut-off of %(day)s; draw them again on that day or later.")
        found.append(message % {"day": report.last.strftime("%d/%m/%Y")})
    return found


def is_counted_now(report: PeriodicReport) -> bool:
    """Say whether the figures of a report are not there yet, or are being replaced."""
    return report.state == State.COUNTING or is_open(report)


@transaction.atomic
def take_in(*, report_id: int, by: Actor) -> PeriodicReport:
    """Take a report in at the unit it was sent to; needs ``improvement.report_draft`` there. Recorded.

    It takes the place of the version taken in before.
    """
    report = _sent(report_id, by)
    earlier = PeriodicReport.objects.filter(unit=report.unit, kind=report.kind, year=report.year, state=State.TAKEN)
    earlier.update(state=State.REPLACED)
    report.state, report.settled, report.settled_by = State.TAKEN, timezone.now(), by.name
    report.save(update_fields=["state", "settled", "settled_by"])
    details = {"version": report.version, "from": str(report.unit)}
    record(by=by, action="improvement.report_taken_in", subject=report, unit=report.receiver, details=details)
    return report


@transaction.atomic
def send_back(*, report_id: int, reason: str, by: Actor) -> PeriodicReport:
    """Send a report back with a reason; needs ``improvement.report_draft`` at the unit it was sent to. Recorded."""
    report = _sent(report_id, by)
    if not reason.strip():
        raise ValidationError({"reason": _("Say what must be mended.")})
    report.state, report.settled, report.settled_by = State.BACK, timezone.now(), by.name
    report.back_reason = reason.strip()
    report.save(update_fields=["state", "settled", "settled_by", "back_reason"])
    details = {"version": report.version, "reason": report.back_reason}
    record(by=by, action="improvement.report_sent_back", subject=report, unit=report.receiver, details=details)
    return report


@transaction.atomic
def correct(*, report_id: int, reason: str, by: Actor) -> PeriodicReport:
    """Begin the next version of a sent report with its reason; what was sent stays until the new one is taken in.

    Needs ``improvement.report_draft`` over the unit. Recorded with the reason.
    """
    sent = reads.held(report_id)
    by.require(Permission.REPORT_DRAFT, sent.answering)
    newest = reads.newest(sent.unit, sent.kind, sent.year)
    if sent.state not in {State.SENT, State.TAKEN} or newest is None or newest.pk != sent.pk:
        raise ValidationError(_("Only the newest version, once it was sent, can be corrected."))
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the report is corrected.")})
    made = PeriodicReport(version=sent.version + 1, corrects=sent, reason=reason.strip(), created_by=by.name)
    for name in KEPT:
        setattr(made, name, getattr(sent, name))
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise ValidationError(_("A correction of this report has been begun already.")) from None
    _copy(sent, made)
    details = {"version": made.version, "reason": made.reason}
    record(by=by, action="improvement.report_corrected", subject=made, unit=made.unit, details=details)
    return made


def _sent(report_id: int, by: Actor) -> PeriodicReport:
    report = reads.held(report_id)
    if report.receiver is None:
        raise ValidationError(_("This report leaves the program; nobody takes it in here."))
    by.require(Permission.REPORT_DRAFT, report.receiver)
    if report.state != State.SENT:
        raise ValidationError(_("This report does not wait to be taken in."))
    return report


def _copy(sent: PeriodicReport, made: PeriodicReport) -> None:
    """Carry figures, texts and explanations over to the new version."""
    models: tuple[Any, ...] = (ReportUnit, ReportText, ReportRemark)
    for model in models:
        rows = list(model.objects.filter(report=sent))
        for row in rows:
            row.pk, row.report = None, made
            row._state.adding = True
        model.objects.bulk_create(rows, batch_size=AT_ONCE)
