"""Refusals and edges of the tests of tables and groups, of agreement and of small areas."""

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sipas.errors import Place, SipasError
from sipas.estimation import (
    Design,
    Share,
    agreement,
    agreement_of_pairs,
    collapse,
    equality_of_domains,
    fay_herriot,
    grids,
    linear_hypothesis,
    ratios,
    share_test,
    table_test,
    table_tests,
    wald_test,
)
from sipas.estimation.agreements.kappa import kappa_se, kappa_weights
from sipas.estimation.hypotheses.quadratic_forms import chi_squared_tail, combination_tail, f_tail, quadratic_form

SIMPLE = Design()
ROWS = pl.DataFrame({
    "sex": ["f", "f", "f", "m", "m", "m", "f", "m", None, "f"],
    "yes": [True, True, False, False, False, True, True, False, True, None],
    "score": [1, 2, 2, 3, 3, 1, 1, 3, 2, 2],
    "where": ["a", "a", "a", "a", "b", "b", "b", "b", "b", None],
    "real": [0.5] * 10,
})
AREAS = pl.DataFrame({
    "domain": ["a", "b", "c", "d", "e"],
    "estimate": [1.0, 2.0, 1.5, 2.5, 4.0],
    "se": [0.3, 0.2, 0.4, 0.3, 0.2],
    "x": [1.0, 2.0, 3.0, 4.0, 6.0],
    "kind": ["u", "v", "u", "v", "u"],
})


def refused(call: object, *args: object, **options: object) -> SipasError:
    with pytest.raises(SipasError) as caught:
        call(*args, **options)
    return caught.value


@pytest.mark.parametrize(
    ("options", "code", "parameter"),
    [
        ({"statistic": "G"}, "option_unknown", "statistic"),
        ({"proportions": "best"}, "option_unknown", "proportions"),
        ({"row": "real"}, "column_not_categories", "real"),
        ({"column": "sexe"}, "column_unknown", "sexe"),
    ],
)
def test_table_refuses(options: dict[str, str], code: str, parameter: str) -> None:
    asked = {"row": "sex", "column": "yes", **options}
    error = refused(table_test, ROWS, SIMPLE, **asked)
    assert (error.code, error.parameter) == (f"estimation.{code}", parameter)


def test_a_bad_weight_is_refused_with_its_row() -> None:
    rows = ROWS.with_columns(w=pl.Series([1.0] * 9 + [math.nan]))
    error = refused(table_test, rows, Design(weight="w"), "sex", "yes")
    assert (error.code, error.place) == ("estimation.weight_not_valid", Place(row=10, column="w"))


def test_rows_left_out_are_counted() -> None:
    nothing = pl.DataFrame({"sex": [None], "yes": [None]}, schema={"sex": pl.String, "yes": pl.Boolean})
    rows = pl.concat([ROWS, nothing], how="diagonal")
    got = table_test(rows, SIMPLE, "sex", "yes")
    assert (got.pairs, got.first_missing, got.second_missing, got.both_missing) == (8, 1, 1, 1)
    assert got.summary()["pairs"] == 8
    assert got.summary()["p_value"] == got.p_value
    counts = [("f", False, 1), ("f", True, 3), ("m", False, 3), ("m", True, 1)]
    assert got.cells.select("row", "column", "n").rows() == counts


def test_a_table_read_from_parquet(tmp_path: Path) -> None:
    ROWS.write_parquet(tmp_path / "rows.parquet")
    from_file = table_test(tmp_path / "rows.parquet", SIMPLE, "sex", "yes")
    assert from_file.p_value == table_test(ROWS, SIMPLE, "sex", "yes").p_value
    error = refused(table_test, tmp_path / "rows.parquet", SIMPLE, "sex", "yess")
    assert (error.code, error.hint) == ("estimation.column_unknown", ["yes"])


