"""Periodic reports over what other parts really count, and over a published index with its plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.web import results_cast

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.improvement.actions import measures, plans
from sipas_web.improvement.actions import reports as drafting
from sipas_web.improvement.actions import reports_sending as sending
from sipas_web.improvement.actions import reports_writing as writing
from sipas_web.improvement.actions.tasks import give
from sipas_web.improvement.models import Measure, PeriodicReport, Task
from sipas_web.improvement.queries import reports as reads
from sipas_web.improvement.queries.reports_drawing import own_counts
from sipas_web.improvement.queries.tasks import of_origin
from sipas_web.improvement.report_demonstration import make_reports
from sipas_web.improvement.report_documents import built
from sipas_web.results.queries import reading
from sipas_web.shared import report_figures
from sipas_web.shared.many_ids import ManyIds
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
FIRST, LAST = dt.date(2025, 12, 15), dt.date(2026, 6, 14)


@pytest.mark.parametrize("source", report_figures.sources(), ids=lambda s: s.code)
def test_every_registered_source_counts_single_units(source: report_figures.Source, tuyen_quang: Unit) -> None:
    ids = [tuyen_quang.pk, *(c.pk for c in units.communes_of(tuyen_quang, LAST)[:5])]
    codes = [line.code for line in source.lines]
    assert len(set(codes)) == len(codes)
    assert {line.of for line in source.lines} <= {"", *codes}
    found = source.counts(ids, FIRST, LAST)
    assert set(found) <= set(ids)
    assert {code for counts in found.values() for code in counts} <= set(codes)


@pytest.mark.parametrize("source", report_figures.sources(), ids=lambda s: s.code)
def test_pages_that_figures_lead_to_are_there(source: report_figures.Source) -> None:
    for line in source.lines:
        if line.url_name:
            assert reverse(line.url_name)


def test_tasks_of_communes_stand_in_the_province_s_report_once(tuyen_quang: Unit, by: Actor) -> None:
    communes = list(units.communes_of(tuyen_quang, LAST)[:4])
    for n, commune in enumerate(communes):
        for k in range(n + 1):
            task = give(unit=commune, title=f"Việc {k}", by=by, given=dt.date(2026, 1, 5), due=dt.date(2026, 3, 2))
            if k % 2:
                Task.objects.filter(pk=task.pk).update(done=dt.date(2026, 2, 27), percent=100)
    report = drafting.draft(unit=communes[3], kind="half_year", year=2026, by=by)
    texts = {"assessment": "a", "difficulties": "b", "coming": "c"}
    writing.write(report_id=report.pk, revision=0, texts=texts, by=by)
    sending.send(report_id=report.pk, by=by)
    sending.take_in(report_id=report.pk, by=by)
    whole = drafting.draft(unit=tuyen_quang, kind="half_year", year=2026, by=by)
    figures = {line: figure for (source, line), figure in reads.figures(whole).items() if source == "improvement.tasks"}
    assert figures["given"] == reads.Figure(1 + 2 + 3 + 4, 4)
    assert figures["completed"] == reads.Figure(0 + 1 + 1 + 2, 2)
    alone = own_counts([c.pk for c in communes], FIRST, LAST)
    assert sum(counts["improvement.tasks"]["given"] for counts in alone.values()) == figures["given"].total


def test_many_units_are_asked_as_one_value_and_count_as_a_list_does(tuyen_quang: Unit, by: Actor) -> None:
    communes = units.communes_of(tuyen_quang, LAST)
    for commune in communes[:3]:
        give(unit=commune, title="Việc", by=by, given=dt.date(2026, 1, 5), due=dt.date(2026, 3, 2))
    ids = [c.pk for c in communes]
    for source in report_figures.sources():
        listed, whole = source.counts(ids, FIRST, LAST), source.counts(ManyIds(reversed(ids)), FIRST, LAST)
        assert dict(listed) == dict(whole), source.code
        assert source.counts(ManyIds([]), FIRST, LAST) == {}
    assert set(Unit.objects.filter(pk__in=ManyIds(ids[:5]))) == set(communes[:5])
    assert not Unit.objects.filter(pk__in=ManyIds([])).exists()
    assert (len(ManyIds([3, 1, 3])), list(ManyIds([3, 1, 3])), 3 in ManyIds([3])) == (2, [1, 3], True)


def this_year(today: dt.date) -> int:
    """The year whose yearly report is in its period."""
    return today.year if (today.month, today.day) < (12, 15) else today.year + 1


def approved_plan(province: Unit, owner: Unit, by: Actor) -> list[Measure]:
    publication = results_cast.published(province, by)
    opened = reading.opened(by, publication.round_id)
    assert opened is not None
    plan, _is_new = plans.draft(opened=opened, domain="", by=by)
    due = timezone.localdate() + dt.timedelta(days=60)
    made = [
        measures.change(measure_id=m.pk, item_id=m.item_id, values={"owner": owner, "due": due}, by=by)
        for m in Measure.objects.filter(plan=plan).order_by("pk")
    ]
    plans.ask(plan_id=plan.pk, by=by)
    plans.approve(plan_id=plan.pk, act="KH 1/KH-UBND", by=by)
    return made


def test_how_the_last_index_was_used_is_drawn_from_its_plan_and_tasks(
    client: Client, dong_nai: Unit, by: Actor, hire: Callable[..., Person], settings: Any, tmp_path: Any
) -> None:
    settings.ROUNDS_FOLDER, settings.PUBLICATIONS_FOLDER = tmp_path / "r", tmp_path / "p"
    owner = units.communes_of(dong_nai, units.today())[0]
    made = approved_plan(dong_nai, owner, by)
    Task.objects.filter(pk=of_origin(made[0].origin).get().pk).update(done=timezone.localdate(), percent=100)
    report = drafting.draft(unit=dong_nai, kind="year", year=this_year(units.today()), by=by)
    use = PeriodicReport.objects.get(pk=report.pk).index_use
    assert use["index"]["is_simulated"] is True
    assert 0 < use["index"]["low"] < use["index"]["percent"] < use["index"]["high"] < 100
    assert use["counts"] == {"measures": len(made), "done": 1}
    assert [m["state"] for m in use["measures"]] == ["on_time", *["in_time"] * (len(made) - 1)]
    text = str(built(report))
    for said in ("(số liệu mô phỏng)", "KH 1/KH-UBND", made[0].title, "hoàn thành đúng hạn", "khoảng tin cậy 95%"):
        assert said in text, said
    client.force_login(hire("tracker", dong_nai))
    page = client.get(reverse("periodic_report", args=[report.pk])).content.decode()
    assert "mô phỏng" in page
    assert made[0].item.title in page
    below = drafting.draft(unit=owner, kind="year", year=this_year(units.today()), by=by)
    assert below.index_use["index"]["round"] == use["index"]["round"]  # its province's
    assert below.index_use["plans"] == []


def test_the_demonstration_makes_its_reports_once(tuyen_quang: Unit, by: Actor) -> None:
    made = make_reports(province=tuyen_quang, by=by)
    states = [PeriodicReport.objects.get(pk=report.pk).state for report in made]
    assert states == ["taken", "back", "sent", "draft"]
    assert make_reports(province=tuyen_quang, by=by) == []
