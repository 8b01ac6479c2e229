"""Estimates from a sample, with errors by its design. Knows nothing of satisfaction."""

from sipas.estimation.collapsing import DuckDB, collapse
from sipas.estimation.design import Design, Stage
from sipas.estimation.estimates import Conventions, Request, estimate, estimate_rows, natural
from sipas.estimation.grid import Grid, grids, lay_out
from sipas.estimation.intervals import difference_interval, log_interval, t_interval, t_quantile
from sipas.estimation.joint import joint_pairs
from sipas.estimation.linearise import denominators, intervals_of_shares, kish_size, numerators, ratios, unanimous
from sipas.estimation.linearised import Linearised, across, totals
from sipas.estimation.measures import (
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
from sipas.estimation.moments import WHOLE, Moments, merge, read_moments
from sipas.estimation.quantile_rules import QuantileRule, quantiles_of
from sipas.estimation.quantiles import quantile
from sipas.estimation.query import phase_1
from sipas.estimation.shares import (
    ShareInterval,
    beta_interval,
    nchs_interval,
    nchs_size,
    share_interval,
    wilson_interval,
)

__all__ = [
    "WHOLE",
    "Conventions",
    "Design",
    "DuckDB",
    "Grid",
    "Linearised",
    "Mean",
    "Measure",
    "Moments",
    "Pooled",
    "QuantileRule",
    "Ratio",
    "Request",
    "Responded",
    "Share",
    "ShareInterval",
    "Stage",
    "Term",
    "across",
    "beta_interval",
    "collapse",
    "counted",
    "denominators",
    "difference_interval",
    "estimate",
    "estimate_rows",
    "grids",
    "intervals_of_shares",
    "joint_pairs",
    "kish_size",
    "lay_out",
    "log_interval",
    "merge",
    "natural",
    "nchs_interval",
    "nchs_size",
    "numerators",
    "phase_1",
    "quantile",
    "quantiles_of",
    "ratios",
    "read_moments",
    "share_interval",
    "t_interval",
    "t_quantile",
    "terms_of",
    "totals",
    "unanimous",
    "weighed",
    "wilson_interval",
]
