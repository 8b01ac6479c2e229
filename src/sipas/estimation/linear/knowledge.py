"""Where a variance is known, and where an estimated 0 would only say that there was nothing to compare.

Two primary units with answers are enough. One is enough for a total, which differs from the 0 of the units without, and
for any estimate where two units of a later stage have answers and that stage adds to the variance; in both cases only
where the estimated variance is above 0 (R survey 4.1-1 gives the same numbers, and 0 for the rest).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sipas.estimation.designs.strata import Flags, Reals
from sipas.estimation.linear.levels import Level

ROUNDING = 1e-12  # of an estimate: an error below this is that of the additions


def units_enough(base: Level, active: Reals, lonely: Reals) -> tuple[Flags, Flags]:
    """Tell where the units with answers are enough, and where there is one.

    Parameters
    ----------
    base : Level
        The stage whose units are compared.
    active : array, shape (S, A)
        Units of each run with answers.
    lonely : array, shape (D, A)
        Lonely strata with answers.

    Returns
    -------
    enough : array of bool, shape (D, A)
        Two units or more, or none but certain ones; not where the lonely strata alone would add, by a rule that lets
        them add nothing.
    one : array of bool, shape (D, A)
        One unit: the error is known of a total, which differs from the 0 of the units without answers, but not of a
        ratio, whose score in the one unit is 0.
    """
    strata, members = base.strata, active > 0
    sure = strata.census | (strata.lonely & (strata.rule == "certainty"))
    unsure = base.per_domain((members & ~sure[base.stratum][:, None]).astype(np.float64))
    units = base.per_domain(active)
    lonely_only = (lonely == unsure) & (strata.rule in {"remove", "average"})
    enough = (unsure == 0) | ((units > 1) & ~lonely_only)
    return np.asarray(enough), np.asarray(~enough & (units == 1) & ~lonely_only)


def spread_below(levels: Sequence[Level], active: Sequence[Reals], shape: tuple[int, ...]) -> Flags:
    """Tell where two units of a later stage have answers and their stratum adds to the variance.

    Parameters
    ----------
    levels : sequence of Level
        Stages after the first.
    active : sequence of array, shape (S, A)
        For each, the units of each run with answers.
    shape : tuple of int
        D, A.

    Returns
    -------
    array of bool, shape (D, A)
        There the variance is that of the later stages, though one primary unit alone tells nothing of the first.
    """
    found = np.zeros(shape, dtype=bool)
    for level, there in zip(levels, active, strict=True):
        adding = (level.strata.factor > 0) & ~level.strata.lonely
        units = np.where(adding[level.stratum][:, None], there, 0.0)
        found |= level.per_domain((units > 1).astype(np.float64)) > 0
    return found
