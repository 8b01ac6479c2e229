"""The register of breaches."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.privacy.clocks import notify_by
from sipas_web.privacy.models import Breach
from sipas_web.privacy.permissions import Permission
from sipas_web.privacy.queries.requests import held_breach
from sipas_web.units.models import Unit

EDITED = (
    "happened", "kinds", "people", "measures", "is_notice_due", "no_notice_because", "notified", "notified_whom",
    "late_because", "people_told",
)  # fmt: skip


@transaction.atomic
def report_breach(*, unit: Unit, what: str, found: dt.datetime, kinds: str, by: Actor) -> Breach:
    """Enter a breach; the clock of its notice runs from the moment it was found. Needs ``privacy.breach_handle``."""
    by.require(Permission.BREACH_HANDLE, unit)
    if found > timezone.now():
        raise ValidationError({"found": _("This moment is still to come.")})
    breach = Breach.objects.create(unit=unit, what=what, found=found, kinds=kinds, created_by=by.name)
    details = {
        "found": found.isoformat(timespec="minutes"),
        "notify_by": notify_by(found).isoformat(timespec="minutes"),
    }
    record(by=by, action="privacy.breach_reported", subject=breach, unit=unit, details=details)
    return breach


@transaction.atomic
def change_breach(*, breach_id: int, values: dict[str, Any], by: Actor) -> Breach:
    """Add what has become known and done; what was found, and when, stays as it was entered."""
    breach = _open(breach_id, by)
    changed = sorted(name for name in EDITED if name in values and getattr(breach, name) != values[name])
    for name in changed:
        setattr(breach, name, values[name])
    _refuse_gaps(breach)
    if changed:
        breach.save(update_fields=changed)
        details = {"changed": changed}
        record(by=by, action="privacy.breach_changed", subject=breach, unit=breach.unit, details=details)
    return breach


@transaction.atomic
def close_breach(*, breach_id: int, by: Actor) -> None:
    """Close a breach that was notified, or of which it is said why no notice is due."""
    breach = _open(breach_id, by)
    if breach.is_notice_due and breach.notified is None:
        raise ValidationError(_("Enter first when and to whom the breach was notified, or why no notice is due."))
    if not breach.measures.strip():
        raise ValidationError(_("Enter first what was done about it."))
    breach.closed, breach.closed_by = timezone.now(), by.name
    breach.save(update_fields=["closed", "closed_by"])
    record(by=by, action="privacy.breach_closed", subject=breach, unit=breach.unit)


def _refuse_gaps(breach: Breach) -> None:
    faults: dict[str, str] = {}
    if not breach.is_notice_due and not breach.no_notice_because.strip():
        faults["no_notice_because"] = _("Say why no notice is due.")
    if breach.notified is not None:
        if not breach.found <= breach.notified <= timezone.now():
            faults["notified"] = _("A moment from the finding of the breach to now.")
        elif breach.notified > notify_by(breach.found) and not breach.late_because.strip():
            faults["late_because"] = _("The notice was later than 72 hours: say why.")
        if not breach.notified_whom.strip():
            faults["notified_whom"] = _("Say who was notified.")
    if faults:
        raise ValidationError(faults)


def _open(breach_id: int, by: Actor) -> Breach:
    breach = held_breach(breach_id)
    by.require(Permission.BREACH_HANDLE, breach.unit)
    if breach.closed is not None:
        raise ValidationError(_("This breach is closed."))
    return breach
