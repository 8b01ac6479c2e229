"""The menu: each app adds its entry when it starts; a person sees what they may open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the menu."""

    rank: int
    url_name: str
    label: StrOrPromise
    meaning: StrOrPromise
    permission: str
    count: Callable[[Any], int] | None = None  # what waits there for a person: one cheap query, asked on every page


@dataclass(frozen=True, slots=True)
class Shown:
    """An entry on a page."""

    url: str
    label: StrOrPromise
    meaning: StrOrPromise
    is_here: bool
    count: int


_entries: dict[str, Entry] = {}


def add(entry: Entry) -> None:
    """Add an entry; called by an app's ``ready``."""
    _entries[entry.url_name] = entry


def entries(request: HttpRequest) -> list[Shown]:
    """List what the person asking may open, in order."""
    user = getattr(request, "user", None)  # missing where a page fails before the session is read
    if user is None or not user.is_authenticated:
        return []
    allowed = [e for e in sorted(_entries.values(), key=lambda e: e.rank) if user.has_perm(e.permission)]
    urls = [reverse(e.url_name) for e in allowed]
    return [
        Shown(u, e.label, e.meaning, request.path.startswith(u), e.count(user) if e.count else 0)
        for u, e in zip(urls, allowed, strict=True)
    ]
