from __future__ import annotations

from dataclasses import replace

import polars as pl
from reporting_example import AGENCIES, HIDDEN, example

from sipas.reporting import Document, ReportInputs, Target, build_letter, build_report
from sipas.reporting import blocks as b
from sipas.reporting.contents.phrases import target_verdict, verdict
from sipas.reporting.contents.ranking import halves
from sipas.reporting.figures import Value, read


def value(**given: object) -> Value:
    nothing = dict.fromkeys(Value.__slots__)
    return Value(**{**nothing, "domain": "", "node": "index", "suppressed": False, **given})  # type: ignore[arg-type] # test


def texts(document: Document) -> str:
    found: list[str] = []
    for block in document.blocks:
        match block:
            case b.Paragraph():
                found.append("".join(run.text for run in block.runs))
            case b.BulletList():
                found += block.entries
            case b.Heading() | b.Notice() | b.Note():
                found.append(block.text)
            case b.Table() | b.Figure():
                found += [block.caption, block.note]
            case _:
                pass
    return "\n".join(found)


def table(document: Document, words: str) -> b.Table:
    return next(t for t in document.blocks if isinstance(t, b.Table) and words in t.caption)


def test_only_the_interval_decides_on_a_target() -> None:
    target = Target("x", "index", 85.0)
    told = [target_verdict(value(low=low, high=high), target) for low, high in ((85, 90), (80, 84.9), (84.9, 86))]
    assert told == ["Đạt", "Chưa đạt", "Chưa đủ căn cứ"]
    assert target_verdict(value(low=80.0, high=85.0), target) == "Chưa đủ căn cứ"
    assert target_verdict(None, target) == "Chưa đủ căn cứ"


def test_a_change_is_claimed_only_without_zero_in_its_interval() -> None:
    told = [verdict(value(change_low=low, change_high=high)) for low, high in ((0.1, 3), (-3, -0.1), (-1, 1), (0, 2))]
    assert told == ["Tăng", "Giảm", "Chưa đủ căn cứ", "Chưa đủ căn cứ"]


def test_halves_name_only_units_that_surely_stand_there() -> None:
    units = [value(domain=d, rank_low=low, rank_high=high, ranked=10) for d, low, high in (("a", 1, 5), ("b", 1, 6))]
    units += [value(domain=d, rank_low=low, rank_high=high, ranked=10) for d, low, high in (("c", 6, 10), ("d", 5, 9))]
    upper, lower = halves(units)
    assert ([v.domain for v in upper], [v.domain for v in lower]) == (["a"], ["c"])


def test_no_unit_is_in_both_halves_and_the_middle_of_an_odd_number_in_neither() -> None:
    units = [value(domain=str(k), rank_low=k, rank_high=k, ranked=5) for k in range(1, 6)]
    upper, lower = halves(units)
    assert ([v.domain for v in upper], [v.domain for v in lower]) == (["1", "2"], ["4", "5"])


def test_many_targets_of_units_are_counted_and_stand_in_the_table(inputs: ReportInputs) -> None:
    given = [Target(f"Chỉ tiêu, {agency}", "index", 85.0, "agency", agency) for agency in AGENCIES]
    report = build_report(replace(inputs, targets=(inputs.targets[0], *given)))
    (counted,) = [line for line in texts(report).split("\n") if "chỉ tiêu giao cho từng đơn vị" in line]
    judged = len(AGENCIES) - 1  # one is withheld
    assert counted.startswith(f"Trong {judged} ")
    parts = [int(part.split()[0]) for part in counted.split(": ", 1)[1].split(", ")]
    assert sum(parts) == judged
    assert "Chỉ tiêu, " not in texts(report)
    assert len(table(report, "Đối chiếu với chỉ tiêu").rows) == 1 + len(AGENCIES)
    hidden = [row for row in table(report, "Đối chiếu với chỉ tiêu").rows if HIDDEN in row[0]]
    assert all(not any(c.isdigit() for c in "".join(row[2:5])) for row in hidden)


