"""Pages of what a design costs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sipas_web.audit.actors import ActorRequest
from sipas_web.rounds import design_costs
from sipas_web.rounds.actions import design as actions
from sipas_web.rounds.forms.design_prices import PricesForm
from sipas_web.rounds.pages.design import saved_figures
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import Round
from sipas_web.rounds.views.found import changeable_round, round_or_404
from sipas_web.shared.access import needs
from sipas_web.shared.downloads import XLSX, attachment


@needs(Permission.ROUND_VIEW)
@require_safe
def costs(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show the estimate."""
    round_ = round_or_404(request, round_id)
    return _page(request, round_, PricesForm(prices=design_costs.prices_of(round_.planning)))


@needs(Permission.ROUND_CHANGE)
@require_POST
def save(request: ActorRequest, round_id: int) -> HttpResponse:
    """Save the prices."""
    round_ = changeable_round(request, round_id, Permission.ROUND_CHANGE)
    form = PricesForm(request.POST, prices=design_costs.prices_of(round_.planning))
    if form.is_valid():
        actions.save_prices(round_id=round_.pk, prices=form.entered(), by=request.actor)
        messages.success(request, _("The prices were saved."))
        return redirect("round_costs", round_.pk)
    actions.save_prices(round_id=round_.pk, prices=form.sound(), by=request.actor)
    messages.warning(request, _("The prices without a fault were saved. Mend those marked below, then save again."))
    round_.refresh_from_db()
    return _page(request, round_, form)


@needs(Permission.ROUND_VIEW)
@require_safe
def download(request: ActorRequest, round_id: int) -> HttpResponseBase:
    """Give the estimate as a workbook."""
    round_ = round_or_404(request, round_id)
    figures = saved_figures(round_)
    if figures is None:
        messages.error(request, _("There is nothing to estimate yet: the sample sizes are not known."))
        return redirect("round_costs", round_.pk)
    made = design_costs.estimate(design_costs.prices_of(round_.planning), figures)
    return attachment(design_costs.workbook(made, round_.title, design_costs.notes(round_)), "du-toan.xlsx", XLSX)


def _page(request: ActorRequest, round_: Round, form: PricesForm) -> HttpResponse:
    figures = saved_figures(round_)
    made = None if figures is None else design_costs.estimate(design_costs.prices_of(round_.planning), figures)
    shown = {
        "round": round_,
        "form": form,
        "made": made,
        "notes": design_costs.notes(round_),
        "may_change": request.actor.may(Permission.ROUND_CHANGE, round_.unit),
    }
    return render(request, "rounds/design_costs.html", shown)
