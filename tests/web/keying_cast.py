"""A small round in the field, two keyers and a third, and forms as they type them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sipas.instrument import load
from sipas.rounds import respondent_kind
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.capture.actions.keying import Sent, open_keying
from sipas_web.capture.actions.keying_end import finish_keying
from sipas_web.capture.keying_form import PaperForm
from sipas_web.capture.models import KeyedForm
from sipas_web.fieldwork import actions as fieldwork
from sipas_web.fieldwork.models import Case, FieldRules
from sipas_web.jobs.worker import work_off
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit
from tests.web import cast

EDITION = load("sipas-2017")
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]


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


@pytest.fixture
def keyers(tuyen_quang: Unit, hire: Hire, acting: Acting) -> list[Actor]:
    """Two keyers and a third who reconciles."""
    return [acting(hire(role, tuyen_quang)) for role in ("keyer", "keyer", "department")]


def official(round_: Round, n: int = 0, kind: str = "person") -> Case:
    found = Case.objects.filter(round=round_, role="official").order_by("case_id")
    right = [c for c in found if respondent_kind(folder_of(round_), c.case_id) == kind]
    return right[n]


def whole(kind: str = "person", **changes: str) -> dict[str, str]:
    """Give a form filled in throughout, as it is typed."""
    typed = {}
    for field in PaperForm(EDITION, kind).fields:
        is_text = field.kind == "text"
        typed[field.name] = "" if field.is_other else "T" if is_text else "4" if field.question.scale else "1"
    return typed | {"apology": "", "expectations": "135"} | changes


def keyed(case: Case, by: Actor, **changes: str) -> KeyedForm:
    opened = open_keying(round_id=case.round_id, code=case.case_id, by=by)
    sent = Sent(typed=whole(opened.form.kind, **changes), page="p", saves=1, version=opened.version, keystrokes=50)
    return finish_keying(keying_id=opened.pk, sent=sent, by=by)


def share(round_: Round, percent: int) -> None:
    FieldRules.objects.update_or_create(round=round_, defaults={"second_keying": percent})
