"""Answering on the web: from the code to the receipt, without a script; nothing lost, nothing told to others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.web import cast
from tests.web.unit.test_fieldwork import counted, recount

from sipas.instrument import load
from sipas_web.audit.actors import Actor
from sipas_web.capture.models import Draft, WebAnswer
from sipas_web.capture.queries import responses_table
from sipas_web.capture.queries.self_completion import kind_of
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.fieldwork.models import Case, State
from sipas_web.fieldwork.queries.progress import answered
from sipas_web.jobs.worker import work_off
from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
EDITION = load("sipas-2017")
MUCH = {q.name: "4" for q in EDITION.questions() if q.kind == "scale"}


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"


@pytest.fixture
def issued(tuyen_quang: Unit, by: Actor) -> Round:
    drawn = cast.drawn(cast.new_round(tuyen_quang, by))
    fieldwork.ask_issue(round_id=drawn.pk, by=by)
    work_off()
    drawn.refresh_from_db()
    return drawn


def a_case(round_: Round, kind: str = "person", place: int = 0) -> Case:
    """Give an issued case of a person or an organisation."""
    found = [c for c in Case.objects.filter(round=round_, state=State.ISSUED).order_by("case_id") if kind_of(c) == kind]
    return found[place]


class Respondent:
    """Somebody with a browser and a code."""

    def __init__(self, code: str, **options: Any) -> None:
        self.client, self.code = Client(**options), code

    def open(self, name: str = "web_start", *arguments: Any) -> Any:
        return self.client.get(reverse(name, args=[self.code, *arguments]))

    def post(self, name: str, data: dict[str, Any] | None = None, *arguments: Any) -> Any:
        return self.client.post(reverse(name, args=[self.code, *arguments]), data or {})

    def begin(self) -> Any:
        return self.post("web_begin")

    def fill(self, answers: dict[str, Any]) -> str:
        """Go through all sections as a person does; gives the address of the last page."""
        page = self.begin()
        while (url := page.headers["Location"]).split("/")[3] == "phan":
            number = int(url.split("/")[4])
            shown = self.client.get(url).content.decode()
            names = set(re.findall(r'name="(\w+)"', shown))
            page = self.post("web_section", {n: v for n, v in answers.items() if n in names} | {"di": "tiep"}, number)
            assert page.status_code == 302, page.content.decode()
        return str(url)

    def send(self) -> Any:
        return self.post("web_review")


def test_from_the_code_to_the_receipt(issued: Round) -> None:
    case = a_case(issued)
    me = Respondent(case.case_id)
    typed = f" {case.case_id[:5].lower()}-{case.case_id[5:]} "
    assert me.client.get(reverse("web_code"), {"ma": typed}).headers["Location"] == f"/t/{case.case_id}/"
    start = me.open().content.decode()
    assert "91/2025/QH15" in start
    assert case.agency.name in start
    assert (
        me.fill(
            MUCH | {"lateness": "3", "apology": "1", "expectations": ["1", "99"], "expectations_other": "Nhanh  hơn"}
        )
        == f"/t/{case.case_id}/xem-lai/"
    )
    assert me.send().headers["Location"] == f"/t/{case.case_id}/"
    receipt = WebAnswer.objects.get()
    page = me.open().content.decode()
    assert receipt.receipt[:4] in page
    assert "Nhanh" not in page
    case.refresh_from_db()
    assert (case.state, case.answer) == (State.ANSWERED, "valid")
    row = responses_table(issued).row(0, named=True)
    assert (row["mode"], row["apology"], row["expectations_1"], row["expectations_2"]) == ("web", 1, 1, 0)
    assert row["expectations_other"] == "Nhanh hơn"
    assert counted(issued) == recount(issued)
    assert answered(issued)[:2] == (1, 1)
    assert not Draft.objects.exists()
