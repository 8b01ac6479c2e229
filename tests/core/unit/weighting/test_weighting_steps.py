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
)


def sample(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["case_id", "role", "base_weight"], orient="row")


def visits(*rows: tuple[str, str | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"case_id": pl.String, "replaced_by": pl.String}, orient="row")


SAMPLE = sample(("A", "official", 2.0), ("B", "official", 3.0), ("R1", "reserve", 9.0), ("R2", "reserve", 9.0))


def margin(**totals: float) -> Margin:
    return Margin(("g",), pl.DataFrame({"g": list(totals), "total": list(totals.values())}))


def rows(*groups: str, weight: float = 1.0) -> pl.DataFrame:
    return pl.DataFrame({"g": list(groups), "nonresponse": [weight] * len(groups)})


def test_a_reserve_takes_the_weight_of_the_place_through_a_chain() -> None:
    held = base_weights(SAMPLE, visits(("A", None), ("A", "R1"), ("R1", "R2"), ("B", None)))
    assert held.to_dicts() == [
        {"case_id": "B", "place": "B", "base": 3.0},
        {"case_id": "R2", "place": "A", "base": 2.0},
    ]


def test_without_visits_the_official_sample_carries_its_weights() -> None:
    assert base_weights(SAMPLE)["case_id"].to_list() == ["A", "B"]


@pytest.mark.parametrize(
    ("moves", "code"),
    [
        ([("A", "ZZ")], "weighting.replacement_unknown"),
        ([("A", "B")], "weighting.replacement_unknown"),
        ([("A", "R1"), ("B", "R1")], "weighting.replacement_repeated"),
        ([("A", "R1"), ("A", "R2")], "weighting.replacement_repeated"),
    ],
)
def test_replacements_that_cannot_be(moves: list[tuple[str, str]], code: str) -> None:
    with pytest.raises(SipasError) as caught:
        base_weights(SAMPLE, visits(*moves))
    assert caught.value.code == code


def test_base_weight_must_be_positive() -> None:
    with pytest.raises(SipasError) as caught:
        base_weights(sample(("A", "official", 0.0)))
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
        "response_rate": 0.5,
    }


def test_nonresponse_without_classes_makes_one() -> None:
    adjusted = adjust_nonresponse(cases(("x", "respondent", 1.0), ("y", "nonrespondent", 1.0)), [], smallest=1)
    assert adjusted.weights["nonresponse"].to_list() == [2.0]


def test_a_status_must_be_known() -> None:
    with pytest.raises(SipasError) as caught:
        adjust_nonresponse(cases(("x", "done", 1.0)), ["k"])
    assert caught.value.code == "weighting.status"


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
