"""The whole sample as drawn: strata and units of every stage, numbered."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.design import Design, path_of, sizes_of
from sipas.estimation.designs.strata import CENSUS, Ints, Reals, Shares, Strata, shares_of, weighed
from sipas.estimation.moments.joint import Pairs, pairs_of, probabilities_of
from sipas.estimation.moments.moments import Moments


@dataclass(frozen=True, slots=True)
class Stages:
    """All units drawn, by stage; a leaf is a unit of the last stage, L of them, sorted by their path.

    Parameters
    ----------
    strata : tuple of Strata
        One per stage.
    stratum, unit : tuple of array of int, shape (L,)
        Per stage, the number of each leaf's stratum and unit. Units of a stage are numbered along the leaves.
    left : tuple of (array of float or None)
        Per stage, 1 - probability of each unit, where units of a stratum differ.
    pairs : Pairs, optional
        What the probabilities of pairs of primary units say.
    """

    strata: tuple[Strata, ...]
    stratum: tuple[Ints, ...]
    unit: tuple[Ints, ...]
    left: tuple[Reals | None, ...]
    pairs: Pairs | None = None


def stages_of(whole: pl.DataFrame, moments: Moments) -> Stages:
    """Lay out the sample: number the units of every stage and weigh its strata.

    Parameters
    ----------
    whole : polars.DataFrame
        The rows of kind ``all`` of summed moments, sorted by path.
    moments : Moments
        Tells the design and the probabilities of pairs.

    Returns
    -------
    Stages
        The sample.

    Raises
    ------
    SipasError
        ``estimation.self_selected``, ``estimation.pps_unit_missing``; errors of the strata (``shares_of``, ``weighed``)
        and of ``pairs_of``.
    """
    design = moments.description.design
    if design.self_selected:
        raise SipasError("estimation.self_selected", "moments")
    path = list(path_of(design))
    reach = np.ones(whole.height)
    strata, strata_numbers, unit_numbers, lefts = [], [], [], []
    for stage in range(1, len(design.stages) + 1):
        shares = shares_of(whole, design, stage)
        stratum = _numbers(whole, path[: 2 * stage - 1])
        unit = np.arange(whole.height) if 2 * stage == len(path) else _numbers(whole, path[: 2 * stage])
        left = _left(whole, moments, stage, unit) if design.by_unit(stage) else None
        above = None if stage == 1 else reach[_firsts(stratum)]
        if left is None:
            strata.append(weighed(shares, design, stage, above))
        else:
            strata.append(_by_unit(shares, design, stage, above, stratum[_firsts(unit)], left))
        reach = reach * (1.0 - (shares.left[stratum] if left is None else left[unit]))
        strata_numbers.append(stratum)
        unit_numbers.append(unit)
        lefts.append(left)
    stages = Stages(tuple(strata), tuple(strata_numbers), tuple(unit_numbers), tuple(lefts))
    return stages if design.pps in {None, "brewer"} else _paired(stages, whole, moments)


def _numbers(whole: pl.DataFrame, columns: list[str]) -> Ints:
    key = pl.col(columns[0]) if len(columns) == 1 else pl.struct(columns)
    return whole.select(key.rle_id().cast(pl.Int64)).to_series().to_numpy()


def _firsts(numbers: Ints) -> Ints:
    return np.flatnonzero(np.diff(numbers, prepend=-1) != 0)


def _left(whole: pl.DataFrame, moments: Moments, stage: int, unit: Ints) -> Reals:
    rate = sizes_of(stage)[1]
    units = whole[_firsts(unit)]
    if moments.description.design.stages[stage - 1].rate is None:
        return 1.0 - probabilities_of(units, moments.joint)
    if units[rate].null_count():
        row = units.filter(pl.col(rate).is_null()).row(0, named=True)
        raise SipasError(
            "estimation.pps_unit_missing", rate, got=row[path_of(moments.description.design)[2 * stage - 1]]
        )
    return np.asarray(1.0 - units[rate].to_numpy())


def _by_unit(shares: Shares, design: Design, stage: int, above: Reals | None, stratum: Ints, left: Reals) -> Strata:
    count = shares.table.height
    listed = np.bincount(stratum, minlength=count)
    short = np.flatnonzero(listed < shares.table["drawn"].to_numpy())
    if short.size:
        row = shares.table.row(int(short[0]), named=True)
        raise SipasError("estimation.pps_unit_missing", "psus", expected=row["drawn"], got=int(listed[short[0]]))
    most = np.zeros(count)
    np.maximum.at(most, stratum, left)
    strata = weighed(replace(shares, left=(most >= CENSUS).astype(np.float64)), design, stage, above)
    return replace(strata, left=np.asarray(np.bincount(stratum, left, minlength=count), dtype=np.float64))


def _paired(stages: Stages, whole: pl.DataFrame, moments: Moments) -> Stages:
    """Take the strata with two units or more from the squares to the pairs."""
    design = moments.description.design
    units = whole[_firsts(stages.unit[0])]
    first, left = stages.strata[0], stages.left[0]
    assert left is not None  # every design with pairs knows the probability of each unit
    if design.pps == "poisson":
        first = replace(first, lonely=np.zeros_like(first.lonely))
    stratum = stages.stratum[0][_firsts(stages.unit[0])]
    pairs = pairs_of(units, stratum, 1.0 - left, first, design, moments.joint)
    first = replace(first, factor=np.where(first.lonely, first.factor, 0.0))
    return replace(stages, strata=(first, *stages.strata[1:]), pairs=pairs)
