"""Pairwise sets, simulated joint intervals, differences and leaders on rounds: units at the edges, alone, too small."""

import time

import numpy as np
import polars as pl
import pytest
from tests.core.unit.scoring.made_rounds import SHARES, answers_of, at, scored

from sipas.errors import SipasError
from sipas.estimation import Design
from sipas.scoring import differences, leaders, rank, rank_sets, rank_sets_pairwise

CLOSE = {f"u{i:02}": 0.6 + 0.012 * i for i in range(20)}


def widths(table: pl.DataFrame) -> list[int]:
    return (table["rank_high"] - table["rank_low"]).to_list()


def test_stepwise_sets_are_no_wider_than_those_of_one_step_and_of_intervals() -> None:
    result = scored(answers_of(2, CLOSE))
    found = {m: widths(at(rank(result, "unit", ("index",), method=m), "index")) for m in ("intervals", "pairwise")}
    found["stepwise"] = widths(at(rank(result, "unit", ("index",), method="stepwise"), "index"))
    assert all(s <= p for s, p in zip(found["stepwise"], found["pairwise"], strict=True))
    assert sum(found["pairwise"]) < sum(found["intervals"])


def test_simulated_level_is_that_of_sidak_where_domains_are_independent() -> None:
    result = scored(answers_of(2, CLOSE))
    simulated = rank(result, "unit", ("index",), joint="simulated", draws=20_000)
    (how,) = simulated.rankings
    assert how.critical == pytest.approx(3.02, abs=0.04)  # normal deviate of (1 + 0.95^(1/20)) / 2: 3.0158
    sidak = at(rank(result, "unit", ("index",)), "index")
    assert sum(abs(a - b) for a, b in zip(widths(at(simulated, "index")), widths(sidak), strict=True)) <= 3


