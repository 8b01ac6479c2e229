"""Rules on apologies as data, and what they say of one dossier: pure, without a database.

The last day of an apology follows from the day the dossier came in, the form from the day of the letter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from sipas_web.shared import working_days

DATA = Path(__file__).parent / "data" / "apology_rules.yaml"


@dataclass(frozen=True, slots=True)
class Deadline:
    """When an apology must have left, for dossiers that came in from a day on."""

    code: str
    since: dt.date
    act: str
    place: str
    page: str
    verified: bool
    notice: int | None  # working days before the due date; None: no rule is known
    new_dates: int


@dataclass(frozen=True, slots=True)
class Form:
    """The form of letters written from a day on."""

    code: str
    since: dt.date
    act: str
    form: str
    title: str
    about: str
    symbol: str
    paper: str  # a4 or a5
    page: str
    verified: bool  # number and title of the form
    layout: bool  # the words between its fields
    undated_title: str = ""  # without a new date; empty: the same
    undated_about: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a list comes from."""

    act: str
    page: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Case:
    """What the rule looks at."""

    received: dt.date
    due: dt.date | None
    finished: dt.date | None
    sent: dt.date | None = None  # first day an apology for the delay left
    excepted: bool = False
    waiting_since: dt.date | None = None  # with the applicant, who was asked to supplement it: its clock stands still
    stopped: bool = False  # ended without a result: nothing was late


class Standing(StrEnum):
    """How a dossier stands to the duty to apologise."""

    NO_RULE = "no_rule"  # no due date, or no rule of its time
    NOT_LATE = "not_late"  # in time, or its day has not come near
    SENT_AHEAD = "sent_ahead"  # apologised for, and not late (yet)
    DUE = "due"  # to be apologised for by the last day
    MISSED = "missed"  # the last day has passed; not late yet
    BEFORE = "before"  # late; the letter left before the due date
    AFTER = "after"  # late; the letter left on the due date or later
    EXCEPTED = "excepted"  # late; no apology is owed
    WITHOUT = "without"  # late, and nothing was sent


LATE = (Standing.BEFORE, Standing.AFTER, Standing.EXCEPTED, Standing.WITHOUT)
Dated = TypeVar("Dated", Deadline, Form)


def deadlines() -> tuple[Deadline, ...]:
    """List the rules by date."""
    return tuple(Deadline(**row) for row in _data()["deadlines"])


def forms() -> tuple[Form, ...]:
    """List the forms by date."""
    return tuple(Form(**row) for row in _data()["forms"])


def deadline_on(received: dt.date) -> Deadline:
    """Give the rule for a dossier that came in on a day."""
    return _on(deadlines(), received)


def form_on(day: dt.date) -> Form:
    """Give the form for a letter of a day."""
    return _on(forms(), day)


def alert() -> int:
    """Give how many working days before the last day of an apology it is listed."""
    return int(_data()["alert"])


def reasons() -> dict[str, str]:
    """Give why a result may be late, by code."""
    return _by_code("reasons")


def faults() -> dict[str, str]:
    """Give what else may be apologised for, by code."""
    return _by_code("faults")


def exceptions() -> dict[str, str]:
    """Give when no apology is owed, by code."""
    return _by_code("exceptions")


def source_of(what: str) -> Source:
    """Give where the list of faults or of exceptions comes from."""
    return Source(**_data()[f"{what}_source"])


def head_of(name: str, *, is_place: bool) -> str:
    """Name the office of who heads a unit, from the unit's name; no person's name."""
    if is_place:
        return str(_data()["places"])
    beginnings: list[tuple[str, str]] = _data()["heads"]
    return next((office for beginning, office in beginnings if name.startswith(beginning)), str(_data()["head"]))


def last_day(received: dt.date, due: dt.date | None) -> dt.date | None:
    """Give the last day on which an apology is in time; None where no rule gives one."""
    notice = deadline_on(received).notice
    return None if due is None or notice is None else working_days.before(due, notice)


def listed_from(received: dt.date, due: dt.date | None) -> dt.date | None:
    """Give the day from which a dossier that is not finished is listed."""
    last = last_day(received, due)
    return None if last is None else working_days.before(last, alert())


def standing(case: Case, today: dt.date) -> Standing:
    """Say how a dossier stands today; what the case tells has all happened by then."""
    last = last_day(case.received, case.due)
    if last is None or case.due is None:
        return Standing.NO_RULE
    if not case.stopped and (case.finished or case.waiting_since or today) > case.due:
        return _late(case, case.due)
    if case.sent is not None:
        return Standing.SENT_AHEAD
    if case.stopped or case.excepted or (case.finished or case.waiting_since) is not None:
        return Standing.NOT_LATE
    if today < working_days.before(last, alert()):
        return Standing.NOT_LATE
    return Standing.DUE if today <= last else Standing.MISSED


def _late(case: Case, due: dt.date) -> Standing:
    if case.sent is not None:
        return Standing.BEFORE if case.sent < due else Standing.AFTER
    return Standing.EXCEPTED if case.excepted else Standing.WITHOUT


def horizon(rule: Deadline, today: dt.date) -> dt.date | None:
    """Give the latest due date that is listed today under a rule; None where the rule lists none."""
    if rule.notice is None:
        return None
    # The first day that would not be listed yet is found by walking: on days off several due dates share a last day.
    day = working_days.after(today, rule.notice + alert())
    while working_days.before(working_days.before(day + working_days.DAY, rule.notice), alert()) <= today:
        day += working_days.DAY
    while working_days.before(working_days.before(day, rule.notice), alert()) > today:
        day -= working_days.DAY
    return day


def first_due_in_time(rule: Deadline, today: dt.date) -> dt.date:
    """Give the earliest due date whose apology is still in time today; the rule must name a notice."""
    day = today
    while working_days.before(day, rule.notice or 0) < today:
        day += working_days.DAY
    return day


def periods() -> list[tuple[Deadline, dt.date, dt.date | None]]:
    """List each rule with the first and last day of the dossiers it holds for."""
    rules = deadlines()
    ends = [rule.since - working_days.DAY for rule in rules[1:]]
    return [(rule, rule.since, end) for rule, end in zip(rules, [*ends, None], strict=True)]


def _on(rows: tuple[Dated, ...], day: dt.date) -> Dated:
    return next(row for row in reversed(rows) if row.since <= day)


def _by_code(name: str) -> dict[str, str]:
    rows: list[Mapping[str, str]] = _data()[name]
    return {row["code"]: row["vi"] for row in rows}


@cache
def _data() -> dict[str, Any]:
    return dict(yaml.safe_load(DATA.read_text(encoding="utf-8")))
