"""How tasks are followed, as data by date: when one is reminded, urged, when a difficulty must be answered.

The rules of a place are its own decision; the figures here are a proposal and shown as such.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sipas_web.shared import working_days


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule comes from."""

    act: str
    place: str
    page: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """Working days, counted from the day after."""

    since: dt.date
    remind_before: int  # before the deadline: the task is marked as due soon
    urge_after: int  # after the deadline: a letter may urge
    urge_again: int  # after a letter: the next one
    report_within: int  # after a letter: the unit has to report
    answer_within: int  # after a difficulty came: its answer
    source: Source


# The duty to follow and urge stands in the decision; no source gives the lengths of time.
FOLLOWING = Source(
    "Quyết định 42/2014/QĐ-TTg, sửa đổi bởi Quyết định 23/2018/QĐ-TTg (Văn bản hợp nhất 01/HNVB-VPCP năm 2018)",
    "",
    "hethongphapluat.vn",
    False,
)
RULES = (Rules(dt.date(2014, 1, 1), 5, 1, 10, 5, 10, FOLLOWING),)


def rules_on(day: dt.date) -> Rules:
    """Give the rules that hold on a day."""
    return next((rules for rules in reversed(RULES) if rules.since <= day), RULES[0])


def passed_since(day: dt.date, length: int) -> dt.date:
    """Give the latest day after which so many working days have passed by a day."""
    if not length:
        return day
    start = working_days.before(working_days.on_or_before(day), length)
    return working_days.on_or_after(start + working_days.DAY) - working_days.DAY
