"""Pages of long work: who sees them, what they say, how they follow a job."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.jobs import actions, notes, registry
from sipas_web.jobs.models import Job, State
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]


@pytest.fixture(autouse=True)
def _second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)


def asked(by: Actor, unit: Unit | None = None, subject: str = "test:1") -> Job:
    with transaction.atomic():
        return actions.start(kind="tests.pages", subject=subject, unit=unit, by=by)


def text(client: Client, name: str, *arguments: int, **query: str) -> str:
    answer = client.get(reverse(name, args=arguments), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_holds_the_work_of_ones_area(
    client: Client, by: Actor, hire: Hire, dong_nai: Unit, tuyen_quang: Unit
) -> None:
    client.force_login(hire("department", dong_nai))
    assert "Chưa có việc chạy nền" in text(client, "job_list")
    mine, other = asked(by, dong_nai), asked(by, tuyen_quang, "test:2")
    Job.objects.filter(pk=mine.pk).update(state=State.DONE, progress=1.0)
    page = text(client, "job_list")
    assert reverse("job_detail", args=[mine.pk]) in page
    assert reverse("job_detail", args=[other.pk]) not in page
    assert client.get(reverse("job_detail", args=[other.pk])).status_code == 404
    assert reverse("job_detail", args=[mine.pk]) not in text(client, "job_list", state=State.FAILED)


def test_the_list_costs_the_same_however_long_it_is(
    client: Client, by: Actor, hire: Hire, dong_nai: Unit, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(hire("department", dong_nai))
    asked(by, dong_nai)
    Job.objects.update(created=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    text(client, "job_list")  # the session is read
    with CaptureQueriesContext(connection) as one:
        text(client, "job_list")
    for number in range(20):
        asked(by, dong_nai, f"test:{number}0")
    Job.objects.update(created=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    with django_assert_num_queries(len(one)):
        page = text(client, "job_list")
    assert all(reverse("job_detail", args=[job.pk]) in page for job in Job.objects.all())


def test_who_asked_follows_and_stops_without_a_permission(
    client: Client, hire: Hire, acting: Acting, dong_nai: Unit
) -> None:
    keyer, other = hire("keyer", dong_nai), hire("keyer", dong_nai)
    job = asked(acting(keyer), dong_nai)
    client.force_login(other)
    for name in ("job_detail", "job_panel"):
        assert client.get(reverse(name, args=[job.pk])).status_code == 404
    assert client.post(reverse("job_stop", args=[job.pk])).status_code == 404
    client.force_login(keyer)
    assert reverse("job_stop", args=[job.pk]) in text(client, "job_detail", job.pk)
    answer = client.post(reverse("job_stop", args=[job.pk]), {"next": "/don-vi/?page=2"})
    assert answer.headers["Location"] == "/don-vi/?page=2"
    job.refresh_from_db()
    assert job.state == State.STOPPED
    page = text(client, "job_detail", job.pk)
    assert reverse("job_resume", args=[job.pk]) in page
    assert reverse("job_stop", args=[job.pk]) not in page
    away = client.post(reverse("job_resume", args=[job.pk]), {"next": "//evil.example/"})
    assert away.headers["Location"] == reverse("job_detail", args=[job.pk])
    job.refresh_from_db()
    assert job.state == State.WAITING


def test_a_panel_follows_until_the_end_and_says_why_it_failed(
    client: Client, by: Actor, hire: Hire, dong_nai: Unit
) -> None:
    client.force_login(hire("department", dong_nai))
    job = asked(by, dong_nai)
    notes.add({"tests.pages": "Việc thử", "tests:reading": "Đang đọc"})
    Job.objects.filter(pk=job.pk).update(state=State.RUNNING, progress=0.42, note="tests:reading")
    page = text(client, "job_panel", job.pk)
    for part in ("Việc thử", "Đang đọc", 'value="42"', 'hx-trigger="every 2s"'):
        assert part in page
    mark = page.split("mark=")[1].split("&")[0].split('"')[0]
    assert client.get(f"{reverse('job_panel', args=[job.pk])}?mark={mark}").status_code == 204
    Job.objects.filter(pk=job.pk).update(note="step:frame")
    assert "Khung mẫu" in text(client, "job_panel", job.pk, mark=mark), "the library's own name of a step"
    error = {"code": "round.not_found", "got": "x<y", "place": {"file": "ds.xlsx", "row": 7}}
    Job.objects.filter(pk=job.pk).update(state=State.FAILED, error=error)
    answer = client.get(reverse("job_panel", args=[job.pk]), {"mark": mark, "reload": "1"})
    assert answer.headers["HX-Refresh"] == "true"
    ended = answer.content.decode()
    assert "hx-get" not in ended
    assert "ds.xlsx" in ended
    assert "x<y" not in ended


def test_work_nobody_carries_out_is_told(client: Client, by: Actor, hire: Hire, dong_nai: Unit) -> None:
    client.force_login(hire("department", dong_nai))
    job = asked(by, dong_nai)
    warning = "Báo người quản trị máy chủ"
    assert warning not in text(client, "job_panel", job.pk), "it has only just been asked for"
    Job.objects.filter(pk=job.pk).update(created=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert warning in text(client, "job_panel", job.pk)
    assert warning in text(client, "job_list")
    actions.sign_in("a worker")
    assert warning not in text(client, "job_panel", job.pk)


def test_the_panel_stands_on_any_page(by: Actor, hire: Hire, acting: Acting, dong_nai: Unit) -> None:
    from django.template.loader import render_to_string
    from django.test import RequestFactory

    request = RequestFactory().get("/dot/7/?a=1")
    request.actor = acting(hire("department", dong_nai))  # type: ignore[attr-defined]
    job = asked(by, dong_nai)
    page = render_to_string("jobs/panel.html", {"job": job}, request)
    assert 'name="next" value="/dot/7/?a=1"' in page
    assert render_to_string("jobs/panel.html", {"job": None}, request).strip() == ""


def test_every_kind_of_work_has_a_name() -> None:
    ours = [kind for kind in registry.kinds() if not kind.startswith("test")]
    assert len(ours) > 5
    assert [kind for kind in ours if notes.title_of(kind) == notes.title_of("no.such.kind")] == []
