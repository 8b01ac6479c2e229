"""What compares between two editions and why not."""

import pytest

from sipas.instrument import comparable_items, compare, load

CHANGES = [
    ("Trễ hẹn?", "Trễ   hẹn", "late", (), True),
    ("Trễ hẹn?", "Trễ hẹn không?", "late", ("text",), False),
    ("label: Nhanh", "label: Nhanh hơn", "wishes", ("answers",), False),
    ("exclusive: true", "exclusive: false", "wishes", ("answers",), False),
    ("most: 2", "most: 3", "wishes", ("kind",), False),
    ("high: 20", "high: 30", "trips", ("kind",), False),
    ("values: [1]", "values: [2]", "sorry", ("routing",), False),
    ("role: item, scale: hai, text: Câu hai", "role: item, asked_of: [person], scale: hai, text: Câu hai", "q2",
     ("asked_of",), False),
    ("series: thu", "series: khac", "trips", ("series",), False),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "name", "reasons", "comparable"), CHANGES)
def test_each_change_has_its_reason(written, small, old, new, name, reasons, comparable) -> None:
    a, b = load(written(small)), load(written(small, (old, new), name="b.yaml"))
    found = next(d for d in compare(a, b) if d.name == name)
    assert (found.reasons, found.comparable) == (reasons, comparable)


def test_the_top_box_matters_for_items_of_the_scale(written, small) -> None:
    three = small.replace(
        "{value: 2, label: Có}\nsections", "{value: 2, label: Có}\n      - {value: 3, label: Tốt}\nsections"
    )
    a = load(written(three))
    b = load(written(three, ("top_box: [2]", "top_box: [2, 3]"), name="b.yaml"))
    assert next(d for d in compare(a, b) if d.name == "q1").reasons == ("top_box",)
    assert comparable_items(a, b) == ()


def test_a_moved_item_still_compares(written, small) -> None:
    head = "name: f, level: factor, title: F, rule: pooled_answers, status: copy, source: s"
    nested = f"- {{{head}, children: [{{question: q2}}]}}"
    a, b = load(written(small)), load(written(small, ("- question: q2", nested), name="b.yaml"))
    found = next(d for d in compare(a, b) if d.name == "q2")
    assert (found.reasons, found.comparable) == (("moved",), True)
    assert comparable_items(a, b) == ("q1", "q2")


def test_an_edition_compares_with_itself() -> None:
    edition = load("sipas-2022")
    assert all(d.comparable and not d.reasons for d in compare(edition, edition))
    assert len(comparable_items(edition, edition)) == 33


def test_nothing_compares_across_the_break_of_2022() -> None:
    assert comparable_items(load("sipas-2017"), load("sipas-2022")) == ()
    assert not any(d.comparable for d in compare(load("sipas-2017"), load("sipas-2022")))


def test_personal_questions_are_left_out(written, small) -> None:
    assert "who" not in {d.name for d in compare(load(written(small)), load(written(small)))}


def test_2022_to_2023() -> None:
    a, b = load("sipas-2022"), load("sipas-2023")
    states = {d.name: d.state for d in compare(a, b) if d.reasons}
    assert states == {
        "interest_reform": "only_b", "policy_reform": "only_b", "seats": "only_b", "signs": "reworded",
        "procedure_info": "only_a", "premises_clean": "only_a",
    }  # fmt: skip
    assert len(comparable_items(a, b)) == 30
