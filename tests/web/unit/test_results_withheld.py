"""Results for their readers: nothing withheld can be had in any way, and the files they take along."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.test import Client
from django.urls import reverse
from tests.web import results_cast

from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.results import drawings, sheets
from sipas_web.results.models import Publication
from sipas_web.results.queries import (
    kept_folder_of,
    reading,
    reading_files,
    reading_pages,
    reading_rows,
)
from sipas_web.results.queries.reading import Opened
from sipas_web.rounds.models import MeasuredUnit
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


# What is withheld stays so


def withheld(publication: Publication) -> pl.DataFrame:
    """The true figures of withheld values, from the tables that never left."""
    true = pl.read_parquet(kept_folder_of(publication) / "index.parquet")
    shown = pl.read_parquet(reading.folder_of(publication) / "disclosed/index.parquet")
    key = ["domain_kind", "domain", "node"]
    return true.join(shown.filter("suppressed").select(key), on=key)


def tables_of(opened: Opened) -> Iterator[tuple[str, dict[str, str]]]:
    nodes = [node.name for node, _ in opened.results.edition.nodes()]
    for kind in reading.kinds(opened):
        for node in nodes:
            for sort in ("", "-value", "change"):
                yield "comparison", {"kind": kind, "node": node, "sort": sort}
            yield "answers", {"kind": kind, "node": node}
    yield from (("unit", {"name": name}) for name in agencies(opened))
    yield from (("ranks", {"sort": sort}) for sort in ("", "n", "-places"))
    yield from ((name, {}) for name in ("tree", "extremes"))


def test_no_table_filter_or_file_gives_a_withheld_value(opened: Opened, publication: Publication) -> None:
    """Every table under every filter: the row of a withheld value holds signs alone, in any order."""
    hidden = withheld(publication)
    assert hidden.height > 20
    keys = set(hidden.select("domain_kind", "domain", "node").iter_rows())
    checked = 0
    for table, query in tables_of(opened):
        taken = reading_files.taken(opened, table, query)
        if taken is None or table not in {"comparison", "unit"}:
            continue
        rows = list(csv.reader(io.StringIO(sheets.csv(taken.sheet).decode("utf-8-sig"))))[1:]
        kind, node = query.get("kind", "agency"), query.get("node", "")
        if table == "comparison":
            source = reading_rows.domains(opened, kind, node, query["sort"]).rows
            places = [(kind, row.key, node) for row in source]
        else:
            places = [
                ("agency", query["name"], r.key)
                for r in reading_rows.tree(opened, {"all"}, "agency", query["name"]).rows
            ]
        assert len(places) == len(rows)
        for place, cells in zip(places, rows, strict=True):
            if place in keys:
                assert set(cells[1:-1]) <= DASH_OR_DOTS, (table, place, cells)
                checked += 1
            else:
                assert cells[1] not in DASH_OR_DOTS
        drawn = str(taken.chart["data"]["values"])
        assert "None" not in re.findall(r"'percent': (\w+)", drawn)
    assert checked >= hidden.height


def test_no_spread_of_answers_shows_a_withheld_part(opened: Opened, publication: Publication) -> None:
    shown = pl.read_parquet(reading.folder_of(publication) / "disclosed/estimates.parquet")
    items = [question.name for question in opened.results.edition.items()]
    hidden = set(
        shown
        .filter(pl.col("suppressed") & (pl.col("statistic") == "share") & pl.col("variable").is_in(items))
        .select("domain_kind", "domain", "variable")
        .iter_rows()
    )
    assert hidden
    for kind, domain, question in hidden:
        found = reading_rows.spread(opened, question, kind, domain)
        assert found.is_hidden
        assert found.n == "…"
        assert {answer.percent for answer in found.answers} == {"…"}
        assert "rect" not in found.drawing


def test_pages_draw_nothing_of_a_withheld_value(
    opened: Opened, publication: Publication, client: Client, hire: Hire
) -> None:
    reader = hire("department", publication.round.unit)
    hidden = withheld(publication)
    for kind, node in hidden.select("domain_kind", "node").unique().iter_rows():
        text = page(
            client, reader, "result_comparison", publication.round_id, "v1", kind=kind, node=node
        ).content.decode()
        rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", text, re.DOTALL)
        dotted = [row for row in rows if "r-hidden-cell" in row]
        assert len(dotted) == hidden.filter((pl.col("domain_kind") == kind) & (pl.col("node") == node)).height
        for row in dotted:
            assert "d-dot" not in row
            assert "d-ends" not in row
            cells = re.findall(r"<td class=\"figure[^>]*>(.*?)</td>", row, re.DOTALL)
            assert not re.search(r"\d", re.sub(r"<[^>]+>", "", "".join(cells)))


def test_only_published_kinds_can_be_compared(opened: Opened) -> None:
    """A cross that was not planned for is not computed: an unknown kind falls back to a published one."""
    asked = {"kind": "field × respondent_kind", "node": "index"}
    kind, _ = reading_pages.asked_comparison(opened, asked)
    assert kind in reading.kinds(opened)
    assert kind != asked["kind"]
    assert not (opened.root / "moments.parquet").exists()


# Files


@pytest.mark.parametrize("table", ["tree", "ranks", "comparison", "extremes", "answers", "unit"])
def test_every_table_leaves_in_every_form(
    table: str, opened: Opened, publication: Publication, client: Client, hire: Hire
) -> None:
    reader = hire("department", publication.round.unit)
    query = {"node": "seats", "name": agencies(opened)[0]} if table in {"answers", "unit"} else {}
    heads = {"csv": b"\xef\xbb\xbf", "xlsx": b"PK", "svg": b"<svg", "png": b"\x89PNG"}
    for form, head in heads.items():
        answer = page(client, reader, "result_table", publication.round_id, "v1", table, form, **query)
        assert answer.status_code == 200, (table, form)
        assert answer.content.startswith(head)
        disposition = answer.headers["Content-Disposition"]
        assert re.fullmatch(r'attachment; filename="[a-z0-9-]+\.(csv|xlsx|svg|png)"', disposition)
        assert "mo-phong" in disposition
        if form in {"csv", "svg"}:
            assert "mô phỏng" in answer.content.decode()
    assert page(client, reader, "result_table", publication.round_id, "v1", table, "exe").status_code == 404
    assert page(client, reader, "result_table", publication.round_id, "v1", "secrets", "csv").status_code == 404


def test_texts_are_never_formulas() -> None:
    sheet = sheets.Sheet("=1+1", ("Tên", "Số"), (("=HYPERLINK(A1)", 1.5), ("+84", "…")), ("@x",))
    with zipfile.ZipFile(io.BytesIO(sheets.xlsx(sheet))) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")
    rows = list(csv.reader(io.StringIO(sheets.csv(sheet).decode("utf-8-sig"))))
    assert rows[1][0] == "'=HYPERLINK(A1)"
    assert rows[2][0] == "'+84"
    assert all(row[-1].startswith("'=") for row in rows[1:])


@pytest.mark.parametrize(("value", "expected"), [(0.005, 0.01), (83.935, 83.94), (2.675, 2.68), (-0.005, -0.01)])
def test_files_round_half_up_as_the_report_does(value: float, expected: float) -> None:
    assert sheets.rounded(value) == expected


# Drawings


@pytest.mark.parametrize(
    ("values", "low", "high"), [((84.0, 91.0), 80.0, 95.0), ((0.0, 100.0), 0.0, 100.0), ((99.0, 100.0), 90.0, 100.0)]
)
def test_an_axis_holds_all_values(values: tuple[float, ...], low: float, high: float) -> None:
    scale = drawings.percent_scale(values)
    assert (scale.low, scale.high) == (low, high)
    assert scale.share(scale.high) == 100
    assert all(low <= tick <= high for tick in scale.ticks)
    assert len(scale.ticks) in range(2, 8)


def test_a_spread_of_answers_fills_its_row() -> None:
    drawn = drawings.stack([(10.0, "10,00"), (20.0, "20,00"), (70.0, "70,00")])
    places = re.findall(r'x="([\d.]+)%" y="1" width="([\d.]+)%"', drawn)
    assert [(float(x), float(w)) for x, w in places] == [(0, 10), (10, 20), (30, 70)]
