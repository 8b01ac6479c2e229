"""Pages of tasks: a task's whole life by hand, lists that limit, what waits, the secret calendar, the letter."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import icalendar
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.web.task_cast import Chain, chain

from sipas_web.accounts.models import Assignment, Person
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions import difficulties, tasks_carrying, urging
from sipas_web.improvement.models import Difficulty, Evidence, Extension, Task, Urging
from sipas_web.improvement.pages import waiting as pages
from sipas_web.improvement.tracking_rules import rules_on
from sipas_web.shared import waiting, working_days
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(by: Actor, dong_nai: Unit, hire: Any, acting: Any) -> Chain:
    return chain(dong_nai, by, hire, acting)


@pytest.fixture
def task(made: Chain) -> Task:
    return made.given(made.department, "Rút ngắn cấp phép", giver=made.province, by="head", due=made.ago(5))


def opened(client: Client, person: Person, name: str, *arguments: Any, **query: str) -> str:
    client.force_login(person)
    answer = client.get(reverse(name, args=arguments), query)
    assert answer.status_code == 200, name
    return answer.content.decode()


def day(made: Chain, ago: int) -> str:
    return f"{made.ago(ago):%d/%m/%Y}"


def test_a_task_lives_through_its_pages(client: Client, made: Chain, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT, settings.INCOMING_FOLDER = tmp_path, tmp_path
    client.force_login(made.people["head"])
    told = {
        "title": "Bổ sung ghế chờ", "units": "SXD\nSở Giao thông vận tải", "group": "", "given": day(made, 30),
        "days": "5", "due": "", "giver": made.province.pk, "coordinate": "SNV",
    }  # fmt: skip
    wrong = client.post(reverse("task_give"), told | {"units": "SXD\nkhông có"})
    assert "không có" in wrong.content.decode()
    assert "Bổ sung ghế chờ" in wrong.content.decode()  # what was typed is kept
    assert not Task.objects.exists()
    assert client.post(reverse("task_give"), told).status_code == 302
    assert Task.objects.count() == 2
    one = Task.objects.get(unit=made.department)
    client.force_login(made.people["asker"])
    pdf = SimpleUploadedFile("kết quả.pdf", b"%PDF-1.7 x")
    client.post(reverse("task_progress", args=[one.pk]), {"percent": "40", "text": "đã mua 20 ghế", "evidence": pdf})
    file = Evidence.objects.get()
    answer = client.get(reverse("task_evidence", args=[file.pk]))
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 x"  # type: ignore[attr-defined]
    assert "attachment" in answer.headers["Content-Disposition"]
    client.post(reverse("extension_ask", args=[one.pk]), {"wanted": day(made, -10), "reason": "mưa lũ"})
    assert client.get(reverse("extension_decide", args=[Extension.objects.get().pk])).status_code == 403
    client.force_login(made.people["head"])
    decide = reverse("extension_decide", args=[Extension.objects.get().pk])
    client.post(decide, {"verdict": "grant", "granted": day(made, -10)})
    page = opened(client, made.people["asker"], "task_detail", one.pk)
    for text in ("đã mua 20 ghế", "kết quả.pdf", "mưa lũ", "chấp thuận gia hạn", "theo hạn ban đầu"):
        assert text in page, text
    client.post(reverse("task_done", args=[one.pk]), {"on": day(made, 0), "text": "đủ ghế"})
    one.refresh_from_db()
    assert one.done == made.ago(0)
    again = client.post(reverse("task_done", args=[one.pk]), {"on": day(made, 0), "text": "đủ ghế"}).content.decode()
    assert "đã được báo cáo hoàn thành" in again
    assert "đủ ghế" in again
    client.force_login(made.people["old"])
    assert client.get(reverse("task_detail", args=[one.pk])).status_code == 404
    assert client.get(reverse("task_evidence", args=[file.pk])).status_code == 404


def test_lists_limit_and_a_filter_at_fault_shows_nothing(client: Client, made: Chain, task: Task) -> None:
    made.given(made.ending, "Sơn vạch đường", giver=made.province, by="head", due=made.ago(-50))
    head = made.people["head"]
    both = opened(client, head, "task_list")
    assert "Rút ngắn cấp phép" in both
    assert "Sơn vạch đường" in both
    overdue = opened(client, head, "task_list", state="overdue")
    assert "Sơn vạch đường" not in overdue
    assert "Rút ngắn cấp phép" in overdue
    for query in (
        {"don-vi": str(made.ending.pk)}, {"text": "son vach"}, {"tu": day(made, -49)}, {"state": "in_time"},
        {"don-vi": str(made.ending.pk), "tu": f"{made.ago(-50)}", "den": f"{made.ago(-50)}"},
    ):  # fmt: skip
        page = opened(client, head, "task_list", **query)
        assert "Sơn vạch đường" in page, query
        assert "Rút ngắn cấp phép" not in page, query
    for query in ({"don-vi": "999999"}, {"state": "x"}, {"tu": "x"}, {"don-vi": str(made.desk.pk)}):
        page = opened(client, head, "task_list", **query)
        assert "Sơn vạch đường" not in page, query
        assert "Rút ngắn cấp phép" not in page, query
    own = opened(client, made.people["old"], "task_list")
    assert "Rút ngắn cấp phép" not in own
    client.force_login(head)
    sheet = client.get(reverse("task_export", args=["csv"]), {"state": "overdue"})
    text = b"".join(sheet.streaming_content).decode()  # type: ignore[attr-defined]
    assert "Rút ngắn cấp phép" in text
    assert "Sơn vạch đường" not in text


def test_every_figure_of_the_board_leads_to_what_it_counts(client: Client, made: Chain, task: Task) -> None:
    done = made.given(made.department, "Một việc đã xong", giver=made.province, by="head", due=made.ago(-5))
    tasks_carrying.complete(task_id=done.pk, by=made.actors["asker"])
    page = opened(client, made.people["head"], "task_board")
    links = re.findall(r'<a href="(/nhiem-vu/[^"]*\?[^"]*)">([\d.]+)</a>', page)
    assert len(links) > 4
    for url, figure in links:
        listed = client.get(url.replace("&amp;", "&")).content.decode()
        assert f"{figure} nhiệm vụ" in listed, url
    assert "50,0" in page  # one of two due on time


def test_what_waits_is_of_ones_own_units_only(client: Client, made: Chain, task: Task) -> None:
    page = opened(client, made.people["asker"], "waiting")
    assert "Rút ngắn cấp phép" in page
    assert "chậm 5 ngày" in page
    for name in ("head", "old", "clerk", "ministry"):
        assert "Rút ngắn cấp phép" not in opened(client, made.people[name], "waiting"), name
    assert "Sở Xây dựng" in opened(client, made.people["tracker"], "waiting")  # to be urged
    client.force_login(made.people["asker"])
    client.post(reverse("extension_ask", args=[task.pk]), {"wanted": day(made, -10), "reason": "mưa lũ"})
    client.post(reverse("difficulty_raise", args=[task.pk]), {"text": "thiếu tiền"})
    assert "Đề nghị gia hạn cần quyết định" in opened(client, made.people["tracker"], "waiting")
    difficulty = opened(client, made.people["tracker"], "difficulty_detail", Difficulty.objects.get().pk)
    assert "thiếu tiền" in difficulty
    assert pages.count(made.people["asker"]) == 1
    assert pages.count(made.people["old"]) == 0
    assert opened(client, made.people["home"], "waiting")


def test_the_secret_calendar_is_of_one_person_and_ends(client: Client, made: Chain, task: Task) -> None:
    asker = made.people["asker"]
    client.force_login(asker)
    page = client.post(reverse("calendar_renew")).content.decode()
    url = re.findall(r"http://testserver(/nhiem-vu/lich/[^\"]+\.ics)", page)[0]
    nobody = Client()
    answer = nobody.get(url)
    assert answer.headers["Content-Type"].startswith("text/calendar")
    every = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    events = [event for event in every if "improvement.task:" in str(event["UID"])]
    assert [(str(e["UID"]), e.decoded("DTSTART")) for e in events] == [(f"improvement.task:{task.pk}@sipas", task.due)]
    assert "Rút ngắn cấp phép" in str(events[0]["SUMMARY"])
    (alarm,) = events[0].walk("VALARM")
    trigger = alarm.decoded("TRIGGER")
    assert task.due is not None
    days = [task.due + dt.timedelta(days=n) for n in range(trigger.days, 0)]  # from the morning of the reminder on
    assert sum(working_days.is_working(day) for day in days) == rules_on(task.due).remind_before
    assert working_days.is_working(days[0])
    assert reverse("task_detail", args=[task.pk]) in str(events[0]["URL"])
    waiting.add(waiting.Source(
        "feedback.test", 99, "Phản ánh", "improvement.task_view",
        lambda by, most: [waiting.Waiting("feedback.test:1", "Ông Nguyễn Văn A kêu ca", "/", "x", made.ago(0))],
    ))  # fmt: skip
    try:
        assert "Nguyễn Văn A" not in nobody.get(url).content.decode()  # titles of other parts may be of citizens
        assert "Phản ánh" in nobody.get(url).content.decode()
    finally:
        waiting._sources.pop("feedback.test")
    other = client.post(reverse("calendar_renew")).content.decode()
    assert nobody.get(url).status_code == 404
    url = re.findall(r"http://testserver(/nhiem-vu/lich/[^\"]+\.ics)", other)[0]
    assert nobody.get(url).status_code == 200
    Assignment.objects.filter(person=asker).delete()
    assert "VEVENT" not in nobody.get(url).content.decode()
    Person.objects.filter(pk=asker.pk).update(is_active=False)
    assert nobody.get(url).status_code == 404
    Person.objects.filter(pk=asker.pk).update(is_active=True)
    client.post(reverse("calendar_renew"), {"close": "1"})
    assert nobody.get(url).status_code == 404


def test_a_letter_is_drawn_up_sent_and_noted(client: Client, made: Chain, task: Task) -> None:
    tracker = made.people["tracker"]
    assert "Sở Xây dựng" in opened(client, tracker, "urging_list")
    form = opened(client, tracker, "urging_draw_up", made.department.pk)
    assert "Sở Nội vụ" in form
    assert client.get(reverse("urging_draw_up", args=[made.desk.pk])).status_code == 404
    told = {"issuer": made.province.pk, "agency": "Sở Nội vụ", "parent_agency": "UBND tỉnh", "place": "Đồng Nai"}
    client.post(reverse("urging_draw_up", args=[made.department.pk]), told)
    letter = Urging.objects.get()
    assert client.get(reverse("urging_draw_up", args=[made.department.pk])).status_code == 404
    for kind, begins in (("docx", b"PK"), ("pdf", b"%PDF")):
        assert client.get(reverse("urging_paper", args=[letter.pk, kind])).content.startswith(begins)
    page = client.post(reverse("urging_detail", args=[letter.pk]), {"reference": "", "on": day(made, 0)})
    assert "wrong" in page.content.decode()
    client.post(reverse("urging_detail", args=[letter.pk]), {"reference": "15/SNV-CCHC", "on": day(made, 0)})
    letter.refresh_from_db()
    assert (letter.reference, letter.sent) == ("15/SNV-CCHC", made.ago(0))
    client.post(reverse("urging_discard", args=[letter.pk]))
    assert Urging.objects.exists()  # what was sent stays
    assert "15/SNV-CCHC" in opened(client, made.people["asker"], "urging_list")
    assert "15/SNV-CCHC" in opened(client, made.people["asker"], "task_detail", task.pk)
    client.force_login(made.people["old"])
    assert client.get(reverse("urging_paper", args=[letter.pk, "pdf"])).status_code == 404
    assert urging.discard is not None


def test_lists_need_few_queries(client: Client, made: Chain, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        one = made.given(made.desk, f"việc {number}", giver=made.department, by="boss", due=made.ago(number - 9))
        if number % 3 == 0:
            difficulties.raise_difficulty(task_id=one.pk, text="x", by=made.actors["clerk"])
    client.force_login(made.people["head"])
    for name in ("task_list", "task_board", "difficulty_list", "urging_list", "waiting"):
        with django_assert_max_num_queries(45):
            assert client.get(reverse(name)).status_code == 200
