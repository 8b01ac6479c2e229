"""Who has sent a report and who has not, with the days late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.utils import timezone

from sipas_web.improvement.models import PeriodicReport
from sipas_web.improvement.queries.reports_area import EXPECTED, directly_under
from sipas_web.improvement.queries.reports_periods import span, span_of_level
from sipas_web.improvement.report_periods import KINDS, Span, nominal_end
from sipas_web.units.models import Unit

State = PeriodicReport.State
NOT_BEGUN = "none"
SENT_ONCE = (State.SENT, State.TAKEN, State.REPLACED)
MONTH = dt.timedelta(days=31)  # most that a cut-off lies before the end of what it is about
RECENT = dt.timedelta(days=120)  # how long a report that never came still waits for somebody


@dataclass(frozen=True, slots=True)
class Due:
    """A report that is expected of a unit."""

    unit: Unit
    kind: str
    year: int
    span: Span
    report: PeriodicReport | None  # its newest version that counts: one in work only where none was sent
    sent: dt.date | None  # day of the first sending that was not sent back
    days_late: int

    @property
    def state(self) -> str:
        """Where it stands."""
        return self.report.state if self.report else NOT_BEGUN

    @property
    def is_missing(self) -> bool:
        """Whether nothing lies with who receives it."""
        return self.sent is None


def expected(receiver: Unit, kind: str, year: int, today: dt.date) -> list[Due]:
    """List the reports that a unit expects for a period, missing ones first, then by days late."""
    made: list[Due] = []
    for level in EXPECTED.get(receiver.kind, ()):
        days = span_of_level(receiver, level, kind, year)
        if days is None or not days.rule.is_expected:
            continue
        there = directly_under(receiver, level, days.last)
        sent = _versions(there, kind, year)
        made += [due_of(unit, kind, year, days, sent.get(unit.pk, []), today) for unit in there]
    return sorted(made, key=lambda due: (not due.is_missing, -due.days_late, due.unit.sort_key, due.unit.pk))


def due_of(unit: Unit, kind: str, year: int, days: Span, versions: Collection[PeriodicReport], today: dt.date) -> Due:
    """Say where one report stands; ``versions``: every version of it."""
    newest = max(versions, key=lambda r: r.version, default=None)
    there = [r for r in versions if r.state in {State.SENT, State.TAKEN}]
    first = min((r.sent for r in versions if r.sent and r.state in SENT_ONCE), default=None) if there else None
    sent = timezone.localdate(first) if first else None
    late = max(((sent or today) - days.due).days, 0)
    return Due(unit, kind, year, days, max(there, key=lambda r: r.version, default=newest), sent, late)


def own_due(units: Collection[Unit], today: dt.date) -> list[Due]:
    """List the reports that units themselves have yet to send: periods whose cut-off has passed lately."""
    made = []
    for unit in units:
        for year in (today.year - 1, today.year):
            made += _open_of(unit, year, today)
    return sorted(made, key=lambda due: (due.span.due, due.unit.pk))


def _open_of(unit: Unit, year: int, today: dt.date) -> list[Due]:
    made = []
    for kind in KINDS:
        if not today - RECENT - MONTH <= nominal_end(kind, year) <= today + MONTH:
            continue
        days = span(unit, kind, year)
        if days is None or not days.rule.is_expected or not unit.holds(days.last):
            continue
        if not days.last < today <= days.last + RECENT:
            continue
        versions = _versions([unit], kind, year).get(unit.pk, [])
        due = due_of(unit, kind, year, days, versions, today)
        made += [due] if due.is_missing else []
    return made


def newest_period(today: dt.date) -> tuple[str, int]:
    """Give the period whose report is due now or was due last: the one whose time ends next within 20 days or ended."""
    ends = [
        (nominal_end(kind, year), kind, year)
        for year in (today.year - 1, today.year)
        for kind in KINDS
        if kind != "nine_months"
    ]
    reached = [end for end in ends if end[0] - dt.timedelta(days=20) <= today]
    _end, kind, year = max(reached)
    return kind, year


def _versions(there: Collection[Unit], kind: str, year: int) -> dict[int, list[PeriodicReport]]:
    found: dict[int, list[PeriodicReport]] = {}
    for report in PeriodicReport.objects.filter(unit__in=there, kind=kind, year=year):
        found.setdefault(report.unit_id, []).append(report)
    return found
