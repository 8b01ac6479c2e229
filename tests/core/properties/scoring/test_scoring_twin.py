"""Scoring against a slow twin: the tree by recursion over rows, its error by shaking each row's weight.

The linearised score of a row is its weight times the derivative of the node's value by that weight (Deville 1999); the
twin takes the derivative by differences, knowing nothing of totals or gradients.
"""

from pathlib import Path

import msgspec
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.estimation import Design, collapse
from sipas.instrument import Edition, load
from sipas.instrument.model import Node
from sipas.scoring import measures_of, places, rank_sets, score

EDITION = load(Path(__file__).parents[2] / "reference" / "data" / "scoring_edition.yaml")
STEP = 1e-5
Row = dict[str, object]

answer = st.sampled_from([None, 1, 3, 4, 5])
row = st.fixed_dictionaries({
    "a": answer,
    "b": answer,
    "c": answer,
    "w": st.sampled_from([0.5, 1.0, 3.0]),
    "h": st.sampled_from(["x", "y"]),
})
rules = st.sampled_from([
    {"rule": "mean_of_children", "weights": ()},
    {"rule": "fixed_weights", "weights": (0.8, 0.2)},
    {"rule": "pooled_answers", "weights": ()},
])
trees = st.tuples(rules, rules).map(lambda pair: tree(*pair))


def tree(top: dict[str, object], below: dict[str, object]) -> Edition:
    index = EDITION.index
    first = msgspec.structs.replace(index.children[0], **below)
    return msgspec.structs.replace(
        EDITION, index=msgspec.structs.replace(index, children=(first, index.children[1]), **top)
    )


def items(node: Node) -> list[str]:
    return [name for child in node.children for name in items(child)] if node.children else [str(node.question)]


def value(node: Node, rows: list[Row], weights: list[float]) -> float | None:
    if not node.children or node.rule == "pooled_answers":
        answered = [(w, r[i]) for w, r in zip(weights, rows, strict=True) for i in items(node) if r[i] is not None]
        whole = sum(w for w, _ in answered)
        return 100 * sum(w for w, v in answered if v in {4, 5}) / whole if answered else None
    parts = [value(child, rows, weights) for child in node.children]
    shares = node.weights or (1.0,) * len(parts)
    there = [(s, v) for s, v in zip(shares, parts, strict=True) if v is not None]
    return sum(s * v for s, v in there) / sum(s for s, _ in there) if there else None


def shaken(node: Node, rows: list[Row], at: int) -> float:
    weights = [float(r["w"]) for r in rows]
    ends = []
    for step in (STEP, -STEP):
        moved = list(weights)
        moved[at] *= 1 + step
        ends.append(value(node, rows, moved))
    return (ends[0] - ends[1]) / (2 * STEP)


def variance(node: Node, rows: list[Row]) -> float:
    z = [shaken(node, rows, i) for i in range(len(rows))]
    overall = sum(z) / len(z)
    whole = 0.0
    for h in {r["h"] for r in rows}:
        mine = [s for s, r in zip(z, rows, strict=True) if r["h"] == h]
        mean = sum(mine) / len(mine)
        if len(mine) == 1:
            whole += (mine[0] - overall) ** 2
        else:
            whole += len(mine) / (len(mine) - 1) * sum((s - mean) ** 2 for s in mine)
    return whole


@settings(deadline=None, max_examples=60)
@given(st.lists(row, min_size=1, max_size=14), trees)
def test_values_counts_and_errors(rows: list[Row], edition: Edition) -> None:
    schema = {"a": pl.Int16, "b": pl.Int16, "c": pl.Int16, "w": pl.Float64, "h": pl.String}
    data = pl.DataFrame(rows, schema=schema)
    result = score(edition, collapse(data, Design(weight="w", strata="h"), measures_of(edition)))
    table = {r["node"]: r for r in result.index.rows(named=True)}
    for node, parent in edition.nodes():
        got, expected = table[node.name], value(node, rows, [float(r["w"]) for r in rows])
        assert (got["parent"], got["rule"]) == (parent, node.rule or "top_box")
        assert got["n"] == sum(any(r[i] is not None for i in items(node)) for r in rows)
        assert got["answers"] == sum(r[i] is not None for i in items(node) for r in rows)
        if expected is None:
            assert (got["percent"], got["se"], got["low"]) == (None, None, None)
            continue
        assert got["percent"] == pytest.approx(expected, rel=1e-10, abs=1e-9)
        if got["n"] > 1:
            assert got["se"] ** 2 == pytest.approx(variance(node, rows), rel=1e-5, abs=1e-4)
        else:
            assert got["se"] is None


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)).map(sorted), min_size=1, max_size=12))
def test_rank_sets_hold_the_rank_and_every_order_the_intervals_allow(ends: list[list[int]]) -> None:
    low, high = (pl.Series([float(e[i]) for e in ends]).to_numpy() for i in (0, 1))
    best, worst = rank_sets(low, high)
    for values in (low, high, (low + high) / 2):
        ranks = places(values)
        assert ((best <= ranks) & (ranks <= worst)).all()
    for i in range(len(ends)):
        as_good_as_can_be = low.copy()
        as_good_as_can_be[i] = high[i]
        assert places(as_good_as_can_be)[i] == best[i]
