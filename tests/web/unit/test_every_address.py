"""Every address of the application × every role × own and foreign area: deny by default, found by walking."""

from __future__ import annotations

import datetime as dt
import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import allauth
import django
import polib
import pytest
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from tests.web import apologies_cast, cast, targets_cast
from tests.web.conftest import PASSWORD

from sipas_web.accounts import actions
from sipas_web.accounts.actions.assigning import write_assignment
from sipas_web.accounts.actions.roles import shipped
from sipas_web.accounts.middleware import ALLAUTH_PAGES
from sipas_web.accounts.models import Assignment, Invitation, Person, Role
from sipas_web.audit.actors import Actor
from sipas_web.feedback.models import Feedback
from sipas_web.improvement.models import (
    Difficulty,
    Directive,
    Evidence,
    Extension,
    PeriodicReport,
    Procedure,
    Task,
    TaskEntry,
    UrgedTask,
    Urging,
)
from sipas_web.jobs.models import Job
from sipas_web.onestop.models import (
    Apology,
    Dossier,
    DossierFile,
    DossierSource,
    FacilityCheck,
    FacilityPhotograph,
    FacilityReview,
    Message,
)
from sipas_web.privacy.models import Breach, SubjectRequest
from sipas_web.rounds.models import FrameList, Round
from sipas_web.shared.access import access_of
from sipas_web.units import actions as unit_actions
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
ROLES = [r["code"] for r in shipped()]


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


OURS = {p.name: p for p in patterns() if p.callback.__module__.startswith(("sipas_web.", "django.views.i18n"))}
OTHERS = {p.name: p for p in patterns() if p.name not in OURS}
# What stands in an address. A new parameter must be given here, or the walk fails.
THINGS: dict[str, Callable[[Unit, Person], Any]] = {
    **targets_cast.THINGS,
    "unit_id": lambda unit, person: unit.pk,
    "person_id": lambda unit, person: person.pk,
    "assignment_id": lambda unit, person: Assignment.objects.filter(person=person).latest("pk").pk,
    "invitation_id": lambda unit, person: Invitation.objects.get(unit=unit).pk,
    "secret": lambda unit, person: "no-such-secret",
    "code": lambda unit, person: Role.objects.get(area=unit.memberships.latest("valid_from").parent).code,
    "form": lambda unit, person: "csv",
    "sequence": lambda unit, person: 1,
    "round_id": lambda unit, person: round_of(unit).pk,
    "office_id": lambda unit, person: 0,
    "plan_id": lambda unit, person: 0,
    "list_id": lambda unit, person: FrameList.objects.filter(round=round_of(unit)).latest("pk").pk,
    "import_id": lambda unit, person: 0,
    "keying_id": lambda unit, person: 0,
    "keyed_form_id": lambda unit, person: 0,
    "case_code": lambda unit, person: "0000000000",
    "case_id": lambda unit, person: "0000000000",
    "number": lambda unit, person: 1,
    "version": lambda unit, person: "v1",
    "node": lambda unit, person: "index",
    "table": lambda unit, person: "index",
    "name": lambda unit, person: "report/bao-cao.pdf",
    "file_name": lambda unit, person: "report/bao-cao.pdf",
    "verified": lambda unit, person: "KHONG-CO",
    "request_id": lambda unit, person: SubjectRequest.objects.get(round=round_of(unit)).pk,
    "breach_id": lambda unit, person: Breach.objects.get(unit=round_of(unit).unit).pk,
    "sample_id": lambda unit, person: 0,
    "suspect_id": lambda unit, person: 0,
    "check_id": lambda unit, person: 0,
    "remedy_id": lambda unit, person: 0,
    "order_id": lambda unit, person: 0,
    "task_id": lambda unit, person: Task.objects.get(unit=unit).pk,
    "extension_id": lambda unit, person: Extension.objects.get(task__unit=unit).pk,
    "difficulty_id": lambda unit, person: Difficulty.objects.get(unit=unit).pk,
    "urging_id": lambda unit, person: Urging.objects.get(unit=unit).pk,
    "evidence_id": lambda unit, person: Evidence.objects.get(entry__unit=unit).pk,
    "directive_id": lambda unit, person: letter_of(unit).pk,
    "addressee_id": lambda unit, person: letter_of(unit).addressees.get().pk,
    "provision_id": lambda unit, person: letter_of(unit).provisions.get().pk,
    "improvement_plan_id": lambda unit, person: 0,
    "plan_item_id": lambda unit, person: 0,
    "measure_id": lambda unit, person: 0,
    "procedure_id": lambda unit, person: Procedure.objects.get(unit=unit).pk,
    "feedback_id": lambda unit, person: Feedback.objects.get(first_unit=unit).pk,
    "main_id": lambda unit, person: 0,
    "photograph_id": lambda unit, person: 0,
    "publication_id": lambda unit, person: 0,
    "report_id": lambda unit, person: PeriodicReport.objects.get(unit=unit).pk,
    "job_id": lambda unit, person: Job.objects.get(unit=unit, kind="tests.walk").pk,
    "dossier_id": lambda unit, person: Dossier.objects.get(agency=unit).pk,
    "source_id": lambda unit, person: DossierSource.objects.get(unit=unit).pk,
    "file_id": lambda unit, person: DossierFile.objects.get(source__unit=unit).pk,
    "service_id": lambda unit, person: 0,
    "apology_id": lambda unit, person: Apology.objects.get(unit=unit).pk,
    "message_id": lambda unit, person: Message.objects.get(apology__unit=unit).pk,
    "review_id": lambda unit, person: FacilityReview.objects.get(desk=unit).pk,
    "facility_row_id": lambda unit, person: FacilityCheck.objects.get(review__desk=unit).pk,
    "photo_id": lambda unit, person: FacilityPhotograph.objects.get(check_row__review__desk=unit).pk,
}
# Pages about one thing; all others show lists, which are limited by their queries.
AREA_PAGES = {
    "procedure_id",
    *targets_cast.AREA_PAGES,
    "report_id",
    "feedback_id",
    "directive_id",
    "addressee_id",
    "provision_id",
    "dossier_id",
    "source_id",
    "file_id",
    "apology_id",
    "message_id",
    "review_id",
    "facility_row_id",
    "photo_id",
    "keying_id",
    "keyed_form_id",
    "round_id",
    "list_id",
    "import_id",
    "job_id",
    "unit_id",
    "person_id",
    "assignment_id",
    "invitation_id",
    "request_id",
    "breach_id",
    "task_id",
    "extension_id",
    "difficulty_id",
    "urging_id",
    "evidence_id",
}


