"""Points of forms and interviewers: what adds up, what is capped, what is found of planted fabrications."""

from __future__ import annotations

import datetime as dt
import importlib
import random
from statistics import NormalDist
from typing import Any

import numpy as np
import polars as pl
import pytest
from quality_form import FORM, ITEMS, answers

from sipas.errors import SipasError
from sipas.quality import FAMILIES, decided_flags, form_signs, read_suspicion_points, suspicion_points, suspicions
from sipas.quality.normal_scores import excesses, normal_scores
from sipas.quality.suspicion import TOLD, VALUES, Suspicions
from sipas.simulation import WAYS, Way, honest_round, load_profile, people_who_answer, plant

SIGNS = [sign for members in FAMILIES.values() for sign in members]
TEXTS = {"case_id", "interviewer", "same_as_own_partner", "same_as_any_partner", "speed_partner"}
WHOLE = {"same_as_own_same", "same_as_own_common", "same_as_any_same", "same_as_any_common", "straight_run"}


def signs(number: int, interviewers: int = 4, **given: dict[int, float]) -> pl.DataFrame:
    """Forms without any sign, but for those given: sign -> form -> size."""
    names = [*SIGNS, *VALUES.values(), *{c for told in TOLD.values() for c in told if c}, "interviewer", "day"]
    rows = []
    for k in range(number):
        row: dict[str, Any] = dict.fromkeys(names)
        row |= {"case_id": f"C{k:03d}", "interviewer": f"I{k % interviewers}", "day": dt.date(2026, 10, 1)}
        rows.append(row | {sign: sizes[k] for sign, sizes in given.items() if k in sizes})
    schema: dict[str, Any] = {n: pl.String if n in TEXTS else pl.Float64 for n in [*names, "case_id"]}
    return pl.DataFrame(rows, schema=schema | {"day": pl.Date})


def points_of(made: Suspicions, form: int) -> int:
    return int(made.forms.filter(case_id=f"C{form:03d}")["points"][0])


def test_no_sign_no_points() -> None:
    made = suspicions(signs(40))
    assert made.forms["points"].to_list() == [0] * 40
    assert made.reasons.height == 0
    assert made.interviewer_scores["points"].to_list() == [0] * 4
    assert suspicions(signs(0)).forms.height == 0


def test_points_of_families_add_up_and_of_one_family_the_heaviest_counts() -> None:
    coefficients = suspicion_points()
    own, any_, pace = (coefficients.signs[s] for s in ("same_as_own", "same_as_any", "pace"))
    made = suspicions(signs(60, same_as_own={3: 4.5}, same_as_any={3: 2.5}, pace={3: 2.8}))
    expected = own.points[own.at_least.index(4.0)] + pace.points[pace.at_least.index(2.7)]
    assert points_of(made, 3) == expected
    told = made.reasons.filter(case_id="C003")
    assert told["sign"].to_list() == ["same_as_own", "pace"]
    assert told["points"].sum() == expected
    assert any_.points[any_.at_least.index(2.5)] < own.points[own.at_least.index(4.0)]


def test_other_forms_of_the_interviewer_weigh_and_are_counted_without_the_form_itself() -> None:
    many = dict.fromkeys(range(0, 40, 4), 1.0)  # ten of the forty forms of I0
    made = suspicions(signs(160, straight=many))
    alone = suspicions(signs(160, straight={0: 1.0}))
    assert points_of(alone, 0) == suspicion_points().signs["straight"].points[-1]
    assert points_of(made, 0) > points_of(alone, 0) + 10
    row = made.reasons.filter(case_id="C000").row(0, named=True)
    assert (row["others_with"], row["others"], row["elsewhere"]) == (9, 39, 0.0)
    assert row["points"] == row["own_points"] + row["others_points"]
    assert points_of(made, 80) == 0  # a form of I0 without the sign
    person = made.interviewers.filter(interviewer="I0", family="straight").row(0, named=True)
    assert (person["forms"], person["shown"]) == (40, 10)


