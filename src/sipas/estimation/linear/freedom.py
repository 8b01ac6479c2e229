"""Which degrees of freedom an interval takes."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Reals
from sipas.estimation.linear.estimated import Estimated

DegreesOfFreedom: TypeAlias = Literal["domain", "design"] | float


def degrees_of(one: Estimated, df: DegreesOfFreedom = "domain") -> Reals:
    """Give the degrees of freedom of every estimate.

    Parameters
    ----------
    one : Estimated
        The estimates.
    df : {"domain", "design"} or float
        ``domain``: units less strata where the estimate has answers (R ``degf(subset(...))``; Valliant & Rust 2010, J.
        Official Statistics 26(4)); ``design``: all units drawn less all strata, also for a domain (R's ``svyby`` and
        ``confint`` with ``df = degf(design)``); a number: that, infinite for the normal.

    Returns
    -------
    array, shape (D, A)
        0 or more.

    Raises
    ------
    SipasError
        ``estimation.degrees_not_valid``.
    """
    if df == "domain":
        return one.degrees()
    if df == "design":
        strata = one.grid.strata
        return np.full(one.values.shape, float(strata.drawn.sum() - len(strata.names)))
    given: object = df  # from a file or a command line it may be anything
    if not isinstance(given, int | float) or not given > 0:  # a NaN is not above 0
        raise SipasError("estimation.degrees_not_valid", "df", expected=["domain", "design"], got=df)
    return np.full(one.values.shape, float(df))
