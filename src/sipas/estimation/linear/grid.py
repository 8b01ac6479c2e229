"""Where the rows of one kind of domain lie: which domain, stratum and primary unit each is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.design import path_of
from sipas.estimation.designs.measures import Term
from sipas.estimation.designs.strata import Flags, Ints, Reals, Strata
from sipas.estimation.linear.forms import form_of
from sipas.estimation.linear.levels import Level, added
from sipas.estimation.linear.residuals import Calibrated, CrossSums
from sipas.estimation.linear.stages import Stages, stages_of
from sipas.estimation.moments.moments import WHOLE, Moments


@dataclass(frozen=True, slots=True)
class Grid:
    """The sums of one kind of domain, ready for linear algebra.

    Parameters
    ----------
    kind : str
        Kind of domain.
    domains : tuple of str
        Its D domains, sorted.
    strata : Strata
        First stage of the whole design.
    table : polars.DataFrame
        R rows: one per domain and unit of the last stage with members, sorted by domain and path; columns are the sums.
    domain, stratum, psu : array of int, shape (R,)
        Place of each row in ``domains``, in the strata, among all primary units.
    segment : array of int, shape (R,)
        Which run of rows of one domain and stratum the row belongs to; S runs.
    starts : array of int, shape (S,)
        First row of each run.
    domain_starts : array of int, shape (D,)
        First run of each domain.
    leaf : array of int, shape (R,)
        Place of each row among all units of the last stage.
    stages : Stages
        The whole sample.
    levels : tuple of Level
        How the rows lie in each stage.
    base : Level
        What degrees of freedom are counted from: the first stage, and where a stratum of it was taken whole, the first
        stage below that was sampled.
    cross : CrossSums, optional
        Present where the weights were calibrated.
    """

    kind: str
    domains: tuple[str, ...]
    strata: Strata
    table: pl.DataFrame
    domain: Ints
    stratum: Ints
    psu: Ints
    segment: Ints
    starts: Ints
    domain_starts: Ints
    leaf: Ints
    stages: Stages
    levels: tuple[Level, ...]
    base: Level
    cross: CrossSums | None = None

    @property
    def segment_stratum(self) -> Ints:
        """Stratum of each run, shape (S,)."""
        return self.stratum[self.starts]

    @property
    def segment_domain(self) -> Ints:
        """Domain of each run, shape (S,)."""
        return self.domain[self.starts]

    @property
    def nested(self) -> bool:
        """Whether every stratum lies in one domain, so that estimates of two domains are independent."""
        return np.unique(self.segment_stratum).size == self.starts.size

    def per_segment(self, values: Reals) -> Reals:
        """Add rows up to runs.

        Parameters
        ----------
        values : array, shape (R, ...)
            Values of the rows.

        Returns
        -------
        array, shape (S, ...)
            Sums, always in the order of the rows.
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

    def sums(self, terms: tuple[Term, ...]) -> Reals:
        """Give columns of sums as an array.

        Parameters
        ----------
        terms : tuple of Term
            Terms of the moments.

        Returns
        -------
        array, shape (R, number of terms)
            Sums per row.

        Raises
        ------
        SipasError
            ``estimation.term_missing``: the moments were collapsed without the measure.
        """
        if missing := [term.name for term in terms if term.name not in self.table.columns]:
            raise SipasError("estimation.term_missing", "measures", got=missing)
        found = np.empty((self.table.height, len(terms)))
        for place, term in enumerate(terms):
            found[:, place] = self.table[term.name].to_numpy()
        return found

    def crossed(self, terms: tuple[Term, ...]) -> Reals | None:
        """Give the cross sums of terms.

        Parameters
        ----------
        terms : tuple of Term
            Terms of the moments.

        Returns
        -------
        array, shape (D, P, number of terms), or None
            None where the weights were not calibrated.
        """
        if self.cross is None:
            return None
        places = [self.cross.terms.index(term.name) for term in terms]
        return self.cross.values[:, :, places]

    def members(self, counts: Reals) -> Flags:
        """Tell which runs have answers.

        Parameters
        ----------
        counts : array, shape (R, A)
            Unweighted answers of each row.

        Returns
        -------
        array of bool, shape (S, A)
            Whether the domain has an answer in the stratum.
        """
        return self.per_segment((counts > 0).astype(np.float64)) > 0


