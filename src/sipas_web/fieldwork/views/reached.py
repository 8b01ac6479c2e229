"""The round and the case a page is about, for who reaches them from above or from a post office within; else 404."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from sipas_web.audit.actors import ActorRequest
from sipas_web.fieldwork.queries import Case
from sipas_web.fieldwork.queries.holding import round_reached
from sipas_web.fieldwork.queries.reach import case_reached
from sipas_web.rounds.permissions import Permission as RoundPermission
from sipas_web.rounds.queries import Round


def reached_or_404(request: ActorRequest, round_id: int, permission: str) -> Round:
    """Give a round in, or above, an area where the person asking holds a permission."""
    found = round_reached(request.actor, round_id, permission)
    if found is None:
        raise Http404
    return found


def case_or_404(request: ActorRequest, round_: Round, permission: str, case_id: str) -> Case:
    """Give a case of the round that the person asking reaches."""
    found = case_reached(request.actor, round_, permission, case_id)
    if found is None:
        raise Http404
    return found


def part_page(request: ActorRequest, round_: Round, template: str, shown: dict[str, Any]) -> HttpResponse:
    """Show a page of a round; who sees only their post office's part of it is not led to pages of the whole."""
    is_whole = request.actor.may(RoundPermission.ROUND_VIEW, round_.unit)
    return render(request, template, {"round": round_, "is_whole": is_whole, **shown})