def test_one_test_for_each_domain() -> None:
    got = table_tests(ROWS, SIMPLE, "sex", "yes", ("where",))
    assert [(one.domain, one.pairs) for one in got] == [("a", 4), ("b", 4)]
    assert [one.degrees for one in got] == [3, 3]


def test_categories_keep_their_order() -> None:
    rows = ROWS.with_columns(pl.col("sex").cast(pl.Enum(["m", "f"])))
    assert table_test(rows, SIMPLE, "sex", "yes").cells["row"].to_list() == ["m", "m", "f", "f"]


@pytest.mark.parametrize("statistic", ["F", "Chisq", "lincom", "Wald", "adjWald"])
def test_one_level_cannot_be_tested(statistic: str) -> None:
    got = table_test(ROWS.filter(yes=True), SIMPLE, "sex", "yes", statistic=statistic)
    assert math.isnan(got.p_value)
    assert math.isnan(got.outcome.mean_design_effect)
    assert got.cells["column"].to_list() == [True, True]


@pytest.mark.parametrize("statistic", ["F", "Chisq", "lincom", "Wald", "adjWald"])
def test_one_unit_cannot_be_tested(statistic: str) -> None:
    got = table_test(ROWS.with_columns(psu=1), Design(psu="psu"), "sex", "yes", statistic=statistic)
    assert (math.isnan(got.p_value), got.degrees, got.lonely) == (True, 0, 1)
    assert got.cells["se"].null_count() == 4


def test_too_few_units_for_the_adjusted_test() -> None:
    rows = pl.concat([ROWS.drop_nulls()] * 3).with_row_index("i").with_columns(psu=pl.col("i") % 3)
    got = table_test(rows, Design(psu="psu"), "score", "where", statistic="adjWald")
    assert math.isnan(got.p_value)


def test_given_degrees_of_freedom() -> None:
    rows = pl.concat([ROWS.drop_nulls()] * 3)
    got = table_test(rows, SIMPLE, "score", "where", statistic="adjWald", degrees=1)
    assert (math.isnan(got.p_value), got.outcome.denominator_df, got.degrees) == (True, 0, 1)
    assert table_test(rows, SIMPLE, "score", "where", degrees=7).outcome.denominator_df == pytest.approx(
        7 * got_second(rows), rel=1e-12
    )


def got_second(rows: pl.DataFrame) -> float:
    return table_test(rows, SIMPLE, "score", "where").outcome.numerator_df


def test_empty_cells_fall_back_to_fitted_shares() -> None:
    a = ["x", "x", "y", "y", "z", "z", "x", "y", "z"]
    got = table_test(pl.DataFrame({"a": a, "b": a}), SIMPLE, "a", "b")
    assert got.outcome.proportions == "fitted"
    assert got.outcome.pearson == pytest.approx(18)  # n × (rows - 1): all on the diagonal
    assert got.outcome.design_effects.sum() > 0


def test_design_effects_of_a_simple_sample_are_near_1() -> None:
    rows = pl.concat([ROWS.drop_nulls()] * 200)
    got = table_test(rows, SIMPLE, "sex", "yes", proportions="fitted")
    n = rows.height
    one = table_test(rows, SIMPLE, "sex", "yes")
    assert one.outcome.mean_design_effect == pytest.approx(n / (n - 1), rel=1e-9)
    assert got.outcome.proportions == "fitted"


def test_expected_shares() -> None:
    assert refused(share_test, ROWS, SIMPLE, "sex", {}).code == "estimation.expected_not_valid"
    assert refused(share_test, ROWS, SIMPLE, "sex", {"f": 1, "m": 0}).code == "estimation.expected_not_valid"
    error = refused(share_test, ROWS, SIMPLE, "sex", {"m": 0.5, "x": 0.5})
    assert (error.code, error.got, error.place) == ("estimation.category_unexpected", "f", Place(row=1, column="sex"))
    assert refused(share_test, ROWS, SIMPLE, "sex", {"f": 1, "m": 1}, statistic="Wald").parameter == "statistic"
    alone = share_test(ROWS.filter(sex="f"), SIMPLE, "sex", {"f": 1.0})
    assert math.isnan(alone.p_value)
    true = share_test(ROWS, SIMPLE, "yes", {True: 3, False: 1})
    assert true.cells["row"].to_list() == [True, False]
    assert true.cells["expected"].to_list() == [0.75, 0.25]


