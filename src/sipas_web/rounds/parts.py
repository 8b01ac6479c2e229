"""The parts of a round's work, in order: each app adds its own, the page of a round shows where each stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.urls import reverse
from django_stubs_ext import StrOrPromise

from sipas_web.audit.actors import Actor
from sipas_web.rounds.queries import Round


class Stage(StrEnum):
    """Where a part stands."""

    DONE = "done"
    READY = "ready"  # somebody can work on it now
    RUNNING = "running"
    WAITING = "waiting"  # for a part before it
    UNSEEN = "untouched"  # filled as rounds begin; nobody has looked it through
    OPTIONAL = "optional"  # can be left out


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a part stands, in a sentence for the reader."""

    stage: Stage
    text: StrOrPromise


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a round's work with its page; ``url_name`` takes ``round_id``."""

    rank: int
    url_name: str
    label: StrOrPromise
    permission: str
    standing: Callable[[Round], Standing]  # few queries: it is asked on each showing of the round's page


@dataclass(frozen=True, slots=True)
class Shown:
    """A part on the page of one round."""

    url: str
    label: StrOrPromise
    standing: Standing


_parts: dict[str, Part] = {}


def add(part: Part) -> None:
    """Add a part; called by an app's ``ready``."""
    _parts[part.url_name] = part


def parts_of(round_: Round, by: Actor) -> list[Shown]:
    """List the parts an actor may open, in order. A query for each permission, and those of each part's standing."""
    held = {permission for permission in {p.permission for p in _parts.values()} if by.may(permission, round_.unit)}
    allowed = [p for p in sorted(_parts.values(), key=lambda p: p.rank) if p.permission in held]
    return [Shown(reverse(p.url_name, args=[round_.pk]), p.label, p.standing(round_)) for p in allowed]