def letter_of(unit: Unit) -> Directive:
    """Give the directive that a unit issued to itself; made where it is missing."""
    found, is_new = Directive.objects.get_or_create(
        unit=unit, reference=f"1/{unit.code}", reference_key=f"1/{unit.code}", issuer=unit, issuer_key=unit.code,
        defaults={"state": "kept", "subject": "Văn bản", "text": "Văn bản", "issued": dt.date(2026, 1, 5),
                  "reading": {"form": "unknown", "is_retelling": False}},
    )  # fmt: skip
    if is_new:
        found.addressees.create(name=unit.full_name, unit=unit, since=found.issued)
        found.provisions.create(order=0, path="1", text="Việc", title="Việc")
    return found


def round_of(unit: Unit) -> Round:
    """Give the round of the province that an agency lies in."""
    return Round.objects.get(unit=unit.memberships.latest("valid_from").parent)


def test_every_view_of_ours_says_who_may_open_it() -> None:
    assert len(OURS) > 25
    assert [name for name, p in OURS.items() if access_of(p.callback) is None] == []


def test_pages_of_packages_are_closed_unless_named(client: Client) -> None:
    assert OTHERS.keys() >= ALLAUTH_PAGES - {"openid_connect_login", "openid_connect_callback"} - OURS.keys()
    closed = OTHERS.keys() - ALLAUTH_PAGES
    assert "account_signup" in closed
    for name in sorted(closed, key=str):
        pattern = OTHERS[name]
        arguments = dict.fromkeys(pattern.pattern.converters, "x") | dict.fromkeys(
            getattr(getattr(pattern.pattern, "regex", None), "groupindex", {}), "x"
        )
        try:
            url = reverse(str(name), kwargs=arguments)
        except Exception:  # a pattern whose sample does not fit: nothing to open
            continue
        assert client.get(url).status_code == 403, name


