"""The form for citizens: without cookies and script, twice, with faults, with a photograph, too often."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from tests.web.feedback_cast import TEXT, cast, commune, photograph_with_place, send

from sipas_web.audit.actors import Actor
from sipas_web.feedback import codes
from sipas_web.feedback.models import Feedback, Photograph
from sipas_web.units.models import Unit

__all__ = ["cast", "commune"]
pytestmark = pytest.mark.django_db


# --- the public form


def form_of(client: Client, place: Unit) -> dict[str, str]:
    page = client.get(f"/gop-y/gui/?tinh={place.code}")
    once = re.search(r'name="once" value="([^"]+)"', page.content.decode())
    assert once, page.content.decode()[-2000:]
    return {"once": once.group(1), "topic": "delay", "text": TEXT, "website": ""}


def test_a_citizen_without_cookies_sends_and_follows(tuyen_quang: Unit, cast: dict[str, Actor]) -> None:
    client = Client(enforce_csrf_checks=True)
    form = form_of(client, tuyen_quang)
    client.cookies.clear()
    file = SimpleUploadedFile("a.jpg", photograph_with_place(), "image/jpeg")
    assert b"PhoneMaker" in photograph_with_place()
    sent = client.post(f"/gop-y/gui/?tinh={tuyen_quang.code}", form | {"photographs": file, "name": "Triệu Thị Mười"})
    assert sent.status_code == 200, sent.context["form"].errors
    code = sent.context["code"]
    assert code in sent.content.decode()
    kept = bytes(Photograph.objects.get().content)
    with Image.open(io.BytesIO(kept)) as image:
        assert image.size == (64, 48)
        assert not image.getexif()
    assert b"PhoneMaker" not in kept
    assert b"Exif" not in kept
    client.cookies.clear()
    assert client.post("/gop-y/theo-doi/", {"code": code.lower()}).status_code == 200
    again = client.post(f"/gop-y/gui/?tinh={tuyen_quang.code}", form)
    assert again.context["code"] == code
    assert Feedback.objects.count() == 1
    assert Client().get(f"/gop-y/theo-doi/?ma={code}").status_code == 200  # an address opens nothing


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "ngắn"}, "text"),
        ({"once": "bịa"}, "once"),
        ({"website": "http://quang-cao"}, "website"),
        ({"wants_messages": "on"}, "wants_messages"),
        ({"email": "không phải"}, "email"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(
    change: dict[str, str], field: str, tuyen_quang: Unit, cast: dict[str, Actor], client: Client
) -> None:
    form = form_of(client, tuyen_quang) | {"said_place": "quầy số 3"} | change
    page = client.post(f"/gop-y/gui/?tinh={tuyen_quang.code}", form)
    assert page.status_code == 400
    assert field in page.context["form"].errors
    assert "quầy số 3" in page.content.decode()
    assert not Feedback.objects.exists()
    if field == "once":  # the page brings a new mark: sent again it goes through
        once = re.search(r'name="once" value="([^"]+)"', page.content.decode())
        assert client.post(f"/gop-y/gui/?tinh={tuyen_quang.code}", form | {"once": once.group(1)}).status_code == 200  # type: ignore[union-attr]


def test_a_file_that_is_no_photograph_is_refused(tuyen_quang: Unit, cast: dict[str, Actor], client: Client) -> None:
    form = form_of(client, tuyen_quang) | {"photographs": SimpleUploadedFile("a.jpg", b"<svg/>", "image/jpeg")}
    page = client.post(f"/gop-y/gui/?tinh={tuyen_quang.code}", form)
    assert "photographs" in page.context["form"].errors
    assert not Feedback.objects.exists()


def test_one_network_sends_so_much_and_tries_so_many_codes(
    tuyen_quang: Unit, cast: dict[str, Actor], client: Client, monkeypatch: Any
) -> None:
    monkeypatch.setattr("sipas_web.feedback.views.public.MOST_SENT", 2)
    statuses = []
    for _time in range(3):
        form = form_of(client, tuyen_quang)
        statuses.append(client.post(f"/gop-y/gui/?tinh={tuyen_quang.code}", form).status_code)
    assert statuses == [200, 200, 429]
    right = codes.code_of("x")
    send(tuyen_quang, once="x")
    tried = [client.post("/gop-y/theo-doi/", {"code": codes.code_of(str(n))}).status_code for n in range(31)]
    assert (set(tried[:30]), tried[30]) == ({404}, 429)
    assert client.post("/gop-y/theo-doi/", {"code": right}).status_code == 429
