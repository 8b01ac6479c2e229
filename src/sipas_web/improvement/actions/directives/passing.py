"""Addressees that need not pass a directive on, and those that have ended: who took them over takes their place."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.directives.linking import settle
from sipas_web.improvement.models import Addressee, Directive
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.directives.access import held
from sipas_web.units.closure import DAY
from sipas_web.units.queries import last_day, successions_of, today

MOST_STEPS = 20  # units that took over one another since the letter


@transaction.atomic
def carry_itself(*, addressee_id: int, reason: str, by: Actor) -> Addressee:
    """Note that an addressee carries a directive out itself and passes nothing on; an empty reason takes that back.

    Needs ``improvement.directive_keep`` over the addressee or over the unit that keeps the directive. Recorded.
    """
    row = Addressee.objects.select_for_update(of=("self",)).select_related("unit").get(pk=addressee_id)
    directive = held(row.directive_id)
    units = [unit for unit in (row.unit, directive.unit) if unit is not None]
    if not any(by.may(Permission.DIRECTIVE_KEEP, unit) for unit in units):
        raise PermissionDenied
    if directive.state != Directive.State.KEPT or row.until is not None or row.passed_on_id is not None:
        raise ValidationError(_("Nothing is waited for from this addressee."))
    row.carries_itself = reason.strip()
    row.save(update_fields=["carries_itself"])
    details = {"addressee": row.name, "reason": row.carries_itself}
    record(by=by, action="improvement.addressee_settled", subject=directive, unit=directive.unit, details=details)
    return row


@transaction.atomic
def rehome(*, by: Actor) -> int:
    """Put successors in the place of addressees that have ended and had not passed a directive on.

    Part of the act that ended them, which asked for its permission; recorded for each directive.
    """
    ended = Addressee.objects.filter(
        directive__state=Directive.State.KEPT, until=None, passed_on=None, unit__valid_to__lt=today()
    )
    moved = 0
    for pk in sorted(set(ended.values_list("directive_id", flat=True))):
        directive = held(pk)
        steps = rehome_of(directive)
        if steps:
            settle([pk])
            details = {"moved": steps[:50], "count": len(steps)}
            record(
                by=by, action="improvement.addressees_rehomed", subject=directive, unit=directive.unit, details=details
            )
            moved += len(steps)
    return moved


def rehome_of(directive: Directive) -> list[str]:
    """Do so for one directive, step by step where a successor has ended too; tells each step."""
    told: list[str] = []
    for _step in range(MOST_STEPS):
        rows = directive.addressees.filter(until=None, passed_on=None, unit__valid_to__lt=today()).select_related(
            "unit"
        )
        moved = [line for row in rows for line in _hand_over(row)]
        if not moved:
            break
        told += moved
    return told


def _hand_over(row: Addressee) -> list[str]:
    assert row.unit is not None, "rows without a unit are not asked for"
    steps = [s for s in successions_of(row.unit) if s.successor_id != row.unit_id]
    if not steps:
        return []
    row.until = last_day(row.unit)
    row.save(update_fields=["until"])
    there = set(Addressee.objects.filter(directive=row.directive_id, until=None).values_list("unit_id", flat=True))
    for step in steps:
        if step.successor_id not in there:
            Addressee.objects.create(
                directive_id=row.directive_id, name=step.successor.full_name[:300], group=row.group,
                unit=step.successor, since=row.until + DAY, came_from=row,
            )  # fmt: skip
    return [f"{row.unit} > {step.successor}" for step in steps]
