"""Successive difference replication, for systematic samples in a meaningful order."""

from __future__ import annotations

from math import gcd

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Ints, Reals
from sipas.estimation.replicates.hadamard import hadamard
from sipas.estimation.replicates.layout import Layout

HALF = 2.0**-1.5  # Fay & Train's factors are 1 - HALF·2, 1 and 1 + HALF·2: 0.29, 1, 1.71


def successive(layout: Layout, least: int | None, order: pl.DataFrame | None, *, fpc: bool) -> Reals:
    """Give each unit two neighbouring rows of a Hadamard matrix.

    Parameters
    ----------
    layout : Layout
        Units and strata.
    least : int, optional
        Replicates, at least; missing: units and one more, with which no row serves twice.
    order : polars.DataFrame, optional
        Columns ``stratum`` and ``psu``: the order of the units; missing: sorted by code.
    fpc : bool
        Whether deviations are multiplied by sqrt(1 - f_h).

    Returns
    -------
    array, shape (U, R)
        1 + 2^(-3/2) (a_ir - a_i+1,r), each stratum a circle.

    Raises
    ------
    SipasError
        ``estimation.order_incomplete``, ``estimation.lonely_replicates``.

    Notes
    -----
    Fay & Train 1995, ASA Proceedings, Section on Government Statistics, 154-159; Ash 2014, Survey Methodology 40(1),
    47-59. With as many rows as units, 4/R times the squared deviations of a total is exactly
    ½ sum (t_i - t_i+1)² around each stratum's circle; with fewer, rows serve again and it is so on average.
    """
    layout.refuse_lonely()
    total = int(layout.drawn.sum())
    signs = hadamard(max((least if least is not None else total + 1), 2))
    rows = signs[1:]
    first, second = _rows(layout.drawn, rows.shape[0])
    found: Reals = HALF * (rows[first] - rows[second]).astype(np.float64)
    if fpc:
        found *= np.sqrt(np.repeat(layout.left, layout.drawn))[:, None]
    return 1.0 + layout.of_drawn(found)[_turns(layout, order)]


def _rows(drawn: Ints, count: int) -> tuple[Ints, Ints]:
    """Two rows for every unit drawn: circles one after the other; long ones in rounds, with steps prime to count."""
    steps = [s for s in range(1, count + 1) if gcd(s, count) == 1]
    first, second, begin = [], [], 0
    for n in drawn.tolist():
        t = np.arange(n)
        if n <= count:
            first.append((begin + t) % count)
            second.append((begin + (t + 1) % n) % count)
        else:
            step = np.array(steps)[t // count % len(steps)]
            first.append(t % count * step % count)
            second.append((t % count + 1) * step % count)
        begin += n
    if not first:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(first), np.concatenate(second)


def _turns(layout: Layout, order: pl.DataFrame | None) -> Ints:
    """Which unit's factors each unit takes so that circles follow the order given."""
    if order is None:
        return np.arange(layout.stratum.size)
    given = order.select(pl.col("stratum").cast(pl.String), pl.col("psu").cast(pl.String)).with_row_index("turn")
    placed = layout.units.join(given, on=["stratum", "psu"], how="left", maintain_order="left")
    missing = placed.filter(pl.col("turn").is_null())
    if missing.height or placed.height != layout.units.height:
        got = missing.select("stratum", "psu").rows()[:5]
        raise SipasError("estimation.order_incomplete", "order", layout.units.height, got)
    sort = np.lexsort((placed["turn"].to_numpy(), layout.stratum))
    turns = np.empty(sort.size, np.int64)
    turns[sort] = np.arange(sort.size)
    return turns
