"""Phase 1: engine, files, units without respondents, bits."""

import hashlib
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats

from sipas.estimation import (
    Design,
    DuckDB,
    Mean,
    Pooled,
    Share,
    collapse,
    estimate,
    estimate_rows,
    merge,
    phase_1,
    read_moments,
    terms_of,
)

MEASURES = (
    Share("top", "q", (4, 5)),
    Share("q=3", "q", (3,), category=3),
    Mean("x", "x"),
    Pooled("p", (("q", (4, 5)), ("r", (1,)))),
)
DESIGN = Design(weight="w", strata="h", psu="i")
DOMAINS = (("d",), ("d", "q"))


def rows(n: int = 3000, seed: int = 3) -> pl.DataFrame:
    random = np.random.default_rng(seed)
    h = random.integers(0, 5, n)
    return pl.DataFrame({
        "h": h.astype(str),
        "i": [f"{a}.{b}" for a, b in zip(h, random.integers(0, 9, n), strict=True)],
        "w": random.uniform(0.5, 4, n),
        "q": [None if v == 0 else v for v in random.integers(0, 6, n)],
        "r": random.integers(0, 2, n),
        "x": random.normal(size=n),
        "d": [None if v == 0 else f"d{v}" for v in random.integers(0, 4, n)],
    })


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_same_input_gives_the_same_bytes_from_frame_and_files(tmp_path: Path) -> None:
    data = rows()
    data.head(1000).write_parquet(tmp_path / "part-1.parquet")
    data.tail(2000).write_parquet(tmp_path / "part-2.parquet")
    sources = (data, data, str(tmp_path / "part-*.parquet"), tmp_path / "part-*.parquet")
    seen = set()
    for number, source in enumerate(sources):
        collapse(source, DESIGN, MEASURES, DOMAINS).write(tmp_path / f"moments{number}")
        estimate(read_moments(tmp_path / f"moments{number}")).write_parquet(tmp_path / f"estimates{number}")
        seen.add((digest(tmp_path / f"moments{number}"), digest(tmp_path / f"estimates{number}")))
    assert len(seen) == 1


def test_a_file_gives_back_what_was_written(tmp_path: Path) -> None:
    moments = collapse(rows(), DESIGN, MEASURES, DOMAINS, part="2026-10")
    moments.write(tmp_path / "moments.parquet")
    again = read_moments(tmp_path / "moments.parquet")
    assert again.description == moments.description
    assert again.table.equals(moments.table)


def test_several_threads_and_little_memory_give_the_same_to_rounding() -> None:
    one = estimate(collapse(rows(), DESIGN, MEASURES, DOMAINS))
    two = estimate(collapse(rows(), DESIGN, MEASURES, DOMAINS, engine=DuckDB(threads=2, memory_limit="200MB")))
    known = one["se"].is_not_null()
    assert two["se"].filter(known).to_list() == pytest.approx(one["se"].filter(known).to_list(), rel=1e-9)


def test_the_query_keeps_to_plain_sql() -> None:
    text = phase_1(DESIGN, terms_of(MEASURES), DOMAINS, "rows")
    assert (
        "GROUP BY GROUPING SETS ((stratum_key, psu_key), (stratum_key, psu_key, d1), (stratum_key, psu_key, d2))"
        in text
    )
    assert "FILTER" not in text
    quote = phase_1(Design(weight='a"b'), (), (), "rows")
    assert 'CAST("a""b" AS DOUBLE) AS w' in quote


def test_terms_are_shared() -> None:
    names = [term.name for term in terms_of(MEASURES)]
    assert names[:4] == ["n(q)", "w(q)", "w(q in 4;5)", "w(q in 3)"]
    assert len(names) == len(set(names))


def test_rows_outside_a_kind_of_domain_are_counted() -> None:
    data = rows()
    moments = collapse(data, DESIGN, MEASURES, DOMAINS)
    assert moments.outside("d") == data["d"].null_count()
    assert moments.outside("d × q") == data.filter(pl.col("d").is_null() | pl.col("q").is_null()).height
    assert moments.table.filter(pl.col("domain_kind") == "d × q")["domain"].drop_nulls()[0] == "d1 × 1"


def test_zero_weights_are_counted_apart() -> None:
    data = rows().with_columns(pl.when(pl.col("h") == "0").then(0.0).otherwise("w").alias("w"))
    moments = collapse(data, DESIGN, MEASURES)
    assert moments.table["zero_weight"].sum() == data.filter(pl.col("h") == "0").height
    answered = data.filter(pl.col("q").is_not_null(), pl.col("h") != "0").height
    assert estimate(moments)["n"][0] == answered


