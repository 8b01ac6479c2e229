"""Registers of measures: training, campaigns; discipline, whose names stay under lock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sipas_web.accounts.actions.roles import shipped
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.improvement.actions import discipline, registers
from sipas_web.improvement.actions.tasks import give
from sipas_web.improvement.models import Campaign, Discipline, Training
from sipas_web.improvement.pages.targets_kept import DISCIPLINE
from sipas_web.improvement.queries import registers as reads
from sipas_web.privacy.models import SealedPerson
from sipas_web.units import actions as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]
NAME = "Lò Thị Khuyết Danh"
DAY = dt.date(2026, 3, 5)
ROLES = {r["code"]: r["permissions"] for r in shipped()}


@pytest.fixture(autouse=True)
def _folders_of_this_test(settings: Any, tmp_path: Any, monkeypatch: Any) -> None:
    settings.KEYS_FOLDER = tmp_path / "keys"
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)


@pytest.fixture
def agency(tuyen_quang: Unit, by: Actor) -> Unit:
    return units.add(
        kind="agency", code="A-1", name="Sở Một", parent=tuyen_quang, valid_from=tuyen_quang.valid_from, by=by
    )


def decision(unit: Unit, by: Actor, **more: Any) -> Discipline:
    values: dict[str, Any] = {
        "official": NAME, "decision": "12/QĐ-SNV", "decided": DAY, "ground": "attitude", "outcome": "reprimand"
    }  # fmt: skip
    return discipline.enter(unit=unit, by=by, **values | more)


# Discipline


@pytest.mark.parametrize("role", ROLES)
def test_only_who_holds_the_register_sees_it_and_in_their_area_alone(
    role: str, agency: Unit, tuyen_quang: Unit, dong_nai: Unit, by: Actor, client: Client, hire: Hire
) -> None:
    row = decision(agency, by)
    may = "improvement.discipline_view" in ROLES[role]
    keeps = "improvement.discipline_keep" in ROLES[role]
    detail, remove = (reverse(name, args=[row.pk]) for name in ("discipline_detail", "discipline_remove"))
    for place, inside in ((tuyen_quang, True), (dong_nai, False)):
        client.force_login(hire(role, place))
        listed = client.get(reverse("discipline_list"))
        assert listed.status_code == (200 if may else 403)
        assert ("12/QĐ-SNV" in listed.content.decode()) == (may and inside)
        assert client.get(detail).status_code == (403 if not may else 200 if inside else 404)
        opened = client.post(detail, {"purpose": "Đối chiếu hồ sơ"})
        assert (NAME in opened.content.decode()) == (may and inside)
        assert client.get(reverse("discipline_add")).status_code == (200 if keeps else 403)
        if not (keeps and inside):
            assert client.post(remove, {"reason": "x"}).status_code in {403, 404}
    assert Discipline.objects.filter(pk=row.pk).exists()


def test_the_name_is_sealed_opened_on_record_and_stands_nowhere_else(
    agency: Unit, tuyen_quang: Unit, by: Actor, client: Client, hire: Hire
) -> None:
    keeper = hire("department", tuyen_quang)
    client.force_login(keeper)
    form = {
        "unit": agency.code, "official": NAME, "decision": "9/QĐ", "decided": "5/3/2026", "ground": "late",
        "outcome": "warning", "node": "",
    }  # fmt: skip
    answer = client.post(reverse("discipline_add"), form, follow=True)
    row = Discipline.objects.get()
    assert NAME not in answer.content.decode()
    assert (row.origin, str(row)) == ("", f"KL-{row.pk}")
    sealed = SealedPerson.objects.get(token=row.token)
    assert NAME.encode() not in bytes(sealed.sealed)
    detail = reverse("discipline_detail", args=[row.pk])
    assert NAME not in client.post(detail, {"purpose": " "}).content.decode()
    assert not Record.objects.filter(action="privacy.people_opened").exists()
    shown = client.post(detail, {"purpose": "Trả lời thanh tra"})
    assert NAME in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    opened = Record.objects.get(action="privacy.people_opened")
    assert "Trả lời thanh tra" in opened.details
    client.post(reverse("discipline_remove", args=[row.pk]), {"reason": "Quyết định bị hủy bỏ"})
    assert not SealedPerson.objects.exists()
    assert not Discipline.objects.exists()
    for record in Record.objects.all():
        assert NAME not in f"{record.details} {record.subject} {record.subject_name}"
        assert "Khuyết" not in record.details
    for name in ("discipline_list", "training_list", "campaign_list", "target_list", "commitment_list"):
        assert NAME not in client.get(reverse(name)).content.decode()


def test_only_a_count_leaves_the_register(agency: Unit, by: Actor) -> None:
    decision(agency, by)
    decision(agency, by, decision="13/QĐ", outcome="cleared")
    counted = reads.counts([agency.pk], dt.date(2026, 1, 1), dt.date(2026, 12, 31))
    assert counted == {agency.pk: {"discipline": 1}}


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("official", {"official": " "}),
        ("decision", {"decision": ""}),
        ("decided", {"decided": dt.date(2999, 1, 1)}),
        ("ground", {"ground": "other-code"}),
        ("outcome", {"outcome": ""}),
    ],
)
def test_a_decision_at_fault_is_not_entered(agency: Unit, by: Actor, field: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        decision(agency, by, **wrong)
    assert field in refused.value.message_dict
    assert not SealedPerson.objects.exists()
    decision(agency, by)
    with pytest.raises(ValidationError):  # once is enough
        decision(agency, by)


def test_old_decisions_go_with_their_names(agency: Unit, by: Actor) -> None:
    decision(agency, by, decided=dt.date(2019, 1, 1))
    decision(agency, by)
    assert DISCIPLINE.oldest() is not None
    before = timezone.now() - dt.timedelta(days=DISCIPLINE.days or 0)
    assert DISCIPLINE.delete(before, by) == 1
    assert DISCIPLINE.delete(before, by) == 0
    assert [row.decided for row in Discipline.objects.all()] == [DAY]
    assert SealedPerson.objects.count() == 1


# Training and campaigns


def test_a_training_session_says_who_took_part_from_where(
    agency: Unit, tuyen_quang: Unit, client: Client, hire: Hire
) -> None:
    client.force_login(hire("department", tuyen_quang))
    form = {
        "unit": tuyen_quang.code, "held": "5/3/2026", "title": "Giao tiếp với người dân", "hours": "7,5",
        "groups": "Sở Một: 12\nA-1 = 3\n", "node": "access", "material": "", "evaluation": "",
    }  # fmt: skip
    wrong = client.post(reverse("training_add"), form | {"groups": "Sở Một 12\nKhông Có Đâu: 3"})
    text = wrong.content.decode()
    assert "Dòng 1" in text
    assert "Dòng 2" in text
    assert "Không Có Đâu: 3" in text
    client.post(reverse("training_add"), form)
    row = Training.objects.get()
    assert (row.hours, row.node, row.origin) == (Decimal("7.5"), "access", "")
    assert [(g.unit, g.people) for g in reads.groups_of(row)] == [(agency, 15)]
    client.post(reverse("training_detail", args=[row.pk]), {"material": "Tài liệu 1", "evaluation": "Tốt"})
    assert "Tài liệu 1" in client.get(reverse("training_detail", args=[row.pk])).content.decode()
    counted = reads.counts([tuyen_quang.pk, agency.pk], dt.date(2026, 3, 1), dt.date(2026, 3, 31))
    assert counted == {tuyen_quang.pk: {"trainings": 1}, agency.pk: {"trained": 15}}
    client.force_login(hire("agency", agency))  # its people took part: it may look, not change
    assert client.get(reverse("training_detail", args=[row.pk])).status_code == 200
    assert client.post(reverse("training_detail", args=[row.pk]), {"material": "x"}).status_code == 403


def test_a_campaigns_reach_says_who_counted(agency: Unit, dong_nai: Unit, client: Client, hire: Hire) -> None:
    client.force_login(hire("agency", agency))
    form = {
        "unit": agency.code, "title": "Phát thanh về SIPAS", "channel": "radio", "audience": "Người dân",
        "first": "1/3/2026", "last": "10/3/2026", "reach": "5000", "reach_source": "", "press_body": "Đài PTTH",
        "evidence": "", "node": "", "origin": "javascript:1",
    }  # fmt: skip
    refused = client.post(reverse("campaign_add"), form)
    assert refused.status_code == 200
    assert not Campaign.objects.exists()
    client.post(reverse("campaign_add"), form | {"last": "1/2/2026", "reach_source": "Đài"})
    assert not Campaign.objects.exists()
    client.post(reverse("campaign_add"), form | {"reach_source": "Đài PTTH ước tính"})
    row = Campaign.objects.get()
    assert (row.reach, row.origin) == (5000, "")
    page = reverse("campaign_detail", args=[row.pk])
    client.post(page, {"reach": "6000", "reach_source": "Đo lại", "evidence": "BC 3"})
    assert "6.000" in client.get(page).content.decode()
    client.force_login(hire("department", dong_nai))
    assert client.get(page).status_code == 404


def test_nobody_enters_measures_elsewhere(
    agency: Unit, tuyen_quang: Unit, dong_nai: Unit, hire: Hire, acting: Acting
) -> None:
    stranger = acting(hire("department", dong_nai))
    values = {"title": "x", "channel": "web", "audience": "x", "first": DAY, "last": DAY}
    with pytest.raises(PermissionDenied):
        registers.enter_campaign(unit=agency, values=values, by=stranger)
    with pytest.raises(PermissionDenied):
        registers.enter_training(unit=agency, held=DAY, title="x", hours=Decimal(1), groups={agency: 1}, by=stranger)
    with pytest.raises(PermissionDenied):
        decision(agency, stranger)
    with pytest.raises(PermissionDenied):
        decision(agency, acting(hire("head", tuyen_quang)))  # sees the register, does not keep it


def test_what_carries_a_task_out_names_it_and_is_shown_there_to_who_may_see_it(
    agency: Unit, tuyen_quang: Unit, dong_nai: Unit, by: Actor, client: Client, hire: Hire
) -> None:
    task = give(unit=agency, title="Chấn chỉnh thái độ phục vụ", by=by)
    elsewhere = give(unit=dong_nai, title="Việc nơi khác", by=by)
    page, origin = reverse("task_detail", args=[task.pk]), f"task:{task.pk}"
    client.force_login(hire("department", tuyen_quang))
    for name in ("training_add", "campaign_add", "discipline_add"):
        assert f"{reverse(name)}?origin=task%3A{task.pk}&amp;unit={agency.code}" in client.get(page).content.decode()
        form = client.get(reverse(name), {"origin": origin, "unit": agency.code}).content.decode()
        assert task.title in form
        assert f'value="{origin}"' in form
    training = {"unit": agency.code, "held": "5/3/2026", "title": "Lớp giao tiếp", "hours": "4", "groups": "Sở Một: 5"}
    refused = client.post(reverse("training_add"), training | {"origin": f"task:{elsewhere.pk}"})
    assert not Training.objects.exists()
    assert "Lớp giao tiếp" in refused.content.decode()
    assert elsewhere.title not in refused.content.decode()
    client.post(reverse("training_add"), training | {"origin": origin})
    campaign = {"unit": agency.code, "title": "Phát thanh", "channel": "radio", "audience": "Người dân",
                "first": "1/3/2026", "last": "2/3/2026"}  # fmt: skip
    client.post(reverse("campaign_add"), campaign | {"origin": origin})
    made = decision(agency, by, origin=origin)
    shown = client.get(page).content.decode()
    for said in ("Lớp giao tiếp", "Phát thanh", str(made)):
        assert f">{said}</a>" in shown
    assert NAME not in shown
    for name, row in (("training", Training.objects.get()), ("campaign", Campaign.objects.get()), ("discipline", made)):
        assert page in client.get(reverse(f"{name}_detail", args=[row.pk])).content.decode()
    client.force_login(hire("agency", agency))
    shown = client.get(page).content.decode()
    assert "Lớp giao tiếp" in shown
    assert str(made) not in shown  # the register is closed to it
    assert reverse("discipline_add") not in shown
