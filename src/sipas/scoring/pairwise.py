"""Confidence sets for ranks from simultaneous tests of all pairwise differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtr

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Flags, Ints, Reals
from sipas.scoring.simultaneous import (
    DRAWS,
    SEED,
    errors_of_differences,
    greatest_differences,
    normal_draws,
    refuse_covariance,
    upper_quantile,
)

DIGITS = 9  # after the point of a percent: beyond them the order of additions decides, not the answers
NORMAL_FROM = 1e7  # degrees of freedom from which t is taken as normal


@dataclass(frozen=True, slots=True)
class RankSets:
    """Sets of ranks, and how they were found.

    Parameters
    ----------
    best, worst : array of int, shape (K,)
        Best and worst rank of each unit that the data allow, 1 the best; 0 for units without value or variance and for
        units not asked for.
    above : array of bool, shape (K, K)
        Whether the unit of the row, one of those asked for, was found above that of the column; of marginal sets each
        row comes from its own tests and holds for itself.
    ranked : int
        Units ranked against each other.
    critical : tuple of float
        Last critical value of each family: one for joint sets, one per unit asked for of marginal sets; NaN where no
        pair was left to test.
    steps : int
        Most rounds of testing in a family; 1 without the stepwise form.
    level : float
        Probability that the sets hold.
    draws, seed : int
        Of the simulation.
    """

    best: Ints
    worst: Ints
    above: Flags
    ranked: int
    critical: tuple[float, ...]
    steps: int
    level: float
    draws: int
    seed: int


@dataclass(frozen=True, slots=True)
class _Tests:
    statistics: Reals
    errors: Reals
    simulated: Reals
    certain: Flags
    level: float
    stepwise: bool


def rank_sets_pairwise(
    values: Reals,
    covariance: Reals,
    *,
    df: Reals | None = None,
    level: float = 0.95,
    stepwise: bool = True,
    units: Sequence[int] | None = None,
    marginal: bool = False,
    draws: int = DRAWS,
    seed: int = SEED,
) -> RankSets:
    """Give the ranks that simultaneous tests of pairwise differences leave possible.

    Parameters
    ----------
    values : array, shape (K,)
        Estimates, greater is better; NaN where there is none.
    covariance : array, shape (K, K)
        Of the estimates; rows of units without value or with a missing variance are left out.
    df : array, shape (K,), optional
        Degrees of freedom of each variance, 1 or more. A studentised difference is then turned into the normal
        deviate of the same probability, by t with Satterthwaite's degrees of freedom. Missing: normal.
    level : float
        Probability, above 0 and below 1, that the sets hold the true ranks.
    stepwise : bool
        Whether pairs found different are left out and the rest is tested again with a smaller critical value.
    units : sequence of int, optional
        Places of the units whose ranks are wanted; missing: all.
    marginal : bool
        False: the sets of all units wanted hold together. True: each set holds for itself.
    draws : int
        Draws of the simulation.
    seed : int
        Of the simulation.

    Returns
    -------
    RankSets
        1 + units found above, ranked units - units found below. A unit's rank is 1 + the number truly above it, so
        that units that are truly equal share the better rank. Two units whose difference has no error are compared
        by their values alone, to 9 digits after the point.

    Raises
    ------
    SipasError
        ``scoring.level_not_valid``, ``scoring.draws_not_valid``, ``scoring.covariance_not_valid``,
        ``scoring.unit_unknown``.

    Notes
    -----
    Mogstad, Romano, Shaikh & Wilhelm 2024, Review of Economic Studies 91(1) 476-518, doi:10.1093/restud/rdad006: the
    one-sided hypotheses "j is not above k" over all ordered pairs with a wanted unit, each rejected where
    (x_j - x_k) / se(x_j - x_k) exceeds the quantile of the greatest such ratio among normal draws with the given
    covariance and mean 0; the stepwise form is that of Romano & Wolf 2005, doi:10.1198/016214504000000539.
    """
    known = _known(values, covariance, level)
    wanted = _wanted(units, known)
    place = np.flatnonzero(known)
    inside = covariance[np.ix_(place, place)]
    tests = _tests(values[place], inside, None if df is None else df[place], level, stepwise, draws, seed)
    asked = np.flatnonzero(np.isin(place, wanted))
    families = [asked[[i]] for i in range(asked.size)] if marginal else [asked]
    above = np.zeros((place.size, place.size), dtype=bool)
    best, worst = np.zeros(values.size, dtype=np.int64), np.zeros(values.size, dtype=np.int64)
    found = []
    for family in families:
        rejected, critical, steps = _tested(tests, family)
        above[family] = rejected[family]
        best[place[family]] = 1 + rejected[:, family].sum(axis=0)
        worst[place[family]] = place.size - rejected[family].sum(axis=1)
        found.append((critical, steps))
    whole = np.zeros((values.size, values.size), dtype=bool)
    whole[np.ix_(place, place)] = above
    critical_values = tuple(critical for critical, _ in found)
    steps = max((steps for _, steps in found), default=0)
    return RankSets(best, worst, whole, place.size, critical_values, steps, level, draws, seed)


def studentised(differences: Reals, errors: Reals, df: Reals | None) -> Reals:
    """Turn differences into normal deviates.

    Parameters
    ----------
    differences, errors : array
        Of one shape.
    df : array, optional
        Degrees of freedom of each, of the same shape; missing: normal.

    Returns
    -------
    array
        difference / error, under t by the normal deviate of the same probability; 0 where the error is 0.
    """
    ratio = np.divide(differences, errors, out=np.zeros_like(differences), where=errors > 0)
    if df is None:
        return ratio
    few = df < NORMAL_FROM
    tail = stdtr(np.where(few, df, 1.0), -np.abs(ratio))
    return np.where(few, -np.sign(ratio) * ndtri(tail), ratio)


def pooled_degrees(covariance: Reals, df: Reals) -> Reals:
    """Give the degrees of freedom of the difference of any two estimates.

    Parameters
    ----------
    covariance : array, shape (K, K)
        Of the estimates.
    df : array, shape (K,)
        Of their variances.

    Returns
    -------
    array, shape (K, K)
        (v_j + v_k)² / (v_j² / df_j + v_k² / df_k), Satterthwaite 1946, doi:10.2307/3002019; the lesser of the two
        where neither has a variance.
    """
    variance = np.diag(covariance)
    share = variance**2 / np.maximum(df, 1.0)
    sums, below = (variance[:, None] + variance[None, :]) ** 2, share[:, None] + share[None, :]
    least = np.minimum(df[:, None], df[None, :])
    return np.divide(sums, below, out=np.asarray(least, dtype=np.float64).copy(), where=below > 0)


def _known(values: Reals, covariance: Reals, level: float) -> Flags:
    if not 0 < level < 1:
        raise SipasError("scoring.level_not_valid", "level", got=level)
    if covariance.shape != (values.size, values.size):
        raise SipasError("scoring.covariance_not_valid", "covariance", got=list(covariance.shape))
    return np.isfinite(values) & np.isfinite(np.diag(covariance))


def _wanted(units: Sequence[int] | None, known: Flags) -> Ints:
    if units is None:
        return np.flatnonzero(known)
    if unknown := [int(unit) for unit in units if not 0 <= unit < known.size]:
        raise SipasError("scoring.unit_unknown", "units", expected=known.size, got=unknown)
    return np.array(sorted({int(unit) for unit in units}), dtype=np.int64)


def _tests(
    values: Reals, covariance: Reals, df: Reals | None, level: float, stepwise: bool, draws: int, seed: int
) -> _Tests:
    refuse_covariance(covariance)
    errors = errors_of_differences(covariance)
    differences = np.round(values[:, None] - values[None, :], DIGITS)
    degrees = None if df is None else pooled_degrees(covariance, df)
    simulated = normal_draws(covariance, draws, seed)
    certain = (errors == 0) & (differences > 0)
    return _Tests(studentised(differences, errors, degrees), errors, simulated, certain, level, stepwise)


def _tested(tests: _Tests, units: Ints) -> tuple[Flags, float, int]:
    """Test the pairs with a unit of the family; give those found different, the last critical value, the steps."""
    pairs = np.zeros(tests.errors.shape, dtype=bool)
    pairs[units] = True
    pairs[:, units] = True
    rejected = tests.certain & pairs
    pairs &= tests.errors > 0
    critical, steps = float("nan"), 0
    while pairs.any():
        steps += 1
        critical = upper_quantile(greatest_differences(tests.simulated, tests.errors, pairs), tests.level)
        new = pairs & (tests.statistics > critical)
        rejected |= new
        pairs &= ~new
        if not tests.stepwise or not new.any():
            break
    return rejected, critical, steps
