"""Grids on which every domain has a row for every unit: residuals of a calibration are nowhere 0."""

from __future__ import annotations

import numpy as np
import polars as pl

from sipas.estimation.designs.strata import Ints
from sipas.estimation.linear.grid import Grid, lay_out


def completed(grid: Grid, chosen: list[int]) -> tuple[Grid, Ints, Ints]:
    """Lay out all units of the last stage in some domains.

    Parameters
    ----------
    grid : Grid
        Rows where the domains have members.
    chosen : list of int
        Places of domains, ascending.

    Returns
    -------
    complete : Grid
        Its table holds ``domain`` and the path of the unit, no sums.
    here, there : array of int
        Rows of the grid in those domains, and where they lie in the complete one.
    """
    units = grid.stages.unit[0].size
    place = np.full(len(grid.domains), -1)
    place[chosen] = np.arange(len(chosen))
    here = np.flatnonzero(place[grid.domain] >= 0)
    there = place[grid.domain[here]] * units + grid.leaf[here]
    domain, leaf = np.divmod(np.arange(len(chosen) * units), max(units, 1))
    names = tuple(grid.domains[d] for d in chosen)
    table = pl.DataFrame() if grid.cross is None else grid.cross.names[leaf]
    table = table.with_columns(pl.Series("domain", names, dtype=pl.String)[domain])
    return lay_out(grid.kind, names, table, domain, leaf, grid.stages), here, there
