"""Two published rounds of one province, the later set up to follow the earlier, for tests of what comes after."""

from __future__ import annotations

from sipas_web.audit.actors import Actor
from sipas_web.capture import actions as capture
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.jobs.worker import work_off
from sipas_web.results import actions
from sipas_web.results.models import Publication
from sipas_web.results.queries import work
from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit
from tests.web import cast


def published(unit: Unit, by: Actor, year: int, previous: Round | None = None) -> Publication:
    """Carry a small simulated round to its first version."""
    round_ = cast.drawn(cast.new_round(unit, by, year=year, previous=previous))
    fieldwork.ask_issue(round_id=round_.pk, by=by)
    work_off()
    capture.ask_simulation(round_id=round_.pk, by=by)
    work_off()
    actions.freeze(round_id=round_.pk, by=by)
    work_off()
    snapshot = work.newest_snapshot(round_)
    assert snapshot is not None
    actions.approve(snapshot_id=snapshot.pk, note="", by=by)
    actions.publish(snapshot_id=snapshot.pk, by=by)
    work_off()
    return Publication.objects.select_related("round__unit", "snapshot").get(snapshot=snapshot)
