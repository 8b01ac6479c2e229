"""How what is typed is read: every text gives an entry or none, and an entry is typed again as it was."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.capture import take_form
from sipas.instrument import Option, load
from sipas_web.capture.keying_form import Entry, Field, Mark, PaperForm, differing, entries_of, keyed, stored
from sipas_web.capture.keying_page import sections, words

FORMS = [PaperForm(load(name), kind) for name in ("sipas-2017", "sipas-2022") for kind in ("person", "organisation")]
KEYS = st.text(st.sampled_from("0123456789TKNGBCtkng ,;.-!"), max_size=6) | st.text(max_size=12)


def field(name: str) -> Field:
    return FORMS[0].by_name[name]


@pytest.mark.parametrize(
    ("name", "typed", "entry"),
    [
        ("seats", "4", Entry("4")),
        ("seats", " 4 ", Entry("4")),
        ("seats", "", Entry()),
        ("seats", "t", Entry("", Mark.BLANK)),
        ("seats", "K", Entry("", Mark.ILLEGIBLE)),
        ("seats", "N", Entry("", Mark.SEVERAL)),
        ("seats", "4g", Entry("4", Mark.KEPT)),
        ("seats", "12G", Entry("12", Mark.KEPT)),
        ("seats", "6", None),
        ("seats", "G", None),
        ("seats", "-1", None),
        ("expectations", "315", Entry("1,3,5")),
        ("expectations", "3, 1; 5", Entry("1,3,5")),
        ("expectations", "0B", Entry("10,99")),
        ("expectations", "99 10", Entry("10,99")),
        ("expectations", "1234G", Entry("1,2,3,4", Mark.KEPT)),
        ("expectations", "N", None),
        ("expectations", "1X", None),
        ("remark", "  cần   nhanh hơn ", Entry("cần nhanh hơn")),
        ("remark", "Tốt!", Entry("Tốt!")),
        ("remark", "t", Entry("", Mark.BLANK)),
        ("remark", "N", Entry("N")),
        ("remark", "a\x00b", Entry("ab")),
        ("remark", "x" * 5_000, Entry("x" * 2_000)),
    ],
)
def test_what_is_typed_is_read(name: str, typed: str, entry: Entry | None) -> None:
    assert field(name).read(typed) == entry


@settings(max_examples=150, deadline=None)
@given(form=st.sampled_from(FORMS), data=st.data())
def test_any_text_is_read_or_refused_and_what_was_read_is_typed_the_same(form: PaperForm, data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(form.fields))
    entry = one.read(data.draw(KEYS))
    if entry is not None:
        assert one.read(one.typed(entry)) == entry
        assert words(one, entry)


@settings(max_examples=60, deadline=None)
@given(form=st.sampled_from(FORMS), data=st.data())
def test_a_form_without_faults_is_taken_and_says_what_does_not_count(form: PaperForm, data: st.DataObject) -> None:
    typed = {f.name: data.draw(KEYS, label=f.name) for f in data.draw(st.lists(st.sampled_from(form.fields)))}
    entries, unreadable = form.read(typed)
    assert not unreadable.keys() & entries.keys()
    for name, code in form.faults(entries).items():
        if code != "capture.keyed_missing" and name in entries:
            entries[name] = Entry(entries[name].text, Mark.KEPT)
    left = form.faults(entries)
    assert set(left.values()) <= {"capture.keyed_missing"}
    for name in left:
        entries[name] = Entry("", Mark.BLANK)
    settled = form.settled(entries)
    assert form.faults(settled) == {}
    assert entries_of(stored(settled)) == settled
    assert differing(settled, settled, form) == []
    taken = form.taken(settled)
    assert take_form(taken.answers, form.edition, form.kind).findings == {}
    for name, answer in form.given(settled).items():
        own = name if name in form.by_name else name.rpartition("_")[0]
        if taken.answers[name] != answer and answer is not None:
            question = form.by_name[own].question.name
            assert {own, question} & form.marked(settled).keys(), "what does not count is marked"


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.edition.name}-{form.kind}")
def test_the_screen_holds_every_field_once_in_the_order_of_the_paper(form: PaperForm) -> None:
    lines = [line for part in sections(form, {}, {}) for line in part.lines]
    assert [line.field for line in lines] == list(form.fields)
    numbers = [line.field.number for line in lines]
    assert numbers == sorted(numbers)
    assert not any(line.field.question.personal for line in lines), "nothing that names a person is keyed"
    for one in form.fields:
        keys = [key for key, _option in one.options]
        assert len(set(keys)) == len(keys)
        assert not {"T", "K", "N", "G"} & set(keys)


def test_keys_of_many_options_do_not_meet() -> None:
    options = tuple(Option(value=n, label=str(n)) for n in range(1, 40))
    keys = [key for key, _option in keyed(options)]
    assert len(set(keys)) == 39
    assert keys[:10] == list("1234567890")
