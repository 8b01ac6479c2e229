"""Pages of periodic reports: the list, one report, the units it counts, the levels side by side."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.actions.reports import ask
from sipas_web.improvement.forms.reports import ReportFilter
from sipas_web.improvement.pages import reports as pages
from sipas_web.improvement.pages.reports_beside import unit_rows
from sipas_web.improvement.pages.reports_counting import counted, levels
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries.reports_counting import LEVELS
from sipas_web.improvement.views.reports_found import report_or_404
from sipas_web.shared.access import needs

PER_PAGE, UNITS_PER_PAGE = 50, 100


@needs(Permission.REPORT_VIEW)
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """List reports."""
    form = ReportFilter(request.GET)
    found = reads.found(request.actor, form.wanted(), request.GET.get("sort", ""))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    may_add = request.actor.may(Permission.REPORT_DRAFT)
    return render(request, "improvement/reports/list.html", {"form": form, "page": page, "may_add": may_add})


@needs(Permission.REPORT_VIEW)
@require_safe
def detail(request: ActorRequest, report_id: int) -> HttpResponse:
    """Show a report: its days, figures and texts, and what can be done with it."""
    report = report_or_404(request, report_id)
    shown = {
        **pages.facts(report),
        **pages.may(report, request.actor),
        **counted(report, request.actor),
        "sections": [] if report.state == reads.State.COUNTING else pages.sections_of(report),
    }
    return render(request, "improvement/reports/report.html", shown)


@needs(Permission.REPORT_VIEW)
@require_safe
def units(request: ActorRequest, report_id: int) -> HttpResponse:
    """List the units a report counts, each once, with one of its figures."""
    report = report_or_404(request, report_id)
    page = Paginator(reads.counted_units(report), UNITS_PER_PAGE).get_page(request.GET.get("page"))
    shown = {"report": report, "page": page, **unit_rows(report, page, request.GET.get("dong", ""))}
    return render(request, "improvement/reports/units.html", shown)


@needs(Permission.REPORT_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: ActorRequest, report_id: int) -> HttpResponse:
    """Set what came from below beside what the program counts now; counting now is long work."""
    report = report_or_404(request, report_id)
    if request.method == "POST":
        ask(report_id=report.pk, kind=LEVELS, by=request.actor)
        return redirect("periodic_report_compare", report.pk)
    return render(request, "improvement/reports/compare.html", levels(report, request.actor))
