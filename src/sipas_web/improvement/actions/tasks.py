"""Giving tasks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Directive, Duty, Task, TaskEntry
from sipas_web.improvement.permissions import Permission
from sipas_web.shared import working_days
from sipas_web.units.queries import Unit

MOST_WORKING_DAYS = 1000


@transaction.atomic
def give(
    *,
    unit: Unit,
    title: str,
    by: Actor,
    text: str = "",
    due: dt.date | None = None,
    days: int | None = None,
    directive: Directive | None = None,
    giver: Unit | None = None,
    path: str = "",
    origin: str = "",
    duties: Sequence[tuple[Unit, str]] = (),
    given: dt.date | None = None,
) -> Task:
    """Give a unit a task; ``days``: the deadline as so many working days after the day it is given.

    Needs ``improvement.task_give`` over the unit, or ``improvement.task_carry``: a unit may take on a task itself.
    Without ``giver`` it is who issued the directive; neither: the unit itself.
    """
    if not (by.may(Permission.TASK_GIVE, unit) or by.may(Permission.TASK_CARRY, unit)):
        raise PermissionDenied
    on = given or (directive.issued if directive else None) or timezone.localdate()
    last = _deadline(on, due, days)
    _refuse_wrong(unit, title, on, last)
    task = Task.objects.create(
        unit=unit, giver=giver or _giver_of(directive), directive=directive, path=path, origin=origin,
        title=" ".join(title.split()), text=text.strip(), given=on, working_days=days, first_due=last, due=last,
        created_by=by.name,
    )  # fmt: skip
    put_duties(task, duties)
    TaskEntry.objects.create(task=task, kind=TaskEntry.Kind.GIVEN, unit=task.giver, on=on, created_by=by.name)
    details = {
        "given": on.isoformat(),
        "due": last.isoformat() if last else "",
        "origin": origin or str(directive or ""),
    }
    record(by=by, action="improvement.task_given", subject=task, unit=unit, details=details)
    return task


def put_duties(task: Task, duties: Sequence[tuple[Unit, str]]) -> None:
    """Write the parts of other units in a task; its owner needs none."""
    wanted = {(unit.pk, str(Duty.Kind(kind))) for unit, kind in duties if unit.pk != task.unit_id}
    Duty.objects.bulk_create([Duty(task=task, unit_id=unit, kind=kind) for unit, kind in sorted(wanted)])


def _deadline(on: dt.date, due: dt.date | None, days: int | None) -> dt.date | None:
    if days is None:
        return due
    if due is not None:
        raise ValidationError({"due": _("Give a day or a number of working days, not both.")})
    if not 0 < days <= MOST_WORKING_DAYS:
        raise ValidationError({"days": _("From 1 to %(most)d working days.") % {"most": MOST_WORKING_DAYS}})
    return working_days.after(on, days)


def _refuse_wrong(unit: Unit, title: str, on: dt.date, last: dt.date | None) -> None:
    if not title.strip():
        raise ValidationError({"title": _("Say in one sentence what has to be done.")})
    if on > timezone.localdate():
        raise ValidationError({"given": _("This day is still to come.")})
    if last is not None and last < on:
        raise ValidationError({"due": _("The deadline lies before the day on which the task was given.")})
    if not unit.holds(timezone.localdate()):
        message = _("%(unit)s does not exist today: give the task to the unit that took it over.")
        raise ValidationError({"unit": message % {"unit": unit.full_name}})


def _giver_of(directive: Directive | None) -> Unit | None:
    return (directive.issuer or directive.unit) if directive else None
