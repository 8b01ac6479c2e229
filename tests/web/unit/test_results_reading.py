"""Results for their readers: what is shown, to whom, and that nothing withheld can be had in any way."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.web import results_cast

from sipas.rounds.published import read_published
from sipas_web.accounts.actions.assigning import write_assignment
from sipas_web.accounts.models import Person, Role
from sipas_web.audit.actors import Actor
from sipas_web.results.models import Publication, Snapshot
from sipas_web.results.queries import (
    reading,
    reading_home,
    reading_rows,
)
from sipas_web.results.queries.reading import DRAFT, Opened
from sipas_web.rounds.folders import folder_of as folder_of_round
from sipas_web.rounds.models import MeasuredUnit
from sipas_web.shared.vietnamese_text import search_key
from sipas_web.units import actions as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
Acting = Callable[[Person], Actor]
DASH_OR_DOTS = {"…", "", "–"}


@pytest.fixture(autouse=True)
def _folders_of_this_test(settings: Any, tmp_path: Path, monkeypatch: Any) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"
    settings.PUBLICATIONS_FOLDER = tmp_path / "publications"
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)


@pytest.fixture
def publication(tuyen_quang: Unit, by: Actor) -> Publication:
    return results_cast.published(tuyen_quang, by)


@pytest.fixture
def opened(publication: Publication, by: Actor) -> Opened:
    found = reading.opened(by, publication.round_id, "v1")
    assert found is not None
    return found


def page(client: Client, person: Person, view: str, /, *arguments: Any, **query: str) -> Any:
    client.force_login(person)
    return client.get(reverse(view, args=arguments), query)


def own_agency(publication: Publication, by: Actor, name: str, measured: str = "") -> Unit:
    """An agency of the province in the tree; ``measured``: its name in the lists, where it is tied to one."""
    province = publication.round.unit
    unit = units.add(kind="agency", code="A-1", name=name, parent=province, valid_from=province.valid_from, by=by)
    if measured:
        MeasuredUnit.objects.create(round=publication.round, unit=unit, name_in_lists=measured)
    return unit


def agencies(opened: Opened) -> list[str]:
    return [v.domain for v in opened.results.figures.domains("agency", "index")]


# What is shown


def test_the_pages_show_the_librarys_figures(
    opened: Opened, publication: Publication, client: Client, hire: Hire
) -> None:
    reader = hire("department", publication.round.unit)
    whole = opened.results.whole
    assert whole is not None
    assert whole.percent is not None
    shown = f"{whole.percent:.2f}".replace(".", ",")
    for name, arguments in (
        ("result_list", ()),
        ("result_home", (publication.round_id,)),
        ("result_version", (publication.round_id, "v1")),
        ("result_node", (publication.round_id, "v1", "index")),
        ("result_comparison", (publication.round_id, "v1")),
    ):
        answer = page(client, reader, name, *arguments)
        text = answer.content.decode()
        assert answer.status_code == 200
        assert shown in text, name
        assert "mô phỏng" in text, name
        assert " style=" not in text, name  # the policy of contents forbids it


def test_every_item_has_its_page_with_its_question_and_answers(
    opened: Opened, publication: Publication, client: Client, hire: Hire
) -> None:
    reader = hire("department", publication.round.unit)
    for node, _ in opened.results.edition.nodes():
        text = page(client, reader, "result_node", publication.round_id, "v1", node.name).content.decode()
        assert ("d-shade-5" in text) == (node.question is not None), node.name
    assert page(client, reader, "result_node", publication.round_id, "v1", "no-such").status_code == 404


def test_a_target_is_judged_by_the_published_interval(opened: Opened, tmp_path: Path) -> None:
    whole = opened.results.whole
    assert whole is not None
    assert whole.low is not None
    assert whole.high is not None
    root = tmp_path / "again"
    shutil.copytree(opened.root, root)
    settings = yaml.safe_load((root / "round.yaml").read_text())
    thresholds = [whole.low, (whole.low + whole.high) / 2, whole.high + 0.01]
    settings["targets"] = [{"label": f"Mục tiêu {k}", "threshold": t} for k, t in enumerate(thresholds)]
    (root / "round.yaml").chmod(0o644)
    (root / "round.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True))
    found = reading_home.verdicts(read_published(root))
    assert [v.code for v in found] == ["met", "undecided", "not_met"]
    assert [v.tone for v in found] == ["good", "warning", "bad"]


def test_ranks_sort_either_way_with_the_withheld_last(opened: Opened) -> None:
    up = reading_rows.domains(opened, "agency", "index", "value").rows
    down = reading_rows.domains(opened, "agency", "index", "-value").rows
    known = [row.value.percent for row in up if not row.is_hidden]
    assert known == sorted(known)
    assert [row.value.percent for row in down if not row.is_hidden] == known[::-1]
    for rows in (up, down):
        hidden = [row.is_hidden for row in rows]
        assert hidden == sorted(hidden)
    assert [r.key for r in up if r.is_hidden] == [r.key for r in down if r.is_hidden]


def test_names_are_found_without_diacritics(opened: Opened) -> None:
    name = agencies(opened)[0]
    found = reading_rows.ranks(opened, "agency", "", search_key(name)).rows
    assert name in [row.key for row in found]
    assert len(found) < len(agencies(opened))


def test_the_tree_opens_by_its_address(opened: Opened) -> None:
    closed = {row.key: row.is_shown for row in reading_rows.tree(opened, set()).rows}
    one = {row.key: row.is_shown for row in reading_rows.tree(opened, {"access"}).rows}
    whole = [row.is_shown for row in reading_rows.tree(opened, {"all"}).rows]
    assert closed["access"]
    assert not closed["seats"]
    assert one["seats"]
    assert not one["polite"]
    assert all(whole)


# Who may


def test_results_of_another_province_are_not_there(
    publication: Publication, dong_nai: Unit, client: Client, hire: Hire
) -> None:
    for role in ("department", "agency", "supervisor"):
        stranger = hire(role, dong_nai)
        assert "Tuyên Quang" not in page(client, stranger, "result_list").content.decode()
        for name, more in (("result_home", ()), ("result_ranks", ("v1",)), ("result_unit", ("v1",))):
            assert page(client, stranger, name, publication.round_id, *more).status_code == 404
        url = reverse("result_table", args=[publication.round_id, "v1", "tree", "csv"])
        assert client.get(url).status_code == 404


@pytest.mark.parametrize("tied", [True, False])
def test_an_agency_reads_its_own_page_and_no_other(
    tied: bool, opened: Opened, publication: Publication, by: Actor, client: Client, hire: Hire
) -> None:
    name, other = agencies(opened)[:2]
    unit = own_agency(publication, by, "Đơn vị tên khác" if tied else name, name if tied else "")
    reader = hire("agency", unit)
    mine = page(client, reader, "result_unit", publication.round_id, "v1")
    assert mine.status_code == 200
    assert mine.context["shown"].domain == name
    assert page(client, reader, "result_unit", publication.round_id, "v1", name=other).status_code == 404
    ranks = page(client, reader, "result_ranks", publication.round_id, "v1")
    assert "k trên n người" in ranks.content.decode(), "why equal figures differ in rank"
    assert {row.key for row in ranks.context["table"].rows} == set(agencies(opened))  # published ranks are public
    assert {row.key for row in ranks.context["table"].rows if row.may_open} == {name}
    below = page(client, reader, "result_comparison", publication.round_id, "v1", kind="agency", node="seats")
    assert {row.key for row in below.context["shown"].table.rows} <= {name}
    url = reverse("result_table", args=[publication.round_id, "v1", "unit", "csv"])
    assert client.get(url).status_code == 200
    assert client.get(url, {"name": other}).status_code == 404
    url = reverse("result_table", args=[publication.round_id, "v1", "comparison", "csv"])
    assert other not in client.get(url, {"kind": "agency", "node": "seats"}).content.decode()
    url = reverse("result_table", args=[publication.round_id, "v1", "answers", "csv"])
    assert other not in client.get(url, {"kind": "agency", "node": "seats"}).content.decode()


def test_a_cross_shows_an_agency_no_other_agency_below_the_index(opened: Opened) -> None:
    """A kind that crosses agencies with something is limited as agencies themselves are."""
    mine, other = agencies(opened)[:2]
    limited = replace(opened, everything=False, own=(mine,))
    kind = "agency × respondent_kind"
    assert limited.is_limited(kind, "seats")
    assert not limited.is_limited(kind, opened.results.figures.root)
    assert not limited.is_limited("field × respondent_kind", "seats")
    assert not opened.is_limited(kind, "seats")
    assert limited.may_see_inside(kind, f"{mine} × person")
    assert not limited.may_see_inside(kind, f"{other} × person")


def test_an_agency_not_measured_is_told_so(publication: Publication, by: Actor, client: Client, hire: Hire) -> None:
    reader = hire("agency", own_agency(publication, by, "Cơ quan không được đo"))
    answer = page(client, reader, "result_unit", publication.round_id, "v1")
    assert answer.status_code == 200
    assert answer.context["shown"] is None


def test_an_agency_of_the_same_name_elsewhere_reads_nothing_here(
    opened: Opened, publication: Publication, dong_nai: Unit, by: Actor, acting: Acting, hire: Hire
) -> None:
    name = agencies(opened)[0]
    twin = units.add(kind="agency", code="A-9", name=name, parent=dong_nai, valid_from=dong_nai.valid_from, by=by)
    reader = hire("agency", twin)
    here = own_agency(publication, by, "Cơ quan khác")
    since = reader.assignments.get().since
    write_assignment(person=reader, role=Role.objects.get(code="agency"), unit=here, since=since, until=None)
    found = reading.opened(acting(reader), publication.round_id)
    assert found is not None
    assert found.own == ()


def test_a_draft_is_for_reviewers_alone_and_gives_no_file(
    tuyen_quang: Unit, dong_nai: Unit, by: Actor, client: Client, hire: Hire
) -> None:
    snapshot = results_cast.reviewable(tuyen_quang, by)
    arguments = (snapshot.round_id, DRAFT)
    assert page(client, hire("department", tuyen_quang), "result_version", *arguments).status_code == 200
    assert page(client, hire("department", tuyen_quang), "result_home", snapshot.round_id).status_code == 404
    url = reverse("result_table", args=[*arguments, "tree", "csv"])
    assert client.get(url).status_code == 404
    for role, unit in (("ministry", tuyen_quang), ("agency", tuyen_quang), ("department", dong_nai)):
        assert page(client, hire(role, unit), "result_version", *arguments).status_code == 404
    Snapshot.objects.filter(pk=snapshot.pk).update(state=Snapshot.State.REJECTED)
    assert page(client, hire("department", tuyen_quang), "result_version", *arguments).status_code == 404


# Speed


def test_pages_ask_the_database_little(
    publication: Publication, client: Client, hire: Hire, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(hire("department", publication.round.unit))
    for name, arguments in (
        ("result_list", ()),
        ("result_home", (publication.round_id,)),
        ("result_ranks", (publication.round_id, "v1")),
        ("result_node", (publication.round_id, "v1", "seats")),
    ):
        with django_assert_max_num_queries(18):
            client.get(reverse(name, args=arguments))


def test_files_are_read_once(publication: Publication, by: Actor, monkeypatch: Any) -> None:
    first = reading.opened(by, publication.round_id)
    monkeypatch.setattr("sipas_web.results.queries.reading.read_published", None)
    second = reading.opened(by, publication.round_id)
    assert first is not None
    assert second is not None
    assert first.results is second.results


def test_the_published_quality_names_no_case(opened: Opened, publication: Publication) -> None:
    told = (opened.root / "quality.json").read_text()
    cases = pl.read_parquet(folder_of_round(publication.round) / "sample.parquet")["case_id"]
    assert cases.len() > 100
    assert not [case for case in cases if case in told]


def test_many_units_come_page_by_page_and_leave_whole(opened: Opened, monkeypatch: Any) -> None:
    monkeypatch.setattr(reading_rows, "PER_PAGE", 3)
    parts = [reading_rows.ranks(opened, "agency", page=page).rows for page in ("1", "2", "3")]
    assert [len(part) for part in parts] == [3, 3, 2]
    assert [row.key for part in parts for row in part] == [row.key for row in reading_rows.ranks(opened, "agency").rows]
    assert len(reading_rows.domains(opened, "agency", "index", page="2").rows) == 3
