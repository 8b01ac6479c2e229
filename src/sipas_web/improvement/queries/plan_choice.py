"""Which items a draft plan begins with: importance times what is missing to 100 %, or the weakest alone.

Importance is known for the whole round only; an agency's plan takes it with the agency's own values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sipas_web.improvement.models import Plan
from sipas_web.results.queries.reading import Opened
from sipas_web.results.queries.reading_names import WHOLE

MOST = 5  # items of a draft: as many as the overview of results names


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item with a published value."""

    node: str
    question: str
    title: str
    percent: float
    low: float | None
    high: float | None
    n: int | None
    importance: float | None = None  # percent of R²; all items add up to 100
    importance_low: float | None = None
    importance_high: float | None = None
    is_below: bool = False

    @property
    def weight(self) -> float | None:
        """Importance times the share that is not satisfied; missing where importance is."""
        return None if self.importance is None else self.importance * (100 - self.percent) / 100


def choose(candidates: Sequence[Candidate], most: int = MOST) -> tuple[str, list[Candidate]]:
    """Choose the items of a draft, the first to be done first; of equal ones, in the order of the form."""
    known = [c for c in candidates if c.weight is not None]
    if known:
        return Plan.Basis.DRIVERS, sorted(known, key=lambda c: -(c.weight or 0.0))[:most]
    return Plan.Basis.WEAKEST, sorted(candidates, key=lambda c: c.percent)[:most]


def candidates(opened: Opened, kind: str, domain: str) -> list[Candidate]:
    """List the items of a domain that have a published value, in the order of the form."""
    from sipas.reporting.reading import items_of

    rows = {row["node"]: row for row in opened.results.drivers.iter_rows(named=True)}
    found = items_of(opened.results.figures, kind, domain)
    return [_candidate(opened, kind, v, rows.get(v.node, {})) for v in found if v.percent is not None]


def _candidate(opened: Opened, kind: str, value: Any, driver: Mapping[str, Any]) -> Candidate:
    from sipas.reporting.contents.phrases import marked
    from sipas.reporting.reading import apart

    figures = opened.results.figures
    found = figures.titles[value.node]
    return Candidate(
        node=value.node,
        question=found.question or "",
        title=marked(found.title, found.status),
        percent=value.percent,
        low=value.low,
        high=value.high,
        n=value.n,
        importance=driver.get("importance"),
        importance_low=driver.get("importance_low"),
        importance_high=driver.get("importance_high"),
        is_below=kind != WHOLE and apart(value, figures.whole(value.node)) == "below",
    )
