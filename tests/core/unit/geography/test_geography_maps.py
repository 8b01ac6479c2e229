"""The map has every province of its day, Hoàng Sa and Trường Sa, and communes inside their province."""

from __future__ import annotations

import datetime as dt
import re

import polars as pl
import pytest

from sipas.geography import commune_place, province_map, units_at

DAYS = (dt.date(2025, 6, 30), dt.date(2025, 7, 1), dt.date(2026, 11, 1))


@pytest.mark.parametrize("on", DAYS)
def test_each_province_of_the_day_has_one_outline(on: dt.date) -> None:
    drawn = province_map(on)
    assert [o.code for o in drawn.provinces] == units_at(on, level="province")["code"].sort().to_list()
    assert {(o.code, o.name) for o in drawn.islands} == {("48", "Hoàng Sa"), ("56", "Trường Sa")}
    assert [o.name for o in drawn.islands_of("56")] == ["Trường Sa"]
    assert "Stephen Truong" in drawn.credit
    assert "CC BY 4.0" in drawn.credit


def test_outlines_are_plain_closed_lines_inside_the_picture() -> None:
    drawn = province_map(DAYS[-1])
    _, _, width, height = map(float, drawn.view_box.split())
    for outline in (*drawn.provinces, *drawn.islands):
        assert re.fullmatch(r"(M-?[\d.]+,-?[\d.]+(L-?[\d.]+,-?[\d.]+)+Z)+", outline.path), outline.name
        numbers = [tuple(map(float, p.split(","))) for p in re.findall(r"[\d.]+,[\d.]+", outline.path)]
        assert all(0 <= x <= width and 0 <= y <= height for x, y in numbers)


def test_communes_lie_in_the_box_of_their_province() -> None:
    on = DAYS[-1]
    boxes = {}
    for outline in province_map(on).provinces:
        points = [tuple(map(float, p.split(","))) for p in re.findall(r"[\d.]+,[\d.]+", outline.path)]
        boxes[outline.code] = (min(x for x, _ in points), min(y for _, y in points),
                               max(x for x, _ in points), max(y for _, y in points))  # fmt: skip
    communes = units_at(on, level="commune").select("code", "parent_code", "kind")
    assert communes.height > 3300
    outside, unknown = [], []
    for code, parent, _ in communes.filter(pl.col("kind") != "đặc khu").iter_rows():
        place = commune_place(code)
        if place is None:
            unknown.append(code)
            continue
        left, top, right, bottom = boxes[parent]
        if not (left - 12 <= place[0] <= right + 12 and top - 12 <= place[1] <= bottom + 12):
            outside.append(code)
    assert len(outside) < 0.005 * communes.height, outside
    assert len(unknown) < 0.01 * communes.height, unknown
    assert commune_place("99999") is None
