"""The page of one list: how its columns were understood, and the clerk's own word on it."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from sipas.errors import SipasError
from sipas.intake import Preview
from sipas_web.audit.actors import ActorRequest
from sipas_web.rounds import editions, frame_files
from sipas_web.rounds.actions import frame as actions
from sipas_web.rounds.forms.frame import ColumnsForm
from sipas_web.rounds.pages import frame as pages
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import frame as reads
from sipas_web.rounds.queries.frame import FrameList
from sipas_web.rounds.states import is_bound
from sipas_web.shared.access import needs
from sipas_web.shared.core_errors import sentence


@needs(Permission.FRAME_IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: ActorRequest, list_id: int) -> HttpResponse:
    """Show a list from its beginning; take what a person says of its columns."""
    list_ = _list(request, list_id)
    try:
        seen = _seen(list_)
    except SipasError as error:
        shown = frame_files.renamed(error, {frame_files.path_of(list_).name: list_.name})
        context = {"list": list_, "round": list_.round, "error": sentence(shown)}
        return render(request, "rounds/frame_list.html", context)
    population = editions.edition_of(list_.round).population
    form = ColumnsForm(request.POST or None, seen=seen, population=population)
    if request.method == "POST" and "guess" in request.POST:
        return _mapped(request, list_, None)
    if request.method == "POST" and form.is_valid():
        return _mapped(request, list_, form.cleaned_data["mapping"])
    context = {
        "list": list_,
        "round": list_.round,
        "seen": seen,
        "sheets": pages.sheets_shown(seen, form),
        "skipped_sheets": pages.skipped_sheets(seen),
        "encoding": pages.encoding_of(seen),
        "form": form,
        "is_bound": is_bound(list_.round),
    }
    return render(request, "rounds/frame_list.html", context)


@needs(Permission.FRAME_IMPORT)
@require_POST
def remove(request: ActorRequest, list_id: int) -> HttpResponse:
    """Take a list out of the round."""
    list_ = _list(request, list_id)
    try:
        actions.remove_list(list_=list_, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("%(name)s was removed and destroyed.") % {"name": list_.name})
    return redirect("round_frame", list_.round_id)


def _list(request: ActorRequest, list_id: int) -> FrameList:
    found = reads.list_for(request.actor, list_id)
    if found is None:
        raise Http404
    return found


def _seen(list_: FrameList) -> Preview:
    frame_files.place(list_.round, list_.stored)
    try:
        return frame_files.preview_of(list_.round, frame_files.path_of(list_), list_.mapping)
    except SipasError as error:
        if list_.mapping is None or not error.code.startswith("intake.mapping"):
            raise
    return frame_files.preview_of(list_.round, frame_files.path_of(list_), None)


def _mapped(request: ActorRequest, list_: FrameList, mapping: dict[str, dict[str, str]] | None) -> HttpResponse:
    try:
        missing = frame_files.missing_in(list_, mapping)
        actions.map_columns(list_=list_, mapping=mapping, missing=missing, by=request.actor)
    except SipasError as error:
        messages.error(request, sentence(frame_files.renamed(error, {frame_files.path_of(list_).name: list_.name})))
        return redirect("round_frame_list", list_.pk)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The columns of %(name)s were noted.") % {"name": list_.name})
    return redirect("round_frame_list", list_.pk) if mapping is None else redirect("round_frame", list_.round_id)
