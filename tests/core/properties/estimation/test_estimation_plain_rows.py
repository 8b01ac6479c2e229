"""Sums made by numpy, chunk after chunk, hold the bits of those that DuckDB makes with one thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from sipas.errors import SipasError
from sipas.estimation import Design, DuckDB, Mean, Pooled, Ratio, Responded, Share, collapse
from sipas.estimation.designs.design import Stage
from sipas.estimation.moments import plain_rows, plain_sums

MEASURES = (
    Share("a", "q1", (4, 5)),
    Share("odd", "q1", (1, 3)),
    Share("one", "q2", (2,)),
    Share("real", "x", (0, 1)),
    Mean("mean", "x"),
    Mean("whole", "q2"),
    Ratio("ratio", "x", "q1"),
    Pooled("both", (("q1", (4, 5)), ("q2", (4, 5)))),
    Responded("any", ("q1", "x")),
)
DOMAINS = (("region",), ("sex",), ("region", "sex"))


@st.composite
def frames(draw: Callable[..., object]) -> pl.DataFrame:
    count = draw(st.integers(1, 40))

    def column(values: st.SearchStrategy[object]) -> object:
        return draw(st.lists(values, min_size=count, max_size=count))

    code = st.one_of(st.none(), st.integers(1, 5))
    stratum = column(st.integers(0, 2))
    frame = {
        "w": column(st.one_of(st.just(0.0), st.floats(0, 1e6), st.floats(1e-3, 1.0))),
        "stratum": pl.Series([f"h{h}" for h in stratum]),
        "psu": pl.Series([10 * h + i for h, i in zip(stratum, column(st.integers(0, 3)), strict=True)], dtype=pl.Int32),
        "unit": pl.Series(column(st.integers(-3, 3)), dtype=pl.Int64),
        "size": pl.Series([float(100 + h) for h in stratum]),
        "region": pl.Series(column(st.one_of(st.none(), st.sampled_from(["Đà Nẵng", "Huế"]))), dtype=pl.String),
        "sex": pl.Series(column(st.one_of(st.none(), st.integers(1, 2))), dtype=pl.Int8),
        "q1": pl.Series(column(code), dtype=pl.Int8),
        "q2": pl.Series(column(st.integers(1, 5)), dtype=pl.UInt8),
        "x": pl.Series(column(st.one_of(st.none(), st.floats(-1e9, 1e9), st.integers(0, 1).map(float)))),
    }
    return pl.DataFrame(frame)


@settings(max_examples=60, deadline=None)
@given(
    frames(),
    st.sampled_from([
        Design(weight="w", strata="stratum", psu="psu", population="size"),
        Design(weight="w", psu="psu"),
        Design(weight="w", strata="stratum"),
        Design(strata="stratum", population="size"),
        Design(weight="w", strata="stratum", psu="psu", later=(Stage(ids="unit"),)),
        Design(weight="w", strata="stratum", psu="psu", nested=True, later=(Stage(strata="sex", ids="unit"), Stage())),
        Design(),
    ]),
    st.sampled_from([3, 10, 1000]),
)
def test_numpy_gives_the_bits_of_the_engine(frame: pl.DataFrame, design: Design, chunk: int) -> None:
    if any(stage.strata == "sex" for stage in design.stages):
        frame = frame.with_columns(pl.col("sex").fill_null(1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain_rows, "CHUNK", chunk)
        patch.setattr(plain_rows, "MOST_READ", 2 * chunk)
        mine = collapse(frame, design, MEASURES, DOMAINS, part="day")
    theirs = collapse(frame, design, MEASURES, DOMAINS, part="day", engine=DuckDB())
    assert_frame_equal(mine.table, theirs.table, check_exact=True)


def test_a_file_gives_what_its_frame_gives(tmp_path: Path) -> None:
    frame = pl.DataFrame({"q1": [1, 5, None, 4], "region": ["a", None, "b", "b"], "psu": [1, 1, 2, 2]})
    frame.write_parquet(tmp_path / "rows.parquet")
    design = Design(psu="psu")
    read = collapse(tmp_path / "rows.parquet", design, (Share("a", "q1", (4, 5)),), (("region",),))
    assert_frame_equal(read.table, collapse(frame, design, (Share("a", "q1", (4, 5)),), (("region",),)).table)


def test_a_unit_that_turns_out_to_lie_in_two_domains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_rows, "CHUNK", 2)
    monkeypatch.setattr(plain_rows, "MOST_READ", 4)
    for number, region in enumerate(["a", "a", "b"]):
        part = pl.DataFrame({
            "q1": [4, 5, None],
            "region": [region] * 3,
            "psu": [1, 2, 1 + number],
            "w": [0.1, 0.7, 0.3],
        })
        part.write_parquet(tmp_path / f"{number}.parquet")
    measures, design = (Share("a", "q1", (4, 5)),), Design(weight="w", psu="psu")
    mine = collapse(tmp_path, design, measures, (("region",),)).table
    assert_frame_equal(mine, collapse(tmp_path, design, measures, (("region",),), engine=DuckDB()).table)
    assert mine.filter(domain_kind="region", psu="1")["domain"].to_list() == ["a", "b"]


def test_groups_too_many_for_memory_go_to_the_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame({"q1": [1, 5, 4, 4], "psu": [1, 1, 2, 3]})
    wanted = collapse(frame, Design(psu="psu"), (Share("a", "q1", (4, 5)),)).table
    monkeypatch.setattr(plain_sums, "MOST_SUMS", 2)
    assert_frame_equal(collapse(frame, Design(psu="psu"), (Share("a", "q1", (4, 5)),)).table, wanted)
    monkeypatch.setattr(plain_rows, "MOST_ALONE", 2)
    alone = collapse(frame, Design(), (Share("a", "q1", (4, 5)),)).table
    assert_frame_equal(alone, collapse(frame, Design(), (Share("a", "q1", (4, 5)),), engine=DuckDB()).table)


def test_rows_as_units_without_strata_and_domains() -> None:
    frame = pl.DataFrame({"q1": [1, 5, None]})
    mine = collapse(frame, Design(), (Share("a", "q1", (4, 5)),), part="x")
    assert_frame_equal(
        mine.table, collapse(frame, Design(), (Share("a", "q1", (4, 5)),), part="x", engine=DuckDB()).table
    )


def test_the_greatest_number_of_a_type_may_be_an_answer() -> None:
    frame = pl.DataFrame({"q1": pl.Series([127, None, 4, -128], dtype=pl.Int8), "psu": [1, 1, 2, 2]})
    table = collapse(frame, Design(psu="psu"), (Share("a", "q1", (127,)), Mean("m", "q1"))).table
    assert table.select("n(q1)", "w(q1 in 127)", "wx(q1)").rows() == [(1, 1.0, 127.0), (2, 0.0, -124.0)]


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [
        ("w", float("nan"), "estimation.weight_not_valid"),
        ("w", -1.0, "estimation.weight_not_valid"),
        ("w", None, "estimation.weight_not_valid"),
        ("x", float("inf"), "estimation.value_not_finite"),
        ("size", 0.0, "estimation.size_not_valid"),
        ("psu", None, "estimation.key_missing"),
    ],
)
def test_the_row_at_fault_is_named(column: str, value: float | None, code: str) -> None:
    frame = pl.DataFrame({"w": [1.0, 2.0, 3.0], "x": [1.0, 2.0, 3.0], "size": [9.0] * 3, "psu": [1, 2, 3]})
    broken = frame.with_columns(
        pl.when(pl.int_range(pl.len()) == 1).then(value).otherwise(pl.col(column)).alias(column)
    )
    with pytest.raises(SipasError) as caught:
        collapse(broken, Design(weight="w", psu="psu", population="size"), (Mean("x", "x"),))
    assert caught.value.code == code
    assert caught.value.place is not None
    assert (caught.value.place.row, caught.value.place.column) == (2, column)
