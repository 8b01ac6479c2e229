"""A round's calendar as it is shown: months, and what a person should know of the days chosen."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sipas_web.rounds import calendar_proposal
from sipas_web.rounds.queries import Milestone, Round
from sipas_web.shared import working_days

Kind = Milestone.Kind
Planned = Mapping[str, tuple[dt.date, dt.date]]
NEEDS_CONTACTS = (Kind.PRINTING, Kind.FIELD, Kind.REVERIFICATION)
MOST_MONTHS = 24


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a month's table."""

    day: dt.date
    is_working: bool
    is_today: bool
    holiday: str
    parts: tuple[tuple[int, str], ...]  # number and name of each part that covers the day


@dataclass(frozen=True, slots=True)
class Month:
    """A month: weeks from Monday, missing where a day belongs to another month."""

    first: dt.date
    weeks: list[list[Cell | None]]


@dataclass(frozen=True, slots=True)
class Line:
    """A part in the list of parts."""

    number: int
    kind: str
    label: str
    first: dt.date | None
    last: dt.date | None
    working: int
    is_over: bool
    is_now: bool


def lines(planned: Planned, today: dt.date) -> list[Line]:
    """List every part with its days, in order."""
    found = []
    for number, kind in enumerate(Kind, start=1):
        first, last = planned.get(kind, (None, None))
        if first is None or last is None:
            found.append(Line(number, kind, str(kind.label), None, None, 0, is_over=False, is_now=False))
            continue
        working, now = working_days.count(first, last), first <= today <= last
        found.append(Line(number, kind, str(kind.label), first, last, working, is_over=last < today, is_now=now))
    return found


def doubts_of(round_: Round, planned: Planned) -> list[str]:
    """Say what is doubtful about the calendar of a round."""
    until = round_.settings.get("contacts_until")
    day = dt.date.fromisoformat(until) if until else None
    return warnings(planned, window_to=round_.window_to, contacts_until=day)


def months(planned: Planned, today: dt.date) -> list[Month]:
    """Lay the months out, from the first part to the last."""
    if not planned:
        return []
    start = min(first for first, _last in planned.values()).replace(day=1)
    end = max(last for _first, last in planned.values())
    found: list[Month] = []
    while start <= end and len(found) < MOST_MONTHS:
        found.append(_month(start, planned, today))
        start = (start + dt.timedelta(days=32)).replace(day=1)
    return found


def _month(first: dt.date, planned: Planned, today: dt.date) -> Month:
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    return Month(first, [[_cell(d, planned, today) if d.month == first.month else None for d in w] for w in weeks])


def _cell(day: dt.date, planned: Planned, today: dt.date) -> Cell:
    covering = tuple(
        (number, str(kind.label))
        for number, kind in enumerate(Kind, start=1)
        if kind in planned and planned[kind][0] <= day <= planned[kind][1]
    )
    named = working_days.holiday(day, get_language() or "vi")
    return Cell(day, working_days.is_working(day), day == today, named, covering)


def remarks(asked: dt.date, proposed: Planned, *, window_to: dt.date, today: dt.date) -> list[str]:
    """Say where a proposal is not what was asked for: another day of publication, or a beginning that cannot be."""
    published, begins = proposed[Kind.PUBLICATION][1], min(first for first, _last in proposed.values())
    start = max(today, window_to + dt.timedelta(days=1))
    shown = {
        "asked": date_format(asked, "SHORT_DATE_FORMAT"),
        "published": date_format(published, "SHORT_DATE_FORMAT"),
        "begins": date_format(begins, "SHORT_DATE_FORMAT"),
        "start": date_format(start, "SHORT_DATE_FORMAT"),
    }
    found = []
    if published != asked:
        found.append(_("%(asked)s is no working day: the proposal publishes on %(published)s.") % shown)
    if begins < start:
        shown["earliest"] = date_format(calendar_proposal.earliest(start), "SHORT_DATE_FORMAT")
        found.append(
            _(
                "With the usual lengths the work would have to begin on %(begins)s, before %(start)s. "
                "The earliest day of publication is %(earliest)s; or shorten parts by hand."
            )
            % shown
        )
    return found


def warnings(planned: Planned, *, window_to: dt.date, contacts_until: dt.date | None) -> list[str]:
    """Say what is doubtful about the days, in sentences. Nothing here forbids."""
    return [
        *_of_order(planned),
        *_of_the_window(planned, window_to),
        *_of_days(planned),
        *_of_contacts(planned, contacts_until),
    ]


def _of_order(planned: Planned) -> Iterator[str]:
    for earlier, later in calendar_proposal.out_of_order(dict(planned)):
        yield _("“%(later)s” begins before “%(earlier)s” has ended.") % {
            "later": Kind(later).label,
            "earlier": Kind(earlier).label,
        }


def _of_the_window(planned: Planned, window_to: dt.date) -> Iterator[str]:
    if Kind.LISTS in planned and planned[Kind.LISTS][1] <= window_to:
        yield _("The lists are handed in before the window has ended (%(day)s): late results would be missing.") % {
            "day": date_format(window_to, "SHORT_DATE_FORMAT")
        }


def _of_days(planned: Planned) -> Iterator[str]:
    if Kind.FIELD in planned:
        first, last = planned[Kind.FIELD]
        days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
        if any(working_days.is_lunar_new_year(day) for day in days):
            yield _("The field work runs over Tết: people are away from home, and interviewers do not work.")
    for kind, ends in planned.items():
        for day in dict.fromkeys(ends):
            if not working_days.is_working(day):
                yield _("“%(part)s” begins or ends on %(day)s, no working day.") % {
                    "part": Kind(kind).label,
                    "day": date_format(day, "SHORT_DATE_FORMAT"),
                }


def _of_contacts(planned: Planned, contacts_until: dt.date | None) -> Iterator[str]:
    if contacts_until is None:
        return
    for kind in NEEDS_CONTACTS:
        if kind in planned and planned[kind][1] > contacts_until:
            yield _("“%(part)s” needs names and addresses, but they are destroyed on %(day)s.") % {
                "part": kind.label,
                "day": date_format(contacts_until, "SHORT_DATE_FORMAT"),
            }
