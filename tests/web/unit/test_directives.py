"""Directives: a letter read, corrected, kept; its cascade; what is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.conftest import PASSWORD

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.improvement.models import Directive, Task
from sipas_web.units import actions as unit_actions
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]

PROVINCE = """ỦY BAN NHÂN DÂN
TỈNH TUYÊN QUANG

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: 412/UBND-NC
Tuyên Quang, ngày 12 tháng 01 năm 2026
V/v nâng cao sự hài lòng của người dân năm 2026

Kính gửi:
- Các sở, ban, ngành thuộc tỉnh;
- Sở Nội vụ;
- UBND các xã, phường.

Căn cứ Kế hoạch số 77/KH-BNV ngày 05/01/2026 của Bộ Nội vụ về đo lường sự hài lòng năm 2026,

Chủ tịch Ủy ban nhân dân tỉnh yêu cầu:

1. Các sở, ban, ngành thuộc tỉnh; Chủ tịch UBND các xã, phường có trách nhiệm:

a) Niêm yết công khai thủ tục và xin lỗi người dân khi trễ hẹn, hoàn thành trước ngày 31/3/2026.

b) Phấn đấu mức độ hài lòng năm 2026 đạt từ 88% trở lên.

2. Giao Sở Nội vụ chủ trì, phối hợp với Bưu điện tỉnh theo dõi, đôn đốc; báo cáo trước ngày 30/6/2026./.

Nơi nhận:
- Như trên;
- Lưu: VT, NC.

KT. CHỦ TỊCH
PHÓ CHỦ TỊCH

Lê Văn Giả Định
"""


def letter_of(head: str, number: str, day: str, cited: str, order: str, to: str, place: str = "Tuyên Quang") -> str:
    """Make a letter that passes another one on."""
    return f"""{head}

CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM
Độc lập - Tự do - Hạnh phúc

Số: {number}
{place}, ngày {day}
V/v triển khai nâng cao sự hài lòng của người dân năm 2026

Kính gửi: {to}

Thực hiện {cited} về nâng cao sự hài lòng của người dân năm 2026, đề nghị:

1. {order}

Nơi nhận:
- Như trên;
- Lưu: VT.

THỦ TRƯỞNG

Trần Văn Giả Định
"""


@pytest.fixture
def office(by: Actor, tuyen_quang: Unit) -> Callable[..., Unit]:
    def made(code: str, name: str, parent: Unit | None = None) -> Unit:
        return unit_actions.add(
            kind="agency", code=code, name=name, parent=parent or tuyen_quang, valid_from=dt.date(2025, 7, 1), by=by
        )

    return made


def test_a_letter_is_read_corrected_and_kept_through_its_pages(
    client: Client, hire: Hire, office: Callable[..., Unit], tuyen_quang: Unit
) -> None:
    interior, finance = office("SNV", "Sở Nội vụ"), office("STC", "Sở Tài chính")
    person = hire("tracker", tuyen_quang)
    client.login(username=person.username, password=PASSWORD)
    answer = client.post(reverse("directive_add"), {"unit": tuyen_quang.pk, "text": PROVINCE})
    assert answer.status_code == 302, answer.content.decode()
    directive = Directive.objects.get()
    assert (directive.reference, directive.issuer, directive.issued) == (
        "412/UBND-NC", tuyen_quang, dt.date(2026, 1, 12),
    )  # fmt: skip
    page = client.get(answer["Location"]).content.decode()
    assert "Các sở, ban, ngành thuộc tỉnh" in page
    assert 'id="m-thresholds-0"' in page
    for name in ("head", "citations", "addressees", "orders", "targets"):
        assert client.get(reverse(f"directive_{name}", args=[directive.pk])).status_code == 200, name
    group = directive.addressees.get(name__startswith="Các sở")
    url = reverse("directive_group", args=[directive.pk, group.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, {"units": [interior.pk, finance.pk]}).status_code == 302
    assert {a.unit for a in directive.addressees.filter(group=group.name)} == {finance}  # Sở Nội vụ is named already
    order = directive.provisions.get(path="2")
    assert client.get(reverse("directive_order", args=[directive.pk, order.pk])).status_code == 200
    answer = client.post(reverse("directive_keep", args=[directive.pk]))
    assert answer["Location"] == reverse("directive_detail", args=[directive.pk])
    for name in ("detail", "cascade", "reading", "withdraw"):
        assert client.get(reverse(f"directive_{name}", args=[directive.pk])).status_code == 200, name
    assert client.get(reverse("directive_list")).status_code == 200
    assert client.get(reverse("directive_missing")).status_code == 200
    assert b"77/KH-BNV" in client.get(reverse("directive_missing")).content
    given = Task.objects.filter(directive=directive, path="2").get()
    assert (given.unit, given.due) == (interior, dt.date(2026, 6, 30))
