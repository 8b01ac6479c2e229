"""Published rounds of one province, each set up to follow the one before, for tests of what comes after the index."""

from __future__ import annotations

import time

from sipas_web.audit.actors import Actor
from sipas_web.capture import actions as capture
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.jobs.models import OPEN, Job
from sipas_web.jobs.worker import work_off
from sipas_web.results import actions
from sipas_web.results.models import Publication
from sipas_web.results.queries import work
from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit
from tests.web import cast

SEED = cast.SEED + 7  # rounds of one seed have the same codes, and a code of two rounds opens neither on the web


def published(unit: Unit, by: Actor, year: int, previous: Round | None = None) -> Publication:
    """Carry a small simulated round to its first version; where a server runs, its worker may do the work."""
    settings = cast.settings_for(unit, year)
    settings["simulated"]["seed"] = SEED + year
    round_ = cast.drawn(cast.new_round(unit, by, year=year, previous=previous, settings=settings))
    fieldwork.ask_issue(round_id=round_.pk, by=by)
    _finish()
    capture.ask_simulation(round_id=round_.pk, by=by)
    _finish()
    actions.freeze(round_id=round_.pk, by=by)
    _finish()
    snapshot = work.newest_snapshot(round_)
    assert snapshot is not None
    actions.approve(snapshot_id=snapshot.pk, note="", by=by)
    actions.publish(snapshot_id=snapshot.pk, by=by)
    _finish()
    return Publication.objects.select_related("round__unit", "snapshot").get(snapshot=snapshot)


def _finish() -> None:
    work_off()
    while Job.objects.filter(state__in=OPEN).exists():
        time.sleep(0.2)
        work_off()
