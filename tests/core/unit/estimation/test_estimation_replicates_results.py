"""What replicates do: units without rows, stages, functions of totals, quantiles."""

from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from sipas.errors import SipasError
from sipas.estimation import Design, Mean, Moments, Share, Stage, Term, collapse, counted, grids, numerators, ratios
from sipas.estimation.replicates import (
    ReplicateDesign,
    Replication,
    given_grids,
    hadamard,
    replicate_factors,
    replicate_weights,
    replicated,
    replicated_numerators,
    replicated_quantiles,
    replicated_ratios,
    replicated_totals,
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


def moments(rows: pl.DataFrame = SAMPLE, design: Design = STRATIFIED, **more: object) -> Moments:
    return collapse(rows, design, (*X, Share("q", "q", (1,))), (("d",),), **more)  # type: ignore[arg-type]


def refused(call: Callable[[], object]) -> SipasError:
    with pytest.raises(SipasError) as caught:
        call()
    return caught.value


def test_units_that_nobody_answered_in_count() -> None:
    drawn = pl.DataFrame({"stratum": ["a", "a", "b", "b", "a"], "psu": ["a1", "a2", "b1", "b2", "a0"]})
    listed = moments(psus=drawn)
    counted_only = moments(psus=pl.DataFrame({"stratum": ["a"], "psu": ["a1"], "psu_sample": [3]}))
    told = pl.DataFrame({"stratum": ["a", "b"], "psu": ["a1", "b1"], "psu_sample": [3, 2]})
    for many, units in ((listed, 5), (moments(psus=told), 4)):
        factors = replicate_factors(many, Replication(kind="JKn", centre="estimate"))
        assert (factors.count, factors.units.height, factors.degrees) == (5, units, 3)
        for grid in grids(many):
            one = replicated_numerators(grid, X, factors)
            np.testing.assert_allclose(one.variance(), numerators(grid, X).variance(), rtol=1e-12)
    assert counted_only.table.height == listed.table.height - 1


def test_nobody_at_all() -> None:
    empty = moments(SAMPLE[:0])
    random = [Replication(kind=kind, replicates=3, seed=1) for kind in ("bootstrap", "generalised-bootstrap")]
    for method in (JKN, *random, Replication(kind="BRR"), Replication(kind="successive-difference")):
        factors = replicate_factors(empty, method)
        for grid in grids(empty):
            one = replicated_ratios(grid, X, factors)
            assert one.values.shape == (0, 1)
            assert one.variance().shape == (0, 1)
            assert one.covariances().shape == (0, 1, 1)


def test_a_sample_that_is_the_population_has_no_error() -> None:
    whole = moments(SAMPLE.with_columns(N=pl.lit(2.0)), Design(weight="w", strata="h", psu="u", population="N"))
    (first, _) = grids(whole)
    one = replicated_ratios(first, X, replicate_factors(whole, JKN))
    assert one.factors.count == 0
    assert (one.variance() == 0).all()
    assert one.certain().all()
    assert one.degrees().tolist() == [[0]]
    uncorrected = replicated_ratios(first, X, replicate_factors(whole, Replication(kind="JKn", fpc=False)))
    assert not uncorrected.certain().any()
    assert (uncorrected.variance() > 0).all()


def test_functions_of_totals_and_of_estimates() -> None:
    many = moments()
    measures = (*X, Share("q", "q", (1,)))
    factors = replicate_factors(many, Replication(kind="rao-wu-yue", replicates=9, seed=4))
    names = ("w(x)", "wx(x)", "w(q)", "w(q in 1)")
    terms = tuple(Term(name, ()) for name in names)
    answers = (counted(("x",)), counted(("q",)))
    for grid in grids(many):
        one = replicated_ratios(grid, measures, factors)
        two = replicated(
            grid,
            terms,
            lambda t: np.stack([t[..., 1] / t[..., 0], t[..., 3] / t[..., 2]], axis=-1),
            ("x", "q"),
            answers,
            factors,
        )
        np.testing.assert_allclose(two.replicates, one.replicates, rtol=1e-12)
        np.testing.assert_allclose(two.variance(), one.variance(), rtol=1e-12)
        sums = replicated_totals(grid, terms, (answers[0], answers[0], answers[1], answers[1]), factors)
        three = sums.transform(
            ("x", "q"), lambda t: np.stack([t[..., 1] / t[..., 0], t[..., 3] / t[..., 2]], axis=-1), one.answers
        )
        np.testing.assert_allclose(three.covariances(), one.covariances(), rtol=1e-12)
        both = one.transform(("gap",), lambda v: v[..., :1] - v[..., 1:], one.answers[:, :1])
        gradient = np.broadcast_to(np.array([[1.0, -1.0]]), (len(grid.domains), 1, 2))
        linear = one.combine(("gap",), both.values, np.array(gradient), one.answers[:, :1])
        np.testing.assert_allclose(linear.variance(), both.variance(), rtol=1e-10)
        expected = np.einsum("a,dab,b->d", [1, -1], one.covariances(), [1, -1])
        whole = one.undefined().sum(axis=1) == 0
        assert whole.any()
        np.testing.assert_allclose(both.variance()[whole, 0], expected[whole], rtol=1e-10)


def test_a_share_of_all_or_none_stays_exact() -> None:
    rows = SAMPLE.with_columns(q=pl.lit(1))
    measures = (Share("all", "q", (1,)), Share("none", "q", (2,)))
    many = collapse(rows, STRATIFIED, measures)
    (grid,) = grids(many)
    one = replicated_ratios(
        grid, measures, replicate_factors(many, Replication(kind="bootstrap", replicates=9, seed=4))
    )
    assert one.values.tolist() == [[1.0, 0.0]]
    assert set(one.replicates[:, 0, 0].tolist()) == {1.0}
    assert one.variance().tolist() == [[0.0, 0.0]]


def test_the_bootstrap_of_all_stages_knows_the_second() -> None:
    rng = np.random.default_rng(4)
    units = np.repeat(np.arange(12), 5)
    rows = pl.DataFrame({
        "h": (units // 6).astype(str),
        "u": units.astype(str),
        "x": units % 5 + rng.normal(0, 6, 60),
        "N": np.where(units < 6, 12.0, 20.0),
        "M": np.where(units % 2, 10.0, 25.0),
        "w": np.where(units < 6, 2.0, 10 / 3) * np.where(units % 2, 2.0, 5.0),
    })
    staged = Design(weight="w", strata="h", psu="u", population="N", later=(Stage(population="M"),))
    many = collapse(rows, staged, X)
    factors = replicate_factors(many, Replication(kind="multistage-bootstrap", replicates=20_000, seed=9))
    (grid,) = grids(many)
    taylor, one = numerators(grid, X), replicated_numerators(grid, X, factors)
    first = numerators(next(iter(grids(collapse(rows, Design(weight="w", strata="h", psu="u", population="N"), X)))), X)
    np.testing.assert_allclose(one.variance(), taylor.variance(), rtol=0.04)
    assert abs(first.variance()[0, 0] / taylor.variance()[0, 0] - 1) > 0.1
    assert one.degrees().tolist() == ratios(grid, X).degrees().tolist() == [[10.0]]
    assert (factors.array >= 0).all()


def test_units_taken_whole_are_kept_with_what_lies_below() -> None:
    rows = SAMPLE.with_columns(N=pl.lit(2.0), M=pl.lit(8.0))
    staged = Design(weight="w", strata="h", psu="u", population="N", later=(Stage(population="M"),))
    many = moments(rows, staged)
    factors = replicate_factors(many, Replication(kind="multistage-bootstrap", replicates=20_000, seed=9))
    grid, _ = grids(many)
    one, taylor = (f.variance()[0, 0] for f in (replicated_numerators(grid, X, factors), numerators(grid, X)))
    assert one == pytest.approx(taylor, rel=0.04)
    assert factors.degrees == 4


def test_weights_of_all_stages_by_row() -> None:
    staged = Design(weight="w", strata="h", psu="u", population="N", later=(Stage(population="M"),))
    rows = SAMPLE.with_columns(N=pl.lit(6.0), M=pl.lit(8.0))
    many = moments(rows, staged)
    factors = replicate_factors(many, Replication(kind="multistage-bootstrap", replicates=6, seed=9))
    weights = replicate_weights(rows, staged, factors, prefix="b")
    assert weights.columns == [f"b_{r}" for r in range(1, 7)]
    given = ReplicateDesign(columns=tuple(weights.columns), weight="w", kind="bootstrap")
    again, laid = given_grids(pl.concat([rows, weights], how="horizontal"), given, X, (("d",),))
    for grid, other in zip(grids(many), laid, strict=True):
        expected = replicated_ratios(grid, X, factors).replicates
        np.testing.assert_allclose(replicated_ratios(other, X, again).replicates, expected, rtol=1e-12)


def test_quantiles_of_every_replicate() -> None:
    factors = replicate_factors(moments(), Replication(kind="subbootstrap", replicates=8, seed=2))
    weights = replicate_weights(SAMPLE, STRATIFIED, factors)
    kinds = replicated_quantiles(SAMPLE, STRATIFIED, "x", (0.5,), factors, (("d",), ("d", "h")), rule="hf1")
    for one in kinds:
        for d, name in enumerate(one.grid.domains):
            for r in range(8):
                rows = SAMPLE.with_columns(r=weights[f"rep_{r + 1}"]).filter(pl.col("x").is_not_null(), pl.col("r") > 0)
                if one.grid.kind != "all":
                    rows = rows.filter(pl.concat_str(one.grid.kind.split(" × "), separator=" × ") == name)
                rows = rows.sort("x")
                half = rows.filter(pl.col("r").cum_sum() >= pl.col("r").sum() / 2 - 1e-9)
                got = one.replicates[r, d, 0]
                assert np.isnan(got) if half.is_empty() else got == half["x"][0]
            assert one.n[d, 0] == one.grid.table.filter(pl.col("domain") == name)["n(x)"].sum()
    error = refused(lambda: list(replicated_quantiles(SAMPLE, STRATIFIED, "x", (1.0,), factors)))
    assert (error.code, error.got) == ("estimation.probability_not_valid", [1.0])


@pytest.mark.parametrize("least", [1, 2, 3, 4, 9, 21, 26, 29, 52, 90, 100])
def test_hadamard_matrices(least: int) -> None:
    found = hadamard(least)
    order = len(found)
    assert (found @ found.T == order * np.eye(order)).all()
    assert (found[0] == 1).all()
    assert (found[:, 0] == 1).all()
    assert set(np.unique(found)) <= {-1, 1}
    assert order == {1: 1, 2: 2, 3: 4, 4: 4, 9: 12, 21: 24, 26: 28, 29: 32, 52: 52, 90: 96, 100: 100}[least]
