"""The delete-one jackknife, inside strata."""

from __future__ import annotations

import numpy as np

from sipas.estimation.designs.strata import Reals
from sipas.estimation.replicates.factors import Deleted
from sipas.estimation.replicates.layout import Layout


def jackknife(layout: Layout, *, fpc: bool) -> tuple[Deleted, float, Reals]:
    """Delete each unit in turn and raise the others of its stratum by n_h / (n_h - 1).

    Parameters
    ----------
    layout : Layout
        Units and strata; a lonely stratum is treated by ``layout.rule``.
    fpc : bool
        Whether strata count by 1 - f_h; those taken whole then have no replicates.

    Returns
    -------
    factors : Deleted
        One replicate per unit drawn.
    scale : float
        1, but under the rule ``average``.
    rscales : array, shape (R,)
        (1 - f_h)(n_h - 1) / n_h.

    Notes
    -----
    Wolter 2007, §4.5; conventions of R survey ``jknweights``, where a lonely stratum under ``adjust`` is deleted
    whole, the H - 1 others raised by H / (H - 1), and its squared deviation counted (H - 1) / H times, without
    correction. Under ``average`` the variance is raised by units over replicates.
    """
    drawn, strata = layout.drawn, len(layout.names)
    certain = layout.census & fpc
    adjusted = layout.lonely & (layout.rule in {"centered", "adjust"}) & (strata > 1)
    # Taken whole with one unit and no correction wanted: nothing to delete it against.
    kept = ~certain & (~layout.lonely | adjusted) & ((drawn > 1) | adjusted)
    stratum = np.repeat(np.arange(strata), np.where(kept, drawn, 0))
    unit_of_drawn = np.full(int(drawn.sum()), -1, np.int64)
    unit_of_drawn[layout.places] = np.arange(layout.stratum.size)
    n, lonely = drawn[stratum].astype(np.float64), adjusted[stratum]
    left = layout.left[stratum] if fpc else np.ones(stratum.size)
    rest = np.maximum(n - 1, 1)
    share = (strata - 1) / strata if strata else 1.0
    deleted = Deleted(
        unit_stratum=layout.stratum,
        unit=unit_of_drawn[np.repeat(kept, drawn)],
        stratum=stratum,
        inside=n / rest,
        outside=np.where(lonely, 1 / share if share else 1.0, 1.0),
    )
    rscales = np.where(lonely, share, left * rest / n)
    scale = 1.0
    if layout.rule == "average" and layout.lonely.any() and stratum.size:
        scale = float(drawn[~certain].sum()) / stratum.size
    return deleted, scale, rscales
