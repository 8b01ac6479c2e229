"""Online services: added, ended, removed where entered by mistake. A class is never converted into another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.onestop.models import OnlineService, ServiceClass
from sipas_web.onestop.permissions import Permission
from sipas_web.units.queries import Unit


@transaction.atomic
def add(
    *, unit: Unit, code: str, name: str, service_class: ServiceClass | str, valid_from: dt.date, by: Actor,
    valid_to: dt.date | None = None, field: str = "", act: str = "",
) -> OnlineService:  # fmt: skip
    """Enter that a procedure is offered online in a class from a day; needs ``onestop.service_change``.

    Refused while the same procedure of the unit is offered in any class on one of these days: end that first.
    """
    by.require(Permission.SERVICE_CHANGE, unit)
    if valid_to is not None and valid_to < valid_from:
        raise ValidationError({"valid_to": _("The last day lies before the first.")})
    refuse_overlap(_others(unit, code), code, valid_from, valid_to)
    made = OnlineService.objects.create(
        unit=unit, code=code, name=name, service_class=service_class, valid_from=valid_from, valid_to=valid_to,
        field=field, act=act,
    )  # fmt: skip
    told = {"code": code, "class": str(service_class), "from": valid_from.isoformat(), "act": act}
    record(by=by, action="onestop.service_added", subject=made, unit=unit, details=told)
    return made


@transaction.atomic
def end(*, service: OnlineService, last: dt.date, by: Actor) -> None:
    """Say on which day a service was offered for the last time in its class; needs ``onestop.service_change``."""
    by.require(Permission.SERVICE_CHANGE, service.unit)
    held = OnlineService.objects.select_for_update(of=("self",)).select_related("unit").get(pk=service.pk)
    if last < held.valid_from:
        raise ValidationError({"last": _("The last day lies before the first.")})
    if held.valid_to is None or last > held.valid_to:
        refuse_overlap(_others(held.unit, held.code, held.pk), held.code, held.valid_from, last)
    held.valid_to = last
    held.save(update_fields=["valid_to"])
    told = {"code": held.code, "class": held.service_class, "last": last.isoformat()}
    record(by=by, action="onestop.service_ended", subject=held, unit=held.unit, details=told)


@transaction.atomic
def remove(*, service: OnlineService, by: Actor) -> None:
    """Remove a service that was entered by mistake; needs ``onestop.service_change``. Recorded with what it said."""
    by.require(Permission.SERVICE_CHANGE, service.unit)
    held = OnlineService.objects.select_for_update(of=("self",)).select_related("unit").get(pk=service.pk)
    told = {"code": held.code, "class": held.service_class, "from": held.valid_from.isoformat(),
            "to": str(held.valid_to or "")}  # fmt: skip
    record(by=by, action="onestop.service_removed", subject=held, unit=held.unit, details=told)
    held.delete()


def refuse_overlap(others: Iterable[OnlineService], code: str, first: dt.date, last: dt.date | None) -> None:
    """Refuse a class on days on which the same procedure of the unit is offered in another."""
    for other in others:
        if (last is None or other.valid_from <= last) and (other.valid_to is None or other.valid_to >= first):
            message = _(
                "%(code)s is offered as “%(what)s” from %(day)s. End that first: one procedure has one class on a day, "
                "and classes are not converted."
            )
            what = ServiceClass(other.service_class).label
            raise ValidationError(message, params={"code": code, "what": what, "day": f"{other.valid_from:%d/%m/%Y}"})


def _others(unit: Unit, code: str, but: int = 0) -> QuerySet[OnlineService]:
    return OnlineService.objects.filter(unit=unit, code=code).exclude(pk=but)
