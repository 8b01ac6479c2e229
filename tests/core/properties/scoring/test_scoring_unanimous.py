"""Where all are satisfied, or none, a value is 100 or 0 to the last bit, whatever the weights; changes from there.

The twin decides by counts of answers, never by sums of weights.
"""

import math
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.estimation import Design, Moments, collapse, difference_interval, estimate
from sipas.instrument import Edition, load
from sipas.instrument.model import Node
from sipas.scoring import change, measures_of, rank, score

EDITION = load(Path(__file__).parents[2] / "reference" / "data" / "scoring_edition.yaml")
ITEMS = ("a", "b", "c")
RULES = (
    {"rule": "mean_of_children", "weights": ()},
    {"rule": "fixed_weights", "weights": (0.7, 0.3)},
    {"rule": "pooled_answers", "weights": ()},
)
patterns = st.fixed_dictionaries({name: st.sampled_from(["all", "all", "none", "mixed", "unasked"]) for name in ITEMS})
seeds = st.integers(0, 2**32 - 1)


def edition(rule: dict[str, object]) -> Edition:
    return msgspec.structs.replace(EDITION, index=msgspec.structs.replace(EDITION.index, **rule))


def rows(patterns: dict[str, dict[str, str]], seed: int) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    tables = []
    for unit, pattern in patterns.items():
        n = int(random.integers(4, 40))
        columns: dict[str, object] = {"unit": [unit] * n, "w": np.exp(random.normal(0, 2, n))}
        columns |= {"h": random.choice(["x", "y"], n), "psu": random.choice(list("pqrst"), n)}
        for name in ITEMS:
            answers = {"all": [4, 5], "none": [1, 3], "mixed": [1, 4, 5], "unasked": [4]}[pattern[name]]
            answered = random.random(n) < (0 if pattern[name] == "unasked" else 0.8)
            columns[name] = [int(v) if y else None for v, y in zip(random.choice(answers, n), answered, strict=True)]
        tables.append(pl.DataFrame(columns, schema_overrides=dict.fromkeys(ITEMS, pl.Int16)))
    return pl.concat(tables)


def moments(data: pl.DataFrame, chosen: Edition, *, clusters: bool) -> Moments:
    design = Design(weight="w", strata="h", psu="psu" if clusters else None, nested=True)
    return collapse(data, design, measures_of(chosen), (("unit",),))


def questions(node: Node) -> list[str]:
    return [q for child in node.children for q in questions(child)] if node.children else [str(node.question)]


def edge(node: Node, data: pl.DataFrame) -> float | None:
    """100 or 0 where all answers below are satisfied, or none is; otherwise nothing."""
    answers = [v for q in questions(node) for v in data[q] if v is not None]
    satisfied = sum(v in {4, 5} for v in answers)
    return {len(answers): 100.0, 0: 0.0}.get(satisfied) if answers else None


@settings(deadline=None, max_examples=80)
@given(patterns, patterns, seeds, st.sampled_from(RULES), st.booleans())
def test_unanimous_values_and_intervals(
    first: dict[str, str], second: dict[str, str], seed: int, rule: dict[str, object], clusters: bool
) -> None:
    chosen, data = edition(rule), rows({"u1": first, "u2": second}, seed)
    sums = moments(data, chosen, clusters=clusters)
    index = rank(score(chosen, sums), "unit").index
    shares = {(r["domain"], r["variable"]): r for r in estimate(sums).rows(named=True)}
    for row in index.rows(named=True):
        here = data if row["domain"] == "" else data.filter(pl.col("unit") == row["domain"])
        (node,) = (n for n, _ in chosen.nodes() if n.name == row["node"])
        if (value := edge(node, here)) is not None:
            assert row["percent"] == value
            assert row["se"] in {0.0, None}
            if row["low"] is not None:
                assert row["high" if value == 100.0 else "low"] == value
                assert row["high"] - row["low"] > 1
        elif row["percent"] is not None and not node.children:
            assert 0 < row["percent"] < 100
        if node.children or row["percent"] is None:
            continue
        share = shares[row["domain"], str(node.question)]
        exact = edge(node, here) is not None
        for percent, part in (("percent", "estimate"), ("low", "low"), ("high", "high")):
            same = None if share[part] is None else 100 * share[part]
            assert row[percent] == (same if exact or same is None else pytest.approx(same, rel=1e-9))


@settings(deadline=None, max_examples=40)
@given(seeds, st.integers(2, 30))
def test_units_where_all_are_satisfied_tie(seed: int, many: int) -> None:
    full = dict.fromkeys(ITEMS, "all")
    data = rows({f"u{i:02}": full for i in range(many)}, seed)
    table = rank(score(EDITION, moments(data, EDITION, clusters=False)), "unit").index
    table = table.filter(pl.col("domain_kind") == "unit", pl.col("rank").is_not_null())
    assert set(table["rank"]) <= {1}
    assert (table["rank_high"] == table["ranked"]).all()


@settings(deadline=None, max_examples=40)
@given(patterns, patterns, seeds)
def test_change_is_never_certain(now: dict[str, str], before: dict[str, str], seed: int) -> None:
    late, early = (
        score(EDITION, moments(rows({"u": pattern}, seed + i), EDITION, clusters=False))
        for i, pattern in enumerate((now, before))
    )
    for row in change(late, early).score.index.rows(named=True):
        if row["change_low"] is not None:
            assert -100 - 1e-9 <= row["change_low"] < row["change"] + 1e-9
            assert row["change"] - 1e-9 < row["change_high"] <= 100 + 1e-9
            assert row["change_high"] - row["change_low"] > 1


def ordered(three: list[float]) -> tuple[float, float, float]:
    low, value, high = sorted(three)
    return value, low, high


ends = st.lists(st.floats(0, 1), min_size=3, max_size=3).map(ordered)


@settings(deadline=None)
@given(ends, ends)
def test_interval_of_a_difference(first: tuple[float, float, float], second: tuple[float, float, float]) -> None:
    """The twin: the error at each end is that of the side nearer to it, as Zou and Donner derive it."""
    (p, low, high), (q, other_low, other_high) = first, second
    z = 1.96
    nearer = ((p - low) / z) ** 2 + ((other_high - q) / z) ** 2, ((high - p) / z) ** 2 + ((q - other_low) / z) ** 2
    expected = p - q - z * math.sqrt(nearer[0]), p - q + z * math.sqrt(nearer[1])
    got = difference_interval(*(tuple(np.array([v]) for v in side) for side in (first, second)))
    assert [float(end[0]) for end in got] == pytest.approx(expected, abs=1e-12)
