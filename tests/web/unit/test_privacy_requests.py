"""People's requests and breaches: clocks against a slow twin, each right carried out, nobody named in the record."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import holidays
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.web.asking import ASKER, LUA, NAMES, Hire, folders, handler, ready, receive, round_

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.privacy import actions, clocks, subjects
from sipas_web.privacy.identity import Identity, phone_key
from sipas_web.privacy.models import Breach, Contact, RequestKind, SubjectRequest, VisitSecret
from sipas_web.privacy.queries.requests import requests as register
from sipas_web.rounds.models import Round
from sipas_web.shared import working_days
from sipas_web.units.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
__all__ = ["folders", "handler", "round_"]


# Clocks


def slow_working_day(day: dt.date) -> bool:
    """Say from the calendar itself whether offices work."""
    calendar = holidays.country_holidays("VN", years=[day.year])
    return calendar.is_working_day(day)


@settings(deadline=None)  # the first look makes the calendar
@given(st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)), st.sampled_from(list(RequestKind)), st.booleans())
def test_the_last_days_are_those_of_a_slow_count(received: dt.date, kind: RequestKind, with_processor: bool) -> None:
    given_days = {"see": 10, "correct": 10, "delete": 20}.get(kind, 20 if with_processor else 15)
    day, worked = received, 0
    while worked < 2:
        day += dt.timedelta(days=1)
        worked += slow_working_day(day)
    last = received
    for _ in range(given_days):
        last += dt.timedelta(days=1)
    found = clocks.clock(kind, received, with_processor=with_processor)
    assert (found.acknowledge_by, found.due) == (min(day, last), last)


def test_days_that_can_be_looked_up() -> None:
    # Friday 13/2/2026 is the last working day before Tết; offices open again on Monday 23/2.
    assert working_days.after(dt.date(2026, 2, 13), 2) == dt.date(2026, 2, 24)
    assert clocks.clock("withdraw", dt.date(2026, 3, 2), with_processor=False).due == dt.date(2026, 3, 17)
    assert clocks.clock("withdraw", dt.date(2026, 3, 2), with_processor=True).due == dt.date(2026, 3, 22)
    # Before 2026 the decree of 2023 held: 72 hours.
    assert clocks.clock("delete", dt.date(2025, 12, 31), with_processor=False).due == dt.date(2026, 1, 3)
    assert clocks.clock("delete", dt.date(2026, 1, 1), with_processor=False).due == dt.date(2026, 1, 21)
    found = dt.datetime(2026, 3, 1, 8, 30, tzinfo=dt.UTC)
    assert clocks.notify_by(found) == dt.datetime(2026, 3, 4, 8, 30, tzinfo=dt.UTC)


def test_every_legal_figure_names_its_act() -> None:
    for rules in clocks.RULES:
        assert rules.source.act
        assert rules.limits.keys() == set(RequestKind)
    assert "91/2025/QH15" in clocks.BREACH.act


# The register


def test_who_asks_is_under_lock_and_changes_keys_with_the_rest(handler: Actor, tuyen_quang: Unit, by: Actor) -> None:
    made = receive(handler, tuyen_quang)
    assert "Lụa" not in bytes(made.sealed).decode("latin-1")
    actions.make_key(by=by)
    assert actions.reseal_part(most=10, by=by) == 1
    assert actions.open_asker(request_id=made.pk, by=handler) == ASKER
    everything = " ".join(str(record.values()) for record in Record.objects.all())
    assert "Lụa" not in everything
    assert "777555" not in everything


def test_a_late_request_is_listed_as_late_until_it_is_closed(handler: Actor, tuyen_quang: Unit) -> None:
    today = timezone.localdate()
    young, old = receive(handler, tuyen_quang), receive(handler, tuyen_quang, received=today - dt.timedelta(days=8))
    assert list(register(handler, "late")) == [old]  # not acknowledged
    actions.acknowledge(request_id=old.pk, on=today, is_identity_checked=True, by=handler)
    assert list(register(handler, "late")) == []
    SubjectRequest.objects.filter(pk=old.pk).update(due=today - dt.timedelta(days=1))
    assert list(register(handler, "late")) == [old]
    actions.extend(request_id=old.pk, to=today + dt.timedelta(days=2), reason="đang tìm", by=handler)
    assert list(register(handler, "late")) == []
    with pytest.raises(ValidationError):
        actions.extend(request_id=old.pk, to=today + dt.timedelta(days=3), reason="lần hai", by=handler)
    actions.refuse_request(request_id=old.pk, reason="không còn dữ liệu", by=handler)
    assert set(register(handler, "open")) == {young}


def test_only_handlers_of_the_area_act(
    handler: Actor, round_: Round, hire: Hire, acting: Callable[[Person], Actor], dong_nai: Unit, tuyen_quang: Unit
) -> None:
    made = ready(handler, round_, "see")
    for role, unit in (("department", dong_nai), ("inspector", tuyen_quang), ("interviewer", tuyen_quang)):
        other = acting(hire(role, unit))
        with pytest.raises(PermissionDenied):
            actions.see(request_id=made.pk, by=other)
        with pytest.raises(PermissionDenied):
            actions.find_case(request_id=made.pk, wanted=NAMES | {"code": "AAAA1"}, by=other)
        with pytest.raises(PermissionDenied):
            actions.open_asker(request_id=made.pk, by=other)
    assert list(register(acting(hire("department", dong_nai)))) == []


# Finding


@pytest.mark.parametrize(
    ("trait", "text"),
    [("code", "AAAA1"), ("phone", "+84 912.777.555"), ("phone", "0912777555"), ("email", "LUA@EXAMPLE.VN"),
     ("dossier", "h60 -1"), ("name", "nguyen thi lua"), ("name", "NGUYỄN THỊ LỤA")],
)  # fmt: skip
def test_a_person_is_found_by_exact_traits_and_no_other_contact_is_opened(
    handler: Actor, round_: Round, trait: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sipas_web.privacy import sealing

    made = receive(handler, round_.unit)
    opened, unseal = [], sealing.unseal
    monkeypatch.setattr(
        "sipas_web.privacy.actions.keeping.unseal", lambda *a, **k: opened.append(k["code"]) or unseal(*a, **k)
    )
    found = actions.find_case(request_id=made.pk, wanted=NAMES | {trait: text}, by=handler)
    assert [(row.case_code, who.name) for row, who in found] == [("AAAA1", "Nguyễn Thị Lụa")]
    assert opened == ["AAAA1"]
    details = json.loads(Record.objects.get(action="privacy.person_searched").details)
    assert details == {"by": [trait], "cases": [f"{round_.pk}:AAAA1"]}


def test_everything_given_must_fit_and_other_areas_are_not_searched(
    handler: Actor, round_: Round, hire: Hire, acting: Callable[[Person], Actor], dong_nai: Unit, by: Actor
) -> None:
    made = receive(handler, round_.unit)
    both = NAMES | {"phone": "0912777555", "name": "Trần Văn Ẩn"}
    assert actions.find_case(request_id=made.pk, wanted=both, by=handler) == []
    assert actions.find_case(request_id=made.pk, wanted=NAMES | {"phone": "912"}, by=handler) == []
    other = acting(hire("department", dong_nai))
    theirs = receive(other, dong_nai)
    assert actions.find_case(request_id=theirs.pk, wanted=NAMES | {"code": "AAAA1"}, by=other) == []
    actions.make_key(by=by)  # what the old key marked is found still
    assert len(actions.find_case(request_id=made.pk, wanted=NAMES | {"phone": "0912777555"}, by=handler)) == 1


@given(st.text(alphabet="0123456789 .-+()", max_size=20))
def test_a_telephone_is_one_whatever_stands_between_its_digits(text: str) -> None:
    digits = "".join(c for c in text if c.isdigit())
    assert phone_key(text) == phone_key(digits)
    assert phone_key(phone_key(text)) == phone_key(text)


# Carrying out


def test_seeing_gives_everything_each_app_holds_once_recorded(
    handler: Actor, round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = subjects.Held("tests.part", "Phần thử", see=lambda round_, code: [("Mã", code)])
    monkeypatch.setattr(subjects, "_held", {"tests.part": part})
    made = ready(handler, round_, "see")
    shown = actions.see(request_id=made.pk, by=handler)
    assert shown.who.phone == "0912 777 555"
    assert [(v.visit, v.note) for v in shown.visits] == [(1, "cửa khóa")]
    assert shown.parts == [("Phần thử", [("Mã", "AAAA1")])]
    assert Record.objects.filter(action="privacy.person_shown").count() == 1
    actions.finish_seeing(request_id=made.pk, by=handler)
    made.refresh_from_db()
    assert (made.state, made.closed) == ("done", timezone.localdate())


def test_a_correction_changes_the_contact_and_how_it_is_found(handler: Actor, round_: Round) -> None:
    made = ready(handler, round_, "correct")
    actions.correct(request_id=made.pk, who=Identity(**LUA | {"phone": "0988 111 222"}), by=handler)
    again = receive(handler, round_.unit)
    assert actions.find_case(request_id=again.pk, wanted=NAMES | {"phone": "0912777555"}, by=handler) == []
    assert len(actions.find_case(request_id=again.pk, wanted=NAMES | {"phone": "0988111222"}, by=handler)) == 1
    details = json.loads(Record.objects.get(action="privacy.request_correct_done").details)
    assert details["changed"] == ["phone"]


@pytest.mark.parametrize("kind", ["withdraw", "delete"])
def test_withdrawal_and_deletion_ask_every_app_and_destroy_the_contact(
    handler: Actor, round_: Round, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    asked: list[tuple[str, str]] = []

    def act(round_: Round, code: str, reason: str, by: Actor) -> str:
        asked.append((code, reason))
        return "Phiếu đã rút."

    monkeypatch.setattr(subjects, "_held", {"tests.part": subjects.Held("tests.part", "x", **{kind: act})})
    made = ready(handler, round_, kind)
    actions.carry_out(request_id=made.pk, kind=kind, reason="theo yêu cầu", by=handler)
    assert asked == [("AAAA1", "theo yêu cầu")]
    made.refresh_from_db()
    assert made.outcome[0] == "Phiếu đã rút."
    assert list(Contact.objects.values_list("case_code", flat=True)) == ["BBBB2"]
    assert not VisitSecret.objects.exists()


def test_where_one_app_cannot_nothing_is_done_at_all(
    handler: Actor, round_: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*given: Any) -> str:
        raise ValidationError("Đợt đã công bố.")

    held = {"a": subjects.Held("a", "x", withdraw=lambda *given: "xong"), "b": subjects.Held("b", "x", withdraw=cannot)}
    monkeypatch.setattr(subjects, "_held", held)
    made = ready(handler, round_, "withdraw")
    with pytest.raises(ValidationError):
        actions.carry_out(request_id=made.pk, kind="withdraw", reason="x", by=handler)
    made.refresh_from_db()
    assert made.state == "open"
    assert Contact.objects.count() == 2


@pytest.mark.parametrize("kind", ["restrict", "object"])
def test_a_locked_contact_is_not_opened_in_the_field_but_for_requests(
    handler: Actor, round_: Round, by: Actor, kind: str
) -> None:
    made = ready(handler, round_, kind)
    actions.carry_out(request_id=made.pk, kind=kind, reason="", by=handler)
    assert actions.open_contacts(round_=round_, case_codes=["AAAA1"], purpose="tests.look", by=by) == {}
    actions.put_contacts(round_=round_, rows=[("AAAA1", LUA | {"name": "Tên khác"})], by=by)
    assert actions.open_contacts(round_=round_, case_codes=["AAAA1"], purpose="tests.look", by=by) == {}
    again = ready(handler, round_, "see")
    assert actions.see(request_id=again.pk, by=handler).who.name == "Tên khác"


def test_nothing_is_carried_out_for_somebody_unchecked_or_for_another_wish(handler: Actor, round_: Round) -> None:
    made = receive(handler, round_.unit, "delete")
    actions.attach_case(request_id=made.pk, round_id=round_.pk, case_code="AAAA1", by=handler)
    with pytest.raises(ValidationError):
        actions.delete(request_id=made.pk, reason="x", by=handler)
    other = ready(handler, round_, "see")
    for act in (actions.delete, actions.withdraw):
        with pytest.raises(ValidationError):
            act(request_id=other.pk, reason="x", by=handler)
    assert Contact.objects.count() == 2


def test_closed_requests_are_destroyed_after_their_time(handler: Actor, tuyen_quang: Unit, by: Actor) -> None:
    for _ in range(2):
        made = receive(handler, tuyen_quang)
    actions.refuse_request(request_id=made.pk, reason="x", by=handler)
    assert actions.forget_requests(timezone.now(), by) == 0
    assert actions.forget_requests(timezone.now() + dt.timedelta(days=1), by) == 1
    assert SubjectRequest.objects.get().state == "open"


# Breaches


def test_a_breach_has_its_clock_and_is_closed_once_notice_was_given(handler: Actor, tuyen_quang: Unit) -> None:
    found = timezone.now() - dt.timedelta(hours=80)
    made = actions.report_breach(unit=tuyen_quang, what="Mất tờ danh sách", found=found, kinds="họ tên", by=handler)
    with pytest.raises(ValidationError):
        actions.close_breach(breach_id=made.pk, by=handler)
    notice = {"notified": timezone.now(), "notified_whom": "A05", "measures": "thu hồi"}
    with pytest.raises(ValidationError) as refused:
        actions.change_breach(breach_id=made.pk, values=notice, by=handler)
    assert set(refused.value.message_dict) == {"late_because"}
    actions.change_breach(breach_id=made.pk, values=notice | {"late_because": "nghỉ lễ"}, by=handler)
    actions.close_breach(breach_id=made.pk, by=handler)
    with pytest.raises(ValidationError):
        actions.change_breach(breach_id=made.pk, values={"people": 3}, by=handler)
    assert Breach.objects.get().closed is not None
    late = timezone.now() + dt.timedelta(hours=1)
    with pytest.raises(ValidationError):
        actions.report_breach(unit=tuyen_quang, what="x", found=late, kinds="x", by=handler)