@pytest.fixture
def world(by: Actor, hire: Hire, dong_nai: Unit, tuyen_quang: Unit) -> dict[str, tuple[Unit, Person]]:
    """An agency with a person, an invitation and a role of the province, in two provinces."""
    made = {}
    for code, province in (("own", dong_nai), ("foreign", tuyen_quang)):
        unit = unit_actions.add(
            kind="agency", code=f"A-{code}", name=f"Sở {code}", parent=province, valid_from=province.valid_from, by=by
        )
        person = hire("keyer", unit, name=f"Người {code}")
        keyer = Role.objects.get(code="keyer")
        actions.copy_role(role=keyer, code=f"keyer-{code}", name="x", area=province, by=by)
        actions.invite(
            email=f"{code}@example.vn", full_name="x", role=keyer, unit=unit, since=units.today(), base_url="", by=by
        )
        Job.objects.create(
            kind="tests.walk", subject=f"units.unit:{unit.pk}", unit=unit, actor="command", state="failed"
        )
        FrameList.objects.create(
            round=cast.new_round(province, by), name="a.csv", stored="input/frame/a.csv", size=1, sha256=code
        )
        about_a_person(round_of(unit))
        feedback_of(unit, province)
        apologies_cast.things_of(unit)
        with_a_task(unit, province)
        report_of(unit, province)
        targets_cast.things_of(unit, province)
        Procedure.objects.create(unit=unit, code="1.000001", name="x", field="x", created_by="x")
        made[code] = (unit, person)
    return made


def report_of(unit: Unit, province: Unit) -> None:
    """Send a periodic report up to the province."""
    moment, day = timezone.now(), units.today()
    PeriodicReport.objects.create(
        unit=unit, receiver=province, kind="half_year", year=day.year, state="sent", first=day, last=day, due=day,
        drawn=moment, sent=moment,
    )  # fmt: skip


def about_a_person(round_: Round) -> None:
    """Put a request of a person and a breach into the registers of a province."""
    SubjectRequest.objects.create(
        unit=round_.unit, round=round_, kind="see", channel="letter", received=units.today(), sealed=b"", key="x",
        token=str(round_.pk), acknowledge_by=units.today(), due=units.today(),
    )  # fmt: skip
    Breach.objects.create(unit=round_.unit, what="x", found=timezone.now(), kinds="x")


def with_a_task(unit: Unit, province: Unit) -> None:
    """Give a unit an overdue task with a request for more time, a difficulty, a letter and a file."""
    due, today = dt.date(2026, 3, 31), units.today()
    task = Task.objects.create(
        unit=unit, giver=province, title="x", given=dt.date(2026, 1, 5), first_due=due, due=due, created_by="x"
    )
    entry = TaskEntry.objects.create(task=task, kind="progress", unit=unit, on=due, percent=5, created_by="x")
    Evidence.objects.create(entry=entry, name="x.pdf", stored=f"evidence/{unit.code}", kind="x", size=1, sha256="x")
    Extension.objects.create(
        task=task, asked=today, asked_key="x", asked_by="x", reason="x", wanted=dt.date(2030, 1, 1), before=due
    )
    Difficulty.objects.create(
        task=task, unit=unit, text="x", raised=today, raised_by="x", at=province, since=today, answer_by=today
    )
    letter = Urging.objects.create(
        unit=unit, issuer=province, agency="Sở Nội vụ", place="x", on=today, report_by=today, created_by="x"
    )
    UrgedTask.objects.create(urging=letter, task=task, first_due=due, due=due, percent=5)


