"""Contrasts, functions and design effects against a slow, obvious twin: loops over rows and units."""

import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.estimation import (
    Design,
    Linearised,
    Mean,
    Ratio,
    Request,
    Share,
    collapse,
    contrast,
    estimate,
    function_of,
    grids,
    ratios,
)

Row = dict[str, object]
SCHEMA = {
    "h": pl.String,
    "psu": pl.String,
    "w": pl.Float64,
    "x": pl.Float64,
    "y": pl.Float64,
    "q": pl.Int16,
    "d": pl.String,
}
DESIGN = Design(weight="w", strata="h", psu="psu", lonely="certainty")
MEASURES = (Mean("x", "x"), Mean("y", "y"))
CLOSE = {"rel": 1e-7, "abs": 1e-9}

row = st.fixed_dictionaries({
    "h": st.sampled_from(["s1", "s2"]),
    "psu": st.integers(1, 3),
    "w": st.sampled_from([0.0, 0.5, 1.0, 2.25, 40.0]),
    "x": st.sampled_from([None, 1.0, 2.5, 7.0]),
    "y": st.sampled_from([None, -3.0, 0.5, 4.0]),
    "q": st.sampled_from([None, 1, 2]),
    "d": st.sampled_from(["a", "b", None]),
})
samples = st.lists(row, min_size=1, max_size=25)


