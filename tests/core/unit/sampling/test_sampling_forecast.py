"""What a design promises: compared with hand computations, all possible samples and the real draw."""

from itertools import combinations, product
from statistics import mean

import polars as pl
import pytest
from tests.core.unit.sampling.sampling_cases import SEED, THREE_STAGES, frame, one_stage

from sipas.errors import SipasError
from sipas.sampling import (
    Expectation,
    check_frame,
    columns_needed,
    count_frame,
    deviation_of_share,
    draw,
    forecast,
    margin_of_size,
    measures_needed,
    parse_design,
)

Z = 1.959963984540054


def counts(**sizes: int) -> pl.DataFrame:
    return pl.DataFrame({"agency": list(sizes), "count": list(sizes.values())})


def design(table: dict[str, int], **more: object) -> dict[str, object]:
    allocation = {"rule": "table", "sizes": table}
    return {"stages": [{"unit": "unit_id", "strata": ["agency"], "allocation": allocation}], **more}


def test_one_list_has_the_margin_of_its_size() -> None:
    made = forecast(counts(A=1000), parse_design(design({"A": 286})), Expectation(0.8, 0.9))
    assert made.units["margin"][0] == pytest.approx(margin_of_size(286, 1000, proportion=0.8, response=0.9))
    assert made.whole["margin"][0] == pytest.approx(made.units["margin"][0])
    assert made.units["weighting"][0] == pytest.approx(1)


def test_two_strata_by_hand() -> None:
    """R: survey 4.x, ``svydesign(~1, strata=~h, fpc=~N)`` has V = sum W^2 (1-f) s^2/n; planned with s^2 = pq N/(N-1).

    N = 1000, 200; n = 50, 40; p = 0.8:
    (1000/1200)^2 · 950/1000 · 0.16·1000/999/50 = 0.002113224…
    (200/1200)^2 · 160/200 · 0.16·200/199/40 = 0.0000893356…; root of the sum 0.0469315…, times 1.96 = 0.09198…
    Kish: 90 · (50·20² + 40·5²) / 1200² = 1.3125.
    """
    made = forecast(counts(A=1000, B=200), parse_design(design({"A": 50, "B": 40})), Expectation(0.8))
    assert made.whole["margin"][0] == pytest.approx(0.0919839, abs=1e-6)
    assert made.whole["weighting"][0] == pytest.approx(1.3125)
    assert made.whole["sample"][0] == 90
    assert made.whole["reserve"][0] == 90


def test_the_variance_is_that_of_all_possible_samples() -> None:
    """Every sample of two small strata, one by one."""
    first, second = [1, 1, 0, 0], [1, 1, 1, 0, 0, 0]  # share one half in both
    means = [(4 * mean(a) + 6 * mean(b)) / 10 for a, b in product(combinations(first, 2), combinations(second, 3))]
    exact = mean((m - 0.5) ** 2 for m in means)
    made = forecast(counts(A=4, B=6), parse_design(design({"A": 2, "B": 3})), Expectation(0.5))
    assert (made.whole["margin"][0] / Z) ** 2 == pytest.approx(exact)


def test_known_shares_of_units_are_used() -> None:
    given = Expectation(0.5, proportions={"A": 0.9})
    made = forecast(counts(A=1000, B=1000), parse_design(design({"A": 50, "B": 50})), given).units
    assert made["margin"].to_list() == pytest.approx([
        margin_of_size(50, 1000, proportion=0.9),
        margin_of_size(50, 1000, proportion=0.5),
    ])


def test_who_is_not_reached_is_said() -> None:
    made = forecast(counts(A=1000, B=200), parse_design(design({"A": 50, "B": 0})), Expectation(0.8))
    assert made.units["margin"].to_list() == [pytest.approx(margin_of_size(50, 1000, proportion=0.8)), None]
    assert made.whole["unreached"][0] == 200
    assert made.whole["margin"][0] == pytest.approx(made.units["margin"][0])


def test_a_census_that_everyone_answers_has_no_error() -> None:
    rule = {"unit": "unit_id", "strata": ["agency"], "size": {"rule": "all"}}
    made = forecast(counts(A=30, B=1), parse_design({"stages": [rule]}), Expectation(0.8))
    assert made.units["margin"].to_list() == [0, 0]
    assert made.units["reserve"].to_list() == [0, 0]