def test_simulated_level_is_lower_where_domains_share_their_clusters() -> None:
    random = np.random.default_rng(5)
    psu = np.repeat(np.arange(30), 40)
    share = np.repeat(random.uniform(0.2, 0.95, 30), 40)
    answers = {name: np.where(random.random(psu.size) < share, 4, 2) for name in ("a", "b", "c")}
    unit = np.tile([f"u{i}" for i in range(8)], psu.size // 8)
    rows = pl.DataFrame({"unit": unit, "w": np.ones(psu.size), "psu": psu, **answers})
    result = scored(rows, Design(weight="w", psu="psu"))
    (alone,) = rank(scored(rows), "unit", ("index",), joint="simulated").rankings
    (shared,) = rank(result, "unit", ("index",), joint="simulated").rankings
    assert shared.critical < alone.critical - 0.05
    table = differences(result, "unit", "index", [("u0", "u1")])
    (row,) = at(result, "index").filter(pl.col("domain").is_in(["u0", "u1"])).select(pl.col("se").pow(2).sum()).rows()
    assert table["se"][0] < row[0] ** 0.5


def test_the_record_of_the_ranking() -> None:
    result = rank(scored(answers_of(1)), "unit", ("index", "a"), method="stepwise", seed=7, minimum=2)
    how = result.rankings[0]
    assert (how.domain_kind, how.node, how.method, how.ranked, how.seed, how.draws) == (
        "unit",
        "index",
        "stepwise",
        4,
        7,
        5000,
    )
    again = rank(rank(result, "unit", ("a",)), "all", ("a",))
    assert [(one.domain_kind, one.node, one.method) for one in again.rankings] == [
        ("unit", "index", "stepwise"),
        ("unit", "a", "intervals"),
        ("all", "a", "intervals"),
    ]


def test_the_same_seed_gives_the_same_sets_and_another_may_not() -> None:
    random = np.random.default_rng(1)
    values, covariance = np.sort(random.normal(80, 2, 40)), np.diag(random.uniform(0.5, 2, 40))
    first, same, other = (rank_sets_pairwise(values, covariance, seed=seed) for seed in (1, 1, 2))
    assert first.critical == same.critical != other.critical
    assert np.array_equal(first.best, same.best)
    assert first.seed == 1


def test_two_units_one_unit_and_none() -> None:
    for values, best, worst in (([90.0, 10.0], [1, 2], [1, 2]), ([50.0, 50.5], [1, 1], [2, 2]), ([5.0], [1], [1])):
        sets = rank_sets_pairwise(np.array(values), np.eye(len(values)))
        assert (sets.best.tolist(), sets.worst.tolist()) == (best, worst)
    sets = rank_sets_pairwise(np.array([np.nan]), np.array([[np.nan]]))
    assert (sets.best.tolist(), sets.worst.tolist(), sets.ranked, sets.steps) == ([0], [0], 0, 0)
    assert rank_sets_pairwise(np.empty(0), np.empty((0, 0))).best.size == 0
    assert rank_sets_pairwise(np.empty(0), np.empty((0, 0)), marginal=True).critical == ()


def test_equal_values_keep_all_ranks_open_and_known_values_none() -> None:
    equal = rank_sets_pairwise(np.full(5, 80.0), np.eye(5))
    assert (set(equal.best), set(equal.worst)) == ({1}, {5})
    known = rank_sets_pairwise(np.array([80.0, 80.0, 70.0]), np.zeros((3, 3)))
    assert (known.best.tolist(), known.worst.tolist()) == ([1, 1, 3], [2, 2, 3])
    together = np.full((2, 2), 4.0)  # one error for both: their difference is known
    assert rank_sets_pairwise(np.array([80.0, 79.0]), together).worst.tolist() == [1, 2]


def test_few_degrees_of_freedom_widen_the_sets() -> None:
    values, covariance = np.array([80.0, 83.5]), np.eye(2)
    assert rank_sets_pairwise(values, covariance).best.tolist() == [2, 1]
    assert rank_sets_pairwise(values, covariance, df=np.array([1.0, 1.0])).best.tolist() == [1, 1]
    assert rank_sets_pairwise(values, covariance, df=np.full(2, 1e9)).best.tolist() == [2, 1]


def test_units_where_all_are_satisfied_are_not_certain() -> None:
    result = scored(answers_of(3, {"u1": 1.0, "u2": 1.0, "u3": 0.93, "u4": 0.2}, n=25))
    assert at(result, "index")["se"][0] == 0.0
    table = at(rank(result, "unit", method="stepwise"), "index")
    assert table["rank_low"].to_list()[:3] == [1, 1, 1]
    assert table["rank_high"].to_list() == [3, 3, 3, 4]
    found = differences(result, "unit", "index", [("u1", "u2"), ("u1", "u3"), ("u4", "u1")])
    assert found["verdict"].to_list() == ["undecided", "undecided", "below"]
    assert found["se"][0] > 0


def test_a_complete_count_is_compared_by_its_values() -> None:
    rows = answers_of(3, {"u1": 0.9, "u2": 0.9}, n=40).with_columns(pl.lit(40).alias("N"))
    result = scored(rows, Design(strata="unit", population="N"))
    table = differences(result, "unit", "index")
    assert table["se"].to_list() == [0.0]
    assert table["verdict"].to_list() == ["above"]
    assert at(rank(result, "unit", method="stepwise"), "index")["rank_high"].sort().to_list() == [1, 2]


def test_differences_of_all_pairs_and_of_those_asked() -> None:
    result = scored(answers_of(1))
    table = differences(result, "unit", "index")
    assert table.select("domain", "other").rows()[0] == ("u1", "u2")
    assert table.height == 6
    assert table.filter(pl.col("verdict") == "undecided").select("domain", "other").rows() == [("u2", "u3")]
    (asked,) = differences(result, "unit", "index", [("u4", "u1")]).rows(named=True)
    assert (asked["verdict"], asked["p"]) == ("below", asked["p_adjusted"])
    assert asked["low"] < asked["difference"] < asked["high"] < 0
    errors = at(result, "index").filter(pl.col("domain").is_in(["u1", "u4"]))["se"]
    assert asked["se"] == pytest.approx(np.hypot(errors[0], errors[1]))


def test_adjusting_makes_verdicts_rarer() -> None:
    result = scored(answers_of(2, CLOSE))
    verdicts = {
        adjust: differences(result, "unit", "index", adjust=adjust)["verdict"].eq("above").sum()
        for adjust in ("holm", "benjamini_hochberg", "none")
    }
    assert 0 < verdicts["holm"] < verdicts["benjamini_hochberg"] < verdicts["none"] < 190


def test_leaders() -> None:
    table = leaders(scored(answers_of(1)), "unit", "index", 2)
    assert table["domain"].to_list() == ["u1", "u2", "u3", "u4"]
    assert table["possible"].to_list() == [True, True, True, False]
    assert table["sure"].to_list() == [True, False, False, False]
    assert leaders(scored(answers_of(1)), "unit", "index", 9)["sure"].all()


def test_units_too_small_are_unknown() -> None:
    rows = pl.concat([answers_of(1, n=50), answers_of(2, {"u9": 0.99}, n=3)])
    result = scored(rows)
    table = differences(result, "unit", "index", [("u9", "u1"), ("u1", "u4")], minimum=10)
    assert table["verdict"].to_list() == ["unknown", "above"]
    assert table["p"].is_null().to_list() == [True, False]
    assert "u9" not in leaders(result, "unit", "index", minimum=10)["domain"]
    ranked = at(rank(result, "unit", method="stepwise", minimum=10), "index")
    assert ranked["rank"].is_null().to_list() == [False] * 4 + [True]


def test_sixty_three_provinces_take_less_than_a_second() -> None:
    random = np.random.default_rng(1)
    covariance = np.diag(random.uniform(0.5, 2, 63) ** 2) + 0.1
    values = random.normal(85, 3, 63)
    best = []
    for _ in range(3):
        start = time.perf_counter()
        rank_sets_pairwise(values, covariance)
        best.append(time.perf_counter() - start)
    assert min(best) < 1


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("scoring.draws_not_valid", {"draws": 50}),
        ("scoring.level_not_valid", {"level": 1.0}),
        ("scoring.unit_unknown", {"units": [2]}),
        ("scoring.unit_unknown", {"units": [-1]}),
        ("scoring.covariance_not_valid", {"covariance": np.eye(3)}),
        ("scoring.covariance_not_valid", {"covariance": np.array([[1.0, 0.5], [0.0, 1.0]])}),
        ("scoring.covariance_not_valid", {"covariance": np.diag([1.0, -1.0])}),
        ("scoring.covariance_not_valid", {"covariance": np.array([[1.0, np.nan], [np.nan, 1.0]])}),
    ],
)
def test_refusals_of_sets(code: str, wrong: dict[str, object]) -> None:
    with pytest.raises(SipasError) as caught:
        rank_sets_pairwise(**{"values": np.array([1.0, 2.0]), "covariance": np.eye(2), **wrong})
    assert (caught.value.code, caught.value.parameter) == (code, next(iter(wrong)))


