"""Entering training sessions and campaigns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Campaign, Training, TrainingGroup
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.registers import carried_out
from sipas_web.units.models import Unit

MOST_HOURS = Decimal(200)
Row = TypeVar("Row", Training, Campaign)


@transaction.atomic
def enter_training(
    *, unit: Unit, held: dt.date, title: str, hours: Decimal, groups: Mapping[Unit, int], by: Actor,
    material: str = "", evaluation: str = "", node: str = "", origin: str = "",
) -> Training:  # fmt: skip
    """Enter a training session that was held; ``groups``: people by unit. Needs ``improvement.plan_change``."""
    by.require(Permission.PLAN_CHANGE, unit)
    refuse_unknown(origin, by)
    faults: dict[str, str] = {}
    if held > timezone.localdate():
        faults["held"] = _("This day is still to come: enter the session once it was held.")
    if not 0 < hours <= MOST_HOURS:
        faults["hours"] = _("More than 0 and at most %(most)d hours.") % {"most": MOST_HOURS}
    if not groups or any(people < 1 for people in groups.values()):
        faults["groups"] = _("Say from which units how many took part.")
    if faults:
        raise ValidationError(faults)
    row = Training.objects.create(
        unit=unit, held=held, title=title.strip(), hours=hours, material=material.strip(),
        evaluation=evaluation.strip(), node=node, origin=origin, created_by=by.name,
    )  # fmt: skip
    TrainingGroup.objects.bulk_create(TrainingGroup(training=row, unit=u, people=n) for u, n in groups.items())
    details = {"day": held.isoformat(), "people": sum(groups.values()), "criterion": node, "origin": origin}
    record(by=by, action="improvement.training_entered", subject=row, unit=unit, details=details)
    return row


@transaction.atomic
def change_training(*, training_id: int, material: str, evaluation: str, by: Actor) -> Training:
    """Add material and evaluation of a session. Needs ``improvement.plan_change``."""
    row = Training.objects.select_for_update(of=("self",)).select_related("unit").get(pk=training_id)
    by.require(Permission.PLAN_CHANGE, row.unit)
    return _changed(row, {"material": material.strip(), "evaluation": evaluation.strip()}, by)


@transaction.atomic
def enter_campaign(*, unit: Unit, values: Mapping[str, Any], by: Actor) -> Campaign:
    """Enter a campaign or broadcast; ``values`` are its columns. Needs ``improvement.plan_change``."""
    by.require(Permission.PLAN_CHANGE, unit)
    refuse_unknown(values.get("origin", ""), by)
    row = Campaign(unit=unit, created_by=by.name, **values)
    _check_campaign(row)
    row.save()
    details = {
        "since": row.first.isoformat(), "until": row.last.isoformat(), "criterion": row.node, "origin": row.origin
    }  # fmt: skip
    record(by=by, action="improvement.campaign_entered", subject=row, unit=unit, details=details)
    return row


@transaction.atomic
def change_campaign(*, campaign_id: int, reach: int | None, reach_source: str, evidence: str, by: Actor) -> Campaign:
    """Add reach and evidence of a campaign. Needs ``improvement.plan_change``."""
    row = Campaign.objects.select_for_update(of=("self",)).select_related("unit").get(pk=campaign_id)
    by.require(Permission.PLAN_CHANGE, row.unit)
    _check_reach(reach, reach_source)
    values = {"reach": reach, "reach_source": reach_source.strip(), "evidence": evidence.strip()}
    return _changed(row, values, by)


def refuse_unknown(origin: str, by: Actor) -> None:
    """Refuse a task or measure that who enters may not see, or that is not there."""
    if origin and carried_out(origin, by) is None:
        raise ValidationError(_("The task or measure it should carry out is not there, or not in your area."))


def _changed(row: Row, values: Mapping[str, Any], by: Actor) -> Row:
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    before = {name: getattr(row, name) for name in changed}
    for name in changed:
        setattr(row, name, values[name])
    if changed:
        row.save(update_fields=changed)
        details = {"changed": changed, "before": before, "after": {name: values[name] for name in changed}}
        record(by=by, action="improvement.measure_changed", subject=row, unit=row.unit, details=details)
    return row


def _check_campaign(row: Campaign) -> None:
    if row.last < row.first:
        raise ValidationError({"last": _("It ends before it begins.")})
    _check_reach(row.reach, row.reach_source)


def _check_reach(reach: int | None, source: str) -> None:
    if reach is not None and not source.strip():
        raise ValidationError({"reach_source": _("Say who counted the people reached, and how.")})
