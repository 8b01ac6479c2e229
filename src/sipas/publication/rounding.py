"""Figures of a domain in the coarseness in which no respondent's weight, and so no respondent's answer, shows.

A share among n people is shown as k of n. The k of one question add up to n, and those of its satisfied answers to the
k of the share of satisfied. So the shown shares are those of n people of equal weight; unless one respondent weighs
more than half as much again as the others, or less than half, they come about whoever of them gave which answer.
Errors and intervals are made from the shown share. The loss is about half a respondent, far below the error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sipas.estimation import share_interval, t_interval
from sipas.publication.cells import WHOLE

SHARES = ("share", "top_box")
PERCENT = 100.0
FIGURES = 2  # significant figures of sums of weights and of what is no share
Floats = NDArray[np.float64]


def round_estimates(frame: pl.DataFrame) -> pl.DataFrame:
    """Round the figures of all domains but the whole.

    Parameters
    ----------
    frame : polars.DataFrame
        ``OPEN_ESTIMATES``.

    Returns
    -------
    polars.DataFrame
        The same rows.
    """
    part = (pl.col("domain_kind") != WHOLE) & ~pl.col("suppressed")
    share = frame["statistic"].is_in(SHARES).to_numpy()
    value, error, df, n = (_floats(frame, name) for name in ("estimate", "se", "df", "n"))
    step = np.where(share, _step(n), np.nan)
    shown = np.where(share, _floats(_whole_people(frame), "people") * step, _significant(value))
    wide = np.where(share, _upward(error, step / 2), _significant(error))
    df = np.maximum(np.round(df), 1)
    low, high = _ends(shown, wide, df, n)
    plain = t_interval(shown, wide, df, 0.95)
    new: dict[str, NDArray[Any]] = {
        "weight_sum": _significant(_floats(frame, "weight_sum")),
        "estimate": np.round(shown, 4),
        "se": np.round(wide, 4),
        "low": np.round(np.where(share, low, plain[0]), 4),
        "high": np.round(np.where(share, high, plain[1]), 4),
        "df": df,
        "deff": np.round(_floats(frame, "deff"), 1),
    }
    return _put(frame, new, part)


def _whole_people(frame: pl.DataFrame) -> pl.DataFrame:
    """Round n × share to whole people: the satisfied to the nearest, the options within them and beside them to fit."""
    cell = ["domain_kind", "domain", "variable"]
    told = frame.select(*cell, "statistic", "category", "n", "estimate").with_row_index("row")
    option, top = told.filter(statistic="share"), told.filter(statistic="top_box")
    up, down = pl.col("estimate").cum_sum().over(cell, order_by="category"), pl.col("estimate").sum().over(cell)
    option = option.join(top.select(*cell, top="estimate"), on=cell, how="left", maintain_order="left").with_columns(
        above=down - up + pl.col("estimate"), below=up
    )
    # The satisfied are the highest options, or the lowest: their shares add up to the share of satisfied.
    ends = {
        name: (pl.col(name) - pl.col("top")).abs() < 1e-9  # else the scale's satisfied are neither
        for name in ("above", "below")
    }
    option = option.with_columns(
        side=pl
        .when(ends["above"].any().over(cell))
        .then(pl.col("above") <= pl.col("top") + 1e-9)
        .when(ends["below"].any().over(cell))
        .then(pl.col("below") <= pl.col("top") + 1e-9)
        .otherwise(pl.lit(value=False))
    )
    exact = pl.col("estimate") * pl.col("n")
    nearest = (exact + 0.5 - 1e-9).floor()
    option = option.with_columns(exact=exact, least=(exact + 1e-9).floor())
    whole = ((pl.col("estimate").sum() * pl.col("n").first()) + 0.5 - 1e-9).floor()
    satisfied = (pl.col("top").first() * pl.col("n").first() + 0.5 - 1e-9).floor().fill_null(0.0)
    given = option.group_by(cell).agg(
        whole=whole, satisfied=pl.when(pl.col("side").any()).then(satisfied).otherwise(0.0)
    )
    group = [*cell, "side"]
    option = option.join(given, on=cell, how="left", maintain_order="left").with_columns(
        left=pl.when("side").then("satisfied").otherwise(pl.col("whole") - pl.col("satisfied"))
        - pl.col("least").sum().over(group),
        place=(pl.col("exact") - pl.col("least")).rank("ordinal", descending=True).over(group),
    )
    people = option.select("row", people=pl.col("least") + (pl.col("place") <= pl.col("left")).cast(pl.Float64))
    return told.join(
        pl.concat([people, top.select("row", people=nearest)]), on="row", how="left", maintain_order="left"
    )


def round_index(frame: pl.DataFrame) -> pl.DataFrame:
    """Round the figures of all domains but the whole.

    Parameters
    ----------
    frame : polars.DataFrame
        ``OPEN_INDEX``; places are made before, from the exact values.

    Returns
    -------
    polars.DataFrame
        The same rows.
    """
    part = (pl.col("domain_kind") != WHOLE) & ~pl.col("suppressed")
    n, df = _floats(frame, "n"), np.maximum(np.round(_floats(frame, "df")), 1)
    step = PERCENT * _step(n)
    percent, previous = (np.clip(_nearest(_floats(frame, c), step), 0, PERCENT) for c in ("percent", "previous"))
    wide, change_wide = (_upward(_floats(frame, c), step / 2) for c in ("se", "change_se"))
    low, high = _ends(percent / PERCENT, wide / PERCENT, df, n)
    change = _change(frame, percent - previous, step)
    # change ± t · se: t from the exact ends, so that the shown ends follow from what is shown.
    exact = _floats(frame, "change_se")
    with np.errstate(invalid="ignore", divide="ignore"):
        t = np.where(exact > 0, (_floats(frame, "change_high") - _floats(frame, "change_low")) / (2 * exact), np.nan)
    new = {"percent": percent, "se": wide, "low": low * PERCENT, "high": high * PERCENT, "previous": previous}
    new |= {"change": change, "change_se": change_wide}
    new |= {"change_low": change - np.round(t, 1) * change_wide, "change_high": change + np.round(t, 1) * change_wide}
    return _put(frame, {name: np.round(value, 2) for name, value in new.items()} | {"df": df}, part)


def _change(frame: pl.DataFrame, difference: Floats, step: Floats) -> Floats:
    """Give the difference of the shown values where it is one, so that it tells nothing more than they do."""
    exact = _floats(frame, "change")
    same = np.abs(_floats(frame, "percent") - _floats(frame, "previous") - exact) < 1e-6
    return np.where(same, difference, _nearest(exact, step))


def _ends(share: Floats, se: Floats, df: Floats, n: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(share) & np.isfinite(se) & np.isfinite(df) & (n > 1)
    ends = np.full((2, len(share)), np.nan)
    if known.any():
        ends[:, known] = share_interval(share[known], se[known], df[known], n[known], n[known])
    return ends[0], ends[1]


def _step(n: Floats) -> Floats:
    return 1 / np.maximum(n, 1)


def _nearest(value: Floats, step: Floats) -> Floats:
    return np.floor(value / step + 0.5 - 1e-9) * step


def _upward(value: Floats, step: Floats) -> Floats:
    return np.abs(np.ceil(value / step - 1e-9) * step)


def _significant(value: Floats) -> Floats:
    size = np.where(np.isfinite(value) & (value != 0), np.abs(value), 1.0)
    unit = 10.0 ** (np.floor(np.log10(size)) - FIGURES + 1)
    return np.round(np.round(value / unit) * unit, 6)


def _floats(frame: pl.DataFrame, name: str) -> Floats:
    return frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _put(frame: pl.DataFrame, new: Mapping[str, NDArray[Any]], part: pl.Expr) -> pl.DataFrame:
    given = {name: pl.Series(value).fill_nan(None) for name, value in new.items()}
    return frame.with_columns([
        pl.when(part & pl.col(name).is_not_null()).then(pl.lit(value + 0.0)).otherwise(pl.col(name)).alias(name)
        for name, value in given.items()
    ])
