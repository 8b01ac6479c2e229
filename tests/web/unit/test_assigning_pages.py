"""Pages of assignments: who sees which, and that a contact is seen by its holder alone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.web import field_cast
from tests.web.field_cast import Field, check_counts

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.fieldwork.contacts import contact_of
from sipas_web.fieldwork.models import Case, FileImport, Plan, PlanRow, ServedArea, State, Visit
from sipas_web.jobs.worker import work_off
from sipas_web.privacy.actions import put_contacts
from sipas_web.rounds.models import Round
from sipas_web.rounds.models import State as RoundState
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
LUA = {"name": "Nguyễn Thị Lụa", "address": "Thôn Nà Lại", "phone": "0912345678"}


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"
    settings.CONTACT_KEYS = tmp_path / "keys" / "contacts.json"
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)


@pytest.fixture
def field(tuyen_quang: Unit, by: Actor, hire: field_cast.Hire, acting: field_cast.Acting) -> Field:
    made = field_cast.staffed(tuyen_quang, by, hire, acting)
    put_contacts(round_=made.round, rows=[(code, LUA) for code in made.codes()], by=by)
    return made


def at(field: Field, *rest: object) -> str:
    return "/".join(["/thuc-dia", str(field.round.pk), "giao-phieu", *map(str, rest)]) + "/"


def log_in(client: Client, person: Person) -> Client:
    client.force_login(person)
    return client


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_a_province_takes_cases_from_suggestion_to_interviewers(client: Client, field: Field) -> None:
    log_in(client, field.people["post_province"])
    assert client.get("/thuc-dia/giao-phieu/").status_code == 302
    assert "BC1" in client.get(at(field)).content.decode()
    made = client.post(at(field, "de-xuat"), {"kind": "offices"})
    plan = Plan.objects.get(round=field.round)
    assert made.headers["Location"] == at(field, "phuong-an", plan.pk)
    row = PlanRow.objects.get(plan=plan, commune=field.communes[2].code)
    page = client.post(made.headers["Location"], {"row": row.pk, "cases": "99", "to": field.office.pk})
    assert page.status_code == 200
    assert "errorlist" in page.content.decode()
    moved = client.post(made.headers["Location"], {"row": row.pk, "cases": "", "to": field.office.pk})
    assert moved.status_code == 302
    client.post(at(field, "phuong-an", plan.pk, "chap-nhan"))
    assert Case.objects.filter(office=field.office).count() == 8
    client.post(at(field, "de-xuat"), {"kind": "people", "office": field.office.pk})
    newer = Plan.objects.latest("pk")
    client.post(at(field, "phuong-an", newer.pk, "chap-nhan"))
    assert Case.objects.filter(office=field.office, interviewer=None).count() == 0
    check_counts(field)


def test_a_branch_gives_chosen_cases_by_hand_and_is_told_when_others_were_first(client: Client, field: Field) -> None:
    codes = field.codes(0)
    field.give(codes, field.office)
    log_in(client, field.people["branch"])
    url = at(field, field.office.pk, "phieu")
    assert client.get(url).content.decode().count('type="checkbox"') == 6
    marks = [f"{code}~{field.office.pk}~" for code in codes[:2]]
    to = f"{field.office.pk}-{field.people['one'].pk}"
    assert client.post(url, {"case": marks, "to": to}).status_code == 302
    assert Case.objects.filter(interviewer=field.people["one"]).count() == 2
    again = client.post(url, {"case": marks, "to": f"{field.office.pk}-{field.people['two'].pk}"})
    assert again.status_code == 200
    assert codes[0] in again.content.decode()
    assert Case.objects.filter(interviewer=field.people["one"]).count() == 2
    foreign = client.post(url, {"case": marks, "to": f"{field.other.pk}"})
    assert foreign.status_code == 200
    assert not Case.objects.filter(office=field.other).exists()
    for wrong in ({"case": marks, "first": "1"}, {}, {"case": ["x~y~z"]}):
        answer = client.post(url, {**wrong, "to": to})
        assert "errorlist" in answer.content.decode()
    counted = client.post(url + "?holder=nobody", {"first": "3", "to": f"{field.office.pk}-{field.people['two'].pk}"})
    assert counted.status_code == 302
    given = Case.objects.filter(interviewer=field.people["two"]).order_by("case_id")
    assert list(given.values_list("case_id", flat=True)) == codes[2:5]
    taken = client.post(
        at(field, field.office.pk, "ban-giao", field.people["one"].pk),
        {"to": f"{field.office.pk}-{field.people['two'].pk}", "reason": "nghỉ"},
    )
    assert taken.status_code == 302
    assert Case.objects.filter(interviewer=field.people["two"]).count() == 5
    check_counts(field)


@pytest.mark.parametrize(
    ("who", "seen"),
    [("department", 200), ("post_province", 200), ("branch", 200), ("other_branch", 404), ("one", 403),
     ("supervisor", 403)],
)  # fmt: skip
def test_each_sees_the_pages_of_the_own_offices(client: Client, field: Field, who: str, seen: int) -> None:
    field.give(field.codes(0), field.office)
    log_in(client, field.people[who])
    code = field.codes(0)[0]
    for rest in ((field.office.pk,), (field.office.pk, "phieu"), ("phieu", code), (field.office.pk, "so-giao-nhan")):
        assert client.get(at(field, *rest)).status_code == seen, rest
    over = {"department": 200, "post_province": 200}.get(who, 403)
    if who in {"branch", "other_branch"}:
        assert client.get(at(field, 0, "phieu")).status_code == 403
        assert client.get(at(field, "tep")).status_code == 404
    else:
        assert client.get(at(field, 0, "phieu")).status_code == over
        assert client.get(at(field, "tep")).status_code == over
    assert client.get(at(field, "dia-ban")).status_code == over


def opened(client: Client, field: Field, code: str) -> dict[str, bool]:
    """Say who gets the contact of a case over HTTP; nobody's page shows it unasked."""
    found = {}
    for name, person in field.people.items():
        log_in(client, person)
        assert LUA["name"] not in client.get(at(field, "phieu", code)).content.decode()
        answer = client.post(at(field, "phieu", code))
        found[name] = LUA["name"] in answer.content.decode()
        assert not found[name] or answer.status_code == 200
        if person.has_perm("fieldwork.case_carry"):
            try:
                case = Case.objects.get(case_id=code)
                found[name] = contact_of(case, field.actors[name], "fieldwork.visit") is not None
            except PermissionDenied:
                found[name] = False
    return found