def test_the_report_has_every_part_of_the_published_reports(report: Document) -> None:
    heads = [block.text for block in report.blocks if isinstance(block, b.Heading) and block.level == 1]
    assert [head.split(". ", 1)[0] for head in heads] == ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"]
    for words in ("PHƯƠNG PHÁP", "PHIẾU", "ĐẶC ĐIỂM", "NHẬN ĐỊNH", "HÀI LÒNG", "XẾP HẠNG", "THAY ĐỔI", "SO SÁNH"):
        assert any(words in head for head in heads), words
    assert any("MONG ĐỢI" in head for head in heads)
    assert any("KIẾN NGHỊ" in head for head in heads)


def test_every_closed_question_of_the_edition_is_told(inputs: ReportInputs, report: Document) -> None:
    shown = "\n".join(cell for t in report.blocks if isinstance(t, b.Table) for row in t.rows for cell in row)
    for question in inputs.edition.questions():
        if question.kind != "text":
            assert question.text in shown, question.name


def test_every_table_and_figure_of_results_has_its_note(report: Document) -> None:
    for block in report.blocks:
        if isinstance(block, (b.Table, b.Figure)):
            assert block.note, block.caption


def test_simulated_and_recalled_are_said_on_the_first_page_and_beside_the_tables(report: Document) -> None:
    notices = [block.text for block in report.blocks if isinstance(block, b.Notice)]
    assert any("MÔ PHỎNG" in text for text in notices)
    assert any("nhớ lại" in text and "† là câu chữ ghi lại theo trí nhớ" in text for text in notices)
    assert report.mark == "MÔ PHỎNG"
    assert report.title.startswith("[MÔ PHỎNG]")
    assert "†: câu chữ ghi lại theo trí nhớ" in table(report, "từng tiêu chí").note
    assert all("mô phỏng" in block.note for block in report.blocks if isinstance(block, b.Table))


def test_published_national_figures_are_never_marked_as_simulated(report: Document) -> None:
    figures = [block for block in report.blocks if isinstance(block, b.Figure)]
    assert [("title" in f.spec) for f in figures] == [not f.published for f in figures]
    assert sum(f.published for f in figures) == 1


def test_real_data_carry_no_mark(inputs: ReportInputs) -> None:
    real = build_report(replace(inputs, simulated=False))
    assert real.mark == ""
    assert "mô phỏng" not in texts(real).lower()


def test_a_suppressed_unit_is_shown_without_a_number(report: Document) -> None:
    rows = {row[1]: row for row in table(report, "Xếp hạng").rows}
    assert len(rows) == len(AGENCIES)
    assert set(rows[HIDDEN]) == {HIDDEN, "–*"}
    assert "không công bố" in table(report, "Xếp hạng").note
    assert "–*" not in table(report, "Tình hình phát").note


def test_hidden_figures_are_in_no_sentence_and_no_chart(report: Document) -> None:
    assert HIDDEN not in texts(report)
    drawn = [
        row["name"]
        for f in report.blocks
        if isinstance(f, b.Figure)
        for row in f.spec["data"]["values"]
        if "name" in row
    ]
    assert HIDDEN not in drawn


def test_tables_and_figures_are_numbered_in_order(report: Document) -> None:
    for kind, word in ((b.Table, "Bảng"), (b.Figure, "Hình")):
        captions = [block.caption for block in report.blocks if isinstance(block, kind)]
        assert [c.split(".", 1)[0] for c in captions] == [f"{word} {k}" for k in range(1, len(captions) + 1)]


def test_units_with_one_value_stand_in_vietnamese_order(inputs: ReportInputs) -> None:
    same = inputs.index.with_columns(percent=pl.when("suppressed").then(None).otherwise(pl.lit(80.0)))
    order = [v.domain for v in read(replace(inputs, index=same)).domains("agency", "index")]
    assert order.index("Sở Dân tộc và Tôn giáo") > order.index("Sở Công Thương")
    assert order.index("Ủy ban nhân dân xã Đồng Văn") > order.index("Ủy ban nhân dân xã Chiêm Hóa")
    assert order.index("Sở Y tế") < order.index("Ủy ban nhân dân phường An Tường")


