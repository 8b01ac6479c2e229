"""Whatever stands in an edition file, the check answers with faults and never breaks."""

import copy

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sipas.errors import SipasError
from sipas.instrument import check, comparable_items, compare, ddi, load, xlsform

QUESTION = {"role": "item", "kind": "scale", "scale": "hai", "short_label": "x", "status": "copy", "source": "s"}
RAW = {
    "name": "nho", "year": 2026, "title": "Phiếu", "population": "residents", "series": "s", "method": "m",
    "status": "copy", "source": "s", "minimum_cell": 5,
    "validity": {"least_items_share": 0.5, "required": ["q1"], "status": "copy", "source": "s"},
    "scales": [{"name": "hai", "status": "copy", "source": "s", "top_box": [2],
                "options": [{"value": 1, "label": "Không"}, {"value": 2, "label": "Có"}]}],
    "sections": [{"name": "a", "title": "A", "questions": [
        {**QUESTION, "name": "late", "kind": "single", "role": "fact", "scale": None, "text": "Trễ?",
         "options": [{"value": 1, "label": "Có"}, {"value": 2, "label": "Không"}]},
        {**QUESTION, "name": "q1", "text": "Một", "relevant": [{"question": "late", "values": [1]}]},
        {**QUESTION, "name": "q2", "text": "Hai", "asked_of": ["person"]},
        {**QUESTION, "name": "wish", "kind": "multiple", "role": "expectation", "scale": None, "text": "Mong?",
         "most": 1, "options": [{"value": 1, "label": "A"}, {"value": 2, "label": "B", "specify": True}]},
    ]}],
    "index": {"name": "index", "level": "index", "title": "I", "rule": "pooled_answers", "status": "copy",
              "source": "s", "children": [{"question": "q1"}, {"question": "q2"}]},
}  # fmt: skip
DERIVED = {
    "extends": "goc.yaml", "name": "con", "title": "Con", "source": "s", "remove": ["q2"],
    "reword": [{"question": "q1", "text": "Khác", "status": "copy", "source": "s"}],
    "carried": {"status": "recalled", "source": "c"},
    "add": {"scales": [], "sections": [], "nodes": [{"into": "index", "node": {"question": "q3"}}],
            "questions": [{"section": "a", "after": "q1", "question": {**QUESTION, "name": "q3", "text": "Ba"}}]},
}  # fmt: skip
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 99999), st.floats(allow_nan=True), st.text(max_size=5),
    st.sampled_from(["q1", "q2", "late", "hai", "index", "item", "pooled_answers", [], {}, [[]], [{}], {"name": "q1"},
                     [1, "a"], {"question": "q1"}, "fixed_weights", "multiple", "${q1}", "=1"]),
)  # fmt: skip


def paths(raw: object, above: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    inner = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    return [above, *(path for key, value in inner for path in paths(value, (*above, key)))]


def changed(raw: object, path: tuple[object, ...], junk: object, drop: bool) -> object:
    raw = copy.deepcopy(raw)
    here = raw
    for key in path[:-1]:
        here = here[key]
    if drop:
        del here[path[-1]]
    else:
        here[path[-1]] = copy.deepcopy(junk)
    return raw


def verdict(path) -> None:
    faults = check(path)
    assert all(isinstance(fault, SipasError) and fault.place.file for fault in faults)
    if faults:
        with pytest.raises(SipasError) as caught:
            load(path)
        assert caught.value.code == faults[0].code
    else:
        edition = load(path)
        assert xlsform(edition)
        assert ddi(edition)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("editions")
    (place / "goc.yaml").write_text(yaml.safe_dump(RAW, allow_unicode=True), encoding="utf-8")
    return place


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), junk=JUNK, drop=st.booleans(), derived=st.booleans())
def test_any_node_replaced_or_dropped(folder, data, junk, drop, derived) -> None:
    raw = DERIVED if derived else RAW
    path = data.draw(st.sampled_from([p for p in paths(raw) if p]))
    place = folder / "thu.yaml"
    place.write_text(yaml.safe_dump(changed(raw, path, junk, drop), allow_unicode=True), encoding="utf-8")
    verdict(place)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=st.recursive(JUNK, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
    [*RAW, *DERIVED, "questions", "children", "options"]), inner, max_size=6), max_leaves=20))  # fmt: skip
def test_any_yaml_at_all(folder, raw) -> None:
    place = folder / "thu.yaml"
    place.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    verdict(place)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_comparing_is_symmetric_and_removal_is_seen(folder, data) -> None:
    base = load("sipas-2017")
    gone = set(data.draw(st.lists(st.sampled_from([q.name for q in base.items()]), min_size=1, max_size=2)))
    place = folder / "bot.yaml"
    own = {"extends": "sipas-2017", "name": "bot", "title": "B", "source": "s", "remove": sorted(gone)}
    place.write_text(yaml.safe_dump(own), encoding="utf-8")
    less = load(place)
    assert [q.name for q in less.items()] == [q.name for q in base.items() if q.name not in gone]
    assert {d.name for d in compare(base, less) if d.state == "only_a"} == gone
    assert {d.name for d in compare(less, base) if d.state == "only_b"} == gone
    assert set(comparable_items(base, less)) == set(comparable_items(less, base))
