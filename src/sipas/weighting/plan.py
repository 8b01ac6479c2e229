"""The whole way from base weight to final weight, by a plan that stands in the round's settings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import polars as pl

from sipas.intake.reasons import Reason
from sipas.tables import WEIGHTS
from sipas.weighting.base_weights import base_weights
from sipas.weighting.calibration import Calibration, calibrate
from sipas.weighting.classes import collapse_classes
from sipas.weighting.distances import Distance, Method
from sipas.weighting.margins import Margin, Reals, cut_cells
from sipas.weighting.nonresponse import NonresponseAdjustment, adjust_nonresponse
from sipas.weighting.raking import rake
from sipas.weighting.report import Extras, report_line
from sipas.weighting.trimming import Cap, Trimming, trim

NOT_RECORDED = Reason("weighting.reserve_not_recorded")


class WeightingPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a round is weighted. An operator's choice: the Ministry's weighting rules are not published.

    ``classes`` are nonresponse classes, coarse first; ``margins`` lists the frame columns of each calibration
    margin (none: no calibration); ``bounds`` hold the calibration factor; ``cap`` trims (none: no trimming).
    """

    classes: tuple[str, ...] = ("stratum",)
    smallest_class: int = 10  # respondents
    largest_factor: float = 5.0
    margins: tuple[tuple[str, ...], ...] = ()
    smallest_category: int = 10  # respondents of a margin's category
    method: Method = "raking"
    bounds: tuple[float, float] | None = None
    cap: Cap | None = None


@dataclass(frozen=True, slots=True)
class Weighting:
    """Weights of a round and how they came about.

    Parameters
    ----------
    weights : polars.DataFrame
        Table ``weights``, sorted by ``case_id``.
    report : polars.DataFrame
        ``WEIGHTING_REPORT``: a line for base, nonresponse, calibrated, final.
    classes : polars.DataFrame
        Nonresponse classes, as in ``NonresponseAdjustment``.
    margins : polars.DataFrame
        ``margin``, ``category``, ``respondents``, ``target``, and the sums of the weights ``nonresponse``,
        ``calibrated``, ``final``.
    unweighted : polars.DataFrame
        Respondents that get no weight: ``case_id``, ``reason``. These are reserves that no visit and no replacement
        tells of; to count them because they answered would select on the outcome.
    categories : polars.DataFrame
        ``case_id``, then a column per margin, named ``margin: …``: the category, after joining, whose total the weight
        was calibrated to. The variance needs it.
    """

    weights: pl.DataFrame
    report: pl.DataFrame
    classes: pl.DataFrame
    margins: pl.DataFrame
    unweighted: pl.DataFrame
    categories: pl.DataFrame


def weigh(
    sample: pl.DataFrame,
    frame: pl.DataFrame,
    dispositions: pl.DataFrame,
    plan: WeightingPlan,
    *,
    visits: pl.DataFrame | None = None,
) -> Weighting:
    """Weigh a round: base, nonresponse, calibration to the frame, trimming.

    Parameters
    ----------
    sample, frame : polars.DataFrame
        Tables ``sample`` and ``frame``; classes and margins may use any of their columns.
    dispositions : polars.DataFrame
        ``case_id`` and ``status`` of the cases (``quality.case_dispositions``); a case that was tried and has no row
        is of unknown status.
    plan : WeightingPlan
        Settings.
    visits : polars.DataFrame, optional
        Table ``visits``: which reserves were tried.

    Returns
    -------
    Weighting
        Weights of the respondents, checked against ``WEIGHTS``.

    Raises
    ------
    SipasError
        Any of the room's codes.

    Notes
    -----
    The margins are counts of the frame. Categories with fewer respondents than the plan allows are joined by the rule
    of ``collapse_classes``, in the frame and in the sample alike.
    """
    base = base_weights(sample, visits)
    known = sample.join(frame.drop(set(frame.columns) & set(sample.columns) - {"unit_id"}), on="unit_id", how="left")
    cases = known.join(base.select("case_id", "base"), on="case_id").join(
        dispositions.select("case_id", "status"), on="case_id", how="left"
    )
    # Sorted, so that every sum of floats adds in the same order.
    cases = cases.with_columns(pl.col("status").fill_null("unknown")).sort("case_id")
    adjusted = adjust_nonresponse(cases, plan.classes, smallest=plan.smallest_class, largest_factor=plan.largest_factor)
    rows = adjusted.weights.join(known, on="case_id", how="left", maintain_order="left")
    rows, margins, joined = _margins(rows, frame, plan)
    calibrated = _calibrate(rows, margins, plan)
    trimmed = trim(calibrated.weights, plan.cap) if plan.cap else Trimming(calibrated.weights, 0, math.inf, 0)
    weights = adjusted.weights.with_columns(calibrated=calibrated.weights, final=trimmed.weights)
    return Weighting(
        WEIGHTS.check(weights),
        _report(base, adjusted, calibrated, trimmed, rows, margins, joined),
        adjusted.classes,
        _margin_table(rows.with_columns(calibrated=calibrated.weights, final=trimmed.weights), margins),
        _unweighted(dispositions, base),
        rows.select("case_id", *(column for margin in margins for column in margin.columns)),
    )


