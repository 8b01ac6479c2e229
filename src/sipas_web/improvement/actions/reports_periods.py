"""Days of reports that an area sets itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import ReportPeriod
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.report_periods import Mark
from sipas_web.units.models import Unit

COMMON_YEAR = 2023  # 29 February is a day of no report


@transaction.atomic
def set_period(
    *,
    unit: Unit,
    kind: str,
    level: str,
    since: dt.date,
    days: Mapping[str, Mark],
    day_off: str,
    act: str,
    by: Actor,
    is_expected: bool = True,
    is_verified: bool = False,
) -> ReportPeriod:
    """Set the days of the reports sent inside an area from a day on; needs ``improvement.report_send`` over it.

    Earlier days stay for earlier periods, and reports begun keep theirs. Recorded with the days and the act.
    """
    by.require(Permission.REPORT_SEND, unit)
    marks = {name: _checked(name, mark) for name, mark in days.items()}
    first, last, due = (_in(marks[name]) for name in ("first", "last", "due"))
    if first >= last:
        raise ValidationError({"last": _("The cut-off lies after the first day.")})
    if due < last:
        raise ValidationError({"due": _("The last day for sending cannot lie before the cut-off.")})
    made = ReportPeriod.objects.create(
        unit=unit, kind=kind, level=level, since=since, days={name: list(mark) for name, mark in marks.items()},
        day_off=day_off, is_expected=is_expected, act=act.strip(), is_verified=is_verified, created_by=by.name,
    )  # fmt: skip
    told = {name: f"{mark[2]}/{mark[1]} ({mark[0]:+d})" for name, mark in marks.items()}
    details = {"kind": kind, "level": level, "since": since.isoformat(), "act": act.strip(), **told}
    record(by=by, action="improvement.report_period_set", subject=made, unit=unit, details=details)
    return made


def _checked(name: str, mark: Mark) -> Mark:
    try:
        dt.date(COMMON_YEAR, mark[1], mark[2])
    except ValueError:
        raise ValidationError({name: _("There is no such day in every year.")}) from None
    return mark


def _in(mark: Mark) -> dt.date:
    return dt.date(COMMON_YEAR + mark[0], mark[1], mark[2])