def test_linear_hypotheses() -> None:
    measures = (Share("top", "score", (3,)),)
    one = ratios(next(iter(grids(collapse(ROWS, SIMPLE, measures, (("where",),)), ("where",)))), measures)
    pair = [("a", "top"), ("b", "top")]
    values = np.array([0.25, 0.4])
    assert one.values[:, 0] == pytest.approx(values)
    got = linear_hypothesis(one, pair, np.array([[1.0, -1.0], [2.0, -2.0]]))
    assert (got.numerator_df, got.redundant) == (1, 1)
    assert got.p_value == pytest.approx(equality_of_domains(one, "top").p_value)
    assert refused(linear_hypothesis, one, [("c", "top")]).code == "estimation.domain_unknown"
    assert refused(linear_hypothesis, one, [("a", "low")]).code == "estimation.estimate_unknown"
    nobody = equality_of_domains(one, "top", [])
    assert math.isnan(nobody.p_value)


@pytest.mark.parametrize(
    ("slope", "constants"), [(np.ones((1, 3)), None), (np.full((1, 2), np.nan), None), (np.eye(2), np.ones(3))]
)
def test_contrasts_that_do_not_fit(slope: np.ndarray, constants: np.ndarray | None) -> None:
    error = refused(wald_test, np.ones(2), np.eye(2), 10, slope, constants)
    assert (error.code, error.expected) == ("estimation.contrasts_not_valid", 2)


def test_an_error_of_0_is_not_certainty() -> None:
    assert math.isnan(wald_test(np.array([0.5, 0.0]), np.zeros((2, 2)), 10).p_value)
    tied = quadratic_form(np.array([1.0, -1.0]), np.ones((2, 2)))
    assert (math.isnan(tied.value), tied.rank) == (True, 1)
    same = quadratic_form(np.array([2.0, 2.0]), np.ones((2, 2)))
    assert (same.value, same.rank) == (pytest.approx(4.0), 1)
    assert math.isnan(quadratic_form(np.array([np.nan]), np.eye(1)).value)
    assert math.isnan(wald_test(np.ones(3), np.eye(3), 2).p_value)  # 3 contrasts leave no degrees of 2
    assert wald_test(np.ones(2), np.eye(2), math.inf).p_value == pytest.approx(math.exp(-1))


@pytest.mark.parametrize("degrees", [1.0, 3.7, 20.0, 500.0, 1e5, 1e9])
@pytest.mark.parametrize("value", [1e-3, 0.7, 3.0, 12.0])
def test_a_combination_of_equal_weights_is_f(degrees: float, value: float) -> None:
    got = combination_tail(value, np.full(3, 0.8), degrees)
    assert got == pytest.approx(f_tail(value / 2.4, 3, degrees), abs=1e-7)


def test_edges_of_a_combination() -> None:
    assert combination_tail(2.0, np.array([0.5, 0.0]), 7) == f_tail(4.0, 1, 7)
    assert combination_tail(0.0, np.array([0.5, 1.0]), 7) == 1.0
    assert math.isnan(combination_tail(math.nan, np.ones(2), 7))
    assert math.isnan(combination_tail(1.0, np.zeros(2), 7))
    assert math.isnan(f_tail(1.0, 0, 7))
    assert math.isnan(chi_squared_tail(math.nan, 2))


