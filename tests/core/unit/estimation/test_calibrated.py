"""Calibrated designs: what is refused, what is reported, files, rows as units."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.core.unit.scoring.made_rounds import EDITION, answers_of, scored

from sipas.errors import SipasError
from sipas.estimation import (
    CalibratedWeight,
    Design,
    Mean,
    Moments,
    Share,
    collapse,
    collapse_calibrated,
    grids,
    merge,
    numerators,
    ratios,
    read_moments,
)
from sipas.estimation.replicates import Replication, replicate_factors
from sipas.estimation.replicates.calibrated import calibrate_replicates
from sipas.estimation.replicates.cells import auxiliary_cells
from sipas.estimation.replicates.recalibration import poststratify, recalibrate
from sipas.scoring import Overlap, change, measures_of, score
from sipas.weighting import Distance, trim_factors

DESIGN = Design(weight="w", strata="h", psu="u")
MEASURES = (Share("top", "q", (1,)), Mean("y", "y"))
TO_SEX = CalibratedWeight(base="d", margins=("sex",))
ROWS = pl.DataFrame({
    "h": ["1", "1", "1", "2", "2", "2"],
    "u": ["a", "b", "b", "c", "d", "d"],
    "d": [1.0, 2.0, 1.0, 1.0, 3.0, 2.0],
    "w": [1.5, 2.5, 1.5, 1.25, 3.0, 2.5],
    "sex": ["f", "m", "f", "m", "f", "m"],
    "age": [20.0, 30.0, 41.0, 52.0, 33.0, 64.0],
    "q": [1, 0, 1, None, 0, 1],
    "y": [1.0, 2.0, 3.5, 4.0, None, 6.0],
    "r": ["x", "x", "y", "y", "x", "y"],
})
TOTALS = pl.DataFrame({"variable": ["sex", "sex"], "category": ["f", "m"], "total": [6.0, 6.25]})


def moments_of(rows: pl.DataFrame = ROWS, weight: CalibratedWeight = TO_SEX, part: str = "") -> Moments:
    return collapse_calibrated(rows, DESIGN, MEASURES, (("r",),), calibration=weight, part=part)


def replaced(column: str, row: int, value: object) -> pl.DataFrame:
    values = ROWS[column].to_list()
    values[row] = value
    return ROWS.with_columns(pl.Series(column, values, dtype=ROWS[column].dtype))


@pytest.mark.parametrize(
    ("rows", "code", "column", "row"),
    [
        (replaced("d", 2, None), "estimation.base_weight_not_valid", "d", 3),
        (replaced("d", 2, float("nan")), "estimation.base_weight_not_valid", "d", 3),
        (replaced("d", 4, -1.0), "estimation.base_weight_not_valid", "d", 5),
        (replaced("d", 3, 0.0), "estimation.base_weight_zero", "d", 4),
        (replaced("sex", 5, None), "estimation.calibration_missing", "sex", 6),
        (replaced("age", 1, None), "estimation.calibration_missing", "age", 2),
        (replaced("age", 1, float("nan")), "estimation.calibration_missing", "age", 2),
        (ROWS.with_columns(age=pl.lit("old")), "estimation.column_not_numeric", "age", None),
        (ROWS.drop("sex"), "estimation.column_unknown_without_like", "sex", None),
    ],
)
def test_rows_refused(rows: pl.DataFrame, code: str, column: str, row: int | None) -> None:
    with pytest.raises(SipasError) as caught:
        moments_of(rows, CalibratedWeight(base="d", margins=("sex",), numbers=("age",)))
    assert caught.value.code == code
    assert caught.value.parameter == column
    assert caught.value.place is not None
    assert (caught.value.place.column, caught.value.place.row) == (column, row)


def test_missing_values_of_rows_without_weight_do_not_matter() -> None:
    extra = replaced("sex", 0, None)[:1].with_columns(d=pl.lit(0.0), w=pl.lit(0.0))
    more = moments_of(pl.concat([ROWS, extra]))
    for one, other in zip(grids(moments_of()), grids(more), strict=True):
        np.testing.assert_array_equal(ratios(one, MEASURES).variance(), ratios(other, MEASURES).variance())


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({}, "estimation.calibration_empty"),
        ({"margins": ("sex", "sex")}, "estimation.calibration_repeated"),
        ({"margins": ("sex",), "numbers": ("age",), "residuals": "sweeps"}, "estimation.sweeps_need_margins"),
    ],
)
def test_descriptions_refused(arguments: dict[str, object], code: str) -> None:
    with pytest.raises(SipasError) as caught:
        CalibratedWeight(base="d", **arguments)  # type: ignore[arg-type]  # of many types
    assert caught.value.code == code


def test_variables_are_crossed_with_the_partitions() -> None:
    weight = CalibratedWeight(base="d", margins=("sex", ("sex", "r")), numbers=("age",), intercept=True, by=("h",))
    assert [one.name for one in weight.variables()] == ["h", "sex × h", "sex × r × h", "age × h"]
    assert weight.columns() == ("d", "h", "sex", "r", "age")
    assert CalibratedWeight(base="d", intercept=True).variables()[0].name == "1"


def test_totals_reached_and_refused() -> None:
    weight = CalibratedWeight(base="d", margins=("sex",), numbers=("age",))
    sums = moments_of(weight=weight).calibration
    assert sums is not None
    assert sums.reached().rows() == [("sex", "f", 6.0), ("sex", "m", 6.25), ("age", "", 490.5)]
    sums.refuse_misfit(TOTALS)
    for totals, code, parameter in (
        (TOTALS.with_columns(total=pl.col("total") * 1.001), "estimation.calibration_misfit", "sex"),
        (TOTALS[:1], "estimation.calibration_categories", "totals"),
        (TOTALS.with_columns(category=pl.Series(["f", "w"])), "estimation.calibration_categories", "totals"),
    ):
        with pytest.raises(SipasError) as caught:
            sums.refuse_misfit(totals)
        assert (caught.value.code, caught.value.parameter) == (code, parameter)


def test_factors_are_reported() -> None:
    sums = moments_of().calibration
    assert sums is not None
    g = (ROWS["w"] / ROWS["d"]).to_numpy()
    expected = {"rows": 6, "least": 1.0, "most": 1.5, "mean": g.mean(), "cv": g.std() / g.mean()}
    w = ROWS["w"].to_numpy()
    expected |= {"base": 10, "final": 12.25, "kish": 6 * (w**2).sum() / w.sum() ** 2}
    assert sums.factors() == pytest.approx(expected, rel=1e-12)


def test_file_gives_back_the_calibration(tmp_path: Path) -> None:
    moments = moments_of(part="1")
    moments.write(tmp_path / "m.parquet")
    again = read_moments(tmp_path / "m.parquet")
    assert again.calibration is not None
    assert moments.calibration is not None
    assert again.calibration.weight == TO_SEX
    assert again.calibration.table.equals(moments.calibration.table)
    for one, other in zip(grids(moments), grids(again), strict=True):
        np.testing.assert_array_equal(ratios(one, MEASURES).variance(), ratios(other, MEASURES).variance())


def test_parts_of_other_calibrations_are_refused() -> None:
    other = moments_of(weight=CalibratedWeight(base="d", margins=("r",)), part="2")
    plain = collapse(ROWS, DESIGN, MEASURES, (("r",),), part="3")
    for second in (other, plain):
        with pytest.raises(SipasError) as caught:
            merge([moments_of(part="1"), second])
        assert caught.value.code == "estimation.calibrations_differ"


def test_rows_as_units_from_a_file_and_a_frame(tmp_path: Path) -> None:
    ROWS.write_parquet(tmp_path / "rows.parquet")
    by_row = Design(weight="w", strata="h")
    named = ROWS.with_columns(u=pl.Series([str(i) for i in range(6)]))
    by_unit = collapse_calibrated(named, DESIGN, MEASURES, (("r",),), calibration=TO_SEX)
    for rows in (ROWS, tmp_path / "rows.parquet"):
        found = collapse_calibrated(rows, by_row, MEASURES, (("r",),), calibration=TO_SEX, part="p")
        for one, other in zip(grids(found), grids(by_unit), strict=True):
            for function in (ratios, numerators):
                expected = function(other, MEASURES).variance()
                np.testing.assert_allclose(function(one, MEASURES).variance(), expected, rtol=1e-12)


def test_domain_taken_whole_is_not_without_error_while_residuals_are_elsewhere() -> None:
    rows = ROWS.with_columns(n=pl.col("h").replace_strict({"1": 2.0, "2": 9.0}))
    design = Design(weight="w", strata="h", psu="u", population="n")
    measures = (Mean("y", "y"),)
    calibrated = collapse_calibrated(rows, design, measures, (("h",),), calibration=TO_SEX)
    plain = collapse(rows, design, measures, (("h",),))
    (_, before), (_, after) = (tuple(grids(one)) for one in (plain, calibrated))
    assert ratios(before, measures).certain()[:, 0].tolist() == [True, False]
    assert ratios(after, measures).certain()[:, 0].tolist() == [False, False]
    assert ratios(after, measures).variance()[0, 0] > 0


def test_cells_refused() -> None:
    weight = CalibratedWeight(base="d", margins=("sex",))
    for rows, totals, code in (
        (ROWS, TOTALS[:1], "estimation.calibration_categories"),
        (ROWS.filter(sex="f"), TOTALS, "estimation.calibration_categories"),
        (replaced("sex", 5, None), TOTALS, "estimation.calibration_missing"),
        (ROWS.drop("sex"), TOTALS, "estimation.column_unknown_without_like"),
    ):
        with pytest.raises(SipasError) as caught:
            auxiliary_cells(rows, weight, totals)
        assert caught.value.code == code


def test_replicates_refused() -> None:
    cells = auxiliary_cells(ROWS, TO_SEX, TOTALS)
    weights = cells.added(ROWS["d"].to_numpy()[:, None] * np.ones(2))
    empty = weights.copy()
    empty[0, 1] = 0.0
    with pytest.raises(SipasError) as caught:
        recalibrate(empty, cells, Distance("raking"), most_rounds=5)
    assert (caught.value.code, caught.value.got) == ("estimation.replicate_not_converged", [2])
    loose = recalibrate(empty, cells, Distance("raking"), most_rounds=5, strict=False)
    assert loose.failed.tolist() == [False, True]
    with pytest.raises(SipasError) as caught:
        recalibrate(-weights, cells, Distance("raking"))
    assert (caught.value.code, caught.value.hint) == ("estimation.replicate_weight_not_valid", 1)
    with pytest.raises(SipasError) as caught:
        poststratify(empty, np.array([0, 1]), np.array([5.0, 5.0]))
    assert (caught.value.code, caught.value.got, caught.value.hint) == ("estimation.replicate_stratum_empty", 0, 2)


def test_bounds_are_counted() -> None:
    cells = auxiliary_cells(ROWS, TO_SEX, TOTALS)
    weights = cells.added(ROWS["d"].to_numpy()[:, None])
    with pytest.raises(SipasError) as caught:
        recalibrate(weights, cells, Distance("linear", 0.9, 1.1))
    assert caught.value.code == "estimation.replicate_not_converged"
    found = recalibrate(weights, cells, Distance("linear", 0.9, 1.1), strict=False)
    assert found.failed.tolist() == [True]
    assert found.at_bounds.tolist() == [2]


def test_negative_replicate_weights_are_refused() -> None:
    weight = CalibratedWeight(base="d", intercept=True, numbers=("age",))
    totals = pl.DataFrame({"variable": ["1", "age"], "category": ["", ""], "total": [10.0, 620.0]})
    factors = replicate_factors(collapse(ROWS, DESIGN, MEASURES), Replication(kind="JKn"))
    with pytest.raises(SipasError) as caught:
        calibrate_replicates(ROWS, DESIGN, factors, weight, totals, Distance("linear"))
    assert caught.value.code == "estimation.negative_weight"
    assert caught.value.got < 0


def test_trimmed_factors() -> None:
    base, factor = np.array([1.0, 2.0, 1.0]), np.array([0.5, 1.0, 3.0])
    found = trim_factors(base, factor, 0.6, 2.0)
    assert found.tolist() == pytest.approx([0.6, 1.0 + 0.9 / 2, 2.0])
    assert trim_factors(base, factor, 0.1, 9.0).tolist() == factor.tolist()
    assert trim_factors(base, factor, 5.0, 6.0).tolist() == [5.0, 5.0, 5.0]
    with pytest.raises(SipasError) as caught:
        trim_factors(base, factor, 2.0, 1.0)
    assert caught.value.code == "weighting.bounds"


def test_change_of_overlapping_rounds_knows_the_calibration() -> None:
    """A round against itself: the covariance of the two is its variance, by residuals."""
    rows = answers_of(7, n=40).with_columns(
        psu=pl.col("unit") + "-" + (pl.int_range(pl.len()) % 8).cast(pl.String),
        d=pl.lit(1.25),
        half=pl.when(pl.col("a") == 4).then(pl.lit("x")).otherwise(pl.lit("y")),
    )
    weight = CalibratedWeight(base="d", margins=("half",))
    design = Design(weight="w", strata="unit", psu="psu")
    moments = collapse_calibrated(rows, design, measures_of(EDITION), (("unit",),), calibration=weight)
    now = score(EDITION, moments)
    found = change(now, now, overlap=Overlap(rule="stacked")).covariance
    assert found is not None
    plain = scored(rows, design).index
    for kind in ("all", "unit"):
        both = now.index.join(found, on=["domain_kind", "domain", "node"]).filter(domain_kind=kind)
        assert both["covariance"].to_list() == pytest.approx((both["se"] ** 2).to_list(), rel=1e-9)
        assert not np.allclose(both["se"], plain.filter(domain_kind=kind)["se"], rtol=1e-3)