def grids(moments: Moments, kinds: tuple[str, ...] | None = None) -> Iterator[Grid]:
    """Lay out the moments for each kind of domain.

    Parameters
    ----------
    moments : Moments
        Any number of parts.
    kinds : tuple of str, optional
        Kinds wanted; missing: all, in the order they were collapsed.

    Yields
    ------
    Grid
        One per kind, all on the same strata; made one by one, since each copies its sums.

    Raises
    ------
    SipasError
        ``estimation.kind_unknown`` and the errors of the strata.
    """
    known = moments.description.kinds
    if unknown := [kind for kind in kinds or () if kind not in known]:
        raise SipasError("estimation.kind_unknown", "domain_kind", expected=list(known), got=unknown)
    table = moments.summed()
    path = list(path_of(moments.description.design))
    whole = table.filter(pl.col("domain_kind") == WHOLE).sort(path, nulls_last=True)
    stages = stages_of(whole, moments)
    whole = whole.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("leaf_number"))
    numbers = whole.select(*path, "leaf_number")
    calibrated = None if moments.calibration is None else Calibrated(moments.calibration, whole, form_of(stages))
    for kind in kinds or known:
        if kind == WHOLE:
            here = whole
        elif moments.description.carried():  # the same rows, in the order of the units already
            of_kind = moments.of_kind(whole, kind).filter(pl.col("domain").is_not_null())
            here = of_kind.sort("domain", maintain_order=True)
        else:
            here = moments.of_kind(table, kind).filter(pl.col("domain").is_not_null())
            here = here.join(numbers, on=path, how="left", nulls_equal=len(path) > 2).sort("domain", "leaf_number")
        domain = here.select(pl.col("domain").rle_id().cast(pl.Int64)).to_series().to_numpy()
        names = tuple(here["domain"].unique(maintain_order=True))
        cross = None if calibrated is None else calibrated.crossed(kind, names)
        yield lay_out(kind, names, here, domain, here["leaf_number"].to_numpy(), stages, cross)


def lay_out(
    kind: str,
    domains: tuple[str, ...],
    table: pl.DataFrame,
    domain: Ints,
    leaf: Ints,
    stages: Stages,
    cross: CrossSums | None = None,
) -> Grid:
    """Lay out rows that may be anybody's: those of the moments, or every unit in every domain.

    Parameters
    ----------
    kind : str
        Kind of domain.
    domains : tuple of str
        Its D domains; each has at least one row.
    table : polars.DataFrame
        R rows with the sums wanted later (``Grid.sums``); sorted by domain, then by leaf.
    domain, leaf : array of int, shape (R,)
        Domain and place among all units of the last stage.
    stages : Stages
        The sample (``Grid.stages`` of another grid of the same moments).
    cross : CrossSums, optional
        Of a calibration.

    Returns
    -------
    Grid
        The rows with their place in every stage.
    """
    levels = tuple(_level(stages, number, domain, leaf) for number in range(len(stages.strata)))
    segment, starts = _runs(domain, stages.stratum[0][leaf])
    return Grid(
        kind=kind,
        domains=domains,
        strata=stages.strata[0],
        table=table,
        domain=domain,
        stratum=stages.stratum[0][leaf],
        psu=stages.unit[0][leaf],
        segment=segment,
        starts=starts,
        domain_starts=_changes(domain[starts]),
        leaf=leaf,
        stages=stages,
        levels=levels,
        base=_base(stages, levels, domain, leaf),
        cross=cross,
    )


def _level(stages: Stages, number: int, domain: Ints, leaf: Ints) -> Level:
    stratum, unit = stages.stratum[number][leaf], stages.unit[number][leaf]
    parent = stages.unit[number - 1][leaf] if number else stratum
    last = number == len(stages.strata) - 1
    left = stages.left[number]
    return _placed(stages.strata[number], domain, (parent, stratum, unit), left, last=last)


def _placed(strata: Strata, domain: Ints, path: tuple[Ints, Ints, Ints], left: Reals | None, *, last: bool) -> Level:
    _, stratum, unit = path
    rows = None if last else _runs(domain, unit)[1]
    parent, stratum, unit, domain = (values if rows is None else values[rows] for values in (*path, domain))
    segment, starts = _runs(domain, stratum)
    domain_starts = _changes(domain[starts])
    _, parents = _runs(domain[starts], parent[starts])
    return Level(
        strata=strata,
        rows=rows,
        unit=unit,
        segment=segment,
        starts=starts,
        stratum=stratum[starts],
        domain=domain[starts],
        domain_starts=domain_starts,
        parents=parents,
        left=None if left is None else left[unit],
    )


def _base(stages: Stages, levels: tuple[Level, ...], domain: Ints, leaf: Ints) -> Level:
    """Let each stratum taken whole give way to the stage below it."""
    if len(levels) == 1 or not stages.strata[0].census.any():
        return levels[0]
    strata, stratum, unit = stages.strata[0], stages.stratum[0], stages.unit[0]
    for below in range(1, len(levels)):
        whole = strata.census[stratum]
        stratum = np.where(whole, len(strata.names) + stages.stratum[below], stratum)
        unit = np.where(whole, stages.unit[0].size * below + stages.unit[below], unit)
        strata = _joined(strata, stages.strata[below])
    return _placed(strata, domain, (stratum[leaf], stratum[leaf], unit[leaf]), None, last=False)


def _joined(upper: Strata, lower: Strata) -> Strata:
    return replace(
        upper,
        names=upper.names + lower.names,
        drawn=np.concatenate([upper.drawn, lower.drawn]),
        factor=np.concatenate([upper.factor, lower.factor]),
        lonely=np.concatenate([upper.lonely, lower.lonely]),
        census=np.concatenate([upper.census, lower.census]),
        left=None,
    )


def _runs(domain: Ints, numbers: Ints) -> tuple[Ints, Ints]:
    """Find the run of each row, of one domain and number, and the first row of each run."""
    changes = (np.diff(domain, prepend=-1) != 0) | (np.diff(numbers, prepend=-1) != 0)
    return np.cumsum(changes) - 1, np.flatnonzero(changes)


def _changes(numbers: Ints) -> Ints:
    return np.flatnonzero(np.diff(numbers, prepend=-1) != 0)
