"""Giving one task to many units: each gets its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.tasks import give
from sipas_web.improvement.models import Task
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import tasks_units
from sipas_web.units.queries import Unit

MOST_UNITS = 300  # at once: each task is some 5 ms and all are given in one transaction


@transaction.atomic
def give_all(*, values: Mapping[str, Any], duties: Sequence[tuple[Unit, str]], by: Actor) -> list[Task]:
    """Give each unit its task, all or none. Needs ``improvement.task_give`` over each; each is recorded."""
    units = {unit.pk: unit for unit in values["units"]}
    if values["group"]:
        units |= {unit.pk: unit for unit in tasks_units.units_of_group(by, values["group"])}
    if not units:
        raise ValidationError({"units": _("Name at least one unit, or choose all of a kind.")})
    if len(units) > MOST_UNITS:
        told = _("At most %(most)d units at once: give the task to the units above them, which pass it on.")
        raise ValidationError({"units": told % {"most": MOST_UNITS}})
    refused = [unit.full_name for unit in units.values() if not by.may(Permission.TASK_GIVE, unit)]
    if refused:
        raise ValidationError({"units": _("Outside your area: %(units)s") % {"units": "; ".join(refused)}})
    return [
        give(
            unit=unit, title=values["title"], text=values["text"], given=values["given"], due=values["due"],
            days=values["days"], giver=values["giver"], duties=duties, by=by,
        )
        for unit in units.values()
    ]  # fmt: skip
