"""Estimates with their replicates: the same reading as linearised ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Flags, Reals
from sipas.estimation.linear.estimated import place_of
from sipas.estimation.linear.grid import Grid
from sipas.estimation.linear.knowledge import ROUNDING
from sipas.estimation.linear.levels import Level
from sipas.estimation.replicates.factors import Factors


@dataclass(frozen=True)  # without slots: deviations are cached
class Replicated:
    """A estimates in each of D domains of one kind, with R replicates of each.

    Parameters
    ----------
    grid : Grid
        Domains, strata, primary units.
    names : tuple of str
        Names of the A estimates.
    values : array, shape (D, A)
        Estimates from the full sample; NaN where nobody answered.
    replicates : array, shape (R, D, A)
        Estimates from each replicate; NaN where it has no answers left.
    answers : array, shape (rows of the grid, A)
        Unweighted respondents behind the estimate in each row.
    factors : Factors
        Scale, rscales, centre and degrees of freedom.
    summed : bool
        Whether the estimates are totals.
    """

    grid: Grid
    names: tuple[str, ...]
    values: Reals
    replicates: Reals
    answers: Reals
    factors: Factors
    summed: bool = False

    @cached_property
    def n(self) -> Reals:
        """Unweighted respondents, shape (D, A)."""
        return self.grid.per_domain(self.grid.per_segment(self.answers))

    def place(self, name: str) -> int:
        """Find an estimate.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        int
            Column in ``values``.

        Raises
        ------
        SipasError
            ``estimation.estimate_unknown``.
        """
        return place_of(self.names, name)

    def degrees(self) -> Reals:
        """Count degrees of freedom.

        Returns
        -------
        array, shape (D, A)
            Units less strata where there are answers, at most those of the replicates; of given replicates
            always theirs.
        """
        if not self.factors.by_domain:
            return np.full(self.values.shape, float(self.factors.degrees))
        return np.minimum(self._units - self._strata, float(self.factors.degrees))

    def certain(self) -> Flags:
        """Tell where every primary unit of every stratum with answers was drawn, and the replicates know it.

        Returns
        -------
        array of bool, shape (D, A)
            False where there are no answers, and for replicates without finite population correction.
        """
        if not (self.factors.corrected and self.factors.by_domain):
            return np.zeros(self.values.shape, np.bool_)
        base = self.grid.base
        sampled = (base.active(self.answers) > 0) & ~base.strata.census[base.stratum][:, None]
        return np.asarray((base.per_domain(sampled.astype(np.float64)) == 0) & (self.n > 0))

    def lonely(self) -> Reals:
        """Count the strata with one primary unit drawn where the estimate has answers.

        Returns
        -------
        array, shape (D, A)
            0 for given replicates, which do not tell.
        """
        if not self.factors.by_domain:
            return np.zeros(self.values.shape)
        alone = self._level.strata.lonely[self._level.stratum][:, None]
        return self._level.per_domain((self._members & alone).astype(np.float64))

    def undefined(self) -> Reals:
        """Count the replicates that have no value though the estimate has one; the variance leaves them out.

        Returns
        -------
        array, shape (D, A)
            0 where the estimate is NaN.
        """
        return np.where(np.isfinite(self.values), np.isnan(self.replicates).sum(axis=0), 0.0)

    def variance(self) -> Reals:
        """Give the variance of every estimate.

        Returns
        -------
        array, shape (D, A)
            scale × sum of rscales × squared deviations; NaN where the estimate is, where no replicate has a value,
            and where one primary unit alone (or lonely ones that add nothing) would claim an error of 0; one is enough
            for a total, as in ``Linearised.variance``.
        """
        return np.where(self._known, self._all_squares, np.nan)

    @cached_property
    def _all_squares(self) -> Reals:
        return np.asarray(
            self.factors.scale * np.einsum("rda,rda,r->da", self._spread, self._spread, self.factors.rscales)
        )

    def covariance(self, domain: str) -> Reals:
        """Give the covariance of all estimates inside one domain.

        Parameters
        ----------
        domain : str
            One of ``grid.domains``.

        Returns
        -------
        array, shape (A, A)
            Symmetric; NaN in the rows and columns of estimates without variance. A pair is over the replicates that
            both have.

        Raises
        ------
        SipasError
            ``estimation.domain_unknown``.
        """
        if domain not in self.grid.domains:
            raise SipasError("estimation.domain_unknown", "domain", got=domain)
        return self._covariance(self.grid.domains.index(domain))

    def covariances(self) -> Reals:
        """Give the covariance of all estimates inside each domain.

        Returns
        -------
        array, shape (D, A, A)
            As ``covariance``.
        """
        found = [self._covariance(d) for d in range(len(self.grid.domains))]
        return np.stack(found) if found else np.empty((0, len(self.names), len(self.names)))

    def combine(self, names: tuple[str, ...], values: Reals, gradient: Reals, answers: Reals) -> Replicated:
        """Take smooth functions of the estimates by their derivatives, as ``Linearised.combine``.

        Parameters
        ----------
        names : tuple of str
            Names of the B functions.
        values : array, shape (D, B)
            Their values.
        gradient : array, shape (D, B, A)
            Derivatives by the estimates; NaN counts as 0.
        answers : array, shape (rows of the grid, B)
            Respondents behind each in each row.

        Returns
        -------
        Replicated
            Replicates are value + derivative × deviation: exact for linear functions; ``transform`` is for others. NaN
            where a replicate lacks an estimate with a derivative other than 0.
        """
        slope = np.nan_to_num(gradient, nan=0.0, posinf=0.0, neginf=0.0)
        away = self.replicates - self.values
        moved = values + np.einsum("rda,dba->rdb", np.nan_to_num(away, nan=0.0), slope)
        lost = np.einsum("rda,dba->rdb", np.isnan(away).astype(np.float64), (slope != 0).astype(np.float64)) > 0
        moved = np.where(lost, np.nan, moved)
        return replace(self, names=names, values=values, replicates=moved, answers=answers, summed=False)

    def transform(self, names: tuple[str, ...], function: Callable[[Reals], Reals], answers: Reals) -> Replicated:
        """Take any function of the estimates, worked out anew in every replicate.

        Parameters
        ----------
        names : tuple of str
            Names of the B functions.
        function : callable
            From an array of shape (..., A) to one of shape (..., B); divisions by 0 need no care.
        answers : array, shape (rows of the grid, B)
            Respondents behind each in each row.

        Returns
        -------
        Replicated
            The functions, on the same grid.
        """
        values, moved = called(function, self.values), called(function, self.replicates)
        return replace(self, names=names, values=values, replicates=moved, answers=answers, summed=False)

    def _covariance(self, d: int) -> Reals:
        spread = self._spread[:, d] * np.sqrt(self.factors.rscales)[:, None]
        mask = np.where(self._known[d], 1.0, np.nan)
        return np.asarray(self.factors.scale * (spread.T @ spread) * np.outer(mask, mask))

    @cached_property
    def _spread(self) -> Reals:
        """Deviations from the centre, 0 where a replicate has no value."""
        centre = self.values
        if self.factors.centre == "mean":
            counted = self.replicates[self.factors.rscales > 0]
            there = np.isfinite(counted).sum(axis=0)
            sums = np.nansum(counted, axis=0)
            centre = np.divide(sums, there, out=np.full_like(self.values, np.nan), where=there > 0)
        return np.nan_to_num(self.replicates - centre, nan=0.0)

    @property
    def _level(self) -> Level:
        return self.grid.base if self.factors.every_stage else self.grid.levels[0]

    @cached_property
    def _active(self) -> Reals:
        return self._level.active(self.answers)

    @property
    def _members(self) -> Flags:
        return np.asarray(self._active > 0)

    @property
    def _units(self) -> Reals:
        return self._level.per_domain(self._active)

    @property
    def _strata(self) -> Reals:
        return self._level.per_domain(self._members.astype(np.float64))

    @cached_property
    def _known(self) -> Flags:
        level, strata = self._level, self._level.strata
        sure = strata.census & self.factors.corrected & self.factors.by_domain
        sure = (sure | (strata.lonely & (strata.rule == "certainty")))[level.stratum]
        unsure = level.per_domain((self._members & ~sure[:, None]).astype(np.float64))
        lonely_only = (self.lonely() == unsure) & (strata.rule in {"remove", "average"})
        any_left = ~lonely_only & np.isfinite(self.replicates).any(axis=0)
        known = (unsure == 0) | ((self._units > 1) & any_left)
        if self.summed:
            known |= (self._units == 1) & any_left & (self._all_squares > (ROUNDING * self.values) ** 2)
        return np.asarray(known & np.isfinite(self.values))


def called(function: Callable[[Reals], Reals], given: Reals) -> Reals:
    """Call a function of estimates or totals, where it may divide by 0.

    Parameters
    ----------
    function : callable
        From an array of shape (..., T) to one of shape (..., A).
    given : array, shape (..., T)
        Estimates or totals.

    Returns
    -------
    array, shape (..., A)
        NaN where the result is not finite.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        found = function(given)
    return found if np.isfinite(found).all() else np.where(np.isfinite(found), found, np.nan)


def across_replicates(left: Replicated, name: str, right: Replicated, other: str) -> Reals:
    """Give the covariance of one estimate with another over all pairs of domains.

    Parameters
    ----------
    left, right : Replicated
        With the same factors; their kinds of domain may differ.
    name, other : str
        An estimate of each.

    Returns
    -------
    array, shape (D of left, D of right)
        Squared units of the estimates; NaN where an estimate has no variance. A pair is over the replicates both have.

    Raises
    ------
    SipasError
        ``estimation.replicates_differ``: the factors are not the same.
    """
    if left.factors is not right.factors:
        raise SipasError("estimation.replicates_differ", "right")
    one, two = left.place(name), right.place(other)
    weighed = left._spread[:, :, one] * left.factors.rscales[:, None]
    mask = np.where(left._known[:, one], 1.0, np.nan)[:, None] * np.where(right._known[:, two], 1.0, np.nan)
    return np.asarray(left.factors.scale * (weighed.T @ right._spread[:, :, two]) * mask)