def feedback_of(unit: Unit, province: Unit) -> None:
    """Put a piece of feedback before an agency, taken in at the desk of its province."""
    Feedback.objects.create(
        number=f"PAKN-{unit.pk}", code_hash=str(unit.pk), token=str(unit.pk), place=province, unit=unit, first_unit=unit,
        channel="desk", kind="rules", state="routed", topic="fee", text="x", received=units.today(),
        classify_by=units.today(), routed=units.today(), first_due=units.today(), due=units.today(),
    )  # fmt: skip


def url_of(pattern: URLPattern, unit: Unit, person: Person) -> str:
    arguments = {name: THINGS[name](unit, person) for name in pattern.pattern.converters}
    return reverse(str(pattern.name), kwargs=arguments)


def test_who_is_not_logged_in_opens_public_pages_only(client: Client, world: dict[str, tuple[Unit, Person]]) -> None:
    for name, pattern in OURS.items():
        access = access_of(pattern.callback)
        assert access is not None
        for ask in (client.get, client.post):
            status = ask(url_of(pattern, *world["own"])).status_code
            expected = {200, 302, 400, 403, 404, 405, 410} if access.who == "everyone" else {302}
            assert status in expected, name
            if access.who != "everyone":
                assert "/tai-khoan/login/" in ask(url_of(pattern, *world["own"])).headers["Location"]


