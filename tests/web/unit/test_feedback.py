"""Feedback from a citizen's phone to the public list: who may do what, in which state, by which day."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from sipas_web.accounts.actions.roles import shipped
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.feedback import codes, rules
from sipas_web.feedback.actions import answering, following, messaging, opening, publishing, retaining, sorting
from sipas_web.feedback.actions.receiving import receive
from sipas_web.feedback.actions.steps import CITIZEN
from sipas_web.feedback.models import Answer, Feedback, Photograph, Publication, Word
from sipas_web.feedback.queries import feedback as reads
from sipas_web.privacy.models import SealedPerson
from sipas_web.shared import working_days
from sipas_web.units import actions as unit_actions
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
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


# --- codes


def test_a_code_is_long_checked_and_the_same_for_the_same_form() -> None:
    code = codes.code_of("một lần mở")
    assert codes.BITS >= 60
    assert len(code) == codes.LENGTH
    assert code == codes.code_of("một lần mở") != codes.code_of("lần khác")
    assert codes.read_code(f" {codes.in_groups(code).lower()} ") == code


def test_no_single_mistake_and_no_swap_in_a_code_passes() -> None:
    code = codes.code_of("x")
    for place, right in enumerate(code):
        for wrong in "0123456789ABCDEFGHJKMNPQRSTVWXYZ":
            if wrong != right:
                assert codes.read_code(code[:place] + wrong + code[place + 1 :]) == ""
    for place in range(len(code) - 1):
        if code[place] != code[place + 1]:
            swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
            assert codes.read_code(swapped) == ""


# --- the way from the phone to the public list


def test_the_way_of_a_piece_of_feedback(commune: Unit, cast: dict[str, Actor]) -> None:
    made, code = send(commune, person=PERSON, photographs=[b"jpeg"])
    today = units.today()
    assert made.classify_by == working_days.after(today, 5)
    assert re.fullmatch(r"PAKN\.\d{8}\.0001", made.number)
    sorting.classify(feedback_id=made.pk, kind="behaviour", topic="delay", by=cast["desk"])
    sorting.route(feedback_id=made.pk, unit=commune, by=cast["desk"])
    made.refresh_from_db()
    assert made.first_due == made.due == working_days.after(today, 15)
    answering.submit(feedback_id=made.pk, text="Sai nội dung hỏi, trả lời việc khác hẳn.", by=cast["agency"])
    answering.send_back(feedback_id=made.pk, reason="Không đúng câu hỏi.", by=cast["head"])
    answering.submit(feedback_id=made.pk, text=ANSWER, by=cast["agency"])
    assert reads.accepted_answers(made) == []
    answering.accept(feedback_id=made.pk, by=cast["head"])
    made.refresh_from_db()
    assert (made.state, made.answered, made.resolved, made.agreed) == ("answered", today, None, None)
    assert [a.text for a in reads.accepted_answers(made)] == [ANSWER]
    answering.resolve(feedback_id=made.pk, evidence="Phiếu trả kết quả số 12.", on=today, by=cast["agency"])
    following.say(code=code, agrees=True, rating=4, text="")
    made.refresh_from_db()
    assert (made.resolved, made.agreed, made.level) == (today, True, 0)


def test_who_wrote_an_answer_does_not_check_it(commune: Unit, cast: dict[str, Actor]) -> None:
    made, _code = send(commune)
    sorting.classify(feedback_id=made.pk, kind="question", topic="other", by=cast["desk"])
    sorting.route(feedback_id=made.pk, unit=commune, by=cast["desk"])
    answering.submit(feedback_id=made.pk, text=ANSWER, by=cast["desk"])
    with pytest.raises(ValidationError):
        answering.accept(feedback_id=made.pk, by=cast["desk"])
    answering.accept(feedback_id=made.pk, by=cast["head"])


def test_a_step_in_another_state_is_refused_and_changes_nothing(commune: Unit, cast: dict[str, Actor]) -> None:
    made, _code = send(commune)
    for act in (
        lambda: sorting.route(feedback_id=made.pk, unit=commune, by=cast["desk"]),
        lambda: sorting.part(feedback_id=made.pk, by=cast["desk"]),
    ):
        with pytest.raises(ValidationError):
            act()
    with pytest.raises(PermissionDenied):
        answering.submit(feedback_id=made.pk, text=ANSWER, by=cast["agency"])
    assert Feedback.objects.get(pk=made.pk).state == "new"
    assert not Answer.objects.exists()


def test_the_same_form_twice_is_one_feedback(commune: Unit) -> None:
    first, _code = send(commune, person=PERSON, photographs=[b"1"])
    second, _code = send(commune, person=PERSON, photographs=[b"1"])
    assert first.pk == second.pk
    assert (Feedback.objects.count(), Photograph.objects.count(), SealedPerson.objects.count()) == (1, 1, 1)
    assert Record.objects.filter(action="feedback.received").count() == 1


def test_numbers_of_a_day_follow_each_other(commune: Unit) -> None:
    numbers = [send(commune, once=str(n))[0].number[-4:] for n in range(3)]
    assert numbers == ["0001", "0002", "0003"]


def test_time_is_extended_once_and_both_last_days_stay(commune: Unit, cast: dict[str, Actor]) -> None:
    made, _code = send(commune)
    sorting.classify(feedback_id=made.pk, kind="rules", topic="fee", by=cast["desk"])
    sorting.route(feedback_id=made.pk, unit=commune, by=cast["desk"])
    made.refresh_from_db()
    latest = working_days.after(made.due, 15)  # type: ignore[arg-type]
    for wrong in (made.due, latest + dt.timedelta(days=1)):
        with pytest.raises(ValidationError):
            answering.extend(feedback_id=made.pk, to=wrong, reason="x", by=cast["agency"])  # type: ignore[arg-type]
    answering.extend(feedback_id=made.pk, to=latest, reason="Phải xác minh thực địa.", by=cast["agency"])
    with pytest.raises(ValidationError):
        answering.extend(feedback_id=made.pk, to=latest, reason="x", by=cast["agency"])
    after = Feedback.objects.get(pk=made.pk)
    assert (after.first_due, after.due) == (made.due, latest)


def test_what_is_late_is_not_extended(commune: Unit, cast: dict[str, Actor]) -> None:
    made, _code = send(commune)
    sorting.classify(feedback_id=made.pk, kind="rules", topic="fee", by=cast["desk"])
    sorting.route(feedback_id=made.pk, unit=commune, by=cast["desk"])
    past = units.today() - dt.timedelta(days=1)
    Feedback.objects.update(due=past, first_due=past)
    with pytest.raises(ValidationError):
        answering.extend(feedback_id=made.pk, to=units.today(), reason="x", by=cast["agency"])


def test_a_template_is_not_sent_with_its_gaps(commune: Unit, cast: dict[str, Actor]) -> None:
    made, _code = send(commune)
    sorting.classify(feedback_id=made.pk, kind="rules", topic="fee", by=cast["desk"])
    sorting.route(feedback_id=made.pk, unit=commune, by=cast["desk"])
    with pytest.raises(ValidationError):
        answering.submit(feedback_id=made.pk, text="Mức thu theo quy định: …", by=cast["agency"])


# --- reopening


def test_who_does_not_agree_reopens_once_with_the_unit_above(
    commune: Unit, tuyen_quang: Unit, cast: dict[str, Actor]
) -> None:
    made, code = answered(commune, cast)
    following.say(code=code, agrees=False, rating=3, text="Vẫn chưa có kết quả.")
    made.refresh_from_db()
    assert (made.state, made.level, made.unit, made.first_unit) == ("routed", 1, tuyen_quang, commune)
    assert (made.agreed, made.answered) == (False, units.today())
    with pytest.raises(PermissionDenied):
        answering.submit(feedback_id=made.pk, text=ANSWER, by=cast["agency"])
    answering.submit(feedback_id=made.pk, text=ANSWER, by=cast["province"])
    answering.accept(feedback_id=made.pk, by=cast["checker"])
    following.say(code=code, agrees=False, rating=1, text="")
    made.refresh_from_db()
    assert (made.state, made.level, made.agreed) == ("answered", 1, False)
    with pytest.raises(ValidationError):
        following.say(code=code, agrees=False, rating=1, text="")
    assert Word.objects.count() == 2


def test_a_bad_rating_reopens_by_itself(commune: Unit, cast: dict[str, Actor]) -> None:
    made, code = answered(commune, cast)
    following.say(code=code, agrees=True, rating=2, text="")
    made.refresh_from_db()
    assert (made.level, made.agreed) == (1, False)


def test_the_first_people_do_not_answer_again(tuyen_quang: Unit, commune: Unit, cast: dict[str, Actor]) -> None:
    made, code = send(commune)
    sorting.classify(feedback_id=made.pk, kind="rules", topic="fee", by=cast["desk"])
    sorting.route(feedback_id=made.pk, unit=commune, by=cast["desk"])
    answering.submit(feedback_id=made.pk, text=ANSWER, by=cast["province"])
    answering.accept(feedback_id=made.pk, by=cast["head"])
    following.say(code=code, agrees=False, rating=1, text="")
    with pytest.raises(ValidationError):
        answering.submit(feedback_id=made.pk, text=ANSWER, by=cast["province"])


def test_silence_is_no_agreement_and_a_word_comes_in_time(commune: Unit, cast: dict[str, Actor]) -> None:
    made, code = answered(commune, cast)
    assert made.agreed is None
    Feedback.objects.update(answered=units.today() - dt.timedelta(days=rules.own().word_within + 1))
    with pytest.raises(ValidationError):
        following.say(code=code, agrees=True, rating=5, text="")


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


# --- duplicates


def test_joined_feedback_follows_and_each_citizen_is_answered(commune: Unit, cast: dict[str, Actor]) -> None:
    main, _code = send(commune, once="1")
    same, code = send(commune, text=TEXT + " Nhiều người khác cũng vậy.", once="2")
    other, _code = send(commune, text="Phòng chờ thiếu ghế ngồi, trời nắng rất nóng, không có nước uống.", once="3")
    sorting.classify(feedback_id=main.pk, kind="behaviour", topic="delay", by=cast["desk"])
    assert [row.pk for row, _score in reads.alike(same)] == [main.pk]
    assert reads.alike(other) == []
    sorting.join(feedback_id=same.pk, main_id=main.pk, by=cast["desk"])
    sorting.route(feedback_id=main.pk, unit=commune, by=cast["desk"])
    answering.submit(feedback_id=main.pk, text=ANSWER, by=cast["agency"])
    answering.accept(feedback_id=main.pk, by=cast["head"])
    same.refresh_from_db()
    assert (same.state, same.answered, same.unit, same.topic) == ("answered", units.today(), commune, "delay")
    assert [a.text for a in reads.accepted_answers(same)] == [ANSWER]
    following.say(code=code, agrees=False, rating=1, text="")
    main.refresh_from_db()
    same.refresh_from_db()
    assert (same.level, same.state, main.level, main.agreed) == (1, "routed", 0, None)
    answering.submit(feedback_id=same.pk, text=ANSWER + " Lần hai.", by=cast["province"])
    answering.accept(feedback_id=same.pk, by=cast["checker"])
    assert [a.level for a in reads.accepted_answers(same)] == [0, 1]
    assert [a.level for a in reads.accepted_answers(main)] == [0]


def test_a_chain_of_joined_ones_cannot_be_made(commune: Unit, cast: dict[str, Actor]) -> None:
    rows = [send(commune, once=str(n))[0] for n in range(3)]
    for row in rows:
        sorting.classify(feedback_id=row.pk, kind="rules", topic="fee", by=cast["desk"])
    sorting.join(feedback_id=rows[0].pk, main_id=rows[1].pk, by=cast["desk"])
    for pair in ((1, 2), (2, 0), (1, 1)):
        with pytest.raises(ValidationError):
            sorting.join(feedback_id=rows[pair[0]].pk, main_id=rows[pair[1]].pk, by=cast["desk"])
    with pytest.raises(ValidationError):
        sorting.route_out(feedback_id=rows[1].pk, kind="outside", to="x", reason="x", by=cast["desk"])
    sorting.part(feedback_id=rows[0].pk, by=cast["desk"])
    assert Feedback.objects.get(pk=rows[0].pk).state == "classified"


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
    made, _code = answered(commune, cast, wants_messages=True)
    assert messaging.write_messages(by=cast["desk"]) == 1
    assert messaging.write_messages(by=cast["desk"]) == 0
    (file,) = (tmp_path / "messages").iterdir()
    message = json.loads(file.read_text(encoding="utf-8"))
    assert message["to"]["phone"] == PERSON["phone"]
    assert TEXT not in message["text"]
    assert oct(file.stat().st_mode)[-3:] == "600"
    plain = str(list(Feedback.objects.values())) + str(list(Record.objects.values()))
    for secret in (PERSON["name"], PERSON["phone"], "Nà Tông"):
        assert secret not in plain
    assert "citizen" in Record.objects.get(action="feedback.received").actor
    Feedback.objects.update(answered=units.today() - dt.timedelta(days=rules.own().ask_after))
    assert messaging.write_messages(by=cast["desk"]) == 1
    assert len(list((tmp_path / "messages").iterdir())) == 2
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


def test_feedback_of_a_dissolved_unit_goes_to_its_successor(
    by: Actor, tuyen_quang: Unit, cast: dict[str, Actor]
) -> None:
    since = tuyen_quang.valid_from
    old, new = (
        unit_actions.add(kind="agency", code=c, name=f"Sở {c}", parent=tuyen_quang, valid_from=since, by=by)
        for c in ("CU", "MOI")
    )
    waits, _code = send(tuyen_quang, once="1")
    done, _code = send(tuyen_quang, once="2")
    for row in (waits, done):
        sorting.classify(feedback_id=row.pk, kind="rules", topic="fee", by=cast["desk"])
        sorting.route(feedback_id=row.pk, unit=old, by=cast["desk"])
    answering.submit(feedback_id=done.pk, text=ANSWER, by=cast["province"])
    answering.accept(feedback_id=done.pk, by=cast["checker"])
    unit_actions.dissolve(unit=old, on=units.today(), successors=[new], by=by)
    waits.refresh_from_db()
    done.refresh_from_db()
    assert (waits.unit, waits.first_unit, waits.state) == (new, new, "routed")
    assert (done.unit, done.first_unit) == (new, old)
    assert Record.objects.filter(action="feedback.handed_over").count() == 2
