"""Dispositions, rates and replacements of small fields worked by hand, and every error."""

import datetime as dt

import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.quality import (
    RATES,
    case_dispositions,
    check_replacements,
    dispositions,
    eligible_share,
    field_rates,
    outcome_rates,
    percent_of,
    read_outcomes,
    replacement_counts,
    response_rates,
)
from sipas.quality.dispositions import GROUPS
from sipas.tables import RESPONSES, VISITS

DAY = dt.date(2026, 9, 1)
SAMPLE = pl.DataFrame({
    "case_id": ["A", "B", "C", "D", "R1", "R2", "S1"],
    "unit_id": ["a", "b", "c", "d", "r1", "r2", "s1"],
    "stratum": ["h", "h", "h", "k", "h", "h", "k"],
    "role": ["official"] * 4 + ["reserve"] * 3,
    "order": [1, 2, 3, 1, 1, 2, 1],
})


def visits(*rows: tuple[str, str] | tuple[str, str, str]) -> pl.DataFrame:
    seen: dict[str, int] = {}
    full = []
    for case, outcome, *rest in rows:
        seen[case] = seen.get(case, 0) + 1
        full.append((case, seen[case], DAY, "paper", outcome, "NV01", rest[0] if rest else None))
    schema = {c.name: c.dtype for c in VISITS.columns}
    return VISITS.check(pl.DataFrame(full, schema=schema, orient="row"))


def responses(**valid: bool) -> pl.DataFrame:
    rows = [(case, "web", None, ok, None if ok else "capture.invalid_empty") for case, ok in valid.items()]
    return RESPONSES.check(pl.DataFrame(rows, schema={c.name: c.dtype for c in RESPONSES.columns}, orient="row"))


def final(*rows: tuple[str, str] | tuple[str, str, str], answered: dict[str, bool] | None = None) -> dict[str, str]:
    cases = case_dispositions(SAMPLE, visits(*rows), responses(**(answered or {})))
    return dict(cases.select("case_id", "disposition").iter_rows())


def test_every_official_case_has_one_disposition_and_unused_reserves_have_none() -> None:
    assert final() == {"A": "3.11", "B": "3.11", "C": "3.11", "D": "3.11"}


def test_a_response_decides_before_any_visit() -> None:
    assert final(("A", "2.11"), ("B", "1.1"), answered={"A": True, "B": False})["A"] == "1.1"
    assert final(("B", "1.1"), answered={"B": False})["B"] == "2.12"


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (["2.11", "2.22"], "2.11"),
        (["2.22", "2.21"], "2.21"),
        (["2.21", "3.18"], "2.21"),
        (["2.11", "4.10"], "4.10"),
        (["4.10", "2.11"], "4.10"),
        (["2.22", "2.31", "2.22"], "2.31"),
        (["1.1"], "2.27"),
        (["1.1", "2.22"], "2.22"),
        (["3.18", "1.2"], "2.27"),
    ],
)
def test_the_visit_that_stands_highest_decides_and_of_two_the_last(outcomes: list[str], expected: str) -> None:
    assert final(*(("A", outcome) for outcome in outcomes))["A"] == expected


def test_a_valid_form_with_few_answers_is_partial() -> None:
    shares = pl.DataFrame({"case_id": ["A", "B"], "share": [0.79, 0.8]})
    cases = case_dispositions(SAMPLE, visits(), responses(A=True, B=True), shares=shares)
    assert cases.filter(pl.col("returned"))["disposition"].to_list() == ["1.2", "1.1"]
    assert cases.filter(pl.col("returned"))["status"].to_list() == ["respondent"] * 2


def test_a_reserve_in_use_is_a_case_of_the_field() -> None:
    cases = case_dispositions(SAMPLE, visits(("A", "2.11", "R1")), responses())
    assert cases.select("case_id", "disposition", "replaced_by").rows()[0] == ("A", "2.11", "R1")
    assert cases.filter(pl.col("role") == "reserve")["case_id"].to_list() == ["R1"]