def test_agreement_of_nobody_and_of_one_category() -> None:
    rows = pl.DataFrame({"a": [1, None, 1, None], "b": [None, 1, None, None]}, schema={"a": pl.Int64, "b": pl.Int64})
    item = agreement(rows, {"q": ("a", "b")}).items.row(0, named=True)
    assert [item[k] for k in ("pairs", "first_missing", "second_missing", "both_missing")] == [0, 1, 2, 1]
    assert (item["agreement"], item["kappa"]) == (None, None)
    same = agreement(pl.DataFrame({"a": [1] * 5, "b": [1] * 5}), {"q": ("a", "b")})
    item = same.items.row(0, named=True)
    got = [item[name] for name in ("agreement", "gross_difference", "kappa", "kappa_se_simple")]
    assert got == [1.0, 0.0, None, None]
    assert item["agreement_low"] < 1
    assert same.categories["inconsistency"].to_list() == [None]


def test_agreement_of_all_over_several_categories() -> None:
    rows = pl.DataFrame({"a": [1, 2, 3, 1, 2], "b": [1, 2, 3, 1, 2]})
    item = agreement(rows, {"q": ("a", "b")}).items.row(0, named=True)
    assert (item["agreement"], item["kappa"], item["kappa_quadratic"]) == pytest.approx((1.0, 1.0, 1.0))
    assert item["kappa_se"] == pytest.approx(0, abs=1e-12)
    assert (item["kappa_low"], item["kappa_high"]) == (None, None)  # nothing varied: no interval


def test_agreement_by_given_categories() -> None:
    rows = pl.DataFrame({"a": ["low", "high", "mid", "mid"], "b": ["low", "mid", "mid", "low"]})
    order = ["low", "mid", "high", "never"]
    given = agreement(rows, {"q": ("a", "b")}, categories={"q": order})
    assert given.categories["category"].to_list() == order
    numbered = rows.select(pl.all().replace_strict(dict(zip(order, range(4), strict=True))))
    again = agreement(numbered, {"q": ("a", "b")}, categories={"q": range(4)})
    assert given.items.drop("item").equals(again.items.drop("item"))
    assert given.items["kappa_linear"][0] is not None
    error = refused(agreement, rows, {"q": ("a", "b")}, categories={"q": ["low", "mid"]})
    assert (error.code, error.got, error.place) == ("estimation.category_unexpected", "high", Place(row=2, column="a"))


def test_agreement_refuses() -> None:
    rows = pl.DataFrame({"a": [1], "b": ["x"]})
    assert refused(agreement, rows, {"q": ("a", "b")}).code == "estimation.answers_of_two_types"
    assert refused(agreement, rows, {"q": ("a", "a2")}).parameter == "a2"
    assert refused(agreement, rows, {}, level=1).code == "estimation.level_not_valid"
    assert refused(agreement_of_pairs, rows, level=0).code == "estimation.level_not_valid"
    assert refused(agreement_of_pairs, rows).parameter == "column"
    assert refused(kappa_weights, [1, 2], "cubic").code == "estimation.option_unknown"
    assert agreement(rows, {}).items.is_empty()
    assert math.isnan(kappa_se(np.zeros((2, 2)), np.eye(2), 0))


