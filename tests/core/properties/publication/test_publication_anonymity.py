"""k-anonymity against a slow twin that counts with dictionaries."""

from collections import Counter

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from sipas.publication.anonymity import end_codes, group_small, suppress_keys

KEYS = ["place", "sex", "age"]
ROW = st.tuples(st.sampled_from("abcdef"), st.sampled_from([1, 2, None]), st.integers(1, 4))
ROWS = st.lists(ROW, min_size=6, max_size=60)
SLOW = settings(max_examples=150, deadline=None)


def table_of(rows: list[tuple]) -> pl.DataFrame:
    schema = {"place": pl.String, "sex": pl.Int16, "age": pl.Int16}
    return pl.DataFrame(rows, schema=schema, orient="row").with_row_index("row")


@SLOW
@given(rows=ROWS, k=st.integers(2, 6))
def test_every_class_has_k_rows_and_nothing_is_invented(rows: list[tuple], k: int) -> None:
    made = suppress_keys(table_of(rows), KEYS, k)
    classes = Counter(made.select(KEYS).rows())
    assert min(classes.values()) >= k
    assert made["row"].to_list() == list(range(len(rows)))
    for before, after in zip(rows, made.select(KEYS).rows(), strict=True):
        assert all(new is None or new == old for old, new in zip(before, after, strict=True))


@SLOW
@given(rows=ROWS, k=st.integers(2, 6))
def test_classes_that_were_large_enough_are_kept_unless_a_remnant_needs_one(rows: list[tuple], k: int) -> None:
    made = suppress_keys(table_of(rows), KEYS, k).select(KEYS).rows()
    before = Counter(rows)
    touched = {old for old, new in zip(rows, made, strict=True) if old != new and before[old] >= k}
    assert len(touched) <= 1  # the smallest class, taken into a remnant of fewer than k rows
    if not touched:
        assert all(new == old for old, new in zip(rows, made, strict=True) if before[old] >= k)


@SLOW
@given(values=st.lists(st.sampled_from("abcdef"), min_size=1, max_size=60), k=st.integers(2, 6))
def test_grouping_leaves_no_small_value(values: list[str], k: int) -> None:
    made, grouped = group_small(pl.DataFrame({"place": values}), "place", k, "(gộp)")
    counts = Counter(made["place"])
    before = Counter(values)
    assert grouped == len(set(values) - set(made["place"]))
    assert min(counts.values()) >= min(k, len(values))
    assert grouped == 0 or any(before[v] < k for v in before)


@SLOW
@given(values=st.lists(st.one_of(st.integers(0, 9), st.none()), max_size=40), k=st.integers(2, 6))
def test_ends_are_shared_by_k_rows(values: list[int | None], k: int) -> None:
    known = [v for v in values if v is not None]
    ends = end_codes(pl.Series(values, dtype=pl.Int32), k)
    assert (ends is None) == (len(known) < 2 * k)
    if ends is not None:
        low, high = ends
        assert sum(v <= low for v in known) >= k > sum(v < low for v in known)
        assert sum(v >= high for v in known) >= k > sum(v > high for v in known)