@pytest.mark.parametrize(
    ("rows", "answered", "code"),
    [
        ([("A", "9.9")], {}, "quality.outcome_unknown"),
        ([("ZZ", "2.11")], {}, "quality.case_unknown"),
        ([], {"ZZ": True}, "quality.case_unknown"),
    ],
)
def test_fields_that_cannot_be(rows: list[tuple[str, str]], answered: dict[str, bool], code: str) -> None:
    with pytest.raises(SipasError) as caught:
        final(*rows, answered=answered)
    assert caught.value.code == code


def test_an_outcome_must_belong_to_its_mode() -> None:
    by_phone = visits(("A", "3.18")).with_columns(mode=pl.lit("phone"))
    with pytest.raises(SipasError) as caught:
        case_dispositions(SAMPLE, by_phone, responses())
    assert caught.value.code == "quality.outcome_mode"


def test_the_list_of_dispositions_is_whole() -> None:
    codes = [d.code for d in dispositions()]
    assert codes == sorted(set(codes))
    assert {d.group for d in dispositions()} == set(GROUPS)
    first = {"I": "1.1", "P": "1.2", "R": "2.1", "NC": "2.2", "O": "2.3", "UH": "3.1", "UO": "3.", "NE": "4."}
    assert all(d.code.startswith(first[d.group]) for d in dispositions())


@pytest.mark.parametrize("mode", ["paper", "face_to_face", "mail", "phone", "web"])
def test_every_mode_has_an_end_of_each_kind(mode: str) -> None:
    """However a case is worked, what became of it can be said: in every group of the rates, and for a bad address."""
    of_mode = [d for d in dispositions() if mode in d.modes]
    assert {d.group for d in of_mode} >= {"I", "P", "R", "NC", "O", "UH", "UO", "NE"}
    assert {"3.11", "3.30", "3.90", "2.36"} <= {d.code for d in of_mode}


def test_labels_tell_one_outcome_from_another() -> None:
    """Files name outcomes by their labels, and a spreadsheet drops the last nought of a code."""
    labels = [label for d in dispositions() for label in (d.vi, d.en)]
    assert read_outcomes(pl.Series(labels)).to_list() == [d.code for d in dispositions() for _ in range(2)]
    codes = [d.code for d in dispositions()]
    assert read_outcomes(pl.Series([code.rstrip("0") for code in codes])).to_list() == codes


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2.20", "2.20"),
        ("2.2", "2.20"),
        ("4,1", "4.10"),
        ("1.1", "1.1"),
        ("3.1", "3.10"),
        ("2.11", "2.11"),
        ("người được hỏi TỪ CHỐI", "2.11"),
        ("Dead", "2.31"),
        ("5.1", None),
        ("bận", None),
    ],
)
def test_outcomes_are_read_as_people_write_them(written: str, code: str | None) -> None:
    assert read_outcomes(pl.Series([written, None])).to_list() == [code, None]


COUNTS = {"I": 400, "P": 50, "R": 100, "NC": 60, "O": 40, "UH": 80, "UO": 20, "NE": 250}


def test_rates_worked_by_hand() -> None:
    # eligible 650, unknown 100; e = 650 / 900
    e = eligible_share(COUNTS)
    assert e == pytest.approx(650 / 900, rel=1e-15)
    rates = outcome_rates(COUNTS, e)
    below = 650 + 100 * 650 / 900
    assert rates == pytest.approx(
        {
            "RR1": 400 / 750, "RR2": 450 / 750, "RR3": 400 / below, "RR4": 450 / below, "RR5": 400 / 650,
            "RR6": 450 / 650,
            "COOP1": 400 / 590, "COOP2": 450 / 590, "COOP3": 400 / 550, "COOP4": 450 / 550,
            "REF1": 100 / 750, "REF2": 100 / below, "REF3": 100 / 650,
            "CON1": 590 / 750, "CON2": 590 / below, "CON3": 590 / 650,
        },
        rel=1e-15,
    )  # fmt: skip


def test_rates_of_nobody_are_missing() -> None:
    assert eligible_share({}) is None
    assert set(outcome_rates({}, 1.0).values()) == {None}


@pytest.mark.parametrize(
    ("counts", "e", "code"),
    [
        ({"X": 1}, 1.0, "quality.group_unknown"),
        ({"I": -1}, 1.0, "quality.count_negative"),
        ({"I": 1}, 1.1, "quality.e_range"),
    ],
)
def test_counts_that_cannot_be(counts: dict[str, int], e: float, code: str) -> None:
    with pytest.raises(SipasError) as caught:
        outcome_rates(counts, e)
    assert caught.value.code == code