def test_a_contact_is_seen_by_its_holders_alone_and_only_while_they_hold_it(client: Client, field: Field) -> None:
    code = field.codes(0)[0]

    def seers() -> set[str]:
        return {name for name, is_seen in opened(client, field, code).items() if is_seen}

    assert seers() == set()
    field.give([code], field.office)
    assert seers() == {"post_province", "branch"}
    field.give([code], field.office, "one")
    assert seers() == {"post_province", "branch", "one"}
    field.give([code], field.office, "two")
    assert seers() == {"post_province", "branch", "two"}
    field.give([code], field.other, "far")
    assert seers() == {"post_province", "other_branch", "far"}
    Case.objects.filter(case_id=code).update(state=State.RECEIVED)
    assert seers() == {"post_province", "other_branch"}
    for state in (State.ANSWERED, State.NOT_ANSWERED, State.REPLACED, State.WITHDRAWN):
        Case.objects.filter(case_id=code).update(state=state)
        assert seers() == set()
    Case.objects.filter(case_id=code).update(state=State.ISSUED)
    Round.objects.filter(pk=field.round.pk).update(state=RoundState.FROZEN)
    assert seers() == set()


def test_opening_a_contact_is_recorded_and_looking_at_the_page_is_not(client: Client, field: Field) -> None:
    code = field.codes(0)[0]
    field.give([code], field.office)
    log_in(client, field.people["branch"])
    client.get(at(field, "phieu", code))
    assert not Record.objects.filter(action="privacy.contacts_opened").exists()
    client.post(at(field, "phieu", code))
    record = Record.objects.get(action="privacy.contacts_opened")
    assert record.actor == field.actors["branch"].key
    assert code in str(record.details)
    assert LUA["name"] not in str(record.details)


