"""Pages of people's requests and of duties: a whole request by hand, nobody named without need, areas kept apart."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.web.asking import Hire, folders, handler, ready, round_
from tests.web.conftest import PASSWORD

from sipas_web.audit.actors import Actor
from sipas_web.privacy import actions, keys
from sipas_web.privacy.models import Contact, SubjectRequest
from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folders")]
__all__ = ["folders", "handler", "round_"]


def test_a_request_is_carried_through_on_its_pages(
    client: Client, round_: Round, hire: Hire, tuyen_quang: Unit
) -> None:
    client.force_login(hire("department", tuyen_quang))
    told = {
        "unit": tuyen_quang.pk, "kind": "withdraw", "channel": "phone", "received": f"{timezone.localdate():%d/%m/%Y}",
        "name": "Nguyễn Thị Lụa", "reach": "0912777555", "words": "xin rút",
    }  # fmt: skip
    answer = client.post(reverse("request_add"), told, follow=True)
    made = SubjectRequest.objects.get()
    assert f"YC-{made.pk}" in answer.content.decode()
    page = reverse("request_detail", args=[made.pk])
    step = {"on": f"{timezone.localdate():%d/%m/%Y}", "is_identity_checked": "on"}
    assert client.post(page, step).status_code == 302
    found = client.post(reverse("request_find", args=[made.pk]), {"phone": "0912 777 555"}).content.decode()
    assert "AAAA1" in found
    assert "BBBB2" not in found
    client.post(reverse("request_attach", args=[made.pk]), {"round_id": round_.pk, "case_code": "AAAA1"})
    answer = client.post(reverse("request_carry_out", args=[made.pk]), {"reason": "theo yêu cầu"}, follow=True)
    assert "đã được tiêu hủy" in answer.content.decode()
    letter = client.post(reverse("request_letter", args=[made.pk])).content.decode()
    assert "Kính gửi: Ông/bà Nguyễn Thị Lụa" in letter
    assert "không còn thuộc đợt khảo sát" in letter
    assert not Contact.objects.filter(case_code="AAAA1").exists()
    assert "no-store" in client.post(reverse("request_asker", args=[made.pk])).headers["Cache-Control"]


def test_every_page_of_duties_opens_and_names_nobody(
    client: Client, round_: Round, hire: Hire, tuyen_quang: Unit, handler: Actor
) -> None:
    made = ready(handler, round_, "see")
    found = timezone.now() - dt.timedelta(hours=73)
    breach = actions.report_breach(unit=tuyen_quang, what="Mất tờ danh sách", found=found, kinds="họ tên", by=handler)
    client.force_login(hire("department", tuyen_quang))
    for name, arguments in (
        ("privacy_home", []), ("join_drop", [round_.pk]), ("retention_list", []), ("request_list", []),
        ("request_add", []), ("request_detail", [made.pk]), ("request_find", [made.pk]), ("request_extend", [made.pk]),
        ("request_carry_out", [made.pk]), ("request_refuse", [made.pk]), ("breach_list", []), ("breach_add", []),
        ("breach_detail", [breach.pk]), ("breach_letter", [breach.pk]),
    ):  # fmt: skip
        answer = client.get(reverse(name, args=arguments))
        assert answer.status_code == 200, name
        assert "Lụa" not in answer.content.decode(), name
    assert "72 giờ đã hết" in client.get(reverse("privacy_home")).content.decode()
    for name in ("request_see", "request_correct"):
        assert "Nguyễn Thị Lụa" in client.post(reverse(name, args=[made.pk])).content.decode(), name
    assert client.get(reverse("contact_keys")).status_code == 403
    client.force_login(hire("administrator", tuyen_quang))
    page = client.get(reverse("contact_keys")).content.decode()
    assert Contact.objects.get(case_code="AAAA1").key in page
    assert client.post(reverse("contact_keys"), follow=True).status_code == 200


def test_a_missing_key_is_said_on_the_pages(client: Client, round_: Round, hire: Hire, handler: Actor) -> None:
    made = ready(handler, round_, "see")
    client.force_login(hire("department", round_.unit))
    name = keys.newest().name
    keys.path().unlink()
    for url in ("request_asker", "request_letter", "request_see", "request_correct"):
        answer = client.post(reverse(url, args=[made.pk]), follow=True)
        assert f"Thiếu khóa {name}" in answer.content.decode(), url
    answer = client.post(reverse("request_find", args=[made.pk]), {"code": "AAAA1"})
    assert f"Thiếu khóa {name}" in answer.content.decode()
    told = {
        "unit": round_.unit.pk,
        "kind": "see",
        "channel": "phone",
        "received": "20/11/2026",
        "name": "x",
        "reach": "y",
    }
    assert f"Thiếu khóa {name}" in client.post(reverse("request_add"), told).content.decode()
    client.force_login(hire("administrator", round_.unit))
    assert f"Thiếu khóa {name}" in client.post(reverse("contact_keys"), follow=True).content.decode()
    assert "thiếu khóa: hãy chép lại tệp khóa" in client.get(reverse("contact_keys")).content.decode()


def test_other_provinces_find_no_page(
    client: Client, round_: Round, hire: Hire, dong_nai: Unit, handler: Actor
) -> None:
    made = ready(handler, round_, "see")
    breach = actions.report_breach(unit=round_.unit, what="x", found=timezone.now(), kinds="x", by=handler)
    assert client.login(username=hire("department", dong_nai).username, password=PASSWORD)
    for name, key in (("request_detail", made.pk), ("request_find", made.pk), ("join_drop", round_.pk),
                      ("breach_detail", breach.pk)):  # fmt: skip
        assert client.get(reverse(name, args=[key])).status_code == 404, name
    for name in ("request_see", "request_asker", "request_letter", "request_correct", "request_attach"):
        assert client.post(reverse(name, args=[made.pk])).status_code == 404, name
