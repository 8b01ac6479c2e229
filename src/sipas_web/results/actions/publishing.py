"""Publication: asked for in one step, carried out by a job, final."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.audit.queries import head
from sipas_web.jobs import actions as jobs
from sipas_web.jobs import queries as job_queries
from sipas_web.quality import actions as quality
from sipas_web.results.actions.freezing import CODE_BYTES, held
from sipas_web.results.actions.reviewing import refuse_unless
from sipas_web.results.models import Publication, Snapshot
from sipas_web.results.permissions import Permission
from sipas_web.results.queries import work
from sipas_web.rounds import states
from sipas_web.rounds.queries import State as RoundState


@transaction.atomic
def publish(*, snapshot_id: int, by: Actor) -> None:
    """Have approved results published; needs ``results.result_publish``. Asked twice, it happens once. Recorded."""
    snapshot = held(snapshot_id)
    by.require(Permission.RESULT_PUBLISH, snapshot.round.unit)
    refuse_unless(snapshot, Snapshot.State.APPROVED)
    _refuse_while_previous_is_open(snapshot)
    if job_queries.open_job(snapshot.round, work.PUBLISH) is not None:
        return
    sequence, hash_ = head()
    arguments = {
        "snapshot": snapshot.pk,
        "folder": secrets.token_hex(CODE_BYTES),
        "code": secrets.token_hex(CODE_BYTES),
        "audit_head": f"{sequence}:{hash_}",
        "published": work.now().isoformat(timespec="seconds"),
    }
    jobs.start(kind=work.PUBLISH, subject=snapshot.round, unit=snapshot.round.unit, by=by, arguments=arguments)
    alone = by.key in work.deciders(snapshot)
    details = {"number": snapshot.number, "journal": snapshot.journal_head, "same_person": alone}
    record(by=by, action="results.publication_asked", subject=snapshot, unit=snapshot.round.unit, details=details)


@transaction.atomic
def finish_publication(
    *, snapshot_id: int, arguments: Mapping[str, str], files: Mapping[str, str], by: Actor
) -> Publication:
    """Make the written files the round's next version; needs ``results.result_publish``. Once; recorded."""
    snapshot = held(snapshot_id)
    by.require(Permission.RESULT_PUBLISH, snapshot.round.unit)
    made = Publication.objects.filter(snapshot=snapshot).first()
    if made is not None:
        return made
    refuse_unless(snapshot, Snapshot.State.APPROVED)
    version, reason = work.next_version(snapshot.round)
    publication = Publication.objects.create(
        round=snapshot.round,
        snapshot=snapshot,
        version=version,
        reason=reason,
        folder=arguments["folder"],
        code=arguments["code"],
        files=dict(files),
        audit_head=arguments["audit_head"],
        journal_head=snapshot.journal_head,
        published=dt.datetime.fromisoformat(arguments["published"]),
        published_by=by.name,
    )
    states.move(snapshot.round, RoundState.PUBLISHED)
    quality.close_with_publication(round_=snapshot.round, by=by)
    snapshot.state = Snapshot.State.PUBLISHED
    snapshot.save(update_fields=["state"])
    details = {"version": version, "reason": reason, "code": publication.code, "files": dict(files)}
    record(by=by, action="results.published", subject=publication, unit=snapshot.round.unit, details=details)
    return publication


def _refuse_while_previous_is_open(snapshot: Snapshot) -> None:
    """Refuse a change since figures that are themselves being made or corrected."""
    previous = snapshot.round.previous
    if previous is not None and previous.state in {RoundState.IN_FIELD, RoundState.FROZEN}:
        told = _("The change is computed from “%(title)s”, which is %(state)s. Publish that round first.")
        raise ValidationError(told, params={"title": previous.title, "state": RoundState(previous.state).label})
