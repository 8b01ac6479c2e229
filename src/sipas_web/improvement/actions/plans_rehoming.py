"""Open plans and measures of units that have ended go to the one that took each over."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Measure, Plan
from sipas_web.improvement.queries.plans import OPEN
from sipas_web.units import queries as units
from sipas_web.units.queries import Unit, today

UNGIVEN = (Plan.State.DRAFT, Plan.State.ASKED)


@transaction.atomic
def rehome_everywhere(*, by: Actor) -> int:
    """Do so for every unit that has ended. Part of the act that ended them, which asked for its permission.

    Where several took one over, its plans stay until somebody acts, and its measures not yet given out lose their
    owner, so that they wait for one. Results and tasks keep the names they had.
    """
    plans, measures = Plan.objects.filter(state__in=OPEN), Measure.objects.filter(plan__state__in=UNGIVEN)
    used = Q(pk__in=plans.values("unit")) | Q(pk__in=measures.filter(owner__isnull=False).values("owner"))
    ended = list(Unit.objects.filter(used, valid_to__lt=today()).order_by("code", "valid_from"))
    return sum(_rehome(unit, units.successor_of(unit), by) for unit in ended)


def _rehome(unit: Unit, successor: Unit | None, by: Actor) -> int:
    moved = _plans(unit, successor, by) if successor is not None else 0
    owned = Measure.objects.filter(owner=unit, plan__state__in=UNGIVEN).update(owner=successor)
    if owned:
        details = {"measures": owned, "from": str(unit), "to": str(successor or "")}
        record(by=by, action="improvement.measure_handed_over", subject=unit, unit=successor or unit, details=details)
    return moved + owned


def _plans(unit: Unit, successor: Unit, by: Actor) -> int:
    rows = list(Plan.objects.select_for_update(of=("self",)).filter(unit=unit, state__in=OPEN))
    for plan in rows:
        plan.unit = successor
        plan.save(update_fields=["unit"])
        plan.measures.update(unit=successor)
        details = {"from": str(unit), "to": str(successor)}
        record(by=by, action="improvement.plan_handed_over", subject=plan, unit=successor, details=details)
    return len(rows)
