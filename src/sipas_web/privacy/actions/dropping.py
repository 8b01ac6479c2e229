"""Dropping the join: from the moment it is asked no contact of the round is shown; then all of them are destroyed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.jobs import actions as jobs
from sipas_web.jobs.queries import Job
from sipas_web.privacy import queries
from sipas_web.privacy.models import Contact, ContactMark, JoinDrop, SubjectRequest, VisitSecret
from sipas_web.privacy.permissions import Permission
from sipas_web.rounds import states
from sipas_web.rounds.queries import Round, State, held

KIND = "privacy.drop"
# Before the publication the freeze, a correction of the field or a re-verification still needs to reach people.
READY = (State.PUBLISHED, State.ABANDONED)


@transaction.atomic
def ask_drop(*, round_id: int, reason: str = "", by: Actor) -> Job:
    """Have the contacts of a published or abandoned round destroyed; needs ``privacy.join_drop``.

    Before the day set in the round this needs a reason. It cannot be undone.
    """
    round_ = held(round_id)
    by.require(Permission.JOIN_DROP, round_.unit)
    drop = queries.drop_of(round_)
    if drop is None:
        states.refuse_unless(round_, *READY)
        due = queries.due_day(round_)
        if not reason.strip() and (due is None or timezone.localdate() <= due):
            raise ValidationError(_("The day set for it has not passed. To drop contacts now, give the reason."))
        drop = JoinDrop.objects.create(round=round_, due=due, reason=reason.strip(), asked_by=by.name)
        details = {"due": due.isoformat() if due else None, "reason": drop.reason}
        record(by=by, action="privacy.drop_asked", subject=round_, unit=round_.unit, details=details)
    if drop.finished is not None:
        raise ValidationError(_("The contacts of this round were dropped already."))
    return jobs.start(kind=KIND, subject=round_, unit=round_.unit, by=by, arguments={"round": round_.pk})


@transaction.atomic
def drop_part(*, round_id: int, most: int, by: Actor) -> int:
    """Destroy some contacts, then places and notes of visits; gives how many went, 0 where nothing is left."""
    round_, _drop = _begun(round_id, by)
    contacts = list(Contact.objects.filter(round=round_).order_by("pk").values_list("pk", flat=True)[:most])
    visits = [] if contacts else list(VisitSecret.objects.filter(round=round_).values_list("pk", flat=True)[:most])
    if contacts:
        ContactMark.objects.filter(contact__round=round_, contact__gte=contacts[0], contact__lte=contacts[-1]).delete()
        Contact.objects.filter(round=round_, pk__gte=contacts[0], pk__lte=contacts[-1]).delete()
    VisitSecret.objects.filter(pk__in=visits).delete()
    # Who asked about their data, and which case it was: that too is a join.
    SubjectRequest.objects.filter(round=round_).exclude(case_code="").update(case_code="")
    JoinDrop.objects.filter(round=round_).update(
        contacts=F("contacts") + len(contacts), visits=F("visits") + len(visits)
    )
    return len(contacts) + len(visits)


@transaction.atomic
def finish_drop(*, round_id: int, files: Sequence[str], by: Actor) -> dict[str, int]:
    """Write down that everything went, with the files destroyed in the round's folder. A second time adds nothing."""
    round_, drop = _begun(round_id, by)
    counts = {"contacts": drop.contacts, "visits": drop.visits, "files": len(files)}
    if drop.finished is None:
        drop.files, drop.finished = sorted(files), timezone.now()
        drop.save(update_fields=["files", "finished"])
        record(by=by, action="privacy.contacts_dropped", subject=round_, unit=round_.unit, details=counts)
    return counts


def ask_due_drops(*, on: dt.date, by: Actor) -> int:
    """Ask for the drop of every round whose day has passed and that is ready; gives how many."""
    due = [round_ for round_ in queries.rounds_due(on) if State(round_.state) in READY]
    for round_ in due:
        ask_drop(round_id=round_.pk, by=by)
    return len(due)


def _begun(round_id: int, by: Actor) -> tuple[Round, JoinDrop]:
    round_ = held(round_id)
    by.require(Permission.JOIN_DROP, round_.unit)
    return round_, JoinDrop.objects.get(round=round_)
