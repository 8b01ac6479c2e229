"""A province's own edition: what it keeps, leaves out, rewords and adds, checked as a whole."""

import pytest

from sipas.instrument import check, comparable_items, compare, load, notice, own_files

OWN = """\
extends: sipas-2017
name: tuyen-quang-2026
year: 2026
title: Phiếu của tỉnh Tuyên Quang năm 2026
source: Kế hoạch của tỉnh
minimum_cell: 15
remove: [organisation_kind, overall, equipment_modern]
reword:
  - {question: polite, text: Công chức lịch sự, status: official, source: Kế hoạch của tỉnh}
  - {node: access, title: Tiếp cận, rule: mean_of_children, status: official, source: Kế hoạch của tỉnh}
  - {section: facts, title: Phần mở đầu}
add:
  scales:
    - name: ba
      status: official
      source: Kế hoạch của tỉnh
      top_box: [3]
      options: [{value: 1, label: Kém}, {value: 2, label: Vừa}, {value: 3, label: Tốt}]
  sections:
    - after: facts
      section:
        name: parking
        title: Bãi xe
        questions:
          - {name: parking_use, kind: single, role: fact, text: Có gửi xe không?, short_label: Gửi xe,
             status: official, source: Kế hoạch của tỉnh, options: [{value: 1, label: Có}, {value: 2, label: Không}]}
  questions:
    - section: access
      after: seats
      into: comfort
      question: {name: parking_place, kind: scale, role: item, scale: ba, text: Chỗ để xe, short_label: Chỗ để xe,
                 relevant: [{question: parking_use, values: [1]}], status: official, source: Kế hoạch của tỉnh}
  nodes:
    - into: index
      node: {name: comfort, level: factor, title: Tiện nghi, rule: pooled_answers, status: official, source: Kế hoạch,
             children: []}
"""


def test_the_result_is_whole(written) -> None:
    path = written(OWN, name="tq.yaml")
    assert check(path) == []
    edition = load(path)
    names = [question.name for question in edition.questions()]
    assert edition.minimum_cell == 15
    assert {"organisation_kind", "overall_satisfaction", "equipment_modern"}.isdisjoint(names)
    assert names[names.index("seats") + 1] == "parking_place"
    assert [section.name for section in edition.sections][:3] == ["facts", "parking", "access"]
    assert edition.sections[0].title == "Phần mở đầu"
    assert [node.name for node in edition.index.children][-1] == "comfort"
    assert edition.index.children[0].rule == "mean_of_children"
    assert edition.series == "sipas-transactions"


def test_the_leaf_follows_the_reworded_question(written) -> None:
    edition = load(written(OWN, name="tq.yaml"))
    leaf = next(node for node, _ in edition.nodes() if node.question == "polite")
    assert (leaf.title, leaf.status, leaf.title_en) == ("Công chức lịch sự", "official", "Civil servants are polite")
    assert edition.question("polite").status == "official"
    assert "polite" not in {mark.name for mark in notice(edition).copied}


def test_what_compares_with_the_base(written) -> None:
    base, own = load("sipas-2017"), load(written(OWN, name="tq.yaml"))
    states = {d.name: d for d in compare(base, own)}
    assert states["seats"].comparable
    assert states["polite"].state == "reworded"
    assert not states["polite"].comparable
    assert states["parking_place"].state == "only_b"
    assert states["equipment_modern"].state == "only_a"
    assert len(comparable_items(base, own)) == 22 - 2


