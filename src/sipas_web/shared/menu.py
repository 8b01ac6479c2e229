"""The menu: each app adds its entry when it starts; a person sees what they may open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django_stubs_ext import StrOrPromise

BAR = 84  # letters that stand beside each other in a window of 1280 px, with the name of a person
AROUND = 4  # letters that the space around an entry takes, and the number in it


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
_places: dict[str, str] = {}  # beginning of an address -> the entry it belongs to


def add(entry: Entry) -> None:
    """Add an entry; called by an app's ``ready``."""
    _entries[entry.url_name] = entry


def place(beginning: str, url_name: str) -> None:
    """Say that addresses that begin so belong to an entry whose own address begins otherwise."""
    _places[beginning] = url_name


def entries(request: HttpRequest) -> list[Shown]:
    """List what the person asking may open, in order."""
    user = getattr(request, "user", None)  # missing where a page fails before the session is read
    if user is None or not user.is_authenticated:
        return []
    allowed = [e for e in sorted(_entries.values(), key=lambda e: e.rank) if user.has_perm(e.permission)]
    urls = {e.url_name: reverse(e.url_name) for e in allowed}
    here = _here(request.path, urls)
    return [
        Shown(urls[e.url_name], e.label, e.meaning, e.url_name == here, e.count(user) if e.count else 0)
        for e in allowed
    ]


def in_bar(shown: Sequence[Shown]) -> int:
    """Give how many entries stand beside each other; the others are folded into one."""
    taken = 0
    for number, entry in enumerate(shown):
        taken += len(entry.label) + AROUND + (AROUND if entry.count else 0)
        if taken > BAR:
            return number
    return len(shown)


def _here(path: str, urls: dict[str, str]) -> str:
    """Give the entry a page belongs to: the one with the longest beginning of its address."""
    beginnings = {url: name for name, url in urls.items()} | _places
    found = [beginning for beginning in beginnings if path.startswith(beginning)]
    return beginnings[max(found, key=len)] if found else ""
