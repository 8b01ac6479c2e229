"""Pairwise rank sets against the definition in plain loops over draws and pairs, and what any such sets must keep."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.scoring import places, rank_sets_pairwise
from sipas.scoring.simultaneous import normal_draws

DRAWS = 100
value = st.integers(0, 12).map(float)
missing = st.sampled_from([False, False, False, True])
units = st.lists(st.tuples(value, st.sampled_from([0.0, 0.25, 1.0, 4.0]), missing), min_size=1, max_size=5)


def covariance_of(rows: list[tuple[float, float, bool]], shared: float) -> np.ndarray:
    errors = np.array([math.sqrt(v) for _, v, _ in rows])
    covariance = shared * np.outer(errors, errors)
    np.fill_diagonal(covariance, errors**2)
    return covariance


def slow(values: list[float], covariance: np.ndarray, level: float, wanted: list[int], *, stepwise: bool) -> set:
    count = len(values)
    draws = normal_draws(covariance, DRAWS, 3)
    pairs, beaten = set(), set()
    for j in range(count):
        for k in range(count):
            square = covariance[j, j] + covariance[k, k] - 2 * covariance[j, k]
            if j == k or not {j, k} & set(wanted):
                continue
            if square > 1e-12 * (covariance[j, j] + covariance[k, k]):
                pairs.add((j, k, math.sqrt(square)))
            elif values[j] > values[k]:
                beaten.add((j, k))
    while pairs:
        greatest = sorted(max((draws[j, b] - draws[k, b]) / se for j, k, se in pairs) for b in range(DRAWS))
        critical = greatest[math.ceil(DRAWS * level) - 1]
        new = {(j, k, se) for j, k, se in pairs if (values[j] - values[k]) / se > critical}
        beaten |= {(j, k) for j, k, _ in new}
        pairs -= new
        if not new or not stepwise:
            break
    return beaten


@settings(deadline=None, max_examples=150)
@given(units, st.sampled_from([0.0, 0.5]), st.booleans(), st.booleans())
def test_sets_are_those_of_the_definition(
    rows: list[tuple[float, float, bool]], shared: float, stepwise: bool, marginal: bool
) -> None:
    values = np.array([np.nan if gone else v for v, _, gone in rows])
    covariance = covariance_of(rows, shared)
    sets = rank_sets_pairwise(values, covariance, level=0.9, stepwise=stepwise, marginal=marginal, draws=DRAWS, seed=3)
    there = [i for i, (_, _, gone) in enumerate(rows) if not gone]
    inside = covariance[np.ix_(there, there)]
    numbers = [float(values[i]) for i in there]
    for place, i in enumerate(there):
        wanted = [place] if marginal else list(range(len(there)))
        beaten = slow(numbers, inside, 0.9, wanted, stepwise=stepwise)
        assert sets.best[i] == 1 + sum(k == place for _, k in beaten)
        assert sets.worst[i] == len(there) - sum(j == place for j, _ in beaten)
    gone = [i for i in range(len(rows)) if i not in there]
    assert not sets.best[gone].any()
    assert not sets.worst[gone].any()


@settings(deadline=None, max_examples=150)
@given(units, st.sampled_from([0.0, 0.3]))
def test_sets_hold_the_rank_and_shrink_with_steps_and_when_marginal(
    rows: list[tuple[float, float, bool]], shared: float
) -> None:
    values = np.array([v for v, _, _ in rows])
    covariance = covariance_of(rows, shared)
    one = rank_sets_pairwise(values, covariance, stepwise=False, draws=500)
    several = rank_sets_pairwise(values, covariance, draws=500)
    alone = rank_sets_pairwise(values, covariance, draws=500, marginal=True)
    ranks = places(values)
    for sets in (one, several, alone):
        assert ((sets.best <= ranks) & (ranks <= sets.worst)).all()
    for wide, narrow in ((one, several), (several, alone)):
        assert ((wide.best <= narrow.best) & (narrow.worst <= wide.worst)).all()
