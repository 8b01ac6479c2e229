"""Sending: each answer once, the first valid one chosen, nothing said to be received lost, nobody's address kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse
from tests.web.respondents import MUCH, Respondent, a_case, issue, section_of, settle
from tests.web.unit.test_fieldwork import counted, recount

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.capture import actions
from sipas_web.capture.actions import Given
from sipas_web.capture.actions import self_completion_sending as sending
from sipas_web.capture.actions.self_completion import RESPONDENT
from sipas_web.capture.actions.self_completion_sending import Sending
from sipas_web.capture.door import Place
from sipas_web.capture.models import Draft, Response, WebAnswer, WebGate, WebSalt, WebTrace
from sipas_web.capture.queries import web_progress
from sipas_web.fieldwork.models import Case, State
from sipas_web.rounds.models import Round
from sipas_web.rounds.queries import State as RoundState
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued(tuyen_quang: Unit, by: Actor, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Round:
    settle(settings, tmp_path, monkeypatch)
    return issue(tuyen_quang, by)


def one(case: Case, handle: str = "a", **changes: Any) -> Sending:
    values: dict[str, Any] = {
        "round_id": case.round_id, "case": case.pk, "code": case.case_id, "handle": handle * 32,
        "answers": {"seats": 4, "trips": 1}, "is_valid": True, "invalid_reason": "", "language": "vi",
        "notice": "1", "seconds": {"access": 30}, "pages": 10, "minutes": 4, "device": "d", "network": "n",
    }  # fmt: skip
    return Sending(**values | changes)


def test_sent_twice_it_is_one_answer_with_one_receipt(issued: Round) -> None:
    me = Respondent(a_case(issued).case_id)
    me.fill(MUCH)
    draft = Draft.objects.get()
    assert me.send().status_code == 302
    receipt = WebAnswer.objects.get().receipt
    assert me.send().status_code == 302, "a second press finds the receipt"
    draft.save(force_insert=True)  # as where the answer to the first press was lost on the way and both ran at once
    assert me.send().status_code == 302
    assert WebAnswer.objects.get().receipt == receipt
    assert receipt[:4] in me.open().content.decode()
    assert Response.objects.count() == 1
    assert counted(issued) == recount(issued)


def test_the_same_answers_from_another_window_share_the_receipt(issued: Round) -> None:
    case = a_case(issued)
    first, second = sending.take_together(
        round_id=issued.pk, arrived=lambda: [one(case, "a"), one(case, "b")], by=RESPONDENT
    )
    assert first == second != ""
    assert sending.send(one(case, "c")) == first
    assert Response.objects.count() == 1


def test_two_browsers_on_one_code_the_first_valid_one_counts(issued: Round) -> None:
    case = a_case(issued)
    mine, theirs = Respondent(case.case_id), Respondent(case.case_id)
    mine.fill(MUCH)
    theirs.fill(MUCH | {"seats": "1", "trips": "4"})
    theirs.send()
    mine.send()
    chosen, beside = Response.objects.order_by("pk")
    assert (chosen.is_chosen, beside.is_chosen) == (True, False)
    assert {w.receipt[:4] in mine.open().content.decode() for w in WebAnswer.objects.filter(response=beside)} == {True}
    pair = web_progress.pairs(issued)[0]
    assert (pair.case_id, pair.differing) == (case.case_id, 2)
    assert counted(issued) == recount(issued)


def test_a_short_answer_gives_way_to_a_valid_one(issued: Round) -> None:
    case = a_case(issued)
    sending.send(one(case, "a", is_valid=False, invalid_reason="capture.invalid_too_few", answers={"seats": 1}))
    sending.send(one(case, "b"))
    assert [(r.is_valid, r.is_chosen) for r in Response.objects.order_by("pk")] == [(False, False), (True, True)]
    assert counted(issued) == recount(issued)


def test_where_paper_came_first_the_web_is_kept_beside_and_heard(issued: Round, by: Actor) -> None:
    case = a_case(issued)
    actions.accept(issued, [Given(case.case_id, "paper", dt.date(2026, 10, 1), {"seats": 5}, True, "", "phiếu.csv: 2")])
    me = Respondent(case.case_id)
    me.fill(MUCH)
    me.send()
    assert [(r.mode, r.is_chosen) for r in Response.objects.order_by("pk")] == [("paper", True), ("web", False)]
    assert web_progress.pairs(issued)[0].other_mode == "web"


def test_a_round_frozen_meanwhile_takes_nothing_and_says_so(issued: Round) -> None:
    me = Respondent(a_case(issued).case_id)
    me.fill(MUCH)
    case = Case.objects.get(case_id=me.code)
    Round.objects.update(state=RoundState.FROZEN)
    assert sending.send(one(case)) == ""
    assert me.send().status_code == 404
    assert not Response.objects.exists()
    assert Draft.objects.exists(), "back in the field it can still be sent"
    Round.objects.update(state=RoundState.IN_FIELD)
    assert me.send().status_code == 302
    assert Response.objects.exists()


def test_a_case_withdrawn_meanwhile_takes_nothing_and_hinders_no_other(issued: Round) -> None:
    gone, other = a_case(issued), a_case(issued, place=1)
    Case.objects.filter(pk=gone.pk).update(state=State.WITHDRAWN)
    receipts = sending.take_together(
        round_id=issued.pk, arrived=lambda: [one(gone, "a"), one(other, "b")], by=RESPONDENT
    )
    assert [bool(r) for r in receipts] == [False, True]


def test_one_bad_answer_does_not_take_the_others_along(issued: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = (Place[Sending, str](issued.pk, one(a_case(issued, place=n), "ab"[n])) for n in (0, 1))
    before = sending.accept

    def accept(round_: Round, given: list[Given]) -> Any:
        if bad.sent.code in {g.case_id for g in given}:
            raise ValueError
        return before(round_, given)

    monkeypatch.setattr(sending, "accept", accept)
    sending._door.carry(issued.pk, lambda: [bad, good])
    assert isinstance(bad.told[0], ValueError)
    assert good.made
    monkeypatch.setattr(sending, "accept", lambda *_: (_ for _ in ()).throw(OperationalError))
    third = Place[Sending, str](issued.pk, one(a_case(issued, place=2), "c"))
    with pytest.raises(OperationalError):
        sending.send(third.sent)


def test_the_record_of_an_answer_holds_no_address_and_no_device(issued: Round) -> None:
    me = Respondent(a_case(issued).case_id, REMOTE_ADDR="203.0.113.99", HTTP_USER_AGENT="Chiếc máy của tôi")
    me.fill(MUCH)
    me.send()
    me.post("web_dispute")
    said = Record.objects.filter(action__startswith="capture.web_")
    assert {(r.action, r.actor, r.origin) for r in said} == {
        ("capture.web_answers_taken", "respondent", "web"),
        ("capture.web_answer_disputed", "respondent", "web"),
    }
    for model in (Record, Response, WebAnswer, WebTrace, Draft, WebGate):
        stored = str(list(model.objects.values()))  # type: ignore[attr-defined]
        assert "203.0.113.99" not in stored
        assert "Chiếc máy" not in stored
        assert me.client.cookies["sipas-may"].value not in stored


def test_many_codes_of_one_device_are_noticed_and_forgotten(issued: Round, by: Actor, settings: Any) -> None:
    browser = Client(REMOTE_ADDR="203.0.113.5")
    for place in range(web_progress.MANY_OF_DEVICE):
        me = Respondent(a_case(issued, place=place).case_id)
        me.client = browser
        me.fill(MUCH)
        me.send()
    alone = Respondent(a_case(issued, place=9).case_id)
    alone.fill(MUCH)
    alone.send()
    found = web_progress.shared_origins(issued)
    assert [(o.kind, o.codes, o.days) for o in found] == [("device", web_progress.MANY_OF_DEVICE, 1)]
    codes = web_progress.cases_by_origin(issued)
    assert [len(each) for each in codes.values()] == [web_progress.MANY_OF_DEVICE]
    marks = set(WebTrace.objects.filter(kind="network").values_list("mark", flat=True))
    settings.SECRET_KEY = "another"
    salt = bytes(WebSalt.objects.get().salt)
    assert sending.seal.keyed_hash("network", salt, "203.0.113.5") not in marks, "the database alone does not tell"
    from sipas_web.capture.actions import web_forgetting

    assert web_forgetting.forget_marks(round_=issued, by=by) == 8
    assert web_progress.shared_origins(issued) == []


def test_time_is_the_servers_whatever_the_device_says(issued: Round, monkeypatch: pytest.MonkeyPatch) -> None:
    case = a_case(issued)
    me = Respondent(case.case_id)
    me.begin()
    number = section_of("seats")
    moment = [1_790_000_000.0]
    monkeypatch.setattr("sipas_web.capture.views.self_completion.time.time", lambda: moment[0])
    page = me.open("web_section", number).content.decode()
    mark = page.split('name="luc" value="')[1].split('"')[0]
    moment[0] += 42
    me.post("web_section", {"seats": "4", "luc": mark, "di": "tiep"}, number)
    me.post("web_section", {"seats": "4", "luc": "1.forged", "di": "tiep"}, number)
    moment[0] -= 10_000  # a clock that was set back
    me.post("web_section", {"seats": "4", "luc": mark, "di": "tiep"}, number)
    moment[0] += 10_000_000
    me.post("web_section", {"seats": "4", "luc": mark, "di": "tiep"}, number)
    me.send()
    sent = WebAnswer.objects.get()
    assert sent.seconds == {"access": 42 + 3600}
    assert sent.pages == 4
    assert sent.minutes >= 0
    session = next(web_progress.web_sessions(issued))
    assert (session.case_id, session.seconds, session.is_chosen) == (case.case_id, sent.seconds, True)


def test_who_did_not_send_may_say_so_once_and_the_figures_show_it(issued: Round) -> None:
    case = a_case(issued)
    assert Respondent(case.case_id).post("web_dispute").status_code == 302
    assert not WebGate.objects.exists(), "where nothing was sent there is nothing to deny"
    sending.send(one(case))
    holder = Respondent(case.case_id)
    holder.post("web_dispute")
    holder.post("web_dispute")
    assert Record.objects.filter(action="capture.web_answer_disputed").count() == 1
    assert "đã ghi nhận" in holder.open().content.decode().lower()
    assert web_progress.web_figures(issued).disputed == 1


def test_the_page_of_the_field_counts_and_tells_no_answer(
    issued: Round, hire: Callable[..., Person], client: Client, tuyen_quang: Unit, dong_nai: Unit
) -> None:
    me, half = Respondent(a_case(issued).case_id), Respondent(a_case(issued, place=1).case_id)
    me.fill(MUCH | {"remark": "Chữ của tôi"})
    me.send()
    half.begin()
    half.post("web_section", {"trips": "1", "di": "tiep"}, section_of("trips"))
    figures = web_progress.web_figures(issued)
    assert (figures.sent, figures.valid, figures.unfinished, dict(figures.stopped)) == (1, 1, 1, {1: 1})
    address = reverse("web_round", args=[issued.pk])
    for role, unit, status in (
        ("inspector", tuyen_quang, 200),
        ("inspector", dong_nai, 404),
        ("keyer", tuyen_quang, 403),
    ):
        client.force_login(hire(role, unit))
        page = client.get(address)
        assert page.status_code in {status, 302}, role
        assert "Chữ của tôi" not in page.content.decode()
