"""Work on a report: drafting, writing, drawing again, sending, taking in, sending back, correcting."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sipas_web.audit.actors import ActorRequest
from sipas_web.improvement.actions import reports as drafting
from sipas_web.improvement.actions import reports_sending as sending
from sipas_web.improvement.actions import reports_writing as writing
from sipas_web.improvement.forms.reports import DraftForm, RemarkForm, ReportReasonForm, TextsForm
from sipas_web.improvement.pages import reports as pages
from sipas_web.improvement.pages.reports_counting import what_would_change
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries.reports import PeriodicReport
from sipas_web.improvement.queries.reports_area import places
from sipas_web.improvement.queries.reports_counting import CHANGES, DRAW
from sipas_web.improvement.queries.reports_following import newest_period
from sipas_web.improvement.report_outline import shown
from sipas_web.improvement.views.reports_found import report_or_404
from sipas_web.privacy.views.faults import add_faults
from sipas_web.shared.access import needs
from sipas_web.units.queries import today


@needs(Permission.REPORT_DRAFT)
def add(request: ActorRequest) -> HttpResponse:
    """Begin a report."""
    kind, year = newest_period(today())
    asked = {"unit": request.GET.get("don-vi"), "kind": request.GET.get("ky"), "year": request.GET.get("nam")}
    initial = {"kind": kind, "year": year} | {name: value for name, value in asked.items() if value}
    form = DraftForm(request.POST or None, places=places(request.actor, Permission.REPORT_DRAFT), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = drafting.begin(**form.cleaned_data, by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(
                request, _("The report was begun. Its figures are being counted; this page can be left meanwhile.")
            )
            return redirect("periodic_report", made.pk)
    return render(request, "improvement/reports/add.html", {"form": form})


@needs(Permission.REPORT_DRAFT)
def write(request: ActorRequest, report_id: int) -> HttpResponse:
    """Write the texts of the sections."""
    report = _drafted(request, report_id)
    sections = shown(report.outline)
    form = TextsForm(request.POST or None, sections=sections, texts=reads.texts(report), revision=report.revision)
    if request.method == "POST" and form.is_valid():
        data = {"report_id": report.pk, "revision": form.cleaned_data["revision"], "texts": form.texts()}
        if _done(form, lambda: writing.write(**data, by=request.actor)):
            messages.success(request, _("Saved."))
            return redirect("periodic_report", report.pk)
    return _form_page(request, report, form, _("Write the report"), _("Save"))


@needs(Permission.REPORT_DRAFT)
def explain(request: ActorRequest, report_id: int) -> HttpResponse:
    """Explain a figure."""
    report = _drafted(request, report_id)
    lines = list(pages.lines_of(report))
    line = request.GET.get("dong", "")
    source, _slash, code = line.partition("/")
    remark = reads.remarks(report).get((source, code))
    initial = {"line": line, "text": remark.text if remark else ""}
    form = RemarkForm(request.POST or None, lines=lines, initial=initial)
    if request.method == "POST" and form.is_valid():
        source, _slash, code = form.cleaned_data["line"].partition("/")
        text = form.cleaned_data["text"]
        if _done(form, lambda: writing.explain(
            report_id=report.pk, source=source, line=code, text=text, by=request.actor
        )):  # fmt: skip
            messages.success(request, _("Saved."))
            return redirect("periodic_report", report.pk)
    return _form_page(request, report, form, _("Explain a figure"), _("Save"))


@needs(Permission.REPORT_DRAFT)
def draw_again(request: ActorRequest, report_id: int) -> HttpResponse:
    """Have it counted what drawing the figures again would change; have them drawn."""
    report = _drafted(request, report_id)
    if request.method != "POST":
        return render(request, "improvement/reports/draw.html", what_would_change(report, request.actor))
    kind = CHANGES if "look" in request.POST else DRAW
    if not _tried(request, lambda: drafting.ask(report_id=report.pk, kind=kind, by=request.actor)):
        return redirect("periodic_report", report.pk)
    if kind == CHANGES:
        return redirect("periodic_report_draw", report.pk)
    messages.success(request, _("The figures are being counted again; this page can be left meanwhile."))
    return redirect("periodic_report", report.pk)


@needs(Permission.REPORT_SEND)
def send(request: ActorRequest, report_id: int) -> HttpResponse:
    """Show what a report lacks; send it up."""
    report = report_or_404(request, report_id)
    request.actor.require(Permission.REPORT_SEND, report.answering)
    if report.state not in reads.UNSENT:
        messages.error(request, _("This report has been sent already."))
        return redirect("periodic_report", report.pk)
    if request.method == "POST" and _tried(request, lambda: sending.send(report_id=report.pk, by=request.actor)):
        messages.success(request, _("The report was sent up. Nothing in it changes from now on."))
        return redirect("periodic_report", report.pk)
    given = {**pages.facts(report), "lacks": sending.reasons_not_to_send(report)}
    return render(request, "improvement/reports/send.html", given)


@needs(Permission.REPORT_DRAFT)
@require_POST
def take_in(request: ActorRequest, report_id: int) -> HttpResponse:
    """Take a report in."""
    report = report_or_404(request, report_id)
    if _tried(request, lambda: sending.take_in(report_id=report.pk, by=request.actor)):
        messages.success(request, _("The report was taken in. Your own report counts it when its figures are drawn."))
    return redirect("periodic_report", report.pk)


@needs(Permission.REPORT_DRAFT)
def send_back(request: ActorRequest, report_id: int) -> HttpResponse:
    """Send a report back with a reason."""
    report = report_or_404(request, report_id)
    form = ReportReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if _done(form, lambda: sending.send_back(report_id=report.pk, reason=reason, by=request.actor)):
            messages.success(request, _("The report was sent back."))
            return redirect("periodic_report", report.pk)
    return _form_page(request, report, form, _("Send the report back"), _("Send back"))


@needs(Permission.REPORT_DRAFT)
def correct(request: ActorRequest, report_id: int) -> HttpResponse:
    """Begin a correction."""
    report = report_or_404(request, report_id)
    request.actor.require(Permission.REPORT_DRAFT, report.answering)
    form = ReportReasonForm(request.POST or None, most=500)
    if request.method == "POST" and form.is_valid():
        try:
            made = sending.correct(report_id=report.pk, reason=form.cleaned_data["reason"], by=request.actor)
        except ValidationError as error:
            add_faults(form, error)
        else:
            messages.success(request, _("The correction was begun as the next version."))
            return redirect("periodic_report", made.pk)
    return _form_page(request, report, form, _("Correct the report"), _("Begin the correction"))


@needs(Permission.REPORT_DRAFT)
@require_POST
def discard(request: ActorRequest, report_id: int) -> HttpResponse:
    """Throw a draft away."""
    report = report_or_404(request, report_id)
    if not _tried(request, lambda: drafting.discard(report_id=report.pk, by=request.actor)):
        return redirect("periodic_report", report.pk)
    messages.success(request, _("The draft was thrown away."))
    return redirect("periodic_report_list")


def _drafted(request: ActorRequest, report_id: int) -> PeriodicReport:
    """Give a report whose draft the reader may change."""
    report = report_or_404(request, report_id)
    request.actor.require(Permission.REPORT_DRAFT, report.answering)
    return report


def _done(form: Form, action: Callable[[], object]) -> bool:
    try:
        action()
    except ValidationError as error:
        add_faults(form, error)
        return False
    return True


def _tried(request: ActorRequest, action: Callable[[], object]) -> bool:
    try:
        action()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return False
    return True


def _form_page(request: ActorRequest, report: PeriodicReport, form: Form, title: str, verb: str) -> HttpResponse:
    given = {"report": report, "form": form, "title": title, "verb": verb}
    return render(request, "improvement/reports/form.html", given)
