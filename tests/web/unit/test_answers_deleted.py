"""Who answered on the web and asks for deletion: the answer is emptied, the case withdrawn, every figure follows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.web.respondents import MUCH, Respondent, a_case, issue, settle

from sipas_web.audit.actors import Actor
from sipas_web.capture.models import Response, WebAnswer
from sipas_web.capture.queries import answers
from sipas_web.fieldwork.models import Case, State
from sipas_web.privacy import subjects
from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tuyen_quang: Unit, by: Actor) -> Round:
    settle(settings, tmp_path, monkeypatch)
    return issue(tuyen_quang, by)


def answered(case: Case) -> Response:
    who = Respondent(case.case_id)
    who.fill(MUCH)
    who.send()
    return Response.objects.get(case=case)


def asked(round_: Round, code: str, kind: str, by: Actor) -> list[str]:
    said = [getattr(one, kind)(round_, code, "theo yêu cầu", by) for one in subjects.all_held()]
    return [sentence for sentence in said if sentence]


def test_deletion_empties_the_answer_and_withdraws_the_case(issued: Round, by: Actor) -> None:
    case, other = a_case(issued), a_case(issued, place=1)
    before, kept = answered(case), answered(other)
    seen = [line for one in subjects.all_held() for line in one.see(issued, case.case_id)]
    assert str(before.answers) not in str(seen)
    assert any(str(before.taken.year) in value and "không ai" in value for _what, value in seen)
    said = asked(issued, case.case_id, "delete", by)
    assert len(said) >= 2
    after = Response.objects.get(pk=before.pk)
    assert (after.answers, after.content_sha256 == before.content_sha256) == ({}, False)
    assert WebAnswer.objects.get(response=after).seconds == {}
    case.refresh_from_db()
    assert case.state == State.WITHDRAWN
    assert answers.responses_table(issued)["case_id"].to_list() == [other.case_id]
    kept.refresh_from_db()
    assert kept.answers != {}
    assert set(asked(issued, case.case_id, "delete", by)) < set(said)


def test_after_the_field_an_answer_stays_and_that_is_said(issued: Round, by: Actor) -> None:
    case = a_case(issued)
    before = answered(case)
    Round.objects.filter(pk=issued.pk).update(state="frozen")
    issued.refresh_from_db()
    said = asked(issued, case.case_id, "delete", by)
    assert any("đã kết thúc" in sentence for sentence in said)
    before.refresh_from_db()
    assert before.answers != {}
