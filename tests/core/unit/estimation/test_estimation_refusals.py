"""What the public functions of estimation refuse, with column and row."""

from pathlib import Path

import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation import (
    Design,
    Mean,
    Request,
    Responded,
    Share,
    collapse,
    estimate,
    grids,
    merge,
    ratios,
    read_moments,
)

MEASURES = (Share("top", "q", (4, 5)), Mean("x", "x"))


def rows(**changed: list[object]) -> pl.DataFrame:
    columns: dict[str, list[object]] = {
        "stratum": ["s", "s", "t", "t"],
        "psu": ["1", "2", "3", "4"],
        "w": [1.0, 2.0, 1.5, 1.0],
        "N": [9.0, 9.0, 8.0, 8.0],
        "q": [5, 1, None, 4],
        "x": [1.0, 2.0, None, 3.0],
    }
    return pl.DataFrame(columns | changed, strict=False)


def design(**changed: object) -> Design:
    return Design(**({"weight": "w", "strata": "stratum", "psu": "psu", "population": "N"} | changed))


def refused(data: pl.DataFrame, by: Design | None = None, **more: object) -> SipasError:
    with pytest.raises(SipasError) as caught:
        estimate(collapse(data, by or design(), MEASURES, **more))
    return caught.value


@pytest.mark.parametrize("wrong", [float("nan"), -1.0, None, float("inf")])
def test_weights(wrong: float | None) -> None:
    error = refused(rows(w=[1.0, 1.0, wrong, 1.0]))
    assert (error.code, error.place.column, error.place.row) == ("estimation.weight_not_valid", "w", 3)


@pytest.mark.parametrize("wrong", [float("nan"), -9.0, None, 0.0])
def test_sizes(wrong: float | None) -> None:
    error = refused(rows(N=[9.0, wrong, 8.0, 8.0]))
    assert (error.code, error.place.column, error.place.row) == ("estimation.size_not_valid", "N", 2)


@pytest.mark.parametrize("wrong", [float("nan"), float("-inf")])
def test_values(wrong: float) -> None:
    error = refused(rows(x=[1.0, 2.0, 3.0, wrong]))
    assert (error.code, error.place.column, error.place.row) == ("estimation.value_not_finite", "x", 4)


def test_unknown_column_with_one_like_it() -> None:
    error = refused(rows().rename({"stratum": "strata"}))
    assert (error.code, error.parameter, error.hint) == ("estimation.column_unknown", "stratum", ["strata"])


def test_unit_in_two_strata() -> None:
    error = refused(rows(psu=["1", "2", "2", "4"]))
    assert (error.code, error.place.column, error.place.row) == ("estimation.psu_in_two_strata", "psu", 3)
    assert (error.got, error.hint) == ("2", ["s", "t"])
    assert estimate(collapse(rows(psu=["1", "2", "2", "4"]), design(nested=True), MEASURES)).height == 2


@pytest.mark.parametrize(("column", "row"), [("stratum", 1), ("psu", 4)])
def test_missing_keys(column: str, row: int) -> None:
    values = rows()[column].to_list()
    values[row - 1] = None
    error = refused(rows(**{column: values}))
    assert (error.code, error.place.column, error.place.row) == ("estimation.key_missing", column, row)


def test_text_where_numbers_belong() -> None:
    assert refused(rows(w=["a"] * 4)).code == "estimation.column_not_numeric"
    assert refused(rows(q=["a"] * 4)).code == "estimation.column_not_numeric"


def test_populations_that_cannot_be() -> None:
    assert refused(rows(N=[1.0, 1.0, 8.0, 8.0])).code == "estimation.population_too_small"
    assert refused(rows(N=[9.0, 8.0, 8.0, 8.0])).code == "estimation.population_varies"
    rates = rows(N=[0.5, 0.5, 1.5, 1.5])
    assert refused(rates, design(population=None, rate="N")).code == "estimation.rate_not_valid"
    with pytest.raises(SipasError) as caught:
        design(rate="N")
    assert caught.value.code == "estimation.population_and_rate"


def test_lists_of_units() -> None:
    units = pl.DataFrame({"stratum": ["s", "s", "t"], "psu": ["1", "2", "3"]})
    assert refused(rows(), psus=units).code == "estimation.psu_unknown"
    assert refused(rows(), psus=pl.concat([units, units])).code == "estimation.psu_repeated"
    assert refused(rows(), design(psu=None), psus=units).code == "estimation.psu_needed"
    few = pl.DataFrame({"stratum": ["s", "s", "t", "t"], "psu": ["1", "2", "3", "4"], "psu_sample": [1, 1, 2, 2]})
    assert refused(rows(), psus=few).code == "estimation.psu_sample_too_small"


def test_names_twice_and_names_unknown() -> None:
    assert refused(rows(), domains=(("q",), ("q",))).code == "estimation.kind_repeated"
    with pytest.raises(SipasError, match="measure_repeated"):
        collapse(rows(), design(), MEASURES * 2)
    moments = collapse(rows(), design(), MEASURES)
    for requests, code in (
        ((Request("no", "mean"),), "estimation.measure_unknown"),
        ((Request("top", "mean"),), "estimation.statistic_not_possible"),
    ):
        with pytest.raises(SipasError, match=code):
            estimate(moments, requests)
    with pytest.raises(SipasError, match=r"estimation\.kind_unknown"):
        estimate(moments, domain_kinds=("no",))
    with pytest.raises(SipasError, match=r"estimation\.level_not_valid"):
        estimate(moments, level=95)
    (grid,) = grids(moments)
    with pytest.raises(SipasError, match=r"estimation\.term_missing"):
        ratios(grid, (Mean("w", "w"),))
    with pytest.raises(SipasError, match=r"estimation\.domain_unknown"):
        ratios(grid, MEASURES).covariance("no")
    with pytest.raises(SipasError, match=r"estimation\.estimate_unknown"):
        ratios(grid, MEASURES).place("no")


def test_parts_that_do_not_fit(tmp_path: Path) -> None:
    moments = collapse(rows(), design(), MEASURES, part="1")
    with pytest.raises(SipasError, match=r"estimation\.part_repeated"):
        merge([moments, moments])
    with pytest.raises(SipasError, match=r"estimation\.moments_differ"):
        merge([moments, collapse(rows(), design(), (*MEASURES, Responded("any", ("q", "x"))), part="2")])
    with pytest.raises(SipasError, match=r"estimation\.nothing_to_merge"):
        merge([])
    rows().write_parquet(tmp_path / "other.parquet")
    with pytest.raises(SipasError, match=r"estimation\.not_moments"):
        read_moments(tmp_path / "other.parquet")
