"""Steps of the weighting: small cases worked by hand, and every error."""

import math

import numpy as np
import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.weighting import (
    Cap,
    Distance,
    Margin,
    adjust_nonresponse,
    base_weights,
    calibrate,
    collapse_classes,
    kish_design_effect,
    rake,
    trim,
    weighted_rates,
)


def sample(*rows: tuple[str, str, str, float]) -> pl.DataFrame:
    drawn = pl.DataFrame(rows, schema=["case_id", "role", "stratum", "base_weight"], orient="row")
    return drawn.with_columns(probability=1.0 / pl.col("base_weight"))


def visits(*rows: tuple[str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"case_id": pl.String, "replaced_by": pl.String}, orient="row")


# List p: 2 of 6 drawn, list q: 1 of 4.
SAMPLE = sample(
    ("A", "official", "p", 3.0), ("B", "official", "p", 3.0), ("R1", "reserve", "p", 3.0), ("R2", "reserve", "p", 3.0),
    ("C", "official", "q", 4.0), ("S1", "reserve", "q", 4.0),
)  # fmt: skip


def margin(**totals: float) -> Margin:
    return Margin(("g",), pl.DataFrame({"g": list(totals), "total": list(totals.values())}))


def rows(*groups: str, weight: float = 1.0) -> pl.DataFrame:
    return pl.DataFrame({"g": list(groups), "nonresponse": [weight] * len(groups)})


def test_every_case_that_was_tried_stands_for_its_share_of_the_list() -> None:
    held = base_weights(SAMPLE, visits(("A", None), ("A", "R1"), ("R1", "R2"), ("B", None)))
    assert held.rows() == [
        ("A", "p", 4, 1.5, False), ("B", "p", 4, 1.5, False), ("C", "q", 1, 4.0, False),
        ("R1", "p", 4, 1.5, False), ("R2", "p", 4, 1.5, False),
    ]  # fmt: skip
    assert held["base"].sum() == 10.0


def test_without_visits_the_official_sample_carries_its_weights() -> None:
    assert base_weights(SAMPLE).select("case_id", "base").rows() == [("A", 3.0), ("B", 3.0), ("C", 4.0)]


def test_a_reserve_counts_where_it_was_visited_or_put_in_a_place_and_once() -> None:
    held = base_weights(SAMPLE, visits(("R1", None), ("R1", None), ("A", "R1"), ("B", "R1"), ("C", "S1")))
    assert held["case_id"].to_list() == ["A", "B", "C", "R1", "S1"]
    assert held["base"].to_list() == [2.0, 2.0, 2.0, 2.0, 2.0]


def test_a_reserve_counts_in_its_own_list() -> None:
    held = base_weights(SAMPLE, visits(("A", "S1")))
    assert dict(held.select("case_id", "base").iter_rows()) == {"A": 3.0, "B": 3.0, "C": 2.0, "S1": 2.0}


def test_in_several_stages_the_list_is_that_of_the_last() -> None:
    # villages v (π 1/2) and w (π 1/4); in each 1 of 4 households drawn
    rows = [
        ("A", "official", "v", 0.5), ("R1", "reserve", "v", 0.5),
        ("B", "official", "w", 0.25), ("R2", "reserve", "w", 0.25),
    ]  # fmt: skip
    drawn = pl.DataFrame(rows, schema=["case_id", "role", "psu", "stage_1_probability"], orient="row").with_columns(
        stratum=pl.lit("h"),
        stage_2_id=pl.col("case_id"),
        stage_2_stratum=pl.lit("all"),
        stage_2_probability=pl.lit(0.25),
        probability=pl.col("stage_1_probability") * 0.25,
        base_weight=4.0 / pl.col("stage_1_probability"),
    )
    held = base_weights(drawn, visits(("A", "R1")))
    assert held.select("case_id", "base").rows() == [("A", 4.0), ("B", 16.0), ("R1", 4.0)]
    assert held["list"].n_unique() == 2


def test_with_chances_by_size_a_case_keeps_its_own_chance_and_is_marked() -> None:
    drawn = sample(
        ("A", "official", "p", 10.0),
        ("B", "official", "p", 1.25),
        ("R1", "reserve", "p", 8.0),
        ("C", "official", "q", 2.0),
    )
    held = base_weights(drawn, visits(("A", "R1")))
    # times 2/3, but nobody stands for less than itself: 1.25 · 2/3 < 1
    assert held["base"].to_list() == pytest.approx([20 / 3, 1.0, 2.0, 16 / 3], rel=1e-15)
    assert held["approximate"].to_list() == [True, True, False, True]
    assert not base_weights(drawn)["approximate"].any()


def test_a_replacement_by_a_case_that_is_no_reserve() -> None:
    for by in ("ZZ", "B"):
        with pytest.raises(SipasError) as caught:
            base_weights(SAMPLE, visits(("A", by)))
        assert caught.value.code == "weighting.replacement_unknown"
        assert caught.value.got == [by]


