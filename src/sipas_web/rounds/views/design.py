"""Pages of the design: choices and what they give, at once; saving."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from sipas.errors import SipasError
from sipas_web.audit.actors import ActorRequest
from sipas_web.rounds.actions import design as actions
from sipas_web.rounds.pages.design import TEXT, Desk, add_error, as_text_desk, open_desk
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import Round
from sipas_web.rounds.states import is_bound
from sipas_web.rounds.views.found import changeable_round, round_or_404
from sipas_web.shared.access import needs


@needs(Permission.ROUND_VIEW)
def design(request: ActorRequest, round_id: int) -> HttpResponse:
    """Show the design; what is sent here is worked out again and not saved."""
    round_ = round_or_404(request, round_id)
    if request.method != "POST":
        return _page(request, open_desk(round_, mode=request.GET.get("mode", "plain")))
    desk = open_desk(round_, request.POST, mode=request.POST.get("mode", "plain"))
    if request.POST.get("act") == TEXT and desk.changed is not None:
        desk = as_text_desk(desk)
    return _page(request, desk)


@needs(Permission.ROUND_VIEW)
@require_POST
def figures(request: ActorRequest, round_id: int) -> HttpResponse:
    """Give the figures of what is typed, for the page that asks while one moves the choices."""
    desk = open_desk(round_or_404(request, round_id), request.POST, mode=request.POST.get("mode", "plain"))
    return render(request, "rounds/design_figures.html", {"desk": desk, **_may(request, desk.round)})


@needs(Permission.ROUND_CHANGE)
@require_POST
def save(request: ActorRequest, round_id: int) -> HttpResponse:
    """Save what is typed."""
    round_ = changeable_round(request, round_id, Permission.ROUND_CHANGE)
    desk = open_desk(round_, request.POST, mode=request.POST.get("mode", "plain"))
    if desk.changed is not None and desk.form.is_valid():
        try:
            actions.save_design(round_id=round_.pk, changed=desk.changed, planning=desk.planning, by=request.actor)
        except SipasError as error:
            add_error(desk, error)
        except ValidationError as error:
            desk.form.add_error(None, error)
        else:
            messages.success(request, _("The design was saved."))
            return redirect("round_design", round_.pk)
    return _page(request, desk)


def _page(request: ActorRequest, desk: Desk) -> HttpResponse:
    return render(request, "rounds/design.html", {"desk": desk, "form": desk.form, **_may(request, desk.round)})


def _may(request: ActorRequest, round_: Round) -> dict[str, object]:
    may = request.actor.may(Permission.ROUND_CHANGE, round_.unit)
    return {"round": round_, "may_change": may, "is_bound": is_bound(round_)}
