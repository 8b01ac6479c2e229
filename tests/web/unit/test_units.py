"""The dated tree: who lies where on which day, mergers, lists in and out."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sipas import geography
from sipas.intake.vietnamese import sort_key
from sipas_web.accounts.models import Person
from sipas_web.audit.actors import Actor
from sipas_web.audit.models import Record
from sipas_web.units import actions, lists, queries, staged_lists
from sipas_web.units.actions.ancestry import Step, continued
from sipas_web.units.actions.exchange import ListRefusedError
from sipas_web.units.closure import FOREVER, Tree
from sipas_web.units.models import Ancestry, Membership, Succession, Unit

pytestmark = pytest.mark.django_db
BEFORE, AFTER, CITY = dt.date(2024, 5, 1), dt.date(2025, 8, 1), dt.date(2026, 9, 1)


def at(code: str, on: dt.date) -> Unit:
    unit = queries.by_code(code, on)
    assert unit is not None
    return unit


def agency(by: Actor, parent: Unit, code: str = "SNV", since: dt.date = AFTER, kind: str = "agency") -> Unit:
    return actions.add(kind=kind, code=code, name=f"Sở {code}", parent=parent, valid_from=since, by=by)


@pytest.mark.parametrize("on", [BEFORE, AFTER, CITY])
def test_the_closure_agrees_with_the_librarys_tree(on: dt.date) -> None:
    """The slow twin: every unit's ancestors one by one from the register."""
    units = list(
        queries.holding(Unit.objects.exclude(code="VN").filter(kind__in=["province", "district", "commune"]), on)
    )
    assert len(units) > 200
    for unit in units[:: max(1, len(units) // 150)]:
        expected = ["VN", *(u.code for u in geography.tree(unit.code, on).above)]
        assert [u.code for u in queries.path(unit, on)] == expected


def test_a_dissolved_province_lies_under_its_successor() -> None:
    ha_giang, tuyen_quang, country = at("02", BEFORE), at("08", AFTER), queries.root()
    assert queries.lies_under(ha_giang, country, BEFORE)
    assert not queries.lies_under(ha_giang, at("08", BEFORE), BEFORE)
    assert queries.lies_under(ha_giang, tuyen_quang, AFTER)
    assert not queries.lies_under(ha_giang, ha_giang, AFTER)
    assert not queries.lies_under(tuyen_quang, ha_giang, AFTER)
    assert queries.lies_under(ha_giang, country, AFTER)


def test_a_province_that_becomes_a_city_goes_on_as_the_same_area() -> None:
    province, city = at("75", AFTER), at("75", CITY)
    commune = queries.first_commune(city, CITY)
    assert province.pk != city.pk
    assert commune is not None
    assert queries.lies_under(commune, city, CITY)
    assert queries.lies_under(commune, province, CITY)
    assert queries.lies_under(city, province, CITY)
    old = at("75", BEFORE)
    assert not queries.lies_under(city, old, CITY), "the merged province is another area"


def test_a_commune_divided_among_several_lies_where_all_of_them_lie() -> None:
    divided = next(
        u
        for u in Unit.objects.filter(kind="commune", valid_to=dt.date(2025, 6, 30))
        if queries.successions_of(u).count() > 1
    )
    heirs = [s.successor for s in queries.successions_of(divided)]
    provinces = {queries.path(h, AFTER)[1].pk for h in heirs}
    for heir in heirs:
        assert not queries.lies_under(divided, heir, AFTER)
    if len(provinces) == 1:
        assert queries.lies_under(divided, Unit.objects.get(pk=provinces.pop()), AFTER)
    assert queries.lies_under(divided, queries.root(), AFTER)


def test_the_successor_is_found_through_mergers_and_never_guessed() -> None:
    """Hà Giang went into Tuyên Quang; Bình Phước into Đồng Nai, which then became a city of the same code."""
    before = dt.date(2025, 6, 30)
    old = {code: queries.by_code(code, before) for code in ("02", "70")}
    ha_giang, binh_phuoc = old["02"], old["70"]
    assert ha_giang is not None
    assert binh_phuoc is not None
    assert queries.successor_of(ha_giang, before) == ha_giang
    assert queries.successor_of(ha_giang) == queries.by_code("08", queries.today())
    assert queries.successor_of(binh_phuoc) == queries.by_code("75", queries.today())
    divided = [u for u in queries.Unit.objects.filter(valid_to__isnull=False) if queries.successions_of(u).count() > 1]
    assert divided, "the four provinces have communes that were divided"
    assert {queries.successor_of(unit) for unit in divided} == {None}


def test_the_area_test_is_one_query(django_assert_num_queries: DjangoAssertNumQueries, dong_nai: Unit) -> None:
    commune = queries.first_commune(dong_nai, queries.today())
    assert commune is not None
    with django_assert_num_queries(1):
        assert queries.lies_under(commune, dong_nai, queries.today())
    with django_assert_num_queries(1):
        found = list(queries.under_any([dong_nai.pk], queries.today()))
    assert commune.pk in found


def test_loading_the_register_again_changes_nothing(by: Actor) -> None:
    before = set(Unit.objects.values_list("pk", flat=True)), lines()
    assert actions.load_register(by=by, provinces=("02", "08", "70", "75")) == 0
    assert before == (set(Unit.objects.values_list("pk", flat=True)), lines())


def test_an_agency_stands_under_its_place_and_goes_on_under_the_successor(by: Actor) -> None:
    unit = agency(by, at("02", BEFORE), since=BEFORE)
    assert [u.code for u in queries.path(unit, BEFORE)] == ["VN", "02"]
    assert [u.full_name for u in queries.path(unit, AFTER)] == ["Việt Nam", "Tỉnh Tuyên Quang"]
    assert not queries.lies_under(unit, at("02", BEFORE), AFTER)


def test_an_added_unit_is_recorded_with_its_place(by: Actor, dong_nai: Unit) -> None:
    unit = agency(by, dong_nai, since=dong_nai.valid_from)
    last = Record.objects.latest("sequence")
    assert (last.action, last.subject, last.unit_id) == ("units.unit_added", f"units.unit:{unit.pk}", unit.pk)
    assert dong_nai.code in last.details


def test_register_units_are_not_changed_by_hand(by: Actor, dong_nai: Unit) -> None:
    with pytest.raises(ValidationError):
        actions.rename(unit=dong_nai, name="Biên Hòa", by=by)
    with pytest.raises(ValidationError):
        actions.dissolve(unit=dong_nai, on=CITY, successors=[], by=by)
    with pytest.raises(ValidationError):
        agency(by, dong_nai, kind="province", since=dong_nai.valid_from)


def test_moving_takes_what_is_below_along(by: Actor) -> None:
    first, second = agency(by, at("75", AFTER), "A1"), agency(by, at("08", AFTER), "A2")
    desk = agency(by, first, "B1", kind="one_stop")
    day = dt.date(2026, 1, 1)
    actions.move(unit=first, parent=second, on=day, by=by)
    eve = day - dt.timedelta(days=1)
    assert queries.lies_under(desk, at("75", AFTER), eve)
    assert not queries.lies_under(desk, at("08", AFTER), eve)
    assert queries.lies_under(desk, at("08", AFTER), day)
    assert not queries.lies_under(desk, at("75", AFTER), day)
    with pytest.raises(ValidationError, match="chính mình"):
        actions.move(unit=second, parent=desk, on=dt.date(2026, 2, 1), by=by)


def test_a_merger_hands_open_work_and_members_to_the_successor(by: Actor) -> None:
    old, new = agency(by, at("02", BEFORE), "A1", BEFORE), agency(by, at("08", AFTER), "A2")
    desk = agency(by, old, "B1", BEFORE, "one_stop")
    day = dt.date(2025, 9, 1)
    actions.dissolve(unit=old, on=day, successors=[new], by=by, legal_act="QĐ 1/2025")
    assert queries.lies_under(old, new, day), "open work of the dissolved unit is in the successor's area"
    assert queries.lies_under(desk, new, day)
    assert not queries.lies_under(desk, old, day)
    assert queries.lies_under(desk, old, BEFORE)
    assert [s.unit.code for s in queries.precedents_of(new)] == ["A1"]
    assert '"successors":["Sở A2 (A2)"]' in Record.objects.latest("sequence").details


def test_a_unit_with_members_needs_a_single_successor(by: Actor) -> None:
    unit = agency(by, at("75", AFTER), "A1")
    agency(by, unit, "B1", kind="one_stop")
    with pytest.raises(ValidationError):
        actions.dissolve(unit=unit, on=dt.date(2026, 1, 1), successors=[], by=by)


def test_refreshing_gives_what_making_everything_anew_gives(by: Actor) -> None:
    """The slow twin of the incremental closure, after a move and a merger."""
    one, two = agency(by, at("75", AFTER), "A1"), agency(by, at("08", AFTER), "A2")
    agency(by, one, "B1", kind="one_stop")
    actions.move(unit=one, parent=two, on=dt.date(2026, 1, 1), by=by)
    actions.dissolve(unit=one, on=dt.date(2026, 3, 1), successors=[two], by=by)
    assert lines() == anew()


def lines() -> set[tuple[Any, ...]]:
    return set(Ancestry.objects.values_list("descendant_id", "ancestor_id", "valid_from", "valid_to", "depth", "way"))


def anew() -> set[tuple[Any, ...]]:
    parents: dict[int, list[Any]] = {}
    for m in Membership.objects.all():
        parents.setdefault(m.unit_id, []).append((m.parent_id, (m.valid_from, m.valid_to)))
    steps = [
        Step(s.unit_id, s.successor_id, s.extent == "whole", s.on == s.successor.valid_from)
        for s in Succession.objects.select_related("successor")
    ]
    successors: dict[int, list[int]] = {}
    for step in steps:
        successors.setdefault(step.unit, []).append(step.successor)
    periods = {u.pk: (u.valid_from, u.valid_to or FOREVER) for u in Unit.objects.all()}
    tree = Tree(periods, parents, successors, continued(steps))
    return {(u, k.ancestor, *k.period, k.depth, k.way) for u in periods for k in tree.lines(u)}


def test_names_sort_and_are_found_as_in_vietnamese(by: Actor, dong_nai: Unit) -> None:
    names = ["Sở Ân", "Sở An", "Sở Đà", "Sở Dân", "Sở Em", "Sở Ăn", "Sở ủy", "Sở Uy"]
    for number, name in enumerate(names):
        actions.add(kind="agency", code=f"C{number}", name=name, parent=dong_nai, valid_from=dong_nai.valid_from, by=by)
    found = queries.found(by, queries.Wanted(text="so", kind="agency"))
    assert [u.name for u in found] == sorted(names, key=sort_key)
    assert [u.name for u in queries.found(by, queries.Wanted(text="sở DÂ", kind="agency"))] == ["Sở Dân", "Sở Đà"]


def test_who_may_not_change_a_unit_is_refused(
    by: Actor, hire: Callable[..., Person], acting: Callable[[Person], Actor], dong_nai: Unit, tuyen_quang: Unit
) -> None:
    operator = acting(hire("department", dong_nai))
    unit = agency(operator, dong_nai, since=dong_nai.valid_from)
    foreign = agency(by, tuyen_quang, "A2")
    for refused in (
        lambda: agency(operator, tuyen_quang, "A3"),
        lambda: actions.rename(unit=foreign, name="x", by=operator),
        lambda: actions.move(unit=unit, parent=tuyen_quang, on=CITY, by=operator),
        lambda: actions.dissolve(unit=unit, on=CITY, successors=[foreign], by=operator),
        lambda: actions.load_register(by=operator),
    ):
        with pytest.raises(PermissionDenied):
            refused()


HEAD = "Mã,Tên đơn vị,Loại,Trực thuộc,Từ ngày,Đến ngày\n"


def listed(folder: Path, text: str) -> lists.UnitList:
    file = folder / "don-vi.csv"
    file.write_text(HEAD + text, encoding="utf-8")
    return lists.read_list(file)


def test_a_list_is_taken_whole(by: Actor, tmp_path: Path) -> None:
    given = listed(
        tmp_path, "S1,Sở Tư pháp,Cơ quan,75,01/08/2025,\nM1,Một cửa Sở Tư pháp,Bộ phận Một cửa,S1,02/08/2025,\n"
    )
    assert actions.import_list(given=given, by=by) == 2
    desk = at("M1", CITY)
    assert [u.code for u in queries.path(desk, CITY)] == ["VN", "75", "S1"]
    assert desk.valid_from == dt.date(2025, 8, 2)


def test_a_list_with_a_fault_is_refused_whole_with_every_row_named(by: Actor, tmp_path: Path) -> None:
    rows = [
        "S1,Sở Tư pháp,Cơ quan,75,01/08/2025,",
        "S2,Sở Y tế,Cơ quan,99999,01/08/2025,",
        "S3,Sở Y tế,Quán cà phê,75,01/08/2025,",
        "S4,Sở Y tế,Cơ quan,75,31/02/2025,",
        "S1,Trùng mã,Cơ quan,75,01/08/2025,",
        ",Thiếu mã,Cơ quan,75,01/08/2025,",
    ]
    given = listed(tmp_path, "\n".join(rows) + "\n")
    with pytest.raises(ListRefusedError) as refused:
        actions.import_list(given=given, by=by)
    told = [(f.number, f.column, f.got) for f in refused.value.faults]
    assert told == [
        (3, "Trực thuộc", "99999"),
        (4, "Loại", "Quán cà phê"),
        (5, "Từ ngày", "31/02/2025"),
        (6, "Mã", "S1"),
        (7, "Mã", ""),
    ]
    assert not Unit.objects.filter(code="S1").exists()


def test_what_is_exported_can_be_imported_again(by: Actor, tmp_path: Path) -> None:
    agency(by, at("75", AFTER), "S1")
    units = Unit.objects.filter(code="S1")
    for form in ("csv", "xlsx"):
        made, _type = actions.export(units=units, form=form, by=by)
        file = tmp_path / f"don-vi.{form}"
        file.write_bytes(made)
        rows = lists.read_list(file).rows
        assert [(r.code, r.name, r.kind, r.parent, r.since) for r in rows] == [("S1", "Sở S1", "agency", "75", AFTER)]


def test_a_name_that_looks_like_a_formula_stays_text(by: Actor, tmp_path: Path) -> None:
    actions.add(kind="agency", code="S1", name="=1+1", parent=at("75", AFTER), valid_from=AFTER, by=by)
    made, _type = actions.export(units=Unit.objects.filter(code="S1"), form="xlsx", by=by)
    (tmp_path / "x.xlsx").write_bytes(made)
    assert lists.read_list(tmp_path / "x.xlsx").rows[0].name == "=1+1"


STRANGE = "Ký hiệu,Tên đơn vị,Loại,Trực thuộc,Từ ngày\nS1,Sở Tư pháp,Cơ quan,75,01/08/2025\n"


@pytest.fixture
def clerk(client: Client, dong_nai: Unit, hire: Any, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("sipas_web.accounts.queries.has_second_factor", lambda someone: True)
    client.force_login(hire("department", dong_nai), backend="sipas_web.accounts.backends.AreaBackend")
    return client


def handed_in(client: Client, text: str, name: str = "don-vi.csv") -> Any:
    return client.post("/don-vi/nhap/", {"file": SimpleUploadedFile(name, text.encode())})


def test_a_list_is_shown_before_it_is_taken(clerk: Client) -> None:
    seen = handed_in(clerk, STRANGE)
    assert not Unit.objects.filter(code="S1").exists()
    form = seen.context["form"]
    assert form.seen.missing == ["Mã"]
    assert [(c.head, c.target, c.samples) for c in form.seen.columns[:2]] == [
        ("Ký hiệu", "", ("S1",)),
        ("Tên đơn vị", "name", ("Sở Tư pháp",)),
    ]
    chosen = {"staged": form["staged"].value(), "c0": "", "c1": "name", "c2": "kind", "c3": "parent", "c4": "since"}
    lacking = clerk.post("/don-vi/nhap/", chosen)
    assert "Mã" in str(lacking.context["form"].non_field_errors())
    assert clerk.post("/don-vi/nhap/", {**chosen, "c0": "code"}).status_code == 302
    assert at("S1", AFTER).name == "Sở Tư pháp"
    gone = clerk.post("/don-vi/nhap/", {**chosen, "c0": "code"}, follow=True)
    assert gone.redirect_chain == [("/don-vi/nhap/", 302)]  # taken once: it is no longer kept


def test_a_refused_list_keeps_what_was_chosen_and_names_row_and_column(clerk: Client) -> None:
    seen = handed_in(clerk, STRANGE.replace(",75,", ",99999,"))
    chosen = {"staged": seen.context["form"]["staged"].value(), "c0": "code", "c1": "name", "c2": "kind"}
    refused = clerk.post("/don-vi/nhap/", {**chosen, "c3": "parent", "c4": "since"})
    assert [(f.number, f.column, f.got) for f in refused.context["faults"]] == [(2, "Trực thuộc", "99999")]
    assert refused.context["form"]["c0"].value() == "code"


def test_a_list_kept_for_one_is_nobody_elses(db: None) -> None:
    mark = staged_lists.stage(SimpleUploadedFile("don-vi.csv", STRANGE.encode()), "person:1")
    assert staged_lists.found(mark, "person:1") is not None
    assert staged_lists.found(mark, "person:2") is None
    assert staged_lists.found(mark + "x", "person:1") is None
    staged_lists.forget(time.time() + 1)
    assert staged_lists.found(mark, "person:1") is None


def test_a_file_that_is_no_list_is_called_by_its_name(clerk: Client) -> None:
    refused = handed_in(clerk, "PK\x03\x04 broken", "danh-sach.xlsx")
    errors = str(refused.context["form"].errors["file"])
    assert "danh-sach.xlsx" in errors, errors
    assert not Unit.objects.filter(code="S1").exists()
