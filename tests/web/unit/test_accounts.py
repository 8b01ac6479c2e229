"""Who may do what where: roles over areas with their dates, delegation, invitations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, IntegrityError
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from sipas_web.accounts import actions, demonstration, queries
from sipas_web.accounts.actions.people import new_person
from sipas_web.accounts.actions.roles import shipped
from sipas_web.accounts.forms import AppointForm, DelegateForm
from sipas_web.accounts.models import Assignment, Invitation, Person, Role
from sipas_web.accounts.permissions import every_permission
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.shared.menu import Shown
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]
DAY = dt.timedelta(days=1)
EVERY = sorted(every_permission())


@pytest.fixture(params=["dong_nai", "commune"])
def place(request: pytest.FixtureRequest, dong_nai: Unit) -> Unit:
    """A province and a commune of it."""
    return dong_nai if request.param == "dong_nai" else commune_of(dong_nai)


def commune_of(province: Unit) -> Unit:
    found = units.first_commune(province, units.today())
    assert found is not None
    return found


@pytest.mark.parametrize("role", [r["code"] for r in shipped()])
@pytest.mark.parametrize("permission", EVERY)
def test_a_role_gives_exactly_its_permissions_in_its_area(
    role: str, permission: str, hire: Hire, dong_nai: Unit, tuyen_quang: Unit
) -> None:
    held = permission in next(r["permissions"] for r in shipped() if r["code"] == role)
    person = hire(role, dong_nai)
    assert person.has_perm(permission) is held
    assert person.has_perm(permission, dong_nai) is held
    assert person.has_perm(permission, commune_of(dong_nai)) is held
    for foreign in (tuyen_quang, commune_of(tuyen_quang), units.root()):
        assert not person.has_perm(permission, foreign)


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [(0, None, True), (0, 0, True), (-9, -1, False), (1, None, False), (-9, 9, True), (-9, 0, True)],
)
def test_a_role_holds_from_its_first_to_its_last_day(
    since: int, until: int | None, holds: bool, hire: Hire, dong_nai: Unit
) -> None:
    today = units.today()
    last = None if until is None else today + until * DAY
    person = hire("department", dong_nai, since=today + since * DAY, until=last)
    assert person.has_perm("units.unit_change", dong_nai) is holds


def test_nobody_without_a_role_may_anything(hire: Hire, dong_nai: Unit) -> None:
    person = hire("department", dong_nai)
    Assignment.objects.filter(person=person).update(until=units.today() - DAY)
    assert not any(person.has_perm(p) or person.has_perm(p, dong_nai) for p in EVERY)
    assert not person.has_perm("no.such_permission")


def test_a_suspended_person_may_nothing(hire: Hire, dong_nai: Unit, by: Actor) -> None:
    person = hire("department", dong_nai)
    actions.suspend(person=person, by=by)
    fresh = Person.objects.get(pk=person.pk)
    assert not fresh.has_perm("units.unit_change", dong_nai)
    actions.restore(person=fresh, by=by)
    assert Person.objects.get(pk=person.pk).has_perm("units.unit_change", dong_nai)


def test_permissions_cost_two_queries_once_and_one_for_each_unit(
    hire: Hire, dong_nai: Unit, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = Person.objects.get(pk=hire("department", dong_nai).pk)
    with django_assert_num_queries(2):
        assert person.has_perm("units.unit_change")
        assert not person.has_perm("accounts.role_change")
    with django_assert_num_queries(1):
        assert person.has_perm("units.unit_change", dong_nai)
    with django_assert_num_queries(0):
        assert not person.has_perm("accounts.role_change", dong_nai)


def test_a_role_is_given_only_inside_ones_own_area(
    hire: Hire, acting: Acting, dong_nai: Unit, tuyen_quang: Unit
) -> None:
    administrator = acting(hire("administrator", dong_nai))
    person, role = hire("keyer", dong_nai), Role.objects.get(code="department")
    actions.appoint(person=person, role=role, unit=commune_of(dong_nai), since=units.today(), by=administrator)
    for place in (tuyen_quang, units.root()):
        with pytest.raises(PermissionDenied):
            actions.appoint(person=person, role=role, unit=place, since=units.today(), by=administrator)


def test_nobody_gives_a_role_to_themselves(hire: Hire, acting: Acting, dong_nai: Unit) -> None:
    person = hire("administrator", dong_nai)
    role = Role.objects.get(code="inspector")
    with pytest.raises(PermissionDenied):
        actions.appoint(person=person, role=role, unit=dong_nai, since=units.today(), by=acting(person))


def test_a_role_is_ended_and_cannot_be_ended_in_the_past(hire: Hire, by: Actor, dong_nai: Unit) -> None:
    person = hire("keyer", dong_nai)
    held = Assignment.objects.get(person=person)
    with pytest.raises(ValidationError):
        actions.end(assignment=held, on=units.today() - 2 * DAY, by=by)
    actions.end(assignment=held, on=units.today() - DAY, by=by)
    assert not Person.objects.get(pk=person.pk).has_perm("units.unit_view")
    assert Record.objects.latest("sequence").action == "accounts.assignment_ended"


@pytest.fixture
def delegated(hire: Hire, acting: Acting, dong_nai: Unit) -> tuple[Person, Person, Assignment]:
    """A director who handed their role to a deputy for a commune until tomorrow."""
    director, deputy = hire("department", dong_nai), hire("keyer", dong_nai)
    held = Assignment.objects.get(person=director)
    today = units.today()
    made = actions.delegate(
        assignment=held, to=deputy, unit=commune_of(dong_nai), since=today, until=today + DAY, by=acting(director)
    )
    return director, deputy, made


def test_a_delegated_role_holds_for_its_period_and_part(
    delegated: tuple[Person, Person, Assignment], dong_nai: Unit
) -> None:
    _director, deputy, made = delegated
    assert deputy.has_perm("units.unit_change", commune_of(dong_nai))
    assert not deputy.has_perm("units.unit_change", dong_nai)
    late = queries.held(deputy, made.until + DAY)  # type: ignore[operator]
    assert not late.areas("units.unit_change")


@pytest.mark.parametrize("ending", ["ended", "suspended"])
def test_a_delegated_role_ends_with_the_givers(
    ending: str, delegated: tuple[Person, Person, Assignment], by: Actor, dong_nai: Unit
) -> None:
    director, deputy, made = delegated
    if ending == "ended":
        actions.end(assignment=made.delegated_from, on=units.today() - DAY, by=by)  # type: ignore[arg-type]
    else:
        actions.suspend(person=director, by=by)
    assert not Person.objects.get(pk=deputy.pk).has_perm("units.unit_change", commune_of(dong_nai))


def test_a_delegated_role_is_not_handed_on_and_the_giver_may_take_it_back(
    delegated: tuple[Person, Person, Assignment], acting: Acting, hire: Hire, dong_nai: Unit
) -> None:
    director, deputy, made = delegated
    third = hire("keyer", dong_nai)
    today = units.today()
    with pytest.raises(ValidationError):
        actions.delegate(assignment=made, to=third, unit=made.unit, since=today, until=today, by=acting(deputy))
    with pytest.raises(PermissionDenied):
        actions.end(assignment=made, on=today, by=acting(third))
    actions.end(assignment=made, on=today, by=acting(director))


@pytest.mark.parametrize("fault", ["foreign unit", "longer", "to oneself", "another's role", "not allowed"])
def test_a_wrong_delegation_is_refused(
    fault: str, hire: Hire, acting: Acting, dong_nai: Unit, tuyen_quang: Unit
) -> None:
    today = units.today()
    role = "keyer" if fault == "not allowed" else "department"
    director, deputy = hire(role, dong_nai, until=today + 5 * DAY), hire("keyer", dong_nai)
    given: dict[str, Any] = {"to": deputy, "unit": dong_nai, "since": today, "until": today, "by": acting(director)}
    given |= {
        "foreign unit": {"unit": tuyen_quang},
        "longer": {"until": today + 6 * DAY},
        "to oneself": {"to": director},
        "another's role": {"by": acting(deputy)},
        "not allowed": {},
    }[fault]
    with pytest.raises((ValidationError, PermissionDenied)):
        actions.delegate(assignment=Assignment.objects.get(person=director), **given)


def test_an_invitation_makes_an_account_with_its_role_once(
    hire: Hire,
    acting: Acting,
    dong_nai: Unit,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    administrator = acting(hire("administrator", dong_nai))
    role = Role.objects.get(code="keyer")
    with django_capture_on_commit_callbacks(execute=True):
        url = actions.invite(
            email="a@example.vn",
            full_name="Nguyễn Thị Ánh",
            role=role,
            unit=dong_nai,
            since=units.today(),
            base_url="http://x/",
            by=administrator,
        )
    assert url in mail.outbox[0].body
    secret = url.removeprefix("http://x/").removesuffix("/")
    assert secret not in "".join(str(v) for v in Invitation.objects.values_list()), "only its hash is stored"
    assert secret not in "".join(r.details for r in Record.objects.all())
    with pytest.raises(ValidationError):
        actions.accept(secret=secret, username="anh", password="123", origin="web 127.0.0.1")
    person = actions.accept(secret=secret, username="anh", password="một câu dài để nhớ", origin="web 127.0.0.1")
    assert person.has_perm("units.unit_view", dong_nai)
    assert Record.objects.latest("sequence").actor.startswith("invitation:")
    with pytest.raises(ValidationError):
        actions.accept(secret=secret, username="anh2", password="một câu dài để nhớ", origin="web 127.0.0.1")


def test_a_login_name_that_is_taken_is_said_in_words(hire: Hire, dong_nai: Unit) -> None:
    """It read “Person with this login name already exists”."""
    person = hire("keyer", dong_nai)
    with pytest.raises(ValidationError) as refused:
        new_person(username=person.username.upper(), full_name="A", email="", password="một câu dài để nhớ")
    assert person.username in refused.value.messages[0]
    assert "Person" not in refused.value.messages[0]


def test_a_unit_is_named_or_given_by_its_code_within_ones_area(
    hire: Hire, acting: Acting, dong_nai: Unit, tuyen_quang: Unit
) -> None:
    """Only a code could be typed, and nothing said where codes stand."""
    administrator = acting(hire("administrator", dong_nai))
    commune = commune_of(dong_nai)

    def errors(unit: str) -> list[str]:
        form = AppointForm({"role": "head", "unit": unit, "since": "01/12/2026"}, by=administrator)
        return list(form.errors.get("unit", []))

    for text in (commune.code, commune.full_name, commune.full_name.upper()):
        form = AppointForm({"role": "head", "unit": text, "since": "01/12/2026"}, by=administrator)
        assert form.is_valid(), (text, form.errors)
        assert form.cleaned_data["unit"] == commune
    assert errors(tuyen_quang.code), "outside the area"
    assert "(" in errors("xã")[0], "several fit: each with its code"


def test_who_delegated_a_role_sees_it_and_ends_it(hire: Hire, acting: Acting, client: Client, dong_nai: Unit) -> None:
    """The giver could take a role back, but no page led there; an empty unit is the whole area."""
    head, deputy = hire("head", dong_nai), hire("keyer", dong_nai)
    held = Assignment.objects.get(person=head)
    given = {"assignment": str(held.pk), "to": deputy.username, "since": f"{units.today():%d/%m/%Y}"}
    form = DelegateForm({**given, "unit": "", "until": f"{units.today() + DAY:%d/%m/%Y}"}, person=head)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["unit"] == dong_nai
    made = actions.delegate(**form.cleaned_data, by=acting(head))
    client.force_login(head)
    page = client.get("/ho-so/").content.decode()
    end = f"/vai-tro-duoc-giao/{made.pk}/ket-thuc/"
    assert deputy.full_name in page
    assert end in page
    assert client.post(end, {"on": f"{units.today():%d/%m/%Y}"}).headers["Location"] == "/ho-so/"


def test_what_waits_comes_first_on_the_first_page() -> None:
    """Twenty cards in the order of the menu hid the three that ask for something."""
    shown = [
        Shown("/a/", "Không chờ", "", is_here=False, count=0),
        Shown("/b/", "Đang chờ", "", is_here=False, count=2),
        Shown("/c/", "Cũng không chờ", "", is_here=False, count=0),
    ]
    page = render_to_string("accounts/home.html", {"menu": shown, "menu_in_bar": 0, "folded": True})
    places = [page.index(f'<h2><a href="{url}">') for url in ("/b/", "/a/", "/c/")]
    assert places == sorted(places)


@pytest.mark.parametrize("state", ["expired", "withdrawn", "unknown"])
def test_an_invitation_that_is_over_opens_nothing(state: str, dong_nai: Unit, by: Actor) -> None:
    role = Role.objects.get(code="keyer")
    url = actions.invite(
        email="a@example.vn", full_name="A", role=role, unit=dong_nai, since=units.today(), base_url="", by=by
    )
    invitation = Invitation.objects.get()
    if state == "expired":
        Invitation.objects.update(expires=timezone.now() - DAY)
    if state == "withdrawn":
        actions.withdraw(invitation=invitation, by=by)
    assert queries.open_invitation("x" if state == "unknown" else url.rstrip("/")) is None


def test_a_failed_record_undoes_the_role(
    hire: Hire, by: Actor, dong_nai: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = hire("keyer", dong_nai)

    def fail(*args: Any, **kwargs: Any) -> None:
        raise DatabaseError("no space")

    monkeypatch.setattr(Record.objects, "bulk_create", fail)
    with pytest.raises(DatabaseError, match="no space"):
        actions.appoint(person=person, role=Role.objects.get(code="head"), unit=dong_nai, since=units.today(), by=by)
    assert person.assignments.count() == 1


def test_an_area_shapes_a_copy_of_a_role_and_cannot_touch_the_shipped_one(
    hire: Hire, acting: Acting, dong_nai: Unit, tuyen_quang: Unit
) -> None:
    administrator = acting(hire("administrator", dong_nai))
    shipped_role = Role.objects.get(code="keyer")
    with pytest.raises(ValidationError):
        actions.change_role(role=shipped_role, permissions=EVERY, by=administrator)
    own = actions.copy_role(role=shipped_role, code="keyer-dn", name="Nhập liệu ĐN", area=dong_nai, by=administrator)
    actions.change_role(role=own, permissions=["units.unit_view", "units.unit_export"], by=administrator)
    assert '"added":["units.unit_export"]' in Record.objects.latest("sequence").details
    with pytest.raises(ValidationError):
        actions.change_role(role=own, permissions=["units.everything"], by=administrator)
    with pytest.raises(PermissionDenied):
        actions.copy_role(role=own, code="x", name="x", area=tuyen_quang, by=administrator)
    person = hire("keyer", dong_nai)
    elsewhere = acting(hire("administrator", tuyen_quang))
    with pytest.raises(ValidationError):
        actions.appoint(person=person, role=own, unit=tuyen_quang, since=units.today(), by=elsewhere)


def test_loading_the_roles_again_changes_nothing(by: Actor) -> None:
    assert not actions.roles_are_behind()
    actions.load_roles(by=by)
    assert not actions.roles_are_behind()
    assert Role.objects.filter(is_shipped=True).count() == len(shipped()) == 15


def test_demonstration_accounts_are_refused_outside_the_demonstration(by: Actor, settings: Any, client: Any) -> None:
    with pytest.raises(PermissionDenied):
        demonstration.make_accounts(by=by)
    settings.DEMONSTRATION = True
    logins = demonstration.make_accounts(by=by)
    assert [x.username for x in logins if x.secret] == ["department", "inspector", "administrator"]
    assert demonstration.make_accounts(by=by) == logins
    keyer = {"login": "keyer", "password": demonstration.PASSWORD}
    assert client.post("/tai-khoan/login/", keyer).status_code == 302
    settings.DEMONSTRATION = False
    assert client.get("/").status_code == 302, "the open session ends with the mode"
    assert client.post("/tai-khoan/login/", keyer).headers["Location"] == "/tai-khoan/inactive/"


def test_two_people_cannot_share_a_login_name(hire: Hire, dong_nai: Unit) -> None:
    person = hire("keyer", dong_nai)
    with pytest.raises((ValidationError, IntegrityError)):
        actions.people.new_person(  # type: ignore[attr-defined]
            username=person.username.upper(), full_name="x", email="", password="một câu dài để nhớ"
        )
