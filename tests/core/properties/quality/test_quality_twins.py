"""Rates and dispositions against slow, obvious twins."""

import re
from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.quality import case_dispositions, dispositions, outcome_rates, response_rates
from sipas.quality.dispositions import GROUPS

# As AAPOR prints them (Standard Definitions, 10th edition, 2023).
PRINTED = {
    "RR1": "I / ((I+P) + (R+NC+O) + (UH+UO))",
    "RR2": "(I+P) / ((I+P) + (R+NC+O) + (UH+UO))",
    "RR3": "I / ((I+P) + (R+NC+O) + e*(UH+UO))",
    "RR4": "(I+P) / ((I+P) + (R+NC+O) + e*(UH+UO))",
    "RR5": "I / ((I+P) + (R+NC+O))",
    "RR6": "(I+P) / ((I+P) + (R+NC+O))",
    "COOP1": "I / ((I+P)+R+O)",
    "COOP2": "(I+P) / ((I+P)+R+O)",
    "COOP3": "I / ((I+P)+R)",
    "COOP4": "(I+P) / ((I+P)+R)",
    "REF1": "R / ((I+P)+(R+NC+O)+(UH+UO))",
    "REF2": "R / ((I+P)+(R+NC+O)+e*(UH+UO))",
    "REF3": "R / ((I+P)+(R+NC+O))",
    "CON1": "((I+P)+R+O) / ((I+P)+R+O+NC+(UH+UO))",
    "CON2": "((I+P)+R+O) / ((I+P)+R+O+NC+e*(UH+UO))",
    "CON3": "((I+P)+R+O) / ((I+P)+R+O+NC)",
}
COUNTS = st.fixed_dictionaries({group: st.integers(0, 1000) for group in GROUPS})


def printed(name: str, counts: dict[str, int], e: Fraction) -> Fraction | None:
    names = {group: Fraction(n) for group, n in counts.items()} | {"e": e}
    assert re.fullmatch(r"[A-Za-z()+*/ ]+", PRINTED[name])
    try:
        return eval(PRINTED[name], {"__builtins__": {}}, names)  # a literal of this file, checked above
    except ZeroDivisionError:
        return None


@settings(deadline=None)
@given(COUNTS, st.fractions(0, 1, max_denominator=1000))
def test_rates_equal_the_printed_formulas(counts: dict[str, int], e: Fraction) -> None:
    rates = outcome_rates(counts, float(e))
    assert set(rates) == set(PRINTED)
    for name, rate in rates.items():
        expected = printed(name, counts, e)
        assert rate == (None if expected is None else pytest.approx(float(expected), rel=1e-12))


@settings(deadline=None)
@given(COUNTS)
def test_rates_lie_in_order(counts: dict[str, int]) -> None:
    rates = outcome_rates(counts, 0.5)
    for low, high in [
        ("RR1", "RR2"),
        ("RR1", "RR3"),
        ("RR3", "RR5"),
        ("RR2", "RR4"),
        ("RR4", "RR6"),
        ("COOP1", "COOP3"),
    ]:
        first, second = rates[low], rates[high]
        if first is not None and second is not None:
            assert first <= second + 1e-15


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(GROUPS), st.sampled_from("xyz")), min_size=1, max_size=30))
def test_counts_of_groups_add_up(rows: list[tuple[str, str]]) -> None:
    cases = pl.DataFrame(rows, schema=["group", "k"], orient="row")
    parts, whole = response_rates(cases, ["k"]), response_rates(cases)
    for group in GROUPS:
        assert parts[group].sum() == whole[group].item() == sum(g == group for g, _ in rows)


OUTCOMES = [d.code for d in dispositions() if "paper" in d.modes]
STANDING = {d.code: d.standing for d in dispositions()}


def slow_final(outcomes: list[str], answered: bool | None) -> str:
    if answered is not None:
        return "1.1" if answered else "2.12"
    best = None
    for outcome in outcomes:
        code = "2.27" if outcome in {"1.1", "1.2"} else outcome
        if best is None or STANDING[code] >= STANDING[best]:
            best = code
    return best or "3.11"


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(OUTCOMES), max_size=4), st.sampled_from([None, True, False])),
        min_size=1,
        max_size=8,
    )
)
def test_final_dispositions_equal_the_rule_case_by_case(field: list[tuple[list[str], bool | None]]) -> None:
    names = [f"C{i}" for i in range(len(field))]
    sample = pl.DataFrame({"case_id": names, "unit_id": names, "stratum": "h", "role": "official"})
    visits = pl.DataFrame(
        [
            (name, number, "paper", outcome, None, None)
            for name, (outcomes, _) in zip(names, field, strict=True)
            for number, outcome in enumerate(outcomes, start=1)
        ],
        schema={
            "case_id": pl.String, "visit": pl.Int64, "mode": pl.String, "outcome": pl.String, "interviewer": pl.String,
            "replaced_by": pl.String,
        },
        orient="row",
    )  # fmt: skip
    responses = pl.DataFrame(
        [(name, "paper", ok) for name, (_, ok) in zip(names, field, strict=True) if ok is not None],
        schema={"case_id": pl.String, "mode": pl.String, "valid": pl.Boolean},
        orient="row",
    )
    cases = case_dispositions(sample, visits.reverse(), responses)
    assert cases["disposition"].to_list() == [slow_final(*one) for one in field]
