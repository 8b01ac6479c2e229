"""Figures on time against a slow second count; units that end; the list for a round; online services."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.web import cast as round_cast
from tests.web.dossier_cast import as_csv, imported, line

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.jobs.worker import work_off
from sipas_web.onestop.actions import dossiers_forgetting, dossiers_listing, services, sources
from sipas_web.onestop.forms.dossiers import FiguresFilter
from sipas_web.onestop.models import Dossier, DossierSource, Outcome, ServiceClass
from sipas_web.onestop.pages import on_time as pages
from sipas_web.onestop.parts.dossiers_reports import counts as report_counts
from sipas_web.onestop.queries import dossiers as reads
from sipas_web.onestop.queries import on_time
from sipas_web.onestop.queries import services as service_reads
from sipas_web.onestop.queries.listing import Window
from sipas_web.onestop.queries.on_time import Figures, gathered, spans
from sipas_web.privacy.models import SealedPerson
from sipas_web.rounds.folders import folder_of
from sipas_web.rounds.models import FrameList
from sipas_web.shared import waiting
from sipas_web.units import actions as unit_actions
from sipas_web.units import queries as units
from sipas_web.units.kinds import Kind
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
AS_OF = dt.date(2026, 11, 1)


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.INCOMING_FOLDER, settings.CONTACT_KEYS = tmp_path / "incoming", tmp_path / "keys" / "contacts.json"
    settings.ROUNDS_FOLDER = tmp_path / "rounds"


@pytest.fixture
def source(tuyen_quang: Unit, by: Actor) -> DossierSource:
    return sources.add(unit=tuyen_quang, name="Một cửa điện tử", by=by)


@pytest.fixture
def department(tuyen_quang: Unit, by: Actor) -> Unit:
    return unit_actions.add(
        kind=Kind.AGENCY, code="SXD", name="Sở Xây dựng", parent=tuyen_quang, valid_from=dt.date(2025, 7, 1), by=by
    )


@pytest.fixture
def filled(source: DossierSource, department: Unit, tuyen_quang: Unit, by: Actor) -> list[dict[str, str]]:
    """Dossiers of a department and two communes, from August to October, some open, some of an unknown agency."""
    communes = units.communes_of(tuyen_quang, units.today())[:2]
    names = [department.full_name, *(f"UBND {c.full_name}" for c in communes), "Cơ quan không rõ"]
    rows = []
    for n in range(160):
        received = dt.date(2026, 8, 3) + DAY * (n * 7 % 80)
        due, finished = received + DAY * (5 + n % 9), received + DAY * (n * 3 % 20)
        is_open = n % 8 == 0 or finished > dt.date(2026, 10, 31)
        row = line(
            n, names[n % 4], f"{received:%d/%m/%Y}", f"{due:%d/%m/%Y}", "" if is_open else f"{finished:%d/%m/%Y}"
        )
        row["Lĩnh vực"] = ("Đất đai", "Xây dựng", "Hộ tịch")[n % 3]
        if n % 19 == 0:
            row |= {"Trạng thái": "Công dân rút hồ sơ", "Ngày trả kết quả": ""}
        rows.append(row)
    imported(source, as_csv(rows), by, as_of=AS_OF)
    return rows


def counted_slowly(dossiers: list[Dossier], first: dt.date, last: dt.date) -> Figures:
    """Count one by one."""
    found: Counter[str] = Counter()
    names = {Outcome.EARLY: "early", Outcome.ON_TIME: "on_time", Outcome.LATE: "late", Outcome.STOPPED: "stopped",
             Outcome.UNDATED: "undated"}  # fmt: skip
    for one in dossiers:
        found["received"] += first <= one.received <= last
        ended = one.finished or (one.received if one.outcome == Outcome.STOPPED else None)
        if ended is not None and first <= ended <= last:
            found[names[Outcome(one.outcome)]] += 1
            kept = one.promised_again is not None and ended <= one.promised_again
            found["late_kept"] += one.outcome == Outcome.LATE and kept
        still = one.outcome == Outcome.OPEN or (one.finished is not None and one.finished > last)
        if one.received <= last and still:
            found["open"] += 1
            waits = one.waiting_since is not None and one.waiting_since <= last
            found["waiting"] += waits and one.outcome == Outcome.OPEN
            found["overdue"] += one.due is not None and one.due < last and not (waits and one.outcome == Outcome.OPEN)
    return Figures(**{name: int(found[name]) for name in Figures.__dataclass_fields__})


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (dt.date(2026, 8, 1), dt.date(2026, 10, 31)),
        (dt.date(2026, 8, 15), dt.date(2026, 10, 14)),
        (dt.date(2026, 9, 3), dt.date(2026, 9, 20)),
        (dt.date(2026, 8, 1), dt.date(2026, 9, 14)),
    ],
)
def test_figures_of_single_agencies_are_those_counted_one_by_one(
    filled: list[dict[str, str]], first: dt.date, last: dt.date
) -> None:
    agencies = set(Dossier.objects.exclude(agency=None).values_list("agency", flat=True))
    found = on_time.of_units(agencies, first, last)
    for agency in agencies:
        assert found[agency] == counted_slowly(list(Dossier.objects.filter(agency=agency)), first, last)
    assert len(agencies) == 3
    assert sum(f.late for f in found.values()) > 0
    told = report_counts(agencies, first, last)
    assert all(told[a]["ended"] == told[a]["early"] + told[a]["on_time"] + told[a]["late"] for a in agencies)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2024, 12, 31)), st.integers(0, 200))
@hypothesis_settings(max_examples=200, deadline=None)
def test_a_stretch_of_time_is_parted_into_months_and_edges_without_gap_or_overlap(first: dt.date, length: int) -> None:
    last = first + DAY * length
    whole, edges = spans(first, last)
    days = Counter(
        part[0] + DAY * n for part in [*([whole] if whole else []), *edges] for n in range((part[1] - part[0]).days + 1)
    )
    assert days == Counter(first + DAY * n for n in range(length + 1))
    if whole:
        assert whole[0].day == 1
        assert (whole[1] + DAY).day == 1


@given(
    st.dictionaries(st.integers(0, 30), st.integers(0, 9)),
    st.dictionaries(st.integers(40, 45), st.sets(st.integers(0, 30))),
)
def test_gathered_figures_count_no_agency_twice_and_lose_none(
    counts: dict[int, int], groups: dict[int, set[int]]
) -> None:
    found, rest = gathered({k: Figures(received=n) for k, n in counts.items()}, groups)
    total = sum(f.received for f in found.values()) + sum(f.received for f in rest.values())
    assert total == sum(counts.values())
    assert set(rest) == set(counts) - set().union(*groups.values())


@pytest.mark.parametrize("rule", ["own", "below", "both"])
@pytest.mark.parametrize("lines", ["agency", "field", "month"])
def test_each_table_adds_up_to_every_dossier_once(
    filled: list[dict[str, str]], by: Actor, tuyen_quang: Unit, rule: str, lines: str
) -> None:
    given_ = {"first": "08/2026", "last": "10/2026", "rule": rule, "by": lines}
    table = pages.table_of(FiguresFilter(given_), by)
    assert table.total.received == 160
    assert sum(line.figures.received for line in table.lines) == 160
    inside = pages.table_of(FiguresFilter({**given_, "unit": str(tuyen_quang.pk)}), by)
    assert sum(line.figures.received for line in inside.lines) == inside.total.received == 120
    assert len(list(pages.cells(table))) == len(table.lines) + 1


def test_drill_down_leads_to_the_dossiers_that_were_counted(
    filled: list[dict[str, str]], client: Client, hire: Callable[..., Person], tuyen_quang: Unit
) -> None:
    client.force_login(hire("tracker", tuyen_quang), backend="sipas_web.accounts.backends.AreaBackend")
    given_ = {"first": "08/2026", "last": "10/2026", "unit": str(tuyen_quang.pk)}
    page = client.get(reverse("dossier_figures"), given_)
    assert page.status_code == 200
    table = page.context["table"]
    assert len(table.lines) == 3
    for one in table.lines:
        shown = client.get(f"{one.list_url}&standing=late")
        assert shown.context["page"].paginator.count == one.figures.late
        assert client.get(one.list_url).context["page"].paginator.count == one.figures.received
    assert (
        client.get(
            reverse("dossier_list"), {"don-vi": table.lines[0].figures and "", "tu": "2026-08-01", "den": "2026-08-31"}
        ).status_code
        == 200
    )
    number = Dossier.objects.latest("pk").number
    assert client.get(reverse("dossier_list"), {"number": f" {number.lower()} "}).context["page"].paginator.count == 1


def test_an_agency_sees_its_own_dossiers_only(
    filled: list[dict[str, str]], department: Unit, hire: Callable[..., Person], acting: Callable[[Person], Actor],
    client: Client,
) -> None:  # fmt: skip
    person = hire("agency", department)
    assert {d.agency_id for d in reads.visible(acting(person))} == {department.pk}
    other = Dossier.objects.exclude(agency=department).first()
    assert other is not None
    client.force_login(person, backend="sipas_web.accounts.backends.AreaBackend")
    assert client.get(reverse("dossier_detail", args=[other.pk])).status_code == 404
    assert client.get(reverse("dossier_source", args=[other.source_id])).status_code == 404
    table = pages.table_of(FiguresFilter({"first": "08/2026", "last": "10/2026"}), acting(person))
    assert table.total.received == 40


def test_open_dossiers_of_a_unit_that_ends_go_to_its_successor_and_stay_there_after_an_import(
    source: DossierSource, department: Unit, tuyen_quang: Unit, by: Actor
) -> None:
    rows = [line(n, "Sở Xây dựng", "05/10/2026", "15/10/2026", "14/10/2026" if n < 12 else "") for n in range(20)]
    imported(source, as_csv(rows), by, as_of=AS_OF)
    heir = unit_actions.add(
        kind=Kind.AGENCY,
        code="SXDGT",
        name="Sở Xây dựng và Giao thông",
        parent=tuyen_quang,
        valid_from=dt.date(2026, 1, 1),
        by=by,
    )
    unit_actions.dissolve(unit=department, on=units.today(), successors=[heir], by=by)
    work_off()
    assert Dossier.objects.filter(agency=heir).count() == 8
    assert Record.objects.filter(action="onestop.dossiers_rehomed").count() == 1
    rows[15] = line(15, "Sở Xây dựng", "05/10/2026", "16/10/2026")
    file = imported(source, as_csv(rows), by, as_of=units.today())
    assert (file.counts["changed"], file.counts["unchanged"]) == (1, 19)
    assert Dossier.objects.filter(agency=heir).count() == 8
    assert Dossier.objects.filter(agency=department, outcome=Outcome.EARLY).count() == 12


def test_names_without_a_unit_wait_for_who_may_match_them(filled: list[dict[str, str]], by: Actor) -> None:
    (kind,) = [s for s in waiting.sources() if s.code == "onestop.names"]
    (row,) = kind.rows(by, 10)
    assert "1" in row.title
    assert row.url == reverse("dossier_names", args=[DossierSource.objects.get().pk])


def test_finished_dossiers_become_a_list_of_a_round_that_its_import_takes(
    filled: list[dict[str, str]], tuyen_quang: Unit, by: Actor, monkeypatch: Any
) -> None:
    monkeypatch.setattr("django.db.transaction.on_commit", lambda act, **_: act())
    round_ = round_cast.new_round(tuyen_quang, by)
    window = Window(dt.date(2026, 8, 1), dt.date(2026, 9, 30))
    job = dossiers_listing.ask(round_=round_, window=window, by=by)
    work_off()
    job.refresh_from_db()
    assert job.state == "done", job.error
    list_ = FrameList.objects.get(round=round_)
    finished = Dossier.objects.filter(finished__range=(window.first, window.last))
    assert job.result == {"list": list_.pk, "rows": finished.count()}
    assert list_.missing == []
    text = (folder_of(round_) / list_.stored).read_text("utf-8-sig")
    one = finished.order_by("pk")[0]
    assert one.number in text
    assert text.count("\n") == finished.count() + 1
    assert f"Nguyễn Văn {int(one.number[-5:])}" in text
    opened = Record.objects.filter(action="privacy.people_opened")
    assert opened.count() == 1
    assert "Nguyễn" not in str(opened.get().details)
    again, rows = dossiers_listing.write(round_=round_, window=window, by=by)
    assert (again, rows) == (list_, finished.count())
    assert FrameList.objects.count() == 1


def test_only_who_may_import_into_the_round_opens_applicants(
    filled: list[dict[str, str]],
    tuyen_quang: Unit,
    by: Actor,
    hire: Callable[..., Person],
    acting: Callable[[Person], Actor],
) -> None:
    round_ = round_cast.new_round(tuyen_quang, by)
    window = Window(dt.date(2026, 8, 1), dt.date(2026, 9, 30))
    for role in ("onestop_clerk", "tracker"):
        with pytest.raises(PermissionDenied):
            dossiers_listing.ask(round_=round_, window=window, by=acting(hire(role, tuyen_quang)))
    with pytest.raises(ValidationError):
        dossiers_listing.ask(round_=round_, window=Window(dt.date(2020, 1, 1), dt.date(2020, 2, 1)), by=by)


def test_applicants_of_dossiers_ended_long_ago_are_forgotten_and_the_dossiers_stay(
    filled: list[dict[str, str]], by: Actor
) -> None:
    before = dt.datetime(2026, 9, 15, tzinfo=dt.UTC)
    old = Dossier.objects.filter(finished__lt=before.date()).count()
    kept = SealedPerson.objects.count()
    assert dossiers_forgetting.forget(before, by) == old > 0
    assert SealedPerson.objects.count() == kept - old
    assert Dossier.objects.count() == 160
    assert not Dossier.objects.filter(finished__lt=before.date()).exclude(applicant="").exists()


@pytest.fixture
def offered(department: Unit, by: Actor) -> None:
    def add(
        code: str, service_class: ServiceClass, first: tuple[int, int, int], last: tuple[int, int, int] | None = None
    ) -> None:
        services.add(
            unit=department, code=code, name=f"Thủ tục {code}", service_class=service_class, by=by,
            valid_from=dt.date(*first), valid_to=dt.date(*last) if last else None,
        )  # fmt: skip

    add("1.001", ServiceClass.LEVEL_3, (2020, 1, 1), (2021, 6, 30))
    add("1.001", ServiceClass.LEVEL_4, (2021, 7, 1), (2022, 8, 14))
    add("1.001", ServiceClass.WHOLE, (2022, 8, 15))
    add("1.002", ServiceClass.LEVEL_3, (2020, 5, 1), (2022, 8, 14))
    add("1.002", ServiceClass.PARTIAL, (2023, 1, 1))


def test_services_are_counted_by_what_was_valid_and_never_converted(offered: None, by: Actor) -> None:
    found = {line.year: line.counts for line in service_reads.by_year(by)}
    assert found[2020] == {"level_3": 2}
    assert found[2021] == {"level_3": 1, "level_4": 1}
    assert found[2022] == {"whole": 1}  # 1.002 was offered in no class on that day: not carried over
    assert found[2023] == {"whole": 1, "partial": 1}
    assert found[units.today().year] == {"whole": 1, "partial": 1}


def test_one_procedure_has_one_class_on_a_day(offered: None, department: Unit, by: Actor) -> None:
    with pytest.raises(ValidationError, match=r"1\.001"):
        services.add(
            unit=department, code="1.001", name="x", service_class=ServiceClass.PARTIAL, by=by,
            valid_from=dt.date(2022, 1, 1), valid_to=dt.date(2022, 2, 1),
        )  # fmt: skip


def test_pages_of_services(
    offered: None, client: Client, hire: Callable[..., Person], tuyen_quang: Unit, department: Unit, monkeypatch: Any
) -> None:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    client.force_login(hire("department", tuyen_quang), backend="sipas_web.accounts.backends.AreaBackend")
    page = client.get(reverse("service_list"), {"on": "01/10/2021"})
    assert page.context["page"].paginator.count == 2
    file = client.get(reverse("service_export", args=["csv"]))
    assert "toàn trình" in b"".join(file.streaming_content).decode()  # type: ignore[attr-defined]
    given_ = {
        "unit": department.code,
        "code": "2.1",
        "name": "Mới",
        "service_class": "whole",
        "valid_from": "01/01/2026",
    }
    assert client.post(reverse("service_add"), given_).status_code == 302
    one = service_reads.OnlineService.objects.get(code="2.1")
    assert client.post(reverse("service_end", args=[one.pk]), {"last": "31/12/2025"}).status_code == 200
    assert client.post(reverse("service_end", args=[one.pk]), {"last": "31/01/2026"}).status_code == 302
    one.refresh_from_db()
    assert one.valid_to == dt.date(2026, 1, 31)
    assert client.post(reverse("service_end", args=[one.pk]), {"remove": "1"}).status_code == 302
    assert not service_reads.OnlineService.objects.filter(code="2.1").exists()
