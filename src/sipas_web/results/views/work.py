"""Pages that move a round: freeze, estimate again, publish, correct."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sipas_web.audit.actors import ActorRequest
from sipas_web.fieldwork.permissions import Permission as CasePermission
from sipas_web.results import actions
from sipas_web.results.actions import Choices
from sipas_web.results.forms.work import CorrectForm, EstimateForm, FreezeForm, PublishForm, WithdrawForm
from sipas_web.results.permissions import Permission
from sipas_web.results.queries import work_pages, work_settings
from sipas_web.rounds.views.found import round_or_404
from sipas_web.shared.access import needs

PAGE = require_http_methods(["GET", "HEAD", "POST"])


@needs(Permission.ROUND_FREEZE)
@PAGE
def freeze(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show what would be frozen, or how far the estimate has come; freeze on confirmation."""
    round_ = round_or_404(request, round_id, Permission.ROUND_FREEZE)
    shown = work_pages.freeze_page(round_, request.actor)
    form = FreezeForm(request.POST or None, is_again=shown.is_again)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data.get("reason", "")
        if carried_out(form, lambda: actions.freeze(round_id=round_.pk, reason=reason, by=request.actor)):
            messages.success(request, _("The round is frozen. The estimate runs by itself; you may leave this page."))
            return redirect("round_freeze", round_.pk)
    may_list = request.actor.may(CasePermission.CASE_VIEW, round_.unit)
    given = {"round": round_, "shown": shown, "form": form, "may_list": may_list}
    return render(request, "results/work_freeze.html", given)


@needs(Permission.ROUND_FREEZE)
@PAGE
def estimate_again(request: ActorRequest, round_id: int) -> HttpResponse:
    """Change settings of the estimate, not the data, and have it made again."""
    round_ = round_or_404(request, round_id, Permission.ROUND_FREEZE)
    shown = work_pages.estimate_page(round_, request.actor)
    form = EstimateForm(request.POST or None, chosen=work_settings.chosen_of(round_))
    if request.method == "POST" and form.is_valid():
        choices, reason = Choices(**form.choices()), form.cleaned_data["reason"]
        asked = {"round_id": round_.pk, "choices": choices, "reason": reason, "by": request.actor}
        if carried_out(form, lambda: actions.estimate_again(**asked)):
            messages.success(request, _("The frozen data are being estimated again."))
            return redirect("round_freeze", round_.pk)
    return render(request, "results/work_estimate.html", {"round": round_, "shown": shown, "form": form})


@needs(Permission.RESULT_REVIEW)
@PAGE
def publish(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show what would leave and what left; publish on confirmation, where one may; follow the work."""
    round_ = round_or_404(request, round_id, Permission.RESULT_REVIEW)
    shown = work_pages.publish_page(round_, request.actor)
    form = PublishForm(request.POST or None, is_alone=shown.is_alone, is_verified=shown.is_verified)
    if request.method == "POST" and form.is_valid():
        if shown.snapshot is None:
            raise Http404
        snapshot_id = shown.snapshot.pk
        if carried_out(form, lambda: actions.publish(snapshot_id=snapshot_id, by=request.actor)):
            return redirect("round_publish", round_.pk)
    return render(request, "results/work_publish.html", {"round": round_, "shown": shown, "form": form})


@needs(Permission.RESULT_PUBLISH)
@PAGE
def correct(request: ActorRequest, round_id: int) -> HttpResponse:
    """Take a published round back to work."""
    round_ = round_or_404(request, round_id, Permission.RESULT_PUBLISH)
    shown = work_pages.publish_page(round_, request.actor)
    form = CorrectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if carried_out(form, lambda: actions.correct_from_field(round_id=round_.pk, reason=reason, by=request.actor)):
            messages.success(request, _("The round is in the field again. The published version stays as it is."))
            return redirect("round_publish", round_.pk)
    return render(request, "results/work_correct.html", {"round": round_, "shown": shown, "form": form})


@needs(Permission.RESULT_PUBLISH)
@PAGE
def withdraw(request: ActorRequest, round_id: int) -> HttpResponse:
    """Take back a correction opened by mistake."""
    round_ = round_or_404(request, round_id, Permission.RESULT_PUBLISH)
    shown = work_pages.publish_page(round_, request.actor)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        if carried_out(form, lambda: actions.withdraw_correction(round_id=round_.pk, reason=reason, by=request.actor)):
            messages.success(request, _("The correction is withdrawn. The published version is in force."))
            return redirect("round_publish", round_.pk)
    return render(request, "results/work_withdraw.html", {"round": round_, "shown": shown, "form": form})


def carried_out(form: Form, act: Callable[[], object]) -> bool:
    """Carry an action out; what it refuses stands on the form."""
    try:
        act()
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True
