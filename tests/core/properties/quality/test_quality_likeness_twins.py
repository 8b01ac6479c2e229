"""Likeness, bursts and distances against slow, obvious twins."""

from __future__ import annotations

import datetime as dt
import math
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.quality import distance_km, match_surprise, percent_match, visit_marks

COLUMNS = [f"q{k}" for k in range(6)]
ANSWER = st.sampled_from([None, 1, 2, 3])
FORM = st.tuples(*[ANSWER] * 6, st.sampled_from(["A", "B", None]), st.integers(0, 3))


def forms(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    schema = dict.fromkeys(COLUMNS, pl.Int16) | {"who": pl.String, "at": pl.Int64}
    made = pl.DataFrame(rows, schema=schema, orient="row")
    return made.with_columns(case_id=pl.int_range(pl.len()).cast(pl.String))


def twin(rows: list[tuple[Any, ...]], within: bool, ordered: bool, least: int) -> list[tuple[Any, ...]]:
    told = []
    for i, mine in enumerate(rows):
        best: tuple[Any, ...] = (None, None, None, None)
        for j, theirs in enumerate(rows):
            if i == j or (within and (mine[6] is None or mine[6] != theirs[6])) or (ordered and theirs[7] > mine[7]):
                continue
            both = [(a, b) for a, b in zip(mine[:6], theirs[:6], strict=True) if a is not None and b is not None]
            same = sum(a == b for a, b in both)
            if len(both) >= least and (best[3] is None or same / len(both) > best[3]):
                best = (str(j), same, len(both), same / len(both))
        told.append(best)
    return told


@settings(deadline=None, max_examples=150)
@given(st.lists(FORM, min_size=0, max_size=12), st.booleans(), st.booleans(), st.integers(1, 5))
def test_percent_match_equals_its_twin(rows: list[tuple[Any, ...]], within: bool, ordered: bool, least: int) -> None:
    found = percent_match(
        forms(rows), COLUMNS, within="who" if within else None, moment="at" if ordered else None, least_common=least
    )
    assert list(found.select("partner", "same", "common", "share").iter_rows()) == twin(rows, within, ordered, least)


def test_percent_match_is_the_same_in_blocks_of_a_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(4)
    rows = [(*(int(v) for v in chance.integers(1, 4, 6)), "A", int(chance.integers(0, 4))) for _ in range(90)]
    whole = percent_match(forms(rows), COLUMNS, least_common=1)
    surprise = match_surprise(forms(rows), COLUMNS, level="q0", least_common=1)
    monkeypatch.setattr("sipas.quality.likeness.MEMORY", 90 * 4 * 7)
    assert percent_match(forms(rows), COLUMNS, least_common=1).equals(whole)
    again = match_surprise(forms(rows), COLUMNS, level="q0", least_common=1)
    assert again["surprise"].to_list() == pytest.approx(surprise["surprise"].to_list(), abs=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.integers(1, 3), min_size=6, max_size=6), min_size=2, max_size=9))
def test_surprise_is_the_best_pair_judged_against_independence(answers: list[list[int]]) -> None:
    rows = [(*row, "A", 0) for row in answers]
    found = match_surprise(forms(rows).with_columns(level=pl.lit(1.0)), COLUMNS, level="level", least_common=1)
    shares = []
    for k in range(6):
        seen = sorted({row[k] for row in answers})
        total = len(answers) + 0.5 * len(seen)
        shares.append({v: (sum(row[k] == v for row in answers) + 0.5) / total for v in seen})
    for i, told in enumerate(found.iter_rows(named=True)):
        p = [shares[k][answers[i][k]] for k in range(6)]
        weight = [-math.log(x) for x in p]
        mean = sum(w * x for w, x in zip(weight, p, strict=True))
        spread = math.sqrt(max(sum(w * w * x * (1 - x) for w, x in zip(weight, p, strict=True)), 1e-6))
        best = max(
            sum(w for w, a, b in zip(weight, answers[i], other, strict=True) if a == b)
            for j, other in enumerate(answers)
            if j != i
        )
        tail = NormalDist().cdf(-(best - mean) / spread)
        expected = max(0.0, -math.log10(max(tail, 1e-300)) - math.log10(len(answers) - 1))
        assert told["surprise"] == pytest.approx(expected, abs=2e-3)
        assert told["expected"] == pytest.approx(sum(p), rel=1e-5)


PLACES = st.tuples(st.floats(-89, 89), st.floats(-180, 180), st.floats(-89, 89), st.floats(-180, 180))


@given(PLACES)
def test_distance_agrees_with_the_law_of_cosines(place: tuple[float, float, float, float]) -> None:
    a, b, c, d = (math.radians(x) for x in place)
    cosine = math.sin(a) * math.sin(c) + math.cos(a) * math.cos(c) * math.cos(d - b)
    expected = 6371.0088 * math.acos(max(-1.0, min(1.0, cosine)))
    found = float(distance_km(*(np.array(x) for x in place)))
    assert found == pytest.approx(expected, rel=1e-4, abs=0.2)  # the law of cosines loses metres on short ways
    assert found == pytest.approx(float(distance_km(*(np.array(x) for x in (*place[2:], *place[:2])))), rel=1e-9)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=12))
def test_a_burst_is_the_fullest_hour_round_a_visit(minutes: list[int]) -> None:
    start = dt.datetime.combine(dt.date(2026, 10, 5), dt.time(8))
    visits = pl.DataFrame({
        "case_id": [f"C{k:02d}" for k in range(len(minutes))],
        "visit": 1,
        "interviewer": "A",
        "at": [start + dt.timedelta(minutes=m) for m in minutes],
        "is_form": True,
    }).with_columns(latitude=None, longitude=None, accuracy_m=None)
    found = dict(visit_marks(visits).filter(sign="burst").select("case_id", "value").iter_rows())
    for k, mine in enumerate(minutes):
        hours = [sum(begin <= m <= begin + 60 for m in minutes) for begin in minutes if begin <= mine <= begin + 60]
        assert found.get(f"C{k:02d}", 1) == max(hours)
