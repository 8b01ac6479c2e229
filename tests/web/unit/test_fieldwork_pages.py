"""Pages of the field: read by index whatever their place, limited to ones own province, no identity on any."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from tests.web import cast
from tests.web.unit.test_fieldwork import HEAD, Hire, hand_in, officials

from sipas.rounds import simulated_field
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.fieldwork import actions
from sipas_web.fieldwork.models import Case, CaseCount, DayCount, FileImport, State
from sipas_web.fieldwork.queries import cases as case_queries
from sipas_web.fieldwork.queries.cases import Wanted
from sipas_web.fieldwork.queries.pace import pace_of
from sipas_web.fieldwork.queries.progress import progress_of
from sipas_web.jobs.worker import work_off
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import Milestone, Round
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"


@pytest.fixture
def issued(tuyen_quang: Unit, by: Actor) -> Round:
    round_ = cast.drawn(cast.new_round(tuyen_quang, by))
    actions.ask_issue(round_id=round_.pk, by=by)
    work_off()
    round_.refresh_from_db()
    return round_


@pytest.fixture
def visited(issued: Round, by: Actor) -> Round:
    field, _truth = simulated_field(folder_of(issued))
    hand_in(issued, field.visits.write_csv(), by)
    return issued


@pytest.mark.parametrize("wanted", [
    Wanted(), Wanted(state=State.REPLACED), Wanted(by_day=True), Wanted(by_day=True, state=State.VISITED),
    Wanted(text="0"), Wanted(text="k 1"),
])  # fmt: skip
def test_pages_run_through_every_case_once_forwards_and_backwards(
    visited: Round, wanted: Wanted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_queries, "PER_PAGE", 7)
    rows = Case.objects.filter(round=visited)
    rows = rows.filter(state=wanted.state) if wanted.state else rows
    rows = rows.filter(case_id__startswith=case_queries.read_code(wanted.text)) if wanted.text else rows
    if wanted.by_day:
        expected = list(rows.filter(last_day__isnull=False).order_by("-last_day", "-case_id"))
    else:
        expected = list(rows.order_by("case_id"))
    seen, page = [], case_queries.page_of(visited, wanted)
    while True:
        seen += page.cases
        if not page.after:
            break
        page = case_queries.page_of(visited, wanted, after=page.after)
    assert seen == expected
    back = list(page.cases)
    while page.before:
        page = case_queries.page_of(visited, wanted, before=page.before)
        back = page.cases + back
    assert back == expected


def test_a_page_never_reads_more_than_two_queries(
    visited: Round, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        case_queries.page_of(visited, Wanted(state=State.REPLACED))
    page = case_queries.page_of(visited, Wanted(by_day=True))
    with django_assert_num_queries(2):
        case_queries.page_of(visited, Wanted(by_day=True), after=page.after)
    with django_assert_num_queries(4):
        progress_of(visited, "-rate")


def test_the_pages_of_the_field_cost_the_same_however_many_cases(
    visited: Round,
    client: Client,
    hire: Hire,
    tuyen_quang: Unit,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: Any,
) -> None:
    person = hire("post_province", tuyen_quang)
    client.force_login(person)
    for path in ("tien-do", "phieu"):
        with django_assert_max_num_queries(26):
            assert client.get(f"/thuc-dia/{visited.pk}/{path}/").status_code == 200


def test_sorting_by_any_column_keeps_every_agency(visited: Round) -> None:
    names = {f.name for f in progress_of(visited).agencies}
    valid = [f.issued for f in progress_of(visited, "-issued").agencies]
    assert valid == sorted(valid, reverse=True)
    for sort in ("agency", "issued", "-rate", "done", "nonsense"):
        assert {f.name for f in progress_of(visited, sort).agencies} == names


def test_those_that_lack_forms_can_be_looked_at_alone_without_changing_the_total(visited: Round) -> None:
    everyone, lacking = progress_of(visited), progress_of(visited, "-lacking", only_lacking=True)
    assert lacking.total == everyone.total
    assert {f.name for f in lacking.agencies} == {f.name for f in everyone.agencies if f.valid < f.official}
    assert [f.lacking for f in lacking.agencies] == sorted((f.lacking for f in lacking.agencies), reverse=True)
    assert everyone.total.reserves_out == everyone.total.issued - everyone.total.official
    first = everyone.agencies[0].agency
    CaseCount.objects.filter(agency=first).delete()
    CaseCount.objects.create(round=visited, agency_id=first, state="answered", disposition="1.1", count=10_000)
    assert first not in {f.agency for f in progress_of(visited, only_lacking=True).agencies}


def test_the_cases_not_finished_are_one_list(visited: Round) -> None:
    expected = Case.objects.filter(round=visited, state__in=[State.ISSUED, State.VISITED])
    found = case_queries.page_of(visited, Wanted(state="open")).cases
    assert {c.case_id for c in found} == set(expected.order_by("case_id").values_list("case_id", flat=True)[:50])
    assert progress_of(visited).total.unfinished == expected.count()


def test_the_forecast_follows_the_last_week_and_the_calendar() -> None:
    first, last, now = dt.date(2026, 10, 1), dt.date(2026, 10, 30), dt.date(2026, 10, 14)
    days = [DayCount(day=first + dt.timedelta(days=n), mode="paper", answers=12, valid=10) for n in range(14)]
    pace = pace_of(days, 140, 300, first, last, now)
    assert (pace.per_day, pace.forecast, pace.late) == (10.0, now + dt.timedelta(days=16), 0)
    assert (pace.expected, pace.behind) == (140, 0)
    assert pace_of(days, 140, 400, first, last, now).late == 10
    assert pace_of(days, 300, 300, first, last, now).is_done
    quiet = pace_of(days, 140, 300, first, last, now + dt.timedelta(days=20))
    assert quiet.is_quiet
    assert quiet.forecast is None
    assert pace_of([], 0, 300, None, None, now).bars == ()


def test_the_post_office_of_the_province_sees_its_round_and_no_other(
    visited: Round, by: Actor, client: Client, hire: Hire, tuyen_quang: Unit, dong_nai: Unit
) -> None:
    case = officials(visited)[0]
    paths = ["tien-do/", "phieu/", f"phieu/{case.case_id}/", "nhap/", "phieu/xuat/csv/", "tien-do/xuat/xlsx/"]
    for role, unit, expected in (
        ("post_province", tuyen_quang, {200}),
        ("post_province", dong_nai, {404}),
        ("keyer", tuyen_quang, {403}),
    ):
        client.force_login(hire(role, unit))
        answers = [client.get(f"/thuc-dia/{visited.pk}/{path}") for path in paths]
        assert {answer.status_code for answer in answers} == expected, (role, unit)
        for answer in answers:
            b"".join(answer)  # to its end: the client closes it without closing the connection of the test
    client.force_login(hire("post_province", tuyen_quang))
    assert client.get(f"/thuc-dia/{visited.pk}/phat-phieu/").status_code == 403
    assert client.get(f"/thuc-dia/{visited.pk}/phieu/ABC/").status_code == 404


def test_the_register_holds_every_issued_case_and_no_identity(
    visited: Round, client: Client, hire: Hire, tuyen_quang: Unit
) -> None:
    client.force_login(hire("post_province", tuyen_quang))
    answer = client.get(f"/thuc-dia/{visited.pk}/phieu/xuat/csv/")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    out = Case.objects.filter(round=visited).exclude(state=State.RESERVE).values_list("case_id", flat=True)
    assert sorted(line.split(",")[0] for line in text.splitlines()[1:]) == sorted(out)
    book = client.get(f"/thuc-dia/{visited.pk}/phieu/xuat/xlsx/")
    rows = list(openpyxl.load_workbook(io.BytesIO(b"".join(book.streaming_content))).active.values)  # type: ignore[attr-defined, union-attr]
    assert [row[0] for row in rows[1:]] == [line.split(",")[0] for line in text.splitlines()[1:]]
    assert Record.objects.filter(action="fieldwork.list_exported").count() == 2


def test_a_file_is_handed_in_on_the_page_and_its_rows_to_look_at_are_listed(
    issued: Round, client: Client, hire: Hire, tuyen_quang: Unit
) -> None:
    client.force_login(hire("post_province", tuyen_quang))
    case = officials(issued)[0]
    text = f"{HEAD}{case.case_id},1,03/10/2026,giấy,2.20,BD001,\nKHONGCO,1,03/10/2026,giấy,2.20,=1+1,\n"
    upload = SimpleUploadedFile("../../lần đến.csv", text.encode())
    answer = client.post(f"/thuc-dia/{issued.pk}/nhap/", {"file": upload}, follow=True)
    assert answer.status_code == 200
    assert FileImport.objects.get().name == "lần đến.csv"
    work_off()
    page = client.get(f"/thuc-dia/nhap/{FileImport.objects.get().pk}/").content.decode()
    assert "Mã phiếu không có trong mẫu." in page
    listed = client.get(f"/thuc-dia/nhap/{FileImport.objects.get().pk}/dong/csv/")
    assert "KHONGCO" in b"".join(listed.streaming_content).decode()  # type: ignore[attr-defined]


def test_a_file_that_is_refused_is_not_kept(
    tuyen_quang: Unit, by: Actor, hire: Hire, client: Client, settings: Any
) -> None:
    round_ = cast.drawn(cast.new_round(tuyen_quang, by))  # not in the field yet
    client.force_login(hire("post_province", tuyen_quang))
    assert client.post(f"/thuc-dia/{round_.pk}/nhap/", {"file": SimpleUploadedFile("a.csv", b"x,y")}).status_code == 200
    assert not FileImport.objects.exists()
    assert not list((settings.MEDIA_ROOT / "field").glob("*"))


def test_the_live_part_alone_is_given_to_a_refresh(
    visited: Round, client: Client, hire: Hire, tuyen_quang: Unit
) -> None:
    first = dt.date(2026, 10, 1)
    Milestone.objects.create(round=visited, kind="field", first=first, last=dt.date(2026, 11, 30))
    client.force_login(hire("supervisor", tuyen_quang))
    whole = client.get(f"/thuc-dia/{visited.pk}/tien-do/?sort=-rate").content.decode()
    part = client.get(f"/thuc-dia/{visited.pk}/tien-do/?sort=-rate", headers={"HX-Target": "live"}).content.decode()
    assert "<html" in whole
    assert "<html" not in part
    assert "mô phỏng" in whole
    assert part.split("<h2>")[1] in whole
    assert "phieu/?agency=" not in whole, "a supervisor may not list cases"
