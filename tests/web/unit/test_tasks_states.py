"""Where a task stands, against a twin that walks through the days one by one."""

from __future__ import annotations

import datetime as dt
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sipas_web.improvement.queries.tasks_lists import lines_of
from sipas_web.improvement.task_states import Days, State, days_late, figures_of, state_on
from sipas_web.improvement.tracking_rules import passed_since
from sipas_web.shared import working_days

START = dt.date(2026, 1, 1)
DAY = dt.timedelta(days=1)


def day(number: int) -> dt.date:
    return START + number * DAY


@st.composite
def tasks(draw: st.DrawFn) -> Days:
    """A task as it can come to be: extended only while it is open, ended once."""
    begun = draw(st.integers(0, 20))
    first = draw(st.none() | st.integers(begun, begun + 20))
    ended = draw(st.none() | st.integers(begun, begun + 60))
    extended, due = [], first
    if first is not None:
        decided = begun
        for _ in range(draw(st.integers(0, 3))):
            decided = draw(st.integers(decided, decided + 15))
            if ended is not None and decided > ended:
                break
            due = draw(st.integers(due + 1, due + 15))  # type: ignore[operator]
            extended.append((day(decided), day(due)))
    is_dropped = ended is not None and draw(st.booleans())
    done, dropped = (None, ended) if is_dropped else (ended, None)
    return Days(
        day(begun),
        None if first is None else day(first),
        tuple(extended),
        None if done is None else day(done),
        None if dropped is None else day(dropped),
    )


def twin(task: Days, on: dt.date, *, original: bool) -> tuple[State | None, int]:
    """Walk from the first day to an evening, keeping in mind what each day brings."""
    due = task.first_due
    known = is_done = is_dropped = False
    late = 0
    walk = START
    while walk <= on:
        known = known or walk == task.given
        is_done = is_done or walk == task.done
        is_dropped = is_dropped or walk == task.dropped
        if not original:
            due = dict(task.extended).get(walk, due)
        walk += DAY
    if not known:
        return None, 0
    if is_dropped:
        return State.DROPPED, 0
    if due is None:
        return (State.DONE if is_done else State.OPEN), 0
    walk = due + DAY
    while walk <= on and not (is_done and task.done is not None and walk > task.done):
        late += 1
        walk += DAY
    if is_done:
        return (State.LATE if late else State.ON_TIME), late
    return (State.OVERDUE if late else State.IN_TIME), late


@given(tasks(), st.integers(0, 110), st.booleans())
def test_a_task_stands_where_a_walk_through_the_days_says(task: Days, number: int, original: bool) -> None:
    state, late = twin(task, day(number), original=original)
    assert state_on(task, day(number), original=original) == state
    assert days_late(task, day(number), original=original) == late


@given(st.lists(tasks(), max_size=12), st.integers(0, 110), st.booleans())
def test_figures_count_every_task_once_and_no_late_one_is_lost(many: list[Days], number: int, original: bool) -> None:
    on = day(number)
    figures = figures_of(many, on, original=original)
    walked = [twin(task, on, original=original) for task in many]
    counts = Counter(state for state, _late in walked if state is not None)
    assert {s: n for s, n in figures.counts.items() if n} == dict(counts)
    assert figures.given == sum(task.given <= on for task in many)
    assert figures.days_late == sum(late for state, late in walked if state == State.OVERDUE)
    due = counts[State.ON_TIME] + counts[State.LATE] + counts[State.OVERDUE]
    assert figures.rate == (100 * counts[State.ON_TIME] / due if due else None)


@given(st.lists(tasks(), max_size=8), st.integers(0, 80))
def test_extending_never_makes_the_rate_by_the_original_deadline_better(many: list[Days], number: int) -> None:
    on = day(number)
    newest, original = figures_of(many, on), figures_of(many, on, original=True)
    assert original.counts[State.ON_TIME] <= newest.counts[State.ON_TIME]
    assert original.counts[State.OVERDUE] >= newest.counts[State.OVERDUE]
    assert newest.given == original.given


@given(st.lists(tasks(), max_size=10), st.integers(0, 40), st.integers(0, 40))
def test_lines_of_a_report_agree_with_the_walk(many: list[Days], first: int, length: int) -> None:
    begin, end = day(first), day(first + length)
    counted = Counter(code for task in many for code in lines_of(task, begin, end))
    slow: Counter[str] = Counter()
    for task in many:
        newest, original = twin(task, end, original=False)[0], twin(task, end, original=True)[0]
        slow["given"] += begin <= task.given <= end
        if task.done and begin <= task.done <= end:
            slow["completed"] += 1
            slow["on_time"] += newest == State.ON_TIME
            slow["late"] += newest == State.LATE
            slow["on_time_original"] += original == State.ON_TIME
            slow["late_original"] += original == State.LATE
        slow["dropped"] += bool(task.dropped and begin <= task.dropped <= end)
        slow["unfinished"] += newest in {State.OPEN, State.IN_TIME, State.OVERDUE}
        slow["overdue"] += newest == State.OVERDUE
        slow["overdue_original"] += original == State.OVERDUE
    assert counted == Counter({code: n for code, n in slow.items() if n})


def test_the_national_figures_of_2017_give_the_rate_that_drops_nobody() -> None:
    """14,068 on time, 1,983 late, 223 overdue, 5,640 in time (1270/BC-TCTTTg): 86.4 %, not 98.6 %."""
    on, due = day(100), day(50)
    many = [Days(START, due, done=due)] * 14_068 + [Days(START, due, done=due + DAY)] * 1_983
    many += [Days(START, due)] * 223 + [Days(START, day(200))] * 5_640
    figures = figures_of(many, on)
    assert round(figures.rate or 0, 1) == 86.4
    assert round(figures.completed_rate or 0, 1) == 98.6
    assert (figures.given, figures.unfinished) == (21_914, 5_863)


@given(st.integers(0, 700), st.integers(0, 15))
def test_the_latest_day_after_which_so_many_working_days_have_passed(number: int, length: int) -> None:
    on = day(number)
    start = passed_since(on, length)
    fit = [d for d in (on - n * DAY for n in range(60)) if working_days.after(d, length) <= on]
    assert start == max(fit)
