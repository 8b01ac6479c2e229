from __future__ import annotations

import polars as pl

from sipas.reporting import gather_draw, gather_field, gather_national, gather_weighting


def cases() -> pl.DataFrame:
    rows = [
        ("Sở A", "1.1", "I", True, True, "paper", None),
        ("Sở A", "1.2", "P", True, True, "web", None),
        ("Sở B", "2.12", "R", True, False, "paper", None),
        ("Sở B", "2.11", "R", False, False, "paper", "K9"),
        ("Sở B", "1.1", "I", True, True, "paper", None),
    ]
    names = ["agency", "disposition", "group", "returned", "valid", "mode", "replaced_by"]
    return pl.DataFrame(rows, schema=names, orient="row")


def test_field_figures_are_counted_from_the_dispositions() -> None:
    field = gather_field(cases(), "agency")
    assert (field.issued, field.returned, field.valid, field.replacements) == (5, 4, 3, 1)
    assert dict(field.by_unit.select("domain", "valid").iter_rows()) == {"Sở A": 2, "Sở B": 1}
    assert dict(field.rates.iter_rows())["RR1"] == 2 / 5
    assert field.dispositions["code"].to_list() == ["1.1", "1.2", "2.11", "2.12"]
    assert field.dispositions["cases"].sum() == 5
    assert dict(field.modes.iter_rows()) == {"Phiếu giấy": 2, "Trực tuyến": 1}


def test_the_published_line_keeps_its_two_series() -> None:
    line = gather_national()
    assert {f.series for f in line if f.year <= 2021} == {"sipas-transactions"}
    assert {f.series for f in line if f.year >= 2022} == {"sipas-residents"}
    assert {f.year: f.percent for f in line}[2024] == 83.94
    assert all(f.source for f in line)


def test_weighting_lines_keep_their_order() -> None:
    report = pl.DataFrame({
        "step": ["base", "final"],
        "sum": [100.0, 100.0],
        "min": [1.0, 0.8],
        "max": [2.0, 3.1],
        "deff": [1.1, 1.3],
    })
    lines = gather_weighting(report)
    assert [(x.step, x.most, x.design_effect) for x in lines] == [
        ("Quyền số gốc", 2.0, 1.1),
        ("Sau khi chặn quyền số lớn (quyền số cuối cùng)", 3.1, 1.3),
    ]


def test_the_certificate_tells_every_draw() -> None:
    certificate = {
        "frame": {"sha256": "aa", "rows": 10},
        "sample": {"sha256": "bb", "official": 4, "reserve": 3},
        "seed": {"sha256": "cc", "parts": [{"name": "MTTQ tỉnh", "text": "hoa ban"}]},
        "draws": {"trials": 2, "redraws": 1},
        "rule": ["Câu một.", "Câu hai."],
    }
    draw = gather_draw(certificate)
    assert (draw.draws, draw.frame_size, draw.sample_size, draw.reserve_size) == (4, 10, 4, 3)
    assert draw.public_texts == ("MTTQ tỉnh: hoa ban",)
    assert draw.rule == ("Câu một.", "Câu hai.")
