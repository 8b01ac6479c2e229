"""The texts of a report, and what explains its figures."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.reports import in_work
from sipas_web.improvement.models import PeriodicReport, ReportRemark, ReportText
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.report_outline import codes


@transaction.atomic
def write(*, report_id: int, revision: int, texts: Mapping[str, str], by: Actor) -> PeriodicReport:
    """Keep the texts of sections; ``revision``: of the texts that were open. Needs ``improvement.report_draft``.

    Recorded with the sections that changed, never with their texts.
    """
    report = in_work(report_id, by)
    if report.revision != revision:
        message = _("Somebody else has changed the texts meanwhile. Copy yours, open the report again and add them.")
        raise ValidationError(message)
    before = reads.texts(report)
    changed = sorted(code for code in codes() if code in texts and texts[code] != before.get(code, ""))
    for code in changed:
        ReportText.objects.update_or_create(report=report, section=code, defaults={"text": texts[code]})
    if changed:
        report.revision += 1
        report.save(update_fields=["revision"])
        details = {"changed": changed}
        record(by=by, action="improvement.report_written", subject=report, unit=report.unit, details=details)
    return report


@transaction.atomic
def explain(*, report_id: int, source: str, line: str, text: str, by: Actor) -> None:
    """Explain a figure beside it; an empty text takes that away again. The figure stays. Recorded with the line."""
    report = in_work(report_id, by)
    known = {(s["code"], one["code"]) for s in report.outline for one in s["lines"]}
    if (source, line) not in known:
        raise ValidationError({"line": _("This report has no such figure.")})
    if text.strip():
        values = {"text": text.strip(), "written_by": by.name}
        ReportRemark.objects.update_or_create(report=report, source=source, line=line, defaults=values)
    else:
        ReportRemark.objects.filter(report=report, source=source, line=line).delete()
    details = {"line": f"{source}.{line}"}
    record(by=by, action="improvement.report_explained", subject=report, unit=report.unit, details=details)
