"""A form taken by itself says the same as the same form in a file."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from capture_form import FORM
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sipas.capture import asked, asked_of_form, import_responses, take_form
from sipas.instrument import Edition, load
from sipas.sampling.case_codes import check_characters

EDITIONS = [FORM, load("sipas-2017"), load("sipas-2022")]
CODES = [f"AAAAAA{n:02d}" + check_characters(f"AAAAAA{n:02d}") for n in range(12)]
TEXTS = st.sampled_from(["", " ", "tốt", "  rất   tốt ", "cần nhanh hơn\u200b", "=1+1"])


def forms(edition: Edition) -> st.SearchStrategy[dict[str, Any]]:
    made: dict[str, st.SearchStrategy[Any]] = {}
    for column in edition.columns():
        question = edition.question(column.question)
        if column.dtype == pl.String:
            made[column.name] = st.none() | TEXTS
        elif question.kind == "multiple":
            made[column.name] = st.sampled_from([None, None, 0, 1])
        elif question.kind == "integer":
            made[column.name] = st.none() | st.integers(-2, 30)
        else:
            values = [o.value for o in edition.options(question.name)]
            made[column.name] = st.none() | st.sampled_from(values) | st.integers(0, 9)
    return st.fixed_dictionaries(made)


@pytest.mark.parametrize("edition", EDITIONS, ids=[e.name for e in EDITIONS])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.large_base_example, HealthCheck.too_slow])
@given(data=st.data())
def test_a_form_alone_says_what_it_says_in_a_file(edition: Edition, data: st.DataObject) -> None:
    given_forms = data.draw(st.lists(forms(edition), min_size=1, max_size=len(CODES)))
    kinds = [data.draw(st.sampled_from(["person", "organisation"])) for _ in given_forms]
    codes = CODES[: len(given_forms)]
    schema = {c.name: c.dtype for c in edition.columns()}
    cells = pl.DataFrame(
        {"Mã phiếu": codes, **{n: [f[n] for f in given_forms] for n in schema}}, schema_overrides=schema
    )
    sample = pl.DataFrame({"case_id": codes, "respondent_kind": kinds})
    whole = import_responses(cells, edition, sample, mode="paper")
    rows = whole.responses.select(*schema, "valid", "invalid_reason").rows(named=True)
    for code, form, kind, expected in zip(codes, given_forms, kinds, rows, strict=True):
        one = take_form(form, edition, kind)
        assert one.answers | {"valid": one.valid, "invalid_reason": one.invalid_reason} == expected
        told = whole.findings.filter(pl.col("case_id") == code)["code"].to_list()
        assert sorted(one.findings.values()) == sorted(told)
        again = take_form(one.answers, edition, kind)
        assert (again.answers, again.findings) == (one.answers, {}), "what was taken is at fault in nothing"
    marks = asked(whole.responses.join(sample, on="case_id"), edition).drop("case_id").rows(named=True)
    for row, kind, truth in zip(rows, kinds, marks, strict=True):
        said = asked_of_form(row, edition, kind)
        for name, expected in truth.items():
            assert said[name] in {expected, None}, name
