"""Pages as people meet them: login with its second factor, languages, dates, typed text, headers, cost."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django import forms
from django.apps import apps
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.db import models
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries
from tests.web.conftest import PASSWORD

from sipas_web.accounts.models import Person
from sipas_web.audit import sentences
from sipas_web.audit.models import Record
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
PACKAGE = Path(import_module("sipas_web").__file__ or "").parent
ORDER = [
    "config", "portal", "results", "capture", "fieldwork", "rounds", "jobs", "accounts", "units", "audit", "shared",
]  # fmt: skip
LOGIN = "/tai-khoan/login/"


def log_in(client: Client, person: Person) -> Any:
    return client.post(LOGIN, {"login": person.username, "password": PASSWORD})


def test_a_clerk_logs_in_and_the_login_is_recorded(client: Client, hire: Hire, dong_nai: Unit) -> None:
    person = hire("keyer", dong_nai)
    assert log_in(client, person).headers["Location"] == "/"
    page = client.get("/").content.decode()
    assert person.full_name in page
    last = Record.objects.latest("sequence")
    assert (last.action, last.actor, last.origin) == ("accounts.logged_in", f"person:{person.pk}", "web 127.0.0.1")


def test_an_operator_without_a_second_factor_sees_only_where_to_set_one_up(
    client: Client, hire: Hire, dong_nai: Unit
) -> None:
    person = hire("department", dong_nai)
    log_in(client, person)
    for url in ("/", "/don-vi/", "/nhat-ky/", "/ho-so/"):
        assert client.get(url).headers["Location"] == "/tai-khoan/2fa/"
    assert client.get("/tai-khoan/2fa/").status_code == 200


def test_an_operator_logs_in_with_a_one_time_code_once(client: Client, hire: Hire, dong_nai: Unit) -> None:
    person, secret = hire("department", dong_nai), "JBSWY3DPEHPK3PXP"
    TOTP.activate(person, secret)
    assert "2fa" in log_in(client, person).headers["Location"]
    assert client.get("/don-vi/").status_code == 302
    assert client.post("/tai-khoan/2fa/authenticate/", {"code": "000000"}).status_code == 200
    counter = next(iter(yield_hotp_counters_from_time()))
    code = {"code": format_hotp_value(hotp_value(secret, counter))}
    assert client.post("/tai-khoan/2fa/authenticate/", code).headers["Location"] == "/"
    assert client.get("/don-vi/").status_code == 200
    other = Client()
    log_in(other, person)
    assert other.post("/tai-khoan/2fa/authenticate/", code).status_code == 200, "a code works once"


def test_guessing_a_password_is_stopped_and_recorded_without_what_was_typed(
    client: Client, hire: Hire, dong_nai: Unit
) -> None:
    person = hire("keyer", dong_nai)
    for _ in range(6):
        answer = client.post(LOGIN, {"login": person.username, "password": "đoán bừa"})
    assert "Đăng nhập sai quá nhiều lần" in answer.content.decode()
    assert "quá nhiều" in log_in(client, person).content.decode(), "the right one neither"
    tries = Record.objects.filter(action="accounts.login_failed")
    assert tries.count() >= 5
    assert not any("bừa" in r.details for r in tries)


def test_a_session_without_use_ends(client: Client, hire: Hire, dong_nai: Unit) -> None:
    log_in(client, hire("keyer", dong_nai))
    assert client.get("/").status_code == 200
    session = client.session
    session["last_seen"] = int(time.time()) - 3601
    session.save()
    assert client.get("/").status_code == 302


def test_nobody_signs_up(client: Client) -> None:
    assert client.get("/tai-khoan/signup/").status_code == 403
    assert client.post("/tai-khoan/signup/", {"username": "x"}).status_code == 403


def test_every_answer_forbids_foreign_and_inline_code(client: Client) -> None:
    answer = client.get(LOGIN)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["Cache-Control"].startswith("max-age=0") or "no-store" in answer.headers["Cache-Control"]
    assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))", answer.content.decode())
    assert not re.search(r"\bstyle=|(?<![-\w])on\w+=|https?://", answer.content.decode())


def test_a_browsers_english_is_no_choice_but_a_readers_is(client: Client) -> None:
    page = client.get(LOGIN, headers={"Accept-Language": "en"})
    assert page.headers["Content-Language"] == "vi"
    assert "Mật khẩu" in page.content.decode()
    client.post("/ngon-ngu/", {"language": "en", "next": LOGIN})
    assert "Password" in client.get(LOGIN).content.decode()


@pytest.mark.parametrize("typed", ["03/04/2026", "3/4/2026", "03-04-2026", "2026-04-03"])
def test_a_typed_date_has_its_day_first(typed: str) -> None:
    for language in ("vi", "en"):
        with translation.override(language):
            day = forms.DateField(localize=True).clean(typed)
        assert (day.day, day.month) == (3, 4)


def test_typed_text_is_composed(client: Client, hire: Hire, dong_nai: Unit) -> None:
    client.force_login(hire("keyer", dong_nai, name="Nguyễn"))
    page = client.get("/don-vi/", {"text": "Đo\u0302\u0300ng Nai"}).content.decode()
    assert 'value="Đồng Nai"' in page


@pytest.mark.parametrize("address", ["/don-vi/?text=a%00b", "/thuc-dia/1/phieu/%00/", "/dot/?%00=1"])
def test_nul_is_refused_before_a_database_meets_it(address: str, client: Client) -> None:
    assert client.get(address).status_code == 400


def test_nul_in_a_form_is_refused(client: Client) -> None:
    assert client.post(LOGIN, {"login": "a\x00b", "password": "x"}).status_code == 400


@pytest.mark.parametrize("role", ["department", "administrator", "inspector"])
def test_pages_cost_a_bounded_number_of_queries(
    role: str,
    client: Client,
    hire: Hire,
    dong_nai: Unit,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    for _ in range(15):
        hire("keyer", units.first_commune(dong_nai, units.today()))
    client.force_login(hire(role, dong_nai))
    client.get("/")
    for url in ("/don-vi/", "/nguoi-dung/", "/vai-tro/", "/nhat-ky/", f"/don-vi/{dong_nai.pk}/"):
        with django_assert_max_num_queries(20):  # the menu asks for what waits in each part
            assert client.get(url).status_code in {200, 403}


def test_error_pages_are_vietnamese(client: Client, hire: Hire, dong_nai: Unit) -> None:
    client.force_login(hire("keyer", dong_nai))
    assert "Không có trang này" in client.get("/khong-co/").content.decode()
    assert "không được mở" in client.get("/nhat-ky/").content.decode()
    strict = Client(enforce_csrf_checks=True)
    assert "Biểu mẫu đã hết hiệu lực" in strict.post(LOGIN, {"login": "x"}).content.decode()


def test_a_failure_shows_a_page_and_tells_nothing(client: Client, hire: Hire, dong_nai: Unit, monkeypatch: Any) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("bí mật")

    client.force_login(hire("keyer", dong_nai))
    monkeypatch.setattr("sipas_web.units.queries.found", fail)
    client.raise_request_exception = False
    answer = client.get("/don-vi/")
    assert answer.status_code == 500
    assert "Hệ thống gặp lỗi" in answer.content.decode()
    assert "bí mật" not in answer.content.decode()


def test_every_static_file_named_in_a_template_exists() -> None:
    named = {
        name
        for path in PACKAGE.rglob("*.html")
        for name in re.findall(r"{% static '([^']+)' %}", path.read_text(encoding="utf-8"))
    }
    assert len(named) >= 3
    assert [name for name in named if finders.find(name) is None] == []


def test_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_relations_point_downwards() -> None:
    wrong = []
    for model in apps.get_models():
        app = model._meta.app_config.name.removeprefix("sipas_web.")
        for field in model._meta.get_fields():
            related = getattr(field, "related_model", None)
            if app in ORDER and isinstance(field, models.ForeignKey) and related:
                other = related._meta.app_config.name.removeprefix("sipas_web.")
                wrong += [str(field)] if other in ORDER and ORDER.index(other) < ORDER.index(app) else []
    assert wrong == []


# A worker takes a job up, the clock asks for daily duties: nobody acts. A keyer's own draft. A part of a replacement,
# whose action records it. Parts of an import, and of a sending, whose actions record them; people under a token.
UNRECORDED = {
    "claim", "ask_duties", "save_keying", "assign_like", "note_fault", "recount", "recount_kept", "take_names",
    "put_people",
}  # fmt: skip
# Called by the registries of privacy with what they know, in their order; signed and recorded as the others.
CALLED_BACK = {
    "capture.keying_forgetting.forget_of_case", "privacy.requests.forget_requests", "improvement.discipline.forget_old",
}  # fmt: skip


# A citizen without an account, by the code of their own feedback or asking for it.
BY_CODE = ("feedback.following.", "feedback.lost_codes.")
# Those who end at the same moment share a transaction: each is recorded with the name they bring along.
SIGNED_EACH = {"capture.keying_end.finish_together"}
OWN_NOTES = "capture.self_completion."  # drafts of people without an account, which nobody else can read


def actions() -> dict[str, ast.FunctionDef]:
    """Give every function of the modules of actions by app and name."""
    found = {}
    for path in PACKAGE.glob("*/actions*/**/*.py"), PACKAGE.glob("*/actions.py"):
        for file in path:
            tree = ast.parse(file.read_text(encoding="utf-8"))
            app = file.relative_to(PACKAGE).parts[0]
            found |= {f"{app}.{file.stem}.{n.name}": n for n in tree.body if isinstance(n, ast.FunctionDef)}
    return found


def is_recorded(action: ast.FunctionDef, known: dict[str, ast.FunctionDef], depth: int = 3) -> bool:
    """Say whether an action records, itself or by what it calls."""
    calls = [n.func for n in ast.walk(action) if isinstance(n, ast.Call)]
    names = {f.id if isinstance(f, ast.Name) else f.attr for f in calls if isinstance(f, (ast.Name, ast.Attribute))}
    called = [node for key, node in known.items() if key.rpartition(".")[2] in names and node is not action]
    return bool(names & {"record", "record_each"}) or (
        depth > 0 and any(is_recorded(node, known, depth - 1) for node in called)
    )


def test_every_action_is_keyword_only_signed_and_recorded() -> None:
    known = actions()
    atomic = {
        name: node
        for name, node in known.items()
        if any(ast.unparse(mark) == "transaction.atomic" for mark in node.decorator_list)
    }
    assert len(atomic) >= 60
    for name, node in atomic.items():
        own = name.rpartition(".")[2]
        if own in UNRECORDED or name.startswith(OWN_NOTES):
            continue
        assert not node.args.args or name in CALLED_BACK or own.startswith("_"), name
        signed = {a.arg for a in (*node.args.kwonlyargs, *node.args.args)}
        is_signed = "by" in signed or name in SIGNED_EACH or name == "accounts.inviting.accept"
        assert is_signed or name.startswith(BY_CODE), name
        assert is_recorded(node, known), name


def test_every_act_in_the_code_has_a_sentence() -> None:
    written = {
        keyword.value.value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "action" and isinstance(keyword.value, ast.Constant)
    }
    assert written <= sentences.known(), written - sentences.known()


def test_views_do_not_reach_for_the_database() -> None:
    for path in (*PACKAGE.rglob("views.py"), *PACKAGE.glob("*/views/*.py")):
        assert ".objects" not in path.read_text(encoding="utf-8"), path


def test_keys_of_rows_reach_the_server_without_a_thousands_separator() -> None:
    """In Vietnamese ``{{ row.pk }}`` becomes 14.167: right before a reader, no number to a form."""
    key = re.compile(r'(?:value|href|action|hx-get|hx-post)="[^"]*\{\{\s*[\w.]+\.(?:pk|id|\w+_id)\s*\}\}')
    wrong = [
        f"{path.relative_to(PACKAGE)}: {found}"
        for path in PACKAGE.rglob("*.html")
        for found in key.findall(path.read_text())
        if not re.search(r"case_id\s*\}\}|auto_id\s*\}\}", found)
    ]
    assert wrong == []


def test_a_step_sent_after_the_session_ended_leads_back_to_its_page(client: Client, hire: Hire, dong_nai: Unit) -> None:
    """After the login a blank page stood there: the address of the form itself."""
    person = hire("head", dong_nai)
    refused = client.post("/ho-so/uy-quyen/", {"to": "x"}, headers={"Referer": "http://testserver/ho-so/uy-quyen/?a=1"})
    assert refused.headers["Location"] == f"{LOGIN}?next=/ho-so/uy-quyen/"
    assert "chưa được lưu" in client.get(refused.headers["Location"]).content.decode()
    elsewhere = client.post("/ngon-ngu-khac/", headers={"Referer": "http://elsewhere.vn/x/"})
    assert elsewhere.status_code == 404
    foreign = client.post("/don-vi/them/", headers={"Referer": "http://elsewhere.vn/x/"})
    assert foreign.headers["Location"] == f"{LOGIN}?next=/"
    client.force_login(person)
    only_forms = client.get("/giao-dien/chu-de/")
    assert only_forms.status_code == 405
    assert only_forms.headers["Allow"] == "POST"
    assert "chỉ nhận biểu mẫu" in only_forms.content.decode()
