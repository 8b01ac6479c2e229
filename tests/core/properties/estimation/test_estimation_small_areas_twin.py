"""Fay-Herriot against a slow, obvious twin: dense matrices, the density of the normal law, a search on a fine grid."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sipas.estimation import SmallAreas, fay_herriot

METHODS = st.sampled_from(["REML", "ML", "FH"])
area = st.tuples(
    st.floats(-3, 3).map(lambda v: round(v, 3)),
    st.sampled_from([0.01, 0.05, 0.2, 0.5, 1.0, 3.0]),
    st.floats(-2, 2).map(lambda v: round(v, 2)),
)
areas = st.lists(area, min_size=4, max_size=15).filter(lambda rows: len({x for *_, x in rows}) > 2)


class Dense:
    def __init__(self, rows: list[tuple[float, float, float]]) -> None:
        self.y = np.array([y for y, _, _ in rows])
        self.d = np.array([d for _, d, _ in rows])
        self.x = np.array([[1.0, x] for *_, x in rows])

    def inverse(self, a: float) -> np.ndarray:
        return np.linalg.inv(np.diag(self.d + a))

    def covariance(self, a: float) -> np.ndarray:
        return np.linalg.inv(self.x.T @ self.inverse(a) @ self.x)

    def projection(self, a: float) -> np.ndarray:
        v = self.inverse(a)
        return v - v @ self.x @ self.covariance(a) @ self.x.T @ v

    def likelihood(self, a: float, method: str) -> float:
        beta = self.covariance(a) @ self.x.T @ self.inverse(a) @ self.y
        left = self.y - self.x @ beta
        log = sum(
            -0.5 * math.log(2 * math.pi * (a + d)) - e * e / (2 * (a + d)) for d, e in zip(self.d, left, strict=True)
        )
        if method == "ML":
            return log
        fixed = np.linalg.det(self.x.T @ self.x) * np.linalg.det(self.covariance(a))
        return log + 0.5 * math.log(fixed) + 0.5 * self.x.shape[1] * math.log(2 * math.pi)

    def moment(self, a: float) -> float:
        return float(self.y @ self.projection(a) @ self.y) - (self.y.size - self.x.shape[1])

    def variance_and_bias(self, a: float, method: str) -> tuple[float, float]:
        v, size = self.inverse(a), self.y.size
        if method == "FH":
            bias = 2 * (size * np.trace(v @ v) - np.trace(v) ** 2) / np.trace(v) ** 3
            return 2 * size / np.trace(v) ** 2, bias
        bias = 0.0
        if method == "ML":
            bias = -np.trace(self.covariance(a) @ self.x.T @ v @ v @ self.x) / np.trace(v @ v)
        return 2 / np.trace(v @ v), bias


def table(rows: list[tuple[float, float, float]]) -> pl.DataFrame:
    columns = {"domain": range(len(rows)), "estimate": [y for y, *_ in rows], "variance": [d for _, d, _ in rows]}
    return pl.DataFrame({**columns, "x": [x for *_, x in rows]})


def made(rows: list[tuple[float, float, float]], method: str) -> SmallAreas:
    return fay_herriot(table(rows), ("x",), method=method, variance="variance")


@settings(max_examples=40, deadline=None)
@given(rows=areas, method=st.sampled_from(["REML", "ML"]))
def test_no_variance_is_likelier(rows: list[tuple[float, float, float]], method: str) -> None:
    twin, got = Dense(rows), made(rows, method)
    assume(np.linalg.cond(twin.x) < 1e4)
    assert got.loglikelihood == pytest.approx(twin.likelihood(got.refvar, method), rel=1e-8, abs=1e-8)
    best = max(twin.likelihood(a, method) for a in [0.0, *np.geomspace(1e-6, 100, 400)])
    assert got.loglikelihood >= best - 1e-7
    near = [max(got.refvar * (1 + step), 0.0) for step in (-1e-3, 1e-3)]
    assert all(twin.likelihood(a, method) <= got.loglikelihood + 1e-9 for a in near)


@settings(max_examples=40, deadline=None)
@given(rows=areas)
def test_moments_are_met(rows: list[tuple[float, float, float]]) -> None:
    twin, got = Dense(rows), made(rows, "FH")
    assume(np.linalg.cond(twin.x) < 1e4)
    if got.at_zero:
        assert twin.moment(0.0) <= 1e-8
    else:
        assert twin.moment(got.refvar) == pytest.approx(0, abs=1e-7)


@settings(max_examples=40, deadline=None)
@given(rows=areas, method=METHODS)
def test_predictors_and_their_errors(rows: list[tuple[float, float, float]], method: str) -> None:
    """The predictor as A·P·y laid on the direct estimate, its error from the dense matrices."""
    twin, got = Dense(rows), made(rows, method)
    assume(np.linalg.cond(twin.x) < 1e4)
    a = got.refvar
    expected = twin.y - np.diag(twin.d) @ twin.projection(a) @ twin.y
    assert got.table["estimate"].to_list() == pytest.approx(expected.tolist(), rel=1e-7, abs=1e-7)
    exact = np.diag(np.diag(twin.d) - np.diag(twin.d) @ twin.projection(a) @ np.diag(twin.d))
    spread, bias = twin.variance_and_bias(a, method)
    third = twin.d**2 / (a + twin.d) ** 3 * spread
    errors = exact + 2 * third - bias * (twin.d / (a + twin.d)) ** 2
    assert got.table["mse"].to_list() == pytest.approx(errors.tolist(), rel=1e-6, abs=1e-9)
    assert got.table["rmse"].null_count() == sum(error < 0 for error in got.table["mse"])
    assert got.refvar_se == pytest.approx(math.sqrt(spread), rel=1e-7)


@settings(max_examples=30, deadline=None)
@given(rows=areas, method=METHODS, shift=st.sampled_from([-5.0, 2.0]), scale=st.sampled_from([0.01, 100.0]))
def test_units_do_not_matter(rows: list[tuple[float, float, float]], method: str, shift: float, scale: float) -> None:
    assume(np.linalg.cond(Dense(rows).x) < 1e4)
    moved = [(y * scale + shift, d * scale**2, x) for y, d, x in rows]
    got, again = made(rows, method), made(moved, method)
    assert again.refvar == pytest.approx(got.refvar * scale**2, rel=1e-5, abs=1e-6 * scale**2)
    expected = [value * scale + shift for value in got.table["estimate"]]
    assert again.table["estimate"].to_list() == pytest.approx(expected, rel=1e-4, abs=1e-5 * scale)
