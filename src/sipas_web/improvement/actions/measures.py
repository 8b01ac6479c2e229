"""Writing the measures of a plan, and dropping what was given out."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Measure, Plan
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import measures as reads
from sipas_web.improvement.queries import plans

FIELDS = ("kind", "title", "text", "owner", "due", "cost", "funding", "source")
GIVEN_OUT = ("title", "owner", "due")  # as its task has them: changed there, by an extension or a handover
OPEN = (Plan.State.DRAFT, Plan.State.ASKED, Plan.State.APPROVED)


@transaction.atomic
def add(*, plan_id: int, item_id: int, values: dict[str, Any], by: Actor) -> Measure:
    """Add a measure about an item of a draft; needs ``improvement.plan_change``."""
    plan = _draft(plan_id, by)
    measure = Measure(unit=plan.unit, plan=plan, item=plan.items.get(pk=item_id), created_by=by.name)
    _write(measure, values)
    record(by=by, action="improvement.measure_added", subject=measure, unit=plan.unit, details=_details(measure))
    return measure


@transaction.atomic
def change(*, measure_id: int, item_id: int, values: dict[str, Any], by: Actor) -> Measure:
    """Change a measure of a draft; of one given out as a task, not what the task holds."""
    measure = Measure.objects.select_related("plan").get(pk=measure_id)
    plan = _draft(measure.plan_id, by)
    measure = Measure.objects.get(pk=measure_id)  # as it stands now that the plan is held
    held = GIVEN_OUT if reads.tasks_of([measure]) else ()
    if any(name in values and values[name] != getattr(measure, name) for name in held):
        raise ValidationError(_("This measure was given out: its words, owner and day are changed on its task."))
    measure.item = plan.items.get(pk=item_id)
    _write(measure, values)
    record(by=by, action="improvement.measure_changed", subject=measure, unit=plan.unit, details=_details(measure))
    return measure


@transaction.atomic
def remove(*, measure_id: int, by: Actor) -> None:
    """Take a measure out of a draft; one that was given out is dropped instead."""
    measure = Measure.objects.select_related("plan").get(pk=measure_id)
    plan = _draft(measure.plan_id, by)
    if reads.tasks_of([measure]) or measure.simplifications.exists():
        raise ValidationError(_("This measure was given out or carried out: drop it with a reason instead."))
    details = _details(measure)
    measure.delete()
    record(by=by, action="improvement.measure_removed", subject=plan, unit=plan.unit, details=details)


@transaction.atomic
def drop(*, measure_id: int, reason: str, by: Actor) -> Measure:
    """Say that a measure is not carried out after all; its task is dropped on the task's own page."""
    measure = Measure.objects.select_related("plan").get(pk=measure_id)
    plan = plans.held(measure.plan_id)
    by.require(Permission.PLAN_APPROVE, plan.unit)
    if plan.state not in OPEN or measure.dropped:
        raise ValidationError(_("This measure cannot be dropped any more."))
    task = reads.tasks_of([measure]).get(measure.origin)
    if task is not None and task.done:
        raise ValidationError(_("This measure has been carried out."))
    if task is not None and task.is_open:
        raise ValidationError(_("Drop its task first: its owner must know."))
    if not reason.strip():
        raise ValidationError({"reason": _("Give a reason in a sentence or two.")})
    measure.dropped, measure.dropped_because = timezone.localdate(), reason.strip()
    measure.save(update_fields=["dropped", "dropped_because"])
    record(by=by, action="improvement.measure_dropped", subject=measure, unit=plan.unit)
    return measure


def _write(measure: Measure, values: dict[str, Any]) -> None:
    for name in FIELDS:
        if name in values:
            setattr(measure, name, values[name])
    measure.title = " ".join(measure.title.split())
    if not measure.title:
        raise ValidationError({"title": _("Say in one sentence what has to be done.")})
    if measure.owner is not None and not reads.owners_for(measure.plan).filter(pk=measure.owner.pk).exists():
        raise ValidationError({"owner": _("Choose a unit of today under the unit of the plan.")})
    measure.save()


def _details(measure: Measure) -> dict[str, Any]:
    due = measure.due.isoformat() if measure.due else ""
    return {"title": measure.title, "item": measure.item.node, "owner": measure.owner_id, "due": due}


def _draft(plan_id: int, by: Actor) -> Plan:
    plan = plans.held(plan_id)
    by.require(Permission.PLAN_CHANGE, plan.unit)
    if plan.state != Plan.State.DRAFT:
        message = _("The plan is %(state)s: its measures change in a draft only.")
        raise ValidationError(message % {"state": plan.get_state_display()})
    return plan
