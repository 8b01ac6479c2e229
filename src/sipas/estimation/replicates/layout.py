"""The primary units that replicate factors stand for, and how their strata were drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.design import Lonely
from sipas.estimation.designs.strata import Flags, Ints, Reals
from sipas.estimation.linear.grid import Grid

ADDS_NOTHING = ("remove", "certainty")


@dataclass(frozen=True, slots=True)
class Layout:
    """U primary units in H strata, in the order of ``Grid.psu``.

    Parameters
    ----------
    units : polars.DataFrame
        Columns ``stratum`` and ``psu``, U rows.
    stratum : array of int, shape (U,)
        Place of each unit's stratum.
    drawn : array of int, shape (H,)
        Units drawn (n_h); those without any row are not among the U, and stand after the others of their stratum.
    left : array of float, shape (H,)
        Finite population correction, 1 - f_h; 1 where none is known.
    lonely, census : array of bool, shape (H,)
        One unit drawn, and not with certainty; all units drawn.
    names : tuple of str
        The strata.
    rule : Lonely
        What the design says of lonely strata.
    """

    units: pl.DataFrame
    stratum: Ints
    drawn: Ints
    left: Reals
    lonely: Flags
    census: Flags
    names: tuple[str, ...]
    rule: Lonely

    def refuse_lonely(self) -> None:
        """Refuse lonely strata unless the design says that they add nothing.

        Raises
        ------
        SipasError
            ``estimation.lonely_replicates``.
        """
        if self.lonely.any() and self.rule not in ADDS_NOTHING:
            names = [name for name, lonely in zip(self.names, self.lonely, strict=True) if lonely]
            raise SipasError("estimation.lonely_replicates", "lonely", list(ADDS_NOTHING), names[:5], len(names))

    def of_drawn(self, values: Reals) -> Reals:
        """Take from values of all units drawn those of the units that have rows.

        Parameters
        ----------
        values : array, shape (sum of n_h, ...)
            Stratum by stratum.

        Returns
        -------
        array, shape (U, ...)
            In the order of ``units``.
        """
        return values if values.shape[0] == self.stratum.size else values[self.places]

    @property
    def places(self) -> Ints:
        """Place of each unit among all units drawn, shape (U,)."""
        first = np.cumsum(self.drawn) - self.drawn
        begins = np.searchsorted(self.stratum, np.arange(self.drawn.size))
        return np.asarray(first[self.stratum] + np.arange(self.stratum.size) - begins[self.stratum])


def layout_of(whole: Grid) -> Layout:
    """Lay out the primary units of a sample.

    Parameters
    ----------
    whole : Grid
        The grid of the whole.

    Returns
    -------
    Layout
        All units that have rows, and the sizes of their strata.
    """
    strata = whole.strata
    # The factor is (1 - f_h) n_h / (n_h - 1); strata of one unit have no use for their correction here, nor has anyone
    # where units differ in their probability.
    left = np.where(strata.drawn > 1, strata.factor * (strata.drawn - 1) / strata.drawn, 1.0)
    firsts = np.flatnonzero(np.diff(whole.psu, prepend=-1) != 0)
    return Layout(
        units=whole.table.select("stratum", "psu")[firsts],
        stratum=whole.stratum[firsts],
        drawn=strata.drawn,
        left=np.where(strata.census, 0.0, left),
        lonely=strata.lonely,
        census=strata.census,
        names=strata.names,
        rule=strata.rule,
    )
