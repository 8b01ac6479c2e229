"""The units at which somebody works: where a role was given to them, not everything that lies below."""

from __future__ import annotations

from typing import Any

from sipas_web.accounts.backends import held_today


def own_areas(holder: Any, permission: str) -> frozenset[int]:
    """Give the ids of the units over which a permission was given to a person; none for the server itself."""
    held = held_today(holder)
    return held.areas(str(permission)) if held else frozenset()
