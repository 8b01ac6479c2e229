"""Late dossiers and their apologies, counted by the unit whose head answers for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from sipas_web.audit.actors import Actor
from sipas_web.onestop.apology_rules import Standing
from sipas_web.onestop.models import Dossier, Outcome
from sipas_web.onestop.queries.apologies import flag, in_areas, is_late, office_of, ruled, with_standing
from sipas_web.units.queries import Unit

SORTS = ("without", "late", "before", "after", "coverage", "name")


@dataclass(slots=True)
class Tally:
    """Late dossiers of one unit or month, each in exactly one of four."""

    before: int = 0  # letter sent before the due date
    after: int = 0  # letter sent on the due date or later
    excepted: int = 0
    without: int = 0
    entered: int = 0  # of the letters: entered here afterwards
    is_open: int = 0  # of those without: still in progress
    simulated: int = 0  # of all: from a simulated system

    @property
    def late(self) -> int:
        """Every one that became late."""
        return self.before + self.after + self.excepted + self.without

    @property
    def coverage(self) -> float | None:
        """Letters sent before the due date, of the dossiers that became late; in percent."""
        return 100 * self.before / self.late if self.late else None

    def add(self, other: Tally) -> None:
        """Add another's."""
        for name in ("before", "after", "excepted", "without", "entered", "is_open", "simulated"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class HeadLine:
    """What the head of one unit answers for."""

    unit: Unit
    office: str
    tally: Tally


@dataclass(slots=True)
class Figures:
    """By head, by month of the due date, and together."""

    heads: list[HeadLine] = field(default_factory=list)
    months: list[tuple[dt.date, Tally]] = field(default_factory=list)
    total: Tally = field(default_factory=Tally)


def figures(by: Actor, on: dt.date, first: dt.date, last: dt.date, sort: str = "") -> Figures:
    """Count the dossiers in the actor's areas that were due in a period and became late by a day."""
    units: dict[int, Tally] = {}
    months: dict[dt.date, Tally] = {}
    total = Tally()
    for unit, month, tally in _cells(in_areas(Dossier.objects.all(), by), on, first, last):
        units.setdefault(unit, Tally()).add(tally)
        months.setdefault(month, Tally()).add(tally)
        total.add(tally)
    rows = Unit.objects.in_bulk(units)
    heads = [HeadLine(rows[key], office_of(rows[key]), tally) for key, tally in units.items()]
    return Figures(_ordered(heads, sort), sorted(months.items()), total)


def tallies(unit_ids: Collection[int], on: dt.date, first: dt.date, last: dt.date) -> dict[int, Tally]:
    """Count, for each of some units alone, the dossiers due in a period that became late by a day."""
    found: dict[int, Tally] = {}
    inside = Q(agency__in=unit_ids) | Q(agency__isnull=True)
    for unit, _month, tally in _cells(Dossier.objects.filter(inside), on, first, last):
        if unit in unit_ids:
            found.setdefault(unit, Tally()).add(tally)
    return found


def _cells(rows: QuerySet[Dossier], on: dt.date, first: dt.date, last: dt.date) -> Iterable[tuple[int, dt.date, Tally]]:
    late = with_standing(rows.filter(is_late(on) & ruled(), due__range=(first, last)), on)
    counted = (
        late
        .annotate(month=TruncMonth("due"), goes_on=flag(Q(outcome=Outcome.OPEN)))
        .values("unit_key", "month", "standing", "was_entered", "goes_on", "source__is_simulated")
        .annotate(n=Count("pk"))
        .order_by()
    )
    cells: dict[tuple[int, dt.date], Tally] = {}
    for row in counted:
        tally = cells.setdefault((row["unit_key"], row["month"]), Tally())
        _put(tally, row["standing"], row["n"], entered=row["was_entered"], goes_on=row["goes_on"])
        tally.simulated += row["n"] if row["source__is_simulated"] else 0
    return ((unit, month, tally) for (unit, month), tally in cells.items())


def _put(tally: Tally, standing: str, count: int, *, entered: bool, goes_on: bool) -> None:
    setattr(tally, standing, getattr(tally, standing) + count)
    if standing in {Standing.BEFORE, Standing.AFTER} and entered:
        tally.entered += count
    if standing == Standing.WITHOUT and goes_on:
        tally.is_open += count


def _ordered(heads: list[HeadLine], sort: str) -> list[HeadLine]:
    """Order by a column; the most without an apology first unless asked otherwise."""
    name = sort.removeprefix("-")
    heads.sort(key=lambda line: (line.unit.sort_key, line.unit.pk))
    if name == "name":
        return heads[::-1] if sort.startswith("-") else heads
    column = name if name in SORTS else "without"
    falling = sort.startswith("-") if name in SORTS else True
    return sorted(heads, key=lambda line: _value(line.tally, column), reverse=falling)


def _value(tally: Tally, column: str) -> float:
    value = getattr(tally, column)
    return -1.0 if value is None else float(value)
