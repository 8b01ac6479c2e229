"""How the last index was used: its published value, and the plans and measures made from it. Kept by the report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Measure, Plan, Task
from sipas_web.improvement.queries.tasks import GRANTED, days_of
from sipas_web.improvement.task_states import COMPLETED, state_on
from sipas_web.results.queries import Publication, folder_of, published
from sipas_web.results.queries.reading import read_head
from sipas_web.rounds import queries as rounds
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

MOST = 200  # measures named in a report; the others are counted
NO_TASK, DROPPED = "no_task", "dropped"


def index_use(unit: Unit, counted: Collection[int], last: dt.date, by: Actor) -> dict[str, Any]:
    """Give the newest index published to the actor that covers a unit, and what was made of it in its area."""
    publication = newest_over(unit, last, by)
    if publication is None:
        return {}
    plans = Plan.objects.filter(
        publication__round=publication.round_id,
        unit__in=set(counted),
        state__in=[Plan.State.APPROVED, Plan.State.CLOSED],
        approved__date__lte=last,
    ).select_related("unit")
    measures = list(
        Measure.objects.filter(plan__in=plans).select_related("item", "owner", "plan").order_by("plan_id", "pk")
    )
    states = _states(measures, last)
    done = sum(states[measure.pk] in COMPLETED for measure in measures)
    return {
        "index": _index(publication),
        "plans": [{"id": p.pk, "title": p.title, "unit": p.unit.full_name, "act": p.act} for p in plans],
        "measures": [_line(measure, states[measure.pk]) for measure in measures[:MOST]],
        "counts": {"measures": len(measures), "done": done},
    }


def newest_over(unit: Unit, last: dt.date, by: Actor) -> Publication | None:
    """Give the newest publication of a round that covers the unit: its own, or of an area above it."""
    reached = rounds.reaching(by, "results.result_view").filter(unit__in=units.over_any([unit.pk], last))
    found = published(by).filter(round__in=reached.values("pk"), round__window_from__lte=last)
    return found.order_by("-round__year", "-published", "-pk").first()


def _index(publication: Publication) -> dict[str, Any]:
    round_ = publication.round
    told: dict[str, Any] = {
        "title": round_.title,
        "unit": round_.unit.full_name,
        "year": round_.year,
        "round": round_.pk,
        "version": publication.version,
        "is_simulated": round_.is_simulated,
    }
    try:
        value = read_head(folder_of(publication)).whole
    except OSError:  # the files of a version published elsewhere may not be on this server
        value = None
    if value is not None:
        told |= {"percent": value.percent, "low": value.low, "high": value.high, "n": value.n}
    return told


def _states(measures: Collection[Measure], on: dt.date) -> dict[int, str]:
    """Say where each measure stands by its newest task. Two queries."""
    names = {measure.origin: measure.pk for measure in measures}
    tasks = Task.objects.filter(origin__in=names).prefetch_related(GRANTED).order_by("pk")
    found = {names[task.origin]: state_on(days_of(task), on) for task in tasks}
    return {m.pk: DROPPED if m.dropped and m.dropped <= on else str(found.get(m.pk) or NO_TASK) for m in measures}


def _line(measure: Measure, state: str) -> dict[str, Any]:
    return {
        "id": measure.pk,
        "plan": measure.plan_id,
        "title": measure.title,
        "item": measure.item.title,
        "percent": measure.item.percent,
        "owner": measure.owner.full_name if measure.owner else "",
        "due": measure.due.isoformat() if measure.due else "",
        "state": state,
    }
