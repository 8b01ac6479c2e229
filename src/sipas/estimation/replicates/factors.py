"""Replicate factors: what the weight of every unit is multiplied by in each replicate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from sipas.estimation.designs.strata import Ints, Reals

Centre = Literal["mean", "estimate"]
BLOCK_BYTES = 64 * 2**20  # of one array while replicates are worked on


@dataclass(frozen=True, slots=True)
class Listed:
    """Factors written out.

    Parameters
    ----------
    array : array, shape (U, R)
        Factors.
    """

    array: Reals

    def block(self, start: int, stop: int) -> Reals:
        """Give some replicates.

        Parameters
        ----------
        start, stop : int
            First, and one after the last.

        Returns
        -------
        array, shape (U, stop - start)
            Factors.
        """
        return self.array[:, start:stop]

    def totals(self, places: Ints, sums: Reals, start: int, stop: int) -> Reals:
        """Add up the rows of a domain in some replicates.

        Parameters
        ----------
        places : array of int, shape (rows,)
            Unit of each row.
        sums : array, shape (rows, T)
            What to add.
        start, stop : int
            First replicate, and one after the last.

        Returns
        -------
        array, shape (stop - start, T)
            Totals.
        """
        block = self.array[:, start:stop]
        every = places.size == block.shape[0] and np.array_equal(places, np.arange(places.size))
        return np.asarray((block if every else block[places]).T @ sums)


@dataclass(frozen=True, slots=True)
class Deleted:
    """Factors of a jackknife, written out only as they are used: each replicate deletes one unit.

    Parameters
    ----------
    unit_stratum : array of int, shape (U,)
        Stratum of each unit.
    unit : array of int, shape (R,)
        Unit deleted; -1 for a unit that has no rows.
    stratum : array of int, shape (R,)
        Its stratum.
    inside, outside : array, shape (R,)
        Factor of the other units of its stratum, and of units of other strata.
    """

    unit_stratum: Ints
    unit: Ints
    stratum: Ints
    inside: Reals
    outside: Reals

    def block(self, start: int, stop: int) -> Reals:
        """Give some replicates.

        Parameters
        ----------
        start, stop : int
            First, and one after the last.

        Returns
        -------
        array, shape (U, stop - start)
            Factors.
        """
        same = self.unit_stratum[:, None] == self.stratum[start:stop]
        found = np.where(same, self.inside[start:stop], self.outside[start:stop])
        there = np.flatnonzero(self.unit[start:stop] >= 0)
        found[self.unit[start:stop][there], there] = 0.0
        return np.asarray(found)

    def totals(self, places: Ints, sums: Reals, start: int, stop: int) -> Reals:
        """Add up the rows of a domain in some replicates, without writing the factors out.

        Parameters
        ----------
        places : array of int, shape (rows,)
            Unit of each row.
        sums : array, shape (rows, T)
            What to add.
        start, stop : int
            First replicate, and one after the last.

        Returns
        -------
        array, shape (stop - start, T)
            Outside the stratum × outside + (the stratum - the unit) × inside; exactly 0 where nothing is left.
        """
        here = self.unit_stratum[places]
        outside = self.outside[start:stop, None]
        found = np.asarray(outside * sums.sum(axis=0))
        touched = np.flatnonzero(np.isin(self.stratum[start:stop], here))
        whole, stratum = np.unique(here, return_inverse=True)
        own = np.searchsorted(whole, self.stratum[start:stop][touched])
        deleted = self.unit[start:stop][touched]
        rest, others = _apart(sums, stratum, places, own, deleted)
        # Differences of sums end beside 0; counts do not.
        rest_there, others_there = _apart((sums != 0).astype(np.float64), stratum, places, own, deleted)
        rest, others = np.where(rest_there > 0, rest, 0.0), np.where(others_there > 0, others, 0.0)
        found[touched] = rest * outside[touched] + others * self.inside[start:stop, None][touched]
        return found


def _apart(values: Reals, stratum: Ints, places: Ints, own: Ints, deleted: Ints) -> tuple[Reals, Reals]:
    """Add up what lies outside each replicate's stratum, and inside it without the unit deleted."""
    by_stratum = np.zeros((int(stratum.max(initial=-1)) + 1, values.shape[1]))
    np.add.at(by_stratum, stratum, values)
    units, unit = np.unique(places, return_inverse=True)
    by_unit = np.zeros((units.size + 1, values.shape[1]))  # the last: units without rows here
    np.add.at(by_unit, unit, values)
    at = np.minimum(np.searchsorted(units, deleted), units.size)
    at[(at < units.size) & (np.append(units, -1)[at] != deleted)] = units.size
    return by_stratum.sum(axis=0) - by_stratum[own], by_stratum[own] - by_unit[at]


@dataclass(frozen=True, slots=True)
class Factors:
    """R replicates of U units, with what turns their spread into a variance.

    Parameters
    ----------
    kind : str
        How they were made, or as what they were given.
    units : polars.DataFrame
        The U units, by the columns of the moments that name them: ``stratum`` and ``psu``, for replicates of every
        stage the whole path.
    source : Listed or Deleted
        The factors.
    scale : float
        Multiplies the whole variance.
    rscales : array, shape (R,)
        Multiply the squared deviations; 0 or more.
    centre : {"mean", "estimate"}
        What replicates deviate from: their own mean, or the estimate from the full sample.
    degrees : int
        Degrees of freedom of the whole design: rank of the factors less 1.
    by_domain : bool
        Whether a domain has its own degrees (its units less its strata, at most ``degrees``); otherwise ``degrees``.
    corrected : bool
        Whether the finite population correction is in them: then strata taken whole are without error.
    every_stage : bool
        Whether stages after the first are in them.

    Notes
    -----
    v = scale × sum over r of rscales_r (θ_r - centre)² (Wolter 2007; R survey ``svrVar``).
    """

    kind: str
    units: pl.DataFrame
    source: Listed | Deleted
    scale: float
    rscales: Reals
    centre: Centre
    degrees: int
    by_domain: bool = True
    corrected: bool = True
    every_stage: bool = False

    @property
    def count(self) -> int:
        """Number of replicates."""
        return self.rscales.size

    @property
    def array(self) -> Reals:
        """All factors, shape (U, R)."""
        return self.source.block(0, self.count)

    def blocks(self, width: int) -> list[tuple[int, int]]:
        """Cut the replicates so that no array grows large.

        Parameters
        ----------
        width : int
            Numbers that one replicate needs beside its factors, where these are written out.

        Returns
        -------
        list of (int, int)
            First, and one after the last replicate of each block.
        """
        factors = self.units.height if isinstance(self.source, Listed) else 1
        most = max(1, BLOCK_BYTES // (8 * max(1, width, factors)))
        return [(start, min(start + most, self.count)) for start in range(0, self.count, most)]
