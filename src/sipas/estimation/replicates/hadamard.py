"""Hadamard matrices: for half-samples and successive differences.

Orders come from Sylvester's doubling and from Paley's two constructions over fields of p or p² elements (Paley 1933,
J. Mathematics and Physics 12, 311-320; Hedayat & Wallis 1978, Annals of Statistics 6(6), 1184-1238): every multiple
of 4 up to 200 but 92, 116, 156, 172, 184 and 188.
"""

from __future__ import annotations

from math import isqrt

import numpy as np

from sipas.estimation.designs.strata import Ints


def hadamard(least: int) -> Ints:
    """Make the smallest Hadamard matrix there is a construction for.

    Parameters
    ----------
    least : int
        Order wanted, 1 or more.

    Returns
    -------
    array of int, shape (R, R)
        1 and -1, rows orthogonal, first row and first column all 1; R is 1, 2 or a multiple of 4, at least ``least``.
    """
    order = max(least, 1) if least < 3 else least + -least % 4
    while (found := _constructed(order)) is None:
        order += 4
    found = found * found[0]
    return np.asarray(found * found[:, [0]])


def _constructed(order: int) -> Ints | None:
    if order == 1:
        return np.ones((1, 1), np.int64)
    if (signs := _signs(order - 1)) is not None and order % 4 == 0:
        return _bordered(signs, -1) + np.eye(order, dtype=np.int64)
    if order % 4 == 0 and order // 2 % 4 == 2 and (signs := _signs(order // 2 - 1)) is not None:
        whole, cross = np.array([[1, 1], [1, -1]]), np.array([[1, -1], [-1, -1]])
        return np.asarray(np.kron(_bordered(signs, 1), whole) + np.kron(np.eye(order // 2, dtype=np.int64), cross))
    half = _constructed(order // 2) if order % 2 == 0 else None
    return None if half is None else np.asarray(np.kron(np.array([[1, 1], [1, -1]]), half))


def _bordered(signs: Ints, left: int) -> Ints:
    order = signs.shape[0] + 1
    found = np.zeros((order, order), np.int64)
    found[0, 1:], found[1:, 0], found[1:, 1:] = 1, left, signs
    return found


def _signs(size: int) -> Ints | None:
    """Quadratic character of all differences in the field of ``size`` elements, if size is p or p² with p odd."""
    root = isqrt(size)
    if _is_odd_prime(size):
        numbers = np.arange(size)
        character = _character(size, numbers**2 % size)
        return np.asarray(character[(numbers[:, None] - numbers) % size])
    if root**2 != size or not _is_odd_prime(root):
        return None
    # Elements a + b·√g with g not a square modulo p.
    g = next(x for x in range(2, root) if x not in {y * y % root for y in range(root)})
    a, b = np.divmod(np.arange(size), root)
    character = _character(size, (a * a + g * b * b) % root * root + 2 * a * b % root)
    return np.asarray(character[(a[:, None] - a) % root * root + (b[:, None] - b) % root])


def _character(size: int, squares: Ints) -> Ints:
    found = np.full(size, -1, np.int64)
    found[squares] = 1
    found[0] = 0
    return found


def _is_odd_prime(number: int) -> bool:
    return number > 2 and all(number % divisor for divisor in range(2, isqrt(number) + 1))