def test_rates_by_group_use_one_e() -> None:
    cases = pl.DataFrame({"group": ["I", "NE", "UO", "I", "R", "UO"], "stratum": ["h", "h", "h", "k", "k", "k"]})
    rates = response_rates(cases, ["stratum"])
    assert rates["e"].to_list() == [0.75, 0.75]
    assert rates["RR3"].to_list() == pytest.approx([1 / 1.75, 1 / 2.75], rel=1e-15)
    assert rates["cases"].to_list() == [3, 3]
    assert response_rates(cases).select("I", "R", "UO", "NE").row(0) == (2, 1, 2, 1)
    assert set(RATES) <= set(rates.columns)


@pytest.mark.parametrize(
    ("part", "whole", "published"),
    [
        (35268, 36630, 96.28),  # 2019: valid of selected
        (28439, 30000, 94.8),  # 2021: returned of issued
        (28372, 28439, 99.76),  # 2021: valid of returned
        (97, 480, 20.21),  # Bình Dương 2019: re-verified of issued
    ],
)
def test_published_field_figures(part: int, whole: int, published: float) -> None:
    share = percent_of(part, whole)
    assert share is not None
    assert round(share, 1 if published == 94.8 else 2) == published


def test_a_part_is_not_more_than_its_whole() -> None:
    assert percent_of(0, 0) is None
    with pytest.raises(SipasError) as caught:
        percent_of(3, 2)
    assert caught.value.code == "quality.part_exceeds_whole"


def test_field_rates_of_the_2021_round() -> None:
    # 30,000 issued, 28,439 returned, 28,372 valid, as published
    cases = pl.DataFrame({"returned": [True] * 28439 + [False] * 1561}).with_row_index("i")
    rates = field_rates(cases.with_columns(valid=pl.col("i") < 28372)).row(0, named=True)
    assert (rates["issued"], rates["returned"], rates["valid"]) == (30000, 28439, 28372)
    assert round(rates["valid_percent"], 2) == 99.76
    assert round(rates["returned_percent"], 1) == 94.8
    assert rates["valid_of_issued_percent"] == pytest.approx(100 * 28372 / 30000, rel=1e-15)


def test_replacements_are_counted_with_their_reasons() -> None:
    cases = case_dispositions(
        SAMPLE,
        visits(("A", "2.11", "R1"), *[("B", "2.22")] * 2, ("B", "2.22", "R2"), ("D", "4.10", "S1")),
        responses(R1=True),
    )
    rows = replacement_counts(cases, SAMPLE).to_dicts()
    assert rows[0] == {
        "stratum": "h", "official": 3, "replaced": 2, "refused": 1, "not_contacted": 1, "ineligible": 0, "other": 0,
        "reserves": 2, "reserves_used": 2, "replaced_share": 2 / 3,
    }  # fmt: skip
    assert rows[1]["ineligible"] == 1
    assert check_replacements(cases, SAMPLE).is_empty()


@pytest.mark.parametrize(
    ("rows", "answered", "codes"),
    [
        ([("A", "2.11", "R2")], {}, ["quality.replaced_out_of_order"]),
        ([("A", "2.11", "S1")], {}, ["quality.replaced_from_other_stratum"]),
        ([("A", "2.11", "B")], {}, ["quality.replaced_by_no_reserve"]),
        ([("A", "2.11", "R1"), ("B", "2.11", "R1")], {}, ["quality.replaced_twice"] * 2),
        ([("A", "2.22", "R1")], {"A": True}, ["quality.replaced_though_answered"]),
        ([("A", "2.22"), ("A", "2.22", "R1")], {}, ["quality.replaced_too_early"]),
        ([("A", "2.22"), ("A", "2.22"), ("A", "2.22", "R1")], {}, []),
    ],
)
def test_replacements_against_the_rules(
    rows: list[tuple[str, str, str]], answered: dict[str, bool], codes: list[str]
) -> None:
    cases = case_dispositions(SAMPLE, visits(*rows), responses(**answered))
    assert check_replacements(cases, SAMPLE)["code"].to_list() == codes
