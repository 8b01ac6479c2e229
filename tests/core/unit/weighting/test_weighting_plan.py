"""The whole way from sample to final weights on a small round."""

import datetime as dt

import msgspec
import polars as pl
import pytest

from sipas.tables import FRAME, SAMPLE, VISITS, WEIGHTS
from sipas.weighting import WEIGHTING_REPORT, Cap, Weighting, WeightingPlan, weigh

# 60 units in two strata; 10 of 20 and 10 of 40 drawn, 2 reserves each; agency a, b within p, c within q.
STRATA = {"p": (20, ["a", "b"]), "q": (40, ["c"])}


def frame() -> pl.DataFrame:
    rows = [
        (f"{s}{i:02}", None, None, "person" if i % 3 else "organisation", "08", None, agencies[i % len(agencies)],
         "province", "f", None, "2026-01")
        for s, (size, agencies) in STRATA.items()
        for i in range(size)
    ]  # fmt: skip
    return FRAME.check(pl.DataFrame(rows, schema={c.name: c.dtype for c in FRAME.columns}, orient="row"))


def sample() -> pl.DataFrame:
    rows = [
        (f"{s}{i:02}", f"{s.upper()}{i:02}", "official" if i < 10 else "reserve", s, i + 1 if i < 10 else i - 9, i,
         10 / size, size / 10, f"{s}{i:02}", size, 10)
        for s, (size, _) in STRATA.items()
        for i in range(12)
    ]  # fmt: skip
    return SAMPLE.check(pl.DataFrame(rows, schema={c.name: c.dtype for c in SAMPLE.columns}, orient="row"))


def visits(**replaced: str) -> pl.DataFrame:
    rows = [(c, 1, dt.date(2026, 9, 1), "paper", "2.11", None, by) for c, by in replaced.items()]
    return pl.DataFrame(rows, schema={c.name: c.dtype for c in VISITS.columns}, orient="row")


def statuses(default: str = "respondent", **other: str) -> pl.DataFrame:
    cases = sample().filter(role="official")["case_id"].to_list()
    known = dict.fromkeys(cases, default) | other
    return pl.DataFrame({"case_id": list(known), "status": list(known.values())})


def weighed(plan: WeightingPlan | None = None, replaced: dict[str, str] | None = None, **other: str) -> Weighting:
    return weigh(
        sample(), frame(), statuses(**other), plan or WeightingPlan(smallest_class=1), visits=visits(**(replaced or {}))
    )


def test_everyone_answered() -> None:
    result = weighed()
    assert WEIGHTS.check(result.weights).height == 20
    assert result.weights["final"].to_list() == [2.0] * 10 + [4.0] * 10
    assert WEIGHTING_REPORT.check(result.report)["step"].to_list() == ["base", "nonresponse", "calibrated", "final"]
    assert result.report["sum"].to_list() == [60.0] * 4
    assert result.report["deff"][3] == pytest.approx(1 + 1 / 9, rel=1e-12)


def test_a_refusal_is_carried_by_its_stratum() -> None:
    result = weighed(P00="nonrespondent", Q00="ineligible")
    weights = dict(result.weights.select("case_id", "final").iter_rows())
    assert weights["P01"] == pytest.approx(20 / 9, rel=1e-15)
    assert weights["Q01"] == 4.0
    assert result.report["n"].to_list() == [20, 18, 18, 18]


def test_a_replaced_case_stays_and_its_reserve_takes_nobodys_weight() -> None:
    result = weighed(None, {"P00": "P10"}, P00="nonrespondent", P10="respondent")
    weights = dict(result.weights.select("case_id", "base").iter_rows())
    assert weights["P10"] == weights["P01"] == pytest.approx(20 / 11, rel=1e-15)
    assert "P00" not in weights
    assert result.report["n"].to_list() == [21, 20, 20, 20]
    assert result.report["sum"].to_list() == pytest.approx([60.0] * 4, rel=1e-14)
    rates = dict(result.classes.select("class", "response_rate").iter_rows())
    assert rates == pytest.approx({"p": 10 / 11, "q": 1.0}, rel=1e-15)


def test_a_replaced_case_that_is_not_eligible_takes_its_weight_along() -> None:
    result = weighed(None, {"P00": "P10"}, P00="ineligible", P10="respondent")
    assert result.report["sum"].to_list() == pytest.approx([60.0, *[60 - 20 / 11] * 3], rel=1e-14)


