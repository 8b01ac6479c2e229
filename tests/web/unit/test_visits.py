"""Visits on the telephone, the way of a form, the desk: who may, what is refused, twice is once."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone
from tests.web import field_cast
from tests.web.carrying_cast import Acting, Field, Hire

from sipas.errors import SipasError
from sipas.quality import dispositions
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.fieldwork import actions
from sipas_web.fieldwork.models import Case, DayCount, FieldRules, FormStep, Issue, State, Visit
from sipas_web.fieldwork.outcomes import MODES, kinds_of
from sipas_web.fieldwork.queries import visits_table
from sipas_web.privacy import actions as privacy
from sipas_web.privacy.models import VisitSecret
from sipas_web.privacy.queries import Place, places_of
from sipas_web.rounds.models import Round
from sipas_web.rounds.models import State as RoundState
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
NAME, ADDRESS = "Hoàng Thị Sén", "Tổ 4, thôn Nà Tông"


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Any) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"


@pytest.fixture
def field(tuyen_quang: Unit, by: Actor, hire: Hire, acting: Acting) -> Field:
    return Field(tuyen_quang, by, hire, acting)


def test_a_visit_is_written_with_the_servers_time_its_person_and_a_record(field: Field) -> None:
    before = timezone.now()
    visit = field.visit(note="Hẹn thứ bảy", outcome="2.22")
    assert visit.at is not None
    assert before <= visit.at <= timezone.now()
    assert (visit.number, visit.day, visit.interviewer, visit.person) == (
        1, timezone.localdate(), field.carrier.username, field.carrier,
    )  # fmt: skip
    case = field.case()
    assert (case.state, case.disposition, case.visits_made) == (State.VISITED, "2.22", 1)
    assert DayCount.objects.get(round=field.round).visits == 1
    record = Record.objects.get(action="fieldwork.visit_logged")
    assert json.loads(record.details)["case"] == case.case_id
    assert "Hẹn" not in record.details
    assert field_cast.held_counts(field.round) == field_cast.held_recount(field.round)


def test_note_and_place_are_sealed_and_nowhere_else(field: Field) -> None:
    FieldRules.objects.create(round=field.round, asks_place=True)
    field.visit(note="Nhà có chó dữ", place=Place(21.8, 105.2, 12.0))
    secret = VisitSecret.objects.get(case_code=field.codes[0], visit=1)
    assert "chó" not in str(bytes(secret.sealed))
    assert [(code, n, round(p.latitude, 1)) for code, n, p in places_of(field.round)] == [(field.codes[0], 1, 21.8)]
    told = privacy.open_visits(round_=field.round, case_codes=[field.codes[0]], purpose="x.y", by=field.me)
    assert told[field.codes[0]][0].note == "Nhà có chó dữ"


def test_the_place_is_left_out_where_the_rules_do_not_ask_for_it(field: Field) -> None:
    field.visit(place=Place(21.8, 105.2, 12.0))
    assert list(places_of(field.round)) == []


def test_the_same_page_sent_twice_is_one_visit(field: Field) -> None:
    first = field.visit(token="a" * 24)
    assert field.visit(token="a" * 24) == first
    assert field.case().visits_made == 1
    assert field.visit(token="b" * 24) != first
    assert field.case().visits_made == 2


def test_a_double_tap_on_the_last_visit_is_the_same_visit_though_the_case_is_finished(field: Field) -> None:
    first = field.visit(outcome="2.11", token="c" * 24)
    assert field.case().state == State.NOT_ANSWERED
    assert field.visit(outcome="2.11", token="c" * 24) == first


def test_only_who_carries_a_case_or_its_post_office_writes_a_visit(
    field: Field, hire: Hire, acting: Acting, tuyen_quang: Unit
) -> None:
    strangers = [field.other, acting(hire("post_branch", field.other_office)), acting(hire("supervisor", tuyen_quang))]
    strangers += [acting(hire("department", tuyen_quang)), acting(hire("keyer", field.office))]
    for stranger in strangers:
        with pytest.raises(PermissionDenied):
            field.visit(by=stranger)
    visit = field.visit(by=field.head)
    assert visit.person == field.carrier  # named as who was there
    assert Record.objects.get(action="fieldwork.visit_logged").actor_name == field.head.name


def test_an_interviewer_whose_case_is_taken_away_writes_nothing_more(field: Field, by: Actor) -> None:
    actions.assign(
        round_id=field.round.pk, codes=[field.codes[0]], office=field.office, interviewer=field.other_person, by=by
    )
    with pytest.raises(PermissionDenied):
        field.visit()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"outcome": "3.18", "mode": "phone"}, "fieldwork.outcome_mode"),
        ({"outcome": "3.11"}, "fieldwork.outcome_mode"),
        ({"outcome": "9.99"}, "fieldwork.outcome_mode"),
        ({"mode": "fax"}, "fieldwork.outcome_mode"),
        ({"day": dt.date(2999, 1, 1)}, "fieldwork.day_future"),
    ],
)
def test_impossible_visits_are_refused_with_a_sentence(field: Field, given: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        field.visit(**given)
    assert caught.value.code == code
    assert not Visit.every.exists()


def test_a_day_before_the_issue_is_refused_in_a_real_round(field: Field) -> None:
    now = timezone.now()
    Issue.objects.create(round=field.round, sample_sha256="0", cases=6, finished=now, issued_by="x")
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    field.visit(day=yesterday)  # days of a made-up round lie where its calendar puts them
    Round.objects.filter(pk=field.round.pk).update(is_simulated=False)
    with pytest.raises(ValidationError) as caught:
        field.visit(day=yesterday)
    assert caught.value.code == "fieldwork.day_early"


def test_nothing_is_written_outside_the_field(field: Field) -> None:
    Round.objects.filter(pk=field.round.pk).update(state=RoundState.FROZEN)
    with pytest.raises(ValidationError):
        field.visit()


def test_the_form_goes_its_way_and_each_step_is_written_once(field: Field) -> None:
    pk = field.case().pk
    actions.step_form(case_pk=pk, step="delivered", token="x" * 8, by=field.me)
    actions.step_form(case_pk=pk, step="delivered", token="x" * 8, by=field.me)
    assert (field.case().state, field.case().disposition) == (State.DELIVERED, "2.27")
    actions.step_form(case_pk=pk, step="collected", by=field.me)
    assert field.case().state == State.COLLECTED
    with pytest.raises(PermissionDenied):
        actions.step_form(case_pk=pk, step="received", by=field.me)  # the desk is another's
    assert actions.receive_form(round_id=field.round.pk, code=field.codes[0].lower(), by=field.head)[1]
    assert not actions.receive_form(round_id=field.round.pk, code=field.codes[0], by=field.head)[1]
    actions.put_keyed(field.round, {field.codes[0]: field.me.name})
    actions.put_keyed(field.round, {field.codes[0]: field.me.name})
    assert field.case().state == State.KEYED
    steps = FormStep.objects.filter(case=pk).values_list("step", flat=True)
    assert list(steps) == ["delivered", "collected", "received", "keyed"]
    assert [row["outcome"] for row in visits_table(field.round).to_dicts()] == ["2.27", "1.1"]


def test_a_form_that_is_not_ready_yet_stays_with_the_person(field: Field) -> None:
    field.visit(outcome="2.27")
    field.visit(outcome="2.27")
    field.visit(outcome="2.22")
    assert (field.case().state, field.case().visits_made) == (State.DELIVERED, 3)
    assert FormStep.objects.filter(case=field.case()).count() == 1


def test_the_desk_explains_a_wrong_code_and_receives_nothing(field: Field) -> None:
    code = field.codes[0]
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    with pytest.raises(SipasError) as caught:
        actions.receive_form(round_id=field.round.pk, code=wrong, by=field.head)
    assert caught.value.code == "sampling.case_id_check"
    assert not FormStep.objects.exists()


def test_a_desk_receives_no_form_of_another_office(field: Field, hire: Hire, acting: Acting) -> None:
    with pytest.raises(PermissionDenied):
        actions.receive_form(
            round_id=field.round.pk, code=field.codes[0], by=acting(hire("post_branch", field.other_office))
        )


def test_a_receipt_by_mistake_is_taken_back(field: Field) -> None:
    field.visit(outcome="1.1")
    actions.receive_form(round_id=field.round.pk, code=field.codes[0], by=field.head)
    actions.take_back_receipt(case_pk=field.case().pk, by=field.head)
    assert field.case().state == State.COLLECTED
    FormStep.objects.create(case=field.case(), step="received", day=timezone.localdate(), by="x")
    FormStep.objects.filter(step="received").update(at=timezone.now() - dt.timedelta(hours=5))
    Case.objects.filter(pk=field.case().pk).update(form_step="received")
    with pytest.raises(ValidationError):
        actions.take_back_receipt(case_pk=field.case().pk, by=field.head)


def test_a_visit_is_taken_back_within_the_minutes_and_stays_in_the_record(field: Field) -> None:
    field.visit(outcome="2.22")
    wrong = field.visit(outcome="2.11", note="nhầm")
    assert field.case().state == State.NOT_ANSWERED
    actions.take_back_visit(visit_pk=wrong.pk, by=field.me)
    actions.take_back_visit(visit_pk=wrong.pk, by=field.me)
    case = field.case()
    assert (case.state, case.disposition, case.visits_made, case.last_outcome) == (State.VISITED, "2.22", 1, "2.22")
    assert Visit.every.filter(case=case).count() == 2
    assert visits_table(field.round).height == 1
    assert not VisitSecret.objects.filter(case_code=case.case_id, visit=2).exists()
    assert field.visit().number == 3  # a number is never given twice
    assert Record.objects.filter(action="fieldwork.visit_taken_back").count() == 1
    assert DayCount.objects.get(round=field.round).visits == 2


def test_a_handed_over_form_taken_back_was_never_handed_over(field: Field) -> None:
    visit = field.visit(outcome="2.27")
    actions.take_back_visit(visit_pk=visit.pk, by=field.me)
    assert (field.case().state, field.case().form_step) == (State.ISSUED, "")
    assert field.case().disposition == "3.11"


def test_after_the_minutes_only_the_office_takes_a_visit_back_and_says_why(field: Field) -> None:
    visit = field.visit(outcome="2.11")
    Visit.objects.update(at=timezone.now() - dt.timedelta(minutes=31))
    with pytest.raises(ValidationError):
        actions.take_back_visit(visit_pk=visit.pk, by=field.me)
    with pytest.raises(PermissionDenied):
        actions.take_back_visit(visit_pk=visit.pk, by=field.other)
    with pytest.raises(ValidationError):
        actions.take_back_visit(visit_pk=visit.pk, by=field.head)
    actions.take_back_visit(visit_pk=visit.pk, because="Nhầm phiếu bên cạnh", by=field.head)
    assert field.case().state == State.ISSUED


@pytest.mark.parametrize("mode", MODES)
def test_every_outcome_of_a_mode_is_offered_once(mode: str) -> None:
    offered = [d.code for kind in kinds_of(mode) for d in kind.outcomes]
    assert sorted(offered) == sorted(d.code for d in dispositions() if mode in d.modes and d.code != "3.11")
    assert len(set(offered)) == len(offered)


def test_what_is_met_most_often_stands_first() -> None:
    first = {kind.key: kind.outcomes[0].code for kind in kinds_of("paper")}
    assert first == {
        "away": "2.22", "refused": "2.11", "unable": "2.36", "unknown": "3.18", "outside": "4.10", "done": "1.1",
    }  # fmt: skip


# Pages


@pytest.fixture
def phone(field: Field) -> Client:
    client = Client()
    client.force_login(field.carrier)
    return client


def url_of(field: Field, n: int = 0) -> str:
    return f"/thuc-dia/cua-toi/{field.round.pk}/{field.codes[n]}/"


def test_the_list_shows_ones_own_cases_and_no_address_until_asked(field: Field, phone: Client, by: Actor) -> None:
    privacy.put_contacts(round_=field.round, rows=[(c, {"name": NAME, "address": ADDRESS}) for c in field.codes], by=by)
    page = phone.get("/thuc-dia/cua-toi/").content.decode()
    assert field.codes[0] in page
    assert field.codes[1] in page
    assert field.codes[2] not in page
    assert NAME not in page
    assert not Record.objects.filter(action="privacy.contacts_opened").exists()
    assert NAME in phone.get("/thuc-dia/cua-toi/?dia-chi=1").content.decode()
    opened = Record.objects.get(action="privacy.contacts_opened")
    assert sorted(json.loads(opened.details)["cases"]) == sorted(field.codes[:2])


def test_pages_are_small_enough_for_a_slow_line(field: Field, phone: Client) -> None:
    for url in ("/thuc-dia/cua-toi/", url_of(field)):
        answer = phone.get(url)
        assert answer.status_code == 200
        assert len(answer.content) < 20_000
        assert b"htmx" not in answer.content


def test_two_taps_write_a_visit_and_a_third_takes_it_back(field: Field, phone: Client) -> None:
    url = url_of(field)
    page = phone.get(url).content.decode()
    token = page.split('name="token" value="')[1].split('"')[0]
    sent = {"mode": "paper", "outcome": "2.27", "token": token, "note": ""}
    for _again in range(2):
        answer = phone.post(url, sent)
        assert (answer.status_code, answer.headers["Location"]) == (302, url)
    assert field.case().state == State.DELIVERED
    assert field.case().visits_made == 1
    assert "?o=collect" in phone.get("/thuc-dia/cua-toi/?o=collect").content.decode()
    visit = Visit.objects.get(case=field.case())
    assert str(visit.pk) in phone.get(url).content.decode()
    phone.post(f"{url}hoan-tac/", {"visit": visit.pk})
    assert field.case().state == State.ISSUED


def test_a_refused_visit_keeps_the_note_and_says_why(field: Field, phone: Client) -> None:
    answer = phone.post(url_of(field), {"mode": "phone", "outcome": "3.18", "note": "Ghi chú dài", "day": ""})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Ghi chú dài" in page
    assert 'role="alert"' in page


def test_another_ones_case_has_no_page(field: Field, phone: Client) -> None:
    assert phone.get(url_of(field, 2)).status_code == 404
    assert phone.post(url_of(field, 2), {"mode": "paper", "outcome": "2.22"}).status_code == 404
    mine, foreign = field.visit(), field.visit(2, by=field.other)
    phone.post(f"{url_of(field)}hoan-tac/", {"visit": foreign.pk})
    assert set(Visit.objects.values_list("pk", flat=True)) == {mine.pk, foreign.pk}


def test_the_place_may_be_asked_only_where_the_rules_say_so(field: Field, phone: Client) -> None:
    assert "geolocation=()" in phone.get(url_of(field)).headers["Permissions-Policy"]
    FieldRules.objects.create(round=field.round, asks_place=True)
    answer = phone.get(url_of(field))
    assert "geolocation=(self)" in answer.headers["Permissions-Policy"]
    sent = {"mode": "paper", "outcome": "2.22", "latitude": "21.82", "longitude": "105.21", "accuracy": "9"}
    phone.post(url_of(field), sent)
    assert len(list(places_of(field.round))) == 1
    phone.post(url_of(field), sent | {"latitude": "2000"})  # a place that cannot be loses no visit
    assert field.case().visits_made == 2
    assert len(list(places_of(field.round))) == 1


def test_the_desk_receives_by_keyboard_and_says_what_is_wrong(field: Field) -> None:
    client = Client()
    client.force_login(field.head_person)
    url = f"/thuc-dia/{field.round.pk}/ban-nhan/"
    assert client.post(url, {"code": field.codes[0]}).status_code == 302
    page = client.get(url).content.decode()
    assert field.codes[0] in page
    wrong = field.codes[1][:-1] + ("0" if field.codes[1][-1] != "0" else "1")
    assert "wrong" in client.post(url, {"code": wrong}).content.decode()
    assert FormStep.objects.filter(step="received").count() == 1
    client.post(f"{url}{field.codes[0]}/hoan-tac/")
    assert not FormStep.objects.filter(step="received").exists()


def test_pages_of_the_office_open_for_its_head_and_hold_what_is_of_other_offices_back(
    field: Field, hire: Hire, acting: Acting
) -> None:
    field.visit(outcome="2.11")
    client = Client()
    client.force_login(field.head_person)
    root = f"/thuc-dia/{field.round.pk}/"
    for part in ("don-vi/", f"don-vi/?office={field.office.pk}", "canh-bao/", "thay-the/", "thay-the/cho/",
                 f"phieu/{field.codes[0]}/xu-ly/", "don-vi/xuat/csv/", "thay-the/xuat/csv/"):  # fmt: skip
        assert client.get(root + part).status_code == 200, part
    assert client.get("/thuc-dia/buu-cuc/").status_code == 200
    assert client.get(f"{root}don-vi/?office={field.other_office.pk}").status_code == 404
    stranger = Client()
    stranger.force_login(hire("post_branch", field.other_office))
    assert stranger.get(f"{root}phieu/{field.codes[0]}/xu-ly/").status_code == 404
    assert field.office.name not in stranger.get(f"{root}don-vi/").content.decode()


def test_the_office_writes_a_visit_down_for_its_interviewer(field: Field) -> None:
    client = Client()
    client.force_login(field.head_person)
    url = f"/thuc-dia/{field.round.pk}/phieu/{field.codes[0]}/xu-ly/"
    today = timezone.localdate().strftime("%d/%m/%Y")
    sent = {"act": "visit", "mode": "paper", "outcome": "2.22", "day": today, "note": "", "token": "t" * 24}
    for _again in range(2):
        assert client.post(url, sent).status_code == 302
    assert Visit.objects.get(case=field.case()).person == field.carrier
    visit = Visit.objects.get(case=field.case())
    assert client.post(url, {"act": "take_back", "visit": visit.pk, "because": ""}).status_code == 200
    assert client.post(url, {"act": "take_back", "visit": visit.pk, "because": "Nhầm"}).status_code == 302
    assert field.case().state == State.ISSUED


def test_a_contact_whose_key_is_missing_is_said_and_not_an_error(phone: Client, field: Field, monkeypatch: Any) -> None:
    def missing(**_given: object) -> None:
        raise ValidationError("Thiếu khóa của kho thông tin liên hệ.")

    monkeypatch.setattr("sipas_web.privacy.actions.open_contacts", missing)
    answer = phone.get(f"{url_of(field)}?lien-he=1")
    assert answer.status_code == 200
    assert "Thiếu khóa" in answer.content.decode()
