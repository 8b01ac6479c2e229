"""Merging of periodic reports, and their days: pure parts against slow twins."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sipas_web.improvement.report_merging import Below, Counted, differences, merge, totals
from sipas_web.improvement.report_outline import codes, form, section_of
from sipas_web.improvement.report_periods import KINDS, Rule, nominal_end, rule_for, shipped, span_of
from sipas_web.shared import working_days


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[int], list[int], set[int], int]:
    """A tree (each unit's parent, the first is the root), a count of each unit, who reports, a seed for the order."""
    size = draw(st.integers(1, 14))
    parents = [-1, *(draw(st.integers(0, k - 1)) for k in range(1, size))]
    counts = draw(st.lists(st.integers(0, 9), min_size=size, max_size=size))
    reporting = draw(st.sets(st.integers(1, size - 1))) if size > 1 else set()
    return parents, counts, reporting, draw(st.integers(0, 10_000))


def below(parents: list[int], top: int) -> set[int]:
    """Units under a unit, itself included."""
    found = {top}
    for unit in range(top + 1, len(parents)):
        if parents[unit] in found:
            found.add(unit)
    return found


def steps(parents: list[int], unit: int, top: int) -> int:
    n = 0
    while unit != top:
        unit, n = parents[unit], n + 1
    return n


def reported(parents: list[int], counts: list[int], reporting: set[int], top: int, shuffle: random.Random) -> Below:
    """A report as the program makes it: everything below that reports is merged, in any order."""
    parts = [
        reported(parents, counts, reporting, unit, shuffle) for unit in below(parents, top) - {top} if unit in reporting
    ]
    parts = [Below(p.report, steps(parents, p.report, top), p.units) for p in parts]
    shuffle.shuffle(parts)
    made = merge(below(parents, top), parts, lambda ids: {u: {"s": {"n": counts[u]}} for u in ids})
    return Below(top, 0, {unit: one.lines for unit, one in made.units.items()})


@given(worlds())
def test_any_tree_and_any_reports_in_any_order_count_each_unit_once(
    world: tuple[list[int], list[int], set[int], int],
) -> None:
    parents, counts, reporting, seed = world
    made = reported(parents, counts, reporting, 0, random.Random(seed))
    assert sorted(made.units) == list(range(len(parents)))
    assert totals(made.units.values()).get(("s", "n"), 0) == sum(counts)


LINES = st.dictionaries(st.sampled_from("ab"), st.dictionaries(st.sampled_from("xy"), st.integers(0, 5)), max_size=2)
REPORTS = st.lists(
    st.tuples(st.integers(1, 9), st.integers(1, 4), st.dictionaries(st.integers(0, 12), LINES, max_size=8)),
    max_size=6,
    unique_by=lambda r: r[0],
)


def twin(area: set[int], reports: list[tuple[int, int, dict[int, dict[str, dict[str, int]]]]]) -> dict[int, Counted]:
    """For every unit look through all reports for the one that comes first."""
    made = {}
    for unit in area:
        best = None
        for number, up, units in reports:
            if unit in units and (best is None or (up, number) < best[:2]):
                best = (up, number, units[unit])
        made[unit] = Counted(best[2], best[1]) if best else Counted({"own": {"z": unit}}, None)
    return made


@given(st.sets(st.integers(0, 12)), REPORTS, st.randoms())
def test_merging_against_the_slow_twin(area: set[int], reports: list, chance: random.Random) -> None:  # type: ignore[type-arg]
    asked: list[int] = []

    def own(ids: list[int]) -> dict[int, dict[str, dict[str, int]]]:
        asked.extend(ids)
        return {unit: {"own": {"z": unit}} for unit in ids}

    parts = [Below(number, up, units) for number, up, units in reports]
    chance.shuffle(parts)
    made = merge(area, parts, own)  # type: ignore[arg-type]
    assert dict(made.units) == twin(area, reports)
    assert len(asked) == len(set(asked))  # nothing is counted by itself that a report counts
    assert set(asked) == {unit for unit, one in made.units.items() if one.via is None}
    # What a report counts is either taken from it or said to be left out, and never both.
    taken = {(unit, one.via) for unit, one in made.units.items() if one.via}
    left = {(one.unit, one.report) for one in made.left_out}
    assert taken | left == {(unit, number) for number, _up, units in reports for unit in units}
    assert not taken & left
    assert {one.why for one in made.left_out if one.unit not in area} <= {"outside"}


@given(st.lists(LINES, max_size=5))
def test_totals_against_the_slow_twin(rows: list[dict[str, dict[str, int]]]) -> None:
    slow: Counter[tuple[str, str]] = Counter()
    for row in rows:
        for source in row:
            for line in row[source]:
                slow[source, line] += row[source][line]
    assert totals(rows) == dict(slow)
    assert differences(rows, rows) == {}


def test_differences_say_both_sides() -> None:
    assert differences([{"a": {"x": 2}}, {"a": {"x": 1, "y": 4}}], [{"a": {"x": 5, "y": 4}, "b": {"z": 1}}]) == {
        ("a", "x"): (3, 5),
        ("b", "z"): (0, 1),
    }


# Days


def test_the_ministry_s_days_are_those_of_its_letter() -> None:
    days = {}
    for kind in ("quarter_1", "half_year", "quarter_3", "year"):
        rule = rule_for(kind, "province", 2026)
        assert rule is not None
        assert rule.is_verified
        assert "581/BNV-CCHC" in rule.act
        span = span_of(rule, 2026)
        days[kind] = (span.first.isoformat(), span.last.isoformat(), span.due.isoformat())
    assert days == {
        "quarter_1": ("2025-12-15", "2026-03-14", "2026-03-20"),
        "half_year": ("2025-12-15", "2026-06-14", "2026-06-20"),
        "quarter_3": ("2026-06-15", "2026-09-14", "2026-09-20"),
        "year": ("2025-12-15", "2026-12-14", "2026-12-20"),
    }


def test_what_is_no_source_s_is_marked_so() -> None:
    assert [r for r in shipped() if r.level != "province" and r.is_verified] == []
    old = rule_for("year", "province", 2015)
    assert old is not None
    assert not old.is_verified  # before the first known rule
    nine = rule_for("nine_months", "province", 2026)
    assert nine is not None
    assert not nine.is_expected
    assert rule_for("year", "post_office", 2026) is None


def own_rule(**changes: object) -> Rule:
    given = {
        "kind": "year", "level": "commune", "since": dt.date(2024, 1, 1), "first": (-1, 12, 1), "last": (0, 11, 20),
        "due": (0, 11, 25), "day_off": "keep", "is_expected": True, "act": "QĐ", "page": "", "note": "",
        "is_verified": True,
    }  # fmt: skip
    return Rule(**given | changes)  # type: ignore[arg-type]


def test_an_area_s_own_days_hold_from_their_day_on_the_nearest_area_first() -> None:
    near, newer, far = own_rule(), own_rule(since=dt.date(2026, 6, 1), act="mới"), own_rule(act="xa")
    given_ = [newer, near, far]
    assert rule_for("year", "commune", 2026, given_) is newer
    assert rule_for("year", "commune", 2025, given_) is near
    assert rule_for("year", "commune", 2023, given_) in shipped()
    assert rule_for("half_year", "commune", 2026, given_) in shipped()
    assert rule_for("year", "agency", 2026, given_) in shipped()


YEARS = st.integers(2016, 2030)
MARKS = st.tuples(st.integers(1, 12), st.integers(1, 28))


@given(YEARS, MARKS, st.integers(0, 25), st.sampled_from(["keep", "before", "after"]))
def test_a_last_day_on_a_day_off_moves_as_the_rule_says(
    year: int, mark: tuple[int, int], later: int, day_off: str
) -> None:
    last = dt.date(2023, *mark)  # no leap year: the marks are days of every year
    due = last + dt.timedelta(days=later)
    shift = due.year - last.year
    rule = own_rule(first=(-1, *mark), last=(0, *mark), due=(shift, due.month, due.day), day_off=day_off)
    span = span_of(rule, year)
    plain = dt.date(year + shift, due.month, due.day)
    assert span.last == dt.date(year, *mark)
    assert span.first == dt.date(year - 1, *mark)
    assert span.last <= span.due
    if day_off == "keep" or working_days.is_working(plain):
        assert span.due == plain
        return
    step = -1 if day_off == "before" else 1
    day = plain
    while not working_days.is_working(day) and (step > 0 or day > span.last):
        day += dt.timedelta(days=step)
    assert span.due == day


@pytest.mark.parametrize("rule", shipped(), ids=lambda r: f"{r.level}-{r.kind}")
def test_shipped_days_stand_in_order_in_every_year(rule: Rule) -> None:
    for year in range(2016, 2031):
        span = span_of(rule, year)
        assert span.first < span.last <= span.due
        assert span.last <= nominal_end(rule.kind, year)


def test_periods_of_a_year_touch_so_that_nothing_falls_between_them() -> None:
    for level in ("province", "commune", "agency"):
        spans = {k: span_of(r, 2026) for k in KINDS if (r := rule_for(k, level, 2026))}
        assert spans["quarter_3"].first == spans["half_year"].last + dt.timedelta(days=1)
        following = rule_for("quarter_1", level, 2027)
        assert following is not None
        assert span_of(following, 2027).first == spans["year"].last + dt.timedelta(days=1)


# The form


def test_every_figure_stands_in_one_section() -> None:
    assert section_of("improvement.tasks") == "direction"
    assert section_of("onestop.apologies") == "dossiers"
    assert section_of("feedback.requests") == "feedback"
    assert section_of("something.new") == "other"
    assert len(set(codes())) == len(codes()) == 10
    assert sum(section.is_needed for section in form().sections) == 3
