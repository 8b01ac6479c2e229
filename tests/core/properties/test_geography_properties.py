"""The register against slow, obvious twins that read the two tables row by row."""

import datetime as dt
import unicodedata
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.errors import SipasError
from sipas.geography import find, lineage, matches, predecessors, register, successors, tree, unit_at, units_at
from sipas.geography.model import LEVELS
from sipas.geography.names import name_key

DAYS = st.dates(dt.date(2017, 1, 1), dt.date(2026, 12, 31))
Row = dict[str, object]


@cache
def rows() -> list[Row]:
    return register().to_dicts()


@cache
def steps() -> list[Row]:
    return lineage().to_dicts()


def held(row: Row, on: dt.date) -> bool:
    return row["valid_from"] <= on and (row["valid_to"] is None or on <= row["valid_to"])


def leaves(key: tuple[object, object], at: dt.date) -> Iterator[tuple[object, object]]:
    """Walk the lineage forward until no step is left up to the day."""
    after = [s for s in steps() if (s["code"], s["valid_from"]) == key and s["on"] <= at]
    if not after:
        yield key
    for step in after:
        yield from leaves((step["successor_code"], step["successor_valid_from"]), at)


@given(index=st.integers(0, len(register()) - 1), on=DAYS)
def test_unit_at_is_the_one_row_that_holds(index: int, on: dt.date) -> None:
    code = rows()[index]["code"]
    twin = [r for r in rows() if r["code"] == code and held(r, on)]
    if twin:
        unit = unit_at(code, on)
        assert [(r["code"], r["valid_from"]) for r in twin] == [(unit.code, unit.valid_from)]
    else:
        with pytest.raises(SipasError, match=r"geography\.not_at_date"):
            unit_at(code, on)


@given(on=DAYS, level=st.sampled_from(LEVELS))
@settings(max_examples=12, deadline=None)
def test_units_at_lists_the_rows_that_hold(on: dt.date, level: str) -> None:
    twin = {(r["code"], r["valid_from"]) for r in rows() if held(r, on) and r["level"] == level}
    listed = units_at(on, level)
    assert set(listed.select("code", "valid_from").iter_rows()) == twin
    assert listed.height == len(twin)


@given(index=st.integers(0, len(register()) - 1))
@settings(deadline=None)
def test_a_unit_is_found_by_its_code_and_its_path(index: int) -> None:
    row = rows()[index]
    on = row["valid_from"]
    unit = unit_at(row["code"], on)
    assert find(row["code"], on) == unit
    assert unit in matches(", ".join(reversed(unit.path)), on)
    assert unit in matches(unicodedata.normalize("NFD", unit.full_name.upper()), on)
    plain = "".join(c for c in unicodedata.normalize("NFD", unit.full_name) if not unicodedata.combining(c))
    assert unit in matches(plain.replace("đ", "d").replace("Đ", "D"), on)


@given(index=st.integers(0, len(register()) - 1), at=st.dates(dt.date(2025, 7, 1), dt.date(2026, 12, 31)))
@settings(max_examples=40, deadline=None)
def test_successors_are_the_leaves_of_the_walk(index: int, at: dt.date) -> None:
    row = rows()[index]
    key = (row["code"], row["valid_from"])
    twin = sorted(set(leaves(key, at)) - {key})
    links = successors(row["code"], row["valid_from"], at)
    assert sorted((k.unit.code, k.unit.valid_from) for k in links) == twin
    assert {k.extent for k in links} <= ({"whole"} if len(twin) == 1 else {"part"})


@given(index=st.integers(0, len(register()) - 1))
@settings(max_examples=40, deadline=None)
def test_each_successor_has_the_unit_among_its_predecessors(index: int) -> None:
    row = rows()[index]
    for link in successors(row["code"], row["valid_from"]):
        if link.unit.level == row["level"]:
            back = predecessors(link.unit.code, link.unit.valid_from)
            assert (row["code"], row["valid_from"]) in {(b.unit.code, b.unit.valid_from) for b in back}


@given(index=st.integers(0, len(register()) - 1), on=DAYS)
@settings(max_examples=40, deadline=None)
def test_tree_joins_parents_and_children(index: int, on: dt.date) -> None:
    row = rows()[index]
    if not held(row, on):
        return
    found = tree(row["code"], on)
    assert [u.code for u in found.above][-1:] == ([row["parent_code"]] if row["parent_code"] else [])
    twin = {r["code"] for r in rows() if r["parent_code"] == row["code"] and held(r, on)}
    assert {u.code for u in found.below} == twin


@given(text=st.text(max_size=30), on=DAYS)
@settings(deadline=None)
def test_any_text_is_answered_or_refused_with_a_code(text: str, on: dt.date) -> None:
    try:
        code = find(text, on).code
    except SipasError as error:
        code = error.code
    assert code.startswith("geography.") or any(r["code"] == code and held(r, on) for r in rows())


@given(name=st.sampled_from(sorted(register()["name"].unique())))
def test_name_key_is_stable_under_its_own_folding(name: str) -> None:
    assert name_key(name) == name_key(name.upper()) == name_key(unicodedata.normalize("NFD", name))
