"""The short form of re-verification: what it says of a form, and what is asked again."""

from __future__ import annotations

import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.instrument import editions, load
from sipas.quality import differing, recheck_form, repeated_questions, verdict_of

GOOD = {"is_person": 1, "received": 1, "filled_by": 1, "gift": 1, "pressure": 1}


def test_every_question_can_pass_and_names_are_unique() -> None:
    form = recheck_form()
    assert len({q.name for q in form.questions}) == len(form.questions)
    for question in form.questions:
        assert len({o.value for o in question.options}) == len(question.options)
        assert any(o.verdict == "pass" for o in question.options)
        assert any(o.verdict == "fail" for o in question.options)
    assert form.outcome("met").final
    assert form.status == "setting"  # no official form is known: it must say so


@pytest.mark.parametrize(("answers", "verdict", "reasons"), [
    (GOOD, "pass", ()),
    (GOOD | {"gift": 2, "filled_by": 2}, "pass", ()),
    (GOOD | {"received": 9}, "doubt", ("received.9",)),
    (GOOD | {"received": 9, "pressure": 3}, "fail", ("pressure.3", "received.9")),
    ({}, None, ()),
])  # fmt: skip
def test_the_worst_answer_decides(answers: dict[str, int], verdict: str | None, reasons: tuple[str, ...]) -> None:
    assert verdict_of(answers) == (verdict, reasons)


def test_who_was_not_reached_has_no_verdict_but_a_wrong_address_is_a_doubt() -> None:
    assert verdict_of(GOOD, "refused") == (None, ())
    assert verdict_of({}, "no_address") == ("doubt", ("no_address",))


@pytest.mark.parametrize("answers", [{"gift": 77}, {"nonsense": 1}])
def test_an_answer_that_is_not_on_the_form_is_refused(answers: dict[str, int]) -> None:
    with pytest.raises(SipasError, match=r"quality\.recheck_unknown"):
        verdict_of(answers)


@pytest.mark.parametrize("name", editions())
def test_questions_asked_again_can_be_asked_of_everyone_and_follow_the_seed(name: str) -> None:
    edition = load(name)
    chosen = [repeated_questions(edition, seed) for seed in ("a" * 64, "b" * 64, "c" * 64, "a" * 64)]
    assert chosen[0] == chosen[3]
    assert len({tuple(q.name for q in one) for one in chosen}) > 1
    for questions in chosen:
        assert len(questions) == recheck_form().repeated.count
        assert all(not q.relevant and not q.personal and len(q.asked_of) == 2 for q in questions)
        order = [q.name for q in edition.questions()]
        assert [q.name for q in questions] == sorted((q.name for q in questions), key=order.index)
    overall = [q.name for q in edition.questions() if q.role == "overall" and q.kind in {"scale", "single"}]
    if overall:
        assert all(overall[0] in {q.name for q in questions} for questions in chosen)


def test_differences_are_counted_and_steps_only_on_scales() -> None:
    pairs = pl.DataFrame({
        "case_id": ["A", "A", "A", "B", "B"], "column": ["scale", "kind", "scale2", "scale", "kind"],
        "first": [5, 1, 4, 3, 1], "second": [2, 9, 4, 3, 4], "same": [False, False, True, True, False],
    })  # fmt: skip
    found = differing(pairs, ["scale", "scale2"]).rows()
    assert found == [("A", 3, 2, 1, False), ("B", 2, 1, 0, False)]
    assert differing(pairs.filter(pl.col("column") == "scale"), ["scale"])["doubt"].to_list() == [True, False]
