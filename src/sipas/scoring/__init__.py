"""The index tree on top of estimates: nodes, ranks with their uncertainty, change between rounds."""

from sipas.scoring.changes import Change, change
from sipas.scoring.index import Score, score
from sipas.scoring.ranks import Joint, places, rank, rank_sets
from sipas.scoring.tree import measures_of

__all__ = ["Change", "Joint", "Score", "change", "measures_of", "places", "rank", "rank_sets", "score"]
