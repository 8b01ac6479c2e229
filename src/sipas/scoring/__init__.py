"""The index tree on top of estimates: nodes, ranks with their uncertainty, change between rounds."""

from sipas.scoring.changes import Change, change
from sipas.scoring.comparisons import Adjust, adjusted, differences, leaders
from sipas.scoring.importance import Drivers, drivers, quadrants
from sipas.scoring.index import Ranking, Score, score
from sipas.scoring.overlapping import Overlap, Shared
from sipas.scoring.pairwise import RankSets, rank_sets_pairwise
from sipas.scoring.ranks import Joint, Method, places, rank, rank_sets
from sipas.scoring.reverified import (
    Weighting,
    differences_by,
    effect_on_index,
    failure_rates,
    repeated_agreement,
)
from sipas.scoring.tree import measures_of
from sipas.scoring.verdicts import targets, targets_of_estimates, targets_of_index

__all__ = [
    "Adjust",
    "Change",
    "Drivers",
    "Joint",
    "Method",
    "Overlap",
    "RankSets",
    "Ranking",
    "Score",
    "Shared",
    "Weighting",
    "adjusted",
    "change",
    "differences",
    "differences_by",
    "drivers",
    "effect_on_index",
    "failure_rates",
    "leaders",
    "measures_of",
    "places",
    "quadrants",
    "rank",
    "rank_sets",
    "rank_sets_pairwise",
    "repeated_agreement",
    "score",
    "targets",
    "targets_of_estimates",
    "targets_of_index",
]