def test_route_sheets_hold_what_the_office_holds_and_nothing_else(client: Client, field: Field) -> None:
    codes = field.codes(0)
    field.give(codes[:3], field.office, "one")
    field.give(codes[3:5], field.office, "two")
    case = Case.objects.get(case_id=codes[0])
    Visit.objects.create(case=case, number=1, day=dt.date(2026, 11, 12), mode="paper", outcome="2.22")
    Case.objects.filter(pk=case.pk).update(state=State.VISITED, visits_made=1)
    Case.objects.filter(case_id=codes[1]).update(state=State.DELIVERED)
    log_in(client, field.people["branch"])
    url = at(field, field.office.pk, "phieu-di-duong")
    form = {"person": str(field.people["one"].pk), "day": "23/11/2026", "commune": ""}
    answer = client.post(url, form)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    text = text_of(answer.content)
    assert text.count(LUA["name"]) == 3
    assert "MÔ PHỎNG" in text
    assert "12/11 · 2.22" in text
    assert "PHIẾU ĐI ĐƯỜNG" in text
    assert "Thu phiếu" in text
    for code in codes[:3]:
        assert code[:4] in text
    assert codes[3][:4] not in text
    record = Record.objects.get(action="fieldwork.route_sheets_printed")
    assert Record.objects.get(action="privacy.contacts_opened").actor == field.actors["branch"].key
    assert '"cases":3' in str(record.details).replace(" ", "")
    assert "Trang 1/1" in text
    Case.objects.filter(case_id__in=codes[:2]).update(state=State.COLLECTED)  # back with the interviewer: no way left
    assert text_of(client.post(url, form).content).count(LUA["name"]) == 1
    for name, status in (("other_branch", 404), ("department", 403), ("supervisor", 403), ("one", 403)):
        assert log_in(client, field.people[name]).post(url, form).status_code == status, name


def test_two_people_get_sheets_with_page_numbers_of_their_own(client: Client, field: Field) -> None:
    field.give(field.codes(0)[:3], field.office, "one")
    field.give(field.codes(0)[3:5], field.office, "two")
    log_in(client, field.people["branch"])
    url = at(field, field.office.pk, "phieu-di-duong")
    answer = client.post(url, {"person": "all", "day": "23/11/2026", "commune": ""})
    assert text_of(answer.content).count("Trang 1/1") == 2
    empty = client.post(url, {"person": "all", "day": "23/11/2026", "commune": field.communes[1].code})
    assert empty.status_code == 200
    assert "errorlist" in empty.content.decode()


def test_the_register_names_no_citizen(client: Client, field: Field) -> None:
    field.give(field.codes(0), field.office, "one")
    log_in(client, field.people["branch"])
    text = text_of(client.get(at(field, field.office.pk, "so-giao-nhan")).content)
    assert "SỔ GIAO NHẬN PHIẾU" in text
    assert text.count(field.people["one"].full_name) == 6
    assert LUA["name"] not in text
    assert not Record.objects.filter(action="privacy.contacts_opened").exists()


