"""The freeze: from this moment on the round's answers stand still, and the library computes."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.audit.queries import head
from sipas_web.jobs import actions as jobs
from sipas_web.results.frozen_files import Written
from sipas_web.results.models import Snapshot
from sipas_web.results.permissions import Permission
from sipas_web.results.queries import work
from sipas_web.rounds import queries as rounds
from sipas_web.rounds import states
from sipas_web.rounds.queries import Round
from sipas_web.rounds.queries import State as RoundState

CODE_BYTES = 16  # 128 bits


@transaction.atomic
def freeze(*, round_id: int, by: Actor, reason: str = "") -> Snapshot:
    """Freeze a round in the field and have it estimated; needs ``results.round_freeze`` over its unit.

    A freeze after the first gives its reason. Recorded with what stood in the tables.
    """
    round_ = rounds.held(round_id)
    by.require(Permission.ROUND_FREEZE, round_.unit)
    states.refuse_unless(round_, RoundState.IN_FIELD)
    refuse_while_busy(round_)
    now = work.counted(round_)
    if not now.responses:
        raise ValidationError(_("No answer has come in: there is nothing to freeze."))
    number = work.next_number(round_)
    if number > 1 and not reason.strip():
        raise ValidationError({"reason": _("Say why the round is frozen again.")})
    states.move(round_, RoundState.FROZEN)
    snapshot = new_snapshot(round_, number=number, data_of=number, reason=reason.strip(), by=by)
    point_at(round_, snapshot)
    start_estimate(snapshot, by=by)
    details = {"number": number, "reason": reason, "cases": now.cases, "responses": now.responses}
    record(by=by, action="results.round_frozen", subject=snapshot, unit=round_.unit, details=details)
    return snapshot


@transaction.atomic
def note_tables(*, snapshot_id: int, written: Written, by: Actor) -> Snapshot:
    """Keep the hashes of the frozen files; needs ``results.round_freeze``. Once; recorded with counts and hashes."""
    snapshot = held(snapshot_id)
    by.require(Permission.ROUND_FREEZE, snapshot.round.unit)
    if snapshot.state != Snapshot.State.WRITING:
        return snapshot
    details: dict[str, Any] = {name: getattr(written, name) for name in Written.__dataclass_fields__}
    for name, value in details.items():
        setattr(snapshot, name, value)
    snapshot.state = Snapshot.State.ESTIMATING
    snapshot.save()
    record(by=by, action="results.tables_frozen", subject=snapshot, unit=snapshot.round.unit, details=details)
    return snapshot


@transaction.atomic
def note_estimated(*, snapshot_id: int, journal_head: str, by: Actor) -> Snapshot:
    """Hand the estimate over for review; needs ``results.round_freeze``. Once; recorded with the journal's head."""
    snapshot = held(snapshot_id)
    by.require(Permission.ROUND_FREEZE, snapshot.round.unit)
    if snapshot.state != Snapshot.State.ESTIMATING:
        return snapshot
    snapshot.journal_head, snapshot.state = journal_head, Snapshot.State.REVIEW
    snapshot.save(update_fields=["journal_head", "state"])
    details = {"number": snapshot.number, "journal": journal_head}
    record(by=by, action="results.estimated", subject=snapshot, unit=snapshot.round.unit, details=details)
    return snapshot


def held(snapshot_id: int) -> Snapshot:
    """Hold a snapshot and its round, the round first, until the end of the transaction."""
    round_ = rounds.held(Snapshot.objects.values_list("round_id", flat=True).get(pk=snapshot_id))
    snapshot = Snapshot.objects.select_for_update(of=("self",)).get(pk=snapshot_id)
    snapshot.round = round_
    return snapshot


def new_snapshot(round_: Round, *, number: int, data_of: int, reason: str, by: Actor, **values: Any) -> Snapshot:
    """Write a snapshot with the head of the audit record before it."""
    sequence, hash_ = head()
    return Snapshot.objects.create(
        round=round_,
        number=number,
        data_of=data_of,
        reason=reason,
        code=secrets.token_hex(CODE_BYTES),
        audit_head=f"{sequence}:{hash_}",
        frozen_by=by.name,
        **values,
    )


def point_at(round_: Round, snapshot: Snapshot) -> None:
    """Let the library read the frozen files and no others."""
    files = {"visits": snapshot.visits_file, "responses": snapshot.responses_file, "checks": snapshot.checks_file}
    round_.settings = {**round_.settings, **files}
    round_.save(update_fields=["settings"])


def start_estimate(snapshot: Snapshot, *, by: Actor) -> None:
    """Ask for the job that writes the files and runs the library."""
    round_, arguments = snapshot.round, {"snapshot": snapshot.pk}
    jobs.start(kind=work.ESTIMATE, subject=round_, unit=round_.unit, by=by, arguments=arguments)


def refuse_while_busy(round_: Round) -> None:
    """Refuse while work on the round waits or runs."""
    if work.open_jobs(round_):
        raise ValidationError(_("Other work on this round is not finished. Wait until it ends, or stop it."))
