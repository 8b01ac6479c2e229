"""Due days by the column against a slow second implementation, on generated calendars."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.intake import ChosenColumns, read_pieces
from sipas_web.onestop import deadlines
from sipas_web.onestop.deadlines import EPOCH, Calendar, calendar_of
from sipas_web.onestop.models import Outcome
from sipas_web.onestop.reading import Habits, rows_of
from sipas_web.shared import working_days

FIRST, LAST = dt.date(2025, 12, 1), dt.date(2026, 6, 30)
DAY = dt.timedelta(days=1)
SPAN = [FIRST + DAY * n for n in range((LAST - FIRST).days + 1)]
DAYS = st.sampled_from([day for day in SPAN if dt.date(2026, 1, 1) <= day <= dt.date(2026, 3, 31)])


@st.composite
def calendars(draw: st.DrawFn) -> set[dt.date]:
    """Working days with a Tết of some length somewhere, other days off, and Saturdays worked in exchange."""
    tet = draw(DAYS)
    off = {tet + DAY * n for n in range(draw(st.integers(0, 12)))} | draw(st.sets(DAYS, max_size=6))
    swapped = {day for day in draw(st.sets(DAYS, max_size=8)) if day.weekday() == 5}
    return {day for day in SPAN if day in swapped or (day.weekday() < 5 and day not in off)}


class Slow:
    """The rule, day by day."""

    def __init__(self, working: set[dt.date]) -> None:
        self.working = working

    def on_or_after(self, day: dt.date) -> dt.date:
        while day not in self.working:
            day += DAY
        return day

    def plus(self, day: dt.date, length: int) -> dt.date:
        while length:
            day = self.on_or_after(day + DAY)
            length -= 1
        return day

    def begun(self, received: dt.date, is_after_hours: bool) -> dt.date:
        return self.on_or_after(received + DAY if is_after_hours else received)

    def waited(self, asked: dt.date, supplied: dt.date) -> int:
        return sum(day in self.working for day in SPAN if asked < day <= supplied)


def number(day: dt.date) -> np.ndarray:
    return np.array([day.toordinal() - EPOCH])


def day_of(found: np.ndarray) -> dt.date:
    return dt.date.fromordinal(int(found[0]) + EPOCH)


@settings(max_examples=150, deadline=None)
@given(calendars(), DAYS, st.integers(0, 25), st.booleans(), DAYS)
def test_days_by_the_column_are_those_counted_one_by_one(
    working: set[dt.date], day: dt.date, length: int, is_after_hours: bool, other: dt.date
) -> None:
    fast, slow = calendar_of(FIRST, LAST, working.__contains__), Slow(working)
    assert day_of(fast.on_or_after(number(day))) == slow.on_or_after(day)
    assert day_of(fast.plus(number(day), np.array([length]))) == slow.plus(day, length)
    begun = deadlines.counted_from(number(day), np.array([is_after_hours]), fast)
    assert day_of(begun) == slow.begun(day, is_after_hours)
    assert int(fast.between(number(day) + 1, number(other))[0]) == slow.waited(day, other)


ROW = st.tuples(
    DAYS,  # received
    st.one_of(st.none(), st.integers(0, 23)),  # hour
    st.one_of(st.none(), st.integers(0, 20)),  # days allowed
    st.one_of(st.none(), st.integers(0, 30)),  # due listed, days later
    st.one_of(st.none(), st.integers(0, 40)),  # finished, days later
    st.one_of(st.none(), st.tuples(st.integers(0, 10), st.one_of(st.none(), st.integers(0, 10)))),  # asked, supplied
)


@settings(max_examples=60, deadline=None)
@given(calendars(), st.lists(ROW, min_size=1, max_size=12), st.booleans(), st.booleans())
def test_each_dossier_of_a_file_is_judged_as_the_slow_rule_says(
    tmp_path_factory: pytest.TempPathFactory,
    working: set[dt.date],
    rows: list[Any],
    has_closing: bool,
    adds_waiting: bool,
) -> None:
    path = tmp_path_factory.mktemp("tep") / "tep.csv"
    pl.DataFrame([as_row(n, row) for n, row in enumerate(rows)]).write_csv(path)
    columns = {name: name for name in as_row(0, rows[0])}
    habits = Habits(dt.date(2026, 6, 1), dt.time(16, 30) if has_closing else None, adds_waiting)
    calendar = calendar_of(FIRST, LAST, working.__contains__)
    (table,) = read_pieces(path, required=["dossier_number"], mapping=ChosenColumns(columns))
    found = rows_of(table, habits, calendar)
    assert found.rejected.height == 0
    for row, made in zip(rows, found.taken.iter_rows(named=True), strict=True):
        wanted = judged_slowly(row, Slow(working), habits)
        assert {name: made[name] for name in wanted} == wanted


def as_row(place: int, row: tuple[Any, ...]) -> dict[str, str | None]:
    received, hour, allowed, due, finished, asked = row
    day = f"{received:%d/%m/%Y}" + (f" {hour:02d}:45" if hour is not None else "")
    asked_on = received + DAY * asked[0] if asked else None
    supplied = asked_on + DAY * asked[1] if asked and asked[1] is not None else None
    days = {"due_on": due, "returned_on": finished}
    found = {name: f"{received + DAY * n:%d/%m/%Y}" if n is not None else None for name, n in days.items()}
    return {
        "dossier_number": f"HS-{place}", "agency": "Sở Nội vụ", "received_on": day,
        "days_allowed": None if allowed is None else f"{allowed} ngày", **found,
        "asked_on": f"{asked_on:%d/%m/%Y}" if asked_on else None,
        "supplied_on": f"{supplied:%d/%m/%Y}" if supplied else None,
    }  # fmt: skip


def judged_slowly(row: tuple[Any, ...], slow: Slow, habits: Habits) -> dict[str, object]:
    received, hour, allowed, due, finished, asked = row
    is_after_hours = habits.closes_at is not None and hour is not None and dt.time(hour, 45) > habits.closes_at
    begun = slow.begun(received, is_after_hours)
    waited = 0
    if asked and asked[1] is not None:
        waited = slow.waited(received + DAY * asked[0], received + DAY * (asked[0] + asked[1]))
    worked = slow.plus(begun, allowed + waited) if allowed is not None else None
    listed = received + DAY * due if due is not None else None
    if listed is not None and habits.adds_waiting and waited:
        listed = slow.plus(listed, waited)
    promised = listed if listed is not None else worked
    judged = slow.on_or_after(promised) if promised is not None else None
    end = received + DAY * finished if finished is not None else None
    return {
        "counted_from": begun, "waiting_days": waited, "due_worked": worked, "due": judged, "finished": end,
        "outcome": int(outcome_of(end, promised, judged)),
        "waiting_since": received + DAY * asked[0] if end is None and asked and asked[1] is None else None,
    }  # fmt: skip


def outcome_of(end: dt.date | None, promised: dt.date | None, judged: dt.date | None) -> Outcome:
    if end is None:
        return Outcome.OPEN
    if promised is None or judged is None:
        return Outcome.UNDATED
    if end < promised:
        return Outcome.EARLY
    return Outcome.ON_TIME if end <= judged else Outcome.LATE


def test_the_calendar_knows_tet_and_the_saturdays_worked_in_exchange() -> None:
    known = deadlines.calendar()
    for start in (dt.date(2024, 4, 22), dt.date(2025, 1, 20), dt.date(2026, 2, 10), dt.date(2026, 8, 25)):
        for length in range(20):
            found = day_of(known.plus(number(start), np.array([length])))
            assert found == working_days.after(start, length), (start, length)


def test_a_day_beyond_the_calendar_does_not_end_the_program() -> None:
    known = Calendar(np.array([10, 11, 12]))
    assert known.plus(np.array([12, 50]), np.array([3, 2])).tolist() == [15, 52]
    assert known.on_or_after(np.array([13])).tolist() == [13]


def test_every_day_since_2015_has_one_rule_and_each_rule_says_what_it_rests_on() -> None:
    rules = deadlines.rules()
    for before, after in itertools.pairwise(rules):
        assert before.until is not None
        assert before.until + DAY == after.since
    assert rules[-1].until is None
    turns = (dt.date(2018, 6, 20), dt.date(2018, 6, 21), dt.date(2025, 7, 1))
    found = [deadlines.rule_of(day) for day in turns]
    assert [rule.code for rule in found if rule] == ["qd09-2015", "nd61-2018", "nd118-2025"]
    assert all(basis.source for rule in rules for basis in (rule.in_force, rule.counting))
    assert not any(rule.counting.verified for rule in rules)
