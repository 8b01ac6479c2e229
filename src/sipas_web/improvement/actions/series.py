"""Registering a place's own series; entering and correcting values of series."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import OwnSeries, SeriesValue
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import series as reads
from sipas_web.improvement.series_register import Series
from sipas_web.units.models import Unit
from sipas_web.units.queries import lies_under

FIRST_YEAR = 2010


@transaction.atomic
def register(*, unit: Unit, name: str, values: dict[str, Any], by: Actor) -> OwnSeries:
    """Register a place's own series; needs ``improvement.target_set``."""
    by.require(Permission.TARGET_SET, unit)
    if OwnSeries.objects.filter(unit=unit, name=name.strip()).exists():
        raise ValidationError({"name": _("This place has a series of this name already.")})
    row = OwnSeries.objects.create(unit=unit, name=name.strip(), created_by=by.name, **values)
    details = {"title": row.name, "source": row.source}
    record(by=by, action="improvement.series_registered", subject=row, unit=unit, details=details)
    return row


@transaction.atomic
def enter(
    *, code: str, unit: Unit, year: int, value: Decimal, source: str, by: Actor, part: str = "",
    low: Decimal | None = None, high: Decimal | None = None, reason: str = "",
) -> SeriesValue:  # fmt: skip
    """Enter a value with its document; one that is there already is corrected by a new version with its reason."""
    by.require(Permission.TARGET_SET, unit)
    series = _usable(code, unit)
    _check(series, year, value, low, high, source)
    part = "" if series.is_sipas and part == "index" else part
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)  # versions are numbered one after the other
    before = reads.newest_values().filter(series=code, unit=unit, part=part, year=year).first()
    if before is not None and not reason.strip():
        message = _("%(value)s was entered for this year from “%(source)s”. Say why it is corrected.")
        shown = {"value": f"{before.value.normalize():f}", "source": before.source}
        raise ValidationError({"reason": ValidationError(message, params=shown)})
    row = SeriesValue.objects.create(
        series=code, unit=unit, year=year, part=part, value=value, low=low, high=high, source=source.strip(),
        version=before.version + 1 if before else 1, reason=reason.strip(), entered_by=by.name,
    )  # fmt: skip
    details = {"year": year, "version": row.version, "source": row.source, "reason": row.reason}
    details |= {"before": str(before.value) if before else "", "after": str(value)}
    record(by=by, action="improvement.series_value_entered", subject=row, unit=unit, details=details)
    return row


def _usable(code: str, unit: Unit) -> Series:
    series = reads.one(code)
    if series is None:
        raise ValidationError({"series": _("There is no such series.")})
    if series.owner is not None:
        owner = Unit.objects.get(pk=series.owner)
        if not lies_under(unit, owner, timezone.localdate()):
            message = _("“%(series)s” is a series of %(owner)s and has no values of other places.")
            raise ValidationError({"unit": message % {"series": series.name, "owner": owner.full_name}})
    return series


def _check(series: Series, year: int, value: Decimal, low: Decimal | None, high: Decimal | None, source: str) -> None:
    faults: dict[str, str] = {}
    if not FIRST_YEAR <= year <= timezone.localdate().year:
        faults["year"] = _("A year from %(first)d to this year.") % {"first": FIRST_YEAR}
    elif series.method(year) is None:
        faults["year"] = _("No method of this series is known for that year.")
    if not 0 <= value <= series.maximum:
        faults["value"] = _("A value from 0 to %(most)s.") % {"most": f"{series.maximum.normalize():f}"}
    if (low is None) != (high is None):
        faults["low"] = _("An interval has both ends, or none.")
    elif low is not None and high is not None and not 0 <= low <= value <= high <= series.maximum:
        faults["low"] = _("The interval must hold the value.")
    if not source.strip():
        faults["source"] = _("Name the document the value stands in: number, date, issuer.")
    if faults:
        raise ValidationError(faults)
