"""What a page is about: of the reader's own body, or released in their areas; else there is no such page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from sipas_web.audit.actors import ActorRequest
from sipas_web.rounds.queries import Round
from sipas_web.supervision.permissions import Permission
from sipas_web.supervision.queries import CheckCase, CheckSample, Order, Remedy, access, orders
from sipas_web.supervision.queries import samples as reads


def round_or_404(request: ActorRequest, round_id: int, permission: str = Permission.FINDING_VIEW) -> Round:
    """Give a round of the reader's areas, or of their organisation's."""
    found = access.round_of(request.actor, round_id, permission)
    if found is None:
        raise Http404
    return found


def own_or_404(request: ActorRequest, sample_id: int, permission: str = Permission.SAMPLE_VIEW) -> CheckSample:
    """Give a sample of the reader's own body."""
    found = access.own_sample(request.actor, sample_id, permission)
    if found is None:
        raise Http404
    return found


def seen_or_404(request: ActorRequest, sample_id: int) -> CheckSample:
    """Give a sample that is the reader's own, or released in their areas."""
    found = access.seen_sample(request.actor, sample_id)
    if found is None:
        raise Http404
    return found


def case_or_404(request: ActorRequest, check_id: int) -> CheckCase:
    """Give a case of the reader's own sample."""
    found = access.own_case(request.actor, check_id)
    if found is None:
        raise Http404
    return found


def order_or_404(request: ActorRequest, order_id: int, permission: str = Permission.FINDING_VIEW) -> Order:
    """Give a request on a round that the reader may see."""
    found = orders.order_of(request.actor, order_id, permission)
    if found is None:
        raise Http404
    return found


def remedy_or_404(request: ActorRequest, remedy_id: int) -> Remedy:
    """Give a released step that the reader may settle."""
    found = reads.remedy_by_id(remedy_id)
    if found is None or not request.actor.may(Permission.FINDING_ANSWER, found.check_case.sample.round.unit):
        raise Http404
    return found


def form_page(
    request: ActorRequest, form: Form, act: Callable[[dict[str, Any]], object], to: tuple[Any, ...], **shown: Any
) -> HttpResponse:
    """Show a form and act on it; what the action refuses is said on the form."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect(*to)
    return render(request, "supervision/form.html", {"form": form, **shown})
