"""What the installation keeps, until when, and how it is deleted. Each app says so when it starts.

``retention.keep(Kept("fieldwork.files", _("Files of visits"), _("the file was received"), 365, oldest, delete))``
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django_stubs_ext import StrOrPromise

from sipas_web.audit.actors import Actor


@dataclass(frozen=True, slots=True)
class Kept:
    """A kind of data that is not kept for ever.

    ``oldest`` gives the moment from which the days of the oldest thing are counted, None where nothing is kept.
    ``delete(before, by)`` deletes everything whose days are counted from before a moment, in transactions of its own,
    and gives how many things went. It may be killed anywhere and is simply run again.
    """

    code: str  # app.what
    label: StrOrPromise
    since: StrOrPromise  # what the days are counted from, a clause: "the round was published"
    days: int | None  # unless the operator sets others; None: the moment is set elsewhere and ``oldest`` is that moment
    oldest: Callable[[], dt.datetime | None]
    delete: Callable[[dt.datetime, Actor], int]


_kinds: dict[str, Kept] = {}


def keep(kept: Kept) -> None:
    """Add a kind; called by an app's ``ready``."""
    _kinds[kept.code] = kept


def kinds() -> list[Kept]:
    """List every kind, by app."""
    return [_kinds[code] for code in sorted(_kinds)]


def kind(code: str) -> Kept:
    """Give a kind."""
    return _kinds[code]
