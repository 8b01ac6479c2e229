"""Live figures by post office and interviewer: from counts alone, however many cases there are."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from sipas.quality import eligible_share, outcome_rates
from sipas_web.accounts.queries import Person
from sipas_web.fieldwork.models import HolderCount
from sipas_web.fieldwork.queries.pace import DAY
from sipas_web.fieldwork.queries.progress import Figures
from sipas_web.rounds.queries import Milestone, Round
from sipas_web.units.queries import Unit


@dataclass(slots=True)
class HolderFigures(Figures):
    """Cases of an office, or of an interviewer of it; the base figures' ``agency`` is not used."""

    office: int = 0
    interviewer: int = 0  # 0: with nobody yet, or a whole office
    due: int | None = None  # valid forms by the end of today at an even pace; missing without a calendar
    forecast: dt.date | None = None  # last day at the pace since the beginning

    @property
    def wanted(self) -> int:
        """Valid forms wanted of them: cases that nobody stands for."""
        return self.issued - self.replaced

    @property
    def behind(self) -> int | None:
        """Forms behind an even pace; negative: ahead."""
        return None if self.due is None else self.due - self.valid

    @property
    def share(self) -> int:
        """Valid forms in percent of those wanted."""
        return min(100, round(100 * self.valid / self.wanted)) if self.wanted else 0

    @property
    def replaced_percent(self) -> float | None:
        """Replaced cases in percent of all they had."""
        return 100 * self.replaced / self.issued if self.issued else None


@dataclass(frozen=True, slots=True)
class Holders:
    """The figures of a round by holder, with the calendar they are measured by."""

    rows: list[HolderFigures]
    total: HolderFigures
    first: dt.date | None
    last: dt.date | None
    moment: dt.datetime


SORTS = (
    "name", "issued", "delivered", "collected", "at_desk", "valid", "behind", "refused", "not_reached", "other",
    "replaced", "replaced_percent", "rate", "share",
)  # fmt: skip


def by_office(round_: Round, areas: Any, sort: str = "") -> Holders:
    """Give the figures of each post office; ``areas``: None, or a query of the offices that are seen."""
    rows: dict[tuple[int, int], HolderFigures] = {}
    total = _filled(round_, areas, rows, lambda office, _person: (office, 0))
    names = dict(Unit.objects.filter(pk__in=[office for office, _p in rows]).values_list("pk", "name"))
    for row in rows.values():
        row.name = names[row.office]
    return _made(round_, rows, total, sort)


def by_interviewer(round_: Round, areas: Any, sort: str = "", office: int | None = None) -> Holders:
    """Give the figures of each interviewer, of one office or of all that are seen."""
    rows: dict[tuple[int, int], HolderFigures] = {}
    total = _filled(round_, areas, rows, lambda at, person: (at, person), office)
    people = dict(Person.objects.filter(pk__in=[person for _o, person in rows]).values_list("pk", "full_name"))
    for row in rows.values():
        row.name = people.get(row.interviewer, "")
    return _made(round_, rows, total, sort)


def _filled(
    round_: Round, areas: Any, rows: dict[tuple[int, int], HolderFigures], key_of: Any, office: int | None = None
) -> HolderFigures:
    counts = HolderCount.objects.filter(round=round_, count__gt=0)
    if areas is not None:
        counts = counts.filter(office__in=areas)
    if office is not None:
        counts = counts.filter(office=office)
    total = HolderFigures()
    fields = ("office_id", "interviewer_pk", "state", "disposition", "is_replaced", "count")
    for at, person, state, disposition, is_replaced, count in counts.order_by().values_list(*fields):
        key = key_of(at, person)
        row = rows.setdefault(key, HolderFigures(office=key[0], interviewer=key[1]))
        for figures in (row, total):
            figures.add(state, disposition, is_replaced=is_replaced, count=count)
    return total


def _made(round_: Round, rows: dict[tuple[int, int], HolderFigures], total: HolderFigures, sort: str) -> Holders:
    calendar = Milestone.objects.filter(round=round_, kind=Milestone.Kind.FIELD).first()
    first, last = (calendar.first, calendar.last) if calendar else (None, None)
    share = eligible_share(total.groups)
    for figures in (total, *rows.values()):
        figures.rates = outcome_rates(figures.groups, 1.0 if share is None else share)
        _pace(figures, first, last, timezone.localdate())
    return Holders(_sorted(list(rows.values()), sort), total, first, last, timezone.localtime())


def _pace(figures: HolderFigures, first: dt.date | None, last: dt.date | None, today: dt.date) -> None:
    """Measure against an even pace over the calendar; the forecast goes on as since the first day."""
    if first is None or last is None:
        return
    gone = min((today - first).days + 1, (last - first).days + 1)
    if gone <= 0:
        figures.due = 0
        return
    figures.due = round(figures.wanted * gone / ((last - first).days + 1))
    lacking = figures.wanted - figures.valid
    if figures.valid and lacking > 0:
        days = (today - first).days + 1
        figures.forecast = today + -(-lacking * days // figures.valid) * DAY


def _sorted(rows: list[HolderFigures], sort: str) -> list[HolderFigures]:
    name = sort.removeprefix("-")
    name = name if name in SORTS else "name"
    rows.sort(key=lambda row: (row.interviewer == 0, row.name))
    if name != "name":
        have = [row for row in rows if getattr(row, name) is not None]
        lack = [row for row in rows if getattr(row, name) is None]
        have.sort(key=lambda row: getattr(row, name), reverse=sort.startswith("-"))
        return have + lack
    return list(reversed(rows)) if sort.startswith("-") else rows
