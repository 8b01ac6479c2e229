"""The variance of a design of one stage as a bilinear form of its units' totals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from sipas.estimation.designs.strata import Ints, Reals
from sipas.estimation.linear.stages import Stages


@dataclass(frozen=True, slots=True)
class Side:
    """Totals of units as they stand on the right of a form.

    Parameters
    ----------
    weighed : scipy.sparse.csr_matrix, shape (U, M)
        Times the factor of the unit.
    strata : scipy.sparse.csr_matrix, shape (H, M)
        Sums over strata, times their share.
    centred : array, shape (L, M)
        Of the units of lonely strata, less their centre.
    """

    weighed: sparse.csr_matrix
    strata: sparse.csr_matrix
    centred: Reals


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

    def side(self, totals: sparse.csr_matrix) -> Side:
        """Prepare what stands on the right, once for all that it is multiplied with.

        Parameters
        ----------
        totals : scipy.sparse.csr_matrix, shape (U, M)
            Totals of units.

        Returns
        -------
        Side
            Ready for ``of``.
        """
        sums = _times(self.share, self.members @ totals)
        return Side(_times(self.factor, totals), sums, self._centred(totals))

    def of(self, first: sparse.csr_matrix, second: Side) -> Reals:
        """Work the form out.

        Parameters
        ----------
        first : scipy.sparse.csr_matrix, shape (U, K)
            Totals of units.
        second : Side
            M others.

        Returns
        -------
        array, shape (K, M)
            One for each pair of columns.
        """
        sums = (self.members @ first).T @ second.strata
        found = np.asarray((first.T @ second.weighed - sums).toarray())
        if self.alone.size:
            found += self._centred(first).T @ (self.worth[:, None] * second.centred)
        return found

    def diagonal(self, own: sparse.csr_matrix) -> Reals:
        """Work the form of every column with itself out.

        Parameters
        ----------
        own : scipy.sparse.csr_matrix, shape (U, K)
            Totals of units.

        Returns
        -------
        array, shape (K,)
            Variances.
        """
        found = np.asarray(own.power(2).T @ self.factor) - np.asarray((self.members @ own).power(2).T @ self.share)
        return np.asarray(found + self.worth @ self._centred(own) ** 2) if self.alone.size else found

    def _centred(self, totals: sparse.csr_matrix) -> Reals:
        centre = np.asarray(totals.sum(axis=0)).ravel() / self.drawn if self.drawn else 0.0
        return np.asarray(totals[self.alone].toarray() - centre)


def _times(factor: Reals, rows: sparse.csr_matrix) -> sparse.csr_matrix:
    """Multiply every row by its factor."""
    made = rows.data * np.repeat(factor, np.diff(rows.indptr))
    return sparse.csr_matrix((made, rows.indices, rows.indptr), shape=rows.shape)


def form_of(stages: Stages) -> Form | None:
    """Find the form of a design.

    Parameters
    ----------
    stages : Stages
        The whole sample.

    Returns
    -------
    Form or None
        None where the variance is no bilinear form of one stage: several stages, unequal probabilities, the rule
        ``average``, units that are lonely in a domain.
    """
    strata = stages.strata[0]
    if len(stages.strata) > 1 or stages.pairs is not None or stages.left[0] is not None or strata.in_domains:
        return None
    if strata.rule == "average" and strata.lonely.any():
        return None
    stratum = stages.stratum[0]
    where = (stratum, np.arange(stratum.size))
    members = sparse.csr_matrix((np.ones(stratum.size), where), shape=(len(strata.names), stratum.size))
    plain = np.where(strata.lonely, 0.0, strata.factor)
    alone = np.flatnonzero(strata.lonely[stratum] & (strata.factor[stratum] > 0))
    drawn = 0 if strata.rule == "adjust" else int(strata.drawn.sum())
    share = plain / np.maximum(strata.drawn, 1)
    return Form(plain[stratum], members, share, alone, strata.factor[stratum[alone]], drawn)
