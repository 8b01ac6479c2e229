"""Whose calendar a secret opens."""

from __future__ import annotations

from sipas_web.accounts.backends import AreaBackend
from sipas_web.accounts.queries import Person, hash_of
from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import CalendarFeed


def feed_of(by: Actor) -> CalendarFeed | None:
    """Give the calendar of the person who asks, if they have one."""
    return CalendarFeed.objects.filter(person=by.holder).first() if isinstance(by.holder, Person) else None


def person_of(secret: str) -> Person | None:
    """Give the person whose calendar a secret opens, if they may still log in."""
    feed = CalendarFeed.objects.filter(secret_hash=hash_of(secret)).first()
    return AreaBackend().get_user(feed.person_id) if feed else None
