"""How much of an answer's variance lies between interviewers: what they, or their areas, add to it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy.optimize import brentq, minimize_scalar
from scipy.special import fdtrc, fdtri

from sipas.errors import SipasError
from sipas.estimation.moments.refusals import refuse_columns

Reals = npt.NDArray[np.float64]
MOST = 1e6  # greatest ratio of variances looked at; a share of 0.999999
VARIANCE = {
    "item": pl.String, "answers": pl.Int64, "interviewers": pl.Int64, "load": pl.Float64, "between": pl.Float64,
    "within": pl.Float64, "share": pl.Float64, "share_reml": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "f": pl.Float64, "p": pl.Float64, "deff": pl.Float64,
}  # fmt: skip


def interviewer_variance(
    data: pl.DataFrame, items: Sequence[str], interviewer: str = "interviewer", *, level: float = 0.95
) -> pl.DataFrame:
    """Estimate, item by item, the share of the variance that lies between interviewers.

    Parameters
    ----------
    data : polars.DataFrame
        One row per response: the numeric or Boolean columns ``items`` and the column ``interviewer``; rows where either
        is missing are left out, item by item.
    items : sequence of str
        Columns.
    interviewer : str
        Column that names the interviewer.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    polars.DataFrame
        One row per item, in the order given: ``item``; ``answers``, ``interviewers`` (counts); ``load`` (answers per
        interviewer as the analysis of variance counts unequal loads); ``between``, ``within`` (mean squares, squared
        units of the item); ``share`` (analysis of variance: (between - within)/(between + (load - 1) within); below
        0 where interviewers differ less than chance would have it); ``share_reml`` (restricted maximum likelihood,
        0 to 1); ``low``, ``high`` (interval of the share); ``f``, ``p`` (test of no difference at all); ``deff``
        (1 + (load - 1) share, share not below 0: by how much interviewers inflate the variance of a mean). Missing
        where fewer than two interviewers, no interviewer with two answers, or no variance within.

    Raises
    ------
    SipasError
        ``estimation.level_not_valid``, ``estimation.column_unknown``.

    Notes
    -----
    One-way random effects, unequal loads. The interval is Wald's (1940, Annals of Mathematical Statistics 11, 96-100;
    Burdick and Graybill 1992, *Confidence Intervals on Variance Components*, section 4.2): exact for normal data. It
    weighs responses equally. Where interviewers were not assigned at random, differences between their areas are in
    the share too: it is a sign, no proof.
    """
    if not 0 < level < 1:
        raise SipasError("estimation.level_not_valid", "level", expected="(0, 1)", got=level)
    refuse_columns([*items, interviewer], data.columns)
    rows = [_row(data.select(item=item, whose=interviewer).drop_nulls(), item, level) for item in items]
    return pl.DataFrame(rows, schema=VARIANCE, orient="row")


def _row(rows: pl.DataFrame, item: str, level: float) -> tuple[str | int | float | None, ...]:
    groups = (
        rows
        .with_columns(pl.col("item").cast(pl.Float64))
        .group_by("whose")
        .agg(n=pl.len(), mean=pl.col("item").mean(), ss=(pl.col("item") - pl.col("item").mean()).pow(2).sum())
        .sort("whose")
    )
    n, means, squares = (groups[name].cast(pl.Float64).to_numpy() for name in ("n", "mean", "ss"))
    total, number = float(n.sum()), len(n)
    nothing = (item, int(total), number, *[None] * (len(VARIANCE) - 3))
    if number < 2 or total <= number:  # a difference needs two
        return nothing
    grand = float(n @ means) / total
    load = (total - float(n @ n) / total) / (number - 1)
    between = float(n @ (means - grand) ** 2) / (number - 1)
    within = float(squares.sum()) / (total - number)
    if within <= 1e-12 * max(1.0, between):
        return nothing
    ratio = between / within
    share = (ratio - 1) / (ratio + load - 1)
    degrees = (number - 1, total - number)
    low, high = _interval(n, means, within, degrees, level)
    return (
        item, int(total), number, load, between, within, share, _reml(n, means, squares), low, high, ratio,
        float(fdtrc(*degrees, ratio)), 1 + (load - 1) * max(share, 0.0),
    )  # fmt: skip


def _f_of(ratio: float, n: Reals, means: Reals, within: float) -> float:
    """Give Wald's F where the variance between is ``ratio`` times that within; it falls as the ratio grows."""
    weights = n / (1 + n * ratio)
    centre = float(weights @ means) / float(weights.sum())
    return float(weights @ (means - centre) ** 2) / (len(n) - 1) / within


def _interval(n: Reals, means: Reals, within: float, degrees: tuple[float, float], level: float) -> tuple[float, float]:
    ends = []
    for tail in ((1 + level) / 2, (1 - level) / 2):
        wanted = float(fdtri(*degrees, tail))

        def beyond(ratio: float, wanted: float = wanted) -> float:
            return _f_of(ratio, n, means, within) - wanted

        if beyond(0.0) <= 0:
            ratio = 0.0
        else:
            ratio = MOST if beyond(MOST) > 0 else float(brentq(beyond, 0.0, MOST, xtol=1e-12, rtol=1e-12))
        ends.append(ratio / (1 + ratio))
    return ends[0], ends[1]


def _reml(n: Reals, means: Reals, squares: Reals) -> float:
    """Maximise the restricted likelihood over the share."""
    total = float(n.sum())

    def loss(share: float) -> float:
        ratio = share / (1 - share)
        weights = n / (1 + n * ratio)
        centre = float(weights @ means) / float(weights.sum())
        rest = float(squares.sum()) + float(weights @ (means - centre) ** 2)
        return (total - 1) * float(np.log(rest)) + float(np.log1p(n * ratio).sum()) + float(np.log(weights.sum()))

    found = minimize_scalar(loss, bounds=(0.0, 1 - 1e-9), method="bounded", options={"xatol": 1e-10})
    return 0.0 if loss(0.0) <= float(found.fun) else float(found.x)
