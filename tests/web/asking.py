"""People's requests for the tests of the privacy app: two contacts of a round, a handler, requests on their way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.privacy import actions
from sipas_web.privacy.actions.requests import Asker
from sipas_web.privacy.identity import Place
from sipas_web.privacy.models import SubjectRequest
from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit
from tests.web import cast

Hire = Callable[..., Person]
LUA = {
    "name": "Nguyễn Thị Lụa",
    "address": "Tổ 3",
    "phone": "0912 777 555",
    "email": "Lua@example.vn",
    "dossier_number": "H60-1",
}
ASKER = Asker("Nguyễn Thị Lụa", "0912777555", "Tôi muốn rút khỏi khảo sát")
NAMES = {"code": "", "phone": "", "email": "", "dossier": "", "name": ""}


@pytest.fixture
def folders(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"
    settings.CONTACT_KEYS = tmp_path / "keys" / "contacts.json"


@pytest.fixture
def round_(tuyen_quang: Unit, by: Actor) -> Round:
    made = cast.new_round(tuyen_quang, by)
    rows = [("AAAA1", LUA), ("BBBB2", {"name": "Trần Văn Ẩn", "phone": "0913000111"})]
    actions.put_contacts(round_=made, rows=rows, by=by)
    actions.put_visit_secret(round_=made, case_code="AAAA1", visit=1, place=Place(21.5, 105.5), note="cửa khóa", by=by)
    return made


@pytest.fixture
def handler(hire: Hire, acting: Callable[[Person], Actor], tuyen_quang: Unit) -> Actor:
    return acting(hire("department", tuyen_quang))


def receive(handler: Actor, unit: Unit, kind: str = "see", **values: Any) -> SubjectRequest:
    told = {"channel": "letter", "received": timezone.localdate(), "with_processor": False, "asker": ASKER} | values
    return actions.receive_request(unit=unit, kind=kind, by=handler, **told)


def ready(handler: Actor, round_: Round, kind: str) -> SubjectRequest:
    """Take a request in, check the person, find the case."""
    made = receive(handler, round_.unit, kind)
    actions.acknowledge(request_id=made.pk, on=timezone.localdate(), is_identity_checked=True, by=handler)
    actions.attach_case(request_id=made.pk, round_id=round_.pk, case_code="AAAA1", by=handler)
    return made
