"""The supervisors' area, a round in it, requests."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.shared.access import needs
from sipas_web.supervision import actions
from sipas_web.supervision.forms import OrderForm, ReasonForm, ReportForm
from sipas_web.supervision.pages.home import home_of, round_page_of
from sipas_web.supervision.permissions import Permission
from sipas_web.supervision.queries import access, orders, rules
from sipas_web.supervision.views.found import form_page, order_or_404, round_or_404

BOTH = ["GET", "HEAD", "POST"]


@needs(Permission.FINDING_VIEW)
@require_safe
def home(request: ActorRequest) -> HttpResponse:
    """Show rounds, own samples, requests, released findings."""
    return render(request, "supervision/home.html", {"home": home_of(request.actor)})


@needs(Permission.FINDING_VIEW)
@require_safe
def round_page(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show a round: its figures, own samples, requests, released findings."""
    round_ = round_or_404(request, round_id)
    return render(request, "supervision/round.html", {"round": round_, "page": round_page_of(round_, request.actor)})


@needs(Permission.ORDER_GIVE)
@require_http_methods(BOTH)
def order_give(request: ActorRequest, round_id: int) -> HttpResponse:
    """Ask for a re-verification."""
    round_ = round_or_404(request, round_id, Permission.ORDER_GIVE)
    form = OrderForm(request.POST or None, initial={"share": rules.share_of(round_)})
    return form_page(
        request,
        form,
        lambda given: actions.give_order(round_id=round_.pk, **given, by=request.actor),
        ("supervision_round", round_.pk),
        round=round_,
        title=_("Ask for a re-verification"),
        verb=_("Send the request"),
        told=_(
            "The supervisors of this round see the request with its last day. The share is a setting: 20 % was found "
            "in practice, no rule is known."
        ),
    )


@needs(Permission.FINDING_VIEW)
@require_safe
def order(request: ActorRequest, order_id: int) -> HttpResponse:
    """Show a request and its reports."""
    found = order_or_404(request, order_id)
    shown = {
        "stand": orders.stand_of(found),
        "round": found.round,
        "may_report": access.round_of(request.actor, found.round_id, Permission.SAMPLE_DRAW) is not None,
        "may_withdraw": request.actor.may(Permission.ORDER_GIVE, found.round.unit),
    }
    return render(request, "supervision/order.html", shown)


@needs(Permission.ORDER_GIVE)
@require_http_methods(BOTH)
def order_withdraw(request: ActorRequest, order_id: int) -> HttpResponse:
    """Take a request back."""
    found = order_or_404(request, order_id, Permission.ORDER_GIVE)
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda given: actions.withdraw_order(order_id=found.pk, reason=given["reason"], by=request.actor),
        ("supervision_order", found.pk),
        round=found.round,
        title=_("Take the request back"),
        verb=_("Take back"),
        is_danger=True,
    )


@needs(Permission.SAMPLE_DRAW)
@require_http_methods(BOTH)
def order_report(request: ActorRequest, order_id: int) -> HttpResponse:
    """Report back on a request."""
    found = order_or_404(request, order_id, Permission.SAMPLE_DRAW)
    organisation = access.organisations_of(request.actor).first()
    body = organisation.full_name if organisation else access.printed_body(request.actor, found.round)
    form = ReportForm(
        request.POST or None, samples=orders.reportable_samples(request.actor, found), initial={"body": body}
    )
    return form_page(
        request,
        form,
        lambda given: actions.report_order(order_id=found.pk, **given, by=request.actor),
        ("supervision_order", found.pk),
        round=found.round,
        title=_("Report on the request"),
        verb=_("Send the report"),
        told=found.text,
    )
