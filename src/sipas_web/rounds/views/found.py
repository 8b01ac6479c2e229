"""The round a page is about: of the areas of the person asking, else there is no such page."""

from __future__ import annotations

from django.http import Http404

from sipas_web.audit.actors import ActorRequest
from sipas_web.rounds import queries
from sipas_web.rounds.permissions import Permission
from sipas_web.rounds.queries import Round


def round_or_404(request: ActorRequest, round_id: int, permission: str = Permission.ROUND_VIEW) -> Round:
    """Give a round in an area where the person asking holds a permission."""
    found = queries.round_for(request.actor, round_id, permission)
    if found is None:
        raise Http404
    return found


def changeable_round(request: ActorRequest, round_id: int, permission: str) -> Round:
    """Give a round over which the person holds a permission; 404 where they may not even see it, else 403."""
    round_ = round_or_404(request, round_id)
    request.actor.require(permission, round_.unit)
    return round_
