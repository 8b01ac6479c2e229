"""The register of discipline: decision, ground, date, outcome; the official's name is sealed and opened on record."""

from __future__ import annotations

import datetime as dt
import secrets

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions.registers import refuse_unknown
from sipas_web.improvement.models import Discipline
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.series_register import discipline_words
from sipas_web.privacy.actions.people import forget_people, open_people, put_people
from sipas_web.units.models import Unit

KIND = "improvement.official"
TOKEN_BYTES = 10


@transaction.atomic
def enter(
    *, unit: Unit, official: str, decision: str, decided: dt.date, ground: str, outcome: str, by: Actor,
    node: str = "", origin: str = "",
) -> Discipline:  # fmt: skip
    """Enter a decision on an official. Needs ``improvement.discipline_keep`` over the unit."""
    by.require(Permission.DISCIPLINE_KEEP, unit)
    refuse_unknown(origin, by)
    faults: dict[str, str] = {}
    if not official.strip():
        faults["official"] = _("Give the official's name; it is kept under lock.")
    if not decision.strip():
        faults["decision"] = _("Give the number of the decision.")
    if decided > timezone.localdate():
        faults["decided"] = _("This day is still to come.")
    if ground not in discipline_words().grounds:
        faults["ground"] = _("Choose a ground.")
    if outcome not in discipline_words().outcomes:
        faults["outcome"] = _("Choose an outcome.")
    if Discipline.objects.filter(unit=unit, decision=decision.strip(), decided=decided).exists():
        faults["decision"] = _("This decision is in the register already.")
    if faults:
        raise ValidationError(faults)
    token = secrets.token_hex(TOKEN_BYTES)
    row = Discipline.objects.create(
        unit=unit, decision=decision.strip(), decided=decided, ground=ground, outcome=outcome, node=node,
        origin=origin, token=token, created_by=by.name,
    )  # fmt: skip
    put_people(kind=KIND, rows=[(token, {"name": official.strip()})], by=by)
    record(by=by, action="improvement.discipline_entered", subject=row, unit=unit, details=_told(row))
    return row


@transaction.atomic
def open_name(*, discipline_id: int, purpose: str, by: Actor) -> str:
    """Open the official's name, with one record of why. Needs ``improvement.discipline_view`` over the unit."""
    row = Discipline.objects.select_related("unit").get(pk=discipline_id)
    by.require(Permission.DISCIPLINE_VIEW, row.unit)
    if not purpose.strip():
        raise ValidationError({"purpose": _("Say what the name is needed for; it stays on record.")})
    opened = open_people(kind=KIND, tokens=[row.token], purpose=purpose.strip(), unit=row.unit, by=by)
    who = opened.get(row.token)
    return who.name if who else ""


@transaction.atomic
def remove(*, discipline_id: int, reason: str, by: Actor) -> None:
    """Take a decision out that was entered wrongly or was lifted, and destroy the name. Needs ``discipline_keep``."""
    row = Discipline.objects.select_for_update(of=("self",)).select_related("unit").get(pk=discipline_id)
    by.require(Permission.DISCIPLINE_KEEP, row.unit)
    if not reason.strip():
        raise ValidationError({"reason": _("Say why the decision is taken out.")})
    forget_people(kind=KIND, tokens=[row.token], unit=row.unit, by=by)
    details = {**_told(row), "reason": reason.strip()}
    record(by=by, action="improvement.discipline_removed", subject=row, unit=row.unit, details=details)
    row.delete()


@transaction.atomic
def forget_old(before: dt.datetime, by: Actor) -> int:
    """Destroy decisions and names that were kept long enough; part of the daily duties."""
    rows = list(Discipline.objects.filter(decided__lt=timezone.localdate(before)).select_for_update())
    if rows:
        forget_people(kind=KIND, tokens=[row.token for row in rows], unit=None, by=by)
        Discipline.objects.filter(pk__in=[row.pk for row in rows]).delete()
        record(
            by=by, action="improvement.discipline_forgotten", subject="improvement.discipline",
            details={"deleted": len(rows)},
        )  # fmt: skip
    return len(rows)


def _told(row: Discipline) -> dict[str, str]:
    """Say what the record may hold: nothing that names the official."""
    return {"date": row.decided.isoformat(), "ground": row.ground, "outcome": row.outcome, "criterion": row.node}
