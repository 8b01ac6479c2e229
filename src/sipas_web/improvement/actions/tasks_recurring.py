"""Duties that come again and again (định kỳ): a task of its own for every period, each with its own deadline."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q

from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.tasks import give
from sipas_web.improvement.directive_deadlines import REPEATING, least_gap, next_deadline
from sipas_web.improvement.models import Provision, Task
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import tasks as reads
from sipas_web.improvement.queries.directives.owning import living
from sipas_web.units.closure import DAY
from sipas_web.units.queries import Unit


def arise(*, on: dt.date, by: Actor) -> int:
    """Give the task of the next period to who had the last one, once its deadline has passed; for the server itself.

    Each is a transaction of its own, so it may be ended anywhere; doing so twice a day does nothing the second time.
    Periods that were over before the directive was kept here do not arise.
    """
    by.require_everywhere(Permission.TASK_GIVE)
    made = 0
    for provision in reads.repeating():
        for task_id in _waiting_for_next(provision, on):
            made += _catch_up(provision, task_id, on, by)
    return made


def first_deadline(provision: Provision, on: dt.date) -> dt.date | None:
    """Give the deadline of the first task of an order given on a day: none that was over before, if it comes again."""
    if provision.due is None or provision.period not in REPEATING or provision.due >= on:
        return provision.due
    found = next_deadline(provision.due, provision.period, on - DAY)
    return provision.due if provision.until is not None and found > provision.until else found


def origin_of(provision: Provision) -> str:
    """Say what a task came from."""
    return f"provision:{provision.pk}"


def _waiting_for_next(provision: Provision, on: dt.date) -> list[int]:
    """List the newest tasks of an order whose deadline has passed; a dropped one ends its line, a skipped does not."""
    goes_on = Q(dropped__isnull=True) | Q(is_skipped=True)
    rows = Task.objects.filter(goes_on, origin=origin_of(provision), next_one__isnull=True)
    return list(rows.filter(first_due__lt=on).order_by("pk").values_list("pk", flat=True))


def _catch_up(provision: Provision, task_id: int, on: dt.date, by: Actor) -> int:
    made, last = 0, task_id
    while True:
        following = _give_next(provision, last, on, by)
        if following is None:
            return made
        made, last = made + 1, following.pk


@transaction.atomic
def _give_next(provision: Provision, task_id: int, on: dt.date, by: Actor) -> Task | None:
    before = reads.held(task_id)
    if before.first_due is None or before.first_due >= on or Task.objects.filter(follows=before).exists():
        return None
    due, unit = _next_due(provision, before.first_due), _owner(before.unit)
    if due is None or unit is None or not _is_new(provision, unit, due):
        return None
    since, giver = provision.directive.kept_on or on, _owner(before.giver) if before.giver else None
    made = give(
        unit=unit, title=before.title, text=before.text, due=due, directive=provision.directive, giver=giver,
        path=provision.path, origin=origin_of(provision), given=max(before.first_due + DAY, min(since, due)),
        duties=[(duty.unit, duty.kind) for duty in reads.duties_of(before) if duty.unit.holds(on)], by=by,
    )  # fmt: skip
    made.follows = before
    made.save(update_fields=["follows"])
    return made


def _next_due(provision: Provision, before: dt.date) -> dt.date | None:
    """Give the deadline of the next period, or None where there is to be none any more."""
    assert provision.due is not None, "orders without a day are not asked for"
    after = before + least_gap(provision.period)
    if provision.directive.kept_on is not None:
        after = max(after, provision.directive.kept_on - DAY)
    due = next_deadline(provision.due, provision.period, after)
    return None if provision.until is not None and due > provision.until else due


def _owner(unit: Unit) -> Unit | None:
    """Give the unit, or the one that took it over; None where several did: the directive's page offers them theirs."""
    found = living(unit)
    return found[0] if len(found) == 1 else None


def _is_new(provision: Provision, unit: Unit, due: dt.date) -> bool:
    """Say whether a unit has no task of this order and period: it may have taken over another that had one too."""
    return not Task.objects.filter(origin=origin_of(provision), unit=unit, first_due=due).exists()
