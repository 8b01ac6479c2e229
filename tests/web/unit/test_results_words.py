"""What the pages of results say in words and in which figures."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from tests.web import results_cast
from tests.web.unit.test_results_reading import _folders_of_this_test, opened, publication

from sipas.reporting.charts import theme
from sipas_web.audit.actors import Actor
from sipas_web.jobs.worker import work_off
from sipas_web.results import numbers
from sipas_web.results.actions import reviewing
from sipas_web.results.forms.work import PublishForm
from sipas_web.results.models import Publication, Snapshot
from sipas_web.results.queries import reading_home, reading_pages, reading_rows, work_pages
from sipas_web.results.queries.reading import Opened
from sipas_web.rounds.folders import folder_of
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
__all__ = ["_folders_of_this_test", "opened", "publication"]


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("vi", ("88,41", "3.173", "84,90–87,61", "−0,25", "−1,23; 4,44", "±0,50")),
        ("en", ("88.41", "3,173", "84.90–87.61", "−0.25", "−1.23; 4.44", "±0.50")),
    ],
)
def test_figures_are_written_as_the_language_does(language: str, shown: tuple[str, ...]) -> None:
    with translation.override(language):
        written = (
            numbers.number(88.41),
            numbers.count(3173),
            numbers.interval(84.9, 87.61),
            numbers.signed(-0.25),
            numbers.between(-1.23, 4.44),
            numbers.half_width(0.875, 0.885),
        )
    assert written == shown


def test_the_same_value_in_both_languages(opened: Opened) -> None:
    told = []
    for language in ("vi", "en"):
        with translation.override(language):
            head = reading_home.headline(opened)
        assert head is not None
        told.append(head.row.percent)
    assert told[0].replace(",", ".") == told[1] != told[0]


def test_a_year_is_no_quantity(publication: Publication, client: Client, hire: object) -> None:
    client.force_login(hire("department", publication.round.unit))  # type: ignore[operator]
    shown = client.get(reverse("result_list")).content.decode()
    year = publication.round.year
    assert f">{year}</option>" in shown
    assert f"{year:,}".replace(",", ".") not in shown


@pytest.mark.parametrize("fault", ["", "changed"])
def test_figures_without_a_good_verdict_need_a_tick_more(fault: str, tuyen_quang: Unit, by: Actor) -> None:
    snapshot = results_cast.approved(tuyen_quang, by)
    if fault:
        (folder_of(snapshot.round) / "report" / "bao-cao.docx").write_bytes(b"x")
        reviewing.verify(snapshot_id=snapshot.pk, recompute=False, by=by)
        work_off()
    page = work_pages.publish_page(snapshot.round, by)
    assert (page.is_verified, page.is_alone) == (not fault, True)
    given = {"agreed": "on", "alone": "on"}
    form = PublishForm(given, is_alone=page.is_alone, is_verified=page.is_verified)
    assert form.is_valid() is not bool(fault)
    assert not PublishForm({"agreed": "on"}, is_alone=True, is_verified=True).is_valid()


def test_the_newest_verdict_is_of_the_figures_as_they_are(tuyen_quang: Unit, by: Actor) -> None:
    snapshot = results_cast.reviewable(tuyen_quang, by)
    found = work_pages.review_page(snapshot.round, by).verdict
    assert found is not None
    assert (found.is_of_estimate, found.findings) == (True, ())
    Snapshot.objects.filter(pk=snapshot.pk).update(journal_head="1:other")
    assert work_pages.review_page(snapshot.round, by).verdict is None


@pytest.mark.parametrize(
    ("figures", "apart"),
    [((88.165, 88.41, -0.25), True), ((88.17, 88.41, -0.24), False), ((90.0, 88.0, 0.5), False), ((None, 1, 1), False)],
)
def test_rounding_is_said_only_where_it_shows(figures: tuple[float, float, float], apart: bool) -> None:
    assert reading_home.is_rounded_apart(*figures) is apart


def test_an_agency_is_told_what_to_do_and_why_it_has_no_rank(opened: Opened) -> None:
    table = reading_rows.ranks(opened, opened.main_kind)
    unranked = [row for row in table.rows if row.value.rank is None and not row.is_hidden]
    assert table.unranked == len(unranked)
    for row in table.rows:
        page = reading_pages.unit_page(opened, row.key, frozenset())
        assert page is not None
        assert page.is_ranked is (row.value.rank is not None)
        assert page.is_ranked or row.is_hidden or row.value.n < page.least_to_rank
        for item in page.below:
            whole = opened.results.figures.whole(item.key)
            assert whole is not None
            assert item.value.high < (whole.low or 0)


def test_a_long_title_of_a_chart_stays_whole_and_inside() -> None:
    title = "Chỉ số hài lòng, nội dung, yếu tố và tiêu chí. Tỉnh Tuyên Quang, Đo lường bổ sung quý III năm 2026"
    lines = theme.alone({}, title)["title"]["text"]
    assert " ".join(lines) == title
    assert max(len(line) for line in lines) <= 46
