"""Who asked for a job, as an actor of this moment: what they may is looked up now, not when they asked."""

from __future__ import annotations

from sipas_web.accounts.backends import AreaBackend, held_today
from sipas_web.audit.actors import Actor, Everything, Nothing
from sipas_web.jobs.queries import Job


def asker_of(job: Job) -> Actor:
    """Rebuild the actor; a person suspended meanwhile holds nothing."""
    kind, _colon, number = job.actor.partition(":")
    if kind == "command":
        return Actor(job.actor, job.actor_name, "", job.actor_origin, Everything())
    person = AreaBackend().get_user(int(number)) if kind == "person" and number.isdecimal() else None
    if person is None:
        return Actor(job.actor, job.actor_name, "", job.actor_origin, Nothing())
    held = held_today(person)
    return Actor(job.actor, job.actor_name, ",".join(held.roles) if held else "", job.actor_origin, person)
