"""From the sample and the responses to weights, each step with its line in a report."""

from sipas.weighting.base_weights import base_weights
from sipas.weighting.calibration import Calibration, calibrate
from sipas.weighting.classes import collapse_classes
from sipas.weighting.distances import Distance
from sipas.weighting.margins import Cells, Margin, cut_cells, margins_from_frame
from sipas.weighting.nonresponse import NonresponseAdjustment, adjust_nonresponse
from sipas.weighting.outcomes import weighted_rates
from sipas.weighting.plan import Weighting, WeightingPlan, weigh
from sipas.weighting.raking import rake
from sipas.weighting.report import WEIGHTING_REPORT, kish_design_effect, report_line
from sipas.weighting.trimming import Cap, Trimming, trim, trim_factors

__all__ = [
    "WEIGHTING_REPORT",
    "Calibration",
    "Cap",
    "Cells",
    "Distance",
    "Margin",
    "NonresponseAdjustment",
    "Trimming",
    "Weighting",
    "WeightingPlan",
    "adjust_nonresponse",
    "base_weights",
    "calibrate",
    "collapse_classes",
    "cut_cells",
    "kish_design_effect",
    "margins_from_frame",
    "rake",
    "report_line",
    "trim",
    "trim_factors",
    "weigh",
    "weighted_rates",
]
