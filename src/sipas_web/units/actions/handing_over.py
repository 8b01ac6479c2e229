"""Telling the apps above, which this one does not know, that units have ended."""

from __future__ import annotations

from collections.abc import Callable

from sipas_web.audit.actors import Actor

Hear = Callable[[Actor], object]
_listeners: list[Hear] = []


def hears(listener: Hear) -> None:
    """Have a function called, in the same transaction, after units were dissolved; safe to call for nothing."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(by: Actor) -> None:
    """Call them."""
    for listener in _listeners:
        listener(by)
