"""Figures for periodic reports: counts of single units, so that reports merge by adding and no unit counts twice.

Each app adds its sources when it starts. Shares are made from counts, never merged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from django_stubs_ext import StrOrPromise

Counts = Mapping[int, Mapping[str, int]]  # unit id -> code of a line -> count


@dataclass(frozen=True, slots=True)
class Line:
    """One counted thing; with ``of`` its share is shown beside it."""

    code: str
    label: StrOrPromise
    of: str = ""  # code of the line it is a part of
    url_name: str = ""  # page that lists what was counted, with ?don-vi=<unit id>&tu=<date>&den=<date>


@dataclass(frozen=True, slots=True)
class Source:
    """The lines of one section of a report and how they are counted."""

    code: str  # app.what
    rank: int
    heading: StrOrPromise
    lines: tuple[Line, ...]
    counts: Callable[[Collection[int], dt.date, dt.date], Counts]  # (unit ids, first day, last day), few queries


_sources: dict[str, Source] = {}


def add(source: Source) -> None:
    """Add a source; called by an app's ``ready``."""
    _sources[source.code] = source


def sources() -> list[Source]:
    """List the sources in the order of a report."""
    return sorted(_sources.values(), key=lambda s: (s.rank, s.code))
