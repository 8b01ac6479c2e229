"""Ranks with their sets, change between rounds."""

import math
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation import Design, collapse
from sipas.instrument import Edition, load
from sipas.scoring import Score, change, measures_of, places, rank, rank_sets, score

EDITION = load(Path(__file__).parents[2] / "reference" / "data" / "scoring_edition.yaml")
SHARES = {"u1": 0.9, "u2": 0.7, "u3": 0.69, "u4": 0.3}


def round_of(seed: int, edition: Edition = EDITION, shares: dict[str, float] = SHARES, n: int = 200) -> Score:
    random = np.random.default_rng(seed)
    unit = np.repeat(sorted(shares), n)
    share = np.repeat([shares[u] for u in sorted(shares)], n)
    columns = {name: np.where(random.random(unit.size) < share, 4, 2) for name in ("a", "b", "c")}
    data = pl.DataFrame({"unit": unit, "w": random.uniform(1, 2, unit.size), **columns})
    design = Design(weight="w", strata="unit")
    return score(edition, collapse(data, design, measures_of(edition), (("unit",),)))


def at(result: Score, node: str, kind: str = "unit") -> pl.DataFrame:
    return result.index.filter(pl.col("domain_kind") == kind, pl.col("node") == node)


def test_places_and_sets() -> None:
    assert places(np.array([3.0, 9.0, 3.0, 1.0])).tolist() == [2, 1, 2, 4]
    best, worst = rank_sets(np.array([8.0, 4.0, 3.0, 0.0]), np.array([9.0, 7.0, 6.0, 3.5]))
    assert best.tolist() == [1, 2, 2, 3]
    assert worst.tolist() == [1, 3, 4, 4]


def test_ranks_are_joint() -> None:
    table = at(rank(round_of(1), "unit"), "index")
    assert table["rank"][0] == 1
    assert (table["rank_low"].to_list(), table["rank_high"].to_list()) == ([1, 2, 2, 4], [1, 3, 3, 4])
    assert set(table["ranked"]) == {4}


def test_joint_intervals_are_wider_than_single_ones() -> None:
    close = {f"u{i:02}": 0.6 + 0.012 * i for i in range(20)}
    result = round_of(2, shares=close)
    sidak, bonferroni = (at(rank(result, "unit", joint=joint), "index") for joint in ("sidak", "bonferroni"))
    single = at(result, "index")
    _, worst = rank_sets(single["low"].to_numpy(), single["high"].to_numpy())
    assert (sidak["rank_high"].to_numpy() >= worst).all()
    assert (sidak["rank_high"].to_numpy() > worst).any()
    assert (bonferroni["rank_high"] >= sidak["rank_high"]).all()


def test_small_units_are_not_ranked_and_stay_in_the_table() -> None:
    result = round_of(1)
    small = rank(result, "unit", ("index",), minimum=201)
    assert at(small, "index")["rank"].null_count() == 4
    assert set(at(small, "index")["ranked"]) == {0}
    assert small.index.drop("rank", "ranked", "rank_low", "rank_high").equals(
        result.index.drop("rank", "ranked", "rank_low", "rank_high")
    )


def test_change_of_independent_rounds() -> None:
    now, before = rank(round_of(1), "unit"), round_of(2)
    result = change(now, before)
    assert (result.items, result.left_out, result.reason) == (("a", "b", "c"), (), None)
    for node in ("index", "ab", "c"):
        new, old, got = at(now, node), at(before, node), at(result.score, node)
        assert got["previous"].to_list() == pytest.approx(old["percent"].to_list(), rel=1e-12)
        assert got["change"].to_list() == pytest.approx((new["percent"] - old["percent"]).to_list(), abs=1e-10)
        errors = [math.hypot(a, b) for a, b in zip(new["se"], old["se"], strict=True)]
        assert got["change_se"].to_list() == pytest.approx(errors, rel=1e-9)
        for i in range(4):
            half = [new["percent"][i] - new["low"][i], old["high"][i] - old["percent"][i]]
            assert got["change"][i] - got["change_low"][i] == pytest.approx(math.hypot(*half), rel=1e-9)
            half = [new["high"][i] - new["percent"][i], old["percent"][i] - old["low"][i]]
            assert got["change_high"][i] - got["change"][i] == pytest.approx(math.hypot(*half), rel=1e-9)
        assert at(result.score, node, "all")["previous_rank"].to_list() == [None]
        assert got["previous_rank"].to_list() == places(old["percent"].to_numpy()).tolist()


def test_change_uses_comparable_items_in_both_rounds() -> None:
    now, before = rank(round_of(1), "unit"), round_of(2)
    result = change(now, before, ("a", "c"))
    assert result.left_out == ("b",)
    got = at(result.score, "index")
    old = (at(before, "a")["percent"] + at(before, "c")["percent"]) / 2
    new = (at(now, "a")["percent"] + at(now, "c")["percent"]) / 2
    assert got["previous"].to_list() == pytest.approx(old.to_list(), rel=1e-12)
    assert got["change"].to_list() == pytest.approx((new - old).to_list(), abs=1e-10)
    assert got["percent"].to_list() == at(now, "index")["percent"].to_list()
    assert got["previous_rank"].null_count() == 4
    assert at(result.score, "a")["previous_rank"].to_list() == places(at(before, "a")["percent"].to_numpy()).tolist()
    assert at(result.score, "b")["change"].null_count() == 4


