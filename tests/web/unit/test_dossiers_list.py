"""The list of dossiers: the same rows for a wide reader as for a narrow one, taken along without people, recorded."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.dossier_cast import as_csv, imported, line

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.onestop.actions import dossiers_listing, sources
from sipas_web.onestop.actions.dossiers_counting import recount, recount_kept
from sipas_web.onestop.models import Dossier, DossierSource, MonthCount
from sipas_web.onestop.pages.dossiers import way_to_a_round
from sipas_web.onestop.queries import dossiers as reads
from sipas_web.onestop.queries.dossiers import Wanted
from sipas_web.units import queries as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Acting = Callable[[Person], Actor]


@pytest.fixture
def source(tuyen_quang: Unit, by: Actor, settings: Any, tmp_path: Path) -> DossierSource:
    settings.INCOMING_FOLDER, settings.CONTACT_KEYS = tmp_path / "incoming", tmp_path / "keys" / "contacts.json"
    source = sources.add(unit=tuyen_quang, name="Một cửa điện tử", by=by, is_simulated=True)
    agencies = [f"UBND {u.full_name}" for u in units.communes_of(tuyen_quang, units.today())[:3]] + ["Không rõ"]
    rows = [
        line(n, agencies[n % 4], f"{1 + n % 9:02d}/10/2026", "15/10/2026", f"{12 + n % 7:02d}/10/2026" if n % 3 else "")
        for n in range(40)
    ]
    imported(source, as_csv(rows), by)
    return source


def test_a_wide_list_holds_the_same_in_the_same_order(
    source: DossierSource, hire: Callable[..., Person], acting: Acting, tuyen_quang: Unit, monkeypatch: Any
) -> None:
    reader = acting(hire("tracker", tuyen_quang))
    asked = [
        (Wanted(), ""),
        (Wanted(), "due"),
        (Wanted(first=dt.date(2026, 10, 3)), "-finished"),
        (Wanted(standing="late"), ""),
    ]
    for wanted, sort in asked:
        lists = []
        for share in (0.0, 2.0):
            monkeypatch.setattr(reads, "WIDE", share)
            lists.append([dossier.number for dossier in reads.found(reader, wanted, sort)])
        assert lists[0] == lists[1]
        assert lists[0]
    commune = Dossier.objects.exclude(agency=None).values_list("agency", flat=True)[0]
    narrow = acting(hire("tracker", Unit.objects.get(pk=commune)))
    monkeypatch.setattr(reads, "WIDE", 0.0)
    assert {dossier.agency_id for dossier in reads.found(narrow, Wanted())} == {commune}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_list_is_taken_along_without_applicants_and_recorded(
    source: DossierSource, client: Client, hire: Callable[..., Person], tuyen_quang: Unit, form: str
) -> None:
    client.force_login(hire("tracker", tuyen_quang), backend="sipas_web.accounts.backends.AreaBackend")
    given = {"standing": "late", "first": "01/10/2026", "last": "31/10/2026"}
    answer = client.get(reverse("dossier_list_file", args=[form]), given)
    data = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    late = Dossier.objects.filter(outcome=3)
    assert "mo-phong" in answer["Content-Disposition"]
    if form == "csv":
        lines = data.decode("utf-8-sig").splitlines()
        assert {row.split(",")[0] for row in lines[1:]} == {one.number for one in late}
        assert "Nguyễn Văn" not in data.decode()
        assert "0900000" not in data.decode()
    told = json.loads(Record.objects.get(action="onestop.dossiers_exported").details)
    assert (told["rows"], told["standing"]) == (late.count(), "late")
    assert client.get(reverse("dossier_list_file", args=["pdf"])).status_code == 404


def test_a_list_that_is_too_long_is_to_be_filtered_first(
    source: DossierSource, client: Client, hire: Callable[..., Person], tuyen_quang: Unit, monkeypatch: Any
) -> None:
    monkeypatch.setattr(dossiers_listing, "MOST_TAKEN", 5)
    client.force_login(hire("tracker", tuyen_quang), backend="sipas_web.accounts.backends.AreaBackend")
    answer = client.get(reverse("dossier_list_file", args=["csv"]), {"standing": "late"})
    assert answer["Location"].endswith("?standing=late")
    assert not Record.objects.filter(action="onestop.dossiers_exported").exists()


def test_a_new_day_written_after_the_end_is_counted_as_a_full_count_does(source: DossierSource) -> None:
    late = list(Dossier.objects.filter(outcome=3).order_by("pk"))
    for one in late[: len(late) // 2 + 1]:
        Dossier.objects.filter(pk=one.pk).update(promised_again=dt.date(2026, 10, 17))
        recount_kept(one.pk)
    columns = ("agency", "field", "month", "late", "late_kept")
    one_by_one = set(MonthCount.objects.values_list(*columns))
    assert sum(row[-1] for row in one_by_one) > 0
    recount(source.pk)
    assert set(MonthCount.objects.values_list(*columns)) == one_by_one


@pytest.fixture
def clerk(client: Client, hire: Callable[..., Person], tuyen_quang: Unit) -> Client:
    client.force_login(hire("onestop_clerk", tuyen_quang), backend="sipas_web.accounts.backends.AreaBackend")
    return client


def test_without_a_round_a_clerk_is_not_led_to_a_page_that_is_closed_to_them(
    clerk: Client, hire: Callable[..., Person], acting: Acting, tuyen_quang: Unit
) -> None:
    page = clerk.get(reverse("dossier_to_round")).content.decode()
    body = page[page.index("<h1") :]
    assert f'class="button" href="{reverse("dossier_list")}"' in body
    assert f'href="{reverse("round_list")}"' not in body
    assert way_to_a_round(acting(hire("department", tuyen_quang))) == "set_up"


def test_a_source_of_a_unit_elsewhere_is_refused_beside_its_field(clerk: Client, dong_nai: Unit) -> None:
    given = {"unit": dong_nai.code, "name": "Một cửa tỉnh khác", "closes_at": ""}
    answer = clerk.post(reverse("dossier_source_add"), given)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["unit"]
    assert "Một cửa tỉnh khác" in answer.content.decode()
    assert not DossierSource.objects.exists()
