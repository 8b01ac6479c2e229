"""Who acts: values for the record, and whether they may."""

from __future__ import annotations

import getpass
import platform
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest


class Holder(Protocol):
    """Someone whose permissions can be asked."""

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Say whether they hold a permission over a unit; without a unit, over any."""

    def areas_of(self, permission: str) -> Any:
        """Give a query of the ids of the units under their areas; None where they hold the whole country."""


class Everything:
    """The person at the server's own terminal: no limit but the record."""

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Say yes."""
        del perm, obj
        return True

    def areas_of(self, permission: str) -> None:
        """Give no limit."""
        del permission


class Nothing:
    """Someone who is not logged in."""

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Say no."""
        del perm, obj
        return False

    def areas_of(self, permission: str) -> Any:
        """Give no unit."""
        del permission
        return []


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as the record keeps it: values, no key to an account that may go."""

    key: str  # person:12, invitation:5, command, anonymous
    name: str
    roles: str  # codes of the roles held at that moment, in order, joined by commas
    origin: str  # web and the address, or command and the host
    holder: Holder = field(compare=False, repr=False)

    @property
    def person(self) -> int:
        """The key of the person who acts; 0 where it is none, as at the server's terminal."""
        kind, _colon, number = self.key.partition(":")
        return int(number) if kind == "person" and number.isdecimal() else 0

    def may(self, permission: str, unit: Any = None) -> bool:
        """Say whether this actor holds a permission over a unit; without one, over any."""
        return self.holder.has_perm(str(permission), unit)

    def require(self, permission: str, unit: Any = None) -> None:
        """Refuse, with HTTP 403 on the web, what is not permitted."""
        if not self.may(permission, unit):
            raise PermissionDenied

    def require_everywhere(self, permission: str) -> None:
        """Refuse what touches the whole country to those who do not hold the whole country."""
        if self.holder.areas_of(str(permission)) is not None:
            raise PermissionDenied


class ActorRequest(HttpRequest):
    """A request whose actor is known."""

    actor: Actor


def command_line() -> Actor:
    """Give the actor at the server's terminal."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container without an entry for its user
        name = "?"
    return Actor("command", name, "", f"command {platform.node()}", Everything())
