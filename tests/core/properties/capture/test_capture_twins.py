"""Import against a slow twin that walks row by row and question by question."""

import sys
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.capture import asked, compare_keyings, import_responses
from sipas.sampling.case_codes import read_case_id

sys.path.append(str(Path(__file__).parents[2] / "unit" / "capture"))
from capture_form import CASES, FORM, KINDS, SAMPLE, sheet

CELLS = {
    "late": st.sampled_from(["", "1", "2", "3", "4"]),
    "apology": st.sampled_from(["", "1", "2"]),
    "i1": st.sampled_from(["", "1", "5", "6", "Hài lòng"]),
    "i2": st.sampled_from(["", "3", "x"]),
    "i3": st.sampled_from(["", "4"]),
    "wish": st.sampled_from(["", "1", "1;2", "1;2;3", "4", "1;4", "9"]),
    "gender": st.sampled_from(["", "1", "2"]),
}
ROWS = st.lists(st.fixed_dictionaries({"case_id": st.sampled_from(CASES)} | CELLS), min_size=1, max_size=6)


def one(text: str, values: set[int]) -> int | None:
    value = 4 if text == "Hài lòng" else int(text) if text.isdigit() else None
    return value if value in values else None


def slow_row(row: dict[str, str]) -> dict[str, object]:
    """The answers of one row, question by question in the order of the form."""
    answers: dict[str, object] = {
        "late": one(row["late"], {1, 2, 3}),
        "apology": one(row["apology"], {1, 2}),
        **{item: one(row[item], {1, 2, 3, 4, 5}) for item in ("i1", "i2", "i3")},
        "gender": one(row["gender"], {1, 2}),
    }
    ticks = {int(part) for part in row["wish"].split(";") if part}
    if not ticks or not ticks <= {1, 2, 3, 4} or len(ticks) > 2 or (4 in ticks and len(ticks) > 1):
        answers |= {f"wish_{option}": None for option in (1, 2, 3, 4)}
    else:
        answers |= {f"wish_{option}": int(option in ticks) for option in (1, 2, 3, 4)}
    late = answers["late"]
    apology_asked = True if late == 2 else None if late is None else False
    if apology_asked is False:
        answers["apology"] = None
    apology = answers["apology"]
    i3_asked = False if apology_asked is False or apology == 2 else True if apology == 1 else None
    if i3_asked is False:
        answers["i3"] = None
    if KINDS[CASES.index(row["case_id"])] == "organisation":
        answers["gender"] = None
    counted = [("i1", True), ("i2", True), ("i3", answers["i3"] is not None if i3_asked is None else i3_asked)]
    due = [answers[item] is not None for item, was_asked in counted if was_asked]
    empty = all(value is None for value in answers.values())
    reason = "capture.invalid_empty" if empty else "capture.invalid_too_few" if sum(due) / len(due) < 0.5 else None
    return {"case_id": row["case_id"], "invalid_reason": reason, "i3 asked": counted[2][1], **answers}


@settings(deadline=None, max_examples=150)
@given(ROWS)
def test_import_equals_the_walk_row_by_row(rows: list[dict[str, str]]) -> None:
    result = import_responses(sheet(*rows), FORM, SAMPLE, mode="paper")
    kept: dict[str, dict[str, object]] = {}
    repeated = rejected = 0
    for row in rows:
        slow = slow_row(row)
        first = kept.setdefault(row["case_id"], slow)
        repeated += first is not slow and first == slow
        rejected += first is not slow and first != slow
    expected = [kept[case] for case in sorted(kept)]
    names = [name for name in expected[0] if name != "i3 asked"]
    assert result.responses.select(names).to_dicts() == [{n: e[n] for n in names} for e in expected]
    assert (result.report.repeated, result.report.rejected) == (repeated, rejected)
    marks = asked(
        result.responses.join(SAMPLE.select("case_id", "respondent_kind"), on="case_id", maintain_order="left"), FORM
    )
    assert marks["i3"].to_list() == [e["i3 asked"] for e in expected]


@settings(deadline=None, max_examples=40)
@given(ROWS)
def test_the_order_of_columns_does_not_matter_and_import_repeats_itself(rows: list[dict[str, str]]) -> None:
    cells = sheet(*rows)
    first = import_responses(cells, FORM, SAMPLE, mode="paper")
    second = import_responses(cells.select(cells.columns[::-1]), FORM, SAMPLE, mode="paper")
    assert first.responses.equals(second.responses)
    assert first.findings.equals(second.findings)


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(CASES), st.lists(st.sampled_from(["-", " ", "–"]), max_size=3), st.booleans(), st.integers(0, 9))
def test_codes_are_read_as_the_sampling_room_reads_them(case: str, between: list[str], small: bool, at: int) -> None:
    typed = case[:at] + "".join(between) + case[at:]
    typed = typed.lower() if small else typed
    assert read_case_id(typed) == case
    cells = pl.DataFrame({"case_id": [typed], "i1": ["1"]})
    assert import_responses(cells, FORM, SAMPLE, mode="paper").responses["case_id"].to_list() == [case]


@settings(deadline=None, max_examples=60)
@given(ROWS, ROWS)
def test_keyings_are_compared_field_by_field(rows: list[dict[str, str]], again: list[dict[str, str]]) -> None:
    first = import_responses(sheet(*rows), FORM, SAMPLE, mode="paper").responses
    second = import_responses(sheet(*again), FORM, SAMPLE, mode="paper").responses
    one_keying = {row["case_id"]: row for row in first.to_dicts()}
    other = {row["case_id"]: row for row in second.to_dicts()}
    names = [column.name for column in FORM.columns()]
    both = sorted(one_keying.keys() & other.keys())
    expected = [(case, name) for case in both for name in names if one_keying[case][name] != other[case][name]]
    comparison = compare_keyings(first, second, FORM)
    assert comparison.differences.select("case_id", "column").rows() == expected
    assert comparison.only_first == tuple(sorted(one_keying.keys() - other.keys()))
    assert comparison.only_second == tuple(sorted(other.keys() - one_keying.keys()))
    rates = {column: (compared, different) for column, compared, different, _ in comparison.rates.iter_rows()}
    assert rates == {name: (len(both), sum(n == name for _, n in expected)) for name in names}
