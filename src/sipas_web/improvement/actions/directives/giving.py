"""Giving the tasks of a kept directive to the units that its orders name."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions import tasks, tasks_recurring
from sipas_web.improvement.models import Directive, Party, Provision, Task
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.directives import owning
from sipas_web.improvement.queries.directives.access import held, inside
from sipas_web.units.queries import Unit

DUTY = {Party.Role.LEAD: "lead", Party.Role.COORDINATE: "coordinate", Party.Role.MONITOR: "monitor"}
MOST_TASKS = 3000  # given in one go


@transaction.atomic
def give_tasks(*, directive_id: int, by: Actor) -> int:
    """Give the tasks of a kept directive that are not given yet, to the units over which the actor may give tasks.

    Needs ``improvement.task_give``; gives how many were given.
    """
    by.require(Permission.TASK_GIVE)
    directive = held(directive_id)
    if directive.state != Directive.State.KEPT:
        raise ValidationError(_("Keep the directive first: tasks are given from what is kept."))
    return give_what_may(directive, by)


def give_what_may(directive: Directive, by: Actor) -> int:
    """Do so; nothing where the actor may give none. Each task is recorded by itself, the sum here."""
    if not by.may(Permission.TASK_GIVE):
        return 0
    wanted = list(owning.ungiven(directive))
    if len(wanted) > MOST_TASKS:
        raise ValidationError(
            _("These are more than %(most)d tasks. Limit the addressees first.") % {"most": MOST_TASKS}
        )
    allowed = inside(by, Permission.TASK_GIVE, [unit.pk for _provision, unit in wanted])
    mine = [(provision, unit) for provision, unit in wanted if unit.pk in allowed]
    for provision, unit in mine:
        _give(directive, provision, unit, by)
    count = len(mine)
    if count:
        record(by=by, action="improvement.directive_tasks_given", subject=directive, unit=directive.unit,
               details={"tasks": count})  # fmt: skip
    return count


def _give(directive: Directive, provision: Provision, unit: Unit, by: Actor) -> Task:
    today = timezone.localdate()
    due = tasks_recurring.first_deadline(provision, today)
    made = tasks.give(
        unit=unit, title=provision.title, by=by, text=provision.text, due=due, directive=directive,
        path=provision.path, origin=tasks_recurring.origin_of(provision), duties=list(_duties(provision)),
        given=directive.issued or directive.kept_on or today,
    )  # fmt: skip
    if provision.given_on is None:
        provision.given_on = today
        provision.save(update_fields=["given_on"])
    return made


def _duties(provision: Provision) -> Iterable[tuple[Unit, str]]:
    for party in provision.parties.select_related("unit"):
        if party.role in DUTY and party.unit is not None:
            yield party.unit, DUTY[Party.Role(party.role)]
