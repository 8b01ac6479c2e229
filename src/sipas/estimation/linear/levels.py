"""The squares of one stage: deviations of its units from the mean of their stratum, in every domain.

With z the sum of the scores over a unit, zero where it has no members in the domain, a stage adds

    sum over its strata of  f_1 ... f_{s-1} (1 - f_s) n / (n - 1) sum over units (z_a - mean z_a) (z_b - mean z_b)

where f are the shares drawn along the path and n counts every unit drawn (Särndal, Swensson & Wretman 1992, §4.3 and
§5.5-5.7). Where probabilities differ inside a stratum (``pps="brewer"``), 1 - π of each unit stands under the inner
sum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from sipas.estimation.designs.strata import Flags, Ints, Reals, Strata


@dataclass(frozen=True, slots=True)
class Level:
    """Where the rows of a grid lie in one stage: U units with members, in S runs of one domain and stratum.

    Parameters
    ----------
    strata : Strata
        The stage.
    rows : array of int, shape (U,), optional
        First row of each unit; missing: every row is a unit.
    unit : array of int, shape (U,)
        Number of each unit among all units of the stage.
    segment : array of int, shape (U,)
        Run of each unit.
    starts : array of int, shape (S,)
        First unit of each run.
    stratum, domain : array of int, shape (S,)
        Stratum and domain of each run.
    domain_starts : array of int, shape (D,)
        First run of each domain.
    parents : array of int, shape (G,)
        First run of each unit of the stage above; of the first stage every run.
    left : array of float, shape (U,), optional
        1 - probability of each unit, where they differ in a stratum.
    """

    strata: Strata
    rows: Ints | None
    unit: Ints
    segment: Ints
    starts: Ints
    stratum: Ints
    domain: Ints
    domain_starts: Ints
    parents: Ints
    left: Reals | None = None

    def by_unit(self, values: Reals) -> Reals:
        """Add rows up to units.

        Parameters
        ----------
        values : array, shape (R, A)
            Values of the rows.

        Returns
        -------
        array, shape (U, A)
            Sums.
        """
        return values if self.rows is None else added(values, self.rows)

    def per_segment(self, values: Reals) -> Reals:
        """Add units up to runs.

        Parameters
        ----------
        values : array, shape (U, ...)
            Values of the units.

        Returns
        -------
        array, shape (S, ...)
            Sums.
        """
        return added(values, self.starts)

    def per_domain(self, values: Reals) -> Reals:
        """Add runs up to domains.

        Parameters
        ----------
        values : array, shape (S, ...)
            Values of the runs.

        Returns
        -------
        array, shape (D, ...)
            Sums.
        """
        return added(values, self.domain_starts)

    def active(self, answers: Reals) -> Reals:
        """Count the units with answers.

        Parameters
        ----------
        answers : array, shape (R, A)
            Respondents behind the estimates in each row.

        Returns
        -------
        array, shape (S, A)
            Units of each run.
        """
        return self.per_segment((self.by_unit(answers) > 0).astype(np.float64))

    def alone(self, active: Reals) -> Flags:
        """Tell which runs count as lonely.

        Parameters
        ----------
        active : array, shape (S, A)
            Units with answers.

        Returns
        -------
        array of bool, shape (S, A) or (S, 1)
            Strata with one unit drawn; where the design says so also those with one unit in the domain.
        """
        strata = self.strata
        lonely = strata.lonely[self.stratum][:, None]
        if not strata.in_domains or strata.rule not in {"centered", "adjust", "average"}:
            return lonely
        return np.asarray(lonely | ((active == 1) & ~strata.census[self.stratum][:, None]))

    def blow_up(self, active: Reals) -> tuple[Reals, Reals]:
        """Tell by how much the rule ``average`` raises what the other strata add.

        Parameters
        ----------
        active : array, shape (S, A)
            Units with answers.

        Returns
        -------
        inside : array, shape (S, A)
            Strata over strata that are not lonely, inside each parent unit (R survey, stage by stage).
        across : array, shape (D, A)
            Its counterpart over the parents of a domain, some of which have lonely strata only. At the first stage
            every stratum stands for itself, so that this is all there is.
        """
        members = active > 0
        every = added(members.astype(np.float64), self.parents)
        rest = every - added((members & self.alone(active)).astype(np.float64), self.parents)
        size = np.diff(self.parents, append=self.starts.size)
        inside = np.repeat(np.divide(every, rest, out=np.ones_like(every), where=rest > 0), size, axis=0)
        first_of_domain = np.searchsorted(self.parents, self.domain_starts)
        parents = added((every > 0).astype(np.float64), first_of_domain)
        known = added((rest > 0).astype(np.float64), first_of_domain)
        return inside, np.divide(parents, known, out=np.ones_like(parents), where=known > 0)


@dataclass(frozen=True, slots=True)
class Spread:
    """Scores of a level's units, centred.

    Parameters
    ----------
    deviation : array, shape (U, A)
        Distance of each unit with members from its centre.
    mean : array, shape (S, A)
        The centre, whose square every unit without members adds.
    factor : array, shape (S, A) or (S, 1)
        What the sum over the units of a run is multiplied by.
    silent : array, shape (S, 1)
        Units drawn without members (sum of their 1 - probability where units differ).
    """

    deviation: Reals
    mean: Reals
    factor: Reals
    silent: Reals


def spread_of(level: Level, scores: Reals, active: Reals) -> Spread:
    """Centre the scores of a level.

    Parameters
    ----------
    level : Level
        A stage.
    scores : array, shape (R, A)
        Scores of the rows.
    active : array, shape (S, A)
        Units with answers.

    Returns
    -------
    Spread
        Deviations and what they are worth.
    """
    units, strata = level.by_unit(scores), level.strata
    alone = level.alone(active)
    mean = _centres(level, level.per_segment(units), alone)
    factor = strata.factor[level.stratum][:, None]
    if strata.rule == "average":
        inside, _ = level.blow_up(active)
        factor = np.where(alone, 0.0, factor * inside)
    return Spread(units - mean[level.segment], mean, factor, _silent(level)[:, None])


def _centres(level: Level, sums: Reals, alone: Flags) -> Reals:
    strata = level.strata
    drawn = strata.drawn[level.stratum][:, None]
    if strata.rule == "adjust":
        return np.where(alone, 0.0, sums / np.maximum(drawn, 1))
    overall = level.per_domain(sums) / max(int(strata.drawn.sum()), 1)
    return np.where(alone, overall[level.domain], sums / np.maximum(drawn, 1))


def _silent(level: Level) -> Reals:
    strata = level.strata
    if strata.left is None or level.left is None:
        size = np.diff(level.starts, append=level.unit.size)
        return (strata.drawn[level.stratum] - size).astype(np.float64)
    return np.maximum(strata.left[level.stratum] - added(level.left, level.starts), 0.0)


def squares(level: Level, spread: Spread) -> Reals:
    """Add up the variance of a level.

    Parameters
    ----------
    level : Level
        A stage.
    spread : Spread
        Its centred scores.

    Returns
    -------
    array, shape (D, A)
        Without ``across`` of ``Level.blow_up``.
    """
    square = spread.deviation**2
    if level.left is not None:
        square = square * level.left[:, None]
    return level.per_domain(spread.factor * (level.per_segment(square) + spread.silent * spread.mean**2))


def products(level: Level, spread: Spread) -> list[Reals]:
    """Give the rows whose products are the covariance of a level.

    Parameters
    ----------
    level : Level
        A stage.
    spread : Spread
        Its centred scores.

    Returns
    -------
    list of array
        Per domain an array with A columns: X'X is the covariance, without ``across`` of ``Level.blow_up``.
    """
    factor = np.sqrt(spread.factor)
    rows = spread.deviation * factor[level.segment]
    if level.left is not None:
        rows = rows * np.sqrt(level.left)[:, None]
    silent = spread.mean * factor * np.sqrt(spread.silent)
    ends = np.append(level.starts[level.domain_starts], level.unit.size)
    runs = np.append(level.domain_starts, level.starts.size)
    return [
        np.vstack([rows[ends[d] : ends[d + 1]], silent[runs[d] : runs[d + 1]]]) for d in range(level.domain_starts.size)
    ]


@dataclass(frozen=True, slots=True)
class Sides:
    """One estimate of a level over all domains, as sparse matrices: cov = U'U - P'P + Q'Q of two of them.

    Parameters
    ----------
    units : sparse, shape (units of the stage, D)
        Weighted scores.
    strata : sparse, shape (strata of the stage, D)
        What the means take away.
    centres : sparse, shape (strata of the stage, D), optional
        What centres other than the mean give back.
    """

    units: sparse.csr_matrix
    strata: sparse.csr_matrix
    centres: sparse.csr_matrix | None


def sides(level: Level, score: Reals, active: Reals, count: int) -> Sides:
    """Lay out one estimate for products over pairs of domains.

    Parameters
    ----------
    level : Level
        A stage.
    score : array, shape (R,)
        Scores of the rows.
    active : array, shape (S, 1)
        Units with answers.
    count : int
        Units of the whole stage.

    Returns
    -------
    Sides
        See there.
    """
    strata, domains = level.strata, level.domain_starts.size
    where = (level.stratum, level.domain)
    shape = (len(strata.names), domains)
    units = level.by_unit(score[:, None])[:, 0]
    spread = spread_of(level, score[:, None], active)
    factor = np.sqrt(spread.factor[:, 0])
    lonely = strata.lonely[level.stratum]
    units = units - np.where(lonely, spread.mean[:, 0], 0.0)[level.segment]
    weight = np.ones_like(units) if level.left is None else level.left
    size = (strata.drawn if strata.left is None else strata.left)[level.stratum]
    share = np.divide(factor, np.sqrt(size), out=np.zeros_like(factor), where=(size > 0) & ~lonely)
    taken = added(units if level.left is None else units * weight, level.starts) * share
    scaled = units * factor[level.segment] if level.left is None else units * factor[level.segment] * np.sqrt(weight)
    centres = None
    if level.left is not None or strata.in_domains:
        given = np.where(lonely, 0.0, taken - spread.mean[:, 0] * factor * np.sqrt(np.maximum(size, 0.0)))
        centres = sparse.csr_matrix((given, where), shape=shape)
    by_unit = sparse.csr_matrix((scaled, (level.unit, level.domain[level.segment])), shape=(count, domains))
    return Sides(by_unit, sparse.csr_matrix((taken, where), shape=shape), centres)


def crossed(left: Sides, right: Sides) -> Reals:
    """Multiply two estimates of a level over all pairs of domains.

    Parameters
    ----------
    left, right : Sides
        Of the same stage.

    Returns
    -------
    array, shape (D of left, D of right)
        Covariances, without ``across`` of ``Level.blow_up``.
    """
    found = left.units.T @ right.units - left.strata.T @ right.strata
    if left.centres is not None and right.centres is not None:
        found = found + left.centres.T @ right.centres
    return np.asarray(found.toarray())


def added(values: Reals, starts: Ints) -> Reals:
    """Add consecutive rows.

    Parameters
    ----------
    values : array, shape (N, ...)
        Values.
    starts : array of int, shape (G,)
        First row of each group; groups follow each other and cover all rows.

    Returns
    -------
    array, shape (G, ...)
        Sums.
    """
    if starts.size == 0:
        return np.zeros((0, *values.shape[1:]))
    return np.asarray(np.add.reduceat(values, starts, axis=0))
