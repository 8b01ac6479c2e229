"""The people of the demonstration, who do everything by the acts that people do on screen."""

from __future__ import annotations

from sipas_web.accounts import queries as accounts
from sipas_web.audit.actors import Actor
from sipas_web.units import queries as units


def person_of(username: str) -> accounts.Person:
    """Give the person of an account that is there."""
    person = accounts.by_username(username)
    assert person is not None, "accounts are made before rounds"
    return person


def actor_of(username: str) -> Actor:
    """Give someone as an actor, with the roles held today."""
    person = person_of(username)
    held = ",".join(accounts.held(person, units.today()).roles)
    return Actor(f"person:{person.pk}", person.full_name, held, "command demonstration", person)
