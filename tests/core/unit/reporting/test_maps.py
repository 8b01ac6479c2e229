"""Maps say every figure in words and show the islands whatever the values are."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from xml.etree.ElementTree import fromstring

from hypothesis import given
from hypothesis import strategies as st

from sipas.geography import units_at
from sipas.reporting.charts.maps import bands, commune_svg, province_svg

ON = dt.date(2026, 11, 1)
SVG = "{http://www.w3.org/2000/svg}"


def test_a_province_is_filled_by_its_band_and_says_its_figure() -> None:
    svg = fromstring(province_svg({"08": 80.0, "75": 90.0}, {"08": "Tuyên Quang: 80,00 %"}, ON, "Chỉ số & <tỉnh>"))
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "Chỉ số & <tỉnh>"
    shapes = {p.findtext(f"{SVG}title"): p.get("class") for p in svg.findall(f"{SVG}path")}
    assert shapes["Tuyên Quang: 80,00 %"] == "band-0"
    assert shapes["Đồng Nai"] == "band-3"  # 80–83, 83–86, 86–89, 89–92
    assert shapes["Hà Nội"] == "band-none"
    assert {"Hoàng Sa", "Trường Sa"} <= shapes.keys()
    assert len(shapes) == 36
    assert "Stephen Truong" in (svg.findtext(f"{SVG}desc") or "")


def test_an_empty_map_still_shows_the_whole_country() -> None:
    assert len(fromstring(province_svg({}, {}, ON, "x")).findall(f"{SVG}path")) == 36


def test_a_bubble_for_each_commune_with_a_value() -> None:
    codes = units_at(ON, level="commune").filter(parent_code="08")["code"].to_list()
    svg = fromstring(commune_svg("08", dict.fromkeys(codes, 85.0) | {"00000": 1.0}, {}, ON, "x"))
    assert len(svg.findall(f"{SVG}circle")) == len(codes)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40))
def test_every_value_lies_in_one_band(values: list[float]) -> None:
    scale = bands(values)
    assert 1 <= len(scale) <= 5
    assert all(sum(band.low <= v < band.high for band in scale) == 1 for v in values)
    assert all(a.high == b.low for a, b in pairwise(scale))
