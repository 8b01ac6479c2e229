"""Telling the apps above, which this one does not know, that units have ended."""

from __future__ import annotations

from typing import Protocol

from sipas_web.audit.actors import Actor


class Hear(Protocol):
    """An action of an app above."""

    def __call__(self, *, by: Actor) -> object:
        """Look for units that have ended."""


_listeners: list[Hear] = []


def hears(listener: Hear) -> None:
    """Have a function called, in the same transaction, after units were dissolved; safe to call for nothing."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(by: Actor) -> None:
    """Call them."""
    for listener in _listeners:
        listener(by=by)
