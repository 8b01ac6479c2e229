"""What the demonstration shows of the time after the index: made once, by the people whose work it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sipas_web.accounts import demonstration
from sipas_web.audit.actors import Actor
from sipas_web.config import demonstration_after
from sipas_web.feedback.models import Feedback
from sipas_web.improvement.models import Commitment, Directive, Task
from sipas_web.improvement.queries import tasks as reads
from sipas_web.onestop.models import Apology, ApologyState, Dossier
from sipas_web.onestop.queries.apologies import Wanted, to_apologise
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db


def test_every_part_is_made_once(settings: Any, tmp_path: Path, tuyen_quang: Unit, by: Actor) -> None:
    settings.DEMONSTRATION = True
    settings.INCOMING_FOLDER, settings.CONTACT_KEYS = tmp_path / "incoming", tmp_path / "keys" / "contacts.json"
    demonstration.make_accounts(by=by)
    demonstration_after.make()
    made = [model.objects.count() for model in (Directive, Task, Commitment, Dossier, Apology, Feedback)]
    assert min(made) > 0
    assert made[3] == 600
    letters = set(Apology.objects.values_list("state", flat=True))
    assert letters == {ApologyState.WAITING, ApologyState.SIGNED, ApologyState.SENT}
    assert to_apologise(by, units.today(), Wanted()).exists(), "something is to be apologised for"
    commune = units.first_commune(tuyen_quang, units.today())
    assert Dossier.objects.filter(agency=commune).exists(), "the clerk of the demonstration has some"
    states = {str(reads.state_of(task, units.today())) for task in Task.objects.all()}
    assert {"on_time", "late", "in_time", "overdue"} <= states
    assert all("mô phỏng" in text for text in Feedback.objects.values_list("text", flat=True))
    demonstration_after.make()
    assert made == [model.objects.count() for model in (Directive, Task, Commitment, Dossier, Apology, Feedback)]
