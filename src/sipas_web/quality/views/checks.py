"""Pages of quality checks: a round's interviewers, its flagged forms, one of each with its decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.jobs.queries import latest
from sipas_web.quality import actions, pages, queries
from sipas_web.quality.forms import DecisionForm, FormFilter, ReopenForm
from sipas_web.quality.permissions import Permission
from sipas_web.rounds.queries import Round, State
from sipas_web.rounds.views.found import changeable_round, round_or_404
from sipas_web.shared.access import needs

PER_PAGE = 50


@needs(Permission.FLAG_VIEW)
@require_safe
def quality_home(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show what the checks found: figures, interviewers compared, variance between them."""
    round_ = round_or_404(request, round_id, Permission.FLAG_VIEW)
    check = queries.check_of(round_)
    shown = {
        "round": round_,
        "check": check,
        "forms": queries.figures_of(round_, "form"),
        "people": queries.figures_of(round_, "interviewer"),
        "rows": pages.interviewer_rows(round_, request.actor),
        "effects": pages.effects(check),
        "job": latest(round_, actions.KIND),
        "closing": queries.closing_of(round_),
        "waiting": queries.waiting_in(round_),
        "may_close": _may_close(request, round_),
        "may_check": _is_open(round_) and request.actor.may(Permission.FLAG_DECIDE, round_.unit),
    }
    return render(request, "quality/home.html", shown)


@needs(Permission.FLAG_DECIDE)
@require_POST
def quality_check(request: ActorRequest, round_id: int) -> HttpResponse:
    """Have the forms looked through now."""
    round_ = changeable_round(request, round_id, Permission.FLAG_DECIDE)
    try:
        actions.ask_check(round_id=round_.pk, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("quality_home", round_.pk)


@needs(Permission.FLAG_DECIDE)
@require_POST
def quality_close(request: ActorRequest, round_id: int) -> HttpResponse:
    """Close the quality check."""
    round_ = changeable_round(request, round_id, Permission.FLAG_DECIDE)
    try:
        actions.close(round_id=round_.pk, by=request.actor)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("The quality check is closed."))
    return redirect("quality_home", round_.pk)


@needs(Permission.FLAG_DECIDE)
@require_http_methods(["GET", "HEAD", "POST"])
def quality_reopen(request: ActorRequest, round_id: int) -> HttpResponse:
    """Open the quality check again, with a reason."""
    round_ = changeable_round(request, round_id, Permission.FLAG_DECIDE)
    form = ReopenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.reopen(round_id=round_.pk, reason=form.cleaned_data["reason"], by=request.actor)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("The quality check is open again."))
            return redirect("quality_home", round_.pk)
    return render(request, "quality/reopen.html", {"round": round_, "form": form})


@needs(Permission.FLAG_VIEW)
@require_safe
def quality_forms(request: ActorRequest, round_id: int) -> HttpResponse:
    """List flagged forms."""
    round_ = round_or_404(request, round_id, Permission.FLAG_VIEW)
    names = pages.names(round_, request.actor)
    form = FormFilter(request.GET, pages.interviewer_choices(round_, names))
    page = Paginator(queries.forms_of(round_, form.wanted()), PER_PAGE).get_page(request.GET.get("page"))
    shown = {
        "round": round_,
        "form": form,
        "page": page,
        "rows": [pages.form_row(suspect, names) for suspect in page],
        "check": queries.check_of(round_),
    }
    return render(request, "quality/forms.html", shown)


@needs(Permission.FLAG_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def quality_form(request: ActorRequest, round_id: int, case_id: str) -> HttpResponse:
    """Show why a form has points; take the decision on it. No answer stands here."""
    round_ = round_or_404(request, round_id, Permission.FLAG_VIEW)
    suspect = queries.form_of(round_, case_id)
    if suspect is None:
        raise Http404
    form, done = _decided(request, round_, suspect.pk)
    if done:
        return redirect("quality_form", round_.pk, case_id)
    shown = pages.form_page(round_, suspect, request.actor)
    return render(request, "quality/form.html", {**shown, "form": form, "may_decide": _may_decide(request, round_)})


@needs(Permission.FLAG_VIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def quality_interviewer(request: ActorRequest, round_id: int, suspect_id: int) -> HttpResponse:
    """Show an interviewer beside the others; take the decision."""
    round_ = round_or_404(request, round_id, Permission.FLAG_VIEW)
    suspect = queries.interviewer_of(round_, suspect_id)
    if suspect is None:
        raise Http404
    form, done = _decided(request, round_, suspect.pk)
    if done:
        return redirect("quality_interviewer", round_.pk, suspect.pk)
    shown = pages.interviewer_page(round_, suspect, request.actor)
    return render(
        request, "quality/interviewer.html", {**shown, "form": form, "may_decide": _may_decide(request, round_)}
    )


def _decided(request: ActorRequest, round_: Round, suspect_id: int) -> tuple[DecisionForm, bool]:
    """Take a decision that was sent; refused with 403 to who may only look."""
    form = DecisionForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return form, False
    request.actor.require(Permission.FLAG_DECIDE, round_.unit)
    if not form.is_valid():
        return form, False
    given: dict[str, Any] = form.cleaned_data
    try:
        actions.decide(suspect_id=suspect_id, verdict=given["verdict"], reason=given["reason"], by=request.actor)
    except ValidationError as error:
        form.add_error(None, error)
        return form, False
    messages.success(request, _("The decision is recorded."))
    return form, True


def _may_decide(request: ActorRequest, round_: Round) -> bool:
    is_open = round_.state in {State.IN_FIELD, State.FROZEN} and queries.closing_of(round_) is None
    return is_open and request.actor.may(Permission.FLAG_DECIDE, round_.unit)


def _may_close(request: ActorRequest, round_: Round) -> bool:
    is_over = round_.state in {State.FROZEN, State.PUBLISHED}
    return is_over and request.actor.may(Permission.FLAG_DECIDE, round_.unit)


def _is_open(round_: Round) -> bool:
    return round_.state == State.IN_FIELD
