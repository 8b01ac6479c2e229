"""What the pages of duties show."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from sipas_web.audit.actors import Actor
from sipas_web.jobs.queries import Job, latest
from sipas_web.privacy import keys, queries
from sipas_web.privacy.actions.dropping import KIND, READY
from sipas_web.privacy.actions.rotating import GRACE
from sipas_web.privacy.clocks import notify_by
from sipas_web.privacy.permissions import Permission
from sipas_web.privacy.queries.requests import Breach, late, open_breaches, requests
from sipas_web.rounds.queries import Round


@dataclass(frozen=True, slots=True)
class HeldRound:
    """A round that holds contacts."""

    round: Round
    due: dt.date | None
    is_late: bool
    is_ready: bool  # published or abandoned
    is_going: bool


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key as it may be shown: never its material."""

    name: str
    made: dt.datetime | None  # missing where the key is
    sealed: int
    seals: bool
    is_spent: bool
    goes_from: dt.datetime | None


@dataclass(frozen=True, slots=True)
class OpenBreach:
    """A breach with its clock."""

    breach: Breach
    notify_by: dt.datetime
    is_late: bool
    hours_left: int


def held_rounds(by: Actor) -> list[HeldRound]:
    """List the rounds that hold contacts."""
    today = timezone.localdate()
    return [_held(round_, today) for round_ in queries.holding(by, Permission.DUTY_VIEW)]


def key_lines() -> list[KeyLine]:
    """List keys, the newest first, those that are missing before all."""
    used, known = queries.keys_in_use(), keys.all_keys()
    lines = [KeyLine(name, None, used[name], False, False, None) for name in queries.missing_keys()]
    for key in reversed(known):
        seals = key is known[-1]
        is_spent = not seals and not used[key.name]
        lines.append(KeyLine(key.name, key.made, used[key.name], seals, is_spent, known[-1].made + GRACE))
    return lines


def breach_lines(by: Actor) -> list[OpenBreach]:
    """List open breaches with their clocks."""
    return [clocked(breach) for breach in open_breaches(by)]


def clocked(breach: Breach) -> OpenBreach:
    """Put the clock beside a breach; it stops once notice was given or none is due."""
    until, stopped = notify_by(breach.found), breach.notified
    left = until - (stopped or timezone.now())
    runs = breach.is_notice_due and breach.closed is None
    is_late = left < dt.timedelta() and (runs or stopped is not None)
    return OpenBreach(breach, until, is_late, int(left.total_seconds() // 3600))


def count_late(by: Actor) -> tuple[int, int]:
    """Count open requests, and those beyond their day."""
    found = requests(by, "open")
    return found.count(), found.filter(late(timezone.localdate())).count()


def drop_facts(round_: Round) -> dict[str, object]:
    """Give what the page of a round's contacts shows."""
    drop = queries.drop_of(round_)
    due = queries.due_day(round_)
    job: Job | None = latest(round_, KIND)
    return {
        "drop": drop,
        "due": due,
        "is_late": due is not None and due < timezone.localdate() and drop is None,
        "is_early": due is None or timezone.localdate() <= due,
        "held": queries.count_of(round_),
        "is_ready": round_.state in READY,
        "job": job,
    }


def _held(round_: Round, today: dt.date) -> HeldRound:
    due = queries.due_day(round_)
    is_late = due is not None and due < today
    return HeldRound(round_, due, is_late, round_.state in READY, queries.are_dropped(round_))
