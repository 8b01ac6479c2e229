"""The weighting report: one line for each step from base weight to final weight."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
import polars as pl
from numpy.typing import NDArray

from sipas.tables import Column, Table

Weights = NDArray[np.float64]

WEIGHTING_REPORT = Table(
    "weighting_report",
    "What one step did to the weights.",
    ("step",),
    (
        Column(
            "step",
            pl.String,
            "Column of the weights table the step made.",
            allowed=("base", "nonresponse", "calibrated", "final"),
        ),
        Column(
            "n",
            pl.Int64,
            "Cases with a weight after the step: at base all that were tried, then respondents.",
            low=0,
        ),
        Column("sum", pl.Float64, "Sum of the weights: units represented, after base the eligible ones only."),
        Column("min", pl.Float64, "Smallest weight."),
        Column("max", pl.Float64, "Largest weight."),
        Column("mean", pl.Float64, "Mean weight."),
        Column("cv", pl.Float64, "Coefficient of variation, divisor n.", low=0),
        Column("deff", pl.Float64, "Kish's design effect of weighting, 1 + CV².", low=1),
        Column("classes", pl.Int64, "Adjustment classes used; base: missing.", nullable=True, low=0),
        Column("collapsed", pl.Int64, "Classes or margin categories joined to others.", nullable=True, low=0),
        Column("rounds", pl.Int64, "Iterations until convergence.", nullable=True, low=0),
        Column(
            "margin_error",
            pl.Float64,
            "Largest relative error of a margin after the step.",
            nullable=True,
            low=0,
        ),
        Column("at_bounds", pl.Int64, "Weights at a bound of the calibration factor.", nullable=True, low=0),
        Column("capped", pl.Int64, "Weights held at the cap.", nullable=True, low=0),
        Column(
            "approximate",
            pl.Int64,
            "Base: cases of lists drawn by size whose reserves were tried, so that 1/π · n/m only comes near.",
            nullable=True,
            low=0,
        ),
    ),
)


class Extras(TypedDict, total=False):
    """What only some steps report; names as in ``WEIGHTING_REPORT``."""

    classes: int
    collapsed: int
    rounds: int
    margin_error: float
    at_bounds: int
    capped: int
    approximate: int


def kish_design_effect(weights: Weights) -> float:
    """Give Kish's design effect of unequal weights, 1 + CV² = n·Σw² / (Σw)².

    Parameters
    ----------
    weights : numpy.ndarray
        Shape (n,), sum not zero.

    Returns
    -------
    float
        1 for equal weights, larger otherwise; NaN for no weights.

    Notes
    -----
    Kish 1965, *Survey Sampling*, section 11.7; the CV has divisor n.
    """
    if weights.size == 0:
        return float("nan")
    mean = float(weights.mean())
    return 1.0 + float(((weights - mean) ** 2).mean()) / mean**2


def report_line(step: str, weights: Weights, extras: Extras | None = None) -> pl.DataFrame:
    """Describe the weights after a step.

    Parameters
    ----------
    step : str
        ``base``, ``nonresponse``, ``calibrated`` or ``final``.
    weights : numpy.ndarray
        Shape (n,), n at least 1.
    extras : Extras, optional
        What this step alone knows.

    Returns
    -------
    polars.DataFrame
        One row of ``WEIGHTING_REPORT``.
    """
    deff = kish_design_effect(weights)
    known: dict[str, object] = {
        "step": step,
        "n": weights.size,
        "sum": float(weights.sum()),
        "min": float(weights.min()),
        "max": float(weights.max()),
        "mean": float(weights.mean()),
        "cv": (deff - 1.0) ** 0.5,
        "deff": deff,
    }
    row = known | dict(extras or {})
    schema = WEIGHTING_REPORT.empty().schema
    return pl.DataFrame({name: [row.get(name)] for name in schema}, schema=schema)
