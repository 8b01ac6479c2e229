"""Drafting a report, drawing its figures, throwing a draft away."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import PeriodicReport, ReportText, ReportUnit
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries import reports_counting as counting
from sipas_web.improvement.queries.reports_area import REPORTING, receiver_of
from sipas_web.improvement.queries.reports_drawing import Tell, drawn, silent
from sipas_web.improvement.queries.reports_index import index_use
from sipas_web.improvement.queries.reports_periods import span
from sipas_web.improvement.report_merging import Merged, differences
from sipas_web.improvement.report_outline import codes, outline
from sipas_web.improvement.report_periods import Span
from sipas_web.jobs.actions import start
from sipas_web.jobs.queries import Job
from sipas_web.units import queries as units
from sipas_web.units.models import Unit
from sipas_web.units.queries import today

AT_ONCE = 1_000  # rows written in one statement
State = PeriodicReport.State


@transaction.atomic
def begin(*, unit: Unit, kind: str, year: int, by: Actor) -> PeriodicReport:
    """Begin a unit's report of a period; its figures are counted by long work. Needs ``improvement.report_draft``.

    Recorded with the days.
    """
    report = _begun(unit, kind, year, by)
    ask(report_id=report.pk, kind=counting.DRAW, by=by)
    return report


@transaction.atomic
def draft(*, unit: Unit, kind: str, year: int, by: Actor) -> PeriodicReport:
    """Begin a report and count its figures at once; for programs, which may wait."""
    report = _begun(unit, kind, year, by)
    draw_again(report_id=report.pk, by=by)
    return reads.by_id(report.pk)


@transaction.atomic
def ask(*, report_id: int, kind: str, by: Actor) -> Job:
    """Have figures counted by long work: for the report, or only to see what differs from what the report says.

    Drawing needs ``improvement.report_draft`` over the unit; looking, that the report may be seen.
    """
    if kind == counting.LEVELS:
        report = reads.report_for(by, report_id)
        if report is None:
            raise PermissionDenied
    else:
        report = in_work(report_id, by)
    return start(kind=kind, subject=report, unit=report.answering, by=by, arguments={"report": report.pk})


def draw_again(*, report_id: int, by: Actor, tell: Tell = silent) -> int:
    """Replace a draft's figures by those of this moment; give how many lines changed. Recorded with that number.

    Texts and explanations stay. Needs ``improvement.report_draft`` over the unit. Counted before the transaction that
    writes, for it takes seconds where a whole country is counted.
    """
    report = reads.by_id(report_id)
    by.require(Permission.REPORT_DRAFT, report.answering)
    moment = timezone.now()
    merged = drawn(report.unit, report.kind, report.year, report.first, report.last, tell)
    return _draw(report_id=report_id, merged=merged, moment=moment, by=by)


def _begun(unit: Unit, kind: str, year: int, by: Actor) -> PeriodicReport:
    by.require(Permission.REPORT_DRAFT, unit)
    days = _days(unit, kind, year)
    _refuse_second(unit, kind, year)
    heir = None if unit.holds(today()) else units.successor_of(unit)
    report = PeriodicReport(
        unit=unit, held_by=heir, receiver=receiver_of(unit, days.last), kind=kind, year=year, created_by=by.name,
        first=days.first, last=days.last, due=days.due, source=days.source(),
        state=State.COUNTING, drawn=timezone.now(), outline=outline(),
    )  # fmt: skip
    _save_once(report)
    ReportText.objects.bulk_create(ReportText(report=report, section=code) for code in codes())
    details = {"last_day": days.last.isoformat(), "due": days.due.isoformat()}
    record(by=by, action="improvement.report_drafted", subject=report, unit=unit, details=details)
    return report


@transaction.atomic
def _draw(*, report_id: int, merged: Merged, moment: dt.datetime, by: Actor) -> int:
    report = in_work(report_id, by)
    before = list(ReportUnit.objects.filter(report=report).values_list("counts", flat=True))
    changed = differences(before, (one.lines for one in merged.units.values()))
    ReportUnit.objects.filter(report=report).delete()
    if report.state == State.COUNTING:
        report.state = State.DRAFT
    _keep(report, merged, moment, by)
    details = {"changed": len(changed), **_told(merged)}
    record(by=by, action="improvement.report_drawn", subject=report, unit=report.unit, details=details)
    return len(changed)


@transaction.atomic
def discard(*, report_id: int, by: Actor) -> None:
    """Throw away a draft that was never sent; needs ``improvement.report_draft`` over the unit. Recorded."""
    report = in_work(report_id, by)
    if report.sent is not None:
        raise ValidationError(_("This report was sent before; it stays, and is corrected and sent again."))
    details = {"version": report.version}
    record(by=by, action="improvement.report_discarded", subject=report, unit=report.unit, details=details)
    report.delete()


def in_work(report_id: int, by: Actor) -> PeriodicReport:
    """Hold a report that may be changed."""
    report = reads.held(report_id)
    by.require(Permission.REPORT_DRAFT, report.answering)
    if report.state == State.ENDED:
        raise ValidationError(_("The unit ended before the cut-off; its successor's report counts it."))
    if report.state not in reads.UNSENT:
        raise ValidationError(_("This report has been sent. What is wrong in it is mended by a correction."))
    return report


def _refuse_second(unit: Unit, kind: str, year: int) -> None:
    if reads.newest(unit, kind, year) is not None:
        raise ValidationError(_("There is a report of this unit and period already; correct that one."))


def _days(unit: Unit, kind: str, year: int) -> Span:
    days = span(unit, kind, year) if unit.kind in REPORTING else None
    if days is None:
        raise ValidationError({"unit": _("Units of this kind send no periodic reports.")})
    if today() < days.first:
        params = {"day": days.first.strftime("%d/%m/%Y")}
        raise ValidationError({"year": ValidationError(_("This period begins on %(day)s only."), params=params)})
    if not unit.holds(days.last):
        message = _("The unit does not exist on the last day of the period; the unit that took it over reports.")
        raise ValidationError({"unit": message})
    return days


def _keep(report: PeriodicReport, merged: Merged, moment: dt.datetime, by: Actor) -> None:
    """Write the figures with their moment, in the words of this moment."""
    report.drawn, report.outline = moment, outline()
    report.index_use = index_use(report.unit, merged.units, report.last, by)
    report.left_out = [{"unit": o.unit, "report": o.report, "why": o.why} for o in merged.left_out]
    report.save()
    rows = (
        ReportUnit(report=report, unit_id=unit, via_id=one.via, counts=one.lines) for unit, one in merged.units.items()
    )
    ReportUnit.objects.bulk_create(rows, batch_size=AT_ONCE)


def _save_once(report: PeriodicReport) -> None:
    try:
        with transaction.atomic():
            report.save()
    except IntegrityError:  # begun at the same moment by somebody else
        raise ValidationError(_("There is a report of this unit and period already; correct that one.")) from None


def _told(merged: Merged) -> dict[str, Any]:
    below = {one.via for one in merged.units.values() if one.via}
    return {"units": len(merged.units), "reports": len(below)}
