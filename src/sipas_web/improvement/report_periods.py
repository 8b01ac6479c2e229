"""Days of periodic reports: period, cut-off and last day are three data, by who sends; an area may set its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from sipas_web.shared import working_days

Mark = tuple[int, int, int]  # years from the report's year, month, day
KINDS = ("quarter_1", "half_year", "quarter_3", "nine_months", "year")
DAYS_OFF = ("keep", "before", "after")
# Last day of the time a report is about; which rules hold is asked for this day, whatever the cut-off.
NOMINAL: Mapping[str, tuple[int, int]] = {
    "quarter_1": (3, 31),
    "half_year": (6, 30),
    "quarter_3": (9, 30),
    "nine_months": (9, 30),
    "year": (12, 31),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for the reports that units of one kind send."""

    kind: str
    level: str  # kind of the unit that sends
    since: dt.date
    first: Mark
    last: Mark
    due: Mark
    day_off: str
    is_expected: bool
    act: str
    page: str
    note: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Span:
    """The days of one report."""

    first: dt.date
    last: dt.date  # cut-off
    due: dt.date
    rule: Rule

    def source(self) -> dict[str, Any]:
        """Give where the days come from, as a report keeps it."""
        r = self.rule
        return {"act": r.act, "page": r.page, "note": r.note, "is_verified": r.is_verified, "day_off": r.day_off}


@cache
def shipped() -> tuple[Rule, ...]:
    """Read the rules that came with the program."""
    text = (files("sipas_web.improvement") / "data" / "report_periods.yaml").read_text(encoding="utf-8")
    return tuple(rule for group in yaml.safe_load(text) for rule in _rules(group))


def nominal_end(kind: str, year: int) -> dt.date:
    """Give the last day of the time that a report is about."""
    month, day = NOMINAL[kind]
    return dt.date(year, month, day)


def rule_for(kind: str, level: str, year: int, own: Sequence[Rule] = ()) -> Rule | None:
    """Give the rule of a report. ``own``: of the areas the unit lies in, the nearest area first.

    An area's own rule holds from its day on; before the first shipped rule its days are taken, unverified.
    """
    end = nominal_end(kind, year)
    mine = [rule for rule in own if (rule.kind, rule.level) == (kind, level) and rule.since <= end]
    if mine:
        return mine[0]
    known = sorted((r for r in shipped() if (r.kind, r.level) == (kind, level)), key=lambda r: r.since)
    held = [rule for rule in known if rule.since <= end]
    if held:
        return held[-1]
    return _unverified(known[0]) if known else None


def span_of(rule: Rule, year: int) -> Span:
    """Give the three days of a report."""
    return Span(_day(rule.first, year), _day(rule.last, year), _moved(_day(rule.due, year), rule), rule)


def _moved(due: dt.date, rule: Rule) -> dt.date:
    """Move a last day that is a day off as the rule says, never before the cut-off."""
    if rule.day_off == "before":
        return max(working_days.on_or_before(due), _day(rule.last, due.year - rule.due[0]))
    return working_days.on_or_after(due) if rule.day_off == "after" else due


def _day(mark: Mark, year: int) -> dt.date:
    return dt.date(year + mark[0], mark[1], mark[2])


def _unverified(rule: Rule) -> Rule:
    told = {name: getattr(rule, name) for name in Rule.__slots__}
    return Rule(**told | {"is_verified": False})


def _rules(group: Mapping[str, Any]) -> Iterable[Rule]:
    for level in group["levels"]:
        for kind, days in group["kinds"].items():
            first, last, due = (tuple(days[name]) for name in ("first", "last", "due"))
            yield Rule(
                kind, level, group["since"], first, last, due, group["day_off"], days.get("is_expected", True),
                group["act"], group["page"], group["note"], group["is_verified"],
            )  # fmt: skip