def test_pairs_of_several_items() -> None:
    pairs = pl.DataFrame({
        "case_id": ["1", "1", "2", "2"],
        "column": ["q2", "q1", "q2", "q1"],
        "first": [1, 2, 1, 2],
        "second": [1, 2, 2, 1],
        "same": [True, True, False, False],
    })
    got = agreement_of_pairs(pairs, Design(psu="case_id")).items
    assert got["item"].to_list() == ["q2", "q1"]
    assert got["agreement"].to_list() == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize(
    ("change", "code", "place"),
    [
        ({"se": [0.3, -0.2, 0.4, 0.3, 0.2]}, "variance_negative", Place(row=2, column="se")),
        ({"se": [0.3, math.nan, 0.4, 0.3, 0.2]}, "value_not_finite", Place(row=2, column="se")),
        ({"estimate": [0.3, 1.0, math.inf, 0.3, 0.2]}, "value_not_finite", Place(row=3, column="estimate")),
        ({"x": [1.0, 2.0, 3.0, None, 1.0]}, "auxiliary_missing", Place(row=4, column="x")),
        ({"domain": ["a", "b", "c", "a", "e"]}, "area_repeated", Place(row=4, column="domain")),
        ({"domain": ["a", None, "c", "d", "e"]}, "key_missing", Place(row=2, column="domain")),
        ({"estimate": ["1"] * 5}, "column_not_numeric", Place(column="estimate")),
        ({"x": [1.0] * 5}, "auxiliaries_dependent", Place()),
        ({"x": [0.0] * 5}, "auxiliaries_dependent", Place()),
        ({"estimate": [None, None, None, 1.0, 2.0]}, "too_few_areas", Place()),
    ],
)
def test_small_areas_refuse(change: dict[str, list[object]], code: str, place: Place) -> None:
    areas = AREAS.with_columns(**{name: pl.Series(values, strict=False) for name, values in change.items()})
    error = refused(fay_herriot, areas, ("x",))
    assert (error.code, error.place) == (f"estimation.{code}", place)


def test_small_areas_refuse_options() -> None:
    assert refused(fay_herriot, AREAS, ("x",), method="EM").code == "estimation.option_unknown"
    assert refused(fay_herriot, AREAS, ("x",), se=None).code == "estimation.variance_needed"
    assert refused(fay_herriot, AREAS, ("y",)).parameter == "y"
    assert refused(fay_herriot, AREAS, (), intercept=False).code == "estimation.too_few_areas"
    assert refused(fay_herriot, AREAS.clear(), ("x",)).code == "estimation.too_few_areas"


def test_small_areas_without_a_usable_error_are_synthetic() -> None:
    areas = AREAS.with_columns(se=pl.Series([0.3, 0.0, None, 0.3, 0.2]))
    more = pl.concat([areas, AREAS.select(pl.col("domain") + "2", "estimate", "se", pl.col("x") + 1, "kind")])
    got = fay_herriot(more.with_columns(estimate=pl.when(domain="d2").then(None).otherwise("estimate")), ("x",))
    assert got.reasons == {"no_direct": 1, "no_variance": 1, "zero_variance": 1}
    assert (got.modelled, got.synthetic) == (7, 3)
    lines = {row["area"]: row for row in got.table.rows(named=True)}
    assert [lines[a]["reason"] for a in ("a", "b", "c", "d2")] == [None, "zero_variance", "no_variance", "no_direct"]
    assert lines["b"]["direct"] == 2.0  # shown, not used
    assert (lines["b"]["estimate"], lines["b"]["residual"]) == (lines["b"]["synthetic"], None)
    assert got.table["mse"].null_count() == 0


def test_small_areas_on_a_line_leave_nothing_to_the_areas() -> None:
    areas = AREAS.with_columns(estimate=2 * pl.col("x"))
    for method in ("REML", "ML", "FH"):
        got = fay_herriot(areas, ("x",), method=method)
        assert (got.refvar, got.at_zero) == (0.0, True)
        assert got.table["gamma"].to_list() == [0.0] * 5
        assert got.table["estimate"].to_list() == pytest.approx(areas["estimate"].to_list())


def test_text_becomes_indicators_and_variance_goes_before_se() -> None:
    areas = AREAS.with_columns(v=pl.col("se") ** 2, se=pl.lit("nothing"))
    got = fay_herriot(areas, ("kind",), variance="v")
    assert got.coefficients["name"].to_list() == ["intercept", "kind = v"]
    plain = AREAS.with_columns(kind=pl.col("kind") == "v")
    again = fay_herriot(plain, ("kind",))
    assert got.refvar == pytest.approx(again.refvar, rel=1e-9)
    assert again.coefficients["name"].to_list() == ["intercept", "kind"]
