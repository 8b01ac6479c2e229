"""Covariance of two rounds against loops over rows: units of several rows, domains across units, recut strata, gaps."""

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.core.unit.scoring.made_rounds import scored

from sipas.estimation import Design
from sipas.scoring import Overlap, Score, change

Row = dict[str, object]
row = st.fixed_dictionaries({
    "h": st.sampled_from(["x", "y"]),
    "p": st.integers(1, 4),
    "unit": st.sampled_from(["u", "v"]),
    "w": st.sampled_from([0.0, 0.5, 1.0, 3.0]),
    "a": st.sampled_from([None, 1, 5]),
})
rounds = st.lists(row, min_size=1, max_size=14)
SCHEMA = {"h": pl.String, "p": pl.String, "unit": pl.String, "w": pl.Float64, "a": pl.Int16}


def taken(rows: list[Row]) -> Score:
    data = pl.DataFrame([{**r, "p": f"{r['h']}{r['p']}"} for r in rows], schema=SCHEMA)
    data = data.with_columns(pl.col("a").alias("b"), pl.col("a").alias("c"))
    return scored(data, Design(weight="w", strata="h", psu="p"))


def scores(rows: list[Row], unit: str) -> dict[tuple[str, int], float]:
    """Linearised score of the share of 5 among those answered, for every unit drawn."""
    found: dict[tuple[str, int], float] = {(r["h"], r["p"]): 0.0 for r in rows}
    inside = [r for r in rows if r["a"] is not None and r["unit"] == unit and r["w"] > 0]
    whole = sum(r["w"] for r in inside)
    if not whole:
        return {}
    share = sum(r["w"] for r in inside if r["a"] == 5) / whole
    for r in inside:
        found[r["h"], r["p"]] += 100 * r["w"] * ((r["a"] == 5) - share) / whole
    return found


def covariance(z: dict, y: dict, link: dict[tuple[str, int], tuple[str, int]]) -> float:
    whole = 0.0
    for g in ("x", "y"):
        for h in ("x", "y"):
            both = [(z[k], y[link[k]]) for k in z if k in link and k[0] == g and link[k][0] == h and link[k] in y]
            if len(both) > 1:
                means = [sum(pair[i] for pair in both) / len(both) for i in (0, 1)]
                crossed = sum((a - means[0]) * (b - means[1]) for a, b in both)
                whole += len(both) / (len(both) - 1) * crossed
    return whole


@settings(deadline=None, max_examples=25)
@given(rounds, rounds, st.booleans())
def test_covariance_from_the_shared_units(late: list[Row], early: list[Row], recut: bool) -> None:
    every = [(h, p) for h in ("x", "y") for p in range(1, 5)]
    # Recut: units of x change places with those of y, in part.
    link = {(h, p): (("y" if h == "x" else "x") if recut and p < 3 else h, p) for h, p in every}
    rows = [(h, f"{h}{p}", k[0], f"{k[0]}{k[1]}") for (h, p), k in link.items()]
    table = pl.DataFrame(rows, schema=["stratum", "psu", "previous_stratum", "previous_psu"], orient="row")
    now, before = taken(late), taken(early)
    result = change(now, before, overlap=Overlap(table if recut else None))
    there = [{(r["h"], r["p"]) for r in rows} for rows in (late, early)]
    assert result.shared.shared == sum(link[k] in there[1] for k in there[0])
    assert result.shared.links_unused == (8 - result.shared.shared if recut else 0)
    assert (result.shared.drawn, result.shared.drawn_before) == (len(there[0]), len(there[1]))
    for unit in ("u", "v"):
        about = result.covariance.filter(domain_kind="unit", domain=unit, node="a")
        if about.height == 0 or about["covariance"][0] is None:
            continue
        z, y = scores(late, unit), scores(early, unit)
        key = {"domain_kind": "unit", "domain": unit, "node": "a"}
        got, one, other = (t.filter(**key).row(0, named=True) for t in (result.score.index, now.index, before.index))
        expected = covariance(z, y, link)
        first, second = one["se"], other["se"]
        expected = max(-first * second, min(first * second, expected))
        assert about["covariance"][0] == pytest.approx(expected, rel=1e-9, abs=1e-7)
        variance = max(first**2 + second**2 - 2 * expected, 0.0)
        assert got["change_se"] == pytest.approx(math.sqrt(variance), rel=1e-6, abs=1e-4)
        assert got["change"] == pytest.approx(one["percent"] - other["percent"], abs=1e-9)
        assert (got["change_low"] is None) == (one["low"] is None or other["low"] is None)
        if got["change_low"] is not None:
            assert got["change_low"] - 1e-6 <= got["change"] <= got["change_high"] + 1e-6
