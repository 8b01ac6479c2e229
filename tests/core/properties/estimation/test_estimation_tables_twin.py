"""Tests of tables, of groups and agreement against a slow, obvious twin.

The twin knows one thing: a statistic as a function of the rows' weights. The score of a primary unit is the derivative
by the weights of its rows, taken by a complex step (exact to the last bits for sums, products and quotients), and the
covariance is plain loops over strata and units.
"""

import math
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sipas.estimation import (
    Design,
    Mean,
    agreement,
    collapse,
    equality_of_domains,
    grids,
    ratios,
    share_test,
    table_test,
)

Row = dict[str, object]
Statistic = Callable[[list[complex]], list[complex]]
CLOSE = {"rel": 1e-7, "abs": 1e-9}
STEP = 1e-20
DESIGN = Design(weight="w", strata="stratum", psu="psu")
SCHEMA = {"stratum": pl.String, "psu": pl.String, "w": pl.Float64, "a": pl.Int64, "b": pl.Int64, "x": pl.Float64}

row = st.fixed_dictionaries({
    "stratum": st.sampled_from(["s1", "s2"]),
    "psu": st.integers(1, 5),
    "w": st.sampled_from([0.0, 0.5, 1.0, 1.75, 40.0]),
    "a": st.sampled_from([None, 1, 2, 3]),
    "b": st.sampled_from([None, 1, 2]),
    "x": st.sampled_from([None, -2.0, 0.0, 1.5, 7.0]),
})
full = st.fixed_dictionaries({
    "stratum": st.sampled_from(["s1", "s2"]),
    "psu": st.integers(1, 4),
    "w": st.sampled_from([0.5, 1.0, 1.75]),
    "a": st.sampled_from([1, 2, 3]),
    "b": st.sampled_from([1, 2]),
    "x": st.sampled_from([-2.0, 0.0, 1.5, 7.0]),
})
samples = (st.lists(row, max_size=30) | st.lists(row | full, min_size=12, max_size=40)).map(
    lambda rows: [{**r, "psu": f"{r['stratum']}-{r['psu']}"} for r in rows]
)


def covariance(rows: list[Row], statistic: Statistic) -> list[list[float]]:
    units = sorted({(r["stratum"], r["psu"]) for r in rows})
    scores = {}
    for unit in units:
        moved = [complex(r["w"], r["w"] * STEP if (r["stratum"], r["psu"]) == unit else 0.0) for r in rows]
        scores[unit] = [value.imag / STEP for value in statistic(moved)]
    size = len(scores[units[0]])
    overall = [sum(z[k] for z in scores.values()) / len(units) for k in range(size)]
    found = [[0.0] * size for _ in range(size)]
    for h in {h for h, _ in units}:
        mine = [scores[u] for u in units if u[0] == h]
        n = len(mine)
        centre = overall if n == 1 else [sum(z[k] for z in mine) / n for k in range(size)]
        for k in range(size):
            for m in range(size):
                crossed = sum((z[k] - centre[k]) * (z[m] - centre[m]) for z in mine)
                found[k][m] += crossed * (1.0 if n == 1 else n / (n - 1))
    return found


def pairs(rows: list[Row]) -> list[tuple[int, Row]]:
    return [(i, r) for i, r in enumerate(rows) if r["w"] > 0 and r["a"] is not None and r["b"] is not None]


def levels(rows: list[Row], name: str) -> list[int]:
    return sorted({r[name] for _, r in pairs(rows)})


def totals(rows: list[Row], weights: list[complex]) -> list[list[complex]]:
    first, second = levels(rows, "a"), levels(rows, "b")
    return [[sum(weights[i] for i, r in pairs(rows) if (r["a"], r["b"]) == (a, b)) for b in second] for a in first]


def shares(rows: list[Row]) -> Statistic:
    def statistic(weights: list[complex]) -> list[complex]:
        cells = [cell for line in totals(rows, weights) for cell in line]
        return [cell / sum(cells) for cell in cells]

    return statistic