def frame(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame([{**r, "psu": f"{r['h']}-{r['psu']}"} for r in rows], schema=SCHEMA)


def means(rows: list[Row]) -> Linearised:
    (grid,) = grids(collapse(frame(rows), DESIGN, MEASURES, (("d",),)), ("d",))
    return ratios(grid, MEASURES)


def inside(rows: list[Row], name: str, domain: str) -> list[Row]:
    return [r for r in rows if r["d"] == domain and r["w"] > 0 and r[name] is not None]


def mean(rows: list[Row], name: str, domain: str) -> float | None:
    here = inside(rows, name, domain)
    return sum(r["w"] * r[name] for r in here) / sum(r["w"] for r in here) if here else None


def scores(rows: list[Row], name: str, domain: str) -> dict[tuple[str, int], float]:
    here, centre = inside(rows, name, domain), mean(rows, name, domain)
    found = {(r["h"], r["psu"]): 0.0 for r in rows}
    for r in here:
        found[r["h"], r["psu"]] += r["w"] * (r[name] - centre) / sum(s["w"] for s in here)
    return found


def error(z: dict[tuple[str, int], float]) -> float:
    variance = 0.0
    for h in {unit[0] for unit in z}:
        mine = [value for unit, value in z.items() if unit[0] == h]
        if len(mine) > 1:
            centre = sum(mine) / len(mine)
            variance += len(mine) / (len(mine) - 1) * sum((value - centre) ** 2 for value in mine)
    return math.sqrt(variance)


def units(rows: list[Row], parts: list[tuple[str, str]]) -> int:
    here = [r for domain, name in parts for r in inside(rows, name, domain)]
    return len({(r["h"], r["psu"]) for r in here}) - len({r["h"] for r in here})


def enough(rows: list[Row], parts: list[tuple[str, str]]) -> bool:
    """Whether each part has two units in a stratum with more than one."""
    alone = {h for h in ("s1", "s2") if len({r["psu"] for r in rows if r["h"] == h}) == 1}
    for domain, name in parts:
        here = {(r["h"], r["psu"]) for r in inside(rows, name, domain)}
        if len(here) < 2 or {h for h, _ in here} <= alone:
            return False
    return True


def combined(rows: list[Row], weights: dict[tuple[str, str], float]) -> float:
    z = [(c, scores(rows, name, domain)) for (domain, name), c in weights.items()]
    return error({unit: sum(c * each[unit] for c, each in z) for unit in z[0][1]})


@settings(deadline=None, max_examples=25)
@given(samples, st.sampled_from([1.0, -0.5]), st.sampled_from([2.0, -1.0]))
def test_contrasts_inside_and_between_domains(rows: list[Row], first: float, second: float) -> None:
    one = means(rows)
    parts = [("a", "x"), ("a", "y"), ("b", "x")]
    if not all(inside(rows, name, domain) for domain, name in parts) or not enough(rows, parts):
        return
    got = contrast(one, {"in": {"x": first, "y": second}, "out": {("a", "x"): first, ("b", "x"): second}})
    row_in = got.filter(pl.col("name") == "in", pl.col("domain") == "a").row(0, named=True)
    row_out = got.filter(pl.col("name") == "out").row(0, named=True)
    for found, keys in ((row_in, parts[:2]), (row_out, [parts[0], parts[2]])):
        weights = dict(zip(keys, (first, second), strict=True))
        value = sum(c * mean(rows, name, domain) for (domain, name), c in weights.items())
        assert found["estimate"] == pytest.approx(value, **CLOSE)
        assert found["se"] == pytest.approx(combined(rows, weights), **CLOSE)
        assert found["df"] == units(rows, keys)


@settings(deadline=None, max_examples=25)
@given(samples)
def test_a_function_with_its_slopes_by_hand(rows: list[Row]) -> None:
    parts = [("a", "x"), ("b", "y")]
    if not all(inside(rows, name, domain) for domain, name in parts) or not enough(rows, parts):
        return
    x, y = (mean(rows, name, domain) for domain, name in parts)
    of = dict(zip(("x", "y"), parts, strict=True))
    found = function_of(means(rows), {"f": "log(x) * (y + 5) ** 2 - exp(y / x)"}, of=of).row(0, named=True)
    ratio = math.exp(y / x)
    slopes = ((y + 5) ** 2 / x + ratio * y / x**2, 2 * math.log(x) * (y + 5) - ratio / x)
    assert found["estimate"] == pytest.approx(math.log(x) * (y + 5) ** 2 - ratio, **CLOSE)
    assert found["se"] == pytest.approx(combined(rows, dict(zip(parts, slopes, strict=True))), **CLOSE)


def simple(values: list[float], weights: list[float]) -> float:
    """Weighted variance with n / (n - 1)."""
    whole, n = sum(weights), len(values)
    centre = sum(w * v for w, v in zip(weights, values, strict=True)) / whole
    return n / (n - 1) * sum(w * (v - centre) ** 2 for w, v in zip(weights, values, strict=True)) / whole


@settings(deadline=None, max_examples=25)
@given(samples, st.sampled_from(["wr", "wor"]))
def test_design_effects(rows: list[Row], kind: str) -> None:
    measures = (Mean("x", "x"), Share("q", "q", (2,)), Ratio("r", "y", "x"))
    requests = (("x", "mean"), ("x", "total"), ("q", "top_box"), ("q", "count"), ("r", "ratio"), ("r", "total"))
    moments = collapse(frame(rows), DESIGN, measures)
    table = estimate(moments, tuple(Request(*each) for each in requests), deff=kind)
    both = [r for r in rows if r["w"] > 0 and r["x"] is not None and r["y"] is not None]
    for (measure, statistic), got in zip(requests, table.rows(named=True), strict=True):
        here = both if measure == "r" else [r for r in rows if r["w"] > 0 and r[measure] is not None]
        check_effect(here, measure, statistic, kind, got)


def check_effect(here: list[Row], measure: str, statistic: str, kind: str, got: Row) -> None:
    weights, n = [r["w"] for r in here], len(here)
    if n < 2 or got["se"] is None:
        assert got["deff"] is None
        return
    values = {
        "x": [r["x"] for r in here],
        "q": [float(r["q"] == 2) for r in here],
        "r": [r["y"] for r in here],
    }[measure]
    if statistic == "ratio":
        below = sum(r["w"] * r["x"] for r in here)
        values = [(r["y"] - got["estimate"] * r["x"]) / below for r in here]
    spread = simple(values, weights) * (sum(weights) ** 2 if statistic in {"total", "count", "ratio"} else 1)
    left = 1 - n / sum(weights) if kind == "wor" else 1.0
    if left <= 0 or spread < 1e-9:
        assert left > 0 or got["deff"] is None
        return
    assert got["deff"] == pytest.approx(got["se"] ** 2 / (spread / n * left), rel=1e-6, abs=1e-9)
