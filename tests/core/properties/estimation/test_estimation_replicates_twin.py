"""Replicates against slow, obvious twins: plain loops over replicates and rows, and the textbook's factors."""

import math
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sipas.estimation import Design, Mean, Pooled, Share, collapse, grids, numerators
from sipas.estimation.replicates import (
    Factors,
    ReplicateDesign,
    Replication,
    across_replicates,
    given_grids,
    recalibrated,
    replicate_factors,
    replicate_weights,
    replicated_numerators,
    replicated_ratios,
)

Row = dict[str, object]
Pair = Callable[[Row], tuple[float, float] | None]
MEASURES = (Share("top", "q", (4, 5)), Mean("x", "x"), Pooled("both", (("q", (4, 5)), ("r", (1,)))))
CLOSE = {"rel": 1e-8, "abs": 1e-9}
METHODS = (
    {"kind": "JKn"},
    {"kind": "JKn", "centre": "estimate", "fpc": False},
    {"kind": "bootstrap", "replicates": 7, "seed": 5},
    {"kind": "subbootstrap", "replicates": 7, "seed": 5, "divisor": "R-1"},
    {"kind": "rao-wu-yue", "replicates": 6, "seed": 1, "draws": 1, "centre": "estimate"},
    {"kind": "generalised-bootstrap", "replicates": 9, "seed": 2},
    {"kind": "successive-difference"},
)

row = st.fixed_dictionaries({
    "stratum": st.sampled_from(["s1", "s2", "s3"]),
    "psu": st.integers(1, 4),
    "w": st.sampled_from([0.0, 0.5, 1.0, 1.75, 40.0]),
    "q": st.sampled_from([None, 1, 3, 4, 5]),
    "r": st.sampled_from([None, 0, 1]),
    "x": st.sampled_from([None, -2.0, 0.0, 1.5, 7.0]),
    "d": st.sampled_from(["a", "b", None]),
})
samples = st.lists(row, min_size=1, max_size=30)
constant = st.lists(row, min_size=1, max_size=15).flatmap(
    lambda rows: st.sampled_from([1, 5]).map(lambda q: [{**r, "q": q} for r in rows])
)
SCHEMA = {
    "stratum": pl.String,
    "psu": pl.String,
    "w": pl.Float64,
    "q": pl.Int16,
    "r": pl.Int16,
    "x": pl.Float64,
    "d": pl.String,
    "N": pl.Float64,
}


