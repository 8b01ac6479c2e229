"""Answering on the web: from the code to the receipt, without a script; nothing lost, nothing told to others."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.web.respondents import MUCH, Respondent, a_case, contents, issue, section_of, settle
from tests.web.unit.test_fieldwork import counted, recount

from sipas.sampling.case_codes import case_ids
from sipas_web.audit.actors import Actor
from sipas_web.capture import web_limits
from sipas_web.capture.models import Draft, Response, WebAnswer
from sipas_web.capture.queries import responses_table
from sipas_web.fieldwork.models import Case, FieldRules, State
from sipas_web.fieldwork.queries.progress import answered
from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued(tuyen_quang: Unit, by: Actor, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Round:
    settle(settings, tmp_path, monkeypatch)
    return issue(tuyen_quang, by)


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


def test_an_unknown_code_and_one_that_is_not_open_are_answered_alike(issued: Round) -> None:
    reserve = Case.objects.filter(round=issued, state=State.RESERVE).values_list("case_id", flat=True)[0]
    unknown = next(iter(case_ids("9" * 64, ["nobody"]).values()))
    issued_one = a_case(issued)
    pages = {code: Respondent(code).open() for code in (reserve, unknown)}
    Case.objects.filter(pk=issued_one.pk).update(state=State.WITHDRAWN)
    pages[issued_one.case_id] = Respondent(issued_one.case_id).open()
    FieldRules.objects.create(round=issued, allows_web=False)
    other = a_case(issued)
    pages[other.case_id] = Respondent(other.case_id).open()
    FieldRules.objects.update(allows_web=True, web_until=timezone.localdate() - dt.timedelta(days=1))
    pages[f"{other.case_id} "] = Respondent(other.case_id).open()
    assert {page.status_code for page in pages.values()} == {404}
    plain = {_without(page.content.decode(), code.strip()) for code, page in pages.items()}
    assert len(plain) == 1
    FieldRules.objects.update(web_until=timezone.localdate())
    assert Respondent(other.case_id).open().status_code == 200, "the last day is included"


def _without(page: str, code: str) -> str:
    """Leave out what is of this code and this browser."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
    return page.replace(code, "").replace(f"{code[:5]} {code[5:]}", "")


@pytest.mark.parametrize(
    ("typed", "said"),
    [("K7XQ", "10 ký tự"), ("UUUUUUUUUU", "chữ U"), ("0000000000", "sai"), ("💥" * 10, "chữ")],
)
def test_a_mistyped_code_says_what_is_wrong(issued: Round, typed: str, said: str) -> None:
    page = Client().get(reverse("web_code"), {"ma": typed})
    assert page.status_code == 400
    assert said in page.content.decode()


def test_who_tries_many_codes_has_to_wait_and_a_begun_answer_goes_on(issued: Round) -> None:
    case = a_case(issued)
    begun = Respondent(case.case_id)
    begun.begin()
    codes = case_ids("8" * 64, [str(n) for n in range(web_limits.MISSES)]).values()
    for code in codes:
        assert Respondent(code).open().status_code == 404
    assert Respondent(next(iter(codes))).open().status_code == 429
    assert Respondent(a_case(issued, place=1).case_id).open().status_code == 429, "a right code is not told apart"
    assert Respondent(case.case_id, REMOTE_ADDR="192.0.2.7").open().status_code == 200
    assert begun.open().status_code == 200


def test_an_organisation_answers_its_own_variant(issued: Round) -> None:
    case = a_case(issued, "organisation")
    me = Respondent(case.case_id)
    me.fill(MUCH | {"organisation_kind": "1", "gender": "1"})
    me.send()
    answers = Response.objects.get().answers
    assert answers["organisation_kind"] == 1
    assert "gender" not in answers


def test_what_is_not_asked_is_skipped_by_the_server(issued: Round) -> None:
    case = a_case(issued)
    me = Respondent(case.case_id)
    me.fill(MUCH | {"lateness": "1", "apology": "1"})
    assert "xin lỗi" not in me.open("web_review").content.decode()
    me.send()
    assert "apology" not in Response.objects.get().answers


def test_faults_stand_beside_their_questions_and_the_rest_is_saved(issued: Round) -> None:
    case = a_case(issued)
    me = Respondent(case.case_id)
    me.begin()
    number = section_of("expectations")
    wrong = {"expectations": ["1", "2", "3", "4"], "di": "tiep"}
    page = me.post("web_section", wrong, number)
    assert page.status_code == 400
    text = page.content.decode()
    assert 'id="e-expectations"' in text
    assert text.count(" checked") == 4, "what was ticked is still ticked"
    assert me.post("web_section", wrong | {"di": "lui"}, number).status_code == 302, "nobody is kept on a page"
    facts = {"trips": "2", "lateness": "17", "di": "tiep"}
    assert me.post("web_section", facts, section_of("trips")).status_code == 400
    assert contents(case, me).answers["trips"] == 2
    assert contents(case, me).answers.get("lateness") is None


def test_text_beside_another_choice_is_not_lost_in_silence(issued: Round) -> None:
    case = a_case(issued)
    me = Respondent(case.case_id)
    me.begin()
    number = section_of("ethnicity")
    assert me.post("web_section", {"ethnicity_other": "Tày", "di": "tiep"}, number).status_code == 302
    assert contents(case, me).answers["ethnicity"] == 2
    page = me.post("web_section", {"ethnicity": "1", "ethnicity_other": "Tày", "di": "tiep"}, number)
    assert page.status_code == 400
    assert "Tày" in page.content.decode()


def test_an_answer_can_be_taken_back(issued: Round) -> None:
    case = a_case(issued)
    me = Respondent(case.case_id)
    me.begin()
    number = section_of("seats")
    me.post("web_section", {"seats": "5", "di": "tiep"}, number)
    assert 'value=""' in me.open("web_section", number).content.decode()
    me.post("web_section", {"seats": "", "di": "tiep"}, number)
    assert contents(case, me).answers["seats"] is None


def test_nothing_is_sent_where_nothing_is_answered_and_a_short_form_says_so(issued: Round) -> None:
    case = a_case(issued)
    me = Respondent(case.case_id)
    me.begin()
    assert me.send().status_code == 400
    me.post("web_section", {"seats": "5", "di": "tiep"}, section_of("seats"))
    assert "50 %" in me.open("web_review").content.decode()
    me.send()
    response = Response.objects.get()
    assert (response.is_valid, response.invalid_reason) == (False, "capture.invalid_too_few")
    assert counted(issued) == recount(issued)
