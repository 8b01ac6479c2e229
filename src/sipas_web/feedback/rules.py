"""Days, own settings and where to route what is not feedback: data/rules.yaml, looked up by date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from sipas_web.shared import working_days


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule stands, and whether it was read there."""

    act: str
    place: str
    source: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """Working days."""

    since: dt.date
    classify: int
    answer: int
    extension: int
    source: Source


@dataclass(frozen=True, slots=True)
class WayOut:
    """Where a kind that is not feedback goes, and what the person is told."""

    to: str
    texts: dict[str, str]
    source: Source

    def receipt(self, *, to: str, number: str, language: str) -> str:
        """Give what the person is told."""
        return self.texts["en" if language == "en" else "vi"].format(to=to, number=number)


@dataclass(frozen=True, slots=True)
class Own:
    """The office's own settings, in days; no rule of law."""

    ask_after: int
    word_within: int
    person_days: int


def limits_on(day: dt.date) -> Limits:
    """Give the limits for feedback that came in on a day."""
    found = [_limits(row) for row in read("rules")["limits"]]
    return max((one for one in found if one.since <= day), key=lambda one: one.since, default=found[0])


def way_out(kind: str) -> WayOut:
    """Give where a kind goes."""
    row = read("rules")["routes_out"][kind]
    return WayOut(row["to"], {"vi": row["vi"], "en": row["en"]}, _source(row))


def check_rule() -> Source:
    """Give the rule that an answer is checked before it is published."""
    return _source(read("rules")["check"])


def own() -> Own:
    """Give the office's own settings."""
    return Own(**read("rules")["own"])


def classify_by(received: dt.date) -> dt.date:
    """Give the last day to classify and route."""
    return working_days.after(received, limits_on(received).classify)


def answer_by(received: dt.date, routed: dt.date) -> dt.date:
    """Give the last day to answer; the rule is that of the day it came in."""
    return working_days.after(routed, limits_on(received).answer)


def latest_extension(received: dt.date, due: dt.date) -> dt.date:
    """Give the latest day to which the time may be extended."""
    return working_days.after(due, limits_on(received).extension)


@cache
def read(name: str) -> Any:
    """Read a table of this app's data."""
    return yaml.safe_load((files("sipas_web.feedback") / "data" / f"{name}.yaml").read_text(encoding="utf-8"))


def _limits(row: dict[str, Any]) -> Limits:
    return Limits(row["since"], row["classify"], row["answer"], row["extension"], _source(row))


def _source(row: dict[str, Any]) -> Source:
    return Source(row["act"], row.get("place", ""), row["source"], bool(row["verified"]))
