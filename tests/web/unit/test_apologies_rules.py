"""The state of the apology of a dossier against a second, slow reading of the rule, on calendars made up and real."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import holidays
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sipas_web.onestop import apology_rules as rules
from sipas_web.onestop.apology_rules import Case, Standing
from sipas_web.shared import working_days

DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(2018, 1, 1), dt.date(2026, 12, 31)
ALERT = 2


class Calendar:
    """A year's days off and the Saturdays worked for them, as ``working_days`` looks at them."""

    def __init__(self, off: set[dt.date], worked: set[dt.date]) -> None:
        self.off, self.weekend_workdays = off, worked

    def __contains__(self, day: dt.date) -> bool:
        return day in self.off


calendars: dict[str, Calendar] = {}


@pytest.fixture
def made_up(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the days off come from a calendar that the test makes."""
    monkeypatch.setattr(working_days, "_days_off", lambda year, language: calendars["now"])
    yield
    calendars.clear()


# The slow reading: day by day, from the text of the rule.


def slow_works(day: dt.date, calendar: Calendar) -> bool:
    if day in calendar.weekend_workdays:
        return True
    return day.isoweekday() <= 5 and day not in calendar


def slow_back(day: dt.date, steps: int, calendar: Calendar) -> dt.date:
    seen = 0
    while seen < steps:
        day = day - DAY
        if slow_works(day, calendar):
            seen += 1
    return day


def slow_notice(received: dt.date) -> int | None:
    if received >= dt.date(2025, 7, 1):
        return 1  # Nghị định 118/2025/NĐ-CP, carried on
    if received >= dt.date(2018, 6, 21):
        return 1  # Nghị định 61/2018/NĐ-CP, khoản 9 Điều 19
    return None


def slow_standing(case: Case, today: dt.date, calendar: Calendar) -> str:
    notice = slow_notice(case.received)
    if case.due is None or notice is None:
        return "no_rule"
    # The clock of a dossier runs until it is finished or goes back to its applicant; else until today.
    ends = [day for day in (case.finished, case.waiting_since) if day is not None] or [today]
    late = not case.stopped and any(case.due + DAY * n == ends[0] for n in range(1, 400))
    if late:
        if case.sent is None:
            return "excepted" if case.excepted else "without"
        return "before" if case.due - case.sent >= DAY else "after"
    if case.sent is not None:
        return "sent_ahead"
    runs = case.finished is None and case.waiting_since is None and not case.stopped
    last = slow_back(case.due, notice, calendar)
    if not runs or case.excepted or slow_back(last, ALERT, calendar) > today:
        return "not_late"
    return "missed" if today > last else "due"


@st.composite
def cases(draw: st.DrawFn) -> tuple[Case, dt.date, Calendar]:
    received = draw(st.dates(FIRST, LAST))
    due = draw(st.none() | st.integers(0, 60).map(lambda n: received + DAY * n))
    today = received + DAY * draw(st.integers(0, 90))
    past = st.none() | st.integers(0, 90).map(lambda n: min(received + DAY * n, today))
    finished = draw(past)
    waiting = draw(past) if finished is None else None
    around = [received + DAY * n for n in range(-15, 110)]
    tet = draw(st.integers(0, 100))
    off = {around[(tet + n) % len(around)] for n in range(draw(st.integers(0, 9)))}
    off |= set(draw(st.lists(st.sampled_from(around), max_size=6)))
    saturdays = [day for day in around if day.isoweekday() == 6]
    worked = set(draw(st.lists(st.sampled_from(saturdays), max_size=3)))
    stopped = finished is not None and draw(st.booleans())
    case = Case(received, due, finished, draw(past), draw(st.booleans()), waiting, stopped)
    return case, today, Calendar(off - worked, worked)


@settings(deadline=None, max_examples=800, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases())
def test_the_state_is_that_of_a_slow_reading(made_up: None, drawn: tuple[Case, dt.date, Calendar]) -> None:
    case, today, calendar = drawn
    calendars["now"] = calendar
    assert rules.standing(case, today) == slow_standing(case, today, calendar)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases())
def test_the_list_holds_exactly_the_due_dates_whose_day_has_come(
    made_up: None, drawn: tuple[Case, dt.date, Calendar]
) -> None:
    """The list asks the database for due dates up to one day; a slow look at every due date finds the same."""
    case, today, calendar = drawn
    calendars["now"] = calendar
    rule = rules.deadline_on(dt.date(2026, 1, 1))
    found = rules.horizon(rule, today)
    assert found is not None
    for n in range(40):
        due = today + DAY * n
        is_listed = slow_back(slow_back(due, 1, calendar), ALERT, calendar) <= today
        assert is_listed == (due <= found), due
        in_time = slow_back(due, 1, calendar) >= today
        assert in_time == (due >= rules.first_due_in_time(rule, today)), due
    del case


@settings(deadline=None)
@given(st.dates(dt.date(2019, 1, 1), LAST))
def test_last_days_on_the_calendar_of_the_country(due: dt.date) -> None:
    calendar = holidays.country_holidays("VN", years=range(2018, 2028))
    day = due - DAY
    while not calendar.is_working_day(day):
        day -= DAY
    assert rules.last_day(due - DAY * 30, due) == day


def test_days_that_can_be_looked_up() -> None:
    # Friday 13/2/2026 is the last working day before Tết; a dossier due on Monday 23/2 is to be apologised for by then.
    received = dt.date(2026, 1, 20)
    assert rules.last_day(received, dt.date(2026, 2, 23)) == dt.date(2026, 2, 13)
    assert rules.standing(Case(received, dt.date(2026, 2, 23), None), dt.date(2026, 2, 14)) == Standing.MISSED
    assert rules.standing(Case(received, dt.date(2026, 2, 23), None), dt.date(2026, 2, 13)) == Standing.DUE
    # Before 21/6/2018 no rule of the whole country.
    old = Case(dt.date(2018, 6, 20), dt.date(2018, 7, 2), None)
    assert rules.standing(old, dt.date(2018, 8, 1)) == Standing.NO_RULE
    assert rules.standing(Case(dt.date(2018, 6, 21), dt.date(2018, 7, 2), None), dt.date(2018, 8, 1)) == "without"


def test_the_form_is_that_of_the_letters_day() -> None:
    assert rules.form_on(dt.date(2018, 6, 20)).code == "local"
    slip = rules.form_on(dt.date(2025, 6, 30))
    assert (slip.form, slip.paper, slip.verified) == ("Mẫu số 04", "a5", True)
    carried = rules.form_on(dt.date(2025, 9, 14))
    assert (carried.act, carried.paper, carried.verified) == (slip.act, "a5", False)
    new = rules.form_on(dt.date(2025, 9, 15))
    assert "03/2025" in new.act
    assert (new.title, new.about) == ("VĂN BẢN XIN LỖI", "và đề nghị gia hạn thời gian giải quyết")


def test_every_rule_names_its_source_and_none_is_called_verified_without_a_page() -> None:
    for row in (*rules.deadlines(), *rules.forms()):
        assert row.act
        assert row.page or not row.verified
    assert rules.deadline_on(dt.date(2026, 1, 1)).new_dates == 1
    for name in ("reasons", "faults", "exceptions"):  # a comma in a text is no second key
        assert all(set(entry) == {"code", "vi"} for entry in rules._data()[name])
    assert rules.reasons()["verification"] == "phải xác minh, kiểm tra thực địa thêm"
    assert not rules.source_of("exceptions").verified


@pytest.mark.parametrize(
    ("name", "office"),
    [
        ("Sở Xây dựng", "Giám đốc"),
        ("Văn phòng Ủy ban nhân dân tỉnh", "Chánh Văn phòng"),
        ("Trung tâm Phục vụ hành chính công", "Giám đốc"),
        ("Công an phường 1", "Trưởng Công an"),
        ("Ủy ban nhân dân xã Yên Nguyên", "Chủ tịch Ủy ban nhân dân"),
        ("Quỹ Bảo vệ môi trường", "Thủ trưởng"),
    ],
)
def test_a_head_is_named_by_office(name: str, office: str) -> None:
    assert rules.head_of(name, is_place=False) == office
