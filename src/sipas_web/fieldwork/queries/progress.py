"""The live figures of a round in the field: from counts alone, however many cases there are."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import F, Sum
from django.utils import timezone

from sipas.quality import dispositions, eligible_share, outcome_rates
from sipas_web.fieldwork.models import UNFINISHED, Agency, CaseCount, DayCount, State
from sipas_web.fieldwork.queries.pace import Pace, pace_of
from sipas_web.rounds.queries import Milestone, Round

GROUP = {d.code: d.group for d in dispositions()}
NOT_REACHED = frozenset({"NC", "UH", "UO"})
AT_DESK = frozenset({State.RECEIVED, State.KEYED})
RATES = ("RR1", "RR3", "COOP1", "REF1")


@dataclass(slots=True)
class Figures:
    """Cases of an agency, or of all, by where they stand."""

    agency: int | None = None
    name: str = ""
    sort_key: str = ""
    official: int = 0
    reserve: int = 0
    issued: int = 0
    visited: int = 0
    returned: int = 0
    valid: int = 0
    refused: int = 0
    invalid: int = 0  # answered, not valid: AAPOR counts them as break-offs, among the refusals of REF1
    not_reached: int = 0
    other: int = 0  # eligible but unable, or not eligible
    replaced: int = 0
    unfinished: int = 0  # issued or visited, without an end
    delivered: int = 0  # the form is with the person
    collected: int = 0  # the form is with the interviewer
    at_desk: int = 0  # the form is at the desk, keyed or not, and no answer is accepted yet
    withdrawn: int = 0
    groups: Counter[str] = field(default_factory=Counter)
    rates: dict[str, float | None] = field(default_factory=dict)

    @property
    def on_their_way(self) -> int:
        """Paper forms between the person and the keyer."""
        return self.delivered + self.collected + self.at_desk

    @property
    def reserves_out(self) -> int:
        """Reserves that went out in somebody's place."""
        return max(0, self.issued - self.official)

    @property
    def lacking(self) -> int:
        """Valid forms that the official sample still lacks."""
        return max(0, self.official - self.valid)

    @property
    def percent(self) -> int:
        """Valid forms in percent of the official sample."""
        return min(100, round(100 * self.valid / self.official)) if self.official else 0

    @property
    def rate(self) -> float | None:
        """RR3 in percent."""
        share = self.rates.get("RR3")
        return None if share is None else 100 * share

    @property
    def percents(self) -> list[tuple[str, float | None]]:
        """Each rate in percent."""
        return [(name, None if (share := self.rates.get(name)) is None else 100 * share) for name in RATES]

    def add(self, state: str, disposition: str, *, is_replaced: bool, count: int) -> None:
        """Add cases that stand alike."""
        if state == State.RESERVE:
            self.reserve += count
            return
        group = GROUP[disposition]
        self.issued += count
        self.groups[group] += count
        self.unfinished += count if state in UNFINISHED else 0
        self.visited += count if state != State.ISSUED else 0
        self.replaced += count if is_replaced else 0
        if state == State.ANSWERED:
            self.returned += count
            self.valid += count if group == "I" else 0
            self.invalid += count if group != "I" else 0
        elif state == State.DELIVERED:
            self.delivered += count
        elif state == State.COLLECTED:
            self.collected += count
        elif state in AT_DESK:
            self.at_desk += count
        elif state != State.ISSUED:
            self.withdrawn += count if state == State.WITHDRAWN else 0
            self.refused += count if group == "R" else 0
            self.not_reached += count if group in NOT_REACHED else 0
            self.other += count if group in {"O", "NE"} else 0


SORTS = {
    "agency": "sort_key", "issued": "issued", "visited": "visited", "returned": "returned", "valid": "valid",
    "refused": "refused", "not_reached": "not_reached", "other": "other", "replaced": "replaced",
    "rate": "rate", "done": "percent", "lacking": "lacking",
}  # fmt: skip


