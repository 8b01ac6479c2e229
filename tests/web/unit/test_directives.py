"""Directives on their pages: a letter read, corrected, kept; what is refused; who may what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.web.conftest import PASSWORD
from tests.web.letters_cast import PROVINCE, kept

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.improvement.actions import directives as acts
from sipas_web.improvement.models import Directive, Task
from sipas_web.improvement.queries.directives import names
from sipas_web.units import actions as unit_actions
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]
Office = Callable[..., Unit]
NEWS = Path(__file__).parents[2] / "core/reference/letters/blind/b09-tin-bao.txt"


@pytest.fixture
def office(by: Actor, tuyen_quang: Unit) -> Office:
    """Make an agency of the province, or below another."""

    def made(code: str, name: str, parent: Unit | None = None) -> Unit:
        return unit_actions.add(
            kind="agency", code=code, name=name, parent=parent or tuyen_quang, valid_from=dt.date(2025, 7, 1), by=by
        )

    return made


def test_a_letter_is_read_corrected_and_kept_through_its_pages(
    client: Client, hire: Hire, office: Office, tuyen_quang: Unit
) -> None:
    interior, finance = office("SNV", "Sở Nội vụ"), office("STC", "Sở Tài chính")
    person = hire("tracker", tuyen_quang)
    client.login(username=person.username, password=PASSWORD)
    answer = client.post(reverse("directive_add"), {"unit": tuyen_quang.pk, "text": PROVINCE})
    assert answer.status_code == 302, answer.content.decode()
    directive = Directive.objects.get()
    read = (directive.reference, directive.issuer, directive.issued, directive.kind)
    assert read == ("412/UBND-NC", tuyen_quang, dt.date(2026, 1, 12), "letter")
    page = client.get(answer["Location"]).content.decode()
    assert 'id="m-thresholds-0"' in page
    assert 'id="v-thresholds-0"' in page
    for name in ("head", "citations", "addressees", "orders", "targets"):
        assert client.get(reverse(f"directive_{name}", args=[directive.pk])).status_code == 200, name
    group = directive.addressees.get(name__startswith="Các sở")
    url = reverse("directive_group", args=[directive.pk, group.pk])
    assert client.post(url, {"units": [interior.pk, finance.pk]}).status_code == 302
    assert {a.unit for a in directive.addressees.filter(group=group.name)} == {finance}  # Sở Nội vụ is named already
    assert (
        client.get(reverse("directive_order", args=[directive.pk, directive.provisions.get(path="2").pk])).status_code
        == 200
    )
    answer = client.post(reverse("directive_keep", args=[directive.pk]))
    assert answer["Location"] == reverse("directive_detail", args=[directive.pk])
    for name in ("detail", "cascade", "reading", "withdraw"):
        assert client.get(reverse(f"directive_{name}", args=[directive.pk])).status_code == 200, name
    assert "77/KH-BNV" in client.get(reverse("directive_missing")).content.decode()
    given = Task.objects.get(directive=directive, path="2")
    assert (given.unit, given.due, given.giver) == (interior, dt.date(2026, 6, 30), tuyen_quang)
    shared = Task.objects.filter(directive=directive, path="1.a")
    assert {t.unit for t in shared} == {interior, finance}  # the communes were not taken apart
    listed = b"".join(client.get(reverse("directive_export", args=["csv"])).streaming_content).decode()  # type: ignore[attr-defined]
    assert "412/UBND-NC" in listed


def test_every_form_keeps_what_is_typed_and_says_what_is_wrong(
    client: Client, hire: Hire, tuyen_quang: Unit, by: Actor
) -> None:
    person = hire("tracker", tuyen_quang)
    client.login(username=person.username, password=PASSWORD)
    assert "dán" in client.post(reverse("directive_add"), {"unit": tuyen_quang.pk}).content.decode()
    picture = SimpleUploadedFile("anh.docx", b"\x89PNG\r\n" + bytes(200))
    page = client.post(reverse("directive_add"), {"unit": tuyen_quang.pk, "file": picture})
    assert page.status_code == 200
    assert "Traceback" not in page.content.decode()
    assert Directive.objects.count() == 0
    file = SimpleUploadedFile("cong-van.txt", PROVINCE.encode("utf-16"))
    assert client.post(reverse("directive_add"), {"unit": tuyen_quang.pk, "file": file}).status_code == 302
    made = Directive.objects.get()
    assert made.file_name == "cong-van.txt"
    head = {"issuer_name": "UBND tỉnh", "unit": tuyen_quang.pk, "reference": "412/UBND-NC", "issued": "12/01/2126",
            "kind": "letter", "subject": "Một trích yếu đã gõ"}  # fmt: skip
    page = client.post(reverse("directive_head", args=[made.pk]), head).content.decode()
    assert "Một trích yếu đã gõ" in page
    head["issued"] = "13/01/2026"
    assert client.post(reverse("directive_head", args=[made.pk]), head).status_code == 302
    made.refresh_from_db()
    assert (made.issued, made.subject) == (dt.date(2026, 1, 13), "Một trích yếu đã gõ")
    rows = {"rows-TOTAL_FORMS": "2", "rows-INITIAL_FORMS": "0", "rows-0-name": "Sở Nội vụ", "rows-0-code": "KHONG",
            "rows-1-name": ""}  # fmt: skip
    page = client.post(reverse("directive_addressees", args=[made.pk]), rows).content.decode()
    assert 'value="KHONG"' in page


def test_a_letter_is_kept_once_for_everyone(
    client: Client, hire: Hire, tuyen_quang: Unit, dong_nai: Unit, by: Actor
) -> None:
    first = kept(PROVINCE, unit=tuyen_quang, issuer=tuyen_quang, to=[], by=by)
    person = hire("tracker", tuyen_quang)
    client.login(username=person.username, password=PASSWORD)
    client.post(reverse("directive_add"), {"unit": tuyen_quang.pk, "text": PROVINCE.replace("412", " 412 ")})
    second = Directive.objects.latest("pk")
    answer = client.post(reverse("directive_keep", args=[second.pk]), follow=True)
    assert reverse("directive_detail", args=[first.pk]) in answer.content.decode()
    assert Directive.objects.get(pk=second.pk).state == "read"
    with pytest.raises(acts.KeptAlreadyError) as refused:
        kept(PROVINCE, unit=tuyen_quang, issuer=tuyen_quang, to=[], by=by)
    assert refused.value.kept == first
    other = kept(PROVINCE, unit=dong_nai, issuer=dong_nai, to=[], by=by)  # the same number of another office
    assert other.state == "kept"
    head = acts.Head(tuyen_quang, "x", other.reference, other.issued, "letter", "x")
    with pytest.raises(acts.KeptAlreadyError):
        acts.correct_head(directive_id=other.pk, head=head, by=by, reason="x")


def test_who_may_keep_but_not_give_leaves_the_tasks_to_who_may(
    client: Client, hire: Hire, acting: Acting, tuyen_quang: Unit, dong_nai: Unit, by: Actor
) -> None:
    commune = units.first_commune(tuyen_quang, units.today())
    assert commune is not None
    clerk = acting(hire("agency", commune))
    made = kept(PROVINCE, unit=commune, issuer=tuyen_quang, to=[commune], by=clerk)
    assert made.tasks.count() == 0
    with pytest.raises(PermissionDenied):
        acts.give_tasks(directive_id=made.pk, by=clerk)
    stranger = hire("tracker", dong_nai)
    assert acts.give_tasks(directive_id=made.pk, by=acting(stranger)) == 0
    tracker = acting(hire("tracker", tuyen_quang))
    assert acts.give_tasks(directive_id=made.pk, by=tracker) == made.tasks.count() > 0
    assert acts.give_tasks(directive_id=made.pk, by=tracker) == 0  # nothing twice
    with pytest.raises(PermissionDenied):
        acts.take_in(unit=tuyen_quang, text=PROVINCE, by=clerk)
    with pytest.raises(PermissionDenied):
        acts.withdraw(directive_id=made.pk, reason="x", by=acting(stranger))


def test_a_draft_is_seen_by_its_keepers_only(client: Client, hire: Hire, tuyen_quang: Unit, by: Actor) -> None:
    made = acts.take_in(unit=tuyen_quang, text=PROVINCE, by=by)
    reader = hire("head", tuyen_quang)  # sees directives, keeps none
    client.login(username=reader.username, password=PASSWORD)
    assert client.get(reverse("directive_reading", args=[made.pk])).status_code == 404
    assert "412/UBND-NC" not in client.get(reverse("directive_list")).content.decode()
    acts.drop(directive_id=made.pk, by=by)
    assert not Directive.objects.exists()
    assert Record.objects.filter(action="improvement.directive_dropped").exists()


def test_a_correction_after_keeping_says_why_and_stays_visible(
    client: Client, hire: Hire, tuyen_quang: Unit, by: Actor
) -> None:
    made = kept(PROVINCE, unit=tuyen_quang, issuer=tuyen_quang, to=[], by=by)
    head = acts.Head(tuyen_quang, "UBND tỉnh", "413/UBND-NC", made.issued, "letter", made.subject)
    with pytest.raises(ValidationError):
        acts.correct_head(directive_id=made.pk, head=head, by=by)
    acts.correct_head(directive_id=made.pk, head=head, by=by, reason="Đọc nhầm số trên bản quét")
    change = made.changes.get(what="head.reference")
    assert (change.before, change.after, change.reason) == ("412/UBND-NC", "413/UBND-NC", "Đọc nhầm số trên bản quét")
    person = hire("head", tuyen_quang)
    client.login(username=person.username, password=PASSWORD)
    assert "Đọc nhầm số trên bản quét" in client.get(reverse("directive_detail", args=[made.pk])).content.decode()
    assert client.get(reverse("directive_head", args=[made.pk])).status_code == 403


def test_news_about_a_letter_says_that_it_is_news(client: Client, hire: Hire, tuyen_quang: Unit, by: Actor) -> None:
    made = acts.take_in(unit=tuyen_quang, text=NEWS.read_text(encoding="utf-8"), by=by)
    assert made.is_retelling
    person = hire("tracker", tuyen_quang)
    client.login(username=person.username, password=PASSWORD)
    page = client.get(reverse("directive_reading", args=[made.pk])).content.decode()
    assert "không phải chính văn bản" in page


def test_names_are_proposed_from_where_they_are_used(office: Office, tuyen_quang: Unit, dong_nai: Unit) -> None:
    interior = office("SNV", "Sở Nội vụ")
    section = office("PCC", "Phòng Cải cách hành chính", interior)
    today = units.today()
    assert names.suggested("UBND tỉnh", on=today, near=section) == [tuyen_quang]
    assert names.suggested("Chủ tịch UBND tỉnh", on=today, near=section) == [tuyen_quang]
    assert names.suggested("Giám đốc Sở Nội vụ", on=today, near=tuyen_quang) == [interior]
    assert names.suggested("Sở Nội vụ tỉnh", on=today, near=tuyen_quang) == [interior]
    assert names.suggested("ỦY BAN NHÂN DÂN TỈNH TUYẾN QUANG", on=today, near=dong_nai) == [tuyen_quang]
    assert names.suggested("UBND các xã, phường", on=today, near=tuyen_quang) == []
    old = dt.date(2020, 5, 1)
    assert {u.code for u in names.suggested("UBND tỉnh", on=old, near=tuyen_quang)} == {"02", "08"}
    assert names.likeliest("UBND tỉnh", on=old, near=tuyen_quang, place="Hà Giang").code == "02"  # type: ignore[union-attr]
    assert [names.group_of(n) for n in (
        "UBND các xã, phường", "Các sở, ban, ngành thuộc tỉnh", "Các cơ quan, đơn vị trực thuộc UBND Huyện",
        "Ủy ban nhân dân các tỉnh, thành phố trực thuộc Trung ương", "UBND các huyện, thị xã",
    )] == ["communes", "agencies", "agencies", "provinces", "districts"]  # fmt: skip
    assert set(names.members_of("agencies", below=tuyen_quang, on=today)) == {interior}
    assert names.members_of("communes", below=section, on=today).count() > 100
