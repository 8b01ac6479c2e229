"""The pages from the freeze to the published versions, as people use them."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests.web import results_cast

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.jobs.worker import work_off
from sipas_web.results import queries
from sipas_web.results.actions import Choices
from sipas_web.results.models import Snapshot
from sipas_web.rounds.models import Round, State
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]
CHOICES = Choices(dt.date(2026, 12, 1), "Tuyên Quang", "PHÓ GIÁM ĐỐC", 15, finite_population=True, calibrated=False)


@pytest.fixture(autouse=True)
def _folders_of_this_test(settings: Any, tmp_path: Path) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"
    settings.PUBLICATIONS_FOLDER = tmp_path / "publications"


@pytest.fixture
def second_factors(monkeypatch: Any) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)


def state_of(round_: Round) -> str:
    return Round.objects.values_list("state", flat=True).get(pk=round_.pk)


def test_the_whole_way_on_the_pages(
    tuyen_quang: Unit, by: Actor, client: Client, hire: Hire, second_factors: None
) -> None:
    """Freeze, verify, approve, publish, correct: with the forms that a person sees."""
    round_ = results_cast.in_field(tuyen_quang, by)
    client.force_login(hire("department", tuyen_quang))
    here = f"/ket-qua/dot/{round_.pk}"

    def page(address: str) -> str:
        answer = client.get(f"{here}/{address}")
        assert answer.status_code == 200, address
        return answer.content.decode()

    for address in ("chot/", "ra-soat/", "cong-bo/", "tinh-lai/", "dinh-chinh/"):
        assert "mô phỏng" in page(address).lower()
    assert client.post(f"{here}/chot/", {}).status_code == 200  # not agreed: the form again
    assert state_of(round_) == State.IN_FIELD
    client.post(f"{here}/chot/", {"agreed": "on"})
    page("chot/")
    page("ra-soat/")
    work_off()
    assert "bien-ban.pdf" in page("chot/")
    assert "alert good" in page("ra-soat/")  # the estimate ended with a verification
    client.post(f"{here}/ra-soat/kiem-chung/", {"recompute": "0"})
    work_off()
    assert "alert good" in page("ra-soat/")
    document = client.get(f"{here}/ra-soat/1/tep/report/bao-cao.pdf")
    assert b"".join(document.streaming_content)[:5] == b"%PDF-"
    assert Record.objects.latest("sequence").action == "results.document_taken"
    for secret in ("secret.key", "responses.parquet", "../geheim", "open-data/../secret.key", "journal.jsonl"):
        assert client.get(f"{here}/ra-soat/1/tep/{secret}").status_code == 404
    client.post(f"{here}/ra-soat/chap-thuan/", {"note": "tốt"})
    page("cong-bo/")
    client.post(f"{here}/cong-bo/", {"agreed": "on"})
    work_off()
    assert state_of(round_) == State.FROZEN  # one person did it all, and did not say so
    client.post(f"{here}/cong-bo/", {"agreed": "on", "alone": "on"})
    page("cong-bo/")
    work_off()
    assert state_of(round_) == State.PUBLISHED
    for address in ("cong-bo/", "cac-ban/", "cac-ban/1/", "chot/", "ra-soat/", "tinh-lai/", "dinh-chinh/"):
        assert "mô phỏng" in page(address).lower()
    packed = client.get(f"{here}/cac-ban/1/tep/open-data.zip")
    assert b"".join(packed.streaming_content)[:2] == b"PK"
    assert client.get(f"{here}/cac-ban/1/tep/../../x").status_code == 404
    client.post(f"{here}/dinh-chinh/", {"reason": "Nhầm", "agreed": "on"})
    assert state_of(round_) == State.IN_FIELD
    assert "Nhầm" in page("cong-bo/")


def test_the_estimate_form_says_what_stands_and_takes_changes(
    tuyen_quang: Unit, by: Actor, client: Client, hire: Hire, second_factors: None
) -> None:
    snapshot = results_cast.reviewable(tuyen_quang, by)
    client.force_login(hire("department", tuyen_quang))
    url = f"/ket-qua/dot/{snapshot.round_id}/tinh-lai/"
    form = client.get(url).context["form"]
    given = {name: form[name].value() for name in form.fields} | {"reason": "đổi ngày", "document_date": "01/12/2026"}
    given = {name: value for name, value in given.items() if value not in {None, False}}
    assert client.post(url, given).status_code == 302
    round_ = Round.objects.get(pk=snapshot.round_id)
    assert round_.settings["documents"]["date"] == "2026-12-01"
    assert round_.settings["estimates"]["least_to_rank"] == 10
    snapshot.refresh_from_db()
    assert snapshot.state == Snapshot.State.REPLACED


def test_pages_of_other_areas_are_not_found(
    tuyen_quang: Unit, dong_nai: Unit, by: Actor, client: Client, hire: Hire, second_factors: None
) -> None:
    publication = results_cast.published(tuyen_quang, by)
    client.force_login(hire("department", dong_nai))
    here = f"/ket-qua/dot/{publication.round_id}"
    for address in ("chot/", "chot/1/bien-ban.pdf", "ra-soat/", "cong-bo/", "tinh-lai/", "dinh-chinh/", "cac-ban/",
                    "cac-ban/1/", "cac-ban/1/tep/open-data.zip", "ra-soat/1/tep/report/bao-cao.pdf"):  # fmt: skip
        assert client.get(f"{here}/{address}").status_code == 404, address
    assert client.post(f"{here}/dinh-chinh/", {"reason": "x", "agreed": "on"}).status_code == 404


def test_a_version_page_says_that_a_file_was_changed(tuyen_quang: Unit, by: Actor, client: Client, hire: Hire) -> None:
    publication = results_cast.published(tuyen_quang, by)
    client.force_login(hire("agency", tuyen_quang))
    url = f"/ket-qua/dot/{publication.round_id}/cac-ban/1/"
    assert "alert good" in client.get(url).content.decode()
    shutil.rmtree(queries.folder_of(publication) / "open-data")
    assert "alert bad" in client.get(url).content.decode()
