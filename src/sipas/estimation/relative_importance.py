"""Which predictors carry the R² of a linear model: averages over orders (LMG, Shapley) and Johnson's weights.

Everything starts from covariance matrices, many at a time, so that replicates cost little.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import factorial
from typing import Literal

import numpy as np

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Ints, Reals

Importance = Literal["lmg", "johnson"]
MOST_EXACT = 22  # players: 2^22 models take about 200 MB
SINGULAR = 1e-10  # share of a predictor's variance left by the others, below which it adds nothing
BATCH_NUMBERS = 4_000_000  # doubles worked on at a time


@dataclass(frozen=True, slots=True)
class Shares:
    """Parts of R², for B covariance matrices.

    Parameters
    ----------
    parts : array, shape (B, G)
        Part of R² of each player; they add up to ``r_squared``. NaN where the outcome does not vary.
    r_squared : array, shape (B,)
        Of the model with all predictors.
    error : array, shape (B, G)
        Standard error of the parts from drawing orders; 0 where all were gone through.
    orders : int
        Orders drawn, 0 where all were gone through.
    """

    parts: Reals
    r_squared: Reals
    error: Reals
    orders: int


def lmg(covariance: Reals, players: tuple[tuple[int, ...], ...] | None = None) -> Shares:
    """Average each player's gain in R² over all orders in which players enter the model.

    Parameters
    ----------
    covariance : array, shape (P + 1, P + 1) or (B, P + 1, P + 1)
        Of P predictors and, last, the outcome; no missing values, positive up to rounding.
    players : tuple of tuple of int, optional
        Predictors that enter together, at most 22 players; each predictor in one. Missing: each by itself.

    Returns
    -------
    Shares
        Exact: all 2^G models are gone through.

    Raises
    ------
    SipasError
        ``estimation.too_many_players``, ``estimation.players_not_valid``.

    Notes
    -----
    Lindeman, Merenda & Gold 1980, pp. 119 ff.; Grömping 2006, doi:10.18637/jss.v017.i01 (``relaimpo``, lmg); the value
    of Shapley 1953 with R² as the worth of a coalition. Residual covariances are halved level by level: with and
    without the next player, so that all models together cost about 10 × 2^G operations. A predictor that is constant,
    or a combination of those before it, adds nothing.
    """
    matrices, given = _standardised(covariance), _players(players, covariance.shape[-1] - 1)
    if len(given) > MOST_EXACT:
        raise SipasError("estimation.too_many_players", "players", expected=MOST_EXACT, got=len(given))
    width = max(1, BATCH_NUMBERS // 2 ** (len(given) + 2))
    blocks = [_shapley(_r_squared(matrices[b : b + width], given)) for b in range(0, len(matrices), width)]
    parts = np.concatenate([part for part, _ in blocks])
    whole = np.concatenate([one for _, one in blocks])
    return Shares(parts, whole, np.zeros_like(parts), 0)


def lmg_sampled(
    covariance: Reals, players: tuple[tuple[int, ...], ...] | None = None, *, orders: int = 200, seed: int = 1
) -> Shares:
    """Average each player's gain in R² over orders drawn at random, each with its reverse.

    Parameters
    ----------
    covariance, players
        As in ``lmg``, for any number of players.
    orders : int
        Orders to draw, even, 4 or more; the same for all matrices.
    seed : int
        Of PCG64.

    Returns
    -------
    Shares
        Unbiased for ``lmg``; ``error`` from the spread of the averages of an order and its reverse.

    Raises
    ------
    SipasError
        ``estimation.orders_not_valid``, ``estimation.players_not_valid``.

    Notes
    -----
    Castro, Gómez & Tejada 2009, doi:10.1016/j.cor.2008.04.004.
    """
    if orders < 4 or orders % 2:
        raise SipasError("estimation.orders_not_valid", "orders", expected=4, got=orders)
    matrices, given = _standardised(covariance), _players(players, covariance.shape[-1] - 1)
    half = np.random.Generator(np.random.PCG64(seed)).permuted(np.tile(np.arange(len(given)), (orders // 2, 1)), axis=1)
    width = max(1, BATCH_NUMBERS // (orders * matrices.shape[-1] ** 2))
    parts, error = [], []
    for b in range(0, len(matrices), width):
        some = matrices[b : b + width]
        both = (_gains(some, given, half) + _gains(some, given, half[:, ::-1])) / 2
        parts.append(both.mean(axis=1))
        error.append(both.std(axis=1, ddof=1) / np.sqrt(orders // 2))
    shares = np.concatenate(parts)
    return Shares(shares, shares.sum(axis=1), np.concatenate(error), orders)


def johnson(covariance: Reals, players: tuple[tuple[int, ...], ...] | None = None) -> Shares:
    """Give Johnson's relative weights: R² by the nearest uncorrelated predictors, led back to the real ones.

    Parameters
    ----------
    covariance, players
        As in ``lmg``, for any number of players; the weights of a player's predictors are added.

    Returns
    -------
    Shares
        No orders are drawn.

    Raises
    ------
    SipasError
        ``estimation.players_not_valid``.

    Notes
    -----
    Johnson 2000, doi:10.1207/S15327906MBR3501_1: with Λ the symmetric root of the predictors' correlations and
    b = Λ⁻¹ r, the weight of predictor j is Σ_k Λ²_jk b²_k. Equal to LMG for two predictors; one decomposition instead
    of 2^P models otherwise. Directions without variance are left out.
    """
    matrices, given = _standardised(covariance), _players(players, covariance.shape[-1] - 1)
    values, vectors = np.linalg.eigh(matrices[:, :-1, :-1])
    root = np.sqrt(np.maximum(values, 0.0))
    inverse = np.divide(1.0, root, out=np.zeros_like(root), where=values > SINGULAR)
    turned = np.einsum("bji,bj->bi", vectors, matrices[:, :-1, -1])
    nearest = np.einsum("bij,bj->bi", vectors, inverse * turned)
    loads = np.einsum("bij,bj,bkj->bik", vectors, np.where(values > SINGULAR, root, 0.0), vectors)
    weights = np.einsum("bjk,bk->bj", loads**2, nearest**2) / matrices[:, [-1], -1]
    parts = np.stack([weights[:, list(player)].sum(axis=1) for player in given], axis=1)
    return Shares(parts, parts.sum(axis=1), np.zeros_like(parts), 0)


def _standardised(covariance: Reals) -> Reals:
    """Correlations; a predictor without variance gets zeros, an outcome without variance NaN."""
    matrices = np.asarray(covariance, dtype=np.float64)
    matrices = matrices[None] if matrices.ndim == 2 else matrices
    spread = np.sqrt(np.maximum(np.diagonal(matrices, axis1=1, axis2=2), 0.0))
    scale = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
    scale[:, -1] = np.where(spread[:, -1] > 0, scale[:, -1], np.nan)
    return np.asarray(matrices * scale[:, :, None] * scale[:, None, :])


def _players(players: tuple[tuple[int, ...], ...] | None, predictors: int) -> tuple[tuple[int, ...], ...]:
    given = tuple((p,) for p in range(predictors)) if players is None else players
    if not given or sorted(p for player in given for p in player) != list(range(predictors)) or () in given:
        raise SipasError("estimation.players_not_valid", "players", expected=predictors, got=[list(p) for p in given])
    return given


def _swept(left: Reals) -> Reals:
    """Take the first variable out of residual covariances, shape (..., m, m) to (..., m - 1, m - 1)."""
    pivot = left[..., :1, :1]
    rest = left[..., 1:, :1]
    scale = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=pivot > SINGULAR)
    return np.asarray(left[..., 1:, 1:] - rest * (scale * np.swapaxes(rest, -1, -2)))


def _r_squared(matrices: Reals, players: tuple[tuple[int, ...], ...]) -> Reals:
    """R² of every set of players, shape (B, 2^G); the first player is the highest bit."""
    order = [p for player in players for p in player] + [matrices.shape[-1] - 1]
    left = matrices[:, order][:, :, order][:, None]
    for player in players:
        with_it = left
        for _ in player:
            with_it = _swept(with_it)
        without = left[..., len(player) :, len(player) :]
        left = np.stack([without, with_it], axis=2).reshape(left.shape[0], -1, *with_it.shape[-2:])
    return np.asarray(1.0 - left[..., 0, 0])


def _shapley(worth: Reals) -> tuple[Reals, Reals]:
    count = int(worth.shape[1]).bit_length() - 1
    size = np.bitwise_count(np.arange(2**count)).astype(np.int64)
    outside = np.array([factorial(s) * factorial(count - s - 1) / factorial(count) for s in range(count)] + [0.0])
    inside = np.concatenate([[0.0], outside[:-1]])
    added = worth * (inside + outside)[size]
    base = worth @ outside[size]
    parts = np.empty((worth.shape[0], count))
    for player in range(count):
        halves = added.reshape(worth.shape[0], 2**player, 2, -1)
        parts[:, player] = halves[:, :, 1].sum(axis=(1, 2)) - base
    # Rounding alone makes a part negative, or R² where nothing is explained.
    return np.maximum(parts, 0.0), np.maximum(worth[:, -1], 0.0)


def _gains(matrices: Reals, players: tuple[tuple[int, ...], ...], orders: Ints) -> Reals:
    """Gain in R² of every player in every order, shape (B, orders, G)."""
    size = matrices.shape[-1]
    place = np.array([[p for player in order for p in players[player]] + [size - 1] for order in orders.tolist()])
    left = matrices[:, place[:, :, None], place[:, None, :]]
    worth = [1.0 - left[..., -1, -1]]
    for _ in range(size - 1):
        left = _swept(left)
        worth.append(1.0 - left[..., -1, -1])
    gains = np.diff(np.stack(worth, axis=-1), axis=-1)
    who = np.array([player for player, own in enumerate(players) for _ in own])[
        np.argsort([p for o in players for p in o])
    ]
    found = np.zeros((matrices.shape[0], orders.shape[0], len(players)))
    rows = np.arange(orders.shape[0])
    for step in range(size - 1):
        found[:, rows, who[place[:, step]]] += gains[..., step]
    return found
