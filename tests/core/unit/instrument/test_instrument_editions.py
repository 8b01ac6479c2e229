"""The shipped editions are what the sources say, and the answer columns are what the other rooms rely on."""

import polars as pl
import pytest

from sipas import instrument
from sipas.errors import SipasError
from sipas.instrument import Edition, editions, load


@pytest.fixture(params=editions())
def edition(request: pytest.FixtureRequest) -> Edition:
    return load(request.param)


def factors(edition: Edition) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node, parent in edition.nodes():
        if node.question is not None:
            found.setdefault(str(parent), []).append(node.question)
    return found


def test_the_three_editions_ship() -> None:
    assert editions() == ("sipas-2017", "sipas-2022", "sipas-2023")


def test_2017_has_five_factors_of_4_5_6_3_4() -> None:
    found = factors(load("sipas-2017"))
    assert list(found) == ["access", "procedures", "officials", "result", "feedback"]
    assert [len(items) for items in found.values()] == [4, 5, 6, 3, 4]


def test_2022_has_the_45_indicators_published() -> None:
    # 33 items + 9 criteria + 2 contents + 1 overall = 45 indicators of satisfaction (SGGP, 2022 results)
    edition = load("sipas-2022")
    levels = [node.level for node, _ in edition.nodes()]
    assert {level: levels.count(level) for level in levels} == {"index": 1, "content": 2, "factor": 9, "item": 33}
    assert [len(items) for items in factors(edition).values()] == [2, 2, 8, 2, 4, 4, 5, 3, 3]
    assert edition.index.rule == "mean_of_children"


def test_2022_has_8_policies_7_experiences_and_9_of_10_priorities() -> None:
    names = [question.name for question in load("sipas-2022").questions()]
    counts = {kind: sum(name.startswith(kind) for name in names) for kind in ("interest_", "experience_", "priority_")}
    assert counts == {"interest_": 8, "experience_": 7, "priority_": 9}


def test_2023_adds_the_ninth_policy_and_marks_what_is_carried_as_recalled() -> None:
    edition = load("sipas-2023")
    marks = {question.name: question.status for question in edition.questions()}
    assert [name for name, status in marks.items() if status == "copy"] == [
        "interest_reform", "policy_reform", "signs", "seats", "equipment",
    ]  # fmt: skip
    assert factors(edition)["access"] == ["signs", "equipment", "seats"]
    assert edition.index.rule == "pooled_answers"
    assert {scale.status for scale in edition.scales} == {"recalled"}


def test_nothing_is_official(edition: Edition) -> None:
    assert {mark.status for mark in instrument.marks(edition)} <= {"copy", "recalled"}


def test_every_item_has_a_gloss_and_a_short_label(edition: Edition) -> None:
    for question in edition.items():
        assert question.text_en
        assert len(question.short_label) <= 80


def test_short_labels_are_unlike(edition: Edition) -> None:
    labels = [question.short_label for question in edition.questions()]
    assert len(set(labels)) == len(labels)


def test_the_index_asks_the_five_levels(edition: Edition) -> None:
    for question in edition.items():
        assert [option.value for option in edition.options(question.name)] == [1, 2, 3, 4, 5]
        assert edition.top_box(question.name) == (4, 5)


def test_rules_are_marked_recalled(edition: Edition) -> None:
    assert {node.rule_status for node, _ in edition.nodes() if node.rule is not None} == {"recalled"}


def test_an_apology_is_asked_only_after_a_late_result() -> None:
    (condition,) = load("sipas-2017").question("apology").relevant
    late = {option.label for option in load("sipas-2017").options("lateness") if option.value in condition.values}
    assert (condition.question, late) == ("lateness", {"Trễ hẹn"})


def test_columns_of_each_kind(written, small) -> None:
    columns = {column.name: column for column in load(written(small)).columns()}
    assert list(columns) == ["late", "sorry", "trips", "wishes_1", "wishes_2", "wishes_8", "wishes_9", "wishes_other",
                             "q1", "q2"]  # fmt: skip
    assert columns["q1"].dtype == pl.Int16
    assert columns["q1"].values == {1: "Không", 2: "Có"}
    assert columns["trips"].dtype == pl.Int32
    assert (columns["wishes_8"].option, columns["wishes_8"].values) == (8, {0: "Không chọn", 1: "Có chọn"})
    assert columns["wishes_8"].label == "Mong đợi: Khác (ghi rõ)"
    assert (columns["wishes_other"].dtype, columns["wishes_other"].option) == (pl.String, 8)


def test_personal_questions_make_no_column() -> None:
    edition = load("sipas-2022")
    personal = {question.name for question in edition.questions() if question.personal}
    assert {"full_name", "email", "phone"} <= personal
    assert not personal & {column.question for column in edition.columns()}


def test_a_long_label_is_cut_at_80(written, small) -> None:
    path = written(small, ("label: Nhanh", f"label: {'Nhanh ' * 20}"))
    label = next(column.label for column in load(path).columns() if column.name == "wishes_1")
    assert len(label) <= 80
    assert label.endswith("…")


def test_unknown_names_are_refused() -> None:
    edition = load("sipas-2017")
    with pytest.raises(SipasError) as question:
        edition.question("nope")
    with pytest.raises(SipasError) as scale:
        edition.scale("nope")
    assert (question.value.code, question.value.got) == ("instrument.question_unknown", "nope")
    assert (scale.value.code, scale.value.expected) == ("instrument.scale_unknown", ["satisfaction"])


def test_notice_counts_what_is_not_official() -> None:
    about = instrument.notice(load("sipas-2017"))
    assert about is not None
    assert {mark.name for mark in about.recalled} >= {"equipment_modern", "trips", "satisfaction", "sipas-2017"}
    assert "seats" in {mark.name for mark in about.copied}
    assert {mark.kind for mark in about.settings} == {"rule", "validity"}
    assert f"{len(about.recalled)} nội dung câu chữ nhớ lại" in about.vi
    assert "recalled" in about.en


def test_a_copy_is_not_called_recalled() -> None:
    edition = load("sipas-2022")
    about = instrument.notice(edition)
    assert not edition.recalled()
    assert about is not None
    assert about.short_vi == "câu chữ theo bản chép"


def test_an_official_edition_needs_no_notice(written, small) -> None:
    edition = load(written(small.replace("status: recalled", "status: official")))
    assert instrument.notice(edition) is None
    assert not edition.recalled()


def test_one_recalled_option_makes_the_edition_recalled(written, small) -> None:
    text = small.replace("status: recalled", "status: official")
    edition = load(written(text, ("{value: 1, label: Nhanh}", "{value: 1, label: Nhanh, status: recalled}")))
    about = instrument.notice(edition)
    assert edition.recalled()
    assert about is not None
    assert [mark.name for mark in about.recalled] == ["wishes.1"]
