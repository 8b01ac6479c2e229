"""Letters that urge: drawn up for a unit with its overdue tasks, noted when sent."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import UrgedTask, Urging
from sipas_web.improvement.permissions import Permission
from sipas_web.improvement.queries import urging as reads
from sipas_web.improvement.tracking_rules import rules_on
from sipas_web.shared import working_days
from sipas_web.units.queries import Unit


@transaction.atomic
def draw_up(*, unit: Unit, issuer: Unit, agency: str, parent_agency: str, place: str, by: Actor) -> Urging:
    """Draw up a letter with every overdue task of a unit that is to be urged today.

    Needs ``improvement.task_give`` over the issuer; the tasks are those that the actor gave or follows.
    """
    by.require(Permission.TASK_GIVE, issuer)
    Unit.objects.select_for_update().get(pk=unit.pk)  # of two at once the second finds nothing left to urge for
    today = timezone.localdate()
    tasks = reads.overdue_for(by, today, unit)
    if not tasks:
        raise ValidationError(
            _("Nothing of this unit is to be urged today: a letter was drawn up lately, or it is done.")
        )
    if not agency.strip() or not place.strip():
        raise ValidationError({"agency": _("The letter needs an agency and a place at its head.")})
    letter = Urging.objects.create(
        unit=unit, issuer=issuer, agency=agency.strip(), parent_agency=parent_agency.strip(), place=place.strip(),
        on=today, report_by=working_days.after(today, rules_on(today).report_within), created_by=by.name,
    )  # fmt: skip
    UrgedTask.objects.bulk_create([
        UrgedTask(urging=letter, task=t, first_due=t.first_due or today, due=t.due or today, percent=t.percent)
        for t in tasks
    ])
    record(by=by, action="improvement.urging_drawn_up", subject=letter, unit=unit, details={"tasks": len(tasks)})
    return letter


@transaction.atomic
def note_sent(*, urging_id: int, reference: str, on: dt.date, by: Actor) -> Urging:
    """Note that a letter was sent, with its number from văn thư. Needs ``improvement.task_give`` over its issuer."""
    letter = _held(urging_id, by)
    if letter.sent is not None:
        told = {"day": date_format(letter.sent, "SHORT_DATE_FORMAT")}
        raise ValidationError(_("This letter was noted as sent on %(day)s.") % told)
    if not reference.strip():
        raise ValidationError({"reference": _("Give number and symbol of the letter, as 12/SNV-CCHC.")})
    if not letter.on <= on <= timezone.localdate():
        raise ValidationError({"on": _("The day lies between the one on which it was drawn up and today.")})
    letter.sent, letter.reference = on, reference.strip()
    letter.save(update_fields=["sent", "reference"])
    details = {"reference": letter.reference, "on": on.isoformat()}
    record(by=by, action="improvement.urging_sent", subject=letter, unit=letter.unit, details=details)
    return letter


@transaction.atomic
def discard(*, urging_id: int, by: Actor) -> None:
    """Throw a letter away that was not sent: its tasks may be urged for again. Needs the same permission."""
    letter = _held(urging_id, by)
    if letter.sent is not None:
        raise ValidationError(_("A letter that was sent stays."))
    unit, number = letter.unit, letter.pk
    count = letter.tasks.count()
    letter.delete()
    record(
        by=by, action="improvement.urging_discarded", subject=f"improvement.urging:{number}", unit=unit,
        details={"tasks": count},
    )  # fmt: skip


def _held(urging_id: int, by: Actor) -> Urging:
    letter = Urging.objects.select_for_update(of=("self",)).select_related("unit", "issuer").get(pk=urging_id)
    by.require(Permission.TASK_GIVE, letter.issuer)
    return letter
