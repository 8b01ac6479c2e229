"""What the next published round says of an item: beside a measure, never because of it.

The change and its interval are the library's own, which compares comparable items only; nothing is subtracted here.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Plan
from sipas_web.results.queries import published, reading
from sipas_web.results.queries.reading import Opened
from sipas_web.results.queries.reading_names import WHOLE


class Verdict(StrEnum):
    """What may be said of an item."""

    IMPROVED = "improved"  # the interval of the change lies above 0
    NOT_IMPROVED = "not_improved"  # it lies below 0
    CANNOT_TELL = "cannot_tell"  # it holds 0
    NOT_COMPARED = "not_compared"  # no change was published: other wording, another series, another name
    WITHHELD = "withheld"  # too few answers


class Timing(StrEnum):
    """Whether people who were asked can have met what was done."""

    BEFORE = "before"  # done before the first of them was served
    DURING = "during"
    AFTER = "after"  # done later, or not yet


@dataclass(frozen=True, slots=True)
class Effect:
    """An item in the next round."""

    verdict: Verdict
    percent: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    change: float | None = None
    change_low: float | None = None
    change_high: float | None = None


@dataclass(frozen=True, slots=True)
class After:
    """The next published round of a plan, as far as the reader may see it."""

    opened: Opened | None
    is_untied: bool  # a later round is published, but was not set up to follow the plan's
    is_other_season: bool


_MOVEMENTS = {
    "rose": Verdict.IMPROVED,
    "fell": Verdict.NOT_IMPROVED,
    "undecided": Verdict.CANNOT_TELL,
    "none": Verdict.NOT_COMPARED,
}


def after(plan: Plan, by: Actor) -> After:
    """Open the published round that was set up to follow the plan's own; the earliest where there are several."""
    round_ = plan.publication.round
    rows = published(by).filter(round__unit=round_.unit_id, round__is_simulated=round_.is_simulated)
    tied = rows.filter(round__previous=round_).order_by("round__window_to", "round").first()
    if tied is None:
        later = rows.filter(round__window_from__gt=round_.window_to).exists()
        return After(None, is_untied=later, is_other_season=False)
    opened = reading.opened(by, tied.round_id)
    months = [(r.window_from.month, r.window_to.month) for r in (round_, tied.round)]
    return After(opened, is_untied=False, is_other_season=months[0] != months[1])


def effect_of(opened: Opened, kind: str, domain: str, node: str) -> Effect:
    """Say what a round's published change allows to be said of an item of a domain."""
    if kind != WHOLE and not opened.may_open(domain):
        return Effect(Verdict.NOT_COMPARED)
    return judged(opened.results.figures.values.get((kind, domain, node)))


def judged(value: Any) -> Effect:
    """Judge a value by the interval of its published change."""
    from sipas.reporting.reading import movement

    if value is None:
        return Effect(Verdict.NOT_COMPARED)
    if value.suppressed:
        return Effect(Verdict.WITHHELD)
    ends = (value.percent, value.low, value.high, value.n)
    verdict = _MOVEMENTS[movement(value)]
    if verdict == Verdict.NOT_COMPARED:
        return Effect(verdict, *ends)
    return Effect(verdict, *ends, value.change, value.change_low, value.change_high)


def timing(done: dt.date | None, first: dt.date, last: dt.date) -> Timing:
    """Say whether something was done before, while or after the people who were asked got their results."""
    if done is None or done > last:
        return Timing.AFTER
    return Timing.BEFORE if done < first else Timing.DURING


def others(opened: Opened, kind: str, domain: str, touched: Collection[str]) -> dict[Verdict, int]:
    """Count what became of the items that no measure is about: they show what happened without any."""
    from sipas.reporting.reading import items_of

    found = (v for v in items_of(opened.results.figures, kind, domain) if v.node not in touched)
    return dict(Counter(judged(value).verdict for value in found))
