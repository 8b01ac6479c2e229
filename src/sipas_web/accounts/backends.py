"""Who may: deny by default; yes only by a role held today over an area the unit lies in today."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings

from sipas_web.accounts import queries
from sipas_web.accounts.queries import Held, Person
from sipas_web.units import queries as units


class AreaBackend(AuthenticationBackend):  # type: ignore[misc]  # allauth is not typed
    """Logs in by allauth; answers permissions from the assignments of the day."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Refuse suspended accounts, and those of the demonstration outside it."""
        is_person = isinstance(user, Person) and user.is_active
        return is_person and (settings.DEMONSTRATION or not user.is_demonstration)

    def get_user(self, user_id: Any) -> Person | None:
        """Give the person of a session, if they may still use it."""
        person = Person.objects.filter(pk=user_id).first()
        return person if person and self.user_can_authenticate(person) else None

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Say whether a permission is held over a unit today; without a unit, over any. One query for a unit."""
        held = held_today(user_obj)
        areas = held.areas(perm) if held else frozenset()
        if not held or not areas:
            return False
        return obj is None or units.lies_under_any(obj, areas, held.on)

    def areas_of(self, user_obj: Any, permission: str) -> Any:
        """Give a query of the ids of the units under someone's areas; None where it is the whole country."""
        held = held_today(user_obj)
        if not held:
            return []
        return None if held.over_country(permission) else units.under_any(held.areas(permission), held.on)


def held_today(user: Any) -> Held | None:
    """Give what someone holds today; read once for each request, as the account is."""
    if not isinstance(user, Person) or not user.is_active or user.pk is None:
        return None
    today = units.today()
    kept = getattr(user, "_held", None)
    if not isinstance(kept, Held) or kept.on != today:
        kept = queries.held(user, today)
        user._held = kept  # type: ignore[attr-defined]
    return kept
