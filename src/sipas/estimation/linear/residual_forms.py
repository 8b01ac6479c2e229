"""Variances of residuals without writing the residuals out: by the forms of scores and calibration variables.

With one stage the variance is a bilinear form V of the units' totals. Residuals are z - X b, with X the totals of the
calibration variables, so that

    V(z - X b, y - X c) = V(z, y) - V(z, X) c - b' V(X, y) + b' V(X, X) c

where z and y are 0 outside their domains: the cost grows with the members, not with domains times units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from sipas.estimation.designs.strata import Ints, Reals
from sipas.estimation.linear.completion import completed
from sipas.estimation.linear.grid import Grid
from sipas.estimation.linear.residuals import CrossSums

# A variance that is this small a part of the one before calibration is the rounding of the subtraction.
NOTHING = 1e-13


@dataclass(frozen=True, slots=True)
class Form:
    """The bilinear form of a design of one stage, over all U units.

    Parameters
    ----------
    factor : array, shape (U,)
        What products of a unit are worth; 0 in lonely strata.
    members : scipy.sparse.csr_matrix, shape (H, U)
        1 where the unit is in the stratum.
    share : array, shape (H,)
        The factor over the units drawn; 0 for lonely strata.
    alone : array of int, shape (L,)
        Units of lonely strata that add something.
    worth : array, shape (L,)
        Their factor.
    drawn : int
        Units drawn in all strata; 0 where lonely units are not centred.
    """

    factor: Reals
    members: sparse.csr_matrix
    share: Reals
    alone: Ints
    worth: Reals
    drawn: int

    def of(self, first: sparse.csr_matrix, second: sparse.csr_matrix) -> Reals:
        """Work the form out.

        Parameters
        ----------
        first, second : scipy.sparse.csr_matrix, shapes (U, K) and (U, M)
            Totals of units.

        Returns
        -------
        array, shape (K, M)
            One for each pair of columns.
        """
        weighed = sparse.diags(self.factor) @ second
        sums = (self.members @ first).T @ (sparse.diags(self.share) @ (self.members @ second))
        found = np.asarray((first.T @ weighed - sums).toarray())
        if self.alone.size:
            one, other = self._centred(first), self._centred(second)
            found += one.T @ (self.worth[:, None] * other)
        return found

    def _centred(self, totals: sparse.csr_matrix) -> Reals:
        centre = np.asarray(totals.sum(axis=0)).ravel() / self.drawn if self.drawn else 0.0
        return np.asarray(totals[self.alone].toarray() - centre)


def form_of(grid: Grid) -> Form | None:
    """Find the form of a grid's design.

    Parameters
    ----------
    grid : Grid
        With cross sums, and at least one domain.

    Returns
    -------
    Form or None
        None where the variance is no bilinear form of one stage: several stages, unequal probabilities, the rule
        ``average``, units that are lonely in a domain.
    """
    strata = grid.levels[0].strata
    if len(grid.levels) > 1 or grid.stages.pairs is not None or grid.levels[0].left is not None or strata.in_domains:
        return None
    if strata.rule == "average" and strata.lonely.any():
        return None
    level = completed(grid, [0])[0].levels[0]
    stratum = level.stratum[level.segment]
    where = (stratum, np.arange(stratum.size))
    members = sparse.csr_matrix((np.ones(stratum.size), where), shape=(len(strata.names), stratum.size))
    plain = np.where(strata.lonely, 0.0, strata.factor)
    alone = np.flatnonzero(strata.lonely[stratum] & (strata.factor[stratum] > 0))
    drawn = 0 if strata.rule == "adjust" else int(strata.drawn.sum())
    share = plain / np.maximum(strata.drawn, 1)
    return Form(plain[stratum], members, share, alone, strata.factor[stratum[alone]], drawn)


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
    form: Form, cross: CrossSums, grid: Grid, scores: Reals, crossed: Reals, chosen: list[int]
) -> Reals:
    """Give the covariance of all estimates inside domains.

    Parameters
    ----------
    form : Form
        Of the design.
    cross : CrossSums
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
    products = form.of(cross.units, cross.units)
    found = np.empty((len(chosen), scores.shape[1], scores.shape[1]))
    for place, d in enumerate(chosen):
        own = totals_of(grid, scores, d)
        slopes = cross.regression.slopes(crossed[d])
        before, shared = form.of(own, own), form.of(own, cross.units) @ slopes
        after = before - shared - shared.T + slopes.T @ products @ slopes
        found[place] = _cleaned((after + after.T) / 2, np.diagonal(before))
    return found