def _margins(
    rows: pl.DataFrame, frame: pl.DataFrame, plan: WeightingPlan
) -> tuple[pl.DataFrame, tuple[Margin, ...], int]:
    margins: list[Margin] = []
    joined = 0
    for columns in plan.margins:
        by, name = list(columns), "margin: " + " × ".join(columns)
        answered = rows.group_by(by).agg(respondents=pl.len().cast(pl.Int64))
        counts = frame.group_by(by).agg(total=pl.len().cast(pl.Float64))
        counts = counts.join(answered, on=by, how="left", nulls_equal=True).with_columns(
            pl.col("respondents").fill_null(0), eligible_weight="total", respondent_weight="total"
        )
        classes = collapse_classes(counts, by, smallest=plan.smallest_category).rename({"class": name})
        rows = rows.join(classes, on=by, how="left", nulls_equal=True, maintain_order="left")
        totals = counts.join(classes, on=by, nulls_equal=True).group_by(name).agg(pl.col("total").sum()).sort(name)
        margins.append(Margin((name,), totals))
        joined += counts.height - totals.height
    return rows, tuple(margins), joined


def _calibrate(rows: pl.DataFrame, margins: Sequence[Margin], plan: WeightingPlan) -> Calibration:
    if not margins:
        weights = rows["nonresponse"].to_numpy()
        return Calibration(weights, weights / weights, 0, 0.0, 0)
    if plan.method == "raking" and plan.bounds is None:
        return rake(rows, margins)
    low, high = plan.bounds or (-math.inf, math.inf)
    return calibrate(rows, margins, distance=Distance(plan.method, low, high))


def _report(
    base: pl.DataFrame,
    adjusted: NonresponseAdjustment,
    calibrated: Calibration,
    trimmed: Trimming,
    rows: pl.DataFrame,
    margins: Sequence[Margin],
    joined: int,
) -> pl.DataFrame:
    def error(weights: Reals) -> Extras:
        if not margins:
            return {}
        cells = cut_cells(rows, weights, margins)
        return {"margin_error": cells.margin_error(cells.weight)}

    before = adjusted.weights["nonresponse"].to_numpy()
    classes: Extras = {"classes": adjusted.classes.height, "collapsed": adjusted.collapsed}
    fitted: Extras = {"rounds": calibrated.rounds, "at_bounds": calibrated.at_bounds, "collapsed": joined}
    if margins:
        fitted["margin_error"] = calibrated.margin_error
    cut: Extras = {"capped": trimmed.capped, "rounds": trimmed.passes}
    return pl.concat([
        report_line("base", base["base"].to_numpy(), {"approximate": int(base["approximate"].sum())}),
        report_line("nonresponse", before, Extras(**classes, **error(before))),
        report_line("calibrated", calibrated.weights, fitted),
        report_line("final", trimmed.weights, Extras(**cut, **error(trimmed.weights))),
    ])


def _margin_table(rows: pl.DataFrame, margins: Sequence[Margin]) -> pl.DataFrame:
    empty = pl.DataFrame(
        schema={"margin": pl.String, "category": pl.String, "respondents": pl.Int64, "target": pl.Float64}
        | dict.fromkeys(("nonresponse", "calibrated", "final"), pl.Float64)
    )
    parts = [
        margin.totals.join(
            rows.group_by(margin.columns, maintain_order=True).agg(
                pl.col("nonresponse", "calibrated", "final").sum(), respondents=pl.len().cast(pl.Int64)
            ),
            on=margin.columns,
            how="left",
        ).select(
            margin=pl.lit(margin.columns[0].removeprefix("margin: ")),
            category=margin.columns[0],
            respondents="respondents",
            target="total",
            nonresponse="nonresponse",
            calibrated="calibrated",
            final="final",
        )
        for margin in margins
    ]
    return pl.concat([empty, *parts]).sort("margin", "category")


def _unweighted(dispositions: pl.DataFrame, base: pl.DataFrame) -> pl.DataFrame:
    left_out = dispositions.filter(pl.col("status") == "respondent").join(base, on="case_id", how="anti")
    return left_out.select("case_id", reason=pl.lit(NOT_RECORDED, dtype=pl.String)).sort("case_id")