def test_a_class_across_the_reserve_lists_corrects_for_who_does_not_answer() -> None:
    # two organisations (numbers that 3 divides) refuse and persons step in: the shares of the tried are what counts
    moves = {"Q00": "Q10", "Q03": "Q11"}
    plan = WeightingPlan(classes=("respondent_kind",), smallest_class=1)
    outcomes = {"Q00": "nonrespondent", "Q03": "nonrespondent", "Q10": "respondent", "Q11": "respondent"}
    kind = sample().select("case_id", "unit_id").join(frame(), on="unit_id").select("case_id", "respondent_kind")
    after = weighed(plan, moves, **outcomes).weights.join(kind, on="case_id")
    # 4 of the 10 tried in list p, of weight 2; 4 of the 12 in list q, of weight 10/3
    assert after.filter(respondent_kind="organisation")["nonresponse"].sum() == pytest.approx(8 + 40 / 3, rel=1e-14)
    assert after["nonresponse"].sum() == pytest.approx(60, rel=1e-14)


def test_a_replaced_case_that_answered_late_counts() -> None:
    result = weighed(None, {"P00": "P10"}, P10="respondent")
    assert {"P00", "P10"} <= set(result.weights["case_id"])
    assert result.unweighted.height == 0


def test_a_reserve_nobody_recorded_gets_no_weight() -> None:
    result = weighed(None, {}, Q10="respondent")
    assert result.unweighted.rows() == [("Q10", "weighting.reserve_not_recorded")]
    assert result.report["n"].to_list() == [20] * 4


def test_lists_drawn_by_size_are_marked_in_the_report() -> None:
    by_size = sample().with_columns(
        base_weight=pl.when(unit_id="p00").then(5.0).otherwise("base_weight"),
        probability=pl.when(unit_id="p00").then(0.2).otherwise("probability"),
    )
    settled = statuses(P01="nonrespondent", P10="respondent")
    plan = WeightingPlan(smallest_class=1)
    for moves, marked in ((visits(), 0), (visits(P01="P10"), 11)):
        report = weigh(by_size, frame(), settled, plan, visits=moves).report
        assert report["approximate"].to_list() == [marked, None, None, None]


@pytest.mark.parametrize("method", ["raking", "linear", "logit"])
def test_margins_of_the_frame_are_met(method: str) -> None:
    plan = msgspec.convert(
        {
            "smallest_class": 1,
            "margins": [["agency"], ["respondent_kind"]],
            "smallest_category": 1,
            "method": method,
            "bounds": [0.2, 5] if method == "logit" else None,
        },
        WeightingPlan,
    )
    result = weighed(plan, P01="nonrespondent", Q03="nonrespondent")
    assert result.margins.select("margin", "category", "target").rows() == [
        ("agency", "a", 10.0), ("agency", "b", 10.0), ("agency", "c", 40.0),
        ("respondent_kind", "organisation", 21.0), ("respondent_kind", "person", 39.0),
    ]  # fmt: skip
    assert result.margins["final"].to_list() == pytest.approx(result.margins["target"].to_list(), rel=1e-9)
    assert result.report["margin_error"].to_list()[2:] == pytest.approx([0, 0], abs=1e-9)
    assert result.report["margin_error"][1] > 0.01


def test_small_categories_of_a_margin_are_joined_and_told() -> None:
    plan = WeightingPlan(smallest_class=1, margins=(("agency",),), smallest_category=6)
    result = weighed(plan)
    assert result.margins["category"].to_list() == ["a…b", "c"]
    assert result.report.filter(step="calibrated")["collapsed"].item() == 1


def test_trimming_is_reported_with_what_it_does_to_the_margins() -> None:
    plan = WeightingPlan(smallest_class=1, margins=(("agency",),), smallest_category=1, cap=Cap("value", 3.5))
    result = weighed(plan)
    last = result.report.filter(step="final").row(0, named=True)
    assert (last["max"], last["capped"]) == (3.5, 10)
    assert last["sum"] == pytest.approx(60.0, rel=1e-12)
    assert last["margin_error"] == pytest.approx(0.25, rel=1e-9)  # a and b: 12.5 for 10


def test_the_same_input_gives_the_same_bytes_in_any_order() -> None:
    plan = WeightingPlan(smallest_class=1, margins=(("agency",), ("respondent_kind",)), smallest_category=1)
    other = statuses(P01="nonrespondent").reverse()
    first = weigh(sample(), frame(), statuses(P01="nonrespondent"), plan)
    second = weigh(sample().reverse(), frame().reverse(), other, plan)
    assert first.weights.equals(second.weights)
    assert first.report.equals(second.report)
    assert first.margins.equals(second.margins)
