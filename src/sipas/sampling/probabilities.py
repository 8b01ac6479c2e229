"""Inclusion probabilities of fixed-size designs with chances by size, first and second order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sipas.errors import SipasError
from sipas.sampling.numbers import RANGE

Integers = NDArray[np.int64]
Reals = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Certainty:
    """Which units of a list are so large that they are taken for certain.

    Parameters
    ----------
    cutoff : int or None
        Units of this size or more are certain; None: no unit is.
    count : int
        Certain units.
    rest : int
        Sum of sizes of the others.
    """

    cutoff: int | None
    count: int
    rest: int


def certainty(sizes: Integers, sample: int) -> Certainty:
    """Find the units whose probability n x_i / Σx reaches 1, taking them out and asking again until none does.

    Parameters
    ----------
    sizes : array of int, shape (N,)
        Sizes x_i, 1 or more.
    sample : int
        n, from 0 to N.

    Returns
    -------
    Certainty
        Cutoff, count and the rest.

    References
    ----------
    Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, section 3.6.1.
    """
    found = Certainty(None, 0, int(sizes.sum()))
    while found.count < sample:
        cutoff = -(-found.rest // (sample - found.count))
        is_certain = sizes >= cutoff
        count = int(is_certain.sum())
        if count == found.count:
            break
        found = Certainty(cutoff, count, int(sizes[~is_certain].sum()))
    return found


def inclusion_probabilities(sizes: Sequence[int] | Integers, sample: int) -> Reals:
    """Give π_i = n x_i / Σx, with certain units at 1 and the others sharing what is left.

    Parameters
    ----------
    sizes : sequence of int, shape (N,)
        Sizes x_i, 1 or more.
    sample : int
        n, from 0 to N.

    Returns
    -------
    array of float, shape (N,)
        From 0 to 1; they add up to n.

    Raises
    ------
    SipasError
        ``sampling.size_not_positive``, ``sampling.number_out_of_range``, ``sampling.size_too_large``.
    """
    whole = np.asarray(sizes, dtype=np.int64)
    if not 0 <= sample <= len(whole):
        raise SipasError("sampling.number_out_of_range", "sample", expected=f"0 … {len(whole)}", got=sample)
    check_sizes(int(whole.min(initial=1)), int(whole.sum()), sample)
    found = certainty(whole, sample)
    left = sample - found.count
    shared = (whole * left) / found.rest if found.rest else np.zeros(len(whole))
    return shared if found.cutoff is None else np.where(whole >= found.cutoff, 1.0, shared)


def systematic_joint(sizes: Sequence[int], sample: int) -> Reals:
    """Give the joint probabilities of systematic selection by size from a list in this order.

    Every sample that a start can give, with the share of starts that give it: exact, for small lists.

    Parameters
    ----------
    sizes : sequence of int, shape (N,)
        Sizes in the order of the list, no unit certain.
    sample : int
        n, from 1 to N.

    Returns
    -------
    array of float, shape (N, N)
        π_ij; the diagonal holds π_i.
    """
    ends = np.cumsum(np.asarray(sizes, dtype=object))
    interval = Fraction(int(ends[-1]), sample)
    breaks = sorted({Fraction(int(end)) % interval for end in ends} | {Fraction(0), interval})
    joint = np.zeros((len(sizes), len(sizes)))
    for low, high in pairwise(breaks):
        points = [(low + high) / 2 + j * interval for j in range(sample)]
        drawn = [next(i for i, end in enumerate(ends) if end > point) for point in points]
        joint[np.ix_(drawn, drawn)] += float((high - low) / interval)
    return joint


def systematic_positions(start: int, total: int, sample: int) -> Integers:
    """Give the points of a systematic selection on the line of cumulated sizes.

    Point j is floor((start/2^53 + j)·total/sample), reckoned in whole numbers; it hits the first unit whose
    cumulated size is greater.

    Parameters
    ----------
    start : int
        Random number of the list, 0 to 2^53 - 1.
    total : int
        Sum of sizes.
    sample : int
        Points, 0 or more.

    Returns
    -------
    array of int, shape (sample,)
        0 to total - 1, increasing.
    """
    points = [(start + j * RANGE) * total // (sample * RANGE) for j in range(sample)]
    return np.array(points, dtype=np.int64)


def check_sizes(smallest: int, total: int, sample: int) -> None:
    """Refuse sizes that cannot be drawn by, or not exactly in 64-bit numbers.

    Parameters
    ----------
    smallest : int
        Least size of a list.
    total : int
        Sum of its sizes.
    sample : int
        Units to draw.

    Raises
    ------
    SipasError
        ``sampling.size_not_positive``, ``sampling.size_too_large``.
    """
    if smallest < 1:
        raise SipasError("sampling.size_not_positive", "measure_of_size", expected="≥ 1", got=smallest)
    if total * max(sample, 1) >= RANGE:
        raise SipasError("sampling.size_too_large", "measure_of_size", expected=RANGE, got=total * max(sample, 1))