def test_change_knows_units_of_one_round_only() -> None:
    now, before = rank(round_of(1), "unit"), round_of(2, shares={"u2": 0.7, "u3": 0.8, "u9": 0.99})
    got = at(change(now, before).score, "index")
    assert got["change"].is_null().to_list() == [True, False, False, True]
    assert got["previous_rank"].null_count() == 4


def test_no_change_of_place_where_the_rounds_rank_different_units() -> None:
    now, before = rank(round_of(1), "unit"), round_of(2, n=100)
    assert at(change(now, before, minimum=100).score, "index")["previous_rank"].null_count() == 0
    assert at(change(now, before, minimum=101).score, "index")["previous_rank"].null_count() == 4


def test_change_at_the_edge_is_not_certain() -> None:
    now, before = (round_of(seed, shares={"u1": 1.0, "u2": 0.0}) for seed in (1, 2))
    got = at(change(now, before).score, "index")
    assert got["change"].to_list() == [0.0, 0.0]
    assert got["change_se"].to_list() == [0.0, 0.0]
    low, high = at(before, "index")["low"][0], at(now, "index")["low"][0]
    assert (got["change_low"][0], got["change_high"][0]) == (pytest.approx(high - 100), pytest.approx(100 - low))


def test_units_at_100_tie() -> None:
    random = np.random.default_rng(7)
    many = [f"u{i:02}" for i in range(40)]
    unit = np.repeat(many, 9)
    answers = {name: np.full(unit.size, 4) for name in ("a", "b", "c")}
    data = pl.DataFrame({"unit": unit, "w": random.uniform(0.1, 9, unit.size), **answers})
    moments = collapse(data, Design(weight="w", strata="unit"), measures_of(EDITION), (("unit",),))
    table = rank(score(EDITION, moments), "unit").index.filter(pl.col("domain_kind") == "unit")
    assert set(table["percent"]) == {100.0}
    assert set(table["se"]) == {0.0}
    assert set(table["rank"]) == {1}
    assert set(table["rank_low"]) == {1}
    assert set(table["rank_high"]) == {40}
    assert table["low"].max() < 90


def test_no_change_across_series_and_none_without_items() -> None:
    other = msgspec.structs.replace(EDITION, series="other")
    now, before = round_of(1), round_of(2, edition=other)
    result = change(now, before)
    assert (result.reason, result.left_out) == ("scoring.series_differ", ("a", "b", "c"))
    assert result.score.index["change"].null_count() == now.index.height
    assert change(now, round_of(2), ()).reason == "scoring.no_comparable_items"


def test_refusals() -> None:
    result = round_of(1)
    with pytest.raises(SipasError, match=r"scoring\.kind_unknown"):
        rank(result, "no")
    with pytest.raises(SipasError, match=r"scoring\.node_unknown"):
        rank(result, "unit", ("no",))
    with pytest.raises(SipasError, match=r"scoring\.minimum_not_valid"):
        rank(result, "unit", minimum=0)
    with pytest.raises(SipasError, match=r"scoring\.level_not_valid"):
        rank(result, "unit", level=1)
    with pytest.raises(SipasError, match=r"scoring\.item_unknown"):
        change(result, round_of(2), ("no",))
    with pytest.raises(SipasError, match=r"scoring\.kind_unknown"):
        change(result, round_of(2), domain_kinds=("no",))


def test_covariance_between_units_of_their_own_strata_is_left_out() -> None:
    table = round_of(1).covariance
    assert table.filter(pl.col("domain") != pl.col("other_domain")).height == 0
    nodes = len(EDITION.nodes())
    assert table.filter(pl.col("domain") == "u1").height == nodes * (nodes + 1) // 2


def test_all_satisfied_stays_within_0_and_100() -> None:
    result = rank(round_of(1, shares={"u1": 1.0, "u2": 0.0}), "unit")
    table = at(result, "index")
    assert table["percent"].to_list() == [100.0, 0.0]
    assert (table["high"][0], table["low"][1]) == (100.0, 0.0)
    assert 95 < table["low"][0] < 100
    assert table["rank_high"].to_list() == [1, 2]


def test_parts_at_both_edges_leave_the_mean_uncertain() -> None:
    n = 20
    data = pl.DataFrame({"a": [4] * n, "b": [4] * n, "c": [1] * n, "N": [200] * n})
    design = Design(population="N")
    row = score(EDITION, collapse(data, design, measures_of(EDITION))).index.filter(node="index").row(0, named=True)
    assert (row["percent"], row["se"]) == (50.0, 0.0)
    assert 20 < row["low"] < 30
    assert 70 < row["high"] < 80


def test_a_complete_count_is_certain() -> None:
    data = pl.DataFrame({"a": [4] * 20, "b": [4, 1] * 10, "c": [1] * 20, "N": [20] * 20})
    index = score(EDITION, collapse(data, Design(population="N"), measures_of(EDITION))).index
    for end in ("low", "high"):
        assert index[end].to_list() == pytest.approx(index["percent"].to_list(), abs=1e-9)
