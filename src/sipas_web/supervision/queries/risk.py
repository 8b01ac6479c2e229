"""The risk of each case's form, as the app of quality works it out; a measure of size, never a verdict."""

from __future__ import annotations

from collections.abc import Mapping

from sipas_web.quality import queries as quality
from sipas_web.rounds.queries import Round


def scores_of(round_: Round) -> Mapping[str, float]:
    """Give the points of each form that has any, above 0; empty where none were worked out."""
    return {code: float(points) for code, points in quality.scores_of(round_).items() if points > 0}
