"""Figures on time: by agency, field and month, each dossier counted once."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from django.db.models import Count, F, Q, Sum

from sipas_web.onestop.models import Dossier, MonthCount, Outcome
from sipas_web.onestop.queries.dossiers import overdue_on
from sipas_web.units.queries import today

DAY = dt.timedelta(days=1)
COUNTED = ("received", "early", "on_time", "late", "late_kept", "stopped", "undated")
BY = {"agency": "agency_id", "field": "field_id", "month": "month"}


@dataclass(slots=True)
class Figures:
    """Counts of dossiers; they add."""

    received: int = 0
    early: int = 0
    on_time: int = 0
    late: int = 0
    late_kept: int = 0  # of the late: by the one new date
    stopped: int = 0
    undated: int = 0
    open: int = 0  # in progress today
    overdue: int = 0  # of the open
    waiting: int = 0  # of the open: with the applicant

    @property
    def ended(self) -> int:
        """Dossiers finished that had a due day."""
        return self.early + self.on_time + self.late

    @property
    def share(self) -> float | None:
        """Percent of those that ended before or on their due day; None where none ended."""
        return 100 * (self.early + self.on_time) / self.ended if self.ended else None

    @property
    def share_with_new_day(self) -> float | None:
        """Percent, where those that kept the one new day count as on time; shown beside the first, never instead."""
        return 100 * (self.early + self.on_time + self.late_kept) / self.ended if self.ended else None

    def __add__(self, other: Figures) -> Figures:
        """Add."""
        return Figures(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(Figures)))


Keyed = dict[Any, Figures]


def by_months(where: Q, first: dt.date, last: dt.date, by: str) -> Keyed:
    """Sum the counts of whole months by agency, field or month; ``where`` limits agencies, sources, fields."""
    counts = MonthCount.objects.filter(where, month__range=(first.replace(day=1), last))
    rows = counts.order_by().values(BY[by]).annotate(**{f"n_{name}": Sum(name) for name in COUNTED})
    return {row[BY[by]]: Figures(**{name: row[f"n_{name}"] for name in COUNTED}) for row in rows}


def in_progress(where: Q, by: str) -> Keyed:
    """Count what is in progress today by agency or field."""
    column = BY[by]
    overdue = Count("pk", filter=overdue_on(today()))
    waiting = Count("pk", filter=Q(waiting_since__isnull=False))
    rows = Dossier.objects.filter(where, outcome=Outcome.OPEN).order_by().values(column)
    rows = rows.annotate(n=Count("pk"), n_overdue=overdue, n_waiting=waiting)
    return {r[column]: Figures(open=r["n"], overdue=r["n_overdue"], waiting=r["n_waiting"]) for r in rows}


def joined(*parts: Mapping[Any, Figures]) -> Keyed:
    """Add what stands under the same key."""
    found: Keyed = defaultdict(Figures)
    for part in parts:
        for key, figures in part.items():
            found[key] = found[key] + figures
    return dict(found)


def total(parts: Iterable[Figures]) -> Figures:
    """Add."""
    return sum(parts, Figures())


def gathered(counts: Mapping[Any, Figures], groups: Mapping[int, Collection[int]]) -> tuple[Keyed, Keyed]:
    """Add the counts of agencies into groups of them, each agency into the first group that holds it.

    Gives the groups, and the agencies that are in none.
    """
    place: dict[int, int] = {}
    for group, members in groups.items():
        for member in members:
            place.setdefault(member, group)
    found: Keyed = {group: Figures() for group in groups}
    rest: Keyed = {}
    for agency, figures in counts.items():
        if agency in place:
            found[place[agency]] = found[place[agency]] + figures
        else:
            rest[agency] = figures
    return found, rest


def of_units(unit_ids: Collection[int], first: dt.date, last: dt.date) -> dict[int, Figures]:
    """Count dossiers of single agencies from a day to a day: whole months from the counts, the edges from dossiers.

    ``open`` and ``overdue`` are those of the last day, or of today where that is earlier.
    """
    whole, edges = spans(first, last)
    where = Q(agency__in=unit_ids)
    parts = [by_months(where, *whole, by="agency")] if whole else []
    parts += [_by_days(where, *edge) for edge in edges]
    parts.append(_open_on(where, min(last, today())))
    found = joined(*parts)
    return {pk: found.get(pk, Figures()) for pk in unit_ids}


def spans(first: dt.date, last: dt.date) -> tuple[tuple[dt.date, dt.date] | None, list[tuple[dt.date, dt.date]]]:
    """Part a stretch of time into its whole months, if it has any, and the days before and after them."""
    begin = first if first.day == 1 else _after(first)
    end = last if last == _end(last) else last.replace(day=1) - DAY
    if begin > end:
        return None, [(first, last)] if first <= last else []
    edges = [(first, begin - DAY)] if first < begin else []
    return (begin, end), edges + ([(end + DAY, last)] if end < last else [])


def _by_days(where: Q, first: dt.date, last: dt.date) -> Keyed:
    """Count dossiers themselves, by agency."""
    received = _counted(where & Q(received__range=(first, last)), {"received": Q()})
    ended = {
        "early": Q(outcome=Outcome.EARLY),
        "on_time": Q(outcome=Outcome.ON_TIME),
        "late": Q(outcome=Outcome.LATE),
        "late_kept": Q(outcome=Outcome.LATE, finished__lte=F("promised_again")),
        "undated": Q(outcome=Outcome.UNDATED),
        "stopped": Q(outcome=Outcome.STOPPED),
    }
    stopped = where & Q(outcome=Outcome.STOPPED, finished=None, received__range=(first, last))
    return joined(
        received, _counted(where & Q(finished__range=(first, last)), ended), _counted(stopped, {"stopped": Q()})
    )


def _counted(where: Q, figures: Mapping[str, Q]) -> Keyed:
    counts = {f"n_{name}": Count("pk", filter=which) if which else Count("pk") for name, which in figures.items()}
    rows: Iterable[Mapping[str, Any]] = Dossier.objects.filter(where).order_by().values("agency_id").annotate(**counts)
    return {row["agency_id"]: Figures(**{name: row[f"n_{name}"] for name in figures}) for row in rows}


def _open_on(where: Q, day: dt.date) -> Keyed:
    """Count what was in progress at the end of a day; what waits for its applicant is known for today only."""
    still = {"open": Q(), "overdue": Q(due__lt=day) & (Q(waiting_since=None) | Q(waiting_since__gt=day)),
             "waiting": Q(waiting_since__lte=day)}  # fmt: skip
    ended_since = where & Q(finished__gt=day, received__lte=day) & ~Q(outcome=Outcome.STOPPED)
    now = _counted(where & Q(outcome=Outcome.OPEN, received__lte=day), still)
    return joined(now, _counted(ended_since, {"open": Q(), "overdue": Q(due__lt=day)}))


def _end(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _after(day: dt.date) -> dt.date:
    return _end(day) + DAY
