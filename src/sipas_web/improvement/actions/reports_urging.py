"""The letter that urges units to send their reports: drawn up and recorded."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries.reports_following import Due, expected
from sipas_web.units.models import Unit
from sipas_web.units.queries import today


@transaction.atomic
def urge(*, unit: Unit, kind: str, year: int, reply_by: dt.date, by: Actor) -> list[Due]:
    """List the units whose report is overdue, for a letter; needs ``improvement.report_draft`` at who receives them.

    Recorded with their names.
    """
    by.require(Permission.REPORT_DRAFT, unit)
    missing = [due for due in expected(unit, kind, year, today()) if due.is_missing and due.span.due < today()]
    if not missing:
        raise ValidationError(_("No report of this period is overdue; there is nobody to urge."))
    if reply_by < today():
        raise ValidationError({"reply_by": _("This day has passed.")})
    details = {
        "kind": kind, "year": year, "due": reply_by.isoformat(), "units": [due.unit.full_name for due in missing],
    }  # fmt: skip
    record(by=by, action="improvement.reports_urged", subject=unit, unit=unit, details=details)
    return missing