def test_base_weight_must_be_positive() -> None:
    with pytest.raises(SipasError) as caught:
        base_weights(SAMPLE.with_columns(base_weight=pl.lit(0.0)))
    assert caught.value.code == "weighting.weight_not_positive"


def cases(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [(f"C{i}", *row) for i, row in enumerate(rows)],
        schema=["case_id", "k", "status", "base"],
        orient="row",
    )


def test_nonresponse_worked_by_hand() -> None:
    # known 2+2+2 = 6, unknown 3: all known ones times 1.5; eligible (2+2)·1.5 = 6 over respondents 2 → 3 each
    adjusted = adjust_nonresponse(
        cases(("x", "respondent", 2.0), ("x", "nonrespondent", 2.0), ("x", "ineligible", 2.0), ("x", "unknown", 3.0)),
        ["k"],
        smallest=1,
    )
    assert adjusted.weights["nonresponse"].to_list() == [6.0]
    assert adjusted.classes.row(0, named=True) == {
        "class": "x",
        "members": 1,
        "cases": 4,
        "respondents": 1,
        "unknown_factor": 1.5,
        "factor": 3.0,
        "response_rate": 1 / 3,  # RR4: 2 of the 4 eligible and of two thirds of the 3 unknown
    }


def test_nonresponse_without_classes_makes_one() -> None:
    adjusted = adjust_nonresponse(cases(("x", "respondent", 1.0), ("y", "nonrespondent", 1.0)), [], smallest=1)
    assert adjusted.weights["nonresponse"].to_list() == [2.0]


def test_a_status_must_be_known() -> None:
    with pytest.raises(SipasError) as caught:
        adjust_nonresponse(cases(("x", "done", 1.0)), ["k"])
    assert caught.value.code == "weighting.status"


GROUPS = ["I", "P", "R", "NC", "UH", "NE"]


def settled() -> tuple[pl.DataFrame, pl.DataFrame]:
    weights = [4.0, 1.0, 2.0, 1.0, 3.0, 2.0]
    table = pl.DataFrame({"case_id": list("ABCDEF"), "group": GROUPS, "kind": ["x", "x", "x", "y", "y", "y"]})
    return table, pl.DataFrame({"case_id": list("ABCDEF"), "base": weights})


def test_weighted_rates_by_hand() -> None:
    cases_, base = settled()
    row = weighted_rates(cases_, base).row(0, named=True)
    assert (row["cases"], row["weight"], row["e"]) == (6, 13.0, 0.8)  # eligible 8 of 10 known
    assert row["RR1"] == pytest.approx(4 / 11, rel=1e-15)
    assert row["RR4"] == pytest.approx(5 / (8 + 0.8 * 3), rel=1e-15)
    assert row["RR6"] == pytest.approx(5 / 8, rel=1e-15)


def test_weighted_rates_by_group_leave_out_what_was_not_tried() -> None:
    cases_, base = settled()
    rates = weighted_rates(cases_, base.filter(pl.col("case_id") != "C"), ["kind"])
    assert rates.select("kind", "cases", "RR5").rows() == [("x", 2, 0.8), ("y", 3, 0.0)]
    assert rates["e"].to_list() == [0.75, 0.75]


def counts(*rows: tuple[str, str, int]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=["a", "b", "respondents"], orient="row")
    return frame.with_columns(eligible_weight=pl.lit(1.0), respondent_weight=pl.lit(1.0))


def joined(*rows: tuple[str, str, int], smallest: int = 5) -> list[str]:
    return collapse_classes(counts(*rows), ["a", "b"], smallest=smallest)["class"].to_list()


def test_a_small_class_joins_the_neighbour_of_its_own_branch() -> None:
    assert joined(("p", "1", 9), ("p", "2", 1), ("q", "1", 5)) == ["p × 1…p × 2", "p × 1…p × 2", "q × 1"]


def test_between_two_of_its_branch_it_joins_the_one_with_fewer_respondents() -> None:
    assert joined(("p", "1", 9), ("p", "2", 1), ("p", "3", 6)) == ["p × 1", "p × 2…p × 3", "p × 2…p × 3"]


def test_a_branch_that_is_too_small_joins_the_next_branch() -> None:
    assert joined(("p", "1", 1), ("p", "2", 1), ("q", "1", 7)) == ["p × 1…q × 1"] * 3


def test_a_class_is_joined_for_its_factor() -> None:
    frame = counts(("p", "1", 9), ("p", "2", 9)).with_columns(eligible_weight=pl.Series([9.0, 1.0]))
    assert collapse_classes(frame, ["a", "b"], smallest=1, largest_factor=5.0)["class"].n_unique() == 1


def test_nobody_responded() -> None:
    with pytest.raises(SipasError) as caught:
        joined(("p", "1", 0), ("q", "1", 0))
    assert caught.value.code == "weighting.no_respondents"