def test_one_evening_is_one_happening() -> None:
    """Five forms written down in one evening do not prove each other; the same on three evenings does."""
    evening = dict.fromkeys((0, 4, 8, 12, 16), 22.0)
    table = signs(160, night=evening).with_columns(
        day=pl.date(2026, 10, 1) + pl.duration(days=pl.int_range(pl.len()) // 20)
    )
    made = suspicions(table)
    assert made.reasons["others_with"].to_list() == [0] * 5
    spread = suspicions(signs(160, night=dict.fromkeys((0, 24, 44, 64), 22.0)).with_columns(day=table["day"]))
    assert set(spread.reasons["others_with"]) == {3}
    assert points_of(spread, 0) > points_of(made, 0)


def test_what_most_forms_show_tells_nothing() -> None:
    everywhere = suspicions(signs(80, burst=dict.fromkeys(range(80), 9.0)))
    assert everywhere.forms["points"].to_list() == [0] * 80
    fifth = suspicions(signs(80, burst=dict.fromkeys(range(0, 80, 5), 9.0)))
    assert points_of(fifth, 0) <= 7  # -10 log10 of a fifth


def test_forms_that_nobody_carried_get_own_points_alone() -> None:
    table = signs(60, pace=dict.fromkeys(range(5), 6.0)).with_columns(interviewer=pl.lit(None, pl.String))
    made = suspicions(table)
    assert points_of(made, 0) == suspicion_points().signs["pace"].points[-1]
    assert made.interviewer_scores.height == 0
    assert made.reasons["others"].null_count() == 5


@pytest.mark.parametrize("sign", SIGNS)
def test_a_larger_sign_never_gives_fewer_points(sign: str) -> None:
    steps = suspicion_points().signs[sign]
    assert list(steps.points) == sorted(steps.points)
    before = 0
    for size in steps.at_least:
        now = points_of(suspicions(signs(60, **{sign: {7: size}})), 7)
        assert now >= before
        before = now


NO_SIGNS = (
    "made: 2026-01-01\nhow: x\nsigns: {}\nshown: {}\nothers: {at_least: [1], points: [1]}\nalike: 0\nflag_form: 1\n"
)


@pytest.mark.parametrize("text", ["made: 1", "[]", f"{NO_SIGNS}flag_interviewer: 1"])
def test_coefficients_at_fault_are_refused(text: str) -> None:
    with pytest.raises(SipasError) as error:
        read_suspicion_points(text.encode())
    assert error.value.code == "quality.points_unreadable"


def records(table: pl.DataFrame, **values: Any) -> pl.DataFrame:
    empty = {"interviewer": "I", "moment": dt.date(2026, 10, 1), "seconds": None, "mode": "paper"}
    return table.with_columns(pl.lit(v).alias(k) for k, v in (empty | values).items())


def test_signs_of_a_form_are_counted_by_hand() -> None:
    rows: list[list[int | None]] = [[4, 5] * 11 for _ in range(36)]
    rows += [[3] * 22, [4] * 20 + [None, None], [5] * 20 + [None, None], [4, 5] * 10 + [None, 5]]
    table = records(answers(*rows)).with_columns(case_id=pl.int_range(40).cast(pl.String))
    found = form_signs(table, FORM)
    assert found["straight"][36] == 1.0
    assert (found["straight_run"][36], found["straight_items"][36], found["straight_usual"][36]) == (22, 22, 11)
    assert found["gaps"].to_list()[36:] == [None, 2, 2, None]  # one gap is no pattern
    assert found["missing_share"][37] == pytest.approx(2 / 22)
    assert found["same_as_own"].null_count() == 0
    assert found["pace"].null_count() == 40
    assert found["night"].null_count() == 40
    assert found["same_as_own_same"][0] == found["same_as_own_common"][0] >= 21


def test_a_copy_is_later_than_its_original() -> None:
    chance = random.Random(3)
    rows = [[chance.randint(1, 5) for _ in ITEMS] for _ in range(40)]
    rows[39] = rows[2]
    table = records(answers(*rows)).with_columns(
        case_id=pl.int_range(40).cast(pl.String), moment=pl.datetime(2026, 10, 1) + pl.duration(days=pl.int_range(40))
    )
    found = form_signs(table, FORM)
    assert found["same_as_own_partner"][39] == "2"
    assert found["same_as_own"][39] > 6 > 3 > found["same_as_own"][2]
    with pytest.raises(SipasError) as error:
        form_signs(table.drop("moment"), FORM)
    assert error.value.code == "quality.form_column_missing"


def test_in_a_large_round_forms_are_compared_within_their_place(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(4)
    rows = [[chance.randint(1, 5) for _ in ITEMS] for _ in range(40)]
    rows[38], rows[39] = rows[0], rows[1]
    table = records(answers(*rows)).with_columns(
        case_id=pl.int_range(40).cast(pl.String),
        interviewer=pl.int_range(40).cast(pl.String),
        place=pl.when(pl.int_range(40) % 3 == 0).then(pl.lit("x")).otherwise(pl.lit("y")),
    )
    assert form_signs(table, FORM)["same_as_any_partner"].to_list()[38:] == ["0", "1"]
    monkeypatch.setattr(importlib.import_module("sipas.quality.form_signs"), "MOST_TOGETHER", 39)
    within = form_signs(table, FORM)["same_as_any_partner"].to_list()
    assert within[38] != "0"  # x and y
    assert within[39] != "1"  # x and y
    assert all((int(w) % 3 == 0) == (k % 3 == 0) for k, w in enumerate(within))


@pytest.fixture(scope="module")
def honest() -> pl.DataFrame:
    profile = load_profile("transactions")
    people = people_who_answer(FORM, profile, province="08", seed=77)
    return honest_round(people, FORM, profile, forms=480, interviewers=20, seed=78)


@pytest.mark.parametrize("way", WAYS)
def test_each_way_of_cheating_is_found_and_honest_forms_are_mostly_left_alone(honest: pl.DataFrame, way: Way) -> None:
    """Rough bounds for one round; the rates with their intervals are measured by scripts/fabrication_rates.py."""
    planted = plant(honest, FORM, ways=[way], of_own=(0.6, 0.9), seed=5)
    rows = planted.forms.with_columns(moment="at", mode=pl.lit("face_to_face"))
    visits = rows.select(
        "case_id", "interviewer", "at", "latitude", "longitude", visit=1, is_form=True, accuracy_m=15.0
    )
    made = suspicions(form_signs(rows, FORM, visits))
    told = made.forms.hstack([planted.truth["way"]])
    assert 15 <= told["way"].count() <= 36
    assert told.filter(way=way)["flagged"].mean() > 0.6
    assert told.filter(pl.col("way").is_null())["flagged"].mean() < 0.04


def test_planting_changes_the_chosen_forms_alone_and_the_same_seed_gives_the_same(honest: pl.DataFrame) -> None:
    one, again = (plant(honest, FORM, seed=9) for _ in range(2))
    assert one.forms.equals(again.forms)
    left = one.truth["way"].is_null()
    assert one.forms.filter(left).equals(honest.filter(left))
    assert one.forms.schema == honest.schema
    assert 0.03 < one.truth["way"].count() / honest.height < 0.08


def test_decisions_of_the_field_are_taken_as_flags_and_strange_ones_refused() -> None:
    sample = pl.DataFrame({"case_id": ["A", "B"]})
    rows = pl.DataFrame({"case_id": ["B", "A"], "flag": ["quality.decided_confirmed", "quality.suspicion"],
                         "value": [20.0, 17.0]})  # fmt: skip
    assert decided_flags(rows, sample)["case_id"].to_list() == ["A", "B"]
    with pytest.raises(SipasError) as error:
        decided_flags(rows.with_columns(flag=pl.lit("quality.flag_twin")), sample)
    assert error.value.code == "quality.decided_flag_unknown"
    with pytest.raises(SipasError) as error:
        decided_flags(rows, sample.head(1))
    assert error.value.code == "quality.case_unknown"


def test_whose_forms_are_mostly_flagged_is_looked_at_too() -> None:
    """One evening of invented forms counts as one day, and gives the interviewer no points of its own."""
    evening = dict.fromkeys(range(0, 24, 4), 8.0)  # six of the eight forms of I0
    made = suspicions(signs(32, burst=evening))
    assert made.forms.filter("flagged")["case_id"].to_list() == [f"C{k:03d}" for k in evening]
    scores = made.interviewer_scores
    assert scores.filter(interviewer="I0").row(0, named=True)["points"] < suspicion_points().flag_interviewer
    assert scores.filter("flagged")["interviewer"].to_list() == ["I0"]
    half = suspicions(signs(32, burst=dict.fromkeys(range(0, 16, 4), 8.0)))
    assert half.interviewer_scores.filter("flagged").height == 0  # four of eight


def test_many_forms_somewhat_high_weigh_though_few_are_high_enough_to_count() -> None:
    """Others' forms go up to 0.5; those of I0 lie just below the size that counts, so counting alone sees nothing."""
    sizes = {k: (1.39 if k % 4 == 0 else k / 320) for k in range(160)} | {0: 1.5}
    assert suspicion_points().shown["scattered"] == 1.4
    high = suspicions(signs(160, scattered=sizes))
    alone = suspicions(signs(160, scattered={k: k / 320 for k in range(160)} | {0: 1.5}))
    row = high.reasons.filter(case_id="C000").row(0, named=True)
    assert (row["others_with"], row["others"]) == (0, 39)
    assert row["others_points"] >= 15
    assert alone.reasons.filter(case_id="C000")["others_points"].to_list() == [0]


@pytest.mark.parametrize("values", [[], [3.0], [4.0, 4.0, 4.0], [1.0, 4.0, 4.0, 5.0, float("nan")]])
def test_normal_scores_are_means_of_parts_of_a_normal_population(values: list[float]) -> None:
    """Against a slow twin: each value is the mean of the ranks' slices of a large population."""
    known = sorted(v for v in values if v == v)
    size = 30_000
    population = [NormalDist().inv_cdf((k + 0.5) / size) for k in range(size)]
    made = normal_scores(np.array(values))
    for value, score in zip(values, made, strict=True):
        if value != value:
            assert np.isnan(score)
            continue
        first, last = known.index(value), len(known) - known[::-1].index(value)
        part = population[first * size // len(known) : last * size // len(known)]
        assert score == pytest.approx(sum(part) / len(part), abs=1e-3)


def test_excesses_say_nothing_below_the_middle_and_keep_ties() -> None:
    made = excesses(np.array([float("nan"), 1.0, 2.0, 2.0, 9.0]))
    assert made[0] == made[1] == 0.0
    assert 0.0 < made[2] == made[3] < made[4]
    assert excesses(np.array([])).size == 0
    assert set(excesses(np.full(5, np.nan))) == {0.0}
