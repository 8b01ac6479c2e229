"""Nothing of an unreleased check sample is seen by those checked, nor a first answer by who re-verifies."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import NoReverseMatch, reverse
from tests.web import results_cast
from tests.web.supervision_cast import GOOD, TEXT, drawn, plan, verify_all
from tests.web.unit.test_every_address import OURS

from sipas_web.accounts.actions.assigning import write_assignment
from sipas_web.accounts.models import Person, Role
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.capture.models import Response
from sipas_web.fieldwork.models import Case
from sipas_web.jobs.models import Job
from sipas_web.jobs.worker import work_off
from sipas_web.privacy import actions as privacy
from sipas_web.rounds.models import Round
from sipas_web.shared.access import access_of
from sipas_web.supervision import actions
from sipas_web.supervision.actions import Told
from sipas_web.supervision.models import CheckCase, CheckSample, ContactOpening
from sipas_web.supervision.queries import access
from sipas_web.supervision.queries import samples as reads
from sipas_web.units import actions as units
from sipas_web.units.models import Unit
from sipas_web.units.queries import today

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]


@pytest.fixture
def field(tuyen_quang: Unit, by: Actor) -> Round:
    return results_cast.in_field(tuyen_quang, by)


@pytest.fixture
def front(hire: Hire, acting: Acting, tuyen_quang: Unit) -> Actor:
    """Somebody of the Fatherland Front."""
    return acting(hire("supervisor", tuyen_quang, name="Nguyễn Thị Lụa"))


def test_two_bodies_do_not_see_each_other(
    field: Round, front: Actor, hire: Hire, acting: Acting, tuyen_quang: Unit, by: Actor
) -> None:
    veterans = units.add(
        kind="supervisor",
        code="CCB-08",
        name="Hội Cựu chiến binh tỉnh",
        parent=tuyen_quang,
        valid_from=dt.date(2026, 1, 1),
        by=by,
    )
    first, second = (acting(hire("supervisor", veterans)) for _ in range(2))
    stranger = acting(hire("supervisor", tuyen_quang))
    sample = actions.open_sample(
        round_id=field.pk, plan=plan(body="Hội Cựu chiến binh tỉnh"), organisation=veterans, by=first
    )
    actions.draw_sample(sample_id=sample.pk, text=TEXT, by=second)
    assert access.own_sample(second, sample.pk) is not None
    for other in (front, stranger):
        assert access.seen_sample(other, sample.pk) is None
        check = CheckCase.objects.filter(sample=sample).first()
        assert access.own_case(other, check.pk) is None  # type: ignore[union-attr]
        with pytest.raises(PermissionDenied):
            actions.open_contacts(checks=[check], purpose="supervision.recheck", by=other)  # type: ignore[list-item]
        with pytest.raises(PermissionDenied):
            actions.log_attempt(check_id=check.pk, told=Told(today(), "visit", "met", GOOD), by=other)  # type: ignore[union-attr]
    with pytest.raises(PermissionDenied):
        actions.open_sample(round_id=field.pk, plan=plan(), organisation=veterans, by=front)


def test_a_supervisor_of_another_province_reaches_nothing(
    field: Round, front: Actor, hire: Hire, acting: Acting, dong_nai: Unit
) -> None:
    sample = drawn(field, front)
    stranger = acting(hire("supervisor", dong_nai))
    with pytest.raises(PermissionDenied):
        actions.open_sample(round_id=field.pk, plan=plan(), by=stranger)
    with pytest.raises(PermissionDenied):
        actions.close(sample_id=sample.pk, by=stranger)
    assert access.seen_sample(stranger, sample.pk) is None


@pytest.mark.parametrize("role", ["interviewer", "department", "keyer", "post_province"])
def test_nobody_draws_a_check_of_work_they_take_part_in(
    role: str, field: Round, hire: Hire, acting: Acting, tuyen_quang: Unit
) -> None:
    person = hire("supervisor", tuyen_quang)
    write_assignment(person=person, role=Role.objects.get(code=role), unit=tuyen_quang, since=today(), until=None)
    with pytest.raises(ValidationError):
        actions.open_sample(round_id=field.pk, plan=plan(), by=acting(person))
    assert not CheckSample.objects.exists()


def test_a_contact_is_seen_only_while_the_sample_is_open_and_the_record_names_no_case(
    field: Round, front: Actor, by: Actor
) -> None:
    sample = drawn(field, front)
    checks = list(reads.cases_of(sample))
    rows = [(c.case.case_id, {"name": f"Người {c.pk}", "address": "Thôn 1", "phone": "0912345678"}) for c in checks]
    privacy.put_contacts(round_=field, rows=rows, by=by)
    seen = actions.open_contacts(checks=checks[:1], purpose="supervision.recheck", by=front)
    assert seen[checks[0].pk].name == f"Người {checks[0].pk}"
    assert ContactOpening.objects.filter(check_case=checks[0]).count() == 1
    record = Record.objects.get(action="privacy.contacts_opened")
    assert record.subject == f"supervision.checksample:{sample.pk}"
    assert checks[0].case.case_id not in record.details
    verify_all(sample, front)
    actions.close(sample_id=sample.pk, by=front)
    with pytest.raises(ValidationError):
        actions.open_contacts(checks=checks[:1], purpose="supervision.recheck", by=front)
    with pytest.raises(ValidationError):
        actions.log_attempt(check_id=checks[0].pk, told=Told(today(), "visit", "met", GOOD), by=front)


HIDDEN_FROM = (
    "department",
    "post_province",
    "post_branch",
    "interviewer",
    "keyer",
    "ministry",
    "agency",
    "administrator",
)


@pytest.mark.parametrize("role", HIDDEN_FROM)
def test_nothing_of_an_unreleased_sample_is_on_any_page_of_those_checked(
    role: str,
    field: Round,
    front: Actor,
    hire: Hire,
    tuyen_quang: Unit,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every address, GET and POST: no address of the sample opens, and no page is other than before the draw."""
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    monkeypatch.setattr("sipas_web.rounds.queries.history.SHOWN", 1000)  # else the walk's own acts push others out
    reader = hire(role, tuyen_quang, name="Người Đọc")
    client.force_login(reader)
    before = pages(client, reader, field)
    sample = drawn(field, front, body="Đoàn giám sát Bông Lau")
    verify_all(sample, front)
    checks = list(reads.cases_of(sample))
    actions.close(sample_id=sample.pk, by=front)
    work_off()
    after = pages(client, reader, field, sample, checks[0])
    marks = ("Bông Lau", TEXT, sample.list_sha256, f"/giam-sat/mau/{sample.pk}/")
    for url, text in after.items():
        assert not [mark for mark in marks if mark in text], url
        if url in before:
            assert codes(before[url], field) == codes(text, field), url
            assert settled(before[url], reader.full_name) == settled(text, reader.full_name), url