def variances_of_residuals(form: Form, cross: CrossSums, grid: Grid, scores: Reals, crossed: Reals) -> Reals:
    """Give the variance of every estimate in every domain.

    Parameters
    ----------
    form, cross, grid, scores, crossed
        As in ``covariances_of_residuals``.

    Returns
    -------
    array, shape (D, A)
        0 or more.
    """
    products = form.of(cross.units, cross.units)
    found = np.empty((len(grid.domains), scores.shape[1]))
    for column in range(scores.shape[1]):
        own = by_domain(grid, scores[:, column])
        slopes = cross.regression.slopes(crossed[:, :, column].T)
        before = diagonal(form, own)
        after = (
            before - 2 * (form.of(own, cross.units) * slopes.T).sum(axis=1) + (slopes * (products @ slopes)).sum(axis=0)
        )
        found[:, column] = np.where(after > NOTHING * before, after, 0.0)
    return found


def covariance_across(
    form: Form, cross: CrossSums, left: tuple[Grid, Reals, Reals], right: tuple[Grid, Reals, Reals]
) -> Reals:
    """Give the covariance of one estimate with another over all pairs of domains.

    Parameters
    ----------
    form : Form
        Of the design.
    cross : CrossSums
        Of the calibration; its units and regression are the same for all kinds of domain.
    left, right : tuple of (Grid, array of shape (R,), array of shape (D, P))
        Grid, scores and cross sums of each estimate.

    Returns
    -------
    array, shape (D of left, D of right)
        Of the residuals.
    """
    (one, other), (b, c) = (
        tuple(by_domain(grid, scores) for grid, scores, _ in (left, right)),
        tuple(cross.regression.slopes(crossed.T) for _, _, crossed in (left, right)),
    )
    products = form.of(cross.units, cross.units)
    found = form.of(one, other) - form.of(one, cross.units) @ c - b.T @ form.of(cross.units, other)
    return np.asarray(found + b.T @ products @ c)


def by_domain(grid: Grid, scores: Reals) -> sparse.csr_matrix:
    """Lay the scores of one estimate out, a column for each domain.

    Parameters
    ----------
    grid : Grid
        One kind of domain.
    scores : array, shape (R,)
        Scores of the rows.

    Returns
    -------
    scipy.sparse.csr_matrix, shape (U, D)
        0 outside the domain.
    """
    shape = (grid.stages.unit[0].size, len(grid.domains))
    return sparse.csr_matrix((scores, (grid.leaf, grid.domain)), shape=shape)


def diagonal(form: Form, own: sparse.csr_matrix) -> Reals:
    """Work the form of every column with itself out.

    Parameters
    ----------
    form : Form
        Of the design.
    own : scipy.sparse.csr_matrix, shape (U, D)
        Totals of units.

    Returns
    -------
    array, shape (D,)
        Variances.
    """
    squares = np.asarray(own.power(2).T @ form.factor)
    sums = np.asarray((form.members @ own).power(2).T @ form.share)
    found = squares - sums
    if form.alone.size:
        centre = np.asarray(own.sum(axis=0)).ravel() / form.drawn if form.drawn else np.zeros(own.shape[1])
        lonely = np.asarray(own[form.alone].toarray()) - centre
        found = found + form.worth @ lonely**2
    return np.asarray(found)


def _cleaned(after: Reals, before: Reals) -> Reals:
    something = (np.diagonal(after) > NOTHING * before).astype(np.float64)
    return after * np.outer(something, something)
