"""Finding what a page is about: outside one's areas there is no page."""

from __future__ import annotations

from django.http import Http404

from sipas_web.audit.actors import ActorRequest
from sipas_web.feedback.permissions import Permission
from sipas_web.feedback.queries.feedback import Feedback, one_for


def feedback_or_404(request: ActorRequest, feedback_id: int, permission: str = "") -> Feedback:
    """Give what the actor may see, and over whose desk or unit they hold a permission."""
    found = one_for(request.actor, feedback_id)
    if found is None:
        raise Http404
    if permission:
        at = found.place if permission == Permission.FEEDBACK_RECEIVE else found.unit
        if at is None or not request.actor.may(permission, at):
            raise Http404
    return found
