"""Pages of the field: issue, live figures, cases."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.fieldwork import actions, exports, queries
from sipas_web.fieldwork.forms import CaseFilter, ImportForm
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries import FileImport, Kind, cases
from sipas_web.fieldwork.queries.progress import progress_of
from sipas_web.fieldwork.stored_files import stored_for
from sipas_web.fieldwork.wording import mode_label, outcome_label, reason_label, state_label
from sipas_web.jobs.queries import latest
from sipas_web.rounds.queries import State
from sipas_web.rounds.views.found import round_or_404
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import FORMATS

PER_PAGE = 100  # agencies


@needs(Permission.CASE_ISSUE)
@require_http_methods(["GET", "HEAD", "POST"])
def case_issue(request: ActorRequest, round_id: int) -> HttpResponse:
    """Issue the cases of a drawn round."""
    round_ = round_or_404(request, round_id, Permission.CASE_ISSUE)
    if request.method == "POST":
        try:
            actions.ask_issue(round_id=round_.pk, by=request.actor)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        return redirect("case_issue", round_.pk)
    shown = {
        "round": round_,
        "issue": queries.issue_of(round_),
        "job": latest(round_, "fieldwork.issue"),
        "is_drawn": round_.state == State.DRAWN,
        "is_before": round_.state in {State.SET_UP, State.ABANDONED},
        "may_list": request.actor.may(Permission.CASE_VIEW, round_.unit),
    }
    return render(request, "fieldwork/issue.html", shown)


@needs(Permission.PROGRESS_VIEW)
@require_safe
def round_progress(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show the live figures; the page asks for the same address again to refresh its middle."""
    round_ = round_or_404(request, round_id, Permission.PROGRESS_VIEW)
    only_lacking = "lacking" in request.GET
    made = progress_of(round_, request.GET.get("sort", ""), only_lacking=only_lacking)
    page = Paginator(made.agencies, PER_PAGE).get_page(request.GET.get("page"))
    actor = request.actor
    shown = {
        "round": round_,
        "progress": made,
        "page": page,
        "only_lacking": only_lacking,
        "modes": [(mode_label(mode), visits, answers) for mode, visits, answers in made.modes],
        "last_import": queries.last_import(round_),
        "is_open": round_.state == State.IN_FIELD,
        "may_list": actor.may(Permission.CASE_VIEW, round_.unit),
        "may_register": actor.may(Permission.REGISTER_VIEW, round_.unit),
        "may_import": round_.state == State.IN_FIELD and actor.may(Permission.VISIT_IMPORT, round_.unit),
        "may_answer": round_.state == State.IN_FIELD and actor.may("capture.response_import", round_.unit),
        "job": latest(round_, "capture.simulation"),
    }
    live = request.headers.get("HX-Target") == "live"
    return render(request, "fieldwork/live.html" if live else "fieldwork/progress.html", shown)


@needs(Permission.PROGRESS_VIEW)
@require_safe
def progress_export(request: ActorRequest, round_id: int, form: str) -> HttpResponseBase:
    """Give the live figures as a file."""
    round_ = round_or_404(request, round_id, Permission.PROGRESS_VIEW)
    _known(form)
    made = progress_of(round_, request.GET.get("sort", ""))
    actions.note_export(
        round_=round_, what="progress", form=form, permission=Permission.PROGRESS_VIEW, by=request.actor
    )
    return exports.progress(round_, made, form)


@needs(Permission.CASE_VIEW)
@require_safe
def case_list(request: ActorRequest, round_id: int) -> HttpResponse:
    """List cases."""
    round_ = round_or_404(request, round_id, Permission.CASE_VIEW)
    form = CaseFilter(request.GET, round_)
    marks = {"after": request.GET.get("after", ""), "before": request.GET.get("before", "")}
    page = cases.page_of(round_, form.wanted(), **marks)
    rows = [(case, state_label(case), outcome_label(case.last_outcome)) for case in page.cases]
    is_filtered = any(request.GET.get(name) for name in ("text", "state", "agency"))
    shown = {"round": round_, "form": form, "page": page, "rows": rows, "is_filtered": is_filtered}
    return render(request, "fieldwork/cases.html", {**shown, "is_issued": queries.issue_of(round_) is not None})


