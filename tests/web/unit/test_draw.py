"""The draw as a ceremony: who types what, what stays hidden, what a refusal does, what every certificate tells."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from tests.web import cast

from sipas import rounds as library
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.jobs import worker
from sipas_web.jobs.models import Job
from sipas_web.rounds.actions import draw as actions
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import Draw, Round, State
from sipas_web.rounds.queries import draw as reads
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
BASE = "https://do-luong.example.vn/"
LOTTERY = "Xổ số miền Bắc 30/11/2026, giải đặc biệt"


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.ROUNDS_FOLDER = tmp_path / "rounds"


@pytest.fixture
def people(hire: Hire, tuyen_quang: Unit, acting: Callable[[Person], Actor]) -> dict[str, Actor]:
    made = {
        "operator": hire("department", tuyen_quang, name="Lê Văn Vận Hành"),
        "front": hire("supervisor", tuyen_quang, name="Nguyễn Thị Lụa"),
        "veteran": hire("supervisor", tuyen_quang, name="Trần Văn Ẩn"),
    }
    return {name: acting(person) for name, person in made.items()}


@pytest.fixture
def round_(tuyen_quang: Unit, people: dict[str, Actor]) -> Round:
    return cast.framed(cast.new_round(tuyen_quang, people["operator"]))


def key(actor: Actor) -> int:
    return int(actor.key.removeprefix("person:"))


def opened(round_: Round, people: dict[str, Actor], *witnesses: str, source: str = "", reason: str = "") -> Draw:
    named = [(key(people[w]), f"{people[w].name}, Ủy ban MTTQ tỉnh") for w in witnesses or ("front", "veteran")]
    return actions.open_draw(
        round_id=round_.pk, named=named, public_source=source, reason=reason, by=people["operator"]
    )


def typed(draw: Draw, people: dict[str, Actor], mark: str = "") -> None:
    actions.type_text(draw_id=draw.pk, text=f"mưa thuận gió hòa {mark}", by=people["front"])
    actions.type_text(draw_id=draw.pk, text=f"đường xa vạn dặm {mark}", by=people["veteran"])


def carried_out(draw: Draw, people: dict[str, Actor]) -> Draw:
    actions.carry_out(draw_id=draw.pk, base_url=BASE, by=people["operator"])
    worker.work_off()
    job = Job.objects.filter(kind="rounds.draw").latest("pk")
    assert job.state == "done", job.error
    return Draw.objects.get(pk=draw.pk)


def test_a_draw_from_opening_to_the_certificate(round_: Round, people: dict[str, Actor]) -> None:
    draw = opened(round_, people)
    assert draw.frame_sha256 == library.frame_hash(folder_of(round_))
    typed(draw, people)
    done = carried_out(draw, people)
    made = json.loads(done.certificate)
    assert [p["text"] for p in made["seed"]["parts"]] == ["mưa thuận gió hòa", "đường xa vạn dặm"]
    assert made["seed"]["operator"] == "Lê Văn Vận Hành"
    assert made["draws"] == {"trials": 0, "redraws": 0}
    assert made["sample"]["official"] == 120
    assert done.certificate.encode() == (folder_of(round_) / "certificate.json").read_bytes()
    assert bytes(done.document).startswith(b"%PDF")
    assert hashlib.sha256(bytes(done.document)).hexdigest() == done.document_sha256
    lines = (folder_of(round_) / "journal.jsonl").read_bytes().splitlines()
    assert done.journal_head == f"{len(lines)}:{hashlib.sha256(lines[-1]).hexdigest()}"
    number, head = done.audit_head.split(":")
    assert Record.objects.get(sequence=int(number)).hash == head
    round_.refresh_from_db()
    assert round_.state == State.DRAWN
    assert library.verify_sample(folder_of(round_)) == []
    told = [r.action for r in Record.objects.filter(action__startswith="rounds.draw")]
    assert told == ["rounds.draw_opened", *["rounds.draw_text_typed"] * 2, "rounds.draw_started", "rounds.draw_done"]


def test_a_text_stays_hidden_until_every_witness_has_typed(
    round_: Round, people: dict[str, Actor], client: Client
) -> None:
    draw = opened(round_, people)
    secret = "cây đa bến nước sân đình"
    actions.type_text(draw_id=draw.pk, text=secret, by=people["front"])
    for name in ("operator", "veteran"):
        client.force_login(Person.objects.get(pk=key(people[name])))
        for url in (f"/dot/{round_.pk}/boc-mau/", f"/dot/{round_.pk}/boc-mau/chung-kien/", "/dot/cho-chung-kien/"):
            assert secret not in client.get(url, follow=True).content.decode()
    assert secret not in "".join(Record.objects.values_list("details", flat=True))
    (shown, waiting) = reads.named(Draw.objects.get(pk=draw.pk))
    assert (shown.text, waiting.commitment) == ("", "")
    actions.type_text(draw_id=draw.pk, text="núi cao sông dài", by=people["veteran"])
    revealed = reads.named(Draw.objects.get(pk=draw.pk))
    assert [one.text for one in revealed] == [secret, "núi cao sông dài"]
    witness = revealed[0].witness
    assert hashlib.sha256(f"{witness.salt}:{secret}".encode()).hexdigest() == shown.commitment
    page = client.get(f"/dot/{round_.pk}/boc-mau/").content.decode()
    assert secret in page
    assert shown.commitment in page


def test_the_same_short_text_has_another_hash_each_time(round_: Round, people: dict[str, Actor]) -> None:
    """Without a salt whoever sees the hash could guess a short text."""
    draw = opened(round_, people)
    witness = actions.type_text(draw_id=draw.pk, text="năm 2026", by=people["front"])
    assert reads.commitment(witness) != hashlib.sha256("năm 2026".encode()).hexdigest()
    assert len(witness.salt) == 32


def test_a_text_is_typed_once_and_by_its_witness_alone(round_: Round, people: dict[str, Actor]) -> None:
    draw = opened(round_, people)
    with pytest.raises(PermissionDenied):
        actions.type_text(draw_id=draw.pk, text="người khác nhập", by=people["operator"])
    actions.type_text(draw_id=draw.pk, text="mưa thuận gió hòa", by=people["front"])
    with pytest.raises(ValidationError):
        actions.type_text(draw_id=draw.pk, text="muốn đổi câu khác", by=people["front"])
    with pytest.raises(ValidationError):
        actions.refuse(draw_id=draw.pk, reason="đổi ý", by=people["front"])


@pytest.mark.parametrize("text", ["ngắn", "có biểu tượng 😀 ở đây", "ẩn\u200bchữ ở trong này", "Привет товарищ"])
def test_what_cannot_be_printed_or_is_too_short_is_refused(text: str, round_: Round, people: dict[str, Actor]) -> None:
    draw = opened(round_, people)
    with pytest.raises(ValidationError):
        actions.type_text(draw_id=draw.pk, text=text, by=people["front"])


def test_whoever_opens_a_draw_is_no_witness_of_it(
    round_: Round, people: dict[str, Actor], tuyen_quang: Unit, hire: Hire, acting: Callable[[Person], Actor]
) -> None:
    from sipas_web.accounts.actions.assigning import write_assignment
    from sipas_web.accounts.models import Role

    both = Person.objects.get(pk=key(people["operator"]))
    role = Role.objects.get(code="supervisor")
    write_assignment(person=both, role=role, unit=tuyen_quang, since=tuyen_quang.valid_from, until=None)
    by = acting(Person.objects.get(pk=both.pk))
    with pytest.raises(ValidationError):
        actions.open_draw(round_id=round_.pk, named=[(both.pk, "Lê, MTTQ")], public_source="", reason="", by=by)
    assert both.pk not in {p.pk for p, _name in reads.candidates(round_, by)}
    # Named by another operator, they may not carry out, abandon or watch over their own draw either.
    other = acting(hire("department", tuyen_quang, name="Người Khác"))
    draw = actions.open_draw(round_id=round_.pk, named=[(both.pk, "Lê, MTTQ")], public_source="", reason="", by=other)
    actions.type_text(draw_id=draw.pk, text="một câu của tôi", by=by)
    for act in (
        lambda: actions.carry_out(draw_id=draw.pk, base_url=BASE, by=by),
        lambda: actions.abandon(draw_id=draw.pk, reason="không thích", by=by),
    ):
        with pytest.raises(ValidationError):
            act()


def test_only_holders_of_the_permission_over_the_area_can_be_named(
    round_: Round, people: dict[str, Actor], hire: Hire, dong_nai: Unit, tuyen_quang: Unit
) -> None:
    foreign, clerk = hire("supervisor", dong_nai), hire("keyer", tuyen_quang)
    for person in (foreign, clerk):
        with pytest.raises(ValidationError):
            actions.open_draw(
                round_id=round_.pk, named=[(person.pk, "X, Y")], public_source="", reason="", by=people["operator"]
            )
    names = {person.full_name for person, _name in reads.candidates(round_, people["operator"])}
    assert names == {"Nguyễn Thị Lụa", "Trần Văn Ẩn"}


def test_nobody_else_opens_or_carries_out(
    round_: Round, people: dict[str, Actor], hire: Hire, dong_nai: Unit, acting: Callable[[Person], Actor]
) -> None:
    stranger = acting(hire("department", dong_nai))
    for by in (people["front"], stranger):
        with pytest.raises(PermissionDenied):
            actions.open_draw(
                round_id=round_.pk, named=[(key(people["veteran"]), "x, y")], public_source="", reason="", by=by
            )
    draw = opened(round_, people)
    typed(draw, people)
    with pytest.raises(PermissionDenied):
        actions.carry_out(draw_id=draw.pk, base_url=BASE, by=stranger)


def test_a_refusal_stops_the_draw_and_stands_on_the_next_certificate(round_: Round, people: dict[str, Actor]) -> None:
    draw = opened(round_, people)
    actions.type_text(draw_id=draw.pk, text="mưa thuận gió hòa", by=people["front"])
    actions.refuse(draw_id=draw.pk, reason="Chưa được đọc thiết kế", by=people["veteran"])
    with pytest.raises(ValidationError, match="Trần Văn Ẩn"):
        actions.carry_out(draw_id=draw.pk, base_url=BASE, by=people["operator"])
    with pytest.raises(ValidationError):
        opened(round_, people, "front", reason="vội")  # the open one first
    assert [w.draw for w in reads.took_part(people["veteran"])] == [draw]
    actions.abandon(draw_id=draw.pk, reason="Một người chứng kiến từ chối", by=people["operator"])
    assert str(draw.round) in str(draw)
    assert str(draw) != f"{draw.round}: 1", "the record says what it is"
    with pytest.raises(ValidationError):
        opened(round_, people, "front")  # a second draw needs a reason
    again = opened(round_, people, "front", reason="Mở lại sau khi đã giải trình")
    with pytest.raises(ValidationError):  # a text of an earlier draw would give its seed away
        actions.type_text(draw_id=again.pk, text="Mưa thuận gió hòa", by=people["front"])
    actions.type_text(draw_id=again.pk, text="một câu mới hẳn", by=people["front"])
    done = carried_out(again, people)
    draws = json.loads(done.certificate)["draws"]
    (earlier,) = draws["history"]
    assert (earlier["outcome"], earlier["texts_known"], earlier["number"]) == ("abandoned", False, 1)
    assert earlier["refused"] == [{"name": "Trần Văn Ẩn, Ủy ban MTTQ tỉnh", "reason": "Chưa được đọc thiết kế"}]
    assert draws["redraws"] == 0
    assert library.verify_sample(folder_of(round_)) == []
    text = pdf_text(bytes(done.document))
    for said in ("Chưa được đọc thiết kế", "Một người chứng kiến từ chối", "Người chứng kiến từ chối: 1", "MÔ PHỎNG"):
        assert said in text


def test_giving_up_after_the_texts_are_known_is_told(round_: Round, people: dict[str, Actor]) -> None:
    draw = opened(round_, people)
    typed(draw, people)
    actions.abandon(draw_id=draw.pk, reason="mất điện", by=people["operator"])
    again = opened(round_, people, reason="Có điện lại")
    typed(again, people, "lần hai")
    made = json.loads(carried_out(again, people).certificate)
    assert made["draws"]["history"][0]["texts_known"] is True
    assert any("1 buổi bị hủy khi nội dung" in line for line in made["recommendations"])


def test_a_redraw_is_counted_and_gives_another_sample(round_: Round, people: dict[str, Actor]) -> None:
    first = opened(round_, people)
    typed(first, people)
    first = carried_out(first, people)
    second = opened(round_, people, reason="Danh sách của một sở thiếu hai tháng")
    typed(second, people, "lần hai")
    second = carried_out(second, people)
    one, two = json.loads(first.certificate), json.loads(second.certificate)
    assert one["sample"]["sha256"] != two["sample"]["sha256"]
    assert two["draws"]["redraws"] == 1
    assert two["draws"]["reason"] == "Danh sách của một sở thiếu hai tháng"
    assert two["draws"]["history"][0]["outcome"] == "drawn"
    assert library.verify_sample(folder_of(round_)) == []


def test_a_public_number_needs_two_people(round_: Round, people: dict[str, Actor]) -> None:
    draw = opened(round_, people, "front", source=LOTTERY)
    actions.type_text(draw_id=draw.pk, text="mưa thuận gió hòa", by=people["front"])
    with pytest.raises(ValidationError):
        actions.carry_out(draw_id=draw.pk, base_url=BASE, by=people["operator"])
    actions.give_number(draw_id=draw.pk, number="04718", by=people["operator"])
    with pytest.raises(ValidationError):
        actions.confirm_number(draw_id=draw.pk, number="04718", by=people["operator"])
    with pytest.raises(ValidationError):
        actions.confirm_number(draw_id=draw.pk, number="04781", by=people["front"])
    with pytest.raises(PermissionDenied):
        actions.confirm_number(draw_id=draw.pk, number="04718", by=people["veteran"])  # not named in this draw
    with pytest.raises(ValidationError):
        actions.carry_out(draw_id=draw.pk, base_url=BASE, by=people["operator"])
    actions.confirm_number(draw_id=draw.pk, number="04718", by=people["front"])
    with pytest.raises(ValidationError):
        actions.give_number(draw_id=draw.pk, number="99999", by=people["operator"])
    parts = json.loads(carried_out(draw, people).certificate)["seed"]["parts"]
    assert parts[1] == {"kind": "public_number", "name": LOTTERY, "text": "04718", "source": LOTTERY}


def test_a_frame_that_changed_behind_the_texts_is_not_drawn(round_: Round, people: dict[str, Actor]) -> None:
    draw = opened(round_, people)
    typed(draw, people)
    lists = sorted((folder_of(round_) / "input/frame").glob("*.csv"))
    lists[0].write_bytes(b"\n".join(lists[0].read_bytes().splitlines()[:-1]) + b"\n")
    actions.carry_out(draw_id=draw.pk, base_url=BASE, by=people["operator"])
    worker.work_off()
    job = Job.objects.latest("pk")
    assert (job.state, job.error["code"]) == ("failed", "round.witnesses_for_other_frame")
    assert not (folder_of(round_) / "sample.parquet").exists()
    assert Draw.objects.get(pk=draw.pk).state == Draw.State.DRAWING
    actions.abandon(draw_id=draw.pk, reason="Danh sách đã bị sửa", by=people["operator"])


def test_a_changed_design_is_not_drawn_with_the_old_texts(round_: Round, people: dict[str, Actor]) -> None:
    draw = opened(round_, people)
    typed(draw, people)
    round_.settings["design"]["stages"][0]["size"]["n"] = 100
    round_.save()
    actions.carry_out(draw_id=draw.pk, base_url=BASE, by=people["operator"])
    worker.work_off()
    job = Job.objects.latest("pk")
    assert (job.state, job.error["code"]) == ("failed", "round.witnesses_for_other_design")


def test_a_draw_is_not_opened_on_a_frame_behind_its_lists(round_: Round, people: dict[str, Actor]) -> None:
    extra = folder_of(round_) / "input/frame/them.csv"
    extra.write_bytes(next((folder_of(round_) / "input/frame").glob("*.csv")).read_bytes())
    with pytest.raises(ValidationError):
        opened(round_, people)


def test_a_design_the_frame_cannot_carry_is_found_when_opening(round_: Round, people: dict[str, Actor]) -> None:
    from sipas.errors import SipasError

    round_.settings["design"]["stages"][0]["strata"] = ["no_such_column"]
    round_.save()
    with pytest.raises(SipasError):
        opened(round_, people)
    assert not Draw.objects.exists()


def test_trial_draws_are_counted_and_choose_nobody(round_: Round, people: dict[str, Actor]) -> None:
    for _time in range(2):
        actions.start_trial(round_id=round_.pk, by=people["operator"])
        worker.work_off()
    job = Job.objects.latest("pk")
    assert job.state == "done", job.error
    assert sum(cases for _stratum, role, cases in job.result["sizes"] if role == "official") == 120
    assert not (folder_of(round_) / "sample.parquet").exists()
    draw = opened(round_, people)
    with pytest.raises(ValidationError):
        actions.start_trial(round_id=round_.pk, by=people["operator"])
    typed(draw, people)
    assert json.loads(carried_out(draw, people).certificate)["draws"]["trials"] == 2


def test_a_trial_taken_up_again_is_counted_once(round_: Round) -> None:
    root = folder_of(round_)
    assert library.trial_draw(root, "thử") == library.trial_draw(root, "thử")
    assert (root / "journal.jsonl").read_text().count('"event":"trial"') == 1


def test_work_of_one_who_may_no_longer_do_it_draws_nothing(round_: Round, people: dict[str, Actor]) -> None:
    actions.start_trial(round_id=round_.pk, by=people["operator"])
    worker.work_off()
    draw = opened(round_, people)
    typed(draw, people)
    actions.carry_out(draw_id=draw.pk, base_url=BASE, by=people["operator"])
    Person.objects.filter(pk=key(people["operator"])).update(is_active=False)
    worker.work_off()
    job = Job.objects.latest("pk")
    assert job.state == "failed"
    assert job.error["code"] == "jobs.not_permitted"
    assert not (folder_of(round_) / "sample.parquet").exists()


def pdf_text(document: bytes) -> str:
    import pypdfium2

    pdf = pypdfium2.PdfDocument(io.BytesIO(document))
    text = "\n".join(page.get_textpage().get_text_range() for page in pdf)
    return " ".join(text.split())
