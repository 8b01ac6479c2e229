"""What became of every row."""

import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation import Design, Mean, Responded, Share, accounting, collapse, merge

ROWS = pl.DataFrame(
    [
        ("s1", "a", 1.0, 5, 2.0, "x"),
        ("s1", "a", 0.0, 4, 1.0, "x"),
        ("s1", "b", 2.0, None, 3.0, "x"),
        ("s2", "c", 1.5, 1, None, "y"),
        ("s2", "c", 1.0, 2, 1.0, None),
        ("s2", "c", 0.0, 2, 1.0, None),
    ],
    schema=["h", "u", "w", "q", "v", "d"],
    orient="row",
)
DESIGN = Design(weight="w", strata="h", psu="u", lonely="remove")
MEASURES = (Share("q", "q", (4, 5)), Mean("v", "v"), Responded("any", ("q", "v")))
NUMBERS = ("rows", "zero_weight", "answered", "missing", "units", "strata", "lonely")


def counts(table: pl.DataFrame, kind: str, domain: str | None, measure: str) -> tuple[object, ...]:
    same = pl.col("domain").is_null() if domain is None else pl.col("domain") == domain
    (row,) = table.filter(pl.col("domain_kind") == kind, same, pl.col("measure") == measure).rows(named=True)
    return (row["status"], *(row[name] for name in NUMBERS))


def test_every_row_has_a_place() -> None:
    table = accounting(collapse(ROWS, DESIGN, MEASURES, (("d",),)))
    assert counts(table, "all", "", "q") == ("domain", 4, 2, 3, 1, 2, 2, 1)
    assert counts(table, "all", "", "v") == ("domain", 4, 2, 3, 1, 3, 2, 1)
    assert counts(table, "d", "x", "q") == ("domain", 2, 1, 1, 1, 1, 1, 0)
    assert counts(table, "d", "y", "v") == ("domain", 1, 0, 0, 1, 0, 0, 0)
    assert counts(table, "d", None, "any") == ("outside", 1, 1, 1, 0, 0, 0, 0)
    for measure in ("q", "v", "any"):
        one = table.filter(pl.col("measure") == measure)
        whole, parts = one.filter(pl.col("domain_kind") == "all"), one.filter(pl.col("domain_kind") == "d")
        for name in ("rows", "zero_weight", "answered", "missing"):
            assert whole[name].sum() == parts[name].sum()


def test_parts_add_up() -> None:
    halves = [collapse(ROWS[i : i + 3], DESIGN, MEASURES, (("d",),), part=str(i)) for i in (0, 3)]
    assert accounting(merge(halves)).equals(accounting(collapse(ROWS, DESIGN, MEASURES, (("d",),))))


def test_declared_domains_without_a_row_are_listed() -> None:
    moments = collapse(ROWS, DESIGN, MEASURES, (("d",),))
    table = accounting(moments, domain_kinds=("d",), declared={"d": ["x", "z"]})
    assert counts(table, "d", "z", "v") == ("empty", 0, 0, 0, 0, 0, 0, 0)
    assert table["status"].unique(maintain_order=True).to_list() == ["domain", "outside", "empty"]
    with pytest.raises(SipasError) as caught:
        accounting(moments, declared={"e": []})
    assert (caught.value.code, caught.value.parameter, caught.value.got) == (
        "estimation.kind_unknown",
        "declared",
        ["e"],
    )


def test_rows_as_their_own_units_and_no_rows() -> None:
    design = Design(weight="w")
    table = accounting(collapse(ROWS, design, MEASURES, (("d",),)))
    assert counts(table, "d", None, "any") == ("outside", 1, 1, 1, 0, 0, 0, 0)
    assert counts(table, "all", "", "q") == ("domain", 4, 2, 3, 1, 3, 1, 0)
    assert accounting(collapse(ROWS.head(0), design, MEASURES)).height == 0