def test_refusals_of_rounds() -> None:
    result = scored(answers_of(1, SHARES, n=20))
    calls = [
        ("scoring.method_unknown", lambda: rank(result, "unit", method="other")),
        ("scoring.method_unknown", lambda: rank(result, "unit", joint="other")),
        ("scoring.method_unknown", lambda: differences(result, "unit", "index", adjust="other")),
        ("scoring.domain_unknown", lambda: differences(result, "unit", "index", [("u1", "u8")])),
        ("scoring.pair_of_one", lambda: differences(result, "unit", "index", [("u1", "u1")])),
        ("scoring.count_not_valid", lambda: leaders(result, "unit", "index", 0)),
        ("scoring.node_unknown", lambda: leaders(result, "unit", "other")),
    ]
    for code, call in calls:
        with pytest.raises(SipasError) as caught:
            call()
        assert caught.value.code == code


def test_interval_sets_as_before() -> None:
    best, worst = rank_sets(np.array([8.0, 4.0]), np.array([9.0, 7.0]))
    assert (best.tolist(), worst.tolist()) == ([1, 2], [1, 2])


def test_a_covariance_that_no_estimates_have_is_refused() -> None:
    with pytest.raises(SipasError, match="covariance_not_valid"):
        rank_sets_pairwise(np.array([1.0, 2.0]), np.array([[1.0, 5.0], [5.0, 1.0]]))
