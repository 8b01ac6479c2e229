"""What waits for a person, from every app: one page, one calendar feed. Each app adds its source when it starts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing to do."""

    key: str  # lasting, of this thing alone: improvement.task:12
    title: str  # Vietnamese data
    url: str
    unit: str  # full name of the unit it waits at
    due: dt.date | None = None  # last day; None: no date


@dataclass(frozen=True, slots=True)
class Source:
    """A kind of things that wait."""

    code: str  # app.what
    rank: int
    label: StrOrPromise
    permission: str  # without it nothing of this kind waits
    rows: Callable[[Any, int], Sequence[Waiting]]  # (actor, most): the earliest due first, in few queries


_sources: dict[str, Source] = {}


def add(source: Source) -> None:
    """Add a kind; called by an app's ``ready``."""
    _sources[source.code] = source


def sources() -> list[Source]:
    """List every kind in order."""
    return sorted(_sources.values(), key=lambda s: (s.rank, s.code))
