"""Maps say every figure in words and show the islands whatever the values are."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from xml.etree.ElementTree import fromstring

from hypothesis import given
from hypothesis import strategies as st

from sipas.geography import units_at
from sipas.reporting.charts import draw
from sipas.reporting.charts.maps import bands, commune_svg, locator_svg, map_sheet, province_svg

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


def test_a_withheld_value_is_hatched_and_moves_no_band() -> None:
    shown = {"08": 80.0, "75": 90.0}
    svg = fromstring(province_svg({**shown, "01": None}, {"01": "Hà Nội: …"}, ON, "x"))
    shapes = {p.findtext(f"{SVG}title"): (p.get("class"), p.get("fill")) for p in svg.findall(f"{SVG}path")}
    assert shapes["Hà Nội: …"] == ("band-none", "url(#map-hatch)")
    assert svg.find(f".//{SVG}pattern").get("id") == "map-hatch"  # type: ignore[union-attr]  # or the test fails
    labels = [text.text for text in svg.findall(f".//{SVG}g/{SVG}text")]
    assert labels == [*(band.label for band in bands(list(shown.values()))), "chưa có số liệu"]
    codes = units_at(ON, level="commune").filter(parent_code="08")["code"].to_list()[:3]
    drawn = fromstring(commune_svg("08", dict.fromkeys(codes), {}, ON, "x"))
    assert {c.get("class") for c in drawn.findall(f"{SVG}circle")} == {"band-none"}


def test_before_the_reform_the_old_provinces_are_drawn() -> None:
    assert len(fromstring(province_svg({}, {}, dt.date(2025, 6, 30), "x")).findall(f"{SVG}path")) == 63 + 2


def test_a_sheet_stands_alone_with_islands_credit_and_notes() -> None:
    locator = locator_svg("08", ON, "Tuyên Quang")
    here = [p for p in fromstring(locator).findall(f"{SVG}path") if p.get("class") == "map-here"]
    assert len(here) == 1
    notes = ["Số liệu mô phỏng.", "Bản đồ: @svg-maps/vietnam, Stephen Truong, CC BY 4.0"]
    drawing = commune_svg("08", {}, {}, ON, "x")
    sheet = map_sheet(drawing, "Chỉ số & xã", notes, locator=locator, scale=bands([80.0, 90.0]))
    texts = [text.text for text in fromstring(sheet).iter(f"{SVG}text")]
    assert {"Chỉ số & xã", *notes, "Hoàng Sa", "Trường Sa", "80–83 %"} <= set(texts)
    assert draw.png_of(sheet).startswith(b"\x89PNG")


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40))
def test_every_value_lies_in_one_band(values: list[float]) -> None:
    scale = bands(values)
    assert 1 <= len(scale) <= 5
    assert all(sum(band.low <= v < band.high for band in scale) == 1 for v in values)
    assert all(a.high == b.low for a, b in pairwise(scale))
    assert all(int(end) <= 100 for band in scale for end in band.label.removesuffix(" %").split("–"))