FAULTS = [
    ("remove: [organisation_kind", "remove: [nope", "instrument.derive_unknown", "remove[0]"),
    ("- {question: polite,", "- {question: nope,", "instrument.derive_unknown", "reword[0].question"),
    ("- {question: polite,", "- {question: polite, node: access,", "instrument.derive_reword", "reword[0]"),
    ("status: official, source: Kế hoạch của tỉnh}\n  - {node", "source: Kế hoạch của tỉnh}\n  - {node",
     "instrument.derive_status", "reword[0]"),
    ("after: seats", "after: nope", "instrument.derive_unknown", "add.questions[0].after"),
    ("section: access", "section: nope", "instrument.derive_unknown", "add.questions[0].section"),
    ("scale: ba,", "scale: bon,", "instrument.scale_unknown", "add.questions[0].question.scale"),
    ("top_box: [3]", "top_box: [4]", "instrument.top_box", "add.scales[0].top_box[0]"),
    ("rule: mean_of_children", "rule: fixed_weights", "instrument.weights_count", "reword[1].weights"),
    ("name: parking_use", "name: trips", "instrument.name_repeated", "add.sections[0].section.questions[0].name"),
    ("into: index", "into: nope", "instrument.derive_unknown", "add.nodes[0].into"),
    ("name: comfort", "nam: comfort", "instrument.field_missing", "add.nodes[0].node"),
    ("minimum_cell: 15", "minimum_cell: 0", "instrument.minimum_cell", "minimum_cell"),
    ("minimum_cell: 15", "mimimum_cell: 15", "instrument.field_unknown", "mimimum_cell"),
    ("name: tuyen-quang-2026\n", "", "instrument.field_missing", None),
    ("minimum_cell: 15", "index: {}", "instrument.derive_whole", "index"),
    ("  questions:\n    - section", "  question:\n    - section", "instrument.field_unknown", "add.question"),
    ("extends: sipas-2017", "extends: sipas-1999", "instrument.edition_unknown", "extends"),
    ("extends: sipas-2017", "extends: tq.yaml", "instrument.extends_deep", "extends"),
    ("extends: sipas-2017", "extends: 2017", "instrument.not_text", "extends"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "code", "node"), FAULTS, ids=[f"{f[2]}-{i}" for i, f in enumerate(FAULTS)])
def test_a_fault_names_the_node_of_the_own_file(written, old, new, code, node) -> None:
    faults = check(written(OWN, (old, new), name="tq.yaml"))
    assert (code, node) in {(fault.code, fault.place.node) for fault in faults}


def test_removing_what_routing_needs_points_to_the_removal(written) -> None:
    faults = check(written(OWN, ("remove: [organisation_kind", "remove: [lateness"), name="tq.yaml"))
    (fault,) = [fault for fault in faults if fault.code == "instrument.routing_unknown"]
    assert (fault.place.file, fault.got) == ("tq.yaml", "lateness")


def test_an_item_goes_into_a_known_node(written) -> None:
    text = OWN.replace("into: comfort", "into: access").split("  nodes:")[0]
    edition = load(written(text, name="tq.yaml"))
    access = edition.index.children[0]
    assert [child.question for child in access.children][-1] == "parking_place"


def test_an_edition_can_extend_a_file_beside_it(written, small) -> None:
    written(small)
    path = written("extends: nho.yaml\nname: con\ntitle: Con\nsource: thử\nyear: 2027\n", name="con.yaml")
    assert (load(path).name, load(path).year, len(load(path).items())) == ("con", 2027, 2)


def test_a_fault_of_the_base_is_told_with_the_base(written, small) -> None:
    written(small, ("title: Phần đầu", "title: Phần đầu\n    title: Lại"))
    path = written("extends: nho.yaml\nname: con\ntitle: Con\nsource: thử\n", name="con.yaml")
    assert [(fault.code, fault.place.file) for fault in check(path)] == [("intake.yaml_key_repeated", "nho.yaml")]


def test_carried_marks_only_become_weaker(written, small) -> None:
    written(small.replace("status: recalled", "status: official"))
    text = "extends: nho.yaml\nname: con\ntitle: Con\nsource: thử\ncarried: {status: copy, source: chuyển}\n"
    edition = load(written(text, name="con.yaml"))
    assert edition.question("q1").status == "copy"
    assert edition.question("q1").source == "chuyển · thử"
    stronger = load(written(text.replace("copy", "official"), name="lai.yaml"))
    assert stronger.question("q1").status == "official"
    recalled = written("extends: sipas-2017\nname: con\ntitle: Con\nsource: thử\ncarried: {status: copy, source: s}\n")
    assert load(recalled).question("equipment_modern").status == "recalled"


def test_fixed_weights_must_be_given_anew_when_a_child_goes(written, small) -> None:
    written(small)
    path = written("extends: nho.yaml\nname: con\ntitle: Con\nsource: thử\nremove: [q2]\n", name="con.yaml")
    assert {fault.code for fault in check(path)} == {"instrument.weights_count"}


def test_own_files_are_all_the_files_behind_an_edition(written, small) -> None:
    base = written(small)
    path = written("extends: nho.yaml\nname: con\ntitle: Con\nsource: thử\n", name="con.yaml")
    own = written(OWN, name="tq.yaml")
    assert (own_files(path), own_files(base)) == ((path, base), (base,))
    assert (own_files(own), own_files("sipas-2023")) == ((own,), ())
