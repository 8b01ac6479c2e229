from __future__ import annotations

import colorsys
from itertools import pairwise
from typing import Any

import altair
import pytest
from lxml import etree

from sipas.reporting import Document
from sipas.reporting import blocks as b
from sipas.reporting.charts import draw
from sipas.reporting.charts.dots import dots
from sipas.reporting.charts.quadrants import quadrants
from sipas.reporting.charts.series import national_line
from sipas.reporting.charts.stacked import shades
from sipas.reporting.charts.theme import window, wrap

SVG = "{http://www.w3.org/2000/svg}"


def figures(report: Document) -> list[b.Figure]:
    return [block for block in report.blocks if isinstance(block, b.Figure)]


def test_every_chart_is_valid_vega_lite(report: Document) -> None:
    for figure in figures(report):
        altair.Chart.from_dict(dict(figure.spec), validate=True)


def test_charts_are_drawn_with_the_shipped_font_and_decimal_commas(report: Document) -> None:
    for figure in figures(report):
        tree = etree.fromstring(draw.svg(figure.spec).encode())
        texts = list(tree.iter(f"{SVG}text"))
        assert texts
        assert {t.get("font-family") for t in texts} == {"Be Vietnam Pro"}
        words = ["".join(t.itertext()) for t in texts]
        assert not [w for w in words if w.replace(".", "").isdigit() and "." in w]


def test_axes_carry_titles_with_units(report: Document) -> None:
    for figure in figures(report):
        words = "".join(etree.fromstring(draw.svg(figure.spec).encode()).itertext())
        assert "(%)" in words or "Hạng" in words


@pytest.mark.parametrize("levels", [2, 3, 4, 5])
def test_the_order_of_the_answers_survives_a_grey_printer(levels: int) -> None:
    grey = [colorsys.rgb_to_hls(*(int(c[k : k + 2], 16) / 255 for k in (1, 3, 5)))[1] for c in shades(levels)]
    assert all(before - after > 0.1 for before, after in pairwise(grey))


def test_no_line_is_drawn_across_a_break() -> None:
    years = [(2020, "a", 85.48), (2021, "a", 87.16), (2022, "b", 80.08), (2023, "b", 82.66)]
    rows = [{"year": y, "series": s, "percent": p} for y, s, p in years]
    spec = national_line(rows, [(2021.5, "đổi phương pháp")], "Tỷ lệ (%)")
    tree = etree.fromstring(draw.svg(spec).encode())
    lines = [g for g in tree.iter(f"{SVG}g") if "mark-line" in g.get("class", "")]
    paths = [p.get("d") for g in lines for p in g.iter(f"{SVG}path")]
    assert len(paths) == 2
    xs = [[float(point.split(",")[0]) for point in path.replace("M", "").split("L")] for path in paths]
    assert max(xs[0]) < min(xs[1])
    assert "đổi phương pháp" in "".join(tree.itertext())


def test_the_national_line_of_the_report_keeps_its_series_apart(report: Document) -> None:
    (figure,) = (f for f in figures(report) if f.published)
    series: dict[str, list[int]] = {}
    for row in figure.spec["data"]["values"]:
        series.setdefault(row["series"], []).append(row["year"])
    assert sorted(series.values()) == [[2017, 2018, 2019, 2020, 2021], [2022, 2023, 2024]]


def test_a_drawing_does_not_depend_on_what_was_drawn_before(report: Document) -> None:
    first, second = figures(report)[:2]
    alone = draw.svg(first.spec)
    draw._drawn.cache_clear()
    draw.svg(second.spec)
    assert draw.svg(first.spec) == alone


def test_prefixes_keep_ids_of_several_drawings_apart(report: Document) -> None:
    spec = dict(figures(report)[0].spec)
    spec["layer"] = [{**spec["layer"][0], "mark": {"type": "bar", "clip": True}}]
    ids = [set(etree.fromstring(draw.svg(spec, prefix=p).encode()).xpath("//@id")) for p in ("a", "b")]
    assert ids[0]
    assert not ids[0] & ids[1]


@pytest.mark.parametrize(
    ("values", "ends"), [([84.2, 91.7], (80.0, 95.0)), ([None], (0.0, 100.0)), ([0.5, 99.9], (0.0, 100.0))]
)
def test_the_window_of_a_dot_chart_holds_every_value(values: list[Any], ends: tuple[float, float]) -> None:
    assert window(values) == ends


def test_long_names_are_wrapped_to_two_lines() -> None:
    name = "Ban Quản lý các khu công nghiệp tỉnh và các cửa khẩu quốc tế trên địa bàn tỉnh"
    assert wrap(name, 40) == "Ban Quản lý các khu công nghiệp tỉnh và\ncác cửa khẩu quốc tế trên địa bàn tỉnh"
    assert wrap(name, 20).count("\n") == 1
    assert wrap(name, 20).endswith("…")


def test_the_quadrants_hold_every_item_between_its_intervals() -> None:
    ends = {"low": 80.0, "high": 90.0, "importance_low": 2.0, "importance_high": 9.0}
    rows: list[dict[str, Any]] = [
        {"mark": str(k), "percent": 82.0 + k, "importance": 3.0 + k, **ends} for k in range(3)
    ]
    rows.append({**rows[0], "mark": "9", "low": None, "high": None})
    words = ("Làm trước", "Giữ vững", "Làm sau", "Giữ như hiện nay")
    spec = quadrants(rows, (84.0, 4.5), ("Tỷ lệ (%)", "Mức quan trọng (%)"), words)
    altair.Chart.from_dict(spec, validate=True)
    told = ["".join(t.itertext()) for t in etree.fromstring(draw.svg(spec).encode()).iter(f"{SVG}text")]
    assert {"0", "1", "2", "9", *words} <= set(told)


def test_a_target_of_a_row_is_marked_and_strikes_no_figure_through() -> None:
    rows = [
        {"name": "Sở A", "percent": 81.0, "low": 75.0, "high": 87.0, "target": 88.0},
        {"name": "Sở B", "percent": 81.0, "low": 75.0, "high": 87.0, "target": 70.0},
    ]
    spec = dots(rows, "Tỷ lệ (%)")
    altair.Chart.from_dict(spec, validate=True)
    assert [row["label_at"] for row in spec["data"]["values"]] == [88.0, 87.0]
    assert sum(layer["mark"]["type"] == "tick" for layer in spec["layer"]) == 1
    plain = dots([{k: v for k, v in row.items() if k != "target"} for row in rows], "Tỷ lệ (%)")
    assert not [layer for layer in plain["layer"] if layer["mark"]["type"] == "tick"]
