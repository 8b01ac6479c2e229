"""Estimates from a sample, with errors by its design. Knows nothing of satisfaction."""

from sipas.estimation.agreements.agreements import Agreement, agreement, agreement_of_pairs
from sipas.estimation.agreements.interviewer_variance import interviewer_variance
from sipas.estimation.designs.calibration import CalibratedWeight
from sipas.estimation.designs.design import Design, Stage
from sipas.estimation.designs.measures import (
    Mean,
    Measure,
    Pooled,
    Ratio,
    Responded,
    Share,
    Term,
    counted,
    terms_of,
    weighed,
)
from sipas.estimation.estimates import Conventions, Request, estimate, estimate_rows, natural
from sipas.estimation.functions.contrasts import beside, contrast, covariance_of, function_of, smooth
from sipas.estimation.functions.expressions import Expression, expression
from sipas.estimation.hypotheses.table_tests import TableTest, share_test, table_test, table_tests
from sipas.estimation.hypotheses.wald import WaldTest, equality_of_domains, linear_hypothesis, wald_test
from sipas.estimation.intervals.intervals import difference_interval, log_interval, t_interval, t_quantile
from sipas.estimation.intervals.reliability import reliability
from sipas.estimation.intervals.shares import (
    ShareInterval,
    beta_interval,
    nchs_interval,
    nchs_size,
    share_interval,
    wilson_interval,
)
from sipas.estimation.linear.accounting import accounting
from sipas.estimation.linear.estimated import Estimated
from sipas.estimation.linear.freedom import DegreesOfFreedom, degrees_of
from sipas.estimation.linear.grid import Grid, grids, lay_out
from sipas.estimation.linear.linearise import (
    denominators,
    intervals_of_shares,
    kish_size,
    numerators,
    ratios,
    totals,
    unanimous,
)
from sipas.estimation.linear.linearised import Linearised, across
from sipas.estimation.moments.calibrated_collapsing import collapse_calibrated
from sipas.estimation.moments.calibration_sums import CalibrationSums
from sipas.estimation.moments.collapsing import collapse
from sipas.estimation.moments.engines import DuckDB, Engine
from sipas.estimation.moments.joint import joint_pairs
from sipas.estimation.moments.moments import WHOLE, Moments, merge, read_moments
from sipas.estimation.moments.parts import collapse_parts, read_parts, write_part
from sipas.estimation.moments.query import phase_1
from sipas.estimation.moments.spark import Spark, stop_spark
from sipas.estimation.quantiles.quantile_rules import QuantileRule, quantiles_of
from sipas.estimation.quantiles.quantiles import quantile
from sipas.estimation.relative_importance import johnson, lmg, lmg_sampled
from sipas.estimation.replicates import (
    Factors,
    Replicated,
    ReplicateDesign,
    Replication,
    replicate_factors,
    replicated_quantiles,
    replicated_ratios,
)
from sipas.estimation.replicates.calibrated import CalibratedReplicates, calibrate_replicates
from sipas.estimation.replicates.cells import AuxiliaryCells, auxiliary_cells
from sipas.estimation.replicates.recalibration import Recalibration, poststratify, recalibrate
from sipas.estimation.self_selection import effective_size, ratings, self_selected
from sipas.estimation.small_areas.area_model import FitMethod
from sipas.estimation.small_areas.small_areas import SmallAreas, fay_herriot
from sipas.estimation.survey.analysis import Analysis, read_analysis
from sipas.estimation.survey.results import Results
from sipas.estimation.survey.survey import Survey
from sipas.estimation.survey.wanted import Wanted

__all__ = [
    "WHOLE",
    "Agreement",
    "Analysis",
    "AuxiliaryCells",
    "CalibratedReplicates",
    "CalibratedWeight",
    "CalibrationSums",
    "Conventions",
    "DegreesOfFreedom",
    "Design",
    "DuckDB",
    "Engine",
    "Estimated",
    "Expression",
    "Factors",
    "FitMethod",
    "Grid",
    "Linearised",
    "Mean",
    "Measure",
    "Moments",
    "Pooled",
    "QuantileRule",
    "Ratio",
    "Recalibration",
    "ReplicateDesign",
    "Replicated",
    "Replication",
    "Request",
    "Responded",
    "Results",
    "Share",
    "ShareInterval",
    "SmallAreas",
    "Spark",
    "Stage",
    "Survey",
    "TableTest",
    "Term",
    "WaldTest",
    "Wanted",
    "accounting",
    "across",
    "agreement",
    "agreement_of_pairs",
    "auxiliary_cells",
    "beside",
    "beta_interval",
    "calibrate_replicates",
    "collapse",
    "collapse_calibrated",
    "collapse_parts",
    "contrast",
    "counted",
    "covariance_of",
    "degrees_of",
    "denominators",
    "difference_interval",
    "effective_size",
    "equality_of_domains",
    "estimate",
    "estimate_rows",
    "expression",
    "fay_herriot",
    "function_of",
    "grids",
    "intervals_of_shares",
    "interviewer_variance",
    "johnson",
    "joint_pairs",
    "kish_size",
    "lay_out",
    "linear_hypothesis",
    "lmg",
    "lmg_sampled",
    "log_interval",
    "merge",
    "natural",
    "nchs_interval",
    "nchs_size",
    "numerators",
    "phase_1",
    "poststratify",
    "quantile",
    "quantiles_of",
    "ratings",
    "ratios",
    "read_analysis",
    "read_moments",
    "read_parts",
    "recalibrate",
    "reliability",
    "replicate_factors",
    "replicated_quantiles",
    "replicated_ratios",
    "self_selected",
    "share_interval",
    "share_test",
    "smooth",
    "stop_spark",
    "t_interval",
    "t_quantile",
    "table_test",
    "table_tests",
    "terms_of",
    "totals",
    "unanimous",
    "wald_test",
    "weighed",
    "wilson_interval",
    "write_part",
]