@pytest.mark.parametrize("role", [*ROLES, None])
def test_a_role_opens_exactly_what_its_permissions_say(
    role: str | None,
    client: Client,
    hire: Hire,
    dong_nai: Unit,
    world: dict[str, tuple[Unit, Person]],
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    person = hire(role or "keyer", dong_nai)
    if role is None:
        Assignment.objects.filter(person=person).delete()
    client.force_login(person)
    for name, pattern in OURS.items():
        access = access_of(pattern.callback)
        assert access is not None
        may = access.who != "holders" or person.has_perm(access.permission)
        for where, things in world.items():
            about_one = AREA_PAGES & pattern.pattern.converters.keys()
            status = client.get(url_of(pattern, *things)).status_code
            if not may:
                assert status == 403, (name, where)
            elif about_one and where == "foreign":
                assert status in {403, 404, 405}, (name, where)
            else:
                assert status in {200, 302, 404, 405, 410}, (name, where)


@pytest.mark.parametrize("role", ROLES)
def test_no_role_changes_anything_in_a_foreign_area(
    role: str, client: Client, hire: Hire, dong_nai: Unit, world: dict[str, tuple[Unit, Person]], monkeypatch: Any
) -> None:
    """Every address about one thing is posted to with a full form; the thing stays as it is."""
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    client.force_login(hire(role, dong_nai))
    unit, person = world["foreign"]
    form = {
        "name": "Chiếm", "on": "01/12/2030", "parent": dong_nai.code, "role": "keyer", "unit": unit.code,
        "since": "01/01/2026", "permissions": "units.unit_view", "code": "x", "area": unit.code, "full_name": "x",
        "email": "x@example.vn", "kind": "agency", "valid_from": "01/09/2026", "successors": "",
        "reason": "x", "edition": "sipas-2022", "all": "agency", "first_field": "05/10/2026",
        "last_field": "13/11/2026", "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-node": "index",
        "form-0-percent": "50", "title": "x", "window_from": "01/01/2026", "window_to": "30/09/2026",
        "department": "x", "place": "x", "date": "20/11/2026", "signer": "x",
    }  # fmt: skip
    before = state(unit, person)
    for pattern in OURS.values():
        if AREA_PAGES & pattern.pattern.converters.keys() or pattern.name in {"role_change", "role_copy", "invite"}:
            client.post(url_of(pattern, unit, person), form)
    assert state(unit, person) == before


def state(unit: Unit, person: Person) -> list[Any]:
    return [
        Unit.objects.filter(pk=unit.pk).values().get(),
        list(unit.memberships.values()),
        Person.objects.filter(pk=person.pk).values("is_active", "full_name").get(),
        list(person.assignments.values()),
        list(Invitation.objects.filter(unit=unit).values()),
        list(Job.objects.filter(unit=unit).values()),
        list(Task.objects.filter(unit=unit).values()),
        list(TaskEntry.objects.filter(task__unit=unit).values()),
        list(Extension.objects.filter(task__unit=unit).values()),
        list(Difficulty.objects.filter(unit=unit).values()),
        list(Urging.objects.filter(unit=unit).values()),
        Directive.objects.filter(pk=letter_of(unit).pk).values().get(),
        list(letter_of(unit).addressees.values()),
        list(letter_of(unit).provisions.values()),
        list(Breach.objects.filter(unit=round_of(unit).unit).values()),
        list(Feedback.objects.filter(first_unit=unit).values()),
        list(Role.objects.filter(area__isnull=False).values_list("code", "permissions__permission").order_by("code")),
        *targets_cast.state_of(unit),
        *state_of_round(round_of(unit)),
    ]


def state_of_round(round_: Round) -> list[Any]:
    """Give the round's row and every row that hangs on it."""
    hanging = [r for r in Round._meta.related_objects if r.related_model._meta.app_label != "audit"]
    rows = [list(r.related_model._base_manager.filter(**{r.field.name: round_}).values()) for r in hanging]
    return [Round.objects.filter(pk=round_.pk).values().get(), *rows]


# Every English text of our catalogue, of allauth and of Django that has several words and no places to fill.
CATALOGUES = (
    Path(actions.__file__).parents[2] / "locale/vi/LC_MESSAGES/django.po",
    Path(allauth.__file__).parent / "locale/fr/LC_MESSAGES/django.po",
    Path(django.__file__).parent / "conf/locale/vi/LC_MESSAGES/django.po",
    Path(django.__file__).parent / "contrib/auth/locale/vi/LC_MESSAGES/django.po",
)
ENGLISH = {
    " ".join(piece.split())
    for path in CATALOGUES
    for entry in polib.pofile(str(path))
    for text in (entry.msgid, entry.msgid_plural)
    for piece in re.split(r"%\(\w+\)s|%[sd]|\{\w*\}|<[^>]+>", text)
    if piece.strip().count(" ") >= 1 and len(piece.strip()) > 7
}


def plain_url(name: str) -> str | None:
    """Give the address of a page that needs nothing in it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def visible(page: str) -> str:
    """Give the text of a page and what is read aloud, without scripts."""
    page = re.sub(r"<script.*?</script>", " ", page, flags=re.DOTALL)
    spoken = re.findall(r'(?:aria-label|placeholder|alt|title)="([^"]*)"', page)
    return " ".join(html.unescape(" ".join([re.sub(r"<[^>]+>", " ", page), *spoken])).split())


def test_no_page_speaks_english_to_a_vietnamese_reader(
    client: Client,
    hire: Hire,
    dong_nai: Unit,
    world: dict[str, tuple[Unit, Person]],
    monkeypatch: Any,
    settings: Any,
    tmp_path: Path,
) -> None:
    settings.ROUNDS_FOLDER = tmp_path
    FrameList.objects.all().delete()  # it names a file that is not there
    cast.drawn(Round.objects.get(unit=dong_nai))
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    assert len(ENGLISH) > 250
    person = hire("administrator", units.root())
    for role in ("inspector", "department"):
        write_assignment(
            person=person, role=Role.objects.get(code=role), unit=units.root(), since=units.today(), until=None
        )
    seen = 0
    for ask in (Client(), client):
        if ask is client:
            ask.post("/tai-khoan/login/", {"login": person.username, "password": PASSWORD})
        urls = [url_of(p, *world["own"]) for p in OURS.values()]
        urls += [url for name in sorted(ALLAUTH_PAGES) if (url := plain_url(name))]
        for url in urls:
            for send in (ask.get, ask.post):
                if send == ask.post and url in {"/tai-khoan/logout/", "/giao-dien/chu-de/"}:
                    continue
                answer = send(url)
                if answer.headers.get("Content-Type", "").startswith("text/html"):
                    text = visible(answer.content.decode())
                    found = sorted(t for t in ENGLISH if t in text)
                    assert not found, (url, found)
                    seen += 1
    assert seen > 60
