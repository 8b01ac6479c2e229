"""Agencies, desks, post offices and supervisors: add, rename, move, dissolve."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.units import queries
from sipas_web.units.actions import ancestry, handing_over, placing
from sipas_web.units.closure import DAY, FOREVER
from sipas_web.units.kinds import OWN
from sipas_web.units.models import Membership, Succession, Unit
from sipas_web.units.permissions import Permission


@transaction.atomic
def add(*, kind: str, code: str, name: str, parent: Unit, valid_from: dt.date, by: Actor, legal_act: str = "") -> Unit:
    """Add an own unit under another; needs ``units.unit_change`` over the parent. Recorded with its place."""
    by.require(Permission.UNIT_CHANGE, parent)
    unit = place_unit(kind=kind, code=code, name=name, parent=parent, valid_from=valid_from, legal_act=legal_act)
    details = {"kind": unit.kind, "code": unit.code, "parent": str(parent), "from": valid_from.isoformat()}
    record(by=by, action="units.unit_added", subject=unit, unit=unit, details=details)
    return unit


@transaction.atomic
def rename(*, unit: Unit, name: str, by: Actor) -> Unit:
    """Correct a name; needs ``units.unit_change`` over the unit. A new name by decision is a succession instead.

    Recorded with the old and the new name.
    """
    by.require(Permission.UNIT_CHANGE, unit)
    _own(unit)
    before, unit.name, unit.full_name = unit.full_name, name, name
    unit.save()
    details = {"before": before, "after": name}
    record(by=by, action="units.unit_renamed", subject=unit, unit=unit, details=details)
    return unit


@transaction.atomic
def move(*, unit: Unit, parent: Unit, on: dt.date, by: Actor) -> Unit:
    """Put a unit under another from a day to its end; needs ``units.unit_change`` over both.

    Places planned for later days give way. Recorded with both places.
    """
    by.require(Permission.UNIT_CHANGE, unit)
    by.require(Permission.UNIT_CHANGE, parent)
    _own(unit)
    before = queries.parent_at(unit, on - DAY)
    if before is None or not unit.holds(on):
        raise ValidationError(_("A unit can only be moved on a day after its first, while it lasts."))
    placing.cut(Membership.objects.filter(unit=unit), on)
    placing.place(unit, parent, on, queries.last_day(unit))
    ancestry.refresh([unit.pk])
    details = {"before": str(before), "after": str(parent), "on": on.isoformat()}
    record(by=by, action="units.unit_moved", subject=unit, unit=unit, details=details)
    return unit


@transaction.atomic
def dissolve(*, unit: Unit, on: dt.date, successors: Sequence[Unit], by: Actor, legal_act: str = "") -> Unit:
    """End a unit; ``on`` is the first day without it. Needs ``units.unit_change`` over it and each successor.

    Open work lies in the only successor's area from that day, or where all successors lie; members move to the only
    successor, and must be moved before where there is none or several. Recorded with the successors.
    """
    for touched in (unit, *successors):
        by.require(Permission.UNIT_CHANGE, touched)
    _own(unit)
    _may_end(unit, on, successors)
    heads = _end(unit, on)
    if heads and len(successors) != 1:
        raise ValidationError(_("Units below it must be moved first: no single successor takes them over."))
    extent = Succession.Extent.WHOLE if len(successors) == 1 else Succession.Extent.PART
    for successor in successors:
        Succession.objects.create(unit=unit, successor=successor, on=on, extent=extent, legal_act=legal_act)
    _hand_over(heads, on, successors)
    ancestry.refresh([unit.pk, *(s.pk for s in successors), *(m.unit_id for m in heads)])
    handing_over.tell(by)
    details = {"on": on.isoformat(), "successors": [str(s) for s in successors], "legal_act": legal_act}
    record(by=by, action="units.unit_dissolved", subject=unit, unit=unit, details=details)
    return unit


def place_unit(
    *,
    kind: str,
    code: str,
    name: str,
    parent: Unit,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    legal_act: str = "",
) -> Unit:
    """Write a new own unit with its place and its closure; the caller has asked and records."""
    if kind not in OWN:
        raise ValidationError(_("Administrative units come from the register and are not added by hand."))
    unit = Unit(kind=kind, code=code, name=name, full_name=name, legal_act=legal_act)
    unit.valid_from, unit.valid_to = valid_from, valid_to
    unit.full_clean()
    unit.save()
    placing.place(unit, parent, valid_from, valid_to or FOREVER)
    ancestry.refresh([unit.pk])
    return unit


def _own(unit: Unit) -> None:
    if unit.is_registered:
        raise ValidationError(_("Administrative units come from the register and are not changed by hand."))


def _may_end(unit: Unit, on: dt.date, successors: Sequence[Unit]) -> None:
    if unit.valid_to is not None or on <= unit.valid_from:
        raise ValidationError(_("The unit has ended already or begins later."))
    for successor in successors:
        if successor.pk == unit.pk or not successor.holds(on):
            message = _("%(unit)s cannot take over: it does not exist on that day.")
            raise ValidationError(message, params={"unit": successor.full_name})


def _end(unit: Unit, on: dt.date) -> list[Membership]:
    """End the unit and its place; give the memberships below it that last longer."""
    unit.valid_to = on - DAY
    unit.save()
    placing.cut(Membership.objects.filter(unit=unit), on)
    below = Membership.objects.filter(parent=unit, valid_to__gte=on).select_related("unit")
    return list(below)


def _hand_over(members: Sequence[Membership], on: dt.date, successors: Sequence[Unit]) -> None:
    placing.cut(Membership.objects.filter(pk__in=[m.pk for m in members]), on)
    for member in members:
        placing.place(member.unit, successors[0], max(on, member.valid_from), member.valid_to)
