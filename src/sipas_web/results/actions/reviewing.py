"""Before publication: checked, approved, or sent back."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.jobs import actions as jobs
from sipas_web.jobs import queries as job_queries
from sipas_web.results.actions.freezing import held
from sipas_web.results.models import REVIEWABLE, Snapshot
from sipas_web.results.permissions import Permission
from sipas_web.results.queries import work
from sipas_web.rounds import states
from sipas_web.rounds.queries import State as RoundState


@transaction.atomic
def verify(*, snapshot_id: int, recompute: bool, by: Actor) -> None:
    """Have files, journal and draw checked, or all computed again; needs ``results.result_review``. Recorded."""
    snapshot = held(snapshot_id)
    by.require(Permission.RESULT_REVIEW, snapshot.round.unit)
    refuse_unless(snapshot, *REVIEWABLE)
    arguments = {"snapshot": snapshot.pk, "recompute": recompute}
    jobs.start(kind=work.VERIFY, subject=snapshot.round, unit=snapshot.round.unit, by=by, arguments=arguments)
    details = {"number": snapshot.number, "recompute": recompute}
    record(by=by, action="results.verification_asked", subject=snapshot, unit=snapshot.round.unit, details=details)


@transaction.atomic
def approve(*, snapshot_id: int, note: str, by: Actor) -> Snapshot:
    """Approve the figures of a snapshot; needs ``results.result_approve``. Recorded with the note."""
    snapshot = held(snapshot_id)
    by.require(Permission.RESULT_APPROVE, snapshot.round.unit)
    refuse_unless(snapshot, Snapshot.State.REVIEW)
    snapshot.state, snapshot.review_note = Snapshot.State.APPROVED, note.strip()
    snapshot.reviewed, snapshot.reviewed_by = work.now(), by.name
    snapshot.save(update_fields=["state", "review_note", "reviewed", "reviewed_by"])
    details = {
        "number": snapshot.number,
        "note": note,
        "journal": snapshot.journal_head,
        "same_person": by.key in work.makers(snapshot),
    }
    record(by=by, action="results.approved", subject=snapshot, unit=snapshot.round.unit, details=details)
    return snapshot


@transaction.atomic
def send_back(*, snapshot_id: int, reason: str, by: Actor) -> Snapshot:
    """Give a frozen round back to the field; needs ``results.result_approve``. Recorded with the reason.

    Also for an estimate that failed; not while work on the round runs.
    """
    snapshot = held(snapshot_id)
    by.require(Permission.RESULT_APPROVE, snapshot.round.unit)
    if not snapshot.is_open:
        refuse_unless(snapshot, *REVIEWABLE)
    if not reason.strip():
        raise ValidationError({"reason": _("Say what has to be mended.")})
    if any(job_queries.open_job(snapshot.round, kind) for kind in (work.ESTIMATE, work.PUBLISH)):
        raise ValidationError(_("Other work on this round is not finished. Wait until it ends, or stop it."))
    states.move(snapshot.round, RoundState.IN_FIELD)
    snapshot.state, snapshot.ending = Snapshot.State.REJECTED, reason.strip()
    snapshot.save(update_fields=["state", "ending"])
    details = {"number": snapshot.number, "reason": reason}
    record(by=by, action="results.sent_back", subject=snapshot, unit=snapshot.round.unit, details=details)
    return snapshot


@transaction.atomic
def take_document(*, snapshot_id: int, name: str, by: Actor) -> None:
    """Note that a document left before its publication; needs ``results.result_review``. Recorded with its name."""
    snapshot = held(snapshot_id)
    by.require(Permission.RESULT_REVIEW, snapshot.round.unit)
    details = {"number": snapshot.number, "file": name}
    record(by=by, action="results.document_taken", subject=snapshot, unit=snapshot.round.unit, details=details)


@transaction.atomic
def take_minutes(*, snapshot_id: int, name: str, by: Actor) -> None:
    """Note that the minutes of a freeze left; needs ``results.result_review``. Recorded with their name."""
    snapshot = held(snapshot_id)
    by.require(Permission.RESULT_REVIEW, snapshot.round.unit)
    details = {"number": snapshot.number, "file": name}
    record(by=by, action="results.minutes_taken", subject=snapshot, unit=snapshot.round.unit, details=details)


def refuse_unless(snapshot: Snapshot, *states_: str) -> None:
    """Refuse what the snapshot's state does not allow, with a sentence."""
    if snapshot.state not in states_:
        raise ValidationError(
            _("The snapshot is %(state)s; this is not possible now."), params={"state": snapshot.get_state_display()}
        )