def test_units_without_respondents_count_in_the_error_but_not_in_the_degrees() -> None:
    data = pl.DataFrame({"h": ["s"] * 3, "i": ["1", "2", "3"], "w": [1.0] * 3, "x": [1.0, 2.0, 6.0]})
    silent = pl.DataFrame({"stratum": ["s"] * 5, "psu": ["1", "2", "3", "4", "5"], "psu_population": [10.0] * 5})
    table = estimate(collapse(data, DESIGN, (Mean("x", "x"),), psus=silent))
    z = np.array([1.0 - 3, 2 - 3, 6 - 3, 0, 0]) / 3
    expected = (1 - 5 / 10) * 5 / 4 * (z**2).sum()
    assert table["se"][0] ** 2 == pytest.approx(expected, rel=1e-12)
    assert table["df"][0] == 2
    listed = silent.head(3).with_columns(psu_sample=5)
    short = estimate(collapse(data, DESIGN, (Mean("x", "x"),), psus=listed))
    assert short["se"][0] == table["se"][0]


def test_parts_of_single_rows_do_not_share_units() -> None:
    data = rows(50).drop("i")
    design = Design(weight="w", strata="h")
    parts = merge([
        collapse(data.head(20), design, MEASURES, part="a"),
        collapse(data.tail(30), design, MEASURES, part="b"),
    ])
    whole = estimate(collapse(data, design, MEASURES))
    assert estimate(parts)["se"].to_list() == pytest.approx(whole["se"].to_list(), rel=1e-12)
    assert parts.without("b").table.height == 20


def test_no_rows_give_no_estimates() -> None:
    moments = collapse(rows().clear(), DESIGN, MEASURES, DOMAINS)
    assert moments.table.height == 0
    assert estimate(moments).height == 0


def test_one_row_has_a_value_and_no_error() -> None:
    table = estimate(collapse(rows().filter(pl.col("q") == 5).head(1), DESIGN, MEASURES[:1]))
    row = table.row(0, named=True)
    assert (row["estimate"], row["se"], row["low"], row["df"], row["lonely"]) == (1.0, None, None, 0.0, 1)


def test_shares_of_nothing_and_of_all_have_korn_graubard_intervals() -> None:
    data = rows().with_columns(pl.lit(5).alias("q"))
    row = estimate(collapse(data, DESIGN, MEASURES[:2])).rows(named=True)
    weights = data["w"].to_numpy()
    kish = weights.sum() ** 2 / (weights**2).sum()
    size = kish * (stats.t.ppf(0.975, data.height - 1) / stats.t.ppf(0.975, row[0]["df"])) ** 2
    # Clopper-Pearson in closed form: with all x of x satisfied the lower end is 0.025^(1/x).
    assert (row[0]["low"], row[0]["high"]) == (pytest.approx(0.025 ** (1 / size), rel=1e-9), 1.0)
    assert (row[1]["low"], row[1]["high"]) == (0.0, pytest.approx(1 - 0.025 ** (1 / size), rel=1e-9))


def test_estimates_in_batches_equal_those_at_once() -> None:
    many = tuple(Share(f"q={c}", "q", (c,), category=c) for c in range(40)) + MEASURES[2:]
    at_once = estimate(collapse(rows(), DESIGN, many, DOMAINS))
    assert estimate_rows(rows(), DESIGN, many, DOMAINS).equals(at_once)


def test_rows_that_are_their_own_units_carry_their_domains() -> None:
    data = rows(200).with_row_index("row")
    alone = collapse(data, Design(weight="w", strata="h"), MEASURES, DOMAINS)
    named = collapse(data, Design(weight="w", strata="h", psu="row"), MEASURES, DOMAINS)
    assert alone.table.height == 200 < named.table.height
    assert alone.outside("d × q") == named.outside("d × q") > 0
    left, right = estimate(alone), estimate(named)
    assert left.select(pl.exclude(pl.Float64)).equals(right.select(pl.exclude(pl.Float64)))
    for column in ("estimate", "se", "low", "df", "deff"):
        known = left[column].is_not_null()
        expected = right[column].filter(known).to_list()
        assert left[column].filter(known).to_list() == pytest.approx(expected, rel=1e-9, abs=1e-12)
