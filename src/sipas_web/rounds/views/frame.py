"""The page of a round's lists: handing them in, totals to compare with, the import and its report."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sipas.errors import SipasError
from sipas_web.audit.actors import ActorRequest
from sipas_web.rounds import frame_files
from sipas_web.rounds.actions import frame as actions
from sipas_web.rounds.forms.frame import ListsForm, TotalsForm
from sipas_web.rounds.pages.frame import report_of
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries import frame as reads
from sipas_web.rounds.queries.frame import FrameList
from sipas_web.rounds.states import is_bound
from sipas_web.rounds.views.found import round_or_404
from sipas_web.shared.access import needs
from sipas_web.shared.core_errors import sentence
from sipas_web.shared.uploads import Received


@needs(Permission.ROUND_VIEW)
@require_safe
def frame(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show the lists and what to do next."""
    return _page(request, round_or_404(request, round_id))


@needs(Permission.FRAME_IMPORT)
@require_POST
def upload(request: ActorRequest, round_id: int) -> HttpResponse:
    """Take lists; each that cannot be used is named with its reason, the others are kept."""
    round_ = round_or_404(request, round_id, Permission.FRAME_IMPORT)
    form = ListsForm(request.POST, request.FILES, provinces=_provinces(round_))
    added = _add_each(request, round_, form) if form.is_valid() else []
    if form.errors:
        return _page(request, round_, lists_form=form, added=added)
    if len(added) == 1:
        return redirect("round_frame_list", added[0].pk)
    said = _("%(count)d lists were taken. Look at the columns of each, then import.")
    messages.success(request, said % {"count": len(added)})
    return redirect("round_frame", round_.pk)


@needs(Permission.FRAME_IMPORT)
@require_POST
def totals(request: ActorRequest, round_id: int) -> HttpResponse:
    """Take the totals of the one-stop desks, or take them away."""
    round_ = round_or_404(request, round_id, Permission.FRAME_IMPORT)
    form = TotalsForm(request.POST, request.FILES)
    if "remove" in request.POST:
        return _done(request, round_, lambda: actions.set_totals(round_=round_, name=None, by=request.actor))
    if form.is_valid():
        try:
            actions.refuse_where_fixed(round_, request.actor)
            name = frame_files.keep_totals(round_, form.cleaned_data["totals"])
            actions.set_totals(round_=round_, name=name, by=request.actor)
        except SipasError as error:
            form.add_error("totals", sentence(error))
        except ValidationError as error:
            form.add_error("totals", error)
        else:
            return redirect("round_frame", round_.pk)
    return _page(request, round_, totals_form=form)


@needs(Permission.FRAME_IMPORT)
@require_POST
def start(request: ActorRequest, round_id: int) -> HttpResponse:
    """Ask for the import."""
    round_ = round_or_404(request, round_id, Permission.FRAME_IMPORT)
    return _done(request, round_, lambda: actions.start_import(round_=round_, by=request.actor))


@needs(Permission.ROUND_VIEW)
@require_safe
def report(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show what the last import took and what it did not."""
    round_ = round_or_404(request, round_id)
    shown = report_of(round_)
    if shown is None:
        raise Http404
    done = reads.last_done(round_)
    may_import = request.actor.may(Permission.FRAME_IMPORT, round_.unit)
    return render(
        request,
        "rounds/frame_report.html",
        {
            "round": round_,
            "report": shown,
            "done": done,
            "is_stale": done is not None and not reads.is_current(round_, done),
            "may_import": may_import,
            "may_see_rejected": request.actor.may(Permission.REJECTED_VIEW, round_.unit),
        },
    )


def _done(request: ActorRequest, round_: Round, act: Any) -> HttpResponse:
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("round_frame", round_.pk)


def _add_each(request: ActorRequest, round_: Round, form: ListsForm) -> list[FrameList]:
    added: list[FrameList] = []
    for file in form.cleaned_data["lists"]:
        try:
            added.append(_add(request, round_, file, form.cleaned_data.get("province", "")))
        except SipasError as error:
            form.add_error("lists", sentence(error))
        except ValidationError as error:
            form.add_error("lists", error)
    return added


def _add(request: ActorRequest, round_: Round, file: Received, province: str) -> FrameList:
    actions.refuse_where_fixed(round_, request.actor)
    staged = frame_files.stage(round_, file)
    try:
        return actions.add_list(round_=round_, staged=staged, province=province, by=request.actor)
    finally:
        staged.path.unlink(missing_ok=True)


def _provinces(round_: Round) -> list[tuple[str, str]] | None:
    if not reads.is_of_the_country(round_):
        return None
    return reads.provinces(round_.window_to)


def _page(request: ActorRequest, round_: Round, **changes: Any) -> HttpResponse:
    job, done = reads.last_import(round_), reads.last_done(round_)
    shown = {
        "round": round_,
        "lists": reads.lists_of(round_),
        "lists_form": ListsForm(provinces=_provinces(round_)),
        "totals_form": TotalsForm(),
        "totals_name": frame_files.totals_name(round_),
        "is_bound": (bound := is_bound(round_)),
        "may_import": not bound and request.actor.may(Permission.FRAME_IMPORT, round_.unit),
        "job": job if job is not None and job != done else None,
        "done": done,
        "is_current": reads.is_current(round_, done),
        "is_importing": job is not None and job.is_open,
        "has_report": reads.has_report(round_),
        "may_see_rejected": request.actor.may(Permission.REJECTED_VIEW, round_.unit),
    }
    return render(request, "rounds/frame.html", {**shown, **changes})
