"""Codes and forms of any content: every answer of the server is a page, nothing is stored that the edition lacks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.web.respondents import EDITION, Respondent, a_case, contents, issue, settle

from sipas.capture import take_form
from sipas.sampling.case_codes import read_case_id
from sipas_web.audit.actors import Actor
from sipas_web.capture import questionnaire
from sipas_web.capture.actions import self_completion as writing
from sipas_web.capture.posted import read_section
from sipas_web.fieldwork.models import Case
from sipas_web.rounds.models import Round
from sipas_web.units.models import Unit

MANY = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
NAMES = [q.name for q in EDITION.questions()] + [c.name for c in EDITION.columns()] + ["di", "luc", "doi", "kind"]
VALUES = st.one_of(st.text(max_size=30), st.sampled_from(["1", "2", "3", "99", "-1", "", "tiep", "lui", "1e9", "٣"]))
FORMS = st.dictionaries(st.sampled_from(NAMES), st.lists(VALUES, max_size=4), max_size=12)
COLUMNS = {column.name: column for column in EDITION.columns()}


@pytest.fixture
def issued(tuyen_quang: Unit, by: Actor, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Round:
    settle(settings, tmp_path, monkeypatch)
    return issue(tuyen_quang, by)


@pytest.fixture
def case(issued: Round) -> Iterator[Case]:
    return a_case(issued)  # type: ignore[return-value]


def held(answers: dict[str, Any]) -> None:
    """Hold the answers against the edition."""
    form = take_form(answers, EDITION, "person")
    assert answers.keys() <= COLUMNS.keys()
    assert set(form.findings.values()) <= {"capture.not_asked"}


@MANY
@given(FORMS, st.sampled_from(range(len(EDITION.sections))), st.sampled_from(["person", "organisation", None]))
def test_a_posted_section_gives_only_what_the_edition_has(form: dict[str, list[str]], place: int, kind: Any) -> None:
    data = QueryDict(mutable=True)
    for name, values in form.items():
        data.setlist(name, values)
    questions = questionnaire.questions_of(EDITION.sections[place], EDITION, {}, kind)
    made = read_section(data, questions, EDITION, {}, kind)
    held(made.answers)
    asked = {q.name for q in questions}
    assert {COLUMNS[name].question for name in made.answers} | made.errors.keys() == asked
    assert {COLUMNS[name].question for name in made.typed} == made.errors.keys()
    fields = questionnaire.fields_of(questions, EDITION, made.answers | made.typed, "en", made.errors)
    assert [f.name for f in fields] == [q.name for q in questions]


@MANY
@given(st.one_of(st.text(max_size=20), st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZoilOIL -", min_size=9, max_size=13)))
@example("\x00" * 10)
@example("../../etc/passwd")
@example("０１２３４５６７８９")
@pytest.mark.django_db
def test_any_code_is_answered_with_a_page(issued: Round, typed: str) -> None:
    page = Client().get(reverse("web_code"), {"ma": typed})
    assert page.status_code in ({200, 302, 400})
    if page.status_code == 302:
        code = page.headers["Location"].split("/")[2]
        assert code == read_case_id(typed)
        assert Client().get(page.headers["Location"]).status_code in {200, 404, 429}


@MANY
@given(FORMS, st.integers(0, 12), st.sampled_from(["web_section", "web_begin", "web_review", "web_pin", "web_resume"]))
@pytest.mark.django_db
def test_any_form_posted_leaves_a_draft_that_can_be_sent(
    case: Case, form: dict[str, list[str]], number: int, name: str
) -> None:
    me = Respondent(case.case_id)
    writer = writing.begin(case=case, kind="person", is_kind_given=True)
    me.client.cookies["phieu"] = f"{writer.handle}.{__import__('base64').urlsafe_b64encode(writer.secret).decode()}"
    page = me.post(name, form, *([number] if name == "web_section" else []))
    assert page.status_code in {200, 302, 400, 404}
    held(contents(case, me).answers)
    writing.Draft.objects.all().delete()


@pytest.mark.django_db
def test_the_first_page_is_light_and_needs_no_script(case: Case) -> None:
    """HTML and CSS as they are, without compression: less than 60 kB for a slow line; so is every section."""
    me = Respondent(case.case_id)
    style = Path(finders.find("capture/phieu.css") or "").stat().st_size
    icon = Path(finders.find("shared/mark.svg") or "").stat().st_size
    pages = [me.open()]
    me.begin()
    steps = questionnaire.steps_of(EDITION, {}, "person")
    pages += [me.open("web_section", number) for number in steps] + [me.open("web_review"), me.open("web_pin")]
    for page in pages:
        text = page.content.decode()
        assert page.status_code == 200
        assert "<script" not in text
        assert " style=" not in text
        assert "http://" not in text.replace("http://testserver", "")
        assert text.count("stylesheet") == 1
        assert len(page.content) + style + icon < 60_000
    assert len(pages[0].content) + style + icon < 20_000
