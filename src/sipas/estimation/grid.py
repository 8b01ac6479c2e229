"""Where the rows of one kind of domain lie: which domain, stratum and primary unit each is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.measures import Term
from sipas.estimation.moments import WHOLE, Moments
from sipas.estimation.strata import Flags, Ints, Reals, Strata, strata_of


@dataclass(frozen=True, slots=True)
class CrossSums:
    """Sums that a calibration needs: what was calibrated times what is measured, by base weights.

    Parameters
    ----------
    terms : tuple of str
        Names of T terms.
    values : array, shape (D, P, T)
        For each domain, calibration variable x and term with the value t in a row: sum of base weight times x times t
        over the rows of the domain.
    """

    terms: tuple[str, ...]
    values: Reals


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
        R rows: one per domain, stratum and primary unit with members, sorted so; columns are the sums.
    domain, stratum, psu : array of int, shape (R,)
        Place of each row in ``domains``, in the strata, among all primary units.
    segment : array of int, shape (R,)
        Which run of rows of one domain and stratum the row belongs to; S runs.
    starts : array of int, shape (S,)
        First row of each run.
    domain_starts : array of int, shape (D,)
        First run of each domain.
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
        columns = [self.table[term.name].cast(pl.Float64).to_numpy() for term in terms]
        return np.column_stack(columns) if columns else np.empty((self.table.height, 0))

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
    whole = table.filter(pl.col("domain_kind") == WHOLE).sort("stratum", "psu")
    strata = strata_of(whole, moments.description.design)
    numbers = whole.select(
        "stratum",
        "psu",
        pl.int_range(pl.len(), dtype=pl.Int64).alias("psu_number"),
        (pl.col("stratum").rle_id().cast(pl.Int64)).alias("stratum_number"),
    )
    for kind in kinds or known:
        yield _grid(moments.of_kind(table, kind), kind, strata, numbers)


def _grid(table: pl.DataFrame, kind: str, strata: Strata, numbers: pl.DataFrame) -> Grid:
    here = table.filter(pl.col("domain").is_not_null())
    here = here.join(numbers, on=["stratum", "psu"], how="left").sort("domain", "stratum_number", "psu_number")
    runs = here.select(
        pl.col("domain").rle_id().cast(pl.Int64).alias("domain"),
        pl.struct("domain", "stratum_number").rle_id().cast(pl.Int64).alias("segment"),
    )
    domain, segment = runs["domain"].to_numpy(), runs["segment"].to_numpy()
    starts = _changes(segment)
    return Grid(
        kind=kind,
        domains=tuple(here["domain"].unique(maintain_order=True)),
        strata=strata,
        table=here,
        domain=domain,
        stratum=here["stratum_number"].to_numpy(),
        psu=here["psu_number"].to_numpy(),
        segment=segment,
        starts=starts,
        domain_starts=_changes(domain[starts]),
    )


def _changes(numbers: Ints) -> Ints:
    return np.flatnonzero(np.diff(numbers, prepend=-1) != 0)
