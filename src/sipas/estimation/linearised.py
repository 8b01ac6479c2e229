"""Phase 2: estimates as smooth functions of totals, their scores per primary unit, their covariance.

With z_hi the linearised score of primary unit i in stratum h, zero where the unit has no members in the domain,

    cov(a, b) = sum_h (1 - f_h) n_h / (n_h - 1) sum_i (z_hia - mean z_ha) (z_hib - mean z_hb)

where n_h counts every unit drawn (Särndal, Swensson & Wretman 1992, §5.5-5.7; Binder 1983, doi:10.2307/1402588).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from sipas.errors import SipasError
from sipas.estimation.grid import Grid, added
from sipas.estimation.measures import Term
from sipas.estimation.strata import Flags, Reals


@dataclass(frozen=True)  # without slots: counts are cached
class Linearised:
    """A estimates in each of D domains of one kind, with what their covariance needs.

    Parameters
    ----------
    grid : Grid
        Domains, strata, primary units; R rows.
    names : tuple of str
        Names of the A estimates.
    values : array, shape (D, A)
        Estimates; NaN where nobody answered.
    scores : array, shape (R, A)
        Linearised score of each primary unit in each domain; 0 where the estimate is NaN.
    answers : array, shape (R, A)
        Unweighted respondents behind the estimate in each row.
    crossed : array, shape (D, P, A), optional
        What the scores are to the totals, for the cross sums of a calibration: made by the same linear steps.
    """

    grid: Grid
    names: tuple[str, ...]
    values: Reals
    scores: Reals
    answers: Reals
    crossed: Reals | None = None

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
        if name not in self.names:
            raise SipasError("estimation.estimate_unknown", "name", expected=list(self.names), got=name)
        return self.names.index(name)

    def degrees(self) -> Reals:
        """Count degrees of freedom: primary units less strata, both only where there are answers.

        Returns
        -------
        array, shape (D, A)
            0 or more. (Valliant & Rust 2010, J. Official Statistics 26(4): units of the domain, not of the design.)
        """
        units, strata = self._units_and_strata
        return units - strata

    def certain(self) -> Flags:
        """Tell where every primary unit of every stratum with answers was drawn: no error of sampling.

        Returns
        -------
        array of bool, shape (D, A)
            False where there are no answers.
        """
        sampled = self._members & ~self.grid.strata.census[self.grid.segment_stratum][:, None]
        return np.asarray((self.grid.per_domain(sampled.astype(np.float64)) == 0) & (self.n > 0))

    def lonely(self) -> Reals:
        """Count the strata with one primary unit drawn where the estimate has answers.

        Returns
        -------
        array, shape (D, A)
            Strata taken with certainty are not counted.
        """
        return self.grid.per_domain((self._members & self._lonely()).astype(np.float64))

    def variance(self) -> Reals:
        """Give the variance of every estimate.

        Returns
        -------
        array, shape (D, A)
            NaN where the estimate is, and where one primary unit alone (or lonely ones that add nothing) would
            claim an error of 0.
        """
        grid, mean = self.grid, self._means()
        square = grid.per_segment((self.scores - mean[grid.segment]) ** 2)
        silent = self._silent()[:, None] * mean**2
        factor = grid.strata.factor[grid.segment_stratum][:, None]
        found = grid.per_domain(factor * (square + silent)) * self._average**2
        return np.asarray(np.where(self._known, found, np.nan))

    def covariance(self, domain: str) -> Reals:
        """Give the covariance of all estimates inside one domain.

        Parameters
        ----------
        domain : str
            One of ``grid.domains``.

        Returns
        -------
        array, shape (A, A)
            Symmetric; NaN in the rows and columns of estimates without variance.

        Raises
        ------
        SipasError
            ``estimation.domain_unknown``.
        """
        if domain not in self.grid.domains:
            raise SipasError("estimation.domain_unknown", "domain", got=domain)
        return np.asarray(self._covariances([self.grid.domains.index(domain)])[0])

    def covariances(self) -> Reals:
        """Give the covariance of all estimates inside each domain.

        Returns
        -------
        array, shape (D, A, A)
            As ``covariance``.
        """
        return self._covariances(list(range(len(self.grid.domains))))

    def _covariances(self, chosen: list[int]) -> Reals:
        grid, mean = self.grid, self._means()
        factor = np.sqrt(grid.strata.factor[grid.segment_stratum])[:, None]
        spread = (self.scores - mean[grid.segment]) * factor[grid.segment]
        silent = mean * factor * np.sqrt(self._silent())[:, None]
        average, known = self._average, self._known
        rows = np.append(grid.starts[grid.domain_starts], grid.domain.size)
        runs = np.append(grid.domain_starts, grid.starts.size)
        found = np.empty((len(chosen), len(self.names), len(self.names)))
        for place, d in enumerate(chosen):
            both = np.vstack([spread[rows[d] : rows[d + 1]], silent[runs[d] : runs[d + 1]]])
            mask = np.where(known[d], average[d], np.nan)
            found[place] = (both.T @ both) * np.outer(mask, mask)
        return found

    def combine(self, names: tuple[str, ...], values: Reals, gradient: Reals, answers: Reals) -> Linearised:
        """Take smooth functions of the estimates (delta method).

        Parameters
        ----------
        names : tuple of str
            Names of the B functions.
        values : array, shape (D, B)
            Their values.
        gradient : array, shape (D, B, A)
            Derivatives by the estimates; NaN counts as 0.
        answers : array, shape (R, B)
            Respondents behind each in each row.

        Returns
        -------
        Linearised
            The functions, on the same grid.
        """
        slope = np.nan_to_num(gradient, nan=0.0, posinf=0.0, neginf=0.0)
        rows = np.append(self.grid.starts[self.grid.domain_starts], self.grid.domain.size)
        scores = np.empty((self.grid.domain.size, len(names)))
        for d in range(len(self.grid.domains)):
            scores[rows[d] : rows[d + 1]] = self.scores[rows[d] : rows[d + 1]] @ slope[d].T
        crossed = None if self.crossed is None else self.crossed @ slope.transpose(0, 2, 1)
        return replace(self, names=names, values=values, scores=scores, answers=answers, crossed=crossed)

    def _means(self) -> Reals:
        grid = self.grid
        sums = grid.per_segment(self.scores)
        drawn = grid.strata.drawn[grid.segment_stratum][:, None]
        overall = grid.per_domain(sums) / max(int(grid.strata.drawn.sum()), 1)
        return np.where(self._lonely(), overall[grid.segment_domain], sums / drawn)

    def _silent(self) -> Reals:
        size = np.diff(self.grid.starts, append=self.grid.domain.size)
        return (self.grid.strata.drawn[self.grid.segment_stratum] - size).astype(np.float64)

    def _lonely(self) -> Flags:
        return self.grid.strata.lonely[self.grid.segment_stratum][:, None]

    @cached_property
    def _members(self) -> Flags:
        return self.grid.members(self.answers)

    @cached_property
    def _units_and_strata(self) -> tuple[Reals, Reals]:
        units = self.grid.per_domain(self.grid.per_segment((self.answers > 0).astype(np.float64)))
        return units, self.grid.per_domain(self._members.astype(np.float64))

    @cached_property
    def _average(self) -> Reals:
        """Square root of the blow-up for lonely strata under the rule ``average``, shape (D, A)."""
        _, strata = self._units_and_strata
        if self.grid.strata.rule != "average":
            return np.ones_like(strata)
        rest = strata - self.lonely()
        return np.sqrt(np.divide(strata, rest, out=np.ones_like(strata), where=rest > 0))

    @cached_property
    def _known(self) -> Flags:
        strata = self.grid.strata
        sure = strata.census | (strata.lonely & (strata.rule == "certainty"))
        members = self._members
        unsure = self.grid.per_domain((members & ~sure[self.grid.segment_stratum][:, None]).astype(np.float64))
        units, _ = self._units_and_strata
        lonely_only = (self.lonely() == unsure) & (strata.rule in {"remove", "average"})
        known = (unsure == 0) | ((units > 1) & ~lonely_only)
        return np.asarray(known & np.isfinite(self.values))


def totals(grid: Grid, terms: tuple[Term, ...], answers: tuple[Term, ...]) -> Linearised:
    """Take weighted sums as estimates of totals.

    Parameters
    ----------
    grid : Grid
        One kind of domain.
    terms : tuple of Term
        Sums.
    answers : tuple of Term
        For each, the count of the respondents behind it.

    Returns
    -------
    Linearised
        The totals, whose scores are the primary units' own sums.
    """
    sums = grid.sums(terms)
    values = grid.per_domain(grid.per_segment(sums))
    return Linearised(
        grid, tuple(term.name for term in terms), values, sums, grid.sums(answers), crossed=grid.crossed(terms)
    )


def across(left: Linearised, name: str, right: Linearised, other: str) -> Reals:
    """Give the covariance of one estimate with another over all pairs of domains.

    Parameters
    ----------
    left, right : Linearised
        Of the same moments; their kinds of domain may differ.
    name, other : str
        An estimate of each.

    Returns
    -------
    array, shape (D of left, D of right)
        Squared units of the estimates; 0 where the domains share no stratum, NaN where an estimate has no variance.
    """
    first, second = _spread(left, name), _spread(right, other)
    pairs = (first[0].T @ second[0] - first[1].T @ second[1]).toarray()
    return np.asarray(pairs * np.outer(first[2], second[2]))


def _spread(one: Linearised, name: str) -> tuple[sparse.csr_matrix, sparse.csr_matrix, Reals]:
    grid, strata, column = one.grid, one.grid.strata, one.place(name)
    score = one.scores[:, column]
    lonely = strata.lonely[grid.stratum]
    overall = grid.per_domain(grid.per_segment(score)) / max(int(strata.drawn.sum()), 1)
    score = score - np.where(lonely, overall[grid.domain], 0.0)
    factor = np.sqrt(strata.factor)
    units = int(grid.psu.max(initial=-1)) + 1
    shape = (max(units, int(strata.drawn.sum())), len(grid.domains))
    by_unit = sparse.csr_matrix((score * factor[grid.stratum], (grid.psu, grid.domain)), shape=shape)
    share = np.where(strata.lonely, 0.0, factor / np.sqrt(strata.drawn))
    sums = added(score, grid.starts) * share[grid.segment_stratum]
    where = (grid.segment_stratum, grid.segment_domain)
    by_stratum = sparse.csr_matrix((sums, where), shape=(len(strata.names), len(grid.domains)))
    mask = np.where(one._known[:, column], one._average[:, column], np.nan)
    return by_unit, by_stratum, mask
