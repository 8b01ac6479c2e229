"""What kinds of work exist, and what the code that carries one out is given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sipas_web.audit.actors import Actor

Result = Mapping[str, Any] | None


class StoppedError(Exception):
    """Somebody asked to stop; raised by ``Work.progress``, caught by the worker."""


class LaterError(Exception):
    """What is left of the work has to wait; raised by a handler, the job is handed back for a while. No failure."""

    def __init__(self, after: dt.timedelta) -> None:
        super().__init__(after)
        self.after = after


@dataclass(frozen=True, slots=True)
class Work:
    """One attempt at a job, as its handler sees it.

    ``progress(share, note)`` takes 0 to 1 and a short code; it raises StoppedError where a stop was asked for. The
    lease is renewed beside it. A handler may run again from the start at any moment: it must be safe to run twice.
    """

    job_id: int
    arguments: Mapping[str, Any]
    actor: Actor  # who asked; permissions are asked again at each action
    attempt: int
    progress: Callable[[float, str], None]


Handler = Callable[[Work], Result]
_handlers: dict[str, Handler] = {}
_quick: set[str] = set()
_private: set[str] = set()


def handles(kind: str, *, quick: bool = False, private: bool = False) -> Callable[[Handler], Handler]:
    """Register a handler; its module is ``tasks`` of an app, imported by the app's ``ready``.

    Quick: a person sits before the page and waits. Such work has a lane of its own beside the long work of others.
    Private: nobody but who asked for it sees that there is such work.
    """

    def add(handler: Handler) -> Handler:
        _handlers[kind] = handler
        (_quick.add if quick else _quick.discard)(kind)
        (_private.add if private else _private.discard)(kind)
        return handler

    return add


def handler_of(kind: str) -> Handler:
    """Give the code for a kind."""
    return _handlers[kind]


def quick_kinds() -> frozenset[str]:
    """Give the kinds of work that never wait behind long work."""
    return frozenset(_quick)


def private_kinds() -> frozenset[str]:
    """Give the kinds of work that only who asked for it may see."""
    return frozenset(_private)


def kinds() -> list[str]:
    """List every kind of work."""
    return sorted(_handlers)
