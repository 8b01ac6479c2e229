"""Quantiles against a slow, obvious twin: loops over rows, the share below by loops over units, then its interval."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from sipas.estimation import Design, quantile, quantiles_of

Row = dict[str, object]
SCHEMA = {"h": pl.String, "psu": pl.String, "w": pl.Float64, "x": pl.Float64, "d": pl.String}
DESIGN = Design(weight="w", strata="h", psu="psu", lonely="certainty")
PROBABILITIES = (0.1, 0.5, 0.85)
CLOSE = {"rel": 1e-9, "abs": 1e-9}

row = st.fixed_dictionaries({
    "h": st.sampled_from(["s1", "s2"]),
    "psu": st.integers(1, 4),
    "w": st.sampled_from([0.0, 0.7, 1.0, 1.9, 30.0]),
    "x": st.sampled_from([None, -2.0, 0.0, 1.5, 1.5, 7.0, 8.25]),
    "d": st.sampled_from(["a", "b", None]),
})


def members(rows: list[Row], domain: str) -> list[Row]:
    return [r for r in rows if r["w"] > 0 and r["x"] is not None and domain in {"", r["d"]}]


def inverse(inside: list[Row], p: float) -> float:
    whole, sum_ = sum(r["w"] for r in inside), 0.0
    for r in sorted(inside, key=lambda r: r["x"]):
        sum_ += r["w"]
        if sum_ / whole >= p - 1e-12:
            return r["x"]
    raise AssertionError(p)


def error_of_share(rows: list[Row], inside: list[Row], q: float) -> tuple[float, float, int]:
    whole = sum(r["w"] for r in inside)
    share = sum(r["w"] for r in inside if r["x"] <= q) / whole
    variance = 0.0
    for h in {r["h"] for r in rows}:
        units = {r["psu"] for r in rows if r["h"] == h}
        if len(units) < 2:
            continue
        z = [
            sum(r["w"] * ((r["x"] <= q) - share) for r in inside if (r["h"], r["psu"]) == (h, u)) / whole for u in units
        ]
        mean = sum(z) / len(z)
        variance += len(z) / (len(z) - 1) * sum((v - mean) ** 2 for v in z)
    df = len({(r["h"], r["psu"]) for r in inside}) - len({r["h"] for r in inside})
    return share, math.sqrt(variance), df


@settings(deadline=None, max_examples=15)
@given(st.lists(row, min_size=1, max_size=25))
def test_quantiles_and_their_ends(rows: list[Row]) -> None:
    keyed = [{**r, "psu": f"{r['h']}-{r['psu']}"} for r in rows]
    table = quantile(pl.DataFrame(keyed, schema=SCHEMA), DESIGN, "x", PROBABILITIES, (("d",),))
    for domain in ("", "a", "b"):
        inside = members(rows, domain)
        for p in PROBABILITIES:
            got = table.filter(pl.col("domain") == domain, pl.col("probability") == p).rows(named=True)
            if not inside:
                assert all(g["estimate"] is None and g["n"] == 0 for g in got)
                continue
            check(got[0], rows, inside, p)


def check(got: Row, rows: list[Row], inside: list[Row], p: float) -> None:
    q = inverse(inside, p)
    assert (got["estimate"], got["n"]) == (q, len(inside))
    assert got["weight_sum"] == pytest.approx(sum(r["w"] for r in inside), **CLOSE)
    share, se, df = error_of_share(rows, inside, q)
    assert got["df"] == df
    if df < 1 or se <= 1e-9 or share >= 1:
        return
    half = student.ppf(0.975, df) * se
    low, high = share - half, share + half
    near = min(abs(end - f) for end in (low, high) for f in [0, 1, *shares(inside)])
    if near < 1e-9:  # an end on a step: either side is right
        return
    assert got["low"] == (inverse(inside, low) if low > 0 else None)
    assert got["high"] == (inverse(inside, high) if high < 1 else None)
    if low > 0 and high < 1:
        assert got["se"] == pytest.approx((got["high"] - got["low"]) / 2 / student.ppf(0.975, df), **CLOSE)


def shares(inside: list[Row]) -> list[float]:
    whole = sum(r["w"] for r in inside)
    return [sum(r["w"] for r in inside if r["x"] <= x) / whole for x in {r["x"] for r in inside}]


TYPES = {"hf1": 1, "hf2": 2, "hf4": 4, "hf5": 5, "hf6": 6, "hf7": 7, "hf8": 8, "hf9": 9}
METHODS = {
    1: "inverted_cdf",
    2: "averaged_inverted_cdf",
    4: "interpolated_inverted_cdf",
    5: "hazen",
    6: "weibull",
    7: "linear",
    8: "median_unbiased",
    9: "normal_unbiased",
}


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from([0.0, 1.0, 2.5, 4.0, 9.0]), min_size=1, max_size=12),
    st.sampled_from([1 / 64, 0.25, 0.5, 0.6875, 63 / 64]),
    st.sampled_from(sorted(TYPES)),
)
def test_equal_weights_give_the_types_of_hyndman_and_fan(values: list[float], p: float, rule: str) -> None:
    ordered = np.sort(np.array(values))
    got = quantiles_of(ordered, np.ones(ordered.size), np.array([p]), rule)
    assert got[0] == pytest.approx(np.quantile(ordered, p, method=METHODS[TYPES[rule]]), **CLOSE)
