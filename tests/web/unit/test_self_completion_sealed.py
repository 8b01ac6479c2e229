"""Unfinished answers: nobody reads them without the writer's device or PIN, and no wrong try destroys one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from tests.web.respondents import MUCH, Respondent, a_case, contents, issue, section_of, settle

from sipas_web.audit.actors import Actor
from sipas_web.capture import draft_seal as seal
from sipas_web.capture import web_limits
from sipas_web.capture.actions import self_completion as writing
from sipas_web.capture.actions import web_forgetting
from sipas_web.capture.models import Draft, Response, WebAnswer, WebGate, WebTrace
from sipas_web.fieldwork.models import Case
from sipas_web.rounds.models import Round
from sipas_web.rounds.queries import State as RoundState
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
PIN = "482913"


@pytest.fixture
def issued(tuyen_quang: Unit, by: Actor, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Round:
    settle(settings, tmp_path, monkeypatch)
    return issue(tuyen_quang, by)


@pytest.fixture
def case(issued: Round) -> Case:
    return a_case(issued)


@pytest.fixture
def writer(case: Case) -> Respondent:
    """Somebody who has saved a remark and chosen a PIN."""
    me = Respondent(case.case_id)
    me.begin()
    me.post("web_section", {"remark": "bí mật của tôi", "di": "tiep"}, section_of("remark"))
    page = me.post("web_pin", {"pin": PIN, "lai": PIN})
    assert page.status_code == 200
    return me


def test_the_database_alone_opens_nothing(case: Case, writer: Respondent, settings: Any) -> None:
    draft = Draft.objects.get()
    assert "bí mật".encode() not in bytes(draft.sealed)
    handle = writer.client.cookies["phieu"].value.partition(".")[0]
    bound_to = f"{case.round_id} {case.case_id} {handle}"
    doors = [*draft.doors, draft.pin_door]
    assert seal.through(seal.key_of_pin(case.case_id, PIN), doors, bound_to) is not None
    settings.SECRET_KEY = "who holds a backup does not hold this"
    assert seal.through(seal.key_of_pin(case.case_id, PIN), doors, bound_to) is None
    assert contents_or_none(case, writer) is None


def contents_or_none(case: Case, who: Respondent) -> writing.Content | None:
    try:
        return contents(case, who)
    except AssertionError:
        return None


def test_a_seal_holds_against_another_case_a_changed_byte_and_a_swapped_draft(issued: Round, case: Case) -> None:
    other = a_case(issued, place=1)
    one, two = (writing.begin(case=c, kind=None, is_kind_given=False) for c in (case, other))
    first, second = Draft.objects.get(handle=one.handle), Draft.objects.get(handle=two.handle)
    assert writing.content_of(first, case, one) is not None
    assert writing.content_of(first, other, one) is None
    assert writing.content_of(first, case, writing.Writer(one.handle, two.secret)) is None
    second.sealed = first.sealed
    assert writing.content_of(second, other, two) is None
    first.sealed = bytes([first.sealed[0] ^ 1]) + bytes(first.sealed[1:])
    assert writing.content_of(first, case, one) is None


def test_length_does_not_tell_how_much_was_answered(case: Case) -> None:
    me = Respondent(case.case_id)
    me.begin()
    before = len(Draft.objects.get().sealed)
    me.post("web_section", {"seats": "4", "di": "tiep"}, section_of("seats"))
    assert len(Draft.objects.get().sealed) == before


def test_on_another_device_the_pin_opens_it_and_both_go_on(case: Case, writer: Respondent) -> None:
    elsewhere = Respondent(case.case_id)
    assert "mã PIN" in elsewhere.open().content.decode()
    assert elsewhere.post("web_resume", {"pin": PIN}).status_code == 302
    assert contents(case, elsewhere).answers["remark"] == "bí mật của tôi"
    elsewhere.post("web_section", {"seats": "3", "di": "tiep"}, section_of("seats"))
    writer.post("web_section", {"trips": "1", "di": "tiep"}, section_of("trips"))
    assert {**contents(case, writer).answers}.items() >= {"seats": 3, "trips": 1, "remark": "bí mật của tôi"}.items()
    elsewhere.send()
    assert writer.open("web_review").status_code == 302
    assert WebAnswer.objects.get().receipt[:4] in writer.open().content.decode(), "both see the one receipt"


def test_the_carrier_who_knows_the_code_sees_nothing_and_may_only_begin_anew(case: Case, writer: Respondent) -> None:
    carrier = Respondent(case.case_id)
    for name, arguments in (("web_start", []), ("web_review", []), ("web_section", [section_of("remark")])):
        address = reverse(name, args=[case.case_id, *arguments])
        assert "bí mật" not in carrier.client.get(address, follow=True).content.decode()
    carrier.begin()
    assert "bí mật" not in carrier.open("web_section", section_of("remark")).content.decode()
    assert contents(case, writer).answers["remark"] == "bí mật của tôi", "the first is untouched"
    stolen = Respondent(case.case_id)
    handle = writer.client.cookies["phieu"].value.partition(".")[0]
    stolen.client.cookies["phieu"] = f"{handle}.{'A' * 43}="
    assert stolen.open("web_section", section_of("remark")).status_code == 302


def test_wrong_pins_wait_longer_and_longer_and_destroy_nothing(
    case: Case, writer: Respondent, monkeypatch: pytest.MonkeyPatch
) -> None:
    thief = Respondent(case.case_id)
    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)
    waits = []
    for _try in range(6):
        assert thief.post("web_resume", {"pin": "739104"}).status_code == 400
        gate = WebGate.objects.get()
        if gate.wait_until:
            assert thief.post("web_resume", {"pin": PIN}).status_code == 400, "even the right one has to wait"
            waits.append((gate.wait_until - moment).total_seconds())
            moment = gate.wait_until + dt.timedelta(seconds=1)
    assert waits == [60, 300, 900, 3600]
    assert contents(case, writer).answers["remark"] == "bí mật của tôi", "on their own device nothing is locked"
    assert thief.post("web_resume", {"pin": PIN}).status_code == 302
    assert WebGate.objects.get().wrong_pins == 0


@pytest.mark.parametrize("pin", ["", "12345", "111111", "123456", "987654", "890123", "12345a", "١٢٣٤٥٦", "1" * 13])
def test_a_weak_pin_is_refused(pin: str) -> None:
    with pytest.raises(ValidationError):
        writing.check_pin(pin)


def test_a_device_that_is_not_ones_own_can_be_left(case: Case, writer: Respondent) -> None:
    writer.post("web_leave")
    assert writer.open("web_review").headers["Location"] == f"/t/{case.case_id}/"
    assert "bí mật" not in writer.open().content.decode()
    assert writer.post("web_resume", {"pin": PIN}).status_code == 302


def test_drafts_of_one_code_have_a_bound(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "MOST_DRAFTS", 2)
    for _ in range(2):
        Respondent(case.case_id).begin()
    assert Respondent(case.case_id).begin().status_code == 400
    monkeypatch.setattr(web_limits, "BEGUN", 3)
    assert Respondent(case.case_id).begin().status_code == 429


def test_what_is_left_goes_when_its_time_is_over(issued: Round, case: Case, writer: Respondent, by: Actor) -> None:
    done = Respondent(a_case(issued, place=1).case_id)
    done.fill(MUCH)
    done.send()
    far = timezone.now() + dt.timedelta(days=400)
    assert web_forgetting.oldest_left_draft() is None, "while the round is in the field nothing is left over"
    assert (web_forgetting.delete_left_drafts(far, by), web_forgetting.delete_left_marks(far, by)) == (0, 0)
    Round.objects.filter(pk=issued.pk).update(state=RoundState.PUBLISHED)
    assert web_forgetting.oldest_left_draft() is not None
    past = timezone.now() - dt.timedelta(days=1)
    assert (web_forgetting.delete_left_drafts(past, by), web_forgetting.delete_left_marks(past, by)) == (0, 0)
    assert (web_forgetting.delete_left_drafts(far, by), web_forgetting.delete_left_marks(far, by)) == (1, 2)
    assert not WebTrace.objects.exists()
    assert web_forgetting.oldest_left_mark() is None
    assert Response.objects.count() == 1