def settled(text: str, reader: str) -> str:
    """A page without what the walk itself changes: tokens, moments, what the reader took along on the way."""
    text = re.sub(rf"<li><time [^>]*>[^<]*</time> {reader}:.*?</li>", "", text, flags=re.DOTALL)
    text = re.sub(r'name="(csrfmiddlewaretoken|once)" value="[^"]*"|nonce="[^"]*"', "", text)
    return re.sub(r"\d\d:\d\d(:\d\d)?", "", text)


def pages(
    client: Client, reader: Person, round_: Round, sample: CheckSample | None = None, check: CheckCase | None = None
) -> dict[str, str]:
    """Open every address the reader's role may open; those of a sample, whatever the role, must not open."""
    things: dict[str, Any] = {
        "round_id": round_.pk, "case_id": Case.objects.filter(round=round_).order_by("pk").first().case_id,  # type: ignore[union-attr]
        "form": "csv", "unit_id": round_.unit_id, "version": "v1", "node": "index", "table": "danh-sach.csv",
        "name": "x", "file_name": "danh-sach.csv", "verified": "x", "number": 1, "code": "x", "secret": "x",
        "sequence": 1, "list_id": 1, "import_id": 1, "person_id": 1, "assignment_id": 1, "invitation_id": 1,
        "job_id": Job.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
        "sample_id": sample.pk if sample else 0, "check_id": check.pk if check else 0,
        "remedy_id": 0, "order_id": 0,
    }  # fmt: skip
    found: dict[str, str] = {}
    for name, pattern in OURS.items():
        wanted = pattern.pattern.converters.keys()
        is_hidden = bool({"sample_id", "check_id"} & wanted)
        access_ = access_of(pattern.callback)
        if access_ is not None and access_.permission and not is_hidden and not reader.has_perm(access_.permission):
            continue  # answers 403 to this role: test_every_address
        try:
            url = reverse(str(name), kwargs={key: things.get(key, 0) for key in wanted})
        except NoReverseMatch:
            continue
        answer = client.get(url)
        if is_hidden and sample is not None:
            assert answer.status_code in {403, 404, 405}, url
            assert client.post(url, {"text": TEXT, "reason": "x"}).status_code in {403, 404, 405}, url
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        found[url] = html.unescape(_opened(body).decode("utf-8", errors="replace"))
    return found


def _opened(body: bytes) -> bytes:
    """Open a workbook: its parts, without the moment it was made."""
    if not body.startswith(b"PK"):
        return body
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return b"".join(book.read(name) for name in sorted(book.namelist()) if name != "docProps/core.xml")


def codes(text: str, round_: Round) -> set[str]:
    return {code for code in Case.objects.filter(round=round_).values_list("case_id", flat=True) if code in text}


def test_the_record_of_the_draw_names_no_case_and_no_text(field: Round, front: Actor) -> None:
    sample = drawn(field, front)
    verify_all(sample, front)
    every = set(Case.objects.filter(round=field).values_list("case_id", flat=True))
    records = Record.objects.filter(action__startswith="supervision.")
    assert records.count() > 3
    for record in records:
        whole = f"{record.subject} {record.subject_name} {record.details}"
        assert not any(code in whole for code in every), record.action
        assert TEXT not in whole


def test_the_pages_of_re_verification_show_no_first_answer(
    field: Round, front: Actor, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the first answers are changed in the tables, no page of the re-verifier changes by a byte."""
    sample = drawn(field, front)
    check = reads.cases_of(sample)[0]
    client.force_login(Person.objects.get(pk=int(front.key.removeprefix("person:"))))
    urls = [
        reverse("check_case", args=[check.pk]), reverse("check_cases", args=[sample.pk]),
        reverse("check_sample", args=[sample.pk]),
    ]  # fmt: skip
    before = [without_token(client.get(url).content.decode()) for url in urls]
    for response in Response.objects.filter(case__round=field):
        response.answers = dict.fromkeys(response.answers, 1)
        response.save(update_fields=["answers"])
    assert [without_token(client.get(url).content.decode()) for url in urls] == before


def without_token(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if "csrfmiddlewaretoken" not in line)
