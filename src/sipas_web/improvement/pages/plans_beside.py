"""Other sources beside the items of a plan: each with its own denominator, never joined into one figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sipas.instrument import editions
from sipas_web.feedback.queries import figures as feedback
from sipas_web.improvement.queries.plans import Plan, PlanItem
from sipas_web.onestop.queries import facilities, on_time
from sipas_web.units import queries as units


@dataclass(frozen=True, slots=True)
class Line:
    """What other sources say of an item."""

    title: str
    received: int  # feedback on it
    resolved: int  # of these
    gaps: int  # open gaps of facilities that can move it


@dataclass(frozen=True, slots=True)
class Beside:
    """What other sources say since the period that the round measured began, of all units under the plan's own."""

    first: dt.date
    last: dt.date
    lines: tuple[Line, ...]
    desks: int  # one-stop desks whose facilities were reviewed
    finished: int  # dossiers finished in that time
    on_time: int  # of these on or before their due day


def beside(plan: Plan, items: Sequence[PlanItem], today: dt.date) -> Beside:
    """Collect what feedback, facility reviews and dossiers say of the units under the plan's own."""
    inside = list(units.under_any([plan.unit_id], today))
    round_ = plan.publication.round
    edition = round_.edition if round_.edition in editions() else ""  # one of a place's own shares its codes
    said = feedback.beside_items(inside, round_.window_from, today, edition)
    gaps = facilities.gaps_by_item(inside)
    lines = tuple(
        Line(
            item.title,
            said.get(item.question, {}).get("received", 0),
            said.get(item.question, {}).get("resolved", 0),
            gaps.get(item.question, 0),
        )
        for item in items
    )
    desks = facilities.newest_reviews().filter(desk__in=inside).count()
    ended = on_time.total(on_time.of_units(inside, round_.window_from, today).values())
    return Beside(round_.window_from, today, lines, desks, ended.ended, ended.early + ended.on_time)
