"""Which estimates are good enough to show.

Shares by the standards of the US National Center for Health Statistics: Parker et al. 2017, Vital and Health Statistics
2(175) (intervals in its table II as corrected on 8 April 2021). Means, totals, counts and ratios by the coefficient of
variation, in the bands of Statistics Canada's Guide to the Labour Force Survey, catalogue 71-543-G.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from sipas.errors import SipasError
from sipas.estimation.designs.strata import Flags, Reals
from sipas.estimation.intervals.shares import nchs_interval
from sipas.tables import ESTIMATES

# Parker et al. 2017, Vital and Health Statistics 2(175), table 1.
FEWEST_ANSWERS = 30
WIDEST = 0.30
NARROW = 0.05
WIDEST_RELATIVE = 1.30
FEWEST_DEGREES = 8
# Statistics Canada, Guide to the Labour Force Survey, 71-543-G: coefficients of variation.
CV_REVIEW = 0.165
CV_SUPPRESS = 0.333

SHOW, REVIEW, SUPPRESS = "show", "review", "suppress"
SUPPRESSING = ("no_estimate", "no_error", "few_answers", "few_effective", "wide", "wide_relative", "high_cv")
REVIEWING = ("complement_wide", "few_degrees", "all_or_none", "marginal_cv")


def reliability(estimates: pl.DataFrame, *, level: float = 0.95) -> pl.DataFrame:
    """Say of every estimate whether it may be shown.

    Parameters
    ----------
    estimates : polars.DataFrame
        ``sipas.tables.ESTIMATES``, made with any interval; ``df`` is taken from it.
    level : float
        Of the intervals, above 0 and below 1; the standards are for 0.95.

    Returns
    -------
    polars.DataFrame
        One row per estimate, in their order: the key of ``ESTIMATES``; ``n``; ``df``; for shares ``effective`` (answers
        over the design effect, at most n; n at 0 and 1), ``low``, ``high`` (``nchs_interval``), ``width``,
        ``relative_width`` and ``relative_width_complement`` (width over the share and over 1 less the share); for the
        others ``cv`` (error over the size of the estimate); ``presentation`` (``show``, ``review``, ``suppress``) and
        ``flags``, those that hold joined by "; ":

        ``no_estimate``, ``no_error``: suppress. Shares: ``few_answers`` (n < 30), ``few_effective`` (effective < 30),
        ``wide`` (width ≥ 0.30), ``wide_relative`` (width > 0.05 and over the share > 1.30): suppress;
        ``complement_wide`` (the same over 1 less the share: show with a note that the complement is not reliable),
        ``few_degrees`` (df < 8), ``all_or_none`` (0 or 1): review. Others: ``high_cv`` (> 0.333): suppress;
        ``marginal_cv`` (> 0.165), ``few_degrees``: review.

    Raises
    ------
    SipasError
        ``estimation.level_not_valid``, those of ``ESTIMATES.check``.

    Notes
    -----
    ``ratio`` is read as a ratio, also of pooled answers. A width of 0.05 or less is shown whatever it is of the share,
    as printed. Where everybody was asked (an error of 0) shares are judged as if the n answers were a sample. This is
    about error; disclosure is another matter.
    """
    if not 0 < level < 1:
        raise SipasError("estimation.level_not_valid", "level", got=level)
    table = ESTIMATES.check(estimates)
    share = table["statistic"].is_in(["share", "top_box"]).to_numpy()
    value, se, df, n = (table[name].cast(pl.Float64).to_numpy() for name in ("estimate", "se", "df", "n"))
    reals = _of_shares(np.where(share, value, np.nan), se, df, n, level)
    size = np.abs(np.where(share, np.nan, value))
    cv = np.divide(se, size, out=np.full_like(size, np.inf), where=size > 0)
    reals["cv"] = np.where(np.isnan(size), np.nan, np.where(se == 0, 0.0, cv))
    flags = _flags(share, (value, se, df, n), reals)
    shown = [pl.Series(name, values, nan_to_null=True) for name, values in reals.items()]
    key = table.select(*ESTIMATES.key, "n", "df")
    return key.with_columns(*shown, _presentation(flags).alias("presentation"), _listed(flags).alias("flags"))


def _of_shares(share: Reals, se: Reals, df: Reals, n: Reals, level: float) -> dict[str, Reals]:
    edge = (share <= 0) | (share >= 1)
    spread = np.where(edge, 0.0, share * (1 - share))
    effective = np.divide(spread, se**2, out=n.copy(), where=~edge & (se > 0))
    effective = np.where(np.isnan(share) | np.isnan(se), np.nan, np.minimum(effective, n))
    low, high = nchs_interval(np.where(np.isnan(se), np.nan, share), df, effective, n, level)
    width = high - low
    relative = np.divide(width, share, out=np.full_like(width, np.inf), where=share > 0)
    complement = np.divide(width, 1 - share, out=np.full_like(width, np.inf), where=share < 1)
    return {
        "effective": effective,
        "low": low,
        "high": high,
        "width": width,
        "relative_width": np.where(edge | np.isnan(width), np.nan, relative),
        "relative_width_complement": np.where(edge | np.isnan(width), np.nan, complement),
    }


def _flags(share: Flags, numbers: tuple[Reals, Reals, Reals, Reals], reals: Mapping[str, Reals]) -> dict[str, Flags]:
    value, se, df, n = numbers
    width, known = reals["width"], np.isfinite(value)
    broad = width > NARROW
    return {
        "no_estimate": ~known,
        "no_error": known & (~np.isfinite(se) | (share & np.isnan(width))),
        "few_answers": share & known & (n < FEWEST_ANSWERS),
        "few_effective": share & (reals["effective"] < FEWEST_ANSWERS),
        "wide": share & (width >= WIDEST),
        "wide_relative": share & broad & (reals["relative_width"] > WIDEST_RELATIVE),
        "high_cv": ~share & (reals["cv"] > CV_SUPPRESS),
        "complement_wide": share & broad & (reals["relative_width_complement"] > WIDEST_RELATIVE),
        "few_degrees": known & (df < FEWEST_DEGREES),
        "all_or_none": share & ((value <= 0) | (value >= 1)),
        "marginal_cv": ~share & (reals["cv"] > CV_REVIEW) & (reals["cv"] <= CV_SUPPRESS),
    }


def _presentation(flags: Mapping[str, Flags]) -> pl.Series:
    suppressed = np.any([flags[name] for name in SUPPRESSING], axis=0)
    reviewed = np.any([flags[name] for name in REVIEWING], axis=0)
    return pl.Series(np.where(suppressed, SUPPRESS, np.where(reviewed, REVIEW, SHOW)), dtype=pl.String)


def _listed(flags: Mapping[str, Flags]) -> pl.Series:
    held = np.column_stack([flags[name] for name in flags])
    names = np.array(list(flags), dtype=object)
    return pl.Series(["; ".join(names[row]) for row in held], dtype=pl.String)
