"""Failed forms, agreement and the effect on the index, against slow twins and a jackknife."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import polars as pl
import pytest

from sipas.estimation import Design
from sipas.instrument import Edition, load
from sipas.instrument.model import Node
from sipas.scoring import Weighting, differences_by, effect_on_index, failure_rates, repeated_agreement

EDITION = load("sipas-2017")
ITEMS = list(dict.fromkeys(q.name for q in EDITION.items()))
Row = dict[str, Any]


def responses(count: int, seed: int) -> pl.DataFrame:
    chance = random.Random(seed)
    rows = []
    for n in range(count):
        happy = chance.random()
        answers = {q: (5 if chance.random() < happy else 2) if chance.random() < 0.95 else None for q in ITEMS}
        rows.append({"case_id": f"C{n:03d}", "stratum": "ABC"[n % 3], "weight": 1.0 + n % 4, **answers})
    types = {"case_id": pl.String, "stratum": pl.String, "weight": pl.Float64, **dict.fromkeys(ITEMS, pl.Int16)}
    return pl.DataFrame(rows, schema=types)


def index_of(rows: Sequence[Row], edition: Edition = EDITION) -> float:
    """The slow twin: the tree walked in plain Python."""
    value = _node(edition.index, rows, edition)
    assert value is not None
    return value


def _node(node: Node, rows: Sequence[Row], edition: Edition) -> float | None:
    if node.children and node.rule != "pooled_answers":
        values = [_node(child, rows, edition) for child in node.children]
        weights = node.weights or (1.0,) * len(values)
        there = [(w, v) for w, v in zip(weights, values, strict=True) if v is not None]
        return sum(w * v for w, v in there) / sum(w for w, _ in there) if there else None
    questions = _questions(node)
    told = [(r["weight"], r[q] in edition.top_box(q)) for r in rows for q in questions if r[q] is not None]
    return 100 * sum(w for w, ok in told if ok) / sum(w for w, _ in told) if told else None


def _questions(node: Node) -> list[str]:
    return [q for child in node.children for q in _questions(child)] if node.children else [str(node.question)]


def replaced(rows: Sequence[Row], failed: set[str]) -> list[Row]:
    whole: dict[str, float] = {}
    left: dict[str, float] = {}
    for row in rows:
        whole[row["stratum"]] = whole.get(row["stratum"], 0.0) + row["weight"]
        left[row["stratum"]] = left.get(row["stratum"], 0.0) + row["weight"] * (row["case_id"] not in failed)
    return [
        r | {"weight": r["weight"] * whole[r["stratum"]] / left[r["stratum"]]}
        for r in rows
        if r["case_id"] not in failed
    ]


def test_the_effect_equals_the_slow_twin_and_its_error_the_jackknife() -> None:
    rows = responses(90, seed=5)
    failed = {f"C{n:03d}" for n in (0, 7, 11, 30, 44, 61, 62)}
    plain = rows.to_dicts()
    made = effect_on_index(
        rows, EDITION, failed, design=Design(weight="weight", strata="stratum"), scope="found", cell="stratum"
    )
    table = {row["version"]: row for row in made.to_dicts()}
    kept = [r for r in plain if r["case_id"] not in failed]
    assert table["as_is"]["percent"] == pytest.approx(index_of(plain))
    assert table["dropped"]["percent"] == pytest.approx(index_of(kept))
    assert table["replaced"]["percent"] == pytest.approx(index_of(replaced(plain, failed)))
    assert (table["as_is"]["n"], table["dropped"]["n"], table["dropped"]["removed"]) == (90, 83, 7)

    def effects(some: list[Row]) -> tuple[float, float]:
        whole = index_of(some)
        return index_of([r for r in some if r["case_id"] not in failed]) - whole, index_of(
            replaced(some, failed)
        ) - whole

    whole = effects(plain)
    assert (table["dropped"]["effect"], table["replaced"]["effect"]) == pytest.approx(whole)
    variance = [0.0, 0.0]
    for stratum in "ABC":
        inside = [r for r in plain if r["stratum"] == stratum]
        n = len(inside)
        for gone in inside:
            grown = [
                r | {"weight": r["weight"] * n / (n - 1)} if r["stratum"] == stratum else r
                for r in plain
                if r is not gone
            ]
            for k, value in enumerate(effects(grown)):
                variance[k] += (n - 1) / n * (value - whole[k]) ** 2
    assert table["dropped"]["effect_se"] == pytest.approx(variance[0] ** 0.5, rel=0.1)
    assert table["replaced"]["effect_se"] == pytest.approx(variance[1] ** 0.5, rel=0.25)  # growth is held fixed
    alone = (table["as_is"]["se"] ** 2 + table["dropped"]["se"] ** 2) ** 0.5
    assert table["dropped"]["effect_se"] < alone / 2  # the versions share their responses


def test_nothing_failed_moves_nothing() -> None:
    made = effect_on_index(
        responses(40, seed=1),
        EDITION,
        set(),
        design=Design(weight="weight", strata="stratum"),
        scope="x",
        cell="stratum",
    )
    assert made.filter(pl.col("version") != "as_is")["effect"].to_list() == [0.0, 0.0]
    assert made.filter(pl.col("version") != "as_is")["effect_se"].to_list() == pytest.approx([0.0, 0.0], abs=1e-9)


def checked(count: int = 50) -> pl.DataFrame:
    chance = random.Random(2)
    rows = [
        {"case_id": f"C{n}", "verdict": chance.choice(["pass", "pass", "pass", "doubt", "fail", None]),
         "check_weight": 2.0 + n % 3, "check_stratum": "XY"[n % 2], "population": 100,
         "interviewer": None if n % 10 == 9 else "IJK"[n % 3], "q": n % 5 + 1, "q again": chance.choice([1, 2, 3, 4]),
         "pairs": 4, "differ": n % 4} for n in range(count)
    ]  # fmt: skip
    return pl.DataFrame(rows)


def test_rates_are_weighted_counts_of_the_verified() -> None:
    rows = checked()
    made = failure_rates(rows, Weighting(population="population"), ["interviewer"])
    for group in (None, "I", "J", "K"):
        some = [r for r in rows.to_dicts() if group is None or r["interviewer"] == group]
        known = [r for r in some if r["verdict"] is not None]
        row = made.filter(
            (pl.col("group") == (group or ""))
            & (pl.col("measure") == "fail")
            & (pl.col("group_kind") == ("interviewer" if group else "all"))
        ).to_dicts()[0]
        failed = [r for r in known if r["verdict"] == "fail"]
        weight = sum(r["check_weight"] for r in known)
        assert row["percent"] == pytest.approx(100 * sum(r["check_weight"] for r in failed) / weight)
        assert (row["drawn"], row["n"], row["count"]) == (len(some), len(known), len(failed))
        assert row["low"] < row["percent"] < row["high"]
        assert row["small"] == (len(known) < 30)
    missing = made.filter((pl.col("group_kind") == "all") & (pl.col("measure") == "not_verified")).to_dicts()[0]
    every = sum(r["check_weight"] for r in rows.to_dicts())
    gone = sum(r["check_weight"] for r in rows.to_dicts() if r["verdict"] is None)
    assert missing["percent"] == pytest.approx(100 * gone / every)


def test_no_failed_form_still_has_an_upper_end() -> None:
    rows = checked().with_columns(verdict=pl.lit("pass"))
    row = failure_rates(rows, Weighting()).filter(pl.col("measure") == "fail").to_dicts()[0]
    assert row["percent"] == 0
    assert 0 < row["high"] < 15


def test_a_list_checked_whole_has_no_sampling_error() -> None:
    rows = checked().with_columns(check_weight=pl.lit(1.0), population=pl.lit(25))
    row = (
        failure_rates(rows, Weighting(population="population"))
        .filter(pl.col("measure") == "not_verified")
        .to_dicts()[0]
    )
    assert row["se"] == pytest.approx(0.0, abs=1e-9)


def test_agreement_by_question_and_pooled_by_group_equal_counts_by_hand() -> None:
    rows = checked()
    found = repeated_agreement(rows, {"q": [1, 2, 3, 4, 5]}, Weighting()).items.to_dicts()[0]
    plain = rows.to_dicts()
    weight = sum(r["check_weight"] for r in plain)
    other = sum(r["check_weight"] for r in plain if r["q"] != r["q again"])
    assert found["gross_difference"] == pytest.approx(other / weight)
    first, second = (
        {k: sum(r["check_weight"] for r in plain if r[c] == k) / weight for k in range(1, 6)} for c in ("q", "q again")
    )
    by_chance = sum(first[k] * second[k] for k in first)
    assert found["kappa"] == pytest.approx((1 - other / weight - by_chance) / (1 - by_chance))
    assert found["inconsistency"] == pytest.approx(1 - found["kappa"])
    pooled = differences_by(rows, ["interviewer"], Weighting()).filter(pl.col("group") == "J").to_dicts()[0]
    some = [r for r in plain if r["interviewer"] == "J"]
    differ, pairs = (sum(r["check_weight"] * r[c] for r in some) for c in ("differ", "pairs"))
    assert pooled["percent"] == pytest.approx(100 * differ / pairs)