def frame(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame([{**r, "psu": f"{r['stratum']}-{r['psu']}", "N": 9.0} for r in rows], schema=SCHEMA)


def design(rule: str = "remove") -> Design:
    return Design(weight="w", strata="stratum", psu="psu", population="N", lonely=rule)


def pair_of(kind: str, domain: str | None) -> Pair:
    def pair(r: Row) -> tuple[float, float] | None:
        if (domain is not None and r["d"] != domain) or r["w"] == 0:
            return None
        if kind == "top":
            return None if r["q"] is None else (float(r["q"] in {4, 5}), 1.0)
        if kind == "x":
            return None if r["x"] is None else (float(r["x"]), 1.0)
        items = [(r["q"], {4, 5}), (r["r"], {1})]
        answered = [(value in codes) for value, codes in items if value is not None]
        return (float(sum(answered)), float(len(answered))) if answered else None

    return pair


def value(rows: list[Row], pair: Pair, weights: list[float], *, total: bool = False) -> float | None:
    above = below = 0.0
    for r, w in zip(rows, weights, strict=True):
        found = pair(r)
        if found is not None:
            above += w * found[0]
            below += w * found[1]
    if total:
        return above if any(pair(r) is not None for r in rows) else None
    return above / below if below else None


def variance(values: list[float | None], whole: float, factors: Factors) -> float:
    known = [(v, s) for v, s in zip(values, factors.rscales, strict=True) if v is not None]
    counted = [v for v, s in known if s > 0]
    centre = whole if factors.centre == "estimate" or not counted else sum(counted) / len(counted)
    return factors.scale * sum(s * (v - centre) ** 2 for v, s in known)


def unit(r: Row) -> tuple[str, str]:
    return str(r["stratum"]), f"{r['stratum']}-{r['psu']}"


def drawn(rows: list[Row]) -> dict[str, list[str]]:
    return {
        h: sorted({unit(r)[1] for r in rows if r["stratum"] == h}) for h in sorted({str(r["stratum"]) for r in rows})
    }


def tells_nothing(rows: list[Row], pair: Pair, *, total: bool, spread: float) -> bool:
    active = {unit(r) for r in rows if pair(r)}
    alone = {h for h, units in drawn(rows).items() if len(units) == 1}
    return (len(active) == 1 and not (total and spread > 1e-18)) or (bool(active) and {h for h, _ in active} <= alone)


@settings(deadline=None, max_examples=50)
@given(st.one_of(samples, constant), st.sampled_from(METHODS))
def test_estimates_of_every_replicate(rows: list[Row], method: dict[str, object]) -> None:
    moments = collapse(frame(rows), design(), MEASURES, (("d",),))
    factors = replicate_factors(moments, Replication(**method))
    at = {key: place for place, key in enumerate(factors.units.rows())}
    array = factors.array
    for grid in grids(moments):
        found = (
            (False, replicated_ratios(grid, MEASURES, factors)),
            (True, replicated_numerators(grid, MEASURES, factors)),
        )
        for total, one in found:
            for d, domain in enumerate(grid.domains):
                for a, name in enumerate(one.names):
                    pair = pair_of(name, domain or None)
                    whole = value(rows, pair, [float(r["w"]) for r in rows], total=total)
                    assert one.n[d, a] == sum(pair(r) is not None for r in rows)
                    if whole is None:
                        assert np.isnan(one.values[d, a])
                        assert np.isnan(one.variance()[d, a])
                        continue
                    each = [
                        value(rows, pair, [float(r["w"]) * array[at[unit(r)], k] for r in rows], total=total)
                        for k in range(factors.count)
                    ]
                    assert one.values[d, a] == pytest.approx(whole, **CLOSE)
                    assert one.undefined()[d, a] == each.count(None)
                    spread = variance(each, whole, factors)
                    if tells_nothing(rows, pair, total=total, spread=spread) or (
                        each and each.count(None) == len(each)
                    ):
                        assert np.isnan(one.variance()[d, a])
                    else:
                        assert one.variance()[d, a] == pytest.approx(spread, rel=1e-7, abs=1e-8)


@settings(deadline=None, max_examples=20)
@given(samples)
def test_exported_weights_are_a_given_design(rows: list[Row]) -> None:
    data = frame(rows)
    moments = collapse(data, design(), MEASURES, (("d",),))
    factors = replicate_factors(moments, Replication(kind="rao-wu-yue", replicates=5, seed=8))
    weights = replicate_weights(data, design(), factors)
    other = ReplicateDesign(columns=tuple(weights.columns), weight="w", kind="bootstrap")
    again, laid = given_grids(pl.concat([data, weights], how="horizontal"), other, MEASURES, (("d",),))
    same = recalibrated(data, design(), factors, lambda weights: weights)
    for first, second in zip(grids(moments), laid, strict=True):
        one = replicated_ratios(first, MEASURES, factors)
        for more in (again, same):
            two = replicated_ratios(second, MEASURES, more)
            np.testing.assert_allclose(two.values, one.values, rtol=1e-9)
            np.testing.assert_allclose(two.replicates, one.replicates, rtol=1e-9, atol=1e-12)
            assert two.factors.scale == one.factors.scale


@settings(deadline=None, max_examples=20)
@given(samples, st.booleans())
def test_jackknife_is_taylor_for_totals(rows: list[Row], fpc: bool) -> None:
    plan = design() if fpc else Design(weight="w", strata="stratum", psu="psu", lonely="remove")
    moments = collapse(frame(rows), plan, MEASURES, (("d",),))
    factors = replicate_factors(moments, Replication(kind="JKn", centre="estimate"))
    for grid in grids(moments):
        one, taylor = replicated_numerators(grid, MEASURES, factors), numerators(grid, MEASURES)
        np.testing.assert_allclose(one.variance(), taylor.variance(), rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(one.covariances(), taylor.covariances(), rtol=1e-8, atol=1e-7)
        np.testing.assert_allclose(np.diag(across_replicates(one, "x", one, "x")), one.variance()[:, 1], rtol=1e-9)
        assert (one.degrees() == taylor.degrees()).all()
        assert (one.lonely() == taylor.lonely()).all()
        assert (one.certain() == taylor.certain()).all()


@settings(deadline=None, max_examples=20)
@given(samples, st.sampled_from(["remove", "average", "centered", "adjust"]))
def test_factors_of_the_jackknife(rows: list[Row], rule: str) -> None:
    strata = drawn(rows)
    factors = replicate_factors(collapse(frame(rows), design(rule), MEASURES), Replication(kind="JKn"))
    expected, scales = [], []
    for h, units in strata.items():
        n = len(units)
        for gone in units:
            if n > 1:
                expected.append([
                    0.0 if u == gone else n / (n - 1) if g == h else 1.0 for g, us in strata.items() for u in us
                ])
                scales.append((1 - n / 9) * (n - 1) / n)
            elif rule in {"centered", "adjust"} and len(strata) > 1:
                more = len(strata) / (len(strata) - 1)
                expected.append([0.0 if g == h else more for g, us in strata.items() for _ in us])
                scales.append(1 / more)
    assert factors.array.T.tolist() == [pytest.approx(one) for one in expected]
    assert factors.rscales.tolist() == pytest.approx(scales)
    total = sum(len(units) for units in strata.values())
    raised = total / len(expected) if rule == "average" and expected and len(expected) < total else 1.0
    assert factors.scale == pytest.approx(raised)


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.tuples(st.floats(-5, 5), st.floats(-5, 5)), min_size=1, max_size=13), st.sampled_from([0.0, 0.3, 0.7])
)
def test_half_samples_are_in_full_balance(pairs: list[tuple[float, float]], rho: float) -> None:
    rows = pl.DataFrame({
        "h": [f"{h:02d}" for h in range(len(pairs)) for _ in (0, 1)],
        "x": [x for pair in pairs for x in pair],
        "u": [0, 1] * len(pairs),
    })
    moments = collapse(rows, Design(strata="h", psu="u", nested=True), (Mean("x", "x"),))
    factors = replicate_factors(moments, Replication(kind="Fay" if rho else "BRR", rho=rho))
    (grid,) = grids(moments)
    found = replicated_numerators(grid, (Mean("x", "x"),), factors)
    assert factors.count % 4 == 0 or factors.count == 2
    assert factors.degrees == len(pairs)
    assert found.variance()[0, 0] == pytest.approx(sum((a - b) ** 2 for a, b in pairs), rel=1e-8, abs=1e-9)
    assert found.replicates[:, 0, 0].mean() == pytest.approx(sum(a + b for a, b in pairs), rel=1e-9, abs=1e-9)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.lists(st.floats(-5, 5), min_size=2, max_size=9), min_size=1, max_size=4), st.randoms())