@needs(Permission.CASE_VIEW)
@require_safe
def case_export(request: ActorRequest, round_id: int, form: str) -> HttpResponseBase:
    """Give the register of issued cases as a file."""
    round_ = round_or_404(request, round_id, Permission.CASE_VIEW)
    _known(form)
    issue = queries.issue_of(round_)
    if form == "xlsx" and issue is not None and issue.cases > exports.MOST_IN_WORKBOOK:
        messages.warning(request, _("This list is too long for a workbook. Take it as CSV."))
        return redirect("case_list", round_.pk)
    actions.note_export(round_=round_, what="cases", form=form, permission=Permission.CASE_VIEW, by=request.actor)
    return exports.register(round_, form)


@needs(Permission.CASE_VIEW)
@require_safe
def case_detail(request: ActorRequest, round_id: int, case_id: str) -> HttpResponse:
    """Show a case and its visits: no identity, no answer."""
    round_ = round_or_404(request, round_id, Permission.CASE_VIEW)
    case = cases.one(round_, case_id)
    if case is None:
        raise Http404
    visits = [(v, mode_label(v.mode), outcome_label(v.outcome)) for v in cases.visits_of(case)]
    shown = {"round": round_, "case": case, "visits": visits, "disposition": outcome_label(case.disposition)}
    return render(request, "fieldwork/case.html", {**shown, "state": state_label(case)})


@needs(Permission.VISIT_IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def visit_import(request: ActorRequest, round_id: int) -> HttpResponse:
    """Take in a file of visits; list earlier ones."""
    round_ = round_or_404(request, round_id, Permission.VISIT_IMPORT)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            with stored_for(file.shown_name, file.chunks()) as kept:
                made = actions.receive_visits(round_id=round_.pk, stored=kept, by=request.actor)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect("visit_import_detail", made.pk)
    files = queries.files_of(round_, Kind.VISITS)
    shown = {"round": round_, "form": form, "files": files, "is_open": round_.state == State.IN_FIELD}
    return render(request, "fieldwork/visit_import.html", shown)


@needs(Permission.VISIT_IMPORT)
@require_safe
def visit_import_detail(request: ActorRequest, import_id: int) -> HttpResponse:
    """Show what became of a file of visits."""
    file = _file(request, import_id)
    return render(request, "fieldwork/import_detail.html", {**import_page(file), "is_visits": True})


@needs(Permission.VISIT_IMPORT)
@require_safe
def visit_notes_export(request: ActorRequest, import_id: int, form: str) -> HttpResponseBase:
    """Give the rows of a file of visits that were not taken."""
    _known(form)
    return give_notes(request, _file(request, import_id), form, Permission.VISIT_IMPORT)


def give_notes(request: ActorRequest, file: FileImport, form: str, permission: str) -> HttpResponseBase:
    """Give the rows of a file that were not taken as they stand; recorded, since cells of answers stand in them."""
    what = f"import {file.pk}"
    actions.note_export(round_=file.round, what=what, form=form, permission=permission, by=request.actor)
    return exports.notes(file, form)


def import_page(file: FileImport) -> dict[str, object]:
    """Give what the page of an import shows, whatever its kind."""
    notes = list(queries.notes_of(file)[: queries.LISTED_NOTES])
    return {
        "file": file,
        "round": file.round,
        "job": latest(file) or latest(file.round, "capture.simulation"),
        "notes": [(note, reason_label(note.code)) for note in notes],
        "is_cut": len(notes) == queries.LISTED_NOTES,
    }


def _file(request: ActorRequest, import_id: int) -> FileImport:
    file = queries.file_of(request.actor, Permission.VISIT_IMPORT, import_id, Kind.VISITS)
    if file is None:
        raise Http404
    return file


def _known(form: str) -> None:
    if form not in FORMATS:
        raise Http404
