"""Periodic reports as files and pages."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from tests.web import reports_cast
from tests.web.reports_cast import KIND, LINE, NEEDED, SOURCE, YEAR, Books, Hire, State, draft, fresh, sent, taken

from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions import reports_writing as writing
from sipas_web.improvement.models import PeriodicReport
from sipas_web.improvement.report_documents import built
from sipas_web.jobs.worker import work_off
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
at, books, world = reports_cast.at, reports_cast.books, reports_cast.world  # fixtures


def test_the_document_says_what_the_rows_say(world: dict[str, Unit], books: Books, by: Actor) -> None:
    taken(world["a"], by)
    report = draft(world["province"], by)
    writing.write(report_id=report.pk, revision=0, texts={**NEEDED, "coming": "Một.\nHai."}, by=by)
    writing.explain(report_id=report.pk, source=SOURCE, line=LINE, text="Do nhập chậm", by=by)
    text = str(built(fresh(report)))
    for said in ("2.111.111", "2.000.010", "100,00", "Do nhập chậm", "text='Hai.'", "6 tháng đầu năm 2026",
                 "ỦY BAN NHÂN DÂN TỈNH TUYÊN QUANG", "Bộ Nội vụ", "TM. ỦY BAN NHÂN DÂN", "./."):  # fmt: skip
        assert said in text, said
    assert "mô phỏng" not in text.lower()


def test_files_are_given_and_hold_the_figures(
    client: Client, world: dict[str, Unit], by: Actor, hire: Hire, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = sent(world["a"], by)
    client.force_login(hire("tracker", world["a"]))
    given = {
        form: client.get(reverse("periodic_report_download", args=[report.pk, form]))
        for form in ("pdf", "docx", "xlsx")
    }
    assert {form: answer.status_code for form, answer in given.items()} == dict.fromkeys(given, 200)
    assert given["pdf"].content.startswith(b"%PDF")
    with zipfile.ZipFile(io.BytesIO(given["docx"].content)) as packed:
        assert "2.000.010" in packed.read("word/document.xml").decode()
    book = openpyxl.load_workbook(io.BytesIO(given["xlsx"].content))
    figures = {row[1]: row[2] for row in book["Báo cáo"].iter_rows(min_row=5, values_only=True)}
    assert figures["Việc"] == 2_000_012
    assert figures["   Việc xong"] == 2_000_010
    by_unit = {row[0]: row[4] for row in book["Theo đơn vị"].iter_rows(min_row=5, values_only=True)}
    assert by_unit == {world["a"].full_name: 10, "Trung tâm PVHCC xã": 2_000_000}
    link = [row[4] for row in book["Nguồn số liệu"].iter_rows(min_row=5, values_only=True)]
    assert link[0] == f"http://testserver/bao-cao/?don-vi={world['a'].pk}&tu=2025-12-15&den=2026-06-14"
    monkeypatch.setattr("django.conf.settings.DEMONSTRATION", True)
    assert built(report).mark == "MÔ PHỎNG"


def test_the_pages_from_draft_to_taken_in(client: Client, world: dict[str, Unit], hire: Hire) -> None:
    client.force_login(hire("tracker", world["a"]))
    made = client.post(reverse("periodic_report_add"), {"unit": world["a"].pk, "kind": KIND, "year": YEAR})
    report = PeriodicReport.objects.get()
    assert made.headers["Location"] == reverse("periodic_report", args=[report.pk])
    assert report.state == State.COUNTING
    page = client.get(reverse("periodic_report", args=[report.pk])).content.decode()
    assert 'class="card job"' in page
    assert client.get(reverse("periodic_report_download", args=[report.pk, "pdf"])).status_code == 404
    assert work_off() == 1
    page = client.get(reverse("periodic_report", args=[report.pk])).content.decode()
    assert "2.000.010" in page
    assert f"don-vi={world['a'].pk}&amp;tu=2025-12-15&amp;den=2026-06-14" in page
    write = reverse("periodic_report_write", args=[report.pk])
    client.post(write, {"revision": 0, **NEEDED})
    late = client.post(write, {"revision": 0, "coming": "của tôi"}).content.decode()
    assert "của tôi" in late  # what was typed is kept
    explain = reverse("periodic_report_explain", args=[report.pk])
    client.post(explain, {"line": f"{SOURCE}/{LINE}", "text": "Giải thích"})
    assert "Giải thích" in client.get(f"{explain}?dong={SOURCE}/{LINE}").content.decode()
    draw = reverse("periodic_report_draw", args=[report.pk])
    assert client.post(draw).status_code == 302
    refused = client.post(reverse("periodic_report_send", args=[report.pk])).content.decode()
    assert "are being counted" in refused or "đang được" in refused
    work_off()
    client.post(reverse("periodic_report_send", args=[report.pk]))
    assert fresh(report).state == State.SENT
    client.force_login(hire("tracker", world["province"]))
    assert client.post(reverse("periodic_report_send_back", args=[report.pk]), {"reason": ""}).status_code == 200
    client.post(reverse("periodic_report_take_in", args=[report.pk]))
    assert fresh(report).state == State.TAKEN
    for name in ("periodic_report", "periodic_report_units", "periodic_report_compare"):
        assert client.get(reverse(name, args=[report.pk])).status_code == 200
    client.post(reverse("periodic_report_correct", args=[report.pk]), {"reason": "Nhầm"})
    second = PeriodicReport.objects.get(version=2)
    client.post(reverse("periodic_report_discard", args=[second.pk]))
    assert not PeriodicReport.objects.filter(version=2).exists()


def test_the_pages_of_who_has_sent_and_of_days(client: Client, world: dict[str, Unit], hire: Hire) -> None:
    client.force_login(hire("tracker", world["province"]))
    asked = f"?unit={world['province'].pk}&kind={KIND}&year={YEAR - 1}"
    page = client.get(reverse("periodic_report_following") + asked).content.decode()
    assert "Sở Xây dựng" not in page  # it did not exist then
    assert world["a"].full_name not in page
    pages = [client.get(f"{reverse('periodic_report_following')}?page={n}").content.decode() for n in (1, 2, 3)]
    assert sum("Sở Xây dựng" in page for page in pages) == 1
    form = {"unit": world["province"].pk, "level": "commune", "kind": KIND, "since": "01/01/2026", "first": "1/12",
            "first_before": "on", "last": "31/5", "due": "5-6", "day_off": "before", "act": "QĐ 2"}  # fmt: skip
    wrong = client.post(reverse("report_period_add"), {**form, "due": "mai"}).content.decode()
    assert 'value="mai"' in wrong
    assert client.post(reverse("report_period_add"), form).status_code == 302
    assert "QĐ 2" in client.get(reverse("report_period_list")).content.decode()


def test_the_letter_that_urges(client: Client, world: dict[str, Unit], hire: Hire, at: Callable[[str], None]) -> None:
    at("2026-06-30")
    client.force_login(hire("tracker", world["province"]))
    asked = f"?unit={world['province'].pk}&kind={KIND}&year={YEAR}"
    url = reverse("periodic_report_urge") + asked
    assert client.get(url).status_code == 200
    typed = {"reply_by": "10/07/2026", "place": "Tuyên Quang"}
    printed = client.post(url, {**typed, "form": "pdf"})
    assert printed.content.startswith(b"%PDF")
    assert printed.headers["Content-Disposition"].endswith('.pdf"')
    answer = client.post(url, typed)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        text = packed.read("word/document.xml").decode()
    assert "Sở Xây dựng" in text
    assert "10/7/2026" in text
    places = [text.index(words) for words in ("10/7/2026", "Nơi nhận", "Kèm theo Công văn", "Sở Xây dựng")]
    assert places == sorted(places)