def test_a_list_goes_out_and_comes_back(client: Client, field: Field) -> None:
    field.give(field.codes(0), field.office, "one")
    log_in(client, field.people["post_province"])
    listed = b"".join(client.get(at(field, "xuat", "csv")))  # type: ignore[arg-type]
    assert listed.decode("utf-8-sig").startswith("Mã phiếu,Mã xã,Mã bưu cục,Tên đăng nhập")
    assert LUA["name"] not in listed.decode()
    changed = listed.replace(field.people["one"].username.encode(), field.people["two"].username.encode())
    answer = client.post(at(field, "tep"), {"file": SimpleUploadedFile("giao.csv", changed)})
    file = FileImport.objects.get()
    assert answer.headers["Location"] == f"/thuc-dia/giao-phieu/tep/{file.pk}/"
    work_off()
    assert Case.objects.filter(interviewer=field.people["two"]).count() == 6
    page = client.get(f"/thuc-dia/giao-phieu/tep/{file.pk}/")
    assert page.status_code == 200
    assert client.get(f"/thuc-dia/giao-phieu/tep/{file.pk}/dong/csv/").status_code == 200
    for name in ("branch", "one"):
        log_in(client, field.people[name])
        assert client.get(f"/thuc-dia/giao-phieu/tep/{file.pk}/").status_code in {403, 404}


def test_a_branch_takes_along_only_its_own(client: Client, field: Field) -> None:
    field.give(field.codes(0), field.office)
    field.give(field.codes(1), field.other)
    log_in(client, field.people["branch"])
    listed = b"".join(client.get(at(field, "xuat", "csv"))).decode("utf-8-sig")  # type: ignore[arg-type]
    assert {line.split(",")[0] for line in listed.splitlines()[1:]} == set(field.codes(0))


def test_areas_of_offices_are_set_on_a_page(client: Client, field: Field) -> None:
    log_in(client, field.people["post_province"])
    page = client.get(at(field, "dia-ban")).content.decode()
    assert page.count("<select") == 3
    data = {f"office-{c.code}": field.other.pk for c in field.communes}
    assert client.post(at(field, "dia-ban"), data).status_code == 302
    assert set(ServedArea.objects.values_list("office", flat=True)) == {field.other.pk}
    client.post(at(field, "dia-ban"), data | {f"office-{field.communes[0].code}": ""})
    assert ServedArea.objects.count() == 2


def test_areas_of_offices_come_from_a_file_row_by_row(client: Client, field: Field) -> None:
    one, two, _three = (c.code for c in field.communes)
    lines = f"Mã xã,Mã bưu cục\n{one.lstrip('0')},BC2\n{two},BC9\n99999,BC1\n{one},BC1\n"
    log_in(client, field.people["post_province"])
    answer = client.post(at(field, "dia-ban"), {"file": SimpleUploadedFile("đb.csv", lines.encode())})
    assert answer.status_code == 200
    assert [(w.row, w.got) for w in answer.context["wrong"]] == [(3, f"{two} BC9"), (4, "99999 BC1"), (5, f"{one} BC1")]
    assert list(ServedArea.objects.values_list("commune__code", "office__code")) == [(one, "BC2")]
    wrong = client.post(at(field, "dia-ban"), {"file": SimpleUploadedFile("x.csv", b"a,b\n1,2\n")})
    assert "errorlist" in wrong.content.decode()
    good = client.post(at(field, "dia-ban"), {"file": SimpleUploadedFile("x.csv", f"Xã,Bưu cục\n{two},BC1\n".encode())})
    assert good.status_code == 302


def test_pages_before_any_office_say_what_to_do(
    client: Client, tuyen_quang: Unit, by: Actor, hire: field_cast.Hire
) -> None:
    communes = field_cast.communes_of(tuyen_quang, 1)
    round_ = field_cast.in_field(tuyen_quang, by, {communes[0].code: 2})
    log_in(client, hire("department", tuyen_quang))
    for rest in ("", "dia-ban/", "0/phieu/"):
        page = client.get(f"/thuc-dia/{round_.pk}/giao-phieu/{rest}")
        assert page.status_code == 200
    assert client.get(f"/dot/{round_.pk}/").status_code in {200, 404}
