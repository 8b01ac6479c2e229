"""Several apologies at once: each its own letter and record; again, it adds nothing; what is kept goes in its time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.web.apologies_cast import NAMES, TODAY, Desk, desk_of, dossier

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.jobs.worker import work_off
from sipas_web.onestop.actions import apologies, apologies_many, retaining
from sipas_web.onestop.actions.apologies import Content
from sipas_web.onestop.models import Apology, FacilityCheck, FacilityPhotograph, FacilityReview, Message
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
DUE, NEW, OTHER = dt.date(2026, 11, 24), dt.date(2026, 11, 30), dt.date(2026, 12, 2)
PEOPLE = (
    {"name": NAMES[0], "email": "lua@example.vn", "phone": "0912 000 001"},
    {"name": NAMES[1], "phone": "0912 000 002"},
    {"name": NAMES[2]},
    None,
)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings.MESSAGES_FOLDER = tmp_path / "messages"
    settings.CONTACT_KEYS = tmp_path / "keys.json"
    monkeypatch.setattr("sipas_web.onestop.queries.apologies.today", lambda: TODAY)
    return tmp_path / "messages" / "ready"


@pytest.fixture
def place(tuyen_quang: Unit, by: Actor, folder: Path) -> Desk:
    return desk_of(tuyen_quang, by)


def logged_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def said(answer: Any) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


def test_drafted_signed_and_sent_from_the_lists_and_again(
    place: Desk, hire: Hire, by: Actor, folder: Path, dong_nai: Unit
) -> None:
    clerk, head = logged_in(hire("onestop_clerk", place.desk)), logged_in(hire("head", place.agency))
    ones = [dossier(place, by=by, who=who, due=DUE) for who in PEOPLE]
    promised = dossier(place, due=DUE, promised_again=OTHER)
    foreign = dossier(desk_of(dong_nai, by), due=DUE)
    keys = [one.pk for one in (*ones, promised, foreign)]
    page = clerk.get("/xin-loi/?chon=1").content.decode()
    assert page.count('name="dossier"') == page.count(" checked") == 5
    form = {"dossier": keys, "reason": "load", "reason_text": "", "new_date": f"{NEW:%d/%m/%Y}"}
    for _ in range(2):
        answer = clerk.post("/xin-loi/soan-nhieu/", form, follow=True)
    assert "5 hồ sơ đã có thư từ trước" in said(answer)
    letters = {letter.dossier_id: letter for letter in Apology.objects.all()}
    assert set(letters) == set(keys) - {foreign.pk}
    assert letters[promised.pk].new_date == OTHER
    assert {letters[one.pk].new_date for one in ones} == {NEW}
    assert Record.objects.filter(action="onestop.apology_drafted").count() == 5
    chosen = {"letter": [letter.pk for letter in letters.values()]}
    for _ in range(2):
        head.post("/xin-loi/thu/ky/", chosen)
    assert Record.objects.filter(action="onestop.apology_signed").count() == 5
    for _ in range(2):
        answer = clerk.post("/xin-loi/thu/gui/", chosen, follow=True)
    assert "3 thư đã gửi hoặc đang gửi từ trước" in said(answer)
    assert "Chưa làm được (2)" in said(answer)  # no applicant in the file: on paper
    work_off()
    assert sorted(path.suffix for path in folder.glob("*")) == [".eml", ".json"]
    ways = {m.apology.dossier_id: (m.way, m.state, m.fault) for m in Message.objects.all()}
    assert ways == {
        ones[0].pk: ("email", "sent", ""), ones[1].pk: ("sms", "sent", ""), ones[2].pk: ("sms", "failed", "no_address"),
    }  # fmt: skip
    clerk.post("/xin-loi/thu/gui/", chosen)
    work_off()
    assert len(list(folder.glob("*"))) == 2
    assert Record.objects.filter(action="onestop.apology_sent").count() == 2


def test_many_are_noted_as_sent_on_paper_each_with_its_number(
    place: Desk, hire: Hire, by: Actor, dong_nai: Unit
) -> None:
    clerk = logged_in(hire("onestop_clerk", place.desk))
    far = desk_of(dong_nai, by)
    letters = []
    for where in (place, place, place, far):
        content = Content("load", "", NEW)
        letters.append(apologies.draft(dossier_id=dossier(where, due=DUE).pk, content=content, by=by))
    first, second, waiting, foreign = letters
    apologies.sign(apology_ids=[first.pk, second.pk, foreign.pk], by=by)
    keys = {"letter": [letter.pk for letter in letters]}
    page = clerk.post("/xin-loi/thu/da-gui/", keys).content.decode()
    assert all(f'value="{one.pk}"' in page for one in (first, second))
    assert not any(f'value="{one.pk}"' in page for one in (waiting, foreign))
    given = keys | {
        "on": f"{TODAY:%d/%m/%Y}",
        "way": "paper",
        f"number-{first.pk}": "15/TXL",
        f"number-{foreign.pk}": "9",
    }
    wrong = clerk.post("/xin-loi/thu/da-gui/", given | {"on": "31/02/2026"})
    assert "15/TXL" in wrong.content.decode()
    early = clerk.post("/xin-loi/thu/da-gui/", given | {"on": f"{TODAY - dt.timedelta(days=1):%d/%m/%Y}"})
    assert "Chưa làm được (2)" in early.content.decode()
    assert "15/TXL" in early.content.decode()
    for _ in range(2):
        answer = clerk.post("/xin-loi/thu/da-gui/", given, follow=True)
    assert "2 thư" in said(answer)
    sent = dict(Apology.objects.filter(sent=TODAY).values_list("pk", "number"))
    assert sent == {first.pk: "15/TXL", second.pk: ""}
    assert Record.objects.filter(action="onestop.apology_sent").count() == 2
    assert "Chưa chọn" in said(clerk.post("/xin-loi/thu/da-gui/", {"letter": [waiting.pk]}, follow=True))


def test_what_cannot_be_drafted_is_named_and_the_rest_is(place: Desk, hire: Hire) -> None:
    clerk = logged_in(hire("onestop_clerk", place.desk))
    good, late = dossier(place, due=DUE), dossier(place, due=OTHER)
    form = {"dossier": [good.pk, late.pk], "reason": "load", "new_date": "30/11/2026"}
    answer = clerk.post("/xin-loi/soan-nhieu/?standing=due", form, follow=True)
    assert late.number in said(answer)
    assert Apology.objects.get().dossier == good
    assert answer.redirect_chain[-1][0] == "/xin-loi/?standing=due"


def test_a_form_at_fault_keeps_what_was_chosen(place: Desk, hire: Hire) -> None:
    clerk = logged_in(hire("onestop_clerk", place.desk))
    one = dossier(place, due=DUE)
    answer = clerk.post("/xin-loi/soan-nhieu/", {"dossier": [one.pk, "x"], "reason": "", "new_date": "30/11/2026"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'value="{one.pk}"' in page
    assert " checked" in page
    assert "30/11/2026" in page
    assert "Chưa chọn" in said(clerk.post("/xin-loi/soan-nhieu/", {"reason": "load"}, follow=True))
    head = logged_in(hire("head", place.agency))
    assert head.post("/xin-loi/soan-nhieu/", {}).status_code == 403
    assert clerk.get("/xin-loi/soan-nhieu/?sort=due").headers["Location"] == "/xin-loi/?sort=due"


def test_words_of_letters_and_photographs_go_in_their_time(place: Desk, by: Actor) -> None:
    ended, running = dossier(place, due=DUE, finished=OTHER), dossier(place, due=DUE)
    for one, text in ((ended, "bà Lụa chờ bản vẽ"), (running, "chờ ý kiến")):
        content = Content("load", text, None if one.finished else NEW)
        apology = apologies.draft(dossier_id=one.pk, content=content, by=by)
        apologies.sign(apology_ids=[apology.pk], by=by)
        apologies.note_paper(apology_id=apology.pk, on=TODAY, way="paper", number="1", by=by)
    later = dt.datetime(2026, 12, 24, tzinfo=dt.UTC)
    oldest = retaining.oldest_words()
    assert oldest is not None
    assert oldest.date() <= TODAY
    assert retaining.empty_words(dt.datetime(2026, 11, 1, tzinfo=dt.UTC), by) == 0
    assert retaining.empty_words(later, by) == 1
    assert retaining.empty_words(later, by) == 0
    assert sorted(Apology.objects.values_list("reason_text", "reason")) == [("", "load"), ("chờ ý kiến", "load")]
    rows = {}
    for state in ("open", "closed"):
        review = FacilityReview.objects.create(
            desk=place.desk, standard="nd118-2025", level="province", reviewer="x", created_by="x", state=state,
            on=TODAY if state == "open" else DUE,
        )  # fmt: skip
        check = FacilityCheck.objects.create(review=review, code="seats")
        rows[state] = FacilityPhotograph.objects.create(check_row=check, data=b"x", sha256="x", added_by="x")
    assert retaining.oldest_photograph() == rows["closed"].added
    assert retaining.drop_photographs(timezone.now() + dt.timedelta(days=1), by) == 1
    assert list(FacilityPhotograph.objects.all()) == [rows["open"]]
    assert apologies_many.draft(dossiers=[], reason="load", reason_text="", new_date=None, by=by).done == 0