@dataclass(frozen=True)
class Progress:
    """Everything the live page shows."""

    agencies: list[Figures]
    total: Figures
    days: list[DayCount]
    first: dt.date | None
    last: dt.date | None
    moment: dt.datetime

    @cached_property
    def pace(self) -> Pace:
        """Pace against the calendar."""
        return pace_of(self.days, self.total.valid, self.total.official, self.first, self.last, self.moment.date())

    @cached_property
    def modes(self) -> list[tuple[str, int, int]]:
        """Visits and answers by mode."""
        visits: Counter[str] = Counter()
        answers: Counter[str] = Counter()
        for day in self.days:
            visits[day.mode] += day.visits
            answers[day.mode] += day.answers
        return [(mode, visits[mode], answers[mode]) for mode in sorted(visits.keys() | answers.keys())]


def progress_of(round_: Round, sort: str = "", *, only_lacking: bool = False) -> Progress:
    """Give the live figures of a round, agencies sorted by a column, at wish those that lack forms. Four queries."""
    rows = {
        pk: Figures(agency=pk, name=name, sort_key=key, official=official)
        for pk, name, key, official in Agency.objects.filter(round=round_).values_list(
            "pk", "name", "sort_key", "official"
        )
    }
    total = Figures(official=sum(row.official for row in rows.values()))
    counts = CaseCount.objects.filter(round=round_, count__gt=0).order_by()
    for agency, state, disposition, is_replaced, count in counts.values_list(
        "agency_id", "state", "disposition", "is_replaced", "count"
    ).iterator(chunk_size=5000):
        for figures in (rows[agency], total):
            figures.add(state, disposition, is_replaced=is_replaced, count=count)
    _rate(total, rows)
    calendar = Milestone.objects.filter(round=round_, kind=Milestone.Kind.FIELD).first()
    first, last = (calendar.first, calendar.last) if calendar else (None, None)
    days = list(DayCount.objects.filter(round=round_))
    shown = [row for row in rows.values() if row.lacking or not only_lacking]
    return Progress(_sorted(shown, sort), total, days, first, last, timezone.localtime())


def valid_and_official(round_: Round) -> tuple[int, int]:
    """Give how many valid forms there are and how many cases the official sample has. Two queries."""
    valid_ones = CaseCount.objects.filter(round=round_, state=State.ANSWERED, disposition="1.1")
    valid = valid_ones.aggregate(n=Sum(F("count")))["n"] or 0
    official = Agency.objects.filter(round=round_).aggregate(n=Sum(F("official")))["n"] or 0
    return valid, official


def answered(round_: Round) -> tuple[int, int, list[tuple[str, int, int]]]:
    """Give how many cases answered, how many of these validly, and both by mode. One query."""
    rows = DayCount.objects.filter(round=round_).order_by("mode").values_list("mode")
    modes = [(m, a, v) for m, a, v in rows.annotate(a=Sum("answers"), v=Sum("valid")) if a or v]
    return sum(a for _m, a, _v in modes), sum(v for _m, _a, v in modes), modes


def _rate(total: Figures, rows: Mapping[int, Figures]) -> None:
    """Work out AAPOR's rates, with one share of eligible cases among the unknown for all, so that rows compare."""
    estimated = eligible_share(total.groups)
    share = 1.0 if estimated is None else estimated
    for figures in (total, *rows.values()):
        figures.rates = outcome_rates(figures.groups, share)


def _sorted(rows: list[Figures], sort: str) -> list[Figures]:
    rows.sort(key=lambda row: row.sort_key)
    name = SORTS.get(sort.removeprefix("-"))
    if name:
        have = [row for row in rows if getattr(row, name) is not None]
        lack = [row for row in rows if getattr(row, name) is None]
        have.sort(key=lambda row: getattr(row, name), reverse=sort.startswith("-"))
        rows = have + lack
    return rows
