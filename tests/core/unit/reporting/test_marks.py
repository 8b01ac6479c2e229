"""Marks of wording and of regions, years without a value, names of domains."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import polars as pl
import pytest
from reporting_example import AGENCIES, DEPARTMENTS, NATIONAL, example

from sipas.instrument import load, notice
from sipas.reporting import Document, NationalFigure, ReportInputs, build_letter, build_report, gather_national
from sipas.reporting import blocks as b
from sipas.reporting.contents.phrases import LEGENDS, wording_notice
from sipas.reporting.figures import read
from sipas.reporting.sheets import sheets

EDITIONS = ("sipas-2017", "sipas-2022", "sipas-2023")


def shown(block: b.Table | b.Figure) -> str:
    table = block if isinstance(block, b.Table) else block.data
    return "".join([*(c.title for c in table.columns), *(cell for row in table.rows for cell in row)])


def tables(document: Document) -> list[b.Table | b.Figure]:
    return [block for block in document.blocks if isinstance(block, (b.Table, b.Figure))]


@pytest.mark.parametrize("name", EDITIONS)
def test_every_document_carries_the_notice_of_its_edition(name: str) -> None:
    inputs = example(name)
    told = notice(inputs.edition)
    assert told is not None
    for document in (build_report(inputs), build_letter(inputs)):
        boxes = [block.text for block in document.blocks if isinstance(block, b.Notice)]
        assert any(text.startswith(told.vi) for text in boxes)


@pytest.mark.parametrize("name", EDITIONS)
def test_a_legend_stands_exactly_where_its_mark_occurs(name: str) -> None:
    document = build_report(example(name))
    for block in tables(document):
        for mark, words in LEGENDS.items():
            assert (mark in shown(block)) == (f"{mark}: {words}" in block.note), block.caption


@pytest.mark.parametrize("name", EDITIONS)
def test_nodes_bear_the_mark_of_their_status(name: str) -> None:
    inputs = example(name)
    document = build_report(inputs)
    items = next(t for t in tables(document) if isinstance(t, b.Table) and "theo từng tiêu chí" in t.caption)
    mark = {"recalled": "†", "copy": "‡", "official": ""}
    assert [row[0] for row in items.rows] == [n.title + mark[n.status] for n, _ in inputs.edition.nodes()]


def test_an_edition_of_copies_alone_has_no_dagger() -> None:
    document = build_report(example("sipas-2022"))
    assert "‡" in "".join(map(shown, tables(document)))
    assert "†" not in "".join(map(shown, tables(document)))


def test_the_notice_names_only_marks_that_are_used() -> None:
    told = wording_notice(load("sipas-2022"))
    assert "‡ là câu chữ theo bản chép" in told
    assert "†" not in told


def test_years_without_a_national_value_are_told_and_not_drawn(inputs: ReportInputs) -> None:
    given = (NationalFigure(2015, "transactions", None, "thí điểm"), *NATIONAL)
    document = build_report(replace(inputs, national=given))
    line = next(x for x in tables(document) if isinstance(x, b.Figure) and x.published)
    assert [row["year"] for row in line.spec["data"]["values"]] == [f.year for f in NATIONAL]
    assert line.data.rows[0][:3] == ("2015", "–", "–")
    assert "Năm 2015 chỉ thí điểm tại 10 tỉnh" in line.note
    assert "năm 2016 không tìm thấy số liệu công bố" in line.note
    assert "2015–2024" in line.alt


def test_the_shipped_line_begins_with_the_pilot_of_2015() -> None:
    years = {f.year: f.percent for f in gather_national()}
    assert years[2015] is None
    assert [year for year, percent in years.items() if percent is not None] == list(range(2017, 2025))


def test_no_published_year_has_a_value(inputs: ReportInputs) -> None:
    document = build_report(replace(inputs, national=(NationalFigure(2015, "transactions", None, ""),)))
    assert not any(isinstance(x, b.Figure) and x.published for x in tables(document))


def attributed(inputs: ReportInputs) -> ReportInputs:
    place = [k % 2 for k in range(len(AGENCIES))]
    units = inputs.units.with_columns(
        pl.Series("class", ["Loại I" if p else "Loại II" for p in place]),
        pl.Series("region", ["Đông Nam Bộ" if p else "Tây Nguyên" for p in place]),
        pl.Series("region_status", ["page" if p else "recalled" for p in place]),
        pl.Series("kind", ["Sở, ban, ngành" if a in DEPARTMENTS else "Xã, phường" for a in AGENCIES]),
    )
    return replace(inputs, units=units)


def test_units_are_compared_by_class_region_kind_and_level(inputs: ReportInputs) -> None:
    document = build_report(attributed(inputs))
    found = {t.caption.split(". ", 1)[1]: t for t in tables(document) if "cao nhất trong nhóm" in t.caption}
    words = ("loại đơn vị hành chính", "vùng", "nhóm đơn vị", "cấp")
    assert list(found) == [f"Cơ quan theo {w}: thấp nhất và cao nhất trong nhóm" for w in words]
    regions = found[f"Cơ quan theo {words[1]}: thấp nhất và cao nhất trong nhóm"]
    assert isinstance(regions, b.Table)
    assert [row[0] for row in regions.rows] == ["Đông Nam Bộ", "Tây Nguyên§"]
    assert "§: phân vùng ghi lại theo trí nhớ" in regions.note
    assert sum(int(row[1]) for row in regions.rows) == len(AGENCIES) - 1  # the hidden unit is in no group


@pytest.mark.parametrize("kind", ["region", "class", "kind"])
def test_a_kind_of_the_index_gets_its_own_comparison(inputs: ReportInputs, kind: str) -> None:
    index = inputs.index.with_columns(domain_kind=pl.col("domain_kind").replace("field", kind))
    names = index.filter(pl.col("domain_kind") == kind)["domain"].unique().sort().to_list()
    status = {"domain_kind": kind, "domain": names, "label": names, "region_status": "recalled"}
    units = pl.concat([inputs.units, pl.DataFrame(status)], how="diagonal")
    document = build_report(replace(inputs, index=index, units=units))
    words = {"region": "vùng", "class": "loại đơn vị hành chính", "kind": "nhóm đơn vị"}[kind]
    found = next(t for t in tables(document) if t.caption.endswith(f"Chỉ số hài lòng theo {words}"))
    assert isinstance(found, b.Table)
    assert {row[0].removesuffix("§") for row in found.rows} == set(names)
    assert all(row[0].endswith("§") for row in found.rows) == (kind == "region")


def test_an_answer_that_makes_domains_gives_them_their_names() -> None:
    inputs = example("sipas-2022")
    index = inputs.index.with_columns(domain_kind=pl.col("domain_kind").replace("field", "gender")).with_columns(
        domain=pl.when(pl.col("domain_kind") == "gender").then(pl.lit("1")).otherwise("domain")
    )
    figures = read(replace(inputs, index=index))
    assert figures.label("gender", "1") == inputs.edition.options("gender")[0].label
    assert figures.kind_label("gender") == "giới tính"
    assert figures.label("respondent_kind", "person") == "Cá nhân"


def test_sheets_explain_their_marks() -> None:
    inputs = example("sipas-2022")
    marked = [s.name for s in sheets(read(inputs)) if any("‡" in c for r in s.rows for c in r if isinstance(c, str))]
    assert {"Chỉ số", "Tiêu chí", "Câu hỏi"} <= set(marked)


def test_names_of_domains_are_light_to_import() -> None:
    code = "import sys, sipas.reporting.domain_labels; print([m for m in ('typst', 'polars') if m in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert told.strip() == "[]"


def test_the_last_recommendation_stays_with_the_signature(report: Document) -> None:
    place = next(k for k, block in enumerate(report.blocks) if isinstance(block, b.Signature))
    before = report.blocks[place - 2]
    assert isinstance(before, b.BulletList)
    assert before.keep_last
    assert report.blocks[place - 1] == b.paragraph(
        "Trên đây là báo cáo kết quả đo lường sự hài lòng tỉnh Tuyên Quang năm 2026./."
    )
