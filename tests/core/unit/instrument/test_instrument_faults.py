"""Each fault of an edition file is named with its code, its node, its line and what was expected."""

import pytest

from sipas.errors import SipasError
from sipas.instrument import check, load

Q1 = "{name: q1, kind: scale, role: item, scale: hai,"
ONE = [
    ("minimum_cell: 5", "minimum_cell: 0", "instrument.minimum_cell", "minimum_cell"),
    ("minimum_cell: 5", "minimum_cell: '5'", "instrument.not_a_whole_number", "minimum_cell"),
    ("minimum_cell: 5", "minimum_cel: 5", "instrument.field_unknown", "minimum_cel"),
    ("minimum_cell: 5", "qqq: 5", "instrument.field_unknown_without_like", "qqq"),
    ("year: 2026", "year: 26", "instrument.year", "year"),
    ("name: nho", "name: Nhỏ", "instrument.edition_name", "name"),
    ("title: Phiếu nhỏ", "title: ''", "instrument.not_text", "title"),
    ("title: Phiếu nhỏ", 'title: "Phiếu\\x01"', "instrument.control_character", "title"),
    ("title: Phiếu nhỏ", "title: 2026-01-01", "instrument.not_text", "title"),
    ("population: transactions", "population: all", "instrument.choice", "population"),
    ("share: 0.5", "share: 50", "instrument.share", "validity.least_items_share"),
    ("share: 0.5", "share: half", "instrument.not_a_number", "validity.least_items_share"),
    ("share: 0.5", "share: 0.5, required: [q9]", "instrument.question_unknown", "validity.required[0]"),
    ("share: 0.5", "share: 0.5, required: [who]", "instrument.question_unknown", "validity.required[0]"),
    ("top_box: [2]", "top_box: [3]", "instrument.top_box", "scales[0].top_box[0]"),
    ("top_box: [2]", "top_box: 2", "instrument.not_a_list", "scales[0].top_box"),
    ("{value: 2, label: Có}\nsections", "{value: 1, label: Có}\nsections", "instrument.value_repeated",
     "scales[0].options[1].value"),
    ("      - {value: 2, label: Có}\n", "", "instrument.options_few", "scales[0].options"),
    ("{value: 1, label: Không}\n", "{value: 1, label: Không, specify: true}\n", "instrument.scale_option",
     "scales[0].options[0]"),
    ("name: dau", "name: cham", "instrument.name_repeated", "sections[1].name"),
    ("name: q2", "name: q1", "instrument.name_repeated", "sections[1].questions[1].name"),
    ("name: late", "name: Late", "instrument.name", "sections[0].questions[0].name"),
    ("scale: hai,", "scale: ba,", "instrument.scale_unknown", "sections[1].questions[0].scale"),
    (Q1, "{name: q1, kind: text, role: item,", "instrument.item_kind", "sections[1].questions[0].kind"),
    (Q1, "{name: q1, kind: scale, role: fact, scale: hai,", "instrument.leaf_role", "index.children[0].question"),
    (Q1, Q1 + " personal: true,", "instrument.personal_item", "sections[1].questions[0].personal"),
    (Q1, Q1 + " asked_of: [],", "instrument.asked_of", "sections[1].questions[0].asked_of"),
    (Q1, Q1 + " low: 1,", "instrument.limit_out_of_place", "sections[1].questions[0].low"),
    (Q1, Q1 + " most: 1,", "instrument.limit_out_of_place", "sections[1].questions[0].most"),
    (Q1, Q1 + " required: 1,", "instrument.not_true_false", "sections[1].questions[0].required"),
    (Q1, Q1 + " options: [{value: 1, label: A}],", "instrument.options_out_of_place",
     "sections[1].questions[0].options"),
    ("kind: integer,", "kind: integer, scale: hai,", "instrument.scale_out_of_place", "sections[0].questions[2].scale"),
    ("low: 1, high: 20", "low: 21, high: 20", "instrument.limits_crossed", "sections[0].questions[2].high"),
    ("most: 2", "most: 5", "instrument.most", "sections[0].questions[3].most"),
    ("{value: 2, label: Rẻ}", "{value: 2, label: Rẻ, specify: true}", "instrument.specify_twice",
     "sections[0].questions[3].options"),
    ("{value: 2, label: Rẻ}", "{value: 40000, label: Rẻ}", "instrument.value_range",
     "sections[0].questions[3].options[1].value"),
    ("options: [{value: 1, label: Có}", "options: [{value: 1, label: Có, exclusive: true}", "instrument.exclusive",
     "sections[0].questions[0].options[0].exclusive"),
    ("question: late", "question: later", "instrument.routing_unknown",
     "sections[0].questions[1].relevant[0].question"),
    ("question: late", "question: q1", "instrument.routing_later", "sections[0].questions[1].relevant[0].question"),
    ("question: late", "question: sorry", "instrument.routing_later", "sections[0].questions[1].relevant[0].question"),
    ("values: [1]", "values: [7]", "instrument.routing_values", "sections[0].questions[1].relevant[0].values[0]"),
    ("values: [1]", "values: []", "instrument.routing_without_values", "sections[0].questions[1].relevant[0].values"),
    ("most: 2,", "most: 2, relevant: [{question: trips, values: [1]}],", "instrument.routing_kind",
     "sections[0].questions[3].relevant[0].question"),
    ("name: late", "name: wishes_1", "instrument.routing_unknown", "sections[0].questions[1].relevant[0].question"),
    ("name: trips", "name: wishes_2", "instrument.column_repeated", "sections[0].questions[2].name"),
    ("name: trips", "name: case_id", "instrument.column_reserved", "sections[0].questions[2].name"),
    ("name: trips", "name: section_x", "instrument.column_reserved", "sections[0].questions[2].name"),
    ("name: wishes", "name: wishes_that_are_much_too_long", "instrument.column_long", "sections[0].questions[3].name"),
    ("short_label: Một", f"short_label: {'x' * 81}", "instrument.label_long", "sections[1].questions[0].short_label"),
    ("- question: q2", "- question: q9", "instrument.field_missing", "index.children[1]"),
    ("- question: q2", "- question: q1", "instrument.leaf_repeated", "index.children[1].question"),
    ("- question: q2", "- {question: q2, rule: pooled_answers}", "instrument.leaf_with_children", "index.children[1]"),
    ("- question: q2", "- {name: x, level: item, title: X, status: copy, source: s}",
     "instrument.leaf_without_question", "index.children[1]"),
    ("    - question: q2\n", "", "instrument.weights_count", "index.weights"),
    ("    - question: q2\n", "", "instrument.item_outside_tree", "sections[1].questions[1].role"),
    ("weights: [0.3, 0.7]", "weights: [0.3, 0.6]", "instrument.weights_sum", "index.weights"),
    ("weights: [0.3, 0.7]", "weights: [-0.3, 1.3]", "instrument.weights_sum", "index.weights"),
    ("weights: [0.3, 0.7]", "weights: [0.3]", "instrument.weights_count", "index.weights"),
    ("rule: fixed_weights", "rule: pooled_answers", "instrument.weights_out_of_place", "index.weights"),
    ("  rule: fixed_weights\n  weights: [0.3, 0.7]\n", "", "instrument.rule_missing", "index.rule"),
    ("top_box: [2]", "top_box: [1, 2]", "instrument.leaf_scale", "index.children[0].question"),
    ("top_box: [2]", "top_box: []", "instrument.leaf_scale", "index.children[0].question"),
    ("title: Phần đầu", "title: Phần đầu\n    title: Phần", "intake.yaml_key_repeated", "sections[0].title"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "node"), ONE, ids=[f"{o[2]}-{i}" for i, o in enumerate(ONE)])