def test_the_letter_is_a_draft_with_subject_addressees_and_no_type(inputs: ReportInputs) -> None:
    letter = build_letter(inputs)
    head = next(block for block in letter.blocks if isinstance(block, b.Letterhead))
    assert (head.agency, head.number, head.draft) == ("SỞ NỘI VỤ", "…/SNV-CCHC", True)
    assert head.subject.startswith("V/v ")
    assert not any(isinstance(block, b.Title) for block in letter.blocks)
    assert any(isinstance(block, b.Addressees) for block in letter.blocks)
    assert "./." in texts(letter)


def test_the_residents_edition_is_told_too() -> None:
    document = build_report(example("sipas-2022"))
    assert "người dân tổ" not in texts(document)
    assert "Cây chỉ số gồm 2 nội dung, 9 yếu tố, 33 tiêu chí" in texts(document)


def test_the_same_inputs_give_the_same_document() -> None:
    assert build_report(example()) == build_report(example())


def test_forms_stand_in_vietnamese_order_with_their_sum_last(report: Document) -> None:
    names = [row[0] for row in table(report, "Tình hình phiếu theo").rows]
    assert names[-1] == "Tổng số"
    assert names.index("Ủy ban nhân dân xã Đồng Văn") < names.index("Ủy ban nhân dân xã Hoàng Su Phì")
    assert names.index("Ủy ban nhân dân phường Bình Thuận") > names.index("Ủy ban nhân dân phường An Tường")


def test_many_units_are_ranked_in_the_table_without_a_chart_of_places() -> None:
    many = tuple(f"Ủy ban nhân dân xã {k}" for k in range(71))
    document = build_report(example(agencies=many))
    assert len(table(document, "Xếp hạng").rows) == 71
    assert not any(isinstance(x, b.Figure) and "hạng có thể" in x.caption for x in document.blocks)
    bars = [x for x in document.blocks if isinstance(x, b.Figure) and "theo cơ quan" in x.caption]
    assert sum(len(x.data.rows) for x in bars) == 70
    assert [x.caption[-5:] for x in bars] == ["(1/2)", "(2/2)"]


def test_a_document_is_a_draft_until_it_has_its_number(inputs: ReportInputs) -> None:
    numbered = replace(inputs, title=replace(inputs.title, report_number="123", letter_number="45"))
    for build, number in ((build_report, "123"), (build_letter, "45")):
        draft, final = build(inputs), build(numbered)
        assert draft.draft
        assert not final.draft
        heads = [block for block in final.blocks if isinstance(block, b.Letterhead)]
        assert heads[0].number.startswith(f"{number}/")
        assert next(block for block in draft.blocks if isinstance(block, b.Letterhead)).number.startswith("…/")


def test_first_and_last_are_named_only_where_no_other_could_hold_the_place(inputs: ReportInputs) -> None:
    ranks = read(inputs).domains("agency", "index")
    (line,) = [line for line in texts(build_report(inputs)).split("\n") if "đơn vị được xếp hạng" in line]
    shown = [v for v in ranks if v.rank_low is not None]
    last = max(v.rank_high or 0 for v in shown)
    for place, could in (
        ("đứng đầu", [v for v in shown if v.rank_low == 1]),
        ("đứng cuối", [v for v in shown if v.rank_high == last]),
    ):
        if len(could) > 1:
            assert f"{len(could)} đơn vị cùng có thể {place}" in line
        elif could:
            assert f"{place} (" in line
    apart = pl.col("domain").replace_strict({a: k + 1 for k, a in enumerate(AGENCIES)}, default=None)
    own = pl.col("domain_kind") == "agency"
    sure = inputs.index.with_columns(
        *(
            pl.when(own & pl.col(c).is_not_null()).then(apart).otherwise(pl.col(c)).cast(pl.Int64).alias(c)
            for c in ("rank_low", "rank_high")
        )
    )
    (line,) = [x for x in texts(build_report(replace(inputs, index=sure))).split("\n") if "đơn vị được xếp hạng" in x]
    assert line.count(" (") >= 1
    assert "cùng có thể" not in line
