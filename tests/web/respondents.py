"""Respondents for the tests of answering on the web: people with a browser without a script, and a code."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sipas.instrument import load
from sipas_web.audit.actors import Actor
from sipas_web.capture.actions import self_completion as writing
from sipas_web.capture.models import Draft
from sipas_web.capture.queries import self_completion as reads
from sipas_web.capture.queries.self_completion import kind_of
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.fieldwork.models import Case, State
from sipas_web.jobs.worker import work_off
from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit
from tests.web import cast

EDITION = load("sipas-2017")
MUCH = {q.name: "4" for q in EDITION.questions() if q.kind == "scale"}


def settle(settings: Any, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Give a test folders of its own; what a code opens is looked up anew each time."""
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = folder / "rounds", folder / "uploads"
    patch.setattr(reads, "KEPT", 0.0)


def issue(unit: Unit, by: Actor) -> Round:
    """Give a round in the field with its 120 cases and their reserves."""
    drawn = cast.drawn(cast.new_round(unit, by))
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


def section_of(question: str) -> int:
    return next(n for n, s in enumerate(EDITION.sections, 1) if question in {q.name for q in s.questions})


def contents(case: Case, who: Respondent) -> writing.Content:
    handle, _dot, text = who.client.cookies["phieu"].value.partition(".")
    draft = Draft.objects.get(handle=handle)
    found = writing.content_of(draft, case, writing.Writer(handle, base64.urlsafe_b64decode(text)))
    assert found is not None
    return found
