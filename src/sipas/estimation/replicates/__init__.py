"""Replicate designs, made or given, and estimation with them."""

from sipas.estimation.replicates.factors import Factors
from sipas.estimation.replicates.given import ReplicateDesign, given_factors, given_grids
from sipas.estimation.replicates.hadamard import hadamard
from sipas.estimation.replicates.methods import Replication, replicate_factors
from sipas.estimation.replicates.quantiles import replicated_quantiles
from sipas.estimation.replicates.replicated import Replicated, across_replicates
from sipas.estimation.replicates.replicating import (
    replicated,
    replicated_numerators,
    replicated_ratios,
    replicated_totals,
)
from sipas.estimation.replicates.weights import recalibrated, replicate_weights

__all__ = [
    "Factors",
    "ReplicateDesign",
    "Replicated",
    "Replication",
    "across_replicates",
    "given_factors",
    "given_grids",
    "hadamard",
    "recalibrated",
    "replicate_factors",
    "replicate_weights",
    "replicated",
    "replicated_numerators",
    "replicated_quantiles",
    "replicated_ratios",
    "replicated_totals",
]
