"""Every address of the application × every role × own and foreign area: deny by default, found by walking."""

from __future__ import annotations

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
from tests.web import apologies_cast, cast, targets_cast
from tests.web.conftest import PASSWORD
from tests.web.walked import (
    AREA_PAGES,
    THINGS,
    about_a_person,
    feedback_of,
    letter_of,
    report_of,
    round_of,
    with_a_task,
)

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
    Extension,
    Procedure,
    Task,
    TaskEntry,
    Urging,
)
from sipas_web.jobs.models import Job
from sipas_web.privacy.models import Breach
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
