"""Who sees what of feedback: denunciations, who sent it, what is published, what is destroyed."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from tests.web.feedback_cast import ANSWER, PERSON, TEXT, Hire, answered, cast, commune, send

from sipas_web.accounts.actions.roles import shipped
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.feedback import codes, rules
from sipas_web.feedback.actions import following, messaging, opening, publishing, retaining, sorting
from sipas_web.feedback.models import Feedback, Message, Photograph, Publication
from sipas_web.jobs.models import Job
from sipas_web.jobs.worker import work_off
from sipas_web.privacy.models import SealedPerson
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

__all__ = ["cast", "commune"]
pytestmark = pytest.mark.django_db


# --- complaints and denunciations


def test_a_denunciation_is_never_handled_as_feedback(commune: Unit, cast: dict[str, Actor]) -> None:
    made, code = send(commune)
    with pytest.raises(ValidationError):
        sorting.classify(feedback_id=made.pk, kind="denunciation", topic="integrity", by=cast["desk"])
    sorting.route_out(
        feedback_id=made.pk, kind="denunciation", to="Thanh tra tỉnh", reason="Tố nhận tiền.", by=cast["desk"]
    )
    for act in (
        lambda: sorting.classify(feedback_id=made.pk, kind="rules", topic="fee", by=cast["desk"]),
        lambda: sorting.route(feedback_id=made.pk, unit=commune, by=cast["desk"]),
    ):
        with pytest.raises(ValidationError):
            act()
    page = Client().post("/gop-y/theo-doi/", {"code": code}).content.decode()
    assert "Thanh tra tỉnh" in page
    assert "Tố nhận tiền" not in page
    record = Record.objects.get(action="feedback.routed_out")
    assert "Tuấn" not in record.details
    assert "Thanh tra tỉnh" in record.details


@pytest.mark.parametrize("role", [r["code"] for r in shipped()])
@pytest.mark.parametrize("where", ["own", "foreign"])
def test_who_sees_a_denunciation(
    role: str, where: str, client: Client, hire: Hire, cast: dict[str, Actor], tuyen_quang: Unit, dong_nai: Unit,
    monkeypatch: Any,
) -> None:  # fmt: skip
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    made, _code = send(tuyen_quang, photographs=[b"jpeg"])
    sorting.route_out(feedback_id=made.pk, kind="denunciation", to="Thanh tra tỉnh", reason="x", by=cast["desk"])
    person = hire(role, tuyen_quang if where == "own" else dong_nai)
    client.force_login(person)
    may = where == "own" and person.has_perm("feedback.feedback_receive")
    assert may == (where == "own" and role in {"department", "feedback_desk"})
    base = f"/phan-anh/{made.pk}/"
    before = Record.objects.count()
    listed = client.get("/phan-anh/", {"state": "routed_out"}).content.decode()
    assert (made.number in listed) == may
    looked = client.get(base)
    assert looked.status_code == (200 if may else 404 if person.has_perm("feedback.feedback_view") else 403)
    assert "Tuấn" not in looked.content.decode()  # closed until it is opened, for the desk too
    photo = Photograph.objects.get()
    assert client.get(f"{base}anh/{photo.pk}/").status_code in {403, 404}
    assert client.get("/phan-anh/", {"text": "ket qua"}).content.decode().count(made.number) == 0
    assert Record.objects.count() == before
    opened = client.post(f"{base}noi-dung/")
    assert ("Tuấn" in opened.content.decode()) == may
    assert Record.objects.filter(action="feedback.denunciation_opened").count() == int(may)


@pytest.mark.parametrize("role", [r["code"] for r in shipped()])
def test_nobody_but_the_desk_sees_what_is_not_classified(
    role: str, client: Client, hire: Hire, tuyen_quang: Unit, monkeypatch: Any
) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    made, _code = send(tuyen_quang)
    client.force_login(hire(role, tuyen_quang))
    status = client.get(f"/phan-anh/{made.pk}/").status_code
    assert (status == 200) == (role in {"department", "feedback_desk"})


def test_the_agency_that_is_written_about_does_not_learn_who_wrote(
    commune: Unit, cast: dict[str, Actor], client: Client
) -> None:
    made, _code = answered(commune, cast)
    for name in ("agency", "head"):
        with pytest.raises(PermissionDenied):
            opening.open_person(feedback_id=made.pk, by=cast[name])
    assert opening.open_person(feedback_id=made.pk, by=cast["desk"]).name == PERSON["name"]  # type: ignore[union-attr]


# --- publishing


def test_what_is_published_names_nobody(commune: Unit, cast: dict[str, Actor], client: Client) -> None:
    text = TEXT + " Tôi là Triệu Thị Mười."
    made, _code = answered(commune, cast, text=text)
    for leak in ("Bà triệu thị mười hỏi về hồ sơ", "Gọi lại cho số 0987654321 về hồ sơ"):
        with pytest.raises(ValidationError):
            publishing.publish(feedback_id=made.pk, question=leak, answer=ANSWER, is_rest_checked=True, by=cast["head"])
    with pytest.raises(ValidationError):
        publishing.publish(
            feedback_id=made.pk, question="Anh Nguyễn Văn Tuấn hẹn ba lần", answer=ANSWER, is_rest_checked=False,
            by=cast["head"],
        )  # fmt: skip
    assert not Publication.objects.exists()
    client.force_login(cast["head"].holder)  # type: ignore[arg-type]
    page = client.get(f"/phan-anh/{made.pk}/cong-khai/")
    initial = page.context["form"].initial
    assert "Tuấn" not in initial["question"]
    assert "Mười" not in initial["question"]
    assert "0912" not in initial["question"]
    assert "<mark>Nguyễn Văn Tuấn</mark>" in page.content.decode()
    sent = client.post(f"/phan-anh/{made.pk}/cong-khai/", {**initial, "is_rest_checked": "on"})
    assert sent.status_code == 302, sent.context["form"].errors
    public = Client().get("/gop-y/da-tra-loi/", {"text": "ho so dat dai"}).content.decode()
    assert "hồ sơ đất đai" in public
    one = Client().get(f"/gop-y/da-tra-loi/{Publication.objects.get().pk}/").content.decode()
    for secret in ("Tuấn", "Mười", "0912", "0987"):
        assert secret not in public + one


def test_the_citizen_keeps_it_private(commune: Unit, cast: dict[str, Actor]) -> None:
    made, code = answered(commune, cast)
    publishing.publish(feedback_id=made.pk, question="Hồ sơ chậm", answer=ANSWER, is_rest_checked=True, by=cast["head"])
    pk = Publication.objects.get().pk
    assert Client().get(f"/gop-y/da-tra-loi/{pk}/").status_code == 200
    following.keep_private(code=code)
    assert Client().get(f"/gop-y/da-tra-loi/{pk}/").status_code == 404
    with pytest.raises(ValidationError):
        publishing.publish(feedback_id=made.pk, question="x", answer="x", is_rest_checked=True, by=cast["head"])


# --- data of people


def test_nobody_is_named_in_plain_columns_records_or_messages(
    commune: Unit, cast: dict[str, Actor], settings: Any, tmp_path: Path
) -> None:
    settings.MESSAGES_FOLDER = tmp_path / "messages"
    made, code = answered(commune, cast, wants_messages=True)
    assert messaging.write_messages(by=cast["desk"]) == 1
    assert messaging.write_messages(by=cast["desk"]) == 0
    messaging.ask_messages(by=cast["desk"])
    work_off()
    first, file = sorted((tmp_path / "messages" / "ready").iterdir(), key=lambda path: "Mã" not in path.read_text())
    message = json.loads(file.read_text(encoding="utf-8"))
    assert message["to"] == PERSON["phone"]
    assert TEXT not in message["text"]
    assert codes.in_groups(code) in json.loads(first.read_text())["text"]
    assert oct(file.stat().st_mode)[-3:] == "600"
    plain = str(list(Feedback.objects.values())) + str(list(Record.objects.values()))
    plain += str(list(Message.objects.values())) + str(list(Job.objects.values()))
    for secret in (PERSON["name"], PERSON["phone"], "Nà Tông", code, codes.in_groups(code)):
        assert secret not in plain
    assert "citizen" in Record.objects.get(action="feedback.received").actor
    Feedback.objects.update(answered=units.today() - dt.timedelta(days=rules.own().ask_after))
    assert messaging.write_messages(by=cast["desk"]) == 1
    messaging.ask_messages(by=cast["desk"])
    work_off()
    assert len(list((tmp_path / "messages" / "ready").iterdir())) == 3
    assert messaging.ask_messages(by=cast["desk"]) is None
    del made


def test_the_citizen_sees_and_deletes_their_data(commune: Unit, cast: dict[str, Actor]) -> None:
    made, code = answered(commune, cast, photographs=[b"1"])
    assert PERSON["name"] in Client().post("/gop-y/theo-doi/du-lieu-cua-toi/", {"code": code}).content.decode()
    Client().post("/gop-y/theo-doi/xoa/", {"code": code})
    assert SealedPerson.objects.count() == 1
    Client().post("/gop-y/theo-doi/xoa/", {"code": code, "chac": "1"})
    assert (SealedPerson.objects.count(), Photograph.objects.count()) == (0, 0)
    assert Feedback.objects.get(pk=made.pk).state == "answered"


def test_what_was_kept_long_enough_goes(commune: Unit, cast: dict[str, Actor], by: Actor) -> None:
    from django.utils import timezone

    made, _code = answered(commune, cast, photographs=[b"1"])
    young, _code = send(commune, once="2", person=PERSON)
    assert retaining.forget_persons(timezone.now() - dt.timedelta(days=1), by) == 0
    assert retaining.forget_persons(timezone.now() + dt.timedelta(days=1), by) == 1
    assert {row.token for row in SealedPerson.objects.all()} == {young.token}
    assert retaining.empty_texts(timezone.now() + dt.timedelta(days=1), by) == 1
    assert retaining.empty_texts(timezone.now() + dt.timedelta(days=1), by) == 0
    assert Feedback.objects.get(pk=made.pk).text == ""
    assert Feedback.objects.get(pk=young.pk).text == TEXT
