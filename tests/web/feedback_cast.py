"""Feedback for tests: a commune, its people, the desk, a citizen who sends; a photograph as a phone writes it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.feedback import codes
from sipas_web.feedback.actions import answering, sorting
from sipas_web.feedback.actions.receiving import receive
from sipas_web.feedback.actions.steps import CITIZEN
from sipas_web.feedback.models import Feedback
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

Hire = Callable[..., Person]
TEXT = "Tôi nộp hồ sơ đất đai từ ngày 3/11, anh Nguyễn Văn Tuấn hẹn ba lần vẫn chưa có kết quả. Gọi 0912 345 678."
ANSWER = "Qua kiểm tra, hồ sơ của ông/bà chậm 4 ngày do lỗi luân chuyển. Kết quả đã trả ngày hôm nay, cơ quan xin lỗi."
PERSON = {"name": "Triệu Thị Mười", "phone": "0987 654 321", "email": "", "address": "thôn Nà Tông, xã Thượng Lâm"}


@pytest.fixture
def commune(tuyen_quang: Unit) -> Unit:
    return units.communes_of(tuyen_quang, units.today())[3]


@pytest.fixture
def cast(hire: Hire, acting: Any, tuyen_quang: Unit, commune: Unit) -> dict[str, Actor]:
    """The desk of the province, an agency's people in a commune, two of the province who answer."""
    people = {
        "desk": ("feedback_desk", tuyen_quang), "agency": ("agency", commune), "agency_2": ("agency", commune),
        "head": ("head", commune), "province": ("tracker", tuyen_quang), "checker": ("head", tuyen_quang),
    }  # fmt: skip
    return {name: acting(hire(role, unit)) for name, (role, unit) in people.items()}


def send(place: Unit, text: str = TEXT, once: str = "một", **more: Any) -> tuple[Feedback, str]:
    code = codes.code_of(once)
    made = receive(code=code, place=place, channel="web", text=text, by=CITIZEN, **more)
    return made, code


def answered(commune: Unit, cast: dict[str, Actor], **more: Any) -> tuple[Feedback, str]:
    made, code = send(commune, person=PERSON, **more)
    sorting.classify(feedback_id=made.pk, kind="behaviour", topic="delay", by=cast["desk"])
    sorting.route(feedback_id=made.pk, unit=commune, by=cast["desk"])
    answering.submit(feedback_id=made.pk, text=ANSWER, by=cast["agency"])
    answering.accept(feedback_id=made.pk, by=cast["head"])
    return Feedback.objects.get(pk=made.pk), code


def photograph_with_place() -> bytes:
    """A JPEG as a phone writes it: with the place, the time and the maker."""
    exif = Image.Exif()
    exif[0x010F] = "PhoneMaker"
    gps = exif.get_ifd(0x8825)
    gps.update({1: "N", 2: (21.0, 49.0, 12.0), 3: "E", 4: (105.0, 12.0, 40.0)})
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(out, "JPEG", exif=exif)
    return out.getvalue()
