"""Rounds on their way to publication, for the tests of results; the costly estimate is made once and copied."""

from __future__ import annotations

import functools
import shutil
import tempfile
from pathlib import Path

from sipas_web.audit.actors import Actor
from sipas_web.capture import actions as capture
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.jobs import queries as jobs
from sipas_web.jobs.worker import work_off
from sipas_web.results import actions
from sipas_web.results.models import Publication, Snapshot
from sipas_web.results.queries import work
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit
from tests.web import cast


def in_field(unit: Unit, by: Actor) -> Round:
    """A drawn round whose field work is made up and taken into the tables."""
    round_ = cast.drawn(cast.new_round(unit, by))
    fieldwork.ask_issue(round_id=round_.pk, by=by)
    work_off()
    capture.ask_simulation(round_id=round_.pk, by=by)
    work_off()
    round_.refresh_from_db()
    return round_


def reviewable(unit: Unit, by: Actor) -> Snapshot:
    """A frozen and estimated round: its snapshot waits for review."""
    round_ = in_field(unit, by)
    actions.freeze(round_id=round_.pk, by=by)
    root, ready = folder_of(round_), _cache() / round_.folder
    if ready.exists():
        shutil.rmtree(root)
        shutil.copytree(ready, root)
    work_off()
    snapshot = work.newest_snapshot(round_)
    assert snapshot is not None
    assert snapshot.state == Snapshot.State.REVIEW, jobs.latest(round_)
    if not ready.exists():
        shutil.copytree(root, ready)
    return work.snapshot_by_id(snapshot.pk)


def approved(unit: Unit, by: Actor) -> Snapshot:
    """A snapshot that may be published."""
    snapshot = reviewable(unit, by)
    return actions.approve(snapshot_id=snapshot.pk, note="", by=by)


def published(unit: Unit, by: Actor) -> Publication:
    """Version 1."""
    snapshot = approved(unit, by)
    actions.publish(snapshot_id=snapshot.pk, by=by)
    work_off()
    return Publication.objects.select_related("round__unit", "snapshot").get(snapshot=snapshot)


@functools.cache
def _cache() -> Path:
    return Path(tempfile.mkdtemp(prefix="sipas-estimated-rounds-of-tests-"))
