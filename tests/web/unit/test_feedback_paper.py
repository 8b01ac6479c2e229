"""The answer on paper: who may make it, what it says, that the unit written about does not learn who wrote."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import docx
import pypdfium2
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from tests.web.feedback_cast import ANSWER, PERSON, TEXT, Hire, answered, cast, commune, send

from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.feedback import rules
from sipas_web.feedback.actions import following, papering
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

__all__ = ["cast", "commune"]
pytestmark = pytest.mark.django_db
WRITTEN = ("feedback.answer_letter_made", "feedback.answer_on_paper", "privacy.people_opened")


def words_of(content: bytes, form: str) -> str:
    if form == "pdf":
        pages = list(pypdfium2.PdfDocument(content))
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return " ".join(" ".join([*(p.text for p in document.paragraphs), *cells]).split())


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_the_letter_of_the_desk(form: str, commune: Unit, cast: dict[str, Actor]) -> None:
    made, _code = answered(commune, cast)
    said = words_of(papering.make_letter(feedback_id=made.pk, form=form, by=cast["desk"]), form)
    until = units.today() + dt.timedelta(days=rules.own().word_within)
    for part in (
        "V/v trả lời phản ánh, kiến nghị", PERSON["name"], PERSON["address"], made.number, ANSWER,
        f"{made.received:%d/%m/%Y}", f"{until:%d/%m/%Y}", "ngày … tháng … năm …", "TM. ỦY BAN NHÂN DÂN", "Nơi nhận",
    ):  # fmt: skip
        assert part in said, part
    assert TEXT[:30] not in said
    assert Record.objects.filter(action="privacy.people_opened").count() == 1


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_the_unit_that_answers_gets_it_without_the_citizen(form: str, commune: Unit, cast: dict[str, Actor]) -> None:
    made, _code = answered(commune, cast)
    said = words_of(papering.make_letter(feedback_id=made.pk, form=form, by=cast["agency"]), form)
    assert ANSWER in said
    assert PERSON["name"] not in said
    assert PERSON["address"] not in said
    assert not Record.objects.filter(action="privacy.people_opened").exists()


def test_after_the_citizens_word_nothing_is_promised(commune: Unit, cast: dict[str, Actor]) -> None:
    made, code = answered(commune, cast)
    following.say(code=code, agrees=True, rating=5, text="")
    assert "xem xét lại" not in words_of(papering.make_letter(feedback_id=made.pk, form="pdf", by=cast["desk"]), "pdf")


def test_noting_it_and_what_the_record_holds(commune: Unit, cast: dict[str, Actor], client: Client) -> None:
    made, _code = answered(commune, cast)
    today = units.today()
    papering.make_letter(feedback_id=made.pk, form="pdf", by=cast["desk"])
    client.force_login(cast["desk"].holder)  # type: ignore[arg-type]
    page = client.post(f"/phan-anh/{made.pk}/da-trao-giay/", {"number": "12/UBND-VP", "on": f"{today:%d/%m/%Y}"})
    assert page.status_code == 302
    assert f"Số 12/UBND-VP, ngày {today:%d/%m/%Y}" in client.get(page["Location"]).content.decode()
    for on in (today, today + dt.timedelta(days=1), made.received - dt.timedelta(days=1)):  # twice, later, earlier
        with pytest.raises(ValidationError):
            papering.note_paper(feedback_id=made.pk, number="12/UBND-VP", on=on, by=cast["desk"])
    rows = list(Record.objects.filter(action__in=WRITTEN))
    assert {row.action for row in rows} == set(WRITTEN)
    assert len(rows) == len(WRITTEN)
    assert not any(text in row.details for row in rows for text in PERSON.values() if text)


def test_only_an_answer_that_fits_goes_out(commune: Unit, cast: dict[str, Actor]) -> None:
    made, _code = send(commune, person=PERSON)
    with pytest.raises(ValidationError):
        papering.make_letter(feedback_id=made.pk, form="pdf", by=cast["desk"])
    with pytest.raises(PermissionDenied):
        papering.make_letter(feedback_id=made.pk, form="pdf", by=cast["agency"])
    assert not Record.objects.filter(action__in=WRITTEN).exists()


@pytest.mark.parametrize(("role", "place", "status"), [
    ("agency", "own", 200), ("feedback_desk", "own", 200), ("head", "own", 404), ("agency", "foreign", 404),
    ("feedback_desk", "foreign", 404), ("keyer", "own", 403),
])  # fmt: skip
def test_who_gets_the_letter(
    role: str, place: str, status: int, client: Client, hire: Hire, commune: Unit, dong_nai: Unit,
    cast: dict[str, Actor], monkeypatch: Any,
) -> None:  # fmt: skip
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    made, _code = answered(commune, cast)
    client.force_login(hire(role, commune if place == "own" else dong_nai))
    base = f"/phan-anh/{made.pk}/"
    assert client.post(f"{base}van-ban/pdf/").status_code == status
    assert client.get(f"{base}da-trao-giay/").status_code == status
    if status == 200:
        assert f"{base}van-ban/docx/" in client.get(base).content.decode()
        assert client.post(f"{base}van-ban/csv/").status_code == 404
