"""Calibrated variances against a slow, obvious twin: a regression of rows by ``lstsq``, then plain loops."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sipas.estimation import (
    CalibratedWeight,
    Design,
    Linearised,
    Mean,
    Moments,
    Share,
    across,
    collapse_calibrated,
    grids,
    merge,
    numerators,
    ratios,
)
from sipas.estimation.replicates.cells import auxiliary_cells
from sipas.estimation.replicates.recalibration import poststratify, recalibrate
from sipas.weighting import Distance

Row = dict[str, object]
MEASURES = (Share("top", "q", (4, 5)), Mean("y", "y"))
CLOSE = {"rel": 1e-8, "abs": 1e-9}
CALIBRATIONS = (
    CalibratedWeight(base="base", margins=("a",)),
    CalibratedWeight(base="base", margins=("a", "b", ("a", "b")), intercept=True),
    CalibratedWeight(base="base", margins=("a",), numbers=("x",)),
    CalibratedWeight(base="base", numbers=("x",), intercept=True, by=("b",)),
    CalibratedWeight(base="base", margins=("a", "b"), residuals="final"),
    CalibratedWeight(base="base", margins=("b", "a"), residuals="sweeps"),
)
row = st.fixed_dictionaries({
    "stratum": st.sampled_from(["s1", "s2", "s3"]),
    "psu": st.integers(1, 4),
    "base": st.sampled_from([0.0, 0.5, 1.0, 1.75, 40.0]),
    "g": st.sampled_from([0.0, 0.5, 1.0, 1.3, 2.0]),
    "a": st.sampled_from(["k", "l", "m"]),
    "b": st.integers(1, 2),
    "x": st.sampled_from([-1.0, 0.0, 2.0, 3.5]),
    "q": st.sampled_from([None, 1, 4, 5]),
    "y": st.sampled_from([None, -2.0, 0.0, 1.5, 7.0]),
    "d": st.sampled_from(["A", "B", None]),
})
samples = st.lists(row, min_size=1, max_size=30)


def frame(rows: list[Row]) -> pl.DataFrame:
    schema = {"stratum": pl.String, "base": pl.Float64, "x": pl.Float64, "q": pl.Int16, "y": pl.Float64, "d": pl.String}
    full = [{**r, "psu": f"{r['stratum']}-{r['psu']}", "w": r["base"] * r["g"], "N": 11.0} for r in rows]
    return pl.DataFrame(full, schema_overrides=schema)


def design(rule: str, population: bool) -> Design:
    return Design(weight="w", strata="stratum", psu="psu", population="N" if population else None, lonely=rule)


def moments_of(rows: list[Row], rule: str, population: bool, calibration: CalibratedWeight, part: str = "") -> Moments:
    of = design(rule, population)
    return collapse_calibrated(frame(rows), of, MEASURES, (("d",),), calibration=calibration, part=part)


class Twin:
    """Residuals of every row, added up to units by loops."""

    def __init__(self, rows: list[Row], calibration: CalibratedWeight) -> None:
        self.rows, self.calibration = [r for r in rows if r["base"] > 0], calibration
        self.every = rows

    def variables(self) -> list[np.ndarray]:
        """One array of columns per calibration variable."""
        found = []
        for one in self.calibration.variables():
            key = [tuple(r[c] for c in one.columns) for r in self.rows]
            value = [1.0 if one.number is None else r[one.number] for r in self.rows]
            marks = [[v * (k == level) for k, v in zip(key, value, strict=True)] for level in sorted(set(key), key=str)]
            found.append(np.array(marks).reshape(len(marks), len(self.rows)).T)
        return found

    def z(self, measure: str, domain: str | None, total: bool) -> np.ndarray:
        def pair(r: Row) -> tuple[float, float]:
            column = "q" if measure == "top" else "y"
            if r[column] is None or (domain is not None and r["d"] != domain):
                return 0.0, 0.0
            return (float(r["q"] in {4, 5}) if measure == "top" else r["y"]), 1.0

        pairs = [pair(r) for r in self.rows]
        if total:
            return np.array([y for y, _ in pairs])
        below = sum(r["base"] * r["g"] * m for r, (_, m) in zip(self.rows, pairs, strict=True))
        above = sum(r["base"] * r["g"] * y for r, (y, _) in zip(self.rows, pairs, strict=True))
        return np.array([(y - above / below * m) / below for y, m in pairs]) if below else np.zeros(len(pairs))

    def residuals(self, z: np.ndarray) -> np.ndarray:
        variables = self.variables()
        if self.calibration.residuals == "sweeps":
            for _ in range(10):
                for x in variables:
                    z = z - x @ ((x.T @ z) / x.sum(axis=0))
            return z
        final = self.calibration.residuals == "final"
        root = np.sqrt([r["base"] * (r["g"] if final else 1.0) for r in self.rows])
        x = np.hstack(variables)
        return z - x @ np.linalg.lstsq(x * root[:, None], z * root, rcond=1e-10)[0]

    def scores(self, measure: str, domain: str | None, total: bool) -> dict[tuple[str, int], float]:
        found = {(r["stratum"], r["psu"]): 0.0 for r in self.every}
        for r, e in zip(self.rows, self.residuals(self.z(measure, domain, total)), strict=True):
            found[r["stratum"], r["psu"]] += r["base"] * r["g"] * e
        return found

    def covariance(self, one: dict, other: dict, rule: str, population: bool) -> float:
        whole, units = 0.0, set(one)
        overall = [sum(s.values()) / len(units) for s in (one, other)]
        strata = {h for h, _ in units}
        lonely = {h for h in strata if sum(u[0] == h for u in units) == 1}
        for h in strata:
            mine = [u for u in units if u[0] == h]
            n = len(mine)
            left = 1 - n / 11 if population else 1.0
            if n == 1:
                if rule == "centered":
                    whole += left * (one[mine[0]] - overall[0]) * (other[mine[0]] - overall[1])
                continue
            means = [sum(s[u] for u in mine) / n for s in (one, other)]
            whole += left * n / (n - 1) * sum((one[u] - means[0]) * (other[u] - means[1]) for u in mine)
        if rule == "average" and len(strata) > len(lonely):
            whole *= len(strata) / (len(strata) - len(lonely))
        return whole


@settings(deadline=None, max_examples=25)
@given(samples, st.sampled_from(CALIBRATIONS), st.sampled_from(["centered", "remove", "average"]), st.booleans())
def test_covariances(rows: list[Row], calibration: CalibratedWeight, rule: str, population: bool) -> None:
    moments, twin = moments_of(rows, rule, population, calibration), Twin(rows, calibration)
    whole, kinds = grids(moments)
    for grid, names in ((whole, (None,)), (kinds, kinds.domains)):
        for total, one in ((False, ratios(grid, MEASURES)), (True, numerators(grid, MEASURES))):
            inside, variance = one.covariances(), one.variance()
            between = across(one, "top", one, "y")
            for i, left in enumerate(names):
                top = twin.scores("top", left, total)
                own = twin.covariance(top, top, rule, population)
                assert math.isnan(variance[i, 0]) or variance[i, 0] == pytest.approx(own, **CLOSE)
                for j, right in enumerate(names):
                    expected = twin.covariance(top, twin.scores("y", right, total), rule, population)
                    if not math.isnan(between[i, j]):
                        assert between[i, j] == pytest.approx(expected, rel=1e-8, abs=1e-7)
                    if i == j and not math.isnan(inside[i, 0, 1]):
                        assert inside[i, 0, 1] == pytest.approx(expected, rel=1e-8, abs=1e-7)


@settings(deadline=None, max_examples=12)
@given(samples, st.sampled_from(CALIBRATIONS), st.booleans())
def test_what_was_calibrated_to_has_no_error(rows: list[Row], calibration: CalibratedWeight, population: bool) -> None:
    """A share of a category of a margin: its residuals are 0, whatever the weights."""
    assume(calibration.margins)
    column = calibration.margins[0]
    known = [{**r, "q": 4 if r[column] == rows[0][column] else 1} for r in rows]
    whole, _ = grids(moments_of(known, "remove", population, calibration))
    for one in (ratios(whole, MEASURES), numerators(whole, MEASURES)):
        variance = one.variance()[0, 0]
        assert math.isnan(variance) or variance == pytest.approx(0, abs=1e-9 * (1 + abs(one.values[0, 0])) ** 2)


@settings(deadline=None, max_examples=6)
@given(samples, samples, st.sampled_from(CALIBRATIONS))
def test_parts_add_up(first: list[Row], second: list[Row], calibration: CalibratedWeight) -> None:
    def variances(moments: Moments) -> list[Linearised]:
        return [ratios(grid, MEASURES) for grid in grids(moments)]

    whole = moments_of(first + second, "centered", True, calibration)
    parts = [moments_of(rows, "centered", True, calibration, part) for part, rows in (("1", first), ("2", second))]
    stale = merge([parts[0], moments_of(first, "centered", True, calibration, "2")])
    for together in (merge(parts), stale.replaced(parts[1])):
        assert together.calibration is not None
        assert whole.calibration is not None
        for one, other in zip(variances(whole), variances(together), strict=True):
            np.testing.assert_allclose(one.variance(), other.variance(), rtol=1e-9, atol=1e-12)
        assert together.calibration.factors() == pytest.approx(whole.calibration.factors(), rel=1e-12, nan_ok=True)
    alone = merge(parts).without("2")
    for one, other in zip(variances(parts[0]), variances(alone), strict=True):
        np.testing.assert_array_equal(one.variance(), other.variance())


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.tuples(st.sampled_from("kl"), st.integers(1, 2), st.floats(0.5, 9)), min_size=6, max_size=25),
    st.sampled_from([
        Distance("linear"),
        Distance("raking"),
        Distance("logit", 0.1, 9.0),
        Distance("linear", 0.1, 9.0),
    ]),
    st.integers(0, 2**32 - 1),
)
def test_replicates_meet_the_totals(rows: list[tuple[str, int, float]], distance: Distance, seed: int) -> None:
    """Totals are those of weights moved by factors that depend on the margins, so that a solution exists."""
    table = pl.DataFrame(rows, schema=["a", "b", "base"], orient="row")
    weight = CalibratedWeight(base="base", margins=("a", "b"))
    random = np.random.Generator(np.random.PCG64(seed))
    replicates = random.uniform(0.8, 1.25, (len(rows), 3)) * table["base"].to_numpy()[:, None]
    moved = replicates[:, 0] * np.where(table["a"] == "k", 1.2, 0.9)
    totals = pl.concat([
        table.group_by(category=pl.col(c).cast(pl.String)).agg(total=pl.lit(0.0)).with_columns(variable=pl.lit(c))
        for c in ("a", "b")
    ])
    marks = [np.array(table[v].cast(pl.String) == c) for v, c in totals.select("variable", "category").rows()]
    totals = totals.with_columns(total=pl.Series([float(moved[m].sum()) for m in marks]))
    cells = auxiliary_cells(table, weight, totals)
    found = recalibrate(cells.added(replicates), cells, distance, strict=False)
    for r in np.flatnonzero(~found.failed):
        final = replicates[:, r] * found.factor[cells.of_row, r]
        for mark, total in zip(marks, totals["total"], strict=True):
            assert final[mark].sum() == pytest.approx(total, rel=1e-9)
    assert not found.failed[0] or math.isfinite(distance.low)
    codes = (table["a"] == "k").cast(pl.Int64).to_numpy()
    if 0 < codes.sum() < codes.size:
        factor = poststratify(replicates, codes, np.array([5.0, 7.0]))
        sums = [(replicates * factor[codes])[codes == k].sum(axis=0) for k in (0, 1)]
        np.testing.assert_allclose(sums, [[5.0] * 3, [7.0] * 3], rtol=1e-12)
