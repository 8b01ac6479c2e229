"""The pages of the ceremony: the wall, a witness's phone, the files, the paper."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from typing import Any

import pytest
from django.test import Client
from tests.web.unit.test_draw import (
    BASE,
    Hire,
    _own_folder,
    carried_out,
    key,
    opened,
    pdf_text,
    people,
    round_,
    typed,
)

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.jobs import worker
from sipas_web.jobs.models import Job
from sipas_web.rounds import own_parts
from sipas_web.rounds.actions import draw as actions
from sipas_web.rounds.actions import set_up, set_up_rows
from sipas_web.rounds.models import Draw, Round
from sipas_web.rounds.pages.draw import doubts_before
from sipas_web.rounds.parts import Stage
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
__all__ = ["_own_folder", "people", "round_"]  # fixtures


def test_the_code_on_the_paper_leads_to_the_public_page(round_: Round, people: dict[str, Actor]) -> None:
    draw = opened(round_, people)
    typed(draw, people)
    done = carried_out(draw, people)
    text = pdf_text(bytes(done.document))
    assert f"{BASE}xac-minh/{done.code}/" in text.replace("\n", "")
    assert re.sub(r"\s", "", hashlib.sha256(done.certificate.encode()).hexdigest()) in re.sub(r"\s", "", text)


def test_witnesses_see_that_they_are_awaited(round_: Round, people: dict[str, Actor], client: Client) -> None:
    draw = opened(round_, people, "front")
    client.force_login(Person.objects.get(pk=key(people["front"])))
    assert 'class="badge warning count"' in client.get("/").content.decode()
    assert f"/dot/{round_.pk}/boc-mau/chung-kien/" in client.get("/dot/cho-chung-kien/").content.decode()
    answer = client.post(f"/dot/{round_.pk}/boc-mau/chung-kien/", {"text": "mưa thuận gió hòa"})
    assert answer.status_code == 200, "the hashes must be confirmed"
    answer = client.post(f"/dot/{round_.pk}/boc-mau/chung-kien/", {"text": "mưa thuận gió hòa", "has_compared": "on"})
    assert answer.status_code == 302
    assert 'class="badge warning count"' not in client.get("/").content.decode()
    client.force_login(Person.objects.get(pk=key(people["veteran"])))
    assert client.get(f"/dot/{round_.pk}/boc-mau/chung-kien/").status_code == 404
    assert draw.pk


def test_the_operators_pages(round_: Round, people: dict[str, Actor], client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    client.force_login(Person.objects.get(pk=key(people["operator"])))
    here = f"/dot/{round_.pk}/boc-mau/"
    assert client.get(here).status_code == 200
    pk = key(people["front"])
    form = {f"take_{pk}": "on", f"name_{pk}": "Nguyễn Thị Lụa, MTTQ", "public_source": ""}
    assert client.get(f"{here}mo/").status_code == 200
    assert client.post(f"{here}mo/", form).status_code == 302
    draw = Draw.objects.get()
    page = client.get(here).content.decode()
    assert all(group in page for group in re.findall("....", draw.frame_sha256))
    mark = re.search(r"\?mark=(\w+)", page)
    assert mark is not None
    assert client.get(f"{here}?mark={mark[1]}", headers={"HX-Request": "true"}).status_code == 204
    actions.type_text(draw_id=draw.pk, text="mưa thuận gió hòa", by=people["front"])
    assert client.get(f"{here}?mark={mark[1]}", headers={"HX-Request": "true"}).status_code == 200
    assert client.post(f"{here}boc/").status_code == 302
    assert client.get(here).status_code == 200
    worker.work_off()
    assert client.get(here).status_code == 200
    assert client.get(f"{here}1/chung-nhan.pdf").headers["Content-Type"] == "application/pdf"
    assert client.get(f"{here}1/chung-nhan.json").content == Draw.objects.get().certificate.encode()
    sample = b"".join(client.get(f"{here}1/sample.csv").streaming_content)
    assert hashlib.sha256(sample).hexdigest() == json.loads(Draw.objects.get().certificate)["sample"]["sha256"]
    assert Record.objects.latest("sequence").action == "rounds.draw_file_taken"


def test_what_can_no_longer_be_mended_is_said_before_a_draw_is_opened(round_: Round, people: dict[str, Actor]) -> None:
    job = Job.objects.create(
        kind="rounds.import_frame", subject=f"rounds.round:{round_.pk}", unit=round_.unit, actor="x", state="done",
        result={"rejected": 1234},
    )  # fmt: skip
    assert [said for said in doubts_before(round_) if "1.234" in said]
    assert [said for said in doubts_before(round_) if "lịch" in said]
    day = dt.date(2026, 12, 1)
    set_up_rows.put_calendar(round_=round_, planned={"field": (day, day)}, by=people["operator"])
    job.result = {"rejected": 0}
    job.save()
    assert doubts_before(round_) == []


def test_rows_are_for_those_who_check(
    round_: Round, people: dict[str, Actor], client: Client, hire: Hire, tuyen_quang: Unit
) -> None:
    draw = opened(round_, people)
    typed(draw, people)
    carried_out(draw, people)
    client.force_login(hire("post_province", tuyen_quang))
    assert client.get(f"/dot/{round_.pk}/boc-mau/1/frame.csv").status_code == 403
    client.force_login(Person.objects.get(pk=key(people["front"])))
    assert client.get(f"/dot/{round_.pk}/boc-mau/1/frame.csv").status_code == 200


def test_rows_of_a_sample_that_was_set_aside_are_not_given(
    round_: Round, people: dict[str, Actor], client: Client
) -> None:
    """The frame may be another by then: it must not leave under the number of this draw."""
    draw = opened(round_, people)
    typed(draw, people)
    carried_out(draw, people)
    set_up.set_sample_aside(round_=round_, reason="Danh sách thiếu một sở", by=people["operator"])
    client.force_login(Person.objects.get(pk=key(people["front"])))
    page = client.get(f"/dot/{round_.pk}/boc-mau/").content.decode()
    assert "frame.csv" not in page
    assert client.get(f"/dot/{round_.pk}/boc-mau/1/frame.csv").status_code == 404
    assert client.get(f"/dot/{round_.pk}/boc-mau/1/chung-nhan.json").status_code == 200
    assert own_parts.draw(Round.objects.get(pk=round_.pk)).stage == Stage.READY