def residuals(rows: list[Row]) -> Statistic:
    def statistic(weights: list[complex]) -> list[complex]:
        table = totals(rows, weights)
        whole = sum(sum(line) for line in table)
        down = [sum(line[j] for line in table) for j in range(len(table[0]))]
        return [
            table[i][j] - sum(table[i]) * down[j] / whole for i in range(1, len(table)) for j in range(1, len(table[0]))
        ]

    return statistic


def degrees(rows: list[Row], name: str | None = None) -> int:
    there = [r for r in rows if r["w"] > 0 and (r["b"] if name is None else r[name]) is not None]
    there = [r for r in there if name is not None or r["a"] is not None]
    units = {(r["stratum"], r["psu"]) for r in there}
    return len(units) - len({h for h, _ in units})


def design_effects(rows: list[Row], proportions: str) -> list[float]:
    """Eigenvalues with the treatment contrasts of a log-linear model, where the program centres."""
    r, c = len(levels(rows, "a")), len(levels(rows, "b"))
    p = np.array([value.real for value in shares(rows)([complex(row["w"]) for row in rows])])
    table = p.reshape(r, c)
    base = p if proportions == "observed" else np.outer(table.sum(axis=1), table.sum(axis=0)).ravel()
    contrasts = []
    for i in range(1, r):
        for j in range(1, c):
            one = np.zeros((r, c))
            one[i, j], one[0, 0], one[i, 0], one[0, j] = 1, 1, -1, -1
            contrasts.append(one.ravel())
    slope = np.array([[c / b if b > 0 else 0.0 for c, b in zip(one, base, strict=True)] for one in contrasts])
    simple = slope @ np.array(contrasts).T
    spread = slope @ np.array(covariance(rows, shares(rows))) @ slope.T * len(pairs(rows))
    return sorted(np.linalg.eigvals(np.linalg.solve(simple, spread)).real, reverse=True)


@settings(max_examples=40, deadline=None)
@given(rows=samples)
def test_table(rows: list[Row]) -> None:
    frame = pl.DataFrame(rows, schema=SCHEMA)
    got = table_test(frame, DESIGN, "a", "b")
    first, second = levels(rows, "a"), levels(rows, "b")
    assert got.pairs == len(pairs(rows))
    assert got.zero_weight == sum(r["w"] == 0 for r in rows)
    assert got.pairs + got.first_missing + got.second_missing + got.both_missing + got.zero_weight == len(rows)
    assert got.cells["n"].to_list() == [
        sum((r["a"], r["b"]) == (a, b) for _, r in pairs(rows)) for a in first for b in second
    ]
    assert got.degrees == degrees(rows)
    if min(len(first), len(second)) < 2 or got.degrees < 1:
        assert math.isnan(got.p_value)
        return
    variance = covariance(rows, shares(rows))
    errors = [math.sqrt(variance[k][k]) for k in range(len(variance))]
    assert got.cells["se"].to_list() == pytest.approx(errors, rel=1e-6, abs=1e-7)
    effects = design_effects(rows, got.outcome.proportions)
    assert got.outcome.design_effects.tolist() == pytest.approx(effects, rel=1e-6, abs=1e-6)
    pearson = sum(
        len(pairs(rows)) * (row["proportion"] - row["expected"]) ** 2 / row["expected"]
        for row in got.cells.rows(named=True)
    )
    assert got.outcome.pearson == pytest.approx(pearson, **CLOSE)
    if sum(effects) > 1e-6:
        assert got.statistic == pytest.approx(pearson / sum(effects), rel=1e-5, abs=1e-9)
        assert got.outcome.numerator_df == pytest.approx(sum(effects) ** 2 / sum(e * e for e in effects), rel=1e-5)


