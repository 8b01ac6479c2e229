"""Item nonresponse, flags and re-verification on small answers worked by hand."""

import polars as pl
from quality_form import FORM, ITEMS, answers

from sipas.quality import agreement_counts, flag_responses, item_nonresponse, matched_pairs

ALIKE: list[int | None] = [4] * 22
MIXED: list[int | None] = [4, 5] * 11
LONG: list[int | None] = [5] + [4] * 15 + [3] * 6
HOLES: list[int | None] = [None] * 8 + [4, 5] * 7


def flags(*rows: list[int | None]) -> list[tuple[str, str, float]]:
    return list(flag_responses(answers(*rows), FORM).iter_rows())


def test_all_items_alike() -> None:
    assert flags(ALIKE) == [("A", "quality.flag_same_answers", 22.0)]


def test_a_long_run() -> None:
    assert flags(LONG) == [("A", "quality.flag_long_run", 15.0)]


def test_a_gap_does_not_break_a_run() -> None:
    assert flags([*LONG[:8], None, *LONG[8:21]]) == [("A", "quality.flag_long_run", 15.0)]


def test_many_items_missing() -> None:
    assert flags(HOLES) == [("A", "quality.flag_many_missing", 8 / 22)]


def test_twins_are_told_but_not_where_all_is_alike() -> None:
    assert flags(MIXED, MIXED, ALIKE, ALIKE) == [
        ("A", "quality.flag_twin", 2.0),
        ("B", "quality.flag_twin", 2.0),
        ("C", "quality.flag_same_answers", 22.0),
        ("D", "quality.flag_same_answers", 22.0),
    ]


def test_few_answers_are_not_judged() -> None:
    assert flag_responses(answers([4] * 9 + [None] * 13), FORM, most_missing=1.0).is_empty()


def test_item_nonresponse_counts_only_those_asked() -> None:
    # apology is asked where lateness is 3
    rows = answers(MIXED, HOLES, lateness=[3, 1])
    table = item_nonresponse(rows, FORM)
    by_question = {row["question"]: row for row in table.iter_rows(named=True)}
    assert by_question["apology"] == {"question": "apology", "asked": 1, "answered": 0, "missing": 1, "share": 1.0}
    assert by_question[ITEMS[0]] == {"question": ITEMS[0], "asked": 2, "answered": 1, "missing": 1, "share": 0.5}
    grouped = item_nonresponse(rows.with_columns(agency=pl.Series(["x", "y"])), FORM, ["agency"])
    assert grouped.filter(question=ITEMS[0])["missing"].to_list() == [0, 1]


def test_pairs_of_re_verification() -> None:
    first = answers(MIXED, ALIKE)
    again = pl.DataFrame({"case_id": ["A", "Z"], ITEMS[0]: [4, 4], ITEMS[1]: [3, 4], "lateness": [1, 1]})
    pairs = matched_pairs(first, again, FORM)
    assert pairs.rows() == [("A", ITEMS[0], 4, 4, True), ("A", ITEMS[1], 5, 3, False)]
    assert agreement_counts(pairs).rows() == [(ITEMS[0], 1, 1, 1.0), (ITEMS[1], 1, 0, 0.0)]
    assert agreement_counts(pairs.clear()).is_empty()
