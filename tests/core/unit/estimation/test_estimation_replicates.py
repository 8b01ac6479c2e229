"""Making replicates: what is refused, and rules for strata that do not fit."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation import Design, Mean, Moments, Share, Stage, collapse, grids
from sipas.estimation.replicates import (
    ReplicateDesign,
    Replication,
    across_replicates,
    given_factors,
    given_grids,
    recalibrated,
    replicate_factors,
    replicate_weights,
    replicated_ratios,
)

X = (Mean("x", "x"),)
SAMPLE = pl.DataFrame({
    "h": ["a"] * 4 + ["b"] * 4,
    "u": ["a1", "a1", "a2", "a2", "b1", "b1", "b2", "b2"],
    "w": [1.0, 2.0, 1.5, 1.0, 3.0, 1.0, 2.0, 2.5],
    "x": [3.0, 4.0, None, 1.0, 2.0, 2.0, 5.0, 7.0],
    "q": [1, 2, 1, None, 2, 1, 1, 1],
    "d": ["k", "k", "k", "l", "l", "l", "k", "l"],
})
STRATIFIED = Design(weight="w", strata="h", psu="u")
JKN = Replication(kind="JKn")
PAIRS = {"columns": ("r1", "r2"), "kind": "bootstrap", "weight": "w"}
WEIGHTED = SAMPLE.with_columns(r1=pl.col("w") * 2, r2=pl.col("w") * 0.5)


def moments(rows: pl.DataFrame = SAMPLE, design: Design = STRATIFIED, **more: object) -> Moments:
    return collapse(rows, design, (*X, Share("q", "q", (1,))), (("d",),), **more)  # type: ignore[arg-type]


def refused(call: Callable[[], object]) -> SipasError:
    with pytest.raises(SipasError) as caught:
        call()
    return caught.value


@pytest.mark.parametrize(
    ("options", "code", "parameter"),
    [
        ({"kind": "Fay", "rho": 1.0}, "rho_not_valid", "rho"),
        ({"kind": "Fay", "rho": -0.1}, "rho_not_valid", "rho"),
        ({"kind": "Fay", "rho": float("nan")}, "rho_not_valid", "rho"),
        ({"kind": "BRR", "rho": 0.5}, "rho_not_valid", "rho"),
        ({"kind": "bootstrap", "seed": 1}, "replicates_not_valid", "replicates"),
        ({"kind": "bootstrap", "seed": 1, "replicates": 1}, "replicates_not_valid", "replicates"),
        ({"kind": "bootstrap", "replicates": 10}, "seed_needed", "seed"),
        ({"kind": "rao-wu-yue", "replicates": 10, "seed": 1, "draws": 0}, "draws_not_valid", "draws"),
        ({"kind": "bootstrap", "replicates": 10, "seed": 1, "draws": 2}, "draws_not_valid", "draws"),
    ],
)
def test_methods_refused(options: dict[str, object], code: str, parameter: str) -> None:
    error = refused(lambda: Replication(**options))
    assert (error.code, error.parameter) == (f"estimation.{code}", parameter)


@pytest.mark.parametrize(
    ("options", "code", "parameter"),
    [
        ({"columns": ("r1",)}, "replicates_not_valid", "columns"),
        ({"columns": ("r1", "r1")}, "replicates_not_valid", "columns"),
        ({"rscales": (1.0,)}, "rscales_not_valid", "rscales"),
        ({"rscales": (1.0, -1.0)}, "rscales_not_valid", "rscales"),
        ({"rscales": (1.0, float("nan"))}, "rscales_not_valid", "rscales"),
        ({"kind": "JKn"}, "rscales_not_valid", "rscales"),
        ({"kind": "other"}, "scale_not_valid", "scale"),
        ({"kind": "BRR", "scale": 1.0}, "scale_not_valid", "scale"),
        ({"scale": 0.0}, "scale_not_valid", "scale"),
        ({"kind": "Fay", "rho": 1.5}, "rho_not_valid", "rho"),
    ],
)
def test_given_designs_refused(options: dict[str, object], code: str, parameter: str) -> None:
    error = refused(lambda: ReplicateDesign(**{**PAIRS, **options}))
    assert (error.code, error.parameter) == (f"estimation.{code}", parameter)


@pytest.mark.parametrize("value", [None, float("nan"), -0.1, float("inf")])
@pytest.mark.parametrize("column", ["r2", "w"])
def test_given_weights_name_column_and_row(value: float | None, column: str) -> None:
    wrong = pl.when(pl.int_range(pl.len()) == 4).then(pl.lit(value, pl.Float64)).otherwise(column).alias(column)
    error = refused(lambda: given_factors(WEIGHTED.with_columns(wrong), ReplicateDesign(**PAIRS)))
    assert error.code == "estimation.weight_not_valid"
    assert error.place is not None
    assert (error.place.column, error.place.row) == (column, 5)


def test_given_columns_are_there_and_numbers() -> None:
    unknown = ReplicateDesign(**{**PAIRS, "columns": ("r1", "r3")})
    assert refused(lambda: given_factors(WEIGHTED, unknown)).code == "estimation.column_unknown_without_like"
    text = WEIGHTED.with_columns(pl.col("r2").cast(pl.String))
    error = refused(lambda: given_factors(text, ReplicateDesign(**PAIRS)))
    assert (error.code, error.parameter) == ("estimation.column_not_numeric", "r2")


def test_a_replicate_weight_needs_a_weight() -> None:
    rows = WEIGHTED.with_columns(w=pl.when(pl.int_range(pl.len()) == 2).then(0.0).otherwise("w"))
    error = refused(lambda: given_factors(rows, ReplicateDesign(**PAIRS)))
    assert (error.code, error.place and error.place.row) == ("estimation.replicate_without_weight", 3)
    assert given_factors(rows, ReplicateDesign(**PAIRS, combined=False)).count == 2


def test_degrees_of_given_replicates() -> None:
    factors, laid = given_grids(WEIGHTED, ReplicateDesign(**PAIRS), X, (("d",),))
    assert factors.degrees == 0  # factors 2 and ½ for all: rank 1
    told, _ = given_grids(WEIGHTED, ReplicateDesign(**PAIRS, degrees=7), X)
    for grid in laid:
        one = replicated_ratios(grid, X, told)
        assert (one.degrees() == 7).all()
        assert not one.lonely().any()
        assert not one.certain().any()
    assert given_factors(WEIGHTED[:0], ReplicateDesign(**PAIRS)).degrees == 0


def lonely(rule: str) -> Moments:
    rows = SAMPLE.filter(pl.col("u") != "b2")
    return moments(rows, Design(weight="w", strata="h", psu="u", lonely=rule))  # type: ignore[arg-type]


def test_lonely_strata() -> None:
    some = {"replicates": 4, "seed": 1}
    for kind in ("bootstrap", "subbootstrap", "rao-wu-yue", "generalised-bootstrap", "multistage-bootstrap"):
        error = refused(lambda kind=kind: replicate_factors(lonely("centered"), Replication(kind=kind, **some)))
        assert (error.code, error.parameter, error.got) == ("estimation.lonely_replicates", "lonely", ["b"])
        array = replicate_factors(lonely("remove"), Replication(kind=kind, **some)).array
        assert (array[2] == 1).all()
    error = refused(lambda: replicate_factors(lonely("average"), Replication(kind="successive-difference")))
    assert error.code == "estimation.lonely_replicates"
    assert refused(lambda: replicate_factors(lonely("fail"), Replication(kind="JKn"))).code.endswith("lonely_stratum")


def test_lonely_units_have_no_error_of_their_own() -> None:
    removed, certain = lonely("remove"), lonely("certainty")
    for many, known in ((removed, False), (certain, True)):
        _, by = grids(many)
        one = replicated_ratios(by, X, replicate_factors(many, Replication(kind="JKn")))
        assert one.lonely()[:, 0].tolist() == [0, 1]
        assert by.domains == ("k", "l")
        assert np.isfinite(one.variance()[1, 0])
        alone = many.table.filter((pl.col("domain") != "l") | (pl.col("stratum") == "b"))
        (grid,) = grids(Moments(alone, many.description), ("d",))
        one = replicated_ratios(grid, X, replicate_factors(many, Replication(kind="JKn")))
        assert np.isfinite(one.variance()[1, 0]) == known


def test_jk1_is_for_one_stratum() -> None:
    error = refused(lambda: replicate_factors(moments(), Replication(kind="JK1")))
    assert (error.code, error.got) == ("estimation.jk1_has_strata", 2)


def sizes(*counts: int) -> Moments:
    rows = [(f"h{h}", f"{h}-{i}", float(i * i + h)) for h, n in enumerate(counts) for i in range(n)]
    data = pl.DataFrame(rows, schema=["h", "u", "x"], orient="row")
    return collapse(data, Design(strata="h", psu="u", lonely="remove"), X)


def test_half_samples_need_pairs() -> None:
    error = refused(lambda: replicate_factors(sizes(2, 1, 2), Replication(kind="BRR")))
    assert (error.code, error.parameter, error.expected, error.got) == (
        "estimation.brr_needs_pairs",
        "small",
        "h1",
        1,
    )
    error = refused(lambda: replicate_factors(sizes(2, 3), Replication(kind="BRR")))
    assert (error.parameter, error.expected, error.got) == ("large", "h1", 3)
    error = refused(lambda: replicate_factors(sizes(2, 3), Replication(kind="BRR", large="split")))
    assert (error.parameter, error.expected, error.got) == ("large", "h1", 3)
    error = refused(lambda: replicate_factors(sizes(2, 1), Replication(kind="BRR", small="merge")))
    assert error.parameter == "small"


def test_strata_split_and_merged_into_pairs() -> None:
    split = replicate_factors(sizes(4, 2, 1), Replication(kind="BRR", large="split", small="split"))
    assert split.degrees == 3
    assert (split.array[6] == 1).all()
    assert (split.array[[0, 2, 4]] + split.array[[1, 3, 5]] == 2).all()
    merged = replicate_factors(sizes(5, 1, 1, 1), Replication(kind="BRR", large="merge", small="merge"))
    assert merged.degrees == 2
    halves = merged.array
    assert (halves[0] == halves[1]).all()
    assert (halves[2] == halves[4]).all()
    assert (halves[0] + halves[2] == 2).all()
    assert (halves[5] + halves[6] == 2).all()
    assert (halves[5] == halves[7]).all()


def test_too_many_draws() -> None:
    method = Replication(kind="rao-wu-yue", replicates=3, seed=1, draws=3)
    error = refused(lambda: replicate_factors(moments(), method))
    assert (error.code, error.expected, error.got) == ("estimation.draws_not_valid", 1, 3)


def test_order_lists_every_unit() -> None:
    order = pl.DataFrame({"stratum": ["a", "b", "b"], "psu": ["a1", "b1", "b2"]})
    method = Replication(kind="successive-difference")
    error = refused(lambda: replicate_factors(moments(), method, order=order))
    assert (error.code, error.got) == ("estimation.order_incomplete", [("a", "a2")])
    twice = pl.concat([order, order[:1], pl.DataFrame({"stratum": ["a"], "psu": ["a2"]})])
    assert refused(lambda: replicate_factors(moments(), method, order=twice)).code == "estimation.order_incomplete"


def test_successive_differences_with_fewer_rows_than_units() -> None:
    many = sizes(11, 3)
    factors = replicate_factors(many, Replication(kind="successive-difference", replicates=4))
    assert factors.count == 4
    corrected = SAMPLE.with_columns(N=pl.lit(4.0))
    half = moments(corrected, Design(weight="w", strata="h", psu="u", population="N"))
    with_fpc, without = (
        replicate_factors(half, Replication(kind="successive-difference", fpc=fpc)).array for fpc in (True, False)
    )
    np.testing.assert_allclose(with_fpc - 1, (without - 1) * np.sqrt(0.5))
    assert set(np.round(factors.array, 4).ravel()) <= {0.2929, 1.0, 1.7071}
    assert factors.scale == 1.0


def test_corrections_that_cannot_be_carried() -> None:
    rows = SAMPLE.with_columns(N=pl.lit(2.0), M=pl.lit(5.0))
    staged = Design(weight="w", strata="h", psu="u", population="N", later=(Stage(population="M"),))
    error = refused(lambda: replicate_factors(moments(rows, staged), Replication(kind="JKn")))
    assert (error.code, error.parameter) == ("estimation.replicates_not_possible", "fpc")
    assert replicate_factors(moments(rows, staged), Replication(kind="JKn", fpc=False)).count == 4
    pps = Design(weight="w", strata="h", psu="u", rate="p", pps="brewer")
    unequal = moments(SAMPLE.with_columns(p=pl.lit(0.4)), pps)
    error = refused(lambda: replicate_factors(unequal, Replication(kind="JKn")))
    assert (error.code, error.got) == ("estimation.replicates_not_possible", "brewer")
    assert replicate_factors(unequal, Replication(kind="BRR")).count == 4


def test_factors_are_of_their_own_units() -> None:
    factors = replicate_factors(moments(SAMPLE.filter(pl.col("u") != "b2").with_columns(h=pl.lit("a"))), JKN)
    whole, _ = grids(moments())
    error = refused(lambda: replicated_ratios(whole, X, factors))
    assert (error.code, error.got) == ("estimation.replicates_differ", ["b", "b1"])
    assert (
        (replicate_weights(SAMPLE, Design(strata="h", psu="u"), replicate_factors(moments(), JKN)) <= 2)
        .to_numpy()
        .all()
    )
    error = refused(lambda: replicate_weights(SAMPLE, STRATIFIED, factors))
    assert (error.code, error.place and error.place.row) == ("estimation.replicates_differ", 5)
    staged = Design(weight="w", strata="h", psu="u", later=(Stage(),))
    deep = replicate_factors(moments(design=staged), Replication(kind="multistage-bootstrap", replicates=2, seed=1))
    assert refused(lambda: replicated_ratios(whole, X, deep)).code == "estimation.replicates_differ"
    one, two = (replicated_ratios(whole, X, replicate_factors(moments(), JKN)) for _ in (1, 2))
    assert refused(lambda: across_replicates(one, "x", two, "x")).code == "estimation.replicates_differ"


def test_calibration_must_give_weights() -> None:
    factors = replicate_factors(moments(), JKN)
    for wrong in (lambda w: -w, lambda w: w * np.nan, lambda w: w[1:]):
        error = refused(lambda wrong=wrong: recalibrated(SAMPLE, STRATIFIED, factors, wrong))
        assert (error.code, error.parameter) == ("estimation.calibrated_weight_not_valid", "calibrate")


def test_unknown_names() -> None:
    whole, _ = grids(moments())
    one = replicated_ratios(whole, X, replicate_factors(moments(), JKN))
    assert refused(lambda: one.place("y")).code == "estimation.estimate_unknown"
    assert refused(lambda: one.covariance("y")).code == "estimation.domain_unknown"
