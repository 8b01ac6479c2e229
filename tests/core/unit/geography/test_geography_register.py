"""The witnesses of the register: known counts, mergers, reused codes, ends. Sources: sources.yaml of the room."""

import datetime as dt
import unicodedata

import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.geography import lineage, region, register, sources, tree, unit_at, units_at, warnings
from sipas.geography.names import name_key, spelling_key
from sipas.geography.register import LINEAGE_SCHEMA, states_all
from sipas.intake.vietnamese import sort_key
from sipas.tables import UNITS

OLD = dt.date(2025, 6, 30)
NEW = dt.date(2025, 7, 1)
CITIES = dt.date(2026, 9, 20)
ISLANDS = {"318": "Bạch Long Vĩ", "471": "Cồn Cỏ", "498": "Hoàng Sa", "536": "Lý Sơn", "755": "Côn Đảo"}


def counts(on: dt.date) -> dict[str, int]:
    return dict(units_at(on).group_by("level").len().iter_rows())


def kinds(on: dt.date, level: str) -> dict[str, int]:
    return dict(units_at(on, level).group_by("kind").len().iter_rows())


def test_register_keeps_the_contract() -> None:
    assert UNITS.check(register()).height == 90 + 696 + 10_035 + 3_321 + 22
    assert lineage().schema == LINEAGE_SCHEMA
    UNITS.check(units_at(CITIES))


def test_last_day_of_three_tiers() -> None:
    assert counts(OLD) == {"province": 63, "district": 696, "commune": 10_035}


def test_first_day_of_two_tiers() -> None:
    assert counts(NEW) == {"province": 34, "commune": 3_321}
    assert kinds(NEW, "commune") == {"xã": 2_621, "phường": 687, "đặc khu": 13}
    assert kinds(NEW, "province") == {"tỉnh": 28, "thành phố": 6}


def test_three_provinces_became_cities_in_2026() -> None:
    assert kinds(CITIES, "province") == {"tỉnh": 25, "thành phố": 9}
    assert kinds(CITIES, "commune") == {"xã": 2_599, "phường": 709, "đặc khu": 13}


@pytest.mark.parametrize(
    ("code", "last_as_province"),
    [("75", dt.date(2026, 4, 29)), ("22", dt.date(2026, 8, 31)), ("24", dt.date(2026, 9, 19))],
)
def test_a_city_begins_the_day_after_the_province_ends(code: str, last_as_province: dt.date) -> None:
    assert unit_at(code, last_as_province).kind == "tỉnh"
    assert unit_at(code, last_as_province + dt.timedelta(days=1)).kind == "thành phố"


@pytest.mark.parametrize(("code", "name"), ISLANDS.items())
def test_island_districts_had_no_communes(code: str, name: str) -> None:
    island = tree(code, OLD)
    assert island.unit.full_name == f"Huyện {name}"
    assert island.below == ()


def test_every_other_district_had_communes() -> None:
    parents = set(units_at(OLD, "commune")["parent_code"])
    assert set(units_at(OLD, "district")["code"]) - parents == set(ISLANDS)


def test_hue_was_a_province_until_2024() -> None:
    assert unit_at("46", dt.date(2024, 12, 31)).full_name == "Tỉnh Thừa Thiên Huế"
    assert unit_at("46", dt.date(2025, 1, 1)).full_name == "Thành phố Huế"
    assert unit_at("46", CITIES).valid_from == dt.date(2025, 1, 1)


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("15", "Tỉnh Yên Bái", "Tỉnh Lào Cai"),
        ("24", "Tỉnh Bắc Giang", "Tỉnh Bắc Ninh"),
        ("44", "Tỉnh Quảng Bình", "Tỉnh Quảng Trị"),
        ("52", "Tỉnh Bình Định", "Tỉnh Gia Lai"),
        ("80", "Tỉnh Long An", "Tỉnh Tây Ninh"),
        ("82", "Tỉnh Tiền Giang", "Tỉnh Đồng Tháp"),
        ("91", "Tỉnh Kiên Giang", "Tỉnh An Giang"),
    ],
)
def test_codes_were_used_again(code: str, before: str, after: str) -> None:
    assert unit_at(code, OLD).full_name == before
    assert unit_at(code, NEW).full_name == after


def test_districts_end() -> None:
    assert units_at(OLD, "district")["valid_to"].unique().to_list() == [OLD]
    assert units_at(NEW, "district").is_empty()
    with pytest.raises(SipasError) as error:
        unit_at("587", NEW)
    assert error.value.code == "geography.not_at_date"


