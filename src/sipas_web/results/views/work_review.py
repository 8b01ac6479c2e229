"""Pages of the review before publication."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.results import actions
from sipas_web.results.forms.work import ApproveForm, SendBackForm
from sipas_web.results.permissions import Permission
from sipas_web.results.queries import Snapshot, work, work_pages
from sipas_web.results.views.work import carried_out
from sipas_web.rounds.queries import Round
from sipas_web.rounds.views.found import round_or_404
from sipas_web.shared.access import needs


@needs(Permission.RESULT_REVIEW)
@require_safe
def review(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show the figures before publication, and what speaks for and against them."""
    round_ = round_or_404(request, round_id, Permission.RESULT_REVIEW)
    return _page(request, round_, ApproveForm(), SendBackForm())


@needs(Permission.RESULT_REVIEW)
@require_POST
def verify(request: ActorRequest, round_id: int) -> HttpResponse:
    """Have the round checked, or computed again."""
    round_, snapshot = _open(request, round_id, Permission.RESULT_REVIEW)
    form = Form(request.POST)
    recompute = request.POST.get("recompute") == "1"
    number = snapshot.pk
    if form.is_valid() and not carried_out(
        form, lambda: actions.verify(snapshot_id=number, recompute=recompute, by=request.actor)
    ):
        messages.error(request, " ".join(str(said) for said in form.non_field_errors()))
    return redirect("round_review", round_.pk)


@needs(Permission.RESULT_APPROVE)
@require_POST
def approve(request: ActorRequest, round_id: int) -> HttpResponse:
    """Approve the figures."""
    round_, snapshot = _open(request, round_id, Permission.RESULT_APPROVE)
    form = ApproveForm(request.POST)
    if form.is_valid():
        note = form.cleaned_data["note"]
        if carried_out(form, lambda: actions.approve(snapshot_id=snapshot.pk, note=note, by=request.actor)):
            messages.success(request, _("The figures are approved. They can be published now."))
            return redirect("round_review", round_.pk)
    return _page(request, round_, form, SendBackForm())


@needs(Permission.RESULT_APPROVE)
@require_POST
def send_back(request: ActorRequest, round_id: int) -> HttpResponse:
    """Send the round back to the field."""
    round_, snapshot = _open(request, round_id, Permission.RESULT_APPROVE)
    form = SendBackForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if carried_out(form, lambda: actions.send_back(snapshot_id=snapshot.pk, reason=reason, by=request.actor)):
            messages.success(request, _("The round is in the field again."))
            return redirect("round_review", round_.pk)
    return _page(request, round_, ApproveForm(), form)


def _open(request: ActorRequest, round_id: int, permission: str) -> tuple[Round, Snapshot]:
    round_ = round_or_404(request, round_id, permission)
    snapshot = work.open_snapshot(round_)
    if snapshot is None:
        raise Http404
    return round_, snapshot


def _page(request: ActorRequest, round_: Round, approval: ApproveForm, sending: SendBackForm) -> HttpResponse:
    shown = work_pages.review_page(round_, request.actor)
    given = {"round": round_, "shown": shown, "approval": approval, "sending": sending}
    return render(request, "results/work_review.html", given)
