"""The bootstrap of all stages of a sample drawn without replacement."""

from __future__ import annotations

import numpy as np

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Flags, Ints, Reals, Strata
from sipas.estimation.linear.grid import Grid
from sipas.estimation.replicates.layout import ADDS_NOTHING


def multistage(whole: Grid, count: int, seed: int) -> Reals:
    """Keep half of the units of every stratum at every stage, without replacement.

    Parameters
    ----------
    whole : Grid
        The whole: one row per unit of the last stage.
    count : int
        Replicates, R.
    seed : int
        Of the draws.

    Returns
    -------
    array, shape (rows of the grid, R)
        1 + sum over the stages of l (d n / m - 1) × product over the stages above of sqrt(n / m) d, where m is half
        of n rounded down, d tells whether the unit is kept, l = sqrt(f_1 ... f_(s-1) m (1 - f_s) / (n - m)).

    Raises
    ------
    SipasError
        ``estimation.lonely_replicates``: a stratum has one unit, and the design does not say that it adds nothing.

    Notes
    -----
    Preston 2009, Survey Methodology 35(2), 227-234; R survey ``mrbweights``. Units of strata taken whole, and lonely
    ones, are always kept, where R drops a unit alone in its stratum together with what lies below it. A stage without
    known shares counts as drawn with replacement, and stages below it add nothing.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    rows = whole.table.height
    found, carried, share = np.ones((rows, count)), np.ones((rows, count)), np.ones(rows)
    for strata, stratum, unit in zip(whole.stages.strata, whole.stages.stratum, whole.stages.unit, strict=True):
        _refuse_lonely(strata)
        firsts = np.flatnonzero(np.diff(unit, prepend=-1) != 0)
        of_row = np.cumsum(np.diff(unit, prepend=-1) != 0) - 1
        kept = _kept(strata, stratum[firsts], count, rng)
        n = strata.drawn.astype(np.float64)
        half = np.where(strata.drawn > 1, np.floor(n / 2), 1.0)
        sure = strata.census | (strata.drawn < 2)
        spread = np.sqrt(half * _left(strata, stratum[firsts], share[firsts]) / np.maximum(n - half, 1))
        spread, raised = np.where(sure, 0.0, spread), np.where(sure, 1.0, n / half)
        here = stratum[firsts]
        term = np.sqrt(share[firsts]) * spread[here]
        found += carried * (term[:, None] * (kept * raised[here, None] - 1))[of_row]
        carried *= (np.sqrt(raised[here])[:, None] * kept)[of_row]
        share = share * (1 - _left(strata, stratum[firsts], share[firsts]))[stratum]
    return found


def _left(strata: Strata, stratum: Ints, above: Reals) -> Reals:
    """Share not drawn of each stratum, from its factor: f_1 ... f_(s-1) (1 - f_s) n / (n - 1)."""
    over = np.zeros(strata.drawn.size)
    over[stratum] = above
    worth = over * strata.drawn / np.maximum(strata.drawn - 1, 1)
    left = np.divide(strata.factor, worth, out=np.ones_like(over), where=(worth > 0) & (strata.drawn > 1))
    return np.where(strata.census, 0.0, left)


def _kept(strata: Strata, stratum: Ints, count: int, rng: np.random.Generator) -> Flags:
    """Which units each replicate keeps, shape (units, R): strata of one size together, sizes in rising order."""
    sure = strata.census | (strata.drawn < 2)
    kept = np.ones((stratum.size, count), np.bool_)
    begins = np.searchsorted(stratum, np.arange(strata.drawn.size))
    place = np.arange(stratum.size) - begins[stratum]
    for n in np.unique(strata.drawn[~sure]).tolist():
        chosen = np.flatnonzero((strata.drawn == n) & ~sure)
        order = rng.random((chosen.size, n, count)).argsort(axis=1).argsort(axis=1) < n // 2
        number = np.full(strata.drawn.size, -1)
        number[chosen] = np.arange(chosen.size)
        units = np.flatnonzero(number[stratum] >= 0)
        kept[units] = order[number[stratum[units]], place[units]]
    return kept


def _refuse_lonely(strata: Strata) -> None:
    if strata.lonely.any() and strata.rule not in ADDS_NOTHING:
        names = [name for name, lonely in zip(strata.names, strata.lonely, strict=True) if lonely]
        raise SipasError("estimation.lonely_replicates", "lonely", list(ADDS_NOTHING), names[:5], len(names))