@settings(max_examples=40, deadline=None)
@given(rows=samples)
def test_wald_of_residuals(rows: list[Row]) -> None:
    assume(min(len(levels(rows, "a")), len(levels(rows, "b"))) == 2)
    got = table_test(pl.DataFrame(rows, schema=SCHEMA), DESIGN, "a", "b", statistic="Wald")
    weights = [complex(r["w"]) for r in rows]
    scale = sum(r["w"] for _, r in pairs(rows))
    spread = np.array(covariance(rows, residuals(rows))) / scale**2
    residual = np.array([value.real for value in residuals(rows)(weights)]) / scale
    if math.isnan(got.statistic):
        # No degrees of freedom, or residuals that do not vary in every direction.
        correlations = spread / np.sqrt(np.outer(np.diag(spread), np.diag(spread)) + 1e-300)
        assert got.degrees < 1 or np.linalg.eigvalsh(correlations)[0] < 1e-6 or np.diag(spread).min() < 1e-12
        return
    expected = residual @ np.linalg.solve(spread, residual) / residual.size
    assert got.statistic == pytest.approx(expected, rel=1e-4, abs=1e-8)


@settings(max_examples=40, deadline=None)
@given(rows=samples)
def test_one_way(rows: list[Row]) -> None:
    given_shares = {1: 0.5, 2: 0.2, 3: 0.2, 4: 0.1}
    got = share_test(pl.DataFrame(rows, schema=SCHEMA), DESIGN, "a", given_shares)
    there = [(i, r) for i, r in enumerate(rows) if r["w"] > 0 and r["a"] is not None]
    assert got.pairs == len(there)
    if degrees(rows, "a") < 1:
        assert math.isnan(got.p_value)
        return

    def statistic(weights: list[complex]) -> list[complex]:
        whole = sum(weights[i] for i, _ in there)
        return [sum(weights[i] for i, r in there if r["a"] == level) / whole for level in given_shares]

    p = [value.real for value in statistic([complex(r["w"]) for r in rows])]
    spread = np.array(covariance(rows, statistic))[1:, 1:]
    p0 = np.array(list(given_shares.values()))[1:]
    effects = np.linalg.eigvals(np.linalg.solve(np.diag(p0) - np.outer(p0, p0), spread)).real * len(there)
    pearson = len(there) * sum((a - b) ** 2 / b for a, b in zip(p, given_shares.values(), strict=True))
    assert sorted(got.outcome.design_effects.tolist()) == pytest.approx(sorted(effects), rel=1e-6, abs=1e-6)
    assert got.outcome.pearson == pytest.approx(pearson, **CLOSE)


def kappa(rows: list[Row], power: int) -> Statistic:
    scale = sorted(set(levels(rows, "a")) | set(levels(rows, "b")))
    span = max(scale) - min(scale)

    def agreed(a: int, b: int) -> float:
        return float(a == b) if power == 0 else 1 - (abs(a - b) / span) ** power

    def statistic(weights: list[complex]) -> list[complex]:
        whole = sum(weights[i] for i, _ in pairs(rows))
        observed = sum(weights[i] * agreed(r["a"], r["b"]) for i, r in pairs(rows)) / whole
        first = {k: sum(weights[i] for i, r in pairs(rows) if r["a"] == k) / whole for k in scale}
        second = {k: sum(weights[i] for i, r in pairs(rows) if r["b"] == k) / whole for k in scale}
        expected = sum(first[a] * second[b] * agreed(a, b) for a in scale for b in scale)
        return [(observed - expected) / (1 - expected)]

    return statistic


def category(rows: list[Row], level: int) -> Statistic:
    def statistic(weights: list[complex]) -> list[complex]:
        whole = sum(weights[i] for i, _ in pairs(rows))
        first = sum(weights[i] for i, r in pairs(rows) if r["a"] == level) / whole
        second = sum(weights[i] for i, r in pairs(rows) if r["b"] == level) / whole
        changed = sum(weights[i] for i, r in pairs(rows) if (r["a"] == level) != (r["b"] == level)) / whole
        return [first - second, changed / (first * (1 - second) + second * (1 - first))]

    return statistic


