"""What pages of assignments are about: a round, an office, of the areas of the person asking, else no page."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404

from sipas_web.audit.actors import ActorRequest
from sipas_web.fieldwork.permissions import Permission
from sipas_web.fieldwork.queries import holding, offices
from sipas_web.rounds.queries import Round
from sipas_web.units.queries import Unit


def found_round(request: ActorRequest, round_id: int, permission: str = Permission.CASE_ASSIGN) -> Round:
    """Give a round in, or above, the areas in which the person asking gives cases out."""
    found = holding.round_reached(request.actor, round_id, permission)
    if found is None:
        raise Http404
    return found


def found_office(
    request: ActorRequest, round_: Round, office_id: int, permission: str = Permission.CASE_ASSIGN
) -> Unit:
    """Give a post office of a round in an area where the person asking holds a permission."""
    office = offices.office_for(request.actor, round_, office_id, permission)
    if office is None:
        raise Http404
    return office


def said(error: ValidationError) -> ValidationError:
    """Give an error for a form without the names of fields it has not."""
    return ValidationError(error.messages)
