"""Rounds that share units: what stays as it was, links, what is told, refusals."""

import numpy as np
import polars as pl
import pytest
from tests.core.unit.scoring.made_rounds import answers_of, at, scored

from sipas.errors import SipasError
from sipas.estimation import Design
from sipas.scoring import Overlap, Score, change

DESIGN = Design(weight="w", strata="unit", psu="p", nested=True)


def clusters(seed: int, *, first: int = 0, prefix: str = "p") -> Score:
    """20 clusters in each unit, numbered from ``first``; each has a level of its own that all rounds share."""
    random, level = np.random.default_rng(seed), np.random.default_rng(99).uniform(-0.3, 0.3, 40)
    rows = answers_of(seed)
    number = np.tile(np.repeat(np.arange(first, first + 20), 10), 4)
    share = np.clip(np.repeat([0.7, 0.6, 0.5, 0.4], 200) + level[number], 0, 1)
    answers = {name: np.where(random.random(share.size) < share, 4, 2) for name in ("a", "b", "c")}
    rows = rows.with_columns(pl.Series("p", [f"{prefix}{i}" for i in number]))
    return scored(rows.with_columns(pl.Series(name, values) for name, values in answers.items()), DESIGN)


def test_shared_clusters_make_a_change_surer() -> None:
    now, before = clusters(1), clusters(2)
    alone, together = change(now, before), change(now, before, overlap=Overlap())
    one, other = at(alone.score, "index"), at(together.score, "index")
    assert (other["change_se"] < 0.8 * one["change_se"]).all()
    assert ((other["change_high"] - other["change_low"]) < 0.8 * (one["change_high"] - one["change_low"])).all()
    same = ["percent", "previous", "change", "previous_rank"]
    assert one.select(same).equals(other.select(same))
    assert (alone.shared, alone.covariance) == (None, None)
    assert together.covariance["correlation"].is_between(-1, 1).all()
    assert (together.shared.shared, together.shared.drawn) == (80, 80)


def test_no_shared_unit_is_independent() -> None:
    now, before = clusters(1), clusters(2, first=20)
    together = change(now, before, overlap=Overlap())
    assert together.score.index.equals(change(now, before).score.index)
    assert (together.shared.shared, set(together.shared.strata["share"])) == (0, {0.0})


def test_one_shared_unit_in_a_stratum_is_counted_and_adds_nothing() -> None:
    now, before = clusters(1), clusters(2, first=19)
    together = change(now, before, overlap=Overlap())
    assert (together.shared.shared, together.shared.alone) == (4, 4)
    assert together.score.index.equals(change(now, before).score.index)


def test_a_link_tells_units_whose_codes_changed() -> None:
    now, before = clusters(1), clusters(2, prefix="old")
    units = [f"u{i}" for i in range(1, 5)]
    rows = [(unit, f"p{i}", unit, f"old{i}") for unit in units for i in range(25)]
    link = pl.DataFrame(rows, schema=["stratum", "psu", "previous_stratum", "previous_psu"], orient="row")
    linked = change(now, before, overlap=Overlap(link))
    same = change(now, clusters(2), overlap=Overlap())
    assert linked.score.index.equals(same.score.index)
    assert (linked.shared.links_unused, linked.shared.shared) == (20, 80)
    assert change(now, before, overlap=Overlap()).shared.shared == 0


def test_rules_agree_where_all_units_are_shared() -> None:
    now, before = clusters(1), clusters(2)
    one, other = (change(now, before, overlap=Overlap(rule=rule)) for rule in ("shared", "stacked"))
    for column in ("change_se", "change_low", "change_high"):
        assert one.score.index[column].to_list() == pytest.approx(other.score.index[column].to_list(), rel=1e-9)


def test_stacked_rows_are_less_sure_where_units_differ() -> None:
    now, before = clusters(1), clusters(2, first=10)
    one, other = (change(now, before, overlap=Overlap(rule=rule)) for rule in ("shared", "stacked"))
    whole = [at(result.score, "index", "all")["change_se"][0] for result in (one, other)]
    assert whole[0] < whole[1]
    assert other.shared.shared == 40


def test_units_at_100_in_both_rounds() -> None:
    rows = answers_of(1, {"u1": 1.0}).with_columns(pl.Series("p", np.repeat(np.arange(20), 10)))
    result = change(scored(rows, DESIGN), scored(rows, DESIGN), overlap=Overlap())
    row = at(result.score, "index").row(0, named=True)
    assert (row["change"], row["change_se"]) == (0.0, 0.0)
    assert row["change_low"] < -0.1
    assert row["change_high"] > 0.1
    assert set(result.covariance["correlation"]) == {0.0}


def test_refusals() -> None:
    now, before = clusters(1), clusters(2)
    link = pl.DataFrame({"stratum": ["u1"] * 2, "psu": ["p1"] * 2, "previous_stratum": ["u1"] * 2})
    twice = link.with_columns(previous_psu=pl.Series(["p1", "p2"]))
    by_rows = scored(answers_of(1))
    for code, first, overlap in (
        ("scoring.overlap_needs_psu", by_rows, Overlap()),
        ("scoring.link_columns", now, Overlap(link)),
        ("scoring.link_repeated", now, Overlap(twice)),
        ("scoring.method_unknown", now, Overlap(rule="other")),
    ):
        with pytest.raises(SipasError) as caught:
            change(first, before, overlap=overlap)
        assert caught.value.code == code
    with pytest.raises(SipasError) as caught:
        change(now, before, overlap=Overlap(twice))
    assert (caught.value.place.row, caught.value.place.column) == (2, "psu")
