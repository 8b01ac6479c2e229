"""The public pages: what a code shows, that nothing else is told, and files held against what was certified."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.web import cast

from sipas import rounds as library
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.portal import queries
from sipas_web.results.models import Publication, Snapshot
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import Draw, Round
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
CODE = "0123456789abcdef" * 2


@pytest.fixture
def draw(settings: Any, tmp_path: Path, tuyen_quang: Unit, by: Actor) -> Draw:
    settings.ROUNDS_FOLDER = tmp_path / "rounds"
    made = cast.drawn(cast.new_round(tuyen_quang, by)).draws.get()
    made.code, made.document, made.document_sha256 = CODE, b"%PDF-", hashlib.sha256(b"%PDF-").hexdigest()
    made.save()
    return made


def upload(client: Client, content: bytes) -> str:
    file = SimpleUploadedFile("tep", content)
    return client.post(f"/xac-minh/{CODE}/", {"file": file, "sha256": ""}).content.decode()


def test_a_code_shows_the_certificate_without_an_account(client: Client, draw: Draw) -> None:
    page = client.get(f"/xac-minh/{CODE}/").content.decode()
    made = json.loads(draw.certificate)
    for said in ("mưa thuận gió hòa", "mô phỏng", " ".join(re.findall("....", made["seed"]["sha256"]))):
        assert said in page
    typed = f"{CODE[:4]} {CODE[4:20].upper()}-{CODE[20:]}"
    assert client.get("/xac-minh/", {"code": typed}).headers["Location"] == f"/xac-minh/{CODE}/"


@pytest.mark.parametrize("code", ["f" * 32, "MA-1", "0" * 31, CODE + "0", "../x", "ﬀ" * 16])
def test_any_other_code_gets_the_same_answer(client: Client, draw: Draw, code: str) -> None:
    answer = client.get(f"/xac-minh/{code}/")
    assert answer.status_code == 404
    assert draw.round.title not in answer.content.decode()


@pytest.mark.parametrize("state", [Draw.State.OPEN, Draw.State.DRAWING, Draw.State.ABANDONED])
def test_a_draw_that_was_not_carried_out_is_not_told_of(client: Client, draw: Draw, state: str) -> None:
    Draw.objects.update(state=state)
    assert client.get(f"/xac-minh/{CODE}/").status_code == 404


def test_a_code_costs_three_reads_whether_it_exists_or_not(
    draw: Draw, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    with django_assert_max_num_queries(3):
        assert queries.found("f" * 32) is None
    with django_assert_max_num_queries(3):
        assert queries.found(CODE) is not None
    with django_assert_max_num_queries(0):
        assert queries.found("không phải mã") is None


def test_every_certified_file_is_recognised(client: Client, draw: Draw) -> None:
    root = folder_of(draw.round)
    for name, content in (
        ("certificate.json", draw.certificate.encode()),
        ("PDF", b"%PDF-"),
        ("frame.csv", b"".join(library.draw_file(root, "frame.csv"))),
        ("sample.csv", b"".join(library.draw_file(root, "sample.csv"))),
    ):
        page = upload(client, content)
        assert f"đúng là tệp {name} " in page
        page = client.post(f"/xac-minh/{CODE}/", {"sha256": hashlib.sha256(content).hexdigest().upper()})
        assert f"đúng là tệp {name} " in page.content.decode()


def test_a_changed_certificate_is_told_with_the_place(client: Client, draw: Draw) -> None:
    made = json.loads(draw.certificate)
    made["seed"]["parts"][0]["text"] = "câu khác"
    made["draws"]["trials"] = 3
    page = upload(client, json.dumps(made).encode())
    for said in ("Không giống", "seed.parts[1].text", "câu khác", "mưa thuận gió hòa", "draws.trials"):
        assert said in page
    assert "Đúng bản gốc" not in page


@pytest.mark.parametrize(
    "content", [b"x", b"\x00\xff" * 100, b"[" * 100_000, b'{"form": 1}', b"<script>alert(1)</script>"]
)
def test_whatever_is_sent_gets_a_calm_answer(client: Client, draw: Draw, content: bytes) -> None:
    page = upload(client, content)
    assert "Không giống" in page
    assert "<script>alert" not in page


def test_a_strange_json_does_not_bring_the_page_down(client: Client, draw: Draw) -> None:
    made = {"form": "<b>", "seed": [], "lists": {"a": {"b": ["<i>"] * 50}}, "frame": None}
    page = upload(client, json.dumps(made).encode())
    assert "&lt;b&gt;" in page
    assert "<i>" not in page


def test_what_is_too_large_is_refused_before_it_is_read(client: Client, draw: Draw, settings: Any) -> None:
    settings.VERIFY_MOST_BYTES = 1000
    answer = client.post(f"/xac-minh/{CODE}/", {"file": SimpleUploadedFile("tep", b"x" * 2000)})
    assert answer.status_code == 413
    assert "quá lớn" in answer.content.decode()


def test_an_empty_question_and_a_wrong_hash_get_a_sentence(client: Client, draw: Draw) -> None:
    assert "Hãy chọn một tệp" in client.post(f"/xac-minh/{CODE}/", {"sha256": ""}).content.decode()
    assert "64 ký tự" in client.post(f"/xac-minh/{CODE}/", {"sha256": "abc"}).content.decode()


def test_a_draw_that_was_held_again_points_to_the_one_that_counts(client: Client, draw: Draw) -> None:
    later = "f" * 32
    Draw.objects.create(
        round=draw.round, number=2, state=Draw.State.DONE, frame_sha256="", design_sha256="", code=later,
        certificate=draw.certificate, opened_by="x", drawn=draw.drawn,
    )  # fmt: skip
    assert f"/xac-minh/{later}/" in client.get(f"/xac-minh/{CODE}/").content.decode()
    assert f"/xac-minh/{CODE}/" not in client.get(f"/xac-minh/{later}/").content.decode().replace('action="', "")


def test_a_publication_verifies_at_the_same_address(client: Client, draw: Draw) -> None:
    def published(version: int, code: str) -> None:
        snapshot = Snapshot.objects.create(
            round=draw.round, number=version, state="published", frozen_by="x", data_of=version, code=str(version) * 32
        )
        Publication.objects.create(
            round=draw.round, snapshot=snapshot, version=version, folder=f"f{version}", code=code, audit_head="5:aa",
            journal_head="9:bb", published_by="x", files={"report/bao-cao.pdf": hashlib.sha256(b"pdf").hexdigest()},
        )  # fmt: skip

    one, two = "a" * 32, "b" * 32
    published(1, one)
    page = client.post(f"/xac-minh/{one}/", {"sha256": hashlib.sha256(b"pdf").hexdigest()}).content.decode()
    assert "đúng là tệp report/bao-cao.pdf" in page
    assert "đính chính" not in page
    published(2, two)
    assert f"/xac-minh/{two}/" in client.get(f"/xac-minh/{one}/").content.decode()
    assert "bao-cao.pdf" in client.get(f"/xac-minh/{two}/").content.decode()


def test_no_name_of_a_person_but_those_on_the_certificate_is_shown(
    client: Client, draw: Draw, hire: Callable[..., Person], tuyen_quang: Unit
) -> None:
    hire("supervisor", tuyen_quang, name="Bùi Thị Không Liên Quan")
    other = Round.objects.create(
        title="Đợt Khác Hẳn", year=2025, unit=tuyen_quang, edition="sipas-2017", window_from=draw.round.window_from,
        window_to=draw.round.window_to, folder="khac", created_by="x",
    )  # fmt: skip
    made = json.loads(draw.certificate)
    refused = {"name": "Ông Từ Chối", "reason": "bận"}
    earlier = {"number": 1, "outcome": "abandoned", "opened": "2026-11-01", "reason": "x", "refused": [refused]}
    made["seed"]["operator"], made["draws"]["history"] = "Bà Điều Hành", [earlier]
    draw.certificate = json.dumps(made)
    draw.save()
    changed = {**made, "draws": {**made["draws"], "history": []}, "seed": {**made["seed"], "operator": "khác"}}
    pages = [
        client.get(f"/xac-minh/{CODE}/").content.decode(),
        *(upload(client, json.dumps(c).encode()) for c in (changed, {"form": 1}, {**made, "seed": 1, "draws": 2})),
    ]
    assert "1 người chứng kiến từ chối" in pages[0]
    for page in pages:
        for name in ("Không Liên Quan", "Ông Từ Chối", "Bà Điều Hành", other.title):
            assert name not in page


def test_the_verifier_handed_out_is_the_one_in_the_documentation() -> None:
    root = Path(queries.__file__).parents[3]
    page = (root / "docs/reference/verify-a-draw.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    given = root / "src/sipas_web/portal/static/portal/verify_draw.txt"
    assert given.read_text(encoding="utf-8") == code
