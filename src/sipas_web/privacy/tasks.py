"""Long work on identities: dropping the join, sealing anew with a new key, the duties of each day."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from sipas.rounds import acting_as, drop_contacts, is_round
from sipas_web.audit.actors import Actor
from sipas_web.jobs.registry import Work, handles
from sipas_web.privacy import actions, retention
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.queries import by_id

AT_ONCE = 1_000


@handles("privacy.drop")
def drop(work: Work) -> dict[str, Any]:
    """Destroy what the store and the round's folder hold of identities; the folder's journal says what went."""
    round_id, gone = work.arguments["round"], 0
    while part := actions.drop_part(round_id=round_id, most=AT_ONCE, by=work.actor):
        gone += part
        work.progress(gone / (gone + 10 * AT_ONCE), "privacy.dropping")
    folder = folder_of(by_id(round_id))
    names: list[str] = []
    if is_round(folder):
        with acting_as(work.actor.name):
            names = drop_contacts(folder)
    return actions.finish_drop(round_id=round_id, files=names, by=work.actor)


@handles("privacy.reseal")
def reseal(work: Work) -> dict[str, Any]:
    """Seal everything with the newest key."""
    return {"resealed": seal_anew(work)}


@handles("privacy.duties")
def duties(work: Work) -> dict[str, Any]:
    """Delete what is kept too long, finish a change of keys, destroy spent keys."""
    kinds, now, deleted = retention.kinds(), timezone.now(), {}
    for number, kept in enumerate(kinds):
        work.progress(number / (len(kinds) + 1), "privacy.deleting")
        deleted[kept.code] = actions.delete_overdue(kept, now=now, by=work.actor)
    return {"deleted": deleted, "resealed": seal_anew(work), "keys": actions.remove_spent_keys(by=work.actor)}


def seal_anew(work: Work) -> int:
    """Seal in parts what older keys hold; safe to break off anywhere."""
    count = 0
    while part := seal_part(work.actor):
        count += part
        work.progress(count / (count + 10 * AT_ONCE), "privacy.resealing")
    return count


def seal_part(by: Actor) -> int:
    """Seal one part; 0 where nothing is left."""
    return actions.reseal_part(most=AT_ONCE, by=by)
