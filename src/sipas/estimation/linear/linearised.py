"""Phase 2: estimates as smooth functions of totals, their scores per unit, their covariance.

The covariance is that of the totals of the linearised scores (Binder 1983, doi:10.2307/1402588): a sum over the stages
of the sample (``sipas.estimation.linear.levels``), or over pairs of primary units (``sipas.estimation.moments.joint``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Flags, Reals
from sipas.estimation.linear.completion import completed
from sipas.estimation.linear.estimated import place_of
from sipas.estimation.linear.grid import Grid
from sipas.estimation.linear.knowledge import ROUNDING, spread_below, units_enough
from sipas.estimation.linear.levels import Level, Sides, crossed, products, sides, spread_of, squares
from sipas.estimation.linear.pair_sums import paired, paired_across
from sipas.estimation.linear.residual_forms import covariance_across, covariances_of_residuals, variances_of_residuals
from sipas.estimation.linear.residuals import KnownForm

RESIDUALS_AT_ONCE = 2**22  # numbers of one array of residuals


@dataclass(frozen=True)  # without slots: counts are cached
class Linearised:
    """A estimates in each of D domains of one kind, with what their covariance needs.

    Parameters
    ----------
    grid : Grid
        Domains, strata, units; R rows.
    names : tuple of str
        Names of the A estimates.
    values : array, shape (D, A)
        Estimates; NaN where nobody answered.
    scores : array, shape (R, A)
        Linearised score of each unit of the last stage in each domain; 0 where the estimate is NaN.
    answers : array, shape (R, A)
        Unweighted respondents behind the estimate in each row.
    crossed : array, shape (D, P, A), optional
        What the scores are to the totals, for the cross sums of a calibration: made by the same linear steps.
    summed : array of bool, shape (A,), optional
        Which are totals; missing: none.
    """

    grid: Grid
    names: tuple[str, ...]
    values: Reals
    scores: Reals
    answers: Reals
    crossed: Reals | None = None
    summed: Flags | None = None

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
        """Count degrees of freedom: primary units less strata, both only where there are answers.

        Returns
        -------
        array, shape (D, A)
            0 or more. (Valliant & Rust 2010, J. Official Statistics 26(4): units of the domain, not of the design.)
            Where a stratum was taken whole and has later stages, each of its units is a stratum and those below are
            counted.
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
        base = self.grid.base
        sampled = self._members & ~base.strata.census[base.stratum][:, None]
        elsewhere = self.crossed is not None and not base.strata.census.all()  # residuals are nowhere 0
        return np.asarray((base.per_domain(sampled.astype(np.float64)) == 0) & (self.n > 0) & (not elsewhere))

    def lonely(self) -> Reals:
        """Count the strata with one unit drawn where the estimate has answers.

        Returns
        -------
        array, shape (D, A)
            Of all stages. Strata taken with certainty are not counted.
        """
        found = [self._lonely_of(level, active) for level, active in zip(self.grid.levels, self._active, strict=True)]
        return np.asarray(sum(found[1:], start=found[0]))

    def variance(self) -> Reals:
        """Give the variance of every estimate.

        Returns
        -------
        array, shape (D, A)
            NaN where the estimate is, where one primary unit alone (or lonely ones that add nothing) would claim an
            error of 0 (``sipas.estimation.linear.knowledge``), and where a form of pairs falls below 0.
        """
        return np.asarray(np.where(self._known, self._all_squares, np.nan))

    @cached_property
    def _all_squares(self) -> Reals:
        cross, form, crossed = self.grid.cross, self._form, self.crossed
        if form is None or cross is None or crossed is None:
            return np.vstack([one._squares() for one in self._residuals()])
        return variances_of_residuals(form, cross.regression, self.grid, self.scores, crossed)

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

    def _squares(self) -> Reals:
        found = np.zeros(())
        for level, active, average in zip(self.grid.levels, self._active, self._averages, strict=True):
            found = found + squares(level, spread_of(level, self.scores, active)) * average**2
        pairs = self.grid.stages.pairs
        if pairs is not None:
            form = paired(self.grid.levels[0], pairs, self.scores)
            found = found + np.diagonal(form, axis1=1, axis2=2) * self._averages[0] ** 2
            found = np.where(found < 0, np.nan, found)
        return np.asarray(found)

    def _covariances(self, chosen: list[int]) -> Reals:
        found = self._products(chosen) if self.crossed is None else self._products_of_residuals(chosen)
        known = np.where(self._known[chosen], 1.0, np.nan)
        return np.asarray(found * known[:, :, None] * known[:, None, :])

    def _products(self, chosen: list[int]) -> Reals:
        count = len(self.names)
        found = np.zeros((len(chosen), count, count))
        for level, active, average in zip(self.grid.levels, self._active, self._averages, strict=True):
            rows = products(level, spread_of(level, self.scores, active))
            for place, d in enumerate(chosen):
                found[place] += (rows[d].T @ rows[d]) * np.outer(average[d], average[d])
        pairs = self.grid.stages.pairs
        if pairs is not None:
            average = self._averages[0][chosen]
            found += paired(self.grid.levels[0], pairs, self.scores)[chosen] * average[:, :, None] * average[:, None, :]
        return found

    def _products_of_residuals(self, chosen: list[int]) -> Reals:
        cross, form, crossed = self.grid.cross, self._form, self.crossed
        if form is not None and cross is not None and crossed is not None:
            return covariances_of_residuals(form, cross.regression, self.grid, self.scores, crossed, chosen)
        found = np.empty((len(chosen), len(self.names), len(self.names)))
        for place, d in enumerate(chosen):
            found[place] = self.residual([d])._products([0])[0]
        return found

    def residual(self, chosen: list[int] | None = None) -> Linearised:
        """Take off the scores what a calibration explains; what is left has a score in every unit.

        Parameters
        ----------
        chosen : list of int, optional
            Places of domains, ascending; missing: all.

        Returns
        -------
        Linearised
            Of these domains, on a grid of all units, each of which counts as answering; for variances alone. Itself,
            with all domains, where the weights were not calibrated.
        """
        cross, chosen = self.grid.cross, list(range(len(self.grid.domains))) if chosen is None else chosen
        if self.crossed is None or cross is None or not chosen:
            return self
        grid, here, there = completed(self.grid, chosen)
        scores = -cross.explained(self.crossed[chosen]).reshape(grid.domain.size, len(self.names))
        scores[there] += self.scores[here]
        return Linearised(grid, self.names, self.values[chosen], scores, np.ones_like(scores))

    def _residuals(self) -> Iterator[Linearised]:
        """All domains, some at a time, so that no array grows large; itself where there is nothing to take off."""
        count = len(self.grid.domains)
        if self.crossed is None or count == 0:
            yield self
            return
        units = self.grid.stages.unit[0].size
        step = max(1, RESIDUALS_AT_ONCE // max(1, units * len(self.names)))
        for start in range(0, count, step):
            yield self.residual(list(range(start, min(start + step, count))))

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
        return replace(self, names=names, values=values, scores=scores, answers=answers, crossed=crossed, summed=None)

    def side(self, name: str) -> Linearised:
        """Take one estimate out.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        Linearised
            With A = 1, on the same grid.
        """
        one = [self.place(name)]
        crossed = None if self.crossed is None else self.crossed[:, :, one]
        summed = None if self.summed is None else self.summed[one]
        return Linearised(
            self.grid, (name,), self.values[:, one], self.scores[:, one], self.answers[:, one], crossed, summed
        )

    @property
    def _form(self) -> KnownForm | None:
        """The design's bilinear form, where the residuals of a calibration need not be written out."""
        return None if self.crossed is None or self.grid.cross is None else self.grid.cross.known

    @cached_property
    def _active(self) -> list[Reals]:
        """Per stage the units with answers, shape (S, A)."""
        return [level.active(self.answers) for level in self.grid.levels]

    @cached_property
    def _active_base(self) -> Reals:
        grid = self.grid
        return self._active[0] if grid.base is grid.levels[0] else grid.base.active(self.answers)

    @property
    def _members(self) -> Flags:
        return self._active_base > 0

    def _lonely_of(self, level: Level, active: Reals) -> Reals:
        return level.per_domain(((active > 0) & level.alone(active)).astype(np.float64))

    @cached_property
    def _units_and_strata(self) -> tuple[Reals, Reals]:
        base = self.grid.base
        return base.per_domain(self._active_base), base.per_domain(self._members.astype(np.float64))

    @cached_property
    def _averages(self) -> list[Reals]:
        """Per stage the square root of the blow-up for lonely strata under the rule ``average``, shape (D, A)."""
        if self.grid.strata.rule != "average":
            return [np.ones_like(self.values)] * len(self.grid.levels)
        both = zip(self.grid.levels, self._active, strict=True)
        return [np.sqrt(level.blow_up(active)[1]) for level, active in both]

    @cached_property
    def _known(self) -> Flags:
        lonely = self._lonely_of(self.grid.base, self._active_base)
        sure, one = units_enough(self.grid.base, self._active_base, lonely)
        if one.any():
            below = spread_below(self.grid.levels[1:], self._active[1:], one.shape)
            sure = sure | (
                one
                & (below | (False if self.summed is None else self.summed))
                & (self._all_squares > (ROUNDING * self.values) ** 2)
            )
        return np.asarray(sure & np.isfinite(self.values))


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
    first, second = left.side(name), right.side(other)
    known = [np.where(each._known[:, 0], 1.0, np.nan) for each in (first, second)]
    mask = np.outer(known[0], known[1])
    form, cross = first._form, first.grid.cross
    if form is not None and cross is not None and first.crossed is not None and second.crossed is not None:
        one_side = (first.grid, first.scores[:, 0], first.crossed[:, :, 0])
        other_side = (second.grid, second.scores[:, 0], second.crossed[:, :, 0])
        return np.asarray(covariance_across(form, cross.regression, one_side, other_side) * mask)
    first, second = (each.residual() for each in (first, second))
    found = np.zeros((len(left.grid.domains), len(right.grid.domains)))
    for number in range(len(left.grid.levels)):
        one, two = (_sides(each, number) for each in (first, second))
        blow = np.outer(first._averages[number][:, 0], second._averages[number][:, 0])
        found = found + crossed(one, two) * blow
    pairs = left.grid.stages.pairs
    if pairs is not None:
        one_level, other_level = ((each.grid.levels[0], each.scores[:, 0]) for each in (first, second))
        blow = np.outer(first._averages[0][:, 0], second._averages[0][:, 0])
        found = found + paired_across(one_level, other_level, pairs) * blow
    return np.asarray(found * mask)


def _sides(one: Linearised, number: int) -> Sides:
    level = one.grid.levels[number]
    count = int(one.grid.stages.unit[number].max(initial=-1)) + 1
    return sides(level, one.scores[:, 0], one._active[number], count)
