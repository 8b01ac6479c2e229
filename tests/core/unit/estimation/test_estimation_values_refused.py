"""Values that are no answers, and names that two domains would share, are refused alike by all engines."""

from __future__ import annotations

import math
from pathlib import Path

import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation import Design, DuckDB, Mean, Share, Survey, collapse, quantile

NAN, INF = math.nan, math.inf
TOP = (Share("top", "q", (4, 5)),)


def refused(rows: pl.DataFrame, design: Design, domains: tuple[tuple[str, ...], ...], **more: object) -> SipasError:
    with pytest.raises(SipasError) as caught:
        collapse(rows, design, TOP, domains, **more)  # type: ignore[arg-type]
    return caught.value


@pytest.mark.parametrize("engine", [None, DuckDB()])
@pytest.mark.parametrize("wrong", [NAN, INF, -INF])
@pytest.mark.parametrize("column", ["q", "h", "u", "d", "e"])
def test_nan_is_no_answer_key_or_domain(engine: DuckDB | None, wrong: float, column: str) -> None:
    """Column and row, whichever engine: R takes NaN for missing, an engine for a value."""
    good = pl.DataFrame({name: [1.0, 2.0, 3.0, 4.0] for name in ("q", "u", "d", "e")} | {"h": [1.0] * 4})
    rows = good.with_columns(pl.when(pl.int_range(4) == 2).then(pl.lit(wrong)).otherwise(column).alias(column))
    design = Design(strata="h", psu="u")
    error = refused(rows, design, (("d",), ("d", "e")), engine=engine)
    assert (error.code, error.place.column, error.place.row) == ("estimation.value_not_finite", column, 3)


@pytest.mark.parametrize("engine", [None, DuckDB()])
def test_nan_in_a_file(tmp_path: Path, engine: DuckDB | None) -> None:
    """Files are looked at as frames are, also row by row."""
    file = tmp_path / "rows.parquet"
    pl.DataFrame({"q": [5.0, 4.0, NAN]}).write_parquet(file)
    with pytest.raises(SipasError) as caught:
        collapse(file, Design(), TOP, engine=engine)
    assert (caught.value.code, caught.value.place.row) == ("estimation.value_not_finite", 3)


def test_missing_is_no_answer() -> None:
    """What should stand in the place of NaN."""
    found = Survey(pl.DataFrame({"q": [5.0, 4.0, 1.0, None, None]}), Design()).share("q", [4, 5])
    assert found["n"].item() == 3
    assert found["estimate"].item() == pytest.approx(2 / 3)


def test_nan_in_a_survey() -> None:
    """Shares and proportions of real numbers are coded before phase 1."""
    survey = Survey(pl.DataFrame({"q": [5.0, 4.0, 1.0, NAN, NAN]}), Design())
    for ask in (lambda: survey.share("q", [4, 5]), lambda: survey.proportion("q"), lambda: survey.mean("q")):
        with pytest.raises(SipasError) as caught:
            ask()
        assert (caught.value.code, caught.value.place.row) == ("estimation.value_not_finite", 4)


def test_nan_in_a_domain_of_quantiles() -> None:
    """Quantiles read the rows themselves, after the same refusals."""
    with pytest.raises(SipasError) as caught:
        quantile(pl.DataFrame({"x": [1.0, 2.0], "d": [1.0, NAN]}), Design(), "x", domains=(("d",),))
    assert (caught.value.code, caught.value.place.row) == ("estimation.value_not_finite", 2)


@pytest.mark.parametrize("engine", [None, DuckDB()])
@pytest.mark.parametrize("psu", ["u", None])
@pytest.mark.parametrize(
    ("a", "b", "column", "row"),
    [(["p × q", "p"], ["r", "q × r"], "a", 1), (["p", "p ×"], ["× b", "b"], "a", 2)],
)
def test_values_that_hold_the_joiner(
    engine: DuckDB | None, psu: str | None, a: list[str], b: list[str], column: str, row: int
) -> None:
    """Two crossed domains would become one."""
    rows = pl.DataFrame({"q": [5, 1], "u": [1, 2], "a": a, "b": b})
    design = Design(psu=psu)
    error = refused(rows, design, (("a",), ("a", "b")), engine=engine)
    assert (error.code, error.place.column, error.place.row) == ("estimation.value_holds_joiner", column, row)


def test_joiners_in_single_domains_and_signs_without_spaces_pass() -> None:
    """Nothing is joined, or nothing can be taken for the joiner."""
    rows = pl.DataFrame({"q": [5, 1], "a": ["p × q", "p"], "b": ["r×s", "t"]})
    moments = collapse(rows, Design(), (Mean("q", "q"),), (("a",), ("b",)))
    assert moments.outside("a") == 0
    assert collapse(rows.with_columns(a=pl.lit("1×2")), Design(), TOP, (("a", "b"),)).table.height == 2


@pytest.mark.parametrize("engine", [None, DuckDB()])
@pytest.mark.parametrize(
    ("design", "code"),
    [
        (Design(psu="u", weight="x"), "weight_not_valid"),
        (Design(psu="u", population="x"), "size_not_valid"),
        (Design(psu="u", rate="x"), "size_not_valid"),
    ],
)
def test_nan_weights_and_sizes_in_files(tmp_path: Path, engine: DuckDB | None, design: Design, code: str) -> None:
    """The bounds that stand in a Parquet file leave NaN out; an engine must not trust them."""
    file = tmp_path / "rows.parquet"
    pl.DataFrame({"q": [5, 4, 1], "x": [1.0, NAN, 1.0], "u": [1, 2, 3]}).write_parquet(file)
    with pytest.raises(SipasError) as caught:
        collapse(file, design, TOP, engine=engine)
    assert (caught.value.code, caught.value.place.row) == (f"estimation.{code}", 2)
