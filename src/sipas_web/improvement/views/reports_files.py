"""Files of a report."""

from __future__ import annotations

from django.http import Http404, HttpResponseBase
from django.views.decorators.http import require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.pages.reports import file_name, line_url
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.reports import State
from sipas_web.improvement.report_documents import FORMS, document
from sipas_web.improvement.report_workbook import workbook
from sipas_web.improvement.views.reports_found import report_or_404
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import XLSX, attachment


@needs(Permission.REPORT_VIEW)
@require_safe
def download(request: ActorRequest, report_id: int, form: str) -> HttpResponseBase:
    """Give a report as PDF, DOCX or XLSX."""
    report = report_or_404(request, report_id)
    if report.state == State.COUNTING:  # there is nothing in it yet
        raise Http404
    name = file_name(report)
    if form == "xlsx":
        made = workbook(
            report, lambda s, line: request.build_absolute_uri(url) if (url := line_url(report, s, line)) else ""
        )
        return attachment(made, f"{name}.xlsx", XLSX)
    if form not in FORMS:
        raise Http404
    return attachment(document(report, form), f"{name}.{form}", FORMS[form])
