"""Shares by area and load: every case once, nobody outside the area, balanced unless the areas forbid it."""

from __future__ import annotations

import math
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from sipas_web.fieldwork.sharing import Shares, share

CODES = [f"{n:05d}" for n in range(6)]
People = st.dictionaries(st.integers(1, 6), st.integers(0, 60), max_size=6)
Communes = st.dictionaries(st.sampled_from(CODES), st.integers(0, 80), max_size=6)
Areas = st.dictionaries(st.sampled_from(CODES), st.sets(st.integers(1, 7)), max_size=6)


def after(loads: dict[int, int], made: Shares) -> Counter[int]:
    load = Counter(loads)
    for (_commune, person), n in made.flow.items():
        load[person] += n
    return load


def passes(made: Shares, allowed: dict[str, set[int]], loads: dict[int, int], start: int) -> set[int]:
    """The slow obvious way: to whom cases could go on from a person, hand over hand."""
    reached = {start}
    while True:
        more = {
            q
            for (commune, p), n in made.flow.items()
            if p in reached and n
            for q in allowed[commune]
            if q in loads
        } - reached  # fmt: skip
        if not more:
            return reached
        reached |= more


@settings(max_examples=300, deadline=None)
@given(Communes, People, Areas)
def test_every_case_once_inside_the_areas_and_balanced(
    communes: dict[str, int], loads: dict[int, int], allowed: dict[str, set[int]]
) -> None:
    made = share(communes, loads, allowed)
    total: Counter[str] = Counter(made.left)
    for (commune, person), n in made.flow.items():
        assert n > 0
        assert person in loads
        assert person in allowed[commune]
        total[commune] += n
    assert +total == +Counter(communes)
    assert not any(set(allowed.get(commune, ())) & loads.keys() for commune in made.left)
    load = after(loads, made)
    if not load:
        return
    mean = sum(load[p] for p in loads) / len(loads)
    low, high = math.floor(0.8 * mean), math.ceil(1.2 * mean)
    for p in loads:
        for q in passes(made, allowed, loads, p):
            if load[p] > high or load[q] < low:  # outside the band, and nothing that moves would help
                assert load[q] >= load[p] - 1, (p, q, load)


@settings(max_examples=200, deadline=None)
@given(Communes, st.integers(1, 6))
def test_where_everybody_may_go_everywhere_all_are_within_a_fifth_of_the_mean(
    communes: dict[str, int], people: int
) -> None:
    loads = dict.fromkeys(range(people), 0)
    made = share(communes, loads, {c: set(loads) for c in communes})
    load, mean = after(loads, made), sum(communes.values()) / people
    assert all(math.floor(0.8 * mean) <= load[p] <= math.ceil(1.2 * mean) for p in loads)


@given(Communes, People, Areas, st.randoms())
def test_the_order_of_what_is_given_changes_nothing(communes, loads, allowed, random) -> None:  # type: ignore[no-untyped-def]
    mixed = list(communes.items())
    random.shuffle(mixed)
    others = list(loads.items())
    random.shuffle(others)
    assert share(dict(mixed), dict(others), allowed) == share(communes, loads, allowed)


def test_communes_stay_whole_where_they_fit() -> None:
    made = share({"a": 10, "b": 10, "c": 10, "d": 10}, {1: 0, 2: 0}, {c: {1, 2} for c in "abcd"})
    assert len(made.flow) == 4
    assert after({1: 0, 2: 0}, made) == {1: 20, 2: 20}
    made = share({"a": 100}, {1: 0, 2: 0}, {"a": {1, 2}})
    assert sorted(made.flow.values()) == [40, 60]


def test_cases_pass_over_a_third_person_where_the_areas_ask_for_it() -> None:
    """The first may go to a alone, the third to b alone; the second, to both, is the bridge."""
    made = share({"a": 60, "b": 30}, {1: 0, 2: 0, 3: 0}, {"a": {1, 2}, "b": {2, 3}})
    load = after({1: 0, 2: 0, 3: 0}, made)
    assert all(24 <= load[p] <= 36 for p in (1, 2, 3))
