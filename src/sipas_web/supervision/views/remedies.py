"""The procedure on failed forms, for the department."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.rounds.views.found import round_or_404
from sipas_web.shared.access import needs
from sipas_web.supervision import actions
from sipas_web.supervision.forms import ReasonForm
from sipas_web.supervision.permissions import Permission
from sipas_web.supervision.queries import Remedy
from sipas_web.supervision.queries import samples as reads
from sipas_web.supervision.views.found import form_page, remedy_or_404


@needs(Permission.FINDING_ANSWER)
@require_safe
def remedies(request: ActorRequest, round_id: int) -> HttpResponse:
    """List the steps that wait."""
    round_ = round_or_404(request, round_id, Permission.FINDING_ANSWER)
    return render(request, "supervision/remedies.html", {"round": round_, "waiting": reads.waiting_remedies(round_)})


@needs(Permission.FINDING_ANSWER)
@require_http_methods(["GET", "HEAD", "POST"])
def remedy_carry_out(request: ActorRequest, remedy_id: int) -> HttpResponse:
    """Carry a step out."""
    remedy = remedy_or_404(request, remedy_id)
    told = (
        _(
            "The answer is kept but does not count any more, also in the next freeze. A later valid answer takes its "
            "place."
        )
        if remedy.kind == Remedy.Kind.DROP
        else _("The next reserve of the same list is issued in the place of this case.")
    )
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda given: actions.carry_out(remedy_id=remedy.pk, reason=given["reason"], by=request.actor),
        ("remedies", remedy.check_case.sample.round_id),
        round=remedy.check_case.sample.round,
        sample=remedy.check_case.sample,
        title=f"{remedy.get_kind_display()}: {remedy.check_case.case.case_id}",
        verb=_("Carry out"),
        told=told,
    )


@needs(Permission.FINDING_ANSWER)
@require_http_methods(["GET", "HEAD", "POST"])
def remedy_decline(request: ActorRequest, remedy_id: int) -> HttpResponse:
    """Leave a step undone."""
    remedy = remedy_or_404(request, remedy_id)
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda given: actions.decline(remedy_id=remedy.pk, reason=given["reason"], by=request.actor),
        ("remedies", remedy.check_case.sample.round_id),
        round=remedy.check_case.sample.round,
        sample=remedy.check_case.sample,
        title=_("Do not carry out: %(step)s")
        % {"step": f"{remedy.get_kind_display()}, {remedy.check_case.case.case_id}"},
        verb=_("Keep as it is"),
        told=_("The supervisors read the reason, and it stands on the minutes."),
    )