def test_successive_differences_go_round_each_stratum(strata: list[list[float]], random: object) -> None:
    units = [(f"h{h}", f"{h}-{i}", x) for h, xs in enumerate(strata) for i, x in enumerate(xs)]
    rows = pl.DataFrame(units, schema=["h", "u", "x"], orient="row").with_columns(pl.lit(12.0).alias("N"))
    moments = collapse(rows, Design(strata="h", psu="u", population="N"), (Mean("x", "x"),))
    order = rows.select(stratum="h", psu="u").sample(fraction=1.0, shuffle=True, seed=random.randrange(1000))  # type: ignore[attr-defined]
    (grid,) = grids(moments)
    for given_order in (None, order):
        factors = replicate_factors(moments, Replication(kind="successive-difference"), order=given_order)
        expected = 0.0
        for h, xs in enumerate(strata):
            turned = xs
            if given_order is not None:
                named = {u: x for g, u, x in units if g == f"h{h}"}
                turned = [named[u] for g, u in given_order.rows() if g == f"h{h}"]
            circle = zip(turned, [*turned[1:], turned[0]], strict=True)
            expected += (1 - len(xs) / 12) / 2 * sum((a - b) ** 2 for a, b in circle)
        found = replicated_numerators(grid, (Mean("x", "x"),), factors).variance()[0, 0]
        assert found == pytest.approx(expected, rel=1e-8, abs=1e-9)


