"""The home of a round: where its parts stand, and what happened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from sipas_web.audit.actions import record
from sipas_web.audit.actors import Actor
from sipas_web.fieldwork.models import FileImport
from sipas_web.rounds import own_parts
from sipas_web.rounds.actions import set_up
from sipas_web.rounds.actions import settings as settings_actions
from sipas_web.rounds.models import Draw, Round, State
from sipas_web.rounds.parts import Stage
from sipas_web.rounds.queries import history
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rounds_of_this_test(settings: Any, tmp_path: Path) -> None:
    settings.ROUNDS_FOLDER = tmp_path


def begun(unit: Unit, by: Actor, **changes: Any) -> Round:
    given = {"title": "Đợt thử", "unit": unit, "year": 2026, "edition": "sipas-2017", "previous": None}
    return set_up.add(**given | {"is_simulated": True} | changes, by=by)


def test_a_part_left_as_it_came_is_never_called_done(tuyen_quang: Unit, by: Actor) -> None:
    """Neither before nor after the draw: nobody has looked at it."""
    round_ = begun(tuyen_quang, by)
    parts = (own_parts.edition, own_parts.scope, own_parts.design)
    assert {part(round_).stage for part in parts} == {Stage.UNSEEN}
    assert {part(round_).stage for part in (own_parts.costs, own_parts.targets)} == {Stage.OPTIONAL}
    assert own_parts.calendar(round_).stage == Stage.READY
    settings_actions.change(round_=round_, changes={}, part="scope", by=by)
    Round.objects.filter(pk=round_.pk).update(state=State.PUBLISHED)
    round_ = Round.objects.get(pk=round_.pk)
    assert [part(round_).stage for part in parts] == [Stage.UNSEEN, Stage.DONE, Stage.UNSEEN]
    assert own_parts.calendar(round_).stage == Stage.OPTIONAL, "days help nobody any more"


def test_what_happened_tells_of_draws_and_imports_and_gathers_what_is_alike(tuyen_quang: Unit, by: Actor) -> None:
    round_, other = begun(tuyen_quang, by), begun(tuyen_quang, by)
    mine = Draw.objects.create(round=round_, number=1, code="MINE", frame_sha256="0", design_sha256="0")
    theirs = Draw.objects.create(round=other, number=1, code="THEIRS", frame_sha256="0", design_sha256="0")
    file = FileImport.objects.create(round=round_, kind="visits", name="a.csv", stored="a", size=1, sha256="0")
    with transaction.atomic():
        record(by=by, action="rounds.draw_done", subject=mine, unit=tuyen_quang)
        record(by=by, action="rounds.draw_refused", subject=theirs, unit=tuyen_quang)
        for _part in range(30):
            record(by=by, action="fieldwork.visits_taken", subject=file, unit=tuyen_quang)
    found = [(done.newest.action, done.times) for done in history.recent(round_)]
    assert found == [("fieldwork.visits_taken", 30), ("rounds.draw_done", 1), ("rounds.round_added", 1)]
