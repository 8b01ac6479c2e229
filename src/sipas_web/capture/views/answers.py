"""Pages of answers: how many came in, files to import. No answer is shown."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.capture import actions, queries
from sipas_web.capture.permissions import Permission
from sipas_web.fieldwork import queries as fieldwork
from sipas_web.fieldwork.forms import ImportForm
from sipas_web.fieldwork.queries import FileImport, Kind
from sipas_web.fieldwork.queries.progress import answered
from sipas_web.fieldwork.stored_files import stored_for
from sipas_web.fieldwork.views.figures import give_notes, import_page
from sipas_web.fieldwork.wording import mode_label, reason_label
from sipas_web.rounds.queries import State
from sipas_web.rounds.views.found import round_or_404
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import FORMATS


@needs(Permission.RESPONSE_COUNT)
@require_safe
def answers(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show how many answers came in."""
    round_ = round_or_404(request, round_id, Permission.RESPONSE_COUNT)
    count, valid, modes = answered(round_)
    shown = {
        "round": round_,
        "count": count,
        "valid": valid,
        "modes": [(mode_label(mode), taken, good) for mode, taken, good in modes],
        "invalid": [(reason_label(code), n) for code, n in queries.counts_by_reason(round_).items()],
        "beside": queries.beside_count(round_),
        "is_open": round_.state == State.IN_FIELD,
        "may_web": request.actor.may(Permission.WEB_VIEW, round_.unit),
        "may_import": request.actor.may(Permission.RESPONSE_IMPORT, round_.unit),
    }
    return render(request, "capture/answers.html", shown)


@needs(Permission.RESPONSE_IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def response_import(request: ActorRequest, round_id: int) -> HttpResponse:
    """Take in a file of answers; list earlier ones."""
    round_ = round_or_404(request, round_id, Permission.RESPONSE_IMPORT)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            with stored_for(file.shown_name, file.chunks()) as kept:
                made = actions.receive_responses(round_id=round_.pk, stored=kept, by=request.actor)
        except ValidationError as error:
            form.add_error("file", error)
        else:
            return redirect("response_import_detail", made.pk)
    files = fieldwork.files_of(round_, Kind.RESPONSES)
    shown = {"round": round_, "form": form, "files": files, "is_open": round_.state == State.IN_FIELD}
    return render(request, "capture/response_import.html", shown)


@needs(Permission.RESPONSE_IMPORT)
@require_safe
def response_import_detail(request: ActorRequest, import_id: int) -> HttpResponse:
    """Show what became of a file of answers."""
    return render(request, "fieldwork/import_detail.html", import_page(_file(request, import_id)))


@needs(Permission.RESPONSE_IMPORT)
@require_safe
def response_notes_export(request: ActorRequest, import_id: int, form: str) -> HttpResponseBase:
    """Give the rows of a file of answers that were not taken as they stand."""
    if form not in FORMATS:
        raise Http404
    return give_notes(request, _file(request, import_id), form, Permission.RESPONSE_IMPORT)


@needs(Permission.RESPONSE_IMPORT)
@require_POST
def simulate_field(request: ActorRequest, round_id: int) -> HttpResponse:
    """Have the field work of a simulated round made up."""
    round_ = round_or_404(request, round_id, Permission.RESPONSE_IMPORT)
    try:
        actions.ask_simulation(round_id=round_.pk, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("round_progress", round_.pk)


def _file(request: ActorRequest, import_id: int) -> FileImport:
    file = fieldwork.file_of(request.actor, Permission.RESPONSE_IMPORT, import_id, Kind.RESPONSES)
    if file is None:
        raise Http404
    return file
