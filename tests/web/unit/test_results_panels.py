"""Map, national line, drivers and targets of published results: figures of the library, nothing withheld."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
import yaml
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.web import cast, results_cast

from sipas.geography import units_at
from sipas.publication import national_line
from sipas.reporting.wording import number
from sipas.tables import DRIVERS
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.results import sheets
from sipas_web.results.models import Publication
from sipas_web.results.queries import (
    folder_of,
    kept_folder_of,
    reading,
    reading_drivers,
    reading_files,
    reading_map,
    reading_national,
    reading_targets,
)
from sipas_web.results.queries.reading import Opened
from sipas_web.rounds.folders import settings_of
from sipas_web.rounds.models import MeasuredUnit, TargetValue
from sipas_web.units import actions as units
from sipas_web.units.models import Unit

pytestmark = pytest.mark.django_db
Hire = Callable[..., Person]
PAGES = ("result_map", "result_drivers", "result_targets", "result_version")
ITEM = "seats"


@pytest.fixture(autouse=True)
def _folders_of_this_test(settings: Any, tmp_path: Path, monkeypatch: Any) -> None:
    settings.ROUNDS_FOLDER, settings.MEDIA_ROOT = tmp_path / "rounds", tmp_path / "uploads"
    settings.PUBLICATIONS_FOLDER = tmp_path / "publications"
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)


@pytest.fixture
def publication(tuyen_quang: Unit, by: Actor) -> Publication:
    return results_cast.published(tuyen_quang, by)


@pytest.fixture
def wide(publication: Publication) -> Publication:
    """The same, as if communes, drivers and targets of units had been published: each office stands for a commune."""
    root = folder_of(publication)
    index = pl.read_parquet(root / "disclosed/index.parquet")
    offices = index.filter(pl.col("domain_kind") == "agency")
    codes = units_at(publication.round.window_to, level="commune").filter(parent_code="08")["code"].to_list()
    names = offices["domain"].unique().sort().to_list()
    places = offices.with_columns(
        pl.lit("commune").alias("domain_kind"), pl.col("domain").replace_strict(names, codes[: len(names)])
    )
    _write(root / "disclosed/index.parquet", pl.concat([index, places.select(index.columns)]))
    _write(root / "disclosed/drivers.parquet", _drivers(index))
    settings = yaml.safe_load((root / "round.yaml").read_text())
    settings["targets"] = [{"label": "Chung", "threshold": 85.0}, *_targets(offices)]
    (root / "round.yaml").chmod(0o644)
    (root / "round.yaml").write_text(yaml.safe_dump(settings, allow_unicode=True))
    return publication


def _write(path: Path, table: pl.DataFrame) -> None:
    if path.exists():
        path.chmod(0o644)
    path.parent.chmod(0o755)
    table.write_parquet(path)


def _drivers(index: pl.DataFrame) -> pl.DataFrame:
    items = index.filter((pl.col("domain_kind") == "all") & (pl.col("level") == "item")).select(
        "node", "percent", "low", "high"
    )
    share = 100 / items.height
    table = items.with_columns(
        importance=share + pl.when(pl.col("node") == ITEM).then(3.0).otherwise(-3.0 / (items.height - 1)),
        importance_low=pl.lit(share - 2),
        importance_high=pl.lit(share + 4),
        quadrant=pl.when(pl.col("node") == ITEM).then(pl.lit("concentrate")).otherwise(pl.lit("low_priority")),
        sure=pl.col("node") == ITEM,
        outcome=pl.lit("overall_satisfaction"),
        r_squared=pl.lit(0.5),
        r_squared_low=pl.lit(0.4),
        r_squared_high=pl.lit(0.6),
        rows=pl.lit(900, dtype=pl.Int64),
        used=pl.lit(700, dtype=pl.Int64),
    )
    return DRIVERS.check(table.select(column.name for column in DRIVERS.columns))


def _targets(offices: pl.DataFrame) -> list[dict[str, Any]]:
    """For each office a target that is met, missed or neither, at its index and at an item."""
    made = []
    for row in offices.filter(pl.col("node").is_in(["index", ITEM])).iter_rows(named=True):
        middle = 50.0 if row["percent"] is None else (row["low"] + row["high"]) / 2
        whose = {"domain_kind": "agency", "domain": row["domain"], "node": row["node"]}
        made.append({"label": "Đơn vị", "threshold": middle, "source": "Kế hoạch 12", **whose})
    return made


@pytest.fixture
def opened(wide: Publication, by: Actor) -> Opened:
    found = reading.opened(by, wide.round_id, "v1")
    assert found is not None
    return found


def page(client: Client, person: Person, view: str, /, *arguments: Any, **query: str) -> Any:
    client.force_login(person)
    return client.get(reverse(view, args=arguments), query)


def withheld(publication: Publication, kind: str = "agency") -> set[tuple[str, str]]:
    """Domains and nodes of one kind that are withheld; there are some."""
    shown = pl.read_parquet(folder_of(publication) / "disclosed/index.parquet").filter(pl.col("domain_kind") == kind)
    found = set(shown.filter("suppressed").select("domain", "node").iter_rows())
    assert found
    return found


# Map


def test_each_commune_is_a_bubble_that_says_its_figure(opened: Opened, wide: Publication) -> None:
    for node in {node for _, node in withheld(wide, "commune")} | {"index"}:
        found = reading_map.map_page(opened, {"node": node})
        assert found.table is not None
        hidden = {domain for domain, n in withheld(wide, "commune") if n == node}
        assert found.hidden == len(hidden)
        bubbles = re.findall(r'<circle class="(band-\w+)".*?<title>(.*?)</title>', found.drawing)
        assert len(bubbles) == len(found.table.rows)
        assert sum(band == "band-none" for band, _ in bubbles) == len(hidden)
        for row in found.table.rows:
            (band, said) = next((band, said) for band, said in bubbles if said.startswith(f"{row.name}:"))
            if row.key in hidden:
                assert (band, any(c.isdigit() for c in said.removeprefix(row.name))) == ("band-none", False)
            else:
                assert number(row.value.percent) in said
                assert row.ends in said


def test_the_page_of_the_map_names_author_and_islands(wide: Publication, client: Client, hire: Hire) -> None:
    reader = hire("department", wide.round.unit)
    text = page(client, reader, "result_map", wide.round_id, "v1", node=ITEM).content.decode()
    for said in ("Stephen Truong, CC BY 4.0", "Hoàng Sa", "Trường Sa", "mô phỏng", 'role="img"', "band-none"):
        assert said in text
    assert " style=" not in text
    assert f'<option value="{ITEM}" selected' in text


def test_a_national_round_fills_provinces_by_the_outlines_of_its_day(opened: Opened) -> None:
    index = pl.read_parquet(opened.root / "disclosed/index.parquet")
    offices = index.filter(pl.col("domain_kind") == "commune")
    codes = dict(zip(offices["domain"].unique().sort(), ["01", "04", "48", "56", "08", "11", "12", "14"], strict=True))
    provinces = offices.with_columns(pl.lit("province").alias("domain_kind"), pl.col("domain").replace_strict(codes))
    _write(opened.root / "disclosed/index.parquet", pl.concat([index, provinces]))
    results = reading.read(opened.root)
    nation = replace(
        opened, results=replace(results, settings=msgspec.structs.replace(results.settings, province="all"))
    )
    found = reading_map.map_page(nation, {})
    shapes = re.findall(r'<path class="band-\w+".*?<title>(.*?)</title>', found.drawing)
    assert (found.kind, len(shapes), found.is_old) == ("province", 36, False)
    assert sum(":" in said for said in shapes) == 8 + 2  # Đà Nẵng and Khánh Hòa with their islands
    nation.round.window_to = dt.date(2025, 6, 30)
    old = reading_map.map_page(nation, {})
    assert len(re.findall(r'<path class="band-', old.drawing)) == 65
    assert old.is_old


def test_places_given_by_name_are_found_where_the_name_is_one(opened: Opened) -> None:
    index = pl.read_parquet(opened.root / "disclosed/index.parquet")
    known = units_at(opened.round.window_to, level="commune").filter(parent_code="08")
    names = {row["code"]: f"{row['kind']} {row['name']}" for row in known.iter_rows(named=True)}
    place = pl.col("domain_kind") == "commune"
    changed = index.with_columns(domain=pl.when(place).then(pl.col("domain").replace(names)).otherwise("domain"))
    _write(opened.root / "disclosed/index.parquet", changed)
    named = replace(opened, results=reading.read(opened.root))
    found = reading_map.map_page(named, {})
    assert found.table is not None
    assert found.drawing.count("<circle") + found.off_map == len(found.table.rows)
    assert found.drawing.count("<circle") >= len(found.table.rows) - 1


def test_without_places_the_page_says_how_to_get_them(publication: Publication, client: Client, hire: Hire) -> None:
    reader = hire("department", publication.round.unit)
    answer = page(client, reader, "result_map", publication.round_id, "v1")
    assert answer.status_code == 200
    assert 'class="empty"' in answer.content.decode()
    assert "<circle" not in answer.content.decode()
    assert page(client, reader, "result_table", publication.round_id, "v1", "map", "svg").status_code == 404


# National line


def test_the_national_line_is_the_published_one_and_breaks() -> None:
    found = reading_national.national()
    published = national_line()
    assert [line.percent for line in found.lines] == [number(value) for value in published.sort("year")["percent"]]
    assert all(line.source for line in found.lines if line.percent != "–")
    broken = [line.year for line in found.lines if line.is_first_after_break]
    assert broken == [2022]
    place = float(re.findall(r'd-target" x1="([\d.]+)%"', found.drawing)[0])
    segments = re.findall(r'p-line-(\d)" x1="([\d.]+)%" y1="[\d.]+" x2="([\d.]+)%"', found.drawing)
    assert {number for number, _, _ in segments} == {"1", "2"}
    for _, start, end in segments:
        assert (float(start) < place) == (float(end) < place)


def test_the_national_file_is_not_called_simulated(opened: Opened) -> None:
    taken = reading_files.taken(opened, "national", {})
    assert taken is not None
    assert "mô phỏng" not in sheets.csv(taken.sheet).decode()
    assert "mo-phong" not in taken.file_name
    assert taken.sheet.rows[-1][1] == national_line().sort("year")["percent"][-1]


# Drivers


def test_the_drivers_are_shown_as_disclosed(opened: Opened, wide: Publication, client: Client, hire: Hire) -> None:
    found = reading_drivers.drivers(opened)
    assert [item.node for item in found.first] == [ITEM]
    assert found.items[0].is_sure
    assert (found.used, found.rows, found.share) == ("700", "900", number(50.0))
    assert len(re.findall(r'<g class="p-item', found.drawing)) == opened.results.drivers.height
    text = page(client, hire("department", wide.round.unit), "result_drivers", wide.round_id, "v1").content.decode()
    assert "không phải nguyên nhân" in text or "not a cause" in text
    assert opened.results.edition.question("overall_satisfaction").text in text
    assert " style=" not in text


@pytest.mark.parametrize("reason", ["too_few", "no_question"])
def test_without_drivers_the_page_says_why(reason: str, publication: Publication, by: Actor, monkeypatch: Any) -> None:
    opened = reading.opened(by, publication.round_id, "v1")
    assert opened is not None
    assert opened.results.drivers.is_empty()  # 120 forms for 22 items
    if reason == "no_question":
        monkeypatch.setattr("sipas.rounds.steps.drivers.outcome_of", lambda edition: None)
    assert reading_drivers.drivers(opened).reason == reason
    assert reading_files.taken(opened, "drivers", {}) is None


# Targets


def test_targets_of_units_are_judged_by_their_published_interval(opened: Opened, wide: Publication) -> None:
    found = reading_targets.targets(opened)
    hidden = withheld(wide)
    assert len(found.rows) == len(opened.results.settings.targets)
    checked = 0
    for row in found.rows:
        if row.kind == "all":
            continue
        if (row.domain, row.node) in hidden:
            assert (row.code, row.percent, row.ends, "d-dot" in row.drawing) == ("no_data", "…", "", False)
            checked += 1
        else:
            low, high = row.value.low, row.value.high
            expected = "met" if low >= row.target else "not_met" if high < row.target else "undecided"
            assert row.code == expected
    assert checked
    assert sum(many for *_, many in found.counts) == len(found.rows)


def test_an_agency_sees_no_other_agencys_target_below_the_index(
    opened: Opened, wide: Publication, client: Client, hire: Hire, by: Actor
) -> None:
    names = [v.domain for v in opened.results.figures.domains("agency", "index")]
    province = wide.round.unit
    unit = units.add(kind="agency", code="A-1", name="Cơ quan", parent=province, valid_from=province.valid_from, by=by)
    MeasuredUnit.objects.create(round=wide.round, unit=unit, name_in_lists=names[0])
    only = replace(opened, everything=False, own=(names[0],))
    rows = reading_targets.targets(only).rows
    assert {row.domain for row in rows if row.node == ITEM} == {names[0]}
    assert {row.domain for row in rows if row.node == "index"} >= set(names)
    reader = hire("agency", unit)
    for name in PAGES:
        assert page(client, reader, name, wide.round_id, "v1").status_code == 200


def test_a_unit_is_named_for_the_library_as_the_lists_name_it(tuyen_quang: Unit, by: Actor) -> None:
    round_ = cast.new_round(tuyen_quang, by)
    listed, other = Unit.objects.filter(kind="commune", code__in=["02200", "02221", "02230"])[:2]
    MeasuredUnit.objects.create(round=round_, unit=listed, name_in_lists="UBND Xã Tên Riêng")
    for unit, node in ((None, "index"), (other, "index"), (listed, ITEM)):
        TargetValue.objects.create(round=round_, unit=unit, node=node, percent=Decimal(90), label="x")
    told = settings_of(round_)["targets"]
    assert "domain" not in told[0]
    office = f"UBND {other.full_name[:1].lower()}{other.full_name[1:]}"
    assert {(t["domain_kind"], t["domain"], t["node"]) for t in told[1:]} == {
        ("agency", office, "index"),
        ("agency", "UBND Xã Tên Riêng", ITEM),
    }
    round_.settings["estimates"] = {"rank_by": ["commune"]}
    assert {t["domain"] for t in settings_of(round_)["targets"][1:]} == {listed.code, other.code}


# Everywhere


def test_no_withheld_figure_leaves_with_a_file(opened: Opened, wide: Publication) -> None:
    """Rows of withheld values hold signs alone; what the kept tables know of them is in none of their cells."""
    true = pl.read_parquet(kept_folder_of(wide) / "index.parquet").filter(pl.col("domain_kind") == "agency")
    known = {(d, n): p for d, n, p in true.select("domain", "node", "percent").iter_rows() if p is not None}
    checked = 0
    for domain, node in withheld(wide, "commune"):
        taken = reading_files.taken(opened, "map", {"node": node})
        assert taken is not None
        (row,) = [cells for cells in _cells(taken) if cells[0].lstrip("'") == domain]
        assert set(row[2:6]) == {"…"}
        checked += 1
    targets = reading_files.taken(opened, "targets", {})
    assert targets is not None
    for row, cells in zip(reading_targets.targets(opened).rows, _cells(targets), strict=True):
        if (row.domain, row.node) in withheld(wide):
            assert set(cells[3:6]) == {"…"}
            value = known.get((row.domain, row.node))
            assert value is None or number(value) not in str(targets.chart)
            checked += 1
    assert checked > 3


def _cells(taken: reading_files.Taken) -> list[list[str]]:
    return list(csv.reader(io.StringIO(sheets.csv(taken.sheet).decode("utf-8-sig"))))[1:]


@pytest.mark.parametrize("table", ["map", "national", "drivers", "targets"])
def test_every_panel_leaves_in_every_form(table: str, wide: Publication, client: Client, hire: Hire) -> None:
    reader = hire("department", wide.round.unit)
    heads = {"csv": b"\xef\xbb\xbf", "xlsx": b"PK", "svg": b"<svg", "png": b"\x89PNG"}
    for form, head in heads.items():
        answer = page(client, reader, "result_table", wide.round_id, "v1", table, form)
        assert answer.status_code == 200, (table, form)
        assert answer.content.startswith(head)
        if form in {"csv", "svg"}:
            assert ("mô phỏng" in answer.content.decode()) == (table != "national")
    if table == "map":
        assert (
            "Stephen Truong" in page(client, reader, "result_table", wide.round_id, "v1", table, "svg").content.decode()
        )


def test_the_panels_ask_the_database_little(
    wide: Publication, client: Client, hire: Hire, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(hire("department", wide.round.unit))
    for name in PAGES:
        client.get(reverse(name, args=(wide.round_id, "v1")))
        with django_assert_max_num_queries(18):
            assert client.get(reverse(name, args=(wide.round_id, "v1"))).status_code == 200