UNEQUAL = pl.DataFrame({
    "h": ["a"] * 2 + ["b"] * 5 + ["c"] * 3,
    "N": [8.0] * 2 + [20.0] * 5 + [3.0] * 3,
    "x": [1.0, 4.0, 2.0, 2.5, 7.0, 1.0, 0.0, 3.0, 9.0, 5.0],
})


@pytest.mark.parametrize(
    ("method", "fpc"),
    [
        ({"kind": "subbootstrap"}, False),
        ({"kind": "rao-wu-yue"}, True),
        ({"kind": "rao-wu-yue", "fpc": False}, False),
        ({"kind": "rao-wu-yue", "draws": 1}, True),
        ({"kind": "generalised-bootstrap"}, True),
        ({"kind": "generalised-bootstrap", "fpc": False}, False),
    ],
)
def test_random_factors_have_the_moments_of_the_design(method: dict[str, object], fpc: bool) -> None:
    count = 20_000
    moments = collapse(UNEQUAL, Design(strata="h", population="N", lonely="remove"), (Mean("x", "x"),))
    factors = replicate_factors(moments, Replication(replicates=count, seed=11, **method))
    array = factors.array
    expected = np.zeros((10, 10))
    names = factors.units["stratum"].to_list()
    for i, h in enumerate(names):
        for j, g in enumerate(names):
            n, size = names.count(h), {"a": 8, "b": 20, "c": 3}[h]
            left = 1 - n / size if fpc else 1.0
            expected[i, j] = left * n / (n - 1) * ((i == j) - 1 / n) if h == g else 0.0
    away = array - 1
    assert np.abs(away.mean(axis=1)).max() < 6 * math.sqrt(2 / count)
    np.testing.assert_allclose(factors.scale * away @ away.T, expected, atol=0.08)
    assert array.min() >= 0
    assert np.abs(array[:2].sum(axis=0) - 2).max() < 1e-9


@pytest.mark.parametrize("fpc", [True, False])
def test_canty_davison_has_the_moments_of_strata_of_one_size(fpc: bool) -> None:
    count = 20_000
    rows = UNEQUAL[:0].vstack(pl.DataFrame({"h": ["a"] * 4 + ["b"] * 4, "N": [10.0] * 4 + [12.0] * 4, "x": [1.0] * 8}))
    moments = collapse(rows, Design(strata="h", population="N"), (Mean("x", "x"),))
    factors = replicate_factors(moments, Replication(kind="bootstrap", replicates=count, seed=3, fpc=fpc))
    away = factors.array - 1
    got = factors.scale * away @ away.T
    for place, size in ((slice(0, 4), 10), (slice(4, 8), 12)):
        # N - 1, where the design has N: the drawing is from a finite population that repeats the sample.
        left = (size - 4) / (size - 1) if fpc else 1.0
        trace = np.trace(got[place, place]) / 4
        assert trace == pytest.approx(left, abs=0.12 if size % 4 else 0.05)
    assert np.abs(got[:4, 4:]).max() < 0.05


@settings(deadline=None, max_examples=15)
@given(samples, st.integers(0, 3))
def test_the_same_seed_gives_the_same_bits(rows: list[Row], seed: int) -> None:
    assume(rows)
    moments = collapse(frame(rows), design(), MEASURES)
    for kind in ("bootstrap", "subbootstrap", "rao-wu-yue", "generalised-bootstrap", "multistage-bootstrap"):
        one, two = (replicate_factors(moments, Replication(kind=kind, replicates=4, seed=seed)) for _ in (1, 2))
        assert one.array.tobytes() == two.array.tobytes()
