"""Lists that leave, taken by somebody who reaches a part of the round."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.queries.holding import round_reached
from sipas_web.rounds.queries import Round


@transaction.atomic
def note_list_taken(*, round_: Round, what: str, form: str, permission: str, by: Actor) -> None:
    """Record that a list leaves, limited to what the actor reaches of the round."""
    if round_reached(by, round_.pk, permission) is None:
        raise PermissionDenied
    is_whole = by.may(permission, round_.unit)
    details = {"what": what, "form": form} | ({} if is_whole else {"limited": "areas"})
    record(by=by, action="fieldwork.list_exported", subject=round_, unit=round_.unit, details=details)