def test_eleven_provinces_went_on_unchanged() -> None:
    before, after = (set(units_at(day, "province").select("code", "valid_from").iter_rows()) for day in (OLD, NEW))
    assert {code for code, _ in before & after} == {"01", "04", "11", "12", "14", "20", "22", "38", "40", "42", "46"}


def test_states_of_a_code_do_not_overlap() -> None:
    ends = register().sort("code", "valid_from").with_columns(then=pl.col("valid_from").shift(-1).over("code"))
    assert ends.filter(pl.col("then") <= pl.col("valid_to")).is_empty()
    assert ends.filter(pl.col("valid_to").is_null() & pl.col("then").is_not_null()).is_empty()


def test_parents_exist_and_hold_when_the_child_begins_or_ends() -> None:
    keys = set(register().select("code", "valid_from").iter_rows())
    below = register().filter(pl.col("level") != "province")
    assert set(below.select("parent_code", "parent_valid_from").iter_rows()) <= keys


def test_parent_is_that_of_the_day() -> None:
    commune = units_at(NEW, "commune", "75")["code"][0]
    assert unit_at(commune, NEW).path[0] == "Tỉnh Đồng Nai"
    assert unit_at(commune, CITIES).path[0] == "Thành phố Đồng Nai"
    assert unit_at(commune, CITIES).parent_valid_from == dt.date(2026, 4, 30)


def test_listing_is_in_vietnamese_order() -> None:
    names = units_at(OLD, "province")["name"].to_list()
    assert names == sorted(names, key=sort_key)
    assert names.index("Cà Mau") < names.index("Cao Bằng") < names.index("Cần Thơ") < names.index("Đà Nẵng")
    assert names.index("Hà Tĩnh") < names.index("Hưng Yên") < names.index("Khánh Hòa")


def test_text_is_composed_and_clean() -> None:
    for name in register()["name"].unique():
        assert unicodedata.is_normalized("NFC", name)
        assert name == " ".join(name.split())
    assert set(register()["kind"]) == {
        "tỉnh", "thành phố", "quận", "huyện", "thị xã", "xã", "phường", "thị trấn", "đặc khu",
    }  # fmt: skip


def test_stored_keys_are_those_of_the_functions() -> None:
    for state in states_all():
        assert (state.name_key, state.spelling_key) == (name_key(state.name), spelling_key(state.name))


def test_warnings_before_and_after_what_the_register_knows() -> None:
    assert warnings(dt.date(2020, 1, 1), "province") == ()
    assert [w.code for w in warnings(dt.date(2025, 6, 29), "district")] == ["geography.before_register"]
    assert warnings(OLD, "commune") == ()
    assert [w.code for w in warnings(dt.date(2027, 1, 1), "province")] == ["geography.after_register"]
    assert [w.code for w in unit_at("587", dt.date(2019, 5, 1)).warnings] == ["geography.before_register"]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: unit_at("58", dt.date(2016, 12, 31)), "geography.date"),
        (lambda: units_at(dt.date(2016, 12, 31)), "geography.date"),
        (lambda: units_at(NEW, "village"), "geography.level"),
        (lambda: unit_at("99", NEW), "geography.unknown_without_like"),
        (lambda: units_at(NEW, parent="99"), "geography.unknown_without_like"),
        (lambda: units_at(NEW, parent="58"), "geography.not_at_date"),
    ],
)
def test_errors_have_codes(call, code: str) -> None:
    with pytest.raises(SipasError) as error:
        call()
    assert error.value.code == code


def test_regions_cover_every_province_on_every_day() -> None:
    assert units_at(OLD, "province")["region"].n_unique() == 6
    assert units_at(NEW, "province")["region"].n_unique() == 6
    assert region("38", OLD).name == "Bắc Trung Bộ và duyên hải miền Trung"
    assert region("38", OLD).status == "page"
    assert region("38", NEW).name == "Bắc Trung Bộ"
    assert region("22870", NEW).status == "recalled"


def test_class_only_where_the_law_names_it() -> None:
    known = register().filter(pl.col("unit_class").is_not_null())
    assert set(known.select("code", "unit_class").iter_rows()) == {("01", "đặc biệt"), ("79", "đặc biệt")}


def test_sources_and_corrections_ship() -> None:
    shipped = sources()
    assert shipped["package"]["licence"] == "MIT"
    assert len(shipped["corrections"]["districts_without_communes"]) == len(ISLANDS)
    assert shipped["limits"]
