"""Withdrawing a directive: its open tasks are dropped or stay in force by a recorded choice, never left hanging."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from tests.web.conftest import PASSWORD
from tests.web.letters_cast import PROVINCE, kept

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.improvement.actions import difficulties, tasks_carrying, tasks_ending, tasks_extending
from sipas_web.improvement.actions import directives as acts
from sipas_web.improvement.models import Directive, Extension, Task
from sipas_web.improvement.pages.tasks_timeline import timeline
from sipas_web.improvement.queries import difficulties as hard
from sipas_web.units import actions as unit_actions
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]
DAY = dt.timedelta(days=1)


@dataclass
class Made:
    """A directive with three tasks: one done, two open."""

    directive: Directive
    interior: Unit
    finance: Unit
    province: Unit
    done: Task

    def open(self) -> int:
        """Count what is open."""
        return Task.objects.filter(directive=self.directive, done=None, dropped=None).count()


@pytest.fixture
def made(by: Actor, tuyen_quang: Unit) -> Made:
    def office(code: str, name: str) -> Unit:
        return unit_actions.add(
            kind="agency", code=code, name=name, parent=tuyen_quang, valid_from=dt.date(2025, 7, 1), by=by
        )

    interior, finance = office("SNV", "Sở Nội vụ"), office("STC", "Sở Tài chính")
    directive = kept(PROVINCE, unit=tuyen_quang, issuer=tuyen_quang, to=[interior, finance], by=by)
    done = Task.objects.get(directive=directive, path="2")
    for task in Task.objects.filter(directive=directive).exclude(path__in=("1.a", "2")):
        tasks_ending.drop(task_id=task.pk, reason="Không cần theo dõi", by=by)
    tasks_carrying.complete(task_id=done.pk, by=by)
    return Made(directive, interior, finance, tuyen_quang, done)


def test_open_tasks_need_a_choice(made: Made, by: Actor) -> None:
    assert made.open() == 2
    with pytest.raises(ValidationError) as refused:
        acts.withdraw(directive_id=made.directive.pk, reason="Thay thế", by=by)
    assert "fate" in refused.value.message_dict
    with pytest.raises(ValidationError) as refused:
        acts.withdraw(directive_id=made.directive.pk, reason="Thay thế", fate="keep", by=by)
    assert "fate_reason" in refused.value.message_dict
    made.directive.refresh_from_db()
    assert (made.directive.state, made.open()) == ("kept", 2)


def test_dropped_ones_end_with_what_waited_on_them(made: Made, by: Actor, hire: Hire, acting: Acting) -> None:
    task = Task.objects.get(directive=made.directive, unit=made.finance, done=None, dropped=None)
    agency = acting(hire("agency", made.finance))
    assert task.due is not None
    tasks_extending.ask_extension(task_id=task.pk, wanted=task.due + DAY, reason="mưa lũ", by=agency)
    difficulties.raise_difficulty(task_id=task.pk, text="Thiếu kinh phí", by=agency)
    units = frozenset({made.province.pk, made.interior.pk})
    assert hard.to_answer(units, 10)
    acts.withdraw(directive_id=made.directive.pk, reason="Thay bằng 500/UBND-NC", fate="drop", by=by)
    assert made.open() == 0
    made.done.refresh_from_db()
    assert made.done.done is not None  # what is done stays done
    assert not Extension.objects.filter(task=task, decided=None).exists()
    assert not hard.to_answer(units, 10)
    assert "Thay bằng 500/UBND-NC" in timeline(task)[0].text
    told = Record.objects.get(action="improvement.directive_withdrawn").details
    assert '"fate":"drop"' in told
    assert '"open_tasks":2' in told


def test_those_that_stay_in_force_say_by_what(made: Made, by: Actor) -> None:
    acts.withdraw(
        directive_id=made.directive.pk, reason="Thay bằng 500/UBND-NC", fate="keep",
        fate_reason="Mục 3 văn bản 500/UBND-NC giao tiếp", by=by,
    )  # fmt: skip
    assert made.open() == 2
    for task in Task.objects.filter(directive=made.directive, done=None, dropped=None):
        assert "Mục 3 văn bản 500/UBND-NC giao tiếp" in timeline(task)[0].text
    assert "Mục 3" in Record.objects.get(action="improvement.directive_withdrawn").details


def test_who_keeps_a_letter_drops_only_what_is_theirs_to_drop(
    made: Made, by: Actor, hire: Hire, acting: Acting
) -> None:
    Directive.objects.filter(pk=made.directive.pk).update(unit=made.finance)
    clerk = acting(hire("agency", made.finance))
    with pytest.raises(ValidationError) as refused:
        acts.withdraw(directive_id=made.directive.pk, reason="Nhập nhầm", fate="drop", by=clerk)
    assert "Sở Nội vụ" in " ".join(refused.value.messages)
    acts.withdraw(directive_id=made.directive.pk, reason="Nhập nhầm", fate="keep", fate_reason="Bản chính", by=clerk)
    assert made.open() == 2


def test_the_page_asks_what_becomes_of_them(made: Made, hire: Hire, client: Client) -> None:
    person = hire("tracker", made.province)
    client.login(username=person.username, password=PASSWORD)
    url = reverse("directive_withdraw", args=[made.directive.pk])
    page = client.get(url).content.decode()
    assert 'name="fate"' in page
    answer = client.post(url, {"reason": "Thay thế", "fate": "keep", "fate_reason": ""})
    assert answer.status_code == 200
    assert "Thay thế" in answer.content.decode()
    answer = client.post(url, {"reason": "Thay thế", "fate": "drop", "fate_reason": ""})
    assert answer.status_code == 302
    assert made.open() == 0
    shown = client.get(reverse("task_detail", args=[made.done.pk])).content.decode()
    assert "412/UBND-NC" in shown


def test_one_without_open_tasks_is_not_asked(made: Made, hire: Hire, client: Client, by: Actor) -> None:
    for task in Task.objects.filter(directive=made.directive, done=None, dropped=None):
        tasks_ending.drop(task_id=task.pk, reason="x", by=by)
    person = hire("tracker", made.province)
    client.login(username=person.username, password=PASSWORD)
    url = reverse("directive_withdraw", args=[made.directive.pk])
    assert 'name="fate"' not in client.get(url).content.decode()
    assert client.post(url, {"reason": "Thay thế"}).status_code == 302