def test_a_fault_is_named_with_its_node(written, small, old, new, code, node) -> None:
    faults = check(written(small, (old, new)))
    assert (code, node) in {(fault.code, fault.place.node) for fault in faults}
    assert all(fault.place.file == "nho.yaml" and fault.place.row for fault in faults)


def test_the_small_edition_is_good(written, small) -> None:
    assert check(written(small)) == []


def test_the_line_is_the_line_of_the_node(written, small) -> None:
    (fault,) = check(written(small, ("minimum_cell: 5", "minimum_cell: 0")))
    assert fault.place.row == small.splitlines().index("minimum_cell: 5") + 1


def test_what_was_expected_is_data(written, small) -> None:
    (fault,) = check(written(small, ("population: transactions", "population: all")))
    assert sorted(fault.expected) == ["residents", "transactions"]
    (fault,) = check(written(small, ("most: 2", "mots: 2")))
    assert fault.hint == ["most"]


def test_all_faults_come_at_once_shape_and_meaning_together(written, small) -> None:
    changes = [
        ("minimum_cell: 5", "minimum_cell: no"),  # YAML reads no as false: a fault of shape
        ("values: [1]", "values: [7]"),
        ("short_label: Một", f"short_label: {'x' * 81}"),
        ("weights: [0.3, 0.7]", "weights: [0.3, 0.6]"),
    ]
    faults = check(written(small, *changes))
    assert [fault.code for fault in faults] == [
        "instrument.not_a_whole_number", "instrument.routing_values", "instrument.label_long", "instrument.weights_sum",
    ]  # fmt: skip
    assert [fault.place.row for fault in faults] == sorted(fault.place.row for fault in faults)


def test_load_raises_the_first_and_tells_how_many(written, small) -> None:
    path = written(small, ("minimum_cell: 5", "minimum_cell: 0"), ("year: 2026", "year: 26"))
    with pytest.raises(SipasError) as caught:
        load(path)
    assert caught.value.code == "instrument.year"
    assert isinstance(caught.value.__cause__, SipasError)
    assert (caught.value.__cause__.code, caught.value.__cause__.got) == ("instrument.faults", 2)


def test_one_mended_fault_hides_its_own_consequences_only(written, small) -> None:
    faults = check(written(small, ("kind: integer", "kind: number")))
    assert [fault.code for fault in faults] == ["instrument.choice"]


def test_a_missing_field_is_said_once(written, small) -> None:
    faults = check(written(small, ("name: q2, ", "")))
    assert {(fault.code, fault.expected) for fault in faults if fault.place.node == "sections[1].questions[1]"} == {
        ("instrument.field_missing", "name")
    }


def test_a_branch_of_the_tree_may_be_nested_8_deep_not_9(written, small) -> None:
    def nested(levels: int) -> str:
        deep = "{question: q2}"
        for level in range(levels):
            head = f"name: n{level}, level: factor, title: N, rule: pooled_answers, status: copy, source: s"
            deep = f"{{{head}, children: [{deep}]}}"
        return f"- {deep}"

    assert check(written(small, ("- question: q2", nested(6)))) == []
    assert "instrument.tree_deep" in {f.code for f in check(written(small, ("- question: q2", nested(7))))}