@pytest.mark.parametrize("method", ["srs", "systematic", "pareto"])
def test_one_stage_promises_what_the_draw_keeps(method: str) -> None:
    rows = frame()
    rules = parse_design(one_stage(method) | {"reserve": 0.5})
    by = ("agency",)
    made = forecast(count_frame(rows, columns_needed(rules, by), measures_needed(rules)), rules, Expectation(), by=by)
    drawn = draw(rows, rules, SEED).lists.sort("stratum")
    assert made.units["sample"].to_list() == drawn["sample"].to_list()
    assert made.units["reserve"].to_list() == drawn["reserve"].to_list()
    assert made.units["population"].to_list() == drawn["population"].to_list()


def test_three_stages_promise_the_draws_probabilities() -> None:
    rows, rules = frame(), parse_design(THREE_STAGES)
    made = forecast(count_frame(rows, columns_needed(rules, ("commune",))), rules, Expectation(), by=("commune",))
    promised = made.lists.with_columns(probability=pl.col("above") * pl.col("sample") / pl.col("population"))
    official = draw(rows, rules, SEED).sample.filter(pl.col("role") == "official").join(rows, on="unit_id")
    for weight, commune, village in official.select("base_weight", "commune", "village").iter_rows():
        path = f"{len(commune.encode())}:{commune}{len(village.encode())}:{village}"
        chance = promised.filter(pl.col("parent") == path)["probability"][0]
        assert 1 / weight == pytest.approx(chance)
    assert made.whole["sample"][0] == pytest.approx(made.units["sample"].sum())
    assert made.whole["sample"][0] == pytest.approx(6 * 2 * 4)


def test_clusters_widen_the_margin_as_kish_says() -> None:
    """10 communes of 100, 4 drawn, 25 in each: b = 25, deff = 1 + 24 · 0.05 = 2.2."""
    sizes = pl.DataFrame({"commune": [f"C{i}" for i in range(10)], "count": [100] * 10})
    stages = [
        {"unit": "commune", "size": {"rule": "fixed", "n": 4}},
        {"unit": "unit_id", "size": {"rule": "fixed", "n": 25}},
    ]
    rules = parse_design({"stages": stages})
    plain = forecast(sizes, rules, Expectation(0.8), by=("commune",)).whole
    clustered = forecast(sizes, rules, Expectation(0.8, similarity=0.05), by=("commune",)).whole
    assert clustered["clustering"][0] == pytest.approx(2.2)
    assert (clustered["margin"][0] / plain["margin"][0]) ** 2 == pytest.approx(2.2)
    assert plain["sample"][0] == pytest.approx(100)


def test_units_taken_for_certain_are_no_clusters() -> None:
    sizes = pl.DataFrame({"commune": ["C0", "C1"], "count": [100, 100]})
    stages = [{"unit": "commune", "size": {"rule": "all"}}, {"unit": "unit_id", "size": {"rule": "fixed", "n": 25}}]
    made = forecast(sizes, parse_design({"stages": stages}), Expectation(0.8, similarity=0.5), by=("commune",))
    assert made.whole["clustering"][0] == 1


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (Expectation(1.0), "proportion"),
        (Expectation(0.5, 0.0), "response"),
        (Expectation(0.5, similarity=2.0), "similarity"),
        (Expectation(0.5, proportions={"A": 0.0}), "A"),
    ],
)
def test_impossible_expectations_are_refused(given: Expectation, name: str) -> None:
    with pytest.raises(SipasError) as refused:
        forecast(counts(A=10), parse_design(design({"A": 5})), given)
    assert (refused.value.code, refused.value.parameter) == ("sampling.number_out_of_range", name)


def test_missing_columns_are_named() -> None:
    rules = parse_design(one_stage("systematic"))
    with pytest.raises(SipasError) as refused:
        check_frame(frame().drop("area").schema, rules)
    assert (refused.value.code, refused.value.parameter) == ("sampling.column_missing", "area")
    with pytest.raises(SipasError) as refused:
        forecast(counts(A=10), parse_design(design({"A": 5})), Expectation(), by=("field",))
    assert (refused.value.code, refused.value.parameter) == ("sampling.column_missing", "field")


def test_the_spread_of_a_share() -> None:
    assert deviation_of_share(0.8) == pytest.approx(0.4)
    with pytest.raises(SipasError):
        deviation_of_share(1.0)