@pytest.mark.parametrize(
    ("data", "margins", "code"),
    [
        (rows("a", "b"), [margin(a=1.0)], "weighting.margin_category_missing"),
        (rows("a"), [margin(a=1.0, b=1.0)], "weighting.margin_category_empty"),
        (rows("a", "b"), [margin(a=1.0, b=0.0)], "weighting.margin_total_not_positive"),
        (rows("a", "b"), [margin(a=1.0, b=1.0), margin(a=1.0, b=2.0)], "weighting.margins_disagree"),
        (rows("a", "b").with_columns(g=pl.Series(["a", None])), [margin(a=1.0)], "weighting.margin_value_missing"),
        (rows("a").rename({"g": "h"}), [margin(a=1.0)], "weighting.margin_column_missing"),
        (rows("a").with_columns(g=pl.lit(1)), [margin(a=1.0)], "weighting.margin_column_type"),
        (rows("a", weight=0.0), [margin(a=1.0)], "weighting.weight_not_positive"),
        (rows("a", weight=math.nan), [margin(a=1.0)], "weighting.weight_not_positive"),
    ],
)
def test_margins_that_cannot_be_met(data: pl.DataFrame, margins: list[Margin], code: str) -> None:
    for fit in (rake, lambda d, m: calibrate(d, m, distance=Distance("raking"))):
        with pytest.raises(SipasError) as caught:
            fit(data, margins)
        assert caught.value.code == code


def test_raking_that_contradicts_itself_says_how_far_it_came() -> None:
    data = pl.DataFrame({"g": ["a", "b"], "h": ["a", "b"], "nonresponse": [1.0, 1.0]})
    other = Margin(("h",), pl.DataFrame({"h": ["a", "b"], "total": [1.0, 3.0]}))
    with pytest.raises(SipasError) as caught:
        rake(data, [margin(a=3.0, b=1.0), other], most_rounds=20)
    assert caught.value.code == "weighting.not_converged"
    assert isinstance(caught.value.got, float)
    assert caught.value.got > 0.5


def test_bounds_too_tight_do_not_converge() -> None:
    with pytest.raises(SipasError) as caught:
        calibrate(rows("a", "b"), [margin(a=3.0, b=1.0)], distance=Distance("logit", 0.5, 2.0))
    assert caught.value.code == "weighting.not_converged"


@pytest.mark.parametrize(
    ("distance", "code"),
    [
        (Distance("logit"), "weighting.bounds"),
        (Distance("linear", 1.0, 2.0), "weighting.bounds"),
        (Distance("linear", math.nan, 2.0), "weighting.bounds"),
        (Distance("cubic"), "weighting.method"),  # type: ignore[arg-type]  # what a YAML file could hold
    ],
)
def test_distances_that_cannot_be(distance: Distance, code: str) -> None:
    with pytest.raises(SipasError) as caught:
        calibrate(rows("a"), [margin(a=1.0)], distance=distance)
    assert caught.value.code == code


def test_trimming_in_proportion_worked_by_hand() -> None:
    # 10 → 5; the 5 left over go to 1 and 4 as 1 : 4, giving 2 and 8; 8 → 5, the 3 left go to the first: 5
    trimmed = trim(np.array([1.0, 4.0, 10.0]), Cap("value", 5.0))
    assert trimmed.weights.tolist() == [5.0, 5.0, 5.0]
    assert (trimmed.capped, trimmed.passes) == (2, 2)


def test_nothing_above_the_cap_changes_nothing() -> None:
    trimmed = trim(np.array([1.0, 2.0]), Cap("median", 3.0))
    assert trimmed.weights.tolist() == [1.0, 2.0]
    assert trimmed.cap == math.inf


def test_potter_cap_holds_at_the_end() -> None:
    trimmed = trim(np.array([1.0] * 50 + [40.0]), Cap("potter", 4.0))
    assert trimmed.weights.max() <= math.sqrt(4.0 * float((trimmed.weights**2).mean())) * (1 + 1e-9)
    assert trimmed.weights.sum() == pytest.approx(90.0, rel=1e-12)


def test_a_cap_under_the_mean_is_refused() -> None:
    with pytest.raises(SipasError) as caught:
        trim(np.array([1.0, 3.0]), Cap("value", 1.5))
    assert caught.value.code == "weighting.cap_too_low"


def test_negative_weights_are_not_trimmed() -> None:
    with pytest.raises(SipasError) as caught:
        trim(np.array([-1.0, 3.0]), Cap("value", 2.0))
    assert caught.value.code == "weighting.weight_negative"


def test_kish_design_effect_by_hand() -> None:
    assert kish_design_effect(np.array([1.0, 3.0])) == pytest.approx(2 * 10 / 16, rel=1e-15)
    assert math.isnan(kish_design_effect(np.array([])))