@settings(max_examples=40, deadline=None)
@given(rows=samples)
def test_agreement(rows: list[Row]) -> None:
    got = agreement(pl.DataFrame(rows, schema=SCHEMA), {"q": ("a", "b")}, DESIGN)
    item = got.items.row(0, named=True)
    scale = sorted(set(levels(rows, "a")) | set(levels(rows, "b")))
    assert (item["pairs"], item["categories"]) == (len(pairs(rows)), len(scale))
    if not pairs(rows):
        assert item["agreement"] is None
        assert got.categories.is_empty()
        return
    weights = [complex(r["w"]) for r in rows]
    whole = sum(r["w"] for _, r in pairs(rows))
    assert item["agreement"] == pytest.approx(sum(r["w"] for _, r in pairs(rows) if r["a"] == r["b"]) / whole)
    if len(scale) < 2:
        assert (item["kappa"], item["inconsistency"], item["agreement"]) == (None, None, 1.0)
        return
    known = degrees(rows) > 0 or len({(r["stratum"], r["psu"]) for _, r in pairs(rows)}) > 1
    for name, power in (("kappa", 0), ("kappa_linear", 1), ("kappa_quadratic", 2)):
        assert item[name] == pytest.approx(kappa(rows, power)(weights)[0].real, **CLOSE)
        if known:
            expected = math.sqrt(covariance(rows, kappa(rows, power))[0][0])
            assert item[f"{name}_se"] == pytest.approx(expected, rel=1e-6, abs=1e-7)
    for line, level in zip(got.categories.rows(named=True), scale, strict=True):
        net, index = (value.real for value in category(rows, level)(weights))
        assert (line["net_difference"], line["inconsistency"]) == pytest.approx((net, index), **CLOSE)
        if known:
            spread = covariance(rows, category(rows, level))
            errors = [math.sqrt(spread[k][k]) for k in range(2)]
            got_errors = [line["net_difference_se"], line["inconsistency_se"]]
            assert got_errors == pytest.approx(errors, rel=1e-6, abs=1e-7)


@settings(max_examples=30, deadline=None)
@given(rows=samples)
def test_equality_of_groups(rows: list[Row]) -> None:
    measures = (Mean("x", "x"),)
    moments = collapse(pl.DataFrame(rows, schema=SCHEMA), DESIGN, measures, (("b",),))
    one = ratios(next(iter(grids(moments, ("b",)))), measures)
    got = equality_of_domains(one, "x", adjusted=False)
    answered = [(i, r) for i, r in enumerate(rows) if r["w"] > 0 and r["x"] is not None and r["b"] is not None]
    groups = sorted({r["b"] for r in rows if r["b"] is not None})
    units = [{(r["stratum"], r["psu"]) for _, r in answered if r["b"] == g} for g in groups]
    compared = [str(g) for g, there in zip(groups, units, strict=True) if len(there) > 1]
    assert got.left_out == tuple(str(g) for g in groups if str(g) not in compared)
    if len(compared) < 2:
        assert math.isnan(got.p_value)
        return

    def difference(weights: list[complex]) -> list[complex]:
        means = [
            sum(weights[i] * r["x"] for i, r in answered if r["b"] == g)
            / sum(weights[i] for i, r in answered if r["b"] == g)
            for g in (1, 2)
        ]
        return [means[1] - means[0]]

    value = difference([complex(r["w"]) for r in rows])[0].real
    spread = covariance(rows, difference)[0][0]
    both = units[0] | units[1]
    assert got.denominator_df == len(both) - len({h for h, _ in both})
    if spread > 1e-12 and got.denominator_df > 0:
        assert got.statistic == pytest.approx(value**2 / spread, rel=1e-6, abs=1e-9)
    else:
        assert math.isnan(got.statistic) or spread > 0
