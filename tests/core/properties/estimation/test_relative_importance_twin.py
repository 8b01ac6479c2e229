"""Parts of R² against plain loops over all orders with least squares, and what they must keep."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.errors import SipasError
from sipas.estimation.relative_importance import johnson, lmg, lmg_sampled

value = st.integers(-3, 3)


@st.composite
def tables(draw: st.DrawFn) -> np.ndarray:
    """Rows of up to four predictors and an outcome; constants and exact combinations are common."""
    predictors = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(value, min_size=predictors + 1, max_size=predictors + 1), min_size=3, max_size=9))
    table = np.array(rows, dtype=np.float64)
    if draw(st.booleans()):
        table[:, 0] = draw(value)
    if predictors > 2 and draw(st.booleans()):
        table[:, 1] = table[:, 0] - 2 * table[:, 2]
    return table


def r_squared(table: np.ndarray, chosen: tuple[int, ...]) -> float:
    y = table[:, -1] - table[:, -1].mean()
    x = np.column_stack([np.ones(len(table)), table[:, list(chosen)]])
    fitted = x @ np.linalg.lstsq(x, y, rcond=1e-9)[0]
    return 1 - float(((y - fitted) ** 2).sum() / (y**2).sum())


def slow(table: np.ndarray, players: tuple[tuple[int, ...], ...]) -> list[float]:
    orders = list(permutations(range(len(players))))
    parts = [0.0] * len(players)
    for order in orders:
        before: tuple[int, ...] = ()
        for player in order:
            after = before + players[player]
            parts[player] += (r_squared(table, after) - r_squared(table, before)) / len(orders)
            before = after
    return parts


def covariance(table: np.ndarray) -> np.ndarray:
    middle = table - table.mean(axis=0)
    return middle.T @ middle / len(table)


@settings(deadline=None, max_examples=100)
@given(tables(), st.booleans())
def test_parts_are_averages_over_all_orders(table: np.ndarray, together: bool) -> None:
    predictors = table.shape[1] - 1
    players = tuple((p,) for p in range(predictors))
    if together and predictors > 1:
        players = ((predictors - 1, 0), *((p,) for p in range(1, predictors - 1)))
    found = lmg(covariance(table), players)
    if np.ptp(table[:, -1]) == 0:
        assert np.isnan(found.parts).all()
        return
    assert found.parts[0].tolist() == pytest.approx(slow(table, players), abs=1e-7)
    assert found.parts.sum() == pytest.approx(found.r_squared[0], abs=1e-9)
    assert found.parts.min() > -1e-9
    weights = johnson(covariance(table), players)
    assert weights.r_squared[0] == pytest.approx(r_squared(table, tuple(range(predictors))), abs=1e-7)
    assert weights.parts.min() > -1e-9
    if predictors == 2 and len(players) == 2:
        assert weights.parts[0].tolist() == pytest.approx(found.parts[0].tolist(), abs=1e-7)


@settings(deadline=None, max_examples=30)
@given(st.lists(tables(), min_size=2, max_size=3))
def test_many_matrices_are_one_by_one(many: list[np.ndarray]) -> None:
    size = min(table.shape[1] for table in many)
    matrices = np.stack([covariance(table[:, -size:]) for table in many])
    for function in (lmg, johnson, lmg_sampled):
        together = function(matrices)
        for place, matrix in enumerate(matrices):
            alone = function(matrix)
            assert np.allclose(together.parts[place], alone.parts[0], rtol=0, atol=1e-12, equal_nan=True)


def test_drawn_orders_are_near_the_average_over_all() -> None:
    random = np.random.default_rng(4)
    x = random.normal(size=(300, 8)) + random.normal(size=(300, 1))
    table = np.column_stack([x, x @ random.uniform(0, 1, 8) + random.normal(size=300)])
    matrix, players = covariance(table), ((0, 1), (2,), (3,), (4, 5), (6,), (7,))
    exact = lmg(matrix, players)
    few, many = (lmg_sampled(matrix, players, orders=orders, seed=2) for orders in (100, 4_000))
    assert (np.abs(many.parts - exact.parts) < 4 * many.error).all()
    assert (many.error < few.error / 4).all()
    assert many.r_squared[0] == pytest.approx(exact.r_squared[0])
    assert (few.orders, exact.orders) == (100, 0)
    assert not exact.error.any()


def test_refusals() -> None:
    matrix = np.eye(4)
    for code, call in (
        ("estimation.players_not_valid", lambda: lmg(matrix, ((0,), (1,)))),
        ("estimation.players_not_valid", lambda: johnson(matrix, ((0, 1), (1, 2)))),
        ("estimation.players_not_valid", lambda: lmg_sampled(matrix, ((0, 1, 2), ()))),
        ("estimation.players_not_valid", lambda: lmg(np.eye(1))),
        ("estimation.too_many_players", lambda: lmg(np.eye(24))),
        ("estimation.orders_not_valid", lambda: lmg_sampled(matrix, orders=5)),
        ("estimation.orders_not_valid", lambda: lmg_sampled(matrix, orders=2)),
    ):
        with pytest.raises(SipasError) as caught:
            call()
        assert caught.value.code == code
