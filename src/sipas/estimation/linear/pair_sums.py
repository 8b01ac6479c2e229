"""Covariances by a quadratic form over pairs of primary units."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from sipas.estimation.designs.strata import Reals
from sipas.estimation.linear.levels import Level, added
from sipas.estimation.moments.joint import Pairs


def paired(level: Level, pairs: Pairs, scores: Reals) -> Reals:
    """Add up the covariances of a quadratic form inside each domain.

    Parameters
    ----------
    level : Level
        The first stage.
    pairs : Pairs
        The form.
    scores : array, shape (R, A)
        Scores of the rows.

    Returns
    -------
    array, shape (D, A, A)
        Symmetric; not always positive.
    """
    units = level.by_unit(scores)
    sums = np.stack([added(units, level.starts), added(units * pairs.rate[level.unit][:, None], level.starts)], axis=1)
    ends = np.append(level.starts[level.domain_starts], level.unit.size)
    found = level.per_domain(np.einsum("sia,sij,sjb->sab", sums, pairs.kernel[level.stratum], sums))
    for d in range(level.domain_starts.size):
        here = slice(ends[d], ends[d + 1])
        z, number = units[here], level.unit[here]
        found[d] += (z * pairs.diagonal[number][:, None]).T @ z
        if pairs.exact is not None:
            found[d] += z.T @ (pairs.exact[number][:, number] @ z)
    return found


def paired_across(left: tuple[Level, Reals], right: tuple[Level, Reals], pairs: Pairs) -> Reals:
    """Add up the covariances of a quadratic form over all pairs of domains.

    Parameters
    ----------
    left, right : (Level, array of shape (R,))
        First stage and scores of an estimate.
    pairs : Pairs
        The form.

    Returns
    -------
    array, shape (D of left, D of right)
        Covariances.
    """
    first, second = (_laid(level, score, pairs) for level, score in (left, right))
    found = first[0].T @ sparse.diags(pairs.diagonal) @ second[0]
    if pairs.exact is not None:
        found = found + first[0].T @ (pairs.exact @ second[0])
    for i in (0, 1):
        for j in (0, 1):
            found = found + first[1 + i].T @ sparse.diags(pairs.kernel[:, i, j]) @ second[1 + j]
    return np.asarray(found.toarray())


def _laid(level: Level, score: Reals, pairs: Pairs) -> list[sparse.csr_matrix]:
    domains = level.domain_starts.size
    units = level.by_unit(score[:, None])[:, 0]
    by_unit = (units, (level.unit, level.domain[level.segment]))
    found = [sparse.csr_matrix(by_unit, shape=(pairs.rate.size, domains))]
    for values in (units, units * pairs.rate[level.unit]):
        where = (added(values, level.starts), (level.stratum, level.domain))
        found.append(sparse.csr_matrix(where, shape=(pairs.kernel.shape[0], domains)))
    return found
