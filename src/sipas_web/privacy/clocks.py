"""The days the law gives, as data with their source; looked up by the day a request came in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from sipas_web.privacy.queries.requests import RequestKind
from sipas_web.shared import working_days

DAY = dt.timedelta(days=1)
NOTICE_HOURS = 72


@dataclass(frozen=True, slots=True)
class Source:
    """Where a legal figure comes from, and how well that is known."""

    act: str  # number and date, as cited
    place: str  # article; empty: not verified
    page: str  # where it was read
    is_verified: bool  # False: from memory or a page that is no authority; said so wherever it shows


@dataclass(frozen=True, slots=True)
class Limit:
    """Calendar days after the day of receipt, alone and where a processor must act as well."""

    days: int
    with_processor: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for requests received from a day on."""

    since: dt.date
    acknowledge: int | None  # working days after the day of receipt; None: no such duty
    limits: Mapping[RequestKind, Limit]
    source: Source
    extension: Source | None  # once; None: no extension


@dataclass(frozen=True, slots=True)
class Clock:
    """The last days for one request."""

    acknowledge_by: dt.date
    due: dt.date


DECREE_13 = Source("Nghị định 13/2023/NĐ-CP ngày 17/4/2023", "", "frasersvn.com", True)
DECREE_356 = Source(
    "Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15 và Nghị định 356/2025/NĐ-CP ngày 31/12/2025",
    "",
    "frasersvn.com; cdlaf.vn",
    True,
)
# That an extension is allowed once was read; that it is at most as long as the first term is an assumption.
EXTENSION = Source("Nghị định 356/2025/NĐ-CP ngày 31/12/2025", "", "cdlaf.vn", False)
BREACH = Source("Luật Bảo vệ dữ liệu cá nhân số 91/2025/QH15", "Điều 23", "", False)

_THREE = Limit(3, 3)  # 72 hours, counted in whole days
RULES = (
    Rules(dt.date(2023, 7, 1), None, dict.fromkeys(RequestKind, _THREE), DECREE_13, None),
    Rules(
        dt.date(2026, 1, 1),
        2,
        {
            RequestKind.SEE: Limit(10, 10),
            RequestKind.CORRECT: Limit(10, 10),
            RequestKind.WITHDRAW: Limit(15, 20),
            RequestKind.RESTRICT: Limit(15, 20),
            RequestKind.OBJECT: Limit(15, 20),
            RequestKind.DELETE: Limit(20, 20),
        },
        DECREE_356,
        EXTENSION,
    ),
)


def rules_on(received: dt.date) -> Rules:
    """Give the rules that hold on a day; those before the first ones are taken as the first."""
    return next((rules for rules in reversed(RULES) if rules.since <= received), RULES[0])


def clock(kind: str, received: dt.date, *, with_processor: bool) -> Clock:
    """Give the last days. A last day on a day off is not moved on: that is never too late."""
    rules = rules_on(received)
    limit = rules.limits[RequestKind(kind)]
    due = received + DAY * (limit.with_processor if with_processor else limit.days)
    acknowledge = working_days.after(received, rules.acknowledge) if rules.acknowledge else due
    return Clock(min(acknowledge, due), due)


def latest_extension(kind: str, received: dt.date, *, with_processor: bool) -> dt.date | None:
    """Give the last day an extension may reach; None where there is none."""
    if rules_on(received).extension is None:
        return None
    due = clock(kind, received, with_processor=with_processor).due
    return due + (due - received)


def notify_by(found: dt.datetime) -> dt.datetime:
    """Give the moment by which a breach must be notified."""
    return found + dt.timedelta(hours=NOTICE_HOURS)
