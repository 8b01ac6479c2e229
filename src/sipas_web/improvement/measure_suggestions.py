"""What a draft plan writes for an item until people write what they will do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

SOURCE = Path(__file__).parent / "data" / "measure_suggestions.yaml"
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A measure to begin with; Vietnamese data."""

    kind: str
    title: str


def suggestion_for(factor: str) -> Suggestion:
    """Give the suggestion for the items of a factor."""
    known = _known()
    return known.get(factor, known[OTHER])


@cache
def _known() -> dict[str, Suggestion]:
    rows = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return {factor: Suggestion(**row) for factor, row in rows.items()}
