"""The parts of a round laid out on working days."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

from sipas_web.rounds.queries import Milestone
from sipas_web.shared.working_days import DAY, is_working, on_or_before

Kind = Milestone.Kind
# Working days a part takes, where nobody says otherwise: the office's own estimate, no rule.
LENGTHS = {
    Kind.LISTS: 15,
    Kind.DRAW: 1,
    Kind.PRINTING: 7,
    Kind.FIELD: 30,
    Kind.REVERIFICATION: 10,
    Kind.FREEZE: 2,
    Kind.REPORT: 15,
    Kind.PUBLICATION: 1,
}


def stretch_back(last: dt.date, length: int) -> dt.date:
    """Give the first day of a stretch of so many working days that ends on a working day."""
    day = last
    for _ in range(length - 1):
        day = on_or_before(day - DAY)
    return day


def proposal(publication: dt.date) -> dict[str, tuple[dt.date, dt.date]]:
    """Lay every part out backwards from the day of publication, on working days, with the usual lengths.

    Re-verification runs in the last days of the field work and ends a week after it.
    """
    end = on_or_before(publication)
    found: dict[str, tuple[dt.date, dt.date]] = {}
    for kind in reversed(Kind):
        if kind == Kind.REVERIFICATION:
            found[kind] = (stretch_back(end, LENGTHS[kind]), end)
            end = on_or_before(end - 7 * DAY)
            continue
        first = stretch_back(end, LENGTHS[kind])
        found[kind] = (first, end)
        end = on_or_before(first - DAY)
    return {kind: found[kind] for kind in Kind}


def earliest(start: dt.date) -> dt.date:
    """Give the first day of publication whose proposal begins no earlier than a day."""
    day = start
    while proposal(day)[Kind.LISTS][0] < start or not is_working(day):
        day += DAY
    return day


def out_of_order(planned: dict[str, tuple[dt.date, dt.date]]) -> list[tuple[str, str]]:
    """List pairs of parts where the later begins before the earlier has ended.

    Re-verification may run beside the field work, but not begin before it.
    """
    kinds = [kind for kind in Kind if kind in planned]
    wrong: list[tuple[str, str]] = []
    for earlier, later in pairwise(kinds):
        beside = (earlier, later) == (Kind.FIELD, Kind.REVERIFICATION)
        if planned[later][0] < planned[earlier][0] or (not beside and planned[later][0] <= planned[earlier][1]):
            wrong.append((earlier, later))
    if Kind.FIELD in planned and Kind.FREEZE in planned and planned[Kind.FREEZE][0] <= planned[Kind.FIELD][1]:
        wrong.append((Kind.FIELD, Kind.FREEZE))
    return wrong
