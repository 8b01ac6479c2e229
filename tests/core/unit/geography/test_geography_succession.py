"""Who came after a unit and who before."""

import datetime as dt

import polars as pl
import pytest

from sipas.geography import divided, lineage, predecessors, register, sources, successors

OLD = dt.date(2025, 6, 30)
NEW = dt.date(2025, 7, 1)
CITIES = dt.date(2026, 9, 20)


def after(code: str, on: dt.date, at: dt.date | None = None) -> list[tuple[str, str]]:
    return [(link.unit.full_name, link.extent) for link in successors(code, on, at)]


def before(code: str, on: dt.date, at: dt.date | None = None) -> list[tuple[str, str]]:
    return [(link.unit.full_name, link.extent) for link in predecessors(code, on, at)]


def test_ninh_thuan_passed_whole_to_khanh_hoa() -> None:
    (link,) = successors("58", dt.date(2019, 9, 30))
    assert (link.unit.code, link.unit.full_name) == ("56", "Tỉnh Khánh Hòa")
    assert (link.extent, link.share, link.on) == ("whole", 1.0, NEW)
    assert link.legal_act == "Nghị quyết 202/2025/QH15"


def test_binh_phuoc_passed_to_dong_nai_now_a_city() -> None:
    assert after("70", OLD) == [("Tỉnh Đồng Nai", "whole")]
    assert after("70", OLD, CITIES) == [("Thành phố Đồng Nai", "whole")]
    assert after("70", OLD, dt.date(2026, 4, 29)) == [("Tỉnh Đồng Nai", "whole")]


def test_tuyen_quang_came_of_two() -> None:
    assert before("08", NEW) == [("Tỉnh Hà Giang", "whole"), ("Tỉnh Tuyên Quang", "whole")]


def test_a_chain_runs_back_over_two_changes() -> None:
    assert before("75", CITIES) == [("Tỉnh Đồng Nai", "whole")]
    assert before("75", CITIES, OLD) == [("Tỉnh Bình Phước", "whole"), ("Tỉnh Đồng Nai", "whole")]
    (link, _) = predecessors("75", CITIES, OLD)
    assert link.on == NEW
    assert link.legal_act == "Nghị quyết 202/2025/QH15; Nghị quyết 30/2026/QH16"


def test_a_unit_that_goes_on_has_no_successor() -> None:
    assert successors("01", OLD) == ()
    assert successors("22", NEW, dt.date(2026, 8, 31)) == ()


def test_huyen_ninh_phuoc_is_four_communes_now() -> None:
    links = successors("587", OLD)
    assert [link.unit.full_name for link in links] == [
        "Xã Ninh Phước", "Xã Phước Dinh", "Xã Phước Hậu", "Xã Phước Hữu",
    ]  # fmt: skip
    assert {link.share for link in links} == {None}
    (warned,) = divided(links)
    assert (warned.code, warned.got) == ("geography.share_unknown", 4)


@pytest.mark.parametrize(
    ("code", "name"),
    [("318", "Bạch Long Vĩ"), ("471", "Cồn Cỏ"), ("498", "Hoàng Sa"), ("536", "Lý Sơn"), ("755", "Côn Đảo")],
)
def test_island_districts_became_special_zones(code: str, name: str) -> None:
    (link,) = successors(code, OLD)
    assert (link.unit.full_name, link.extent) == (f"Đặc khu {name}", "whole")
    assert [p.unit.code for p in predecessors(link.unit.code, NEW)] == [code]


def test_a_divided_commune_has_parts_without_share() -> None:
    links = successors("31474", OLD)
    assert [(x.unit.full_name, x.extent) for x in links] == [("Phường Long Bình", "whole")]
    links = successors("00019", OLD)
    assert len(links) == 4
    assert {(x.extent, x.share) for x in links} == {("part", None)}


def test_wards_of_2026_come_of_the_communes_of_the_same_code() -> None:
    assert before("09454", CITIES) == [("Xã Gia Bình", "whole")]
    assert after("09454", NEW) == [("Phường Gia Bình", "whole")]


def test_every_old_commune_and_district_has_a_successor() -> None:
    ended = register().filter(pl.col("valid_to") == OLD)
    without = ended.join(lineage(), on=["code", "valid_from"], how="anti")
    assert without.is_empty()


def test_every_new_unit_has_a_predecessor() -> None:
    made = register().filter(pl.col("valid_from") >= NEW)
    keys = {"code": "successor_code", "valid_from": "successor_valid_from"}
    without = made.join(lineage(), left_on=list(keys), right_on=list(keys.values()), how="anti")
    assert without.is_empty()


def test_one_successor_is_whole_and_several_are_parts() -> None:
    by_unit = lineage().group_by("code", "valid_from").agg(pl.len(), pl.col("extent").unique(), pl.col("share").max())
    assert by_unit.filter(pl.col("len") == 1)["extent"].explode().unique().to_list() == ["whole"]
    assert by_unit.filter(pl.col("len") > 1)["extent"].explode().unique().to_list() == ["part"]
    assert by_unit.filter(pl.col("len") > 1)["share"].null_count() == by_unit.filter(pl.col("len") > 1).height


def test_lineage_joins_states_that_meet() -> None:
    states = register().select("code", "valid_from", "valid_to")
    joined = lineage().join(states, on=["code", "valid_from"])
    assert joined.height == lineage().height
    assert joined.filter(pl.col("valid_to") + pl.duration(days=1) != pl.col("on")).is_empty()
    assert lineage().filter(pl.col("successor_valid_from") != pl.col("on")).is_empty()


def test_communes_pass_inside_the_merger_of_their_provinces() -> None:
    """A commune's successor lies in the province its old province passed to."""
    states = register()
    old = states.filter(pl.col("valid_to") == OLD)
    district_province = old.filter(pl.col("level") == "district").select("code", province="parent_code")
    communes = old.filter(pl.col("level") == "commune").join(district_province, left_on="parent_code", right_on="code")
    merged = lineage().filter(pl.col("code").str.len_chars() == 2, pl.col("on") == NEW)
    homes = dict(merged.select("code", "successor_code").iter_rows())
    steps = communes.join(lineage(), on=["code", "valid_from"]).join(
        states.select("code", "valid_from", above="parent_code"),
        left_on=["successor_code", "successor_valid_from"], right_on=["code", "valid_from"],
    )  # fmt: skip
    expected = pl.col("province").replace(homes)
    assert steps.height > communes.height
    assert steps.filter(pl.col("above") != expected).is_empty()


def test_listed_corrections_are_in_the_table() -> None:
    pairs = set(lineage().filter(pl.col("on") == NEW).select("code", "successor_code").iter_rows())
    fix = sources()["corrections"]
    assert not pairs & {(row["old"], row["new"]) for row in fix["false_successors"]}
    assert {(row["old"], row["new"]) for row in fix["missing_successors"]} <= pairs
    assert len(fix["false_successors"]) == 32
