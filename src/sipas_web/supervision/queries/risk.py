"""The risk of each case's form, as the app of quality works it out; a measure of size, never a verdict."""

from __future__ import annotations

from collections.abc import Mapping

from sipas_web.quality import queries as quality
from sipas_web.rounds.queries import Round


def scores_of(round_: Round) -> Mapping[str, float]:
    """Give the risk score of each case, 0 or more; empty where none was worked out."""
    found = getattr(quality, "scores_of", None)
    return {code: max(0.0, float(score)) for code, score in dict(found(round_)).items()} if found else {}
