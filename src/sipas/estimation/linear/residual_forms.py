"""Variances of residuals without writing the residuals out: by the forms of scores and calibration variables.

With one stage the variance is a bilinear form V of the units' totals. Residuals are z - X b, with X the totals of the
calibration variables, so that

    V(z - X b, y - X c) = V(z, y) - V(z, X) c - b' V(X, y) + b' V(X, X) c

where z and y are 0 outside their domains: the cost grows with the members, not with domains times units.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from sipas.estimation.designs.strata import Reals
from sipas.estimation.linear.grid import Grid
from sipas.estimation.linear.residuals import KnownForm, Regression

# A variance that is this small a part of the one before calibration is the rounding of the subtraction.
NOTHING = 1e-13
NUMBERS_AT_ONCE = 2**22  # of one array


def totals_of(grid: Grid, scores: Reals, domain: int) -> sparse.csr_matrix:
    """Lay the scores of one domain out over all units.

    Parameters
    ----------
    grid : Grid
        One kind of domain.
    scores : array, shape (R, A)
        Scores of the rows.
    domain : int
        Place of the domain.

    Returns
    -------
    scipy.sparse.csr_matrix, shape (U, A)
        0 outside the domain.
    """
    first, last = np.searchsorted(grid.domain, [domain, domain + 1])
    here = sparse.csr_matrix(scores[first:last])
    units = grid.stages.unit[0].size
    rows = sparse.csr_matrix(
        (np.ones(last - first), (grid.leaf[first:last], np.arange(last - first))), shape=(units, last - first)
    )
    return rows @ here


def covariances_of_residuals(
    known: KnownForm, regression: Regression, grid: Grid, scores: Reals, crossed: Reals, chosen: list[int]
) -> Reals:
    """Give the covariance of all estimates inside domains.

    Parameters
    ----------
    known : KnownForm
        Of the design.
    regression : Regression
        Of the calibration.
    grid : Grid
        One kind of domain.
    scores : array, shape (R, A)
        Scores before calibration.
    crossed : array, shape (D, P, A)
        Cross sums of the estimates.
    chosen : list of int
        Places of C domains.

    Returns
    -------
    array, shape (C, A, A)
        Symmetric.
    """
    form, found = known.form, np.empty((len(chosen), scores.shape[1], scores.shape[1]))
    for place, d in enumerate(chosen):
        own = totals_of(grid, scores, d)
        slopes = regression.slopes(crossed[d])
        before, shared = form.of(own, form.side(own)), form.of(own, known.side) @ slopes
        after = before - shared - shared.T + slopes.T @ known.products @ slopes
        found[place] = _cleaned((after + after.T) / 2, np.diagonal(before))
    return found


def variances_of_residuals(
    known: KnownForm, regression: Regression, grid: Grid, scores: Reals, crossed: Reals
) -> Reals:
    """Give the variance of every estimate in every domain.

    Parameters
    ----------
    known, regression, grid, scores, crossed
        As in ``covariances_of_residuals``.

    Returns
    -------
    array, shape (D, A)
        0 or more.
    """
    domains, places, columns = crossed.shape
    found = np.empty((domains, columns))
    step = max(1, NUMBERS_AT_ONCE // max(1, domains * places))
    for start in range(0, columns, step):
        chosen = range(start, min(start + step, columns))
        own = by_domain(grid, scores[:, chosen])
        before = known.form.diagonal(own).reshape(len(chosen), domains)
        shared = known.form.of(own, known.side).reshape(len(chosen), domains, places)
        for place, column in enumerate(chosen):
            slopes = regression.slopes(crossed[:, :, column].T)
            taken, given = (shared[place] * slopes.T).sum(axis=1), (slopes * (known.products @ slopes)).sum(axis=0)
            after = before[place] - 2 * taken + given
            found[:, column] = np.where(after > NOTHING * before[place], after, 0.0)
    return found


def covariance_across(
    known: KnownForm, regression: Regression, left: tuple[Grid, Reals, Reals], right: tuple[Grid, Reals, Reals]
) -> Reals:
    """Give the covariance of one estimate with another over all pairs of domains.

    Parameters
    ----------
    known : KnownForm
        Of the design.
    regression : Regression
        Of the calibration, the same for all kinds of domain.
    left, right : tuple of (Grid, array of shape (R,), array of shape (D, P))
        Grid, scores and cross sums of each estimate.

    Returns
    -------
    array, shape (D of left, D of right)
        Of the residuals.
    """
    (one, other), (b, c) = (
        tuple(by_domain(grid, scores[:, None]) for grid, scores, _ in (left, right)),
        tuple(regression.slopes(crossed.T) for _, _, crossed in (left, right)),
    )
    form, here = known.form, known.form.side(other)
    found = form.of(one, here) - form.of(one, known.side) @ c - b.T @ form.of(known.units, here)
    return np.asarray(found + b.T @ known.products @ c)


def by_domain(grid: Grid, scores: Reals) -> sparse.csr_matrix:
    """Lay scores out, for each estimate a column for each domain.

    Parameters
    ----------
    grid : Grid
        One kind of domain.
    scores : array, shape (R, A)
        Scores of the rows.

    Returns
    -------
    scipy.sparse.csr_matrix, shape (U, A x D)
        0 outside the domain.
    """
    count, domains = scores.shape[1], len(grid.domains)
    column = grid.domain + domains * np.arange(count)[:, None]
    where = (np.tile(grid.leaf, count), column.ravel())
    return sparse.csr_matrix((scores.T.ravel(), where), shape=(grid.stages.unit[0].size, domains * count))


def _cleaned(after: Reals, before: Reals) -> Reals:
    something = (np.diagonal(after) > NOTHING * before).astype(np.float64)
    return after * np.outer(something, something)
