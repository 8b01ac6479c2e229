"""Replicate designs against R survey 4.1-1 (R 4.2.2) on its api, nhanes, scd and fpc data; relative tolerance 1e-8.

Kinds that draw at random, or with a Hadamard matrix of R's own, are compared by R's factors: exported here, estimated
by us. Later versions of survey give the same (4.5: the same code for ``svrVar`` and ``jknweights``).

R script (its result is tests/core/reference/data/estimation_replicates.json)::

    library(survey); library(jsonlite); data(api); data(scd); data(fpc); data(mu284); data(nhanes)
    out <- list()
    stats <- function(D) {
      r <- svyratio(~api.stu, ~enroll, D, na.rm=TRUE, covmat=TRUE)
      m <- svymean(~api00+api99, D); t <- svytotal(~api.stu, D)
      b <- svyby(~api00, ~awards, D, svymean, covmat=TRUE); bt <- svyby(~api00, ~awards, D, svytotal)
      list(mean=as.vector(coef(m)), cov=matrix(vcov(m),2), total=coef(t)[[1]], total_se=SE(t)[[1]],
           ratio=coef(r)[[1]], ratio_se=sqrt(vcov(r))[[1]], by=b$api00, by_cov=matrix(vcov(b),2), by_total=bt$api00,
           by_total_se=as.vector(SE(bt)), degf=degf(D))
    }
    designs <- list(ds=svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=apistrat),
                    dn=svydesign(id=~1, strata=~stype, weights=~pw, data=apistrat),
                    d1=svydesign(id=~dnum, weights=~pw, fpc=~fpc, data=apiclus1),
                    d0=svydesign(id=~dnum, weights=~pw, data=apiclus1))
    for (n in names(designs)) for (mse in c(FALSE, TRUE))
      out[[paste("jk", n, if (mse) "estimate" else "mean")]] <-
        stats(as.svrepdesign(designs[[n]], type="auto", mse=mse))
    few <- subset(apistrat, stype != "H" | cds == min(cds[stype == "H"]))
    d <- svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=few)
    for (rule in c("adjust", "average", "remove")) { options(survey.lonely.psu=rule)
      out[[paste("lonely", rule)]] <- stats(as.svrepdesign(d, type="JKn")) }
    options(survey.lonely.psu="fail")
    # BRR: published, and R's half-samples of ten strata of NHANES
    half <- svrepdesign(data=scd, type="BRR", combined.weights=FALSE, weights=rep(1, 6),
      repweights=2*cbind(c(1,0,1,0,1,0), c(1,0,0,1,0,1), c(0,1,1,0,0,1), c(0,1,0,1,1,0)))
    r <- svyratio(~alive, ~arrests, half); out$scd <- list(ratio=coef(r)[[1]], se=sqrt(r$var)[[1]], degf=degf(half))
    nh <- subset(nhanes, SDMVSTRA %in% 79:82)
    dn <- svydesign(id=~SDMVPSU, strata=~SDMVSTRA, weights=~WTMEC2YR, nest=TRUE, data=nh)
    nhstats <- function(D, units=TRUE) { m <- svymean(~HI_CHOL, D, na.rm=TRUE)
      t <- svytotal(~HI_CHOL, D, na.rm=TRUE)
      b <- svyby(~HI_CHOL, ~RIAGENDR, D, svymean, na.rm=TRUE, covmat=TRUE)
      l <- list(mean=coef(m)[[1]], se=SE(m)[[1]], total=coef(t)[[1]], total_se=SE(t)[[1]],
                by=b$HI_CHOL, by_cov=matrix(vcov(b),2), degf=degf(D), scale=D$scale, rscales=D$rscales)
      if (units) { key <- !duplicated(nh[,c("SDMVSTRA","SDMVPSU")]); l$units <- paste(nh$SDMVSTRA, nh$SDMVPSU)[key]
        l$factors <- as.matrix(weights(D, "replication"))[key,] } ; l }
    out$nhanes_jkn <- nhstats(as.svrepdesign(dn, type="JKn"), FALSE)
    out$nhanes_brr <- nhstats(as.svrepdesign(dn, type="BRR"))
    out$nhanes_fay <- nhstats(as.svrepdesign(dn, type="Fay", fay.rho=0.3))
    out$nhanes_fay_mse <- nhstats(as.svrepdesign(dn, type="Fay", fay.rho=0.3, mse=TRUE))
    set.seed(1); out$nhanes_bootstrap <- nhstats(as.svrepdesign(dn, type="bootstrap", replicates=40))
    set.seed(2); out$nhanes_subbootstrap <- nhstats(as.svrepdesign(dn, type="subbootstrap", replicates=40, mse=TRUE))
    # Given, row by row
    d2 <- svydesign(id=~dnum+snum, fpc=~fpc1+fpc2, data=apiclus2)
    set.seed(3); mrb <- as.svrepdesign(d2, type="mrbbootstrap", replicates=30)
    W <- as.matrix(weights(mrb, "analysis")); out$mrb <- c(stats(mrb), list(weights=W))
    set.seed(4); A <- apistrat$pw * (1 + 2^-1.5 * matrix(sample(c(-2, 0, 2), 200*12, replace=TRUE), 200))
    out$weights <- A
    out$acs <- stats(svrepdesign(data=apistrat, weights=~pw, repweights=A, type="ACS"))
    out$sdr <- stats(svrepdesign(data=apistrat, weights=~pw, repweights=A, type="successive-difference", mse=TRUE))
    out$brr <- stats(svrepdesign(data=apistrat, weights=~pw, repweights=A, type="BRR"))
    out$fay <- stats(svrepdesign(data=apistrat, weights=~pw, repweights=A, type="Fay", rho=0.5))
    out$jk1 <- stats(svrepdesign(data=apistrat, weights=~pw, repweights=A, type="JK1", scale=11/12))
    out$jk2 <- stats(svrepdesign(data=apistrat, weights=~pw, repweights=A, type="JK2"))
    out$jkn <- stats(svrepdesign(data=apistrat, weights=~pw, repweights=A, type="JKn", scale=1, rscales=(1:12)/13))
    out$bootstrap <- stats(svrepdesign(data=apistrat, weights=~pw, repweights=A, type="bootstrap"))
    out$other <- stats(svrepdesign(data=apistrat, weights=~pw, repweights=A, type="other", scale=0.1, rscales=(0:11)/7))
    out$factors <- stats(svrepdesign(data=apistrat, weights=~pw, repweights=A/apistrat$pw, combined.weights=FALSE,
                                      type="other", scale=0.1, rscales=(0:11)/7))
    # A replicate without answers is left out
    few <- apiclus1; few$api00[few$dnum != few$dnum[1] & few$awards == "No"] <- NA
    u <- as.svrepdesign(svydesign(id=~dnum, weights=~pw, fpc=~fpc, data=few), type="JK1")
    out$undefined <- list(by=as.vector(SE(svyby(~api00, ~awards, u, svymean, na.rm=TRUE))))
    cd <- svydesign(id=~psuid, strata=~stratid, weights=~weight, nest=TRUE, fpc=~Nh, data=fpc)
    cr <- as.svrepdesign(cd, type="JKn"); m <- svymean(~x, cr)
    out$fpc <- list(mean=coef(m)[[1]], se=SE(m)[[1]], degf=degf(cr))
    # Post-stratified in every replicate
    ps <- postStratify(as.svrepdesign(designs$d1, type="JK1"), ~stype,
                       data.frame(stype=c("E","H","M"), Freq=c(4421,755,1018)))
    out$poststratified <- stats(ps)
    sdr <- svrepdesign(data=apistrat, weights=~pw, repweights=A, type="successive-difference")
    svyquantile(~api00, sdr, c(.25,.5,.9), interval.type="quantile") # in the test itself, as the next
    svyby(~api00, ~awards, sdr, svyquantile, quantiles=.5, interval.type="quantile")
    writeLines(toJSON(out, digits=NA, auto_unbox=TRUE, na="null"), "replicates.json")
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sipas.estimation import Design, Grid, Linearised, Mean, Ratio, Share, collapse, grids, numerators, ratios
from sipas.estimation.replicates import (
    Factors,
    ReplicateDesign,
    Replication,
    across_replicates,
    given_factors,
    given_grids,
    recalibrated,
    replicate_factors,
    replicated_numerators,
    replicated_quantiles,
    replicated_ratios,
)

DATA = Path(__file__).parents[1] / "data"
R = json.loads((DATA / "estimation_replicates.json").read_text())
EXACT = {"rtol": 1e-8, "atol": 1e-12}
API = (
    Mean("api00", "api00"),
    Mean("api99", "api99"),
    Mean("students", "api.stu"),
    Ratio("ratio", "api.stu", "enroll"),
)
CHOL = (Share("chol", "HI_CHOL", (1,)),)
DESIGNS = {
    "ds": ("apistrat", Design(weight="pw", strata="stype", population="fpc")),
    "dn": ("apistrat", Design(weight="pw", strata="stype")),
    "d1": ("apiclus1", Design(weight="pw", psu="dnum", population="fpc")),
    "d0": ("apiclus1", Design(weight="pw", psu="dnum")),
}
NHANES = Design(weight="WTMEC2YR", strata="SDMVSTRA", psu="SDMVPSU", nested=True)
COLUMNS = tuple(f"rep_{r}" for r in range(1, 13))


def api(file: str) -> pl.DataFrame:
    return pl.read_csv(DATA / f"{file}.csv", null_values="NA")


def nhanes() -> pl.DataFrame:
    rows = pl.read_csv(DATA / "nhanes.csv", null_values="NA")
    return rows.filter(pl.col("SDMVSTRA").is_between(79, 82))


def read(laid: Iterator[Grid], factors: Factors) -> dict[str, object]:
    """Read what R's function ``stats`` reads."""
    whole, awards = laid
    means, sums = replicated_ratios(whole, API, factors), replicated_numerators(whole, API, factors)
    by, by_sums = replicated_ratios(awards, API[:1], factors), replicated_numerators(awards, API[:1], factors)
    return {
        "mean": means.values[0, :2],
        "cov": means.covariance("")[:2, :2],
        "total": sums.values[0, 2],
        "total_se": np.sqrt(sums.variance()[0, 2]),
        "ratio": means.values[0, 3],
        "ratio_se": np.sqrt(means.variance()[0, 3]),
        "by": by.values[:, 0],
        "by_cov": across_replicates(by, "api00", by, "api00"),
        "by_total": by_sums.values[:, 0],
        "by_total_se": np.sqrt(by_sums.variance()[:, 0]),
        "degf": factors.degrees,
    }


def agree(got: dict[str, object], expected: dict[str, object], *, without: tuple[str, ...] = ()) -> None:
    for name, value in got.items():
        if name not in without:
            np.testing.assert_allclose(value, expected[name], err_msg=name, **EXACT)


@pytest.mark.parametrize("centre", ["mean", "estimate"])
@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_jackknife(name: str, centre: str) -> None:
    file, design = DESIGNS[name]
    moments = collapse(api(file), design, API, (("awards",),))
    kind = "JKn" if design.strata else "JK1"
    agree(
        read(grids(moments), replicate_factors(moments, Replication(kind=kind, centre=centre))),
        R[f"jk {name} {centre}"],
    )


def test_jackknife_without_fpc_is_that_of_a_design_without() -> None:
    moments = collapse(api("apistrat"), DESIGNS["ds"][1], API, (("awards",),))
    agree(read(grids(moments), replicate_factors(moments, Replication(kind="JKn", fpc=False))), R["jk dn mean"])


@pytest.mark.parametrize(("rule", "of_r"), [("centered", "adjust"), ("average", "average"), ("remove", "remove")])
def test_lonely_stratum_in_the_jackknife(rule: str, of_r: str) -> None:
    rows = api("apistrat")
    first = rows.filter(pl.col("stype") == "H")["cds"].min()
    few = rows.filter((pl.col("stype") != "H") | (pl.col("cds") == first))
    design = Design(weight="pw", strata="stype", population="fpc", lonely=rule)
    moments = collapse(few, design, API, (("awards",),))
    # R counts the rank of the weights, where deleting the lonely stratum adds one.
    without = ("degf",) if rule == "centered" else ()
    agree(
        read(grids(moments), replicate_factors(moments, Replication(kind="JKn"))), R[f"lonely {of_r}"], without=without
    )


def test_published_half_samples_of_ambulances() -> None:
    rows = pl.DataFrame({
        "esa": [1, 1, 2, 2, 3, 3],
        "ambulance": [1, 2, 1, 2, 1, 2],
        "arrests": [120, 78, 185, 228, 670, 530],
        "alive": [25, 24, 30, 49, 80, 70],
    })
    measure = Ratio("alive", "alive", "arrests")
    moments = collapse(rows, Design(strata="esa", psu="ambulance", nested=True), (measure,))
    factors = replicate_factors(moments, Replication(kind="BRR"))
    (grid,) = grids(moments)
    one = replicated_ratios(grid, (measure,), factors)
    assert (factors.count, factors.degrees) == (4, R["scd"]["degf"])
    np.testing.assert_allclose(one.values, [[R["scd"]["ratio"]]], **EXACT)
    np.testing.assert_allclose(np.sqrt(one.variance()), [[R["scd"]["se"]]], **EXACT)


def test_fpc_of_stata() -> None:
    rows = pl.DataFrame({
        "stratum": [1] * 5 + [2] * 3,
        "weight": [3.0] * 5 + [4.0] * 3,
        "N": [15] * 5 + [12] * 3,
        "x": [2.8, 4.1, 6.8, 6.8, 9.2, 3.7, 6.6, 4.2],
    })
    moments = collapse(rows, Design(weight="weight", strata="stratum", population="N"), (Mean("x", "x"),))
    (grid,) = grids(moments)
    one = replicated_ratios(grid, (Mean("x", "x"),), replicate_factors(moments, Replication(kind="JKn")))
    np.testing.assert_allclose(one.values, [[R["fpc"]["mean"]]], **EXACT)
    np.testing.assert_allclose(np.sqrt(one.variance()), [[R["fpc"]["se"]]], **EXACT)
    np.testing.assert_allclose(one.degrees(), [[R["fpc"]["degf"]]], **EXACT)


def nhanes_read(laid: Iterator[Grid], factors: Factors) -> dict[str, object]:
    whole, sex = laid
    mean, by = (replicated_ratios(grid, CHOL, factors) for grid in (whole, sex))
    total = replicated_numerators(whole, CHOL, factors)
    return {
        "mean": mean.values[0, 0],
        "se": np.sqrt(mean.variance()[0, 0]),
        "total": total.values[0, 0],
        "total_se": np.sqrt(total.variance()[0, 0]),
        "by": by.values[:, 0],
        "by_cov": across_replicates(by, "chol", by, "chol"),
        "degf": factors.degrees,
    }


def test_jackknife_of_units_with_missing_answers() -> None:
    moments = collapse(nhanes(), NHANES, CHOL, (("RIAGENDR",),))
    factors = replicate_factors(moments, Replication(kind="JKn"))
    agree(nhanes_read(grids(moments), factors), R["nhanes_jkn"])


@pytest.mark.parametrize(
    ("name", "design"),
    [
        ("nhanes_brr", {"kind": "BRR"}),
        ("nhanes_fay", {"kind": "Fay", "rho": 0.3}),
        ("nhanes_fay_mse", {"kind": "Fay", "rho": 0.3, "centre": "estimate"}),
        ("nhanes_bootstrap", {"kind": "bootstrap"}),
        ("nhanes_subbootstrap", {"kind": "bootstrap", "divisor": "R-1", "centre": "estimate"}),
    ],
)
def test_factors_made_by_r(name: str, design: dict[str, object]) -> None:
    expected = R[name]
    columns = tuple(f"f{r}" for r in range(len(expected["factors"][0])))
    units = pl.DataFrame(np.array(expected["factors"]), schema=list(columns))
    unit = pl.format("{} {}", "SDMVSTRA", "SDMVPSU").alias("unit")
    rows = nhanes().with_columns(unit).join(units.with_columns(pl.Series("unit", expected["units"])), on="unit")
    if name == "nhanes_bootstrap":  # Canty and Davison's factor for few units per stratum
        design = {**design, "scale": expected["scale"]}
    given = ReplicateDesign(columns=columns, weight="WTMEC2YR", combined=False, **design)
    assert given.scale_used() == pytest.approx(expected["scale"], rel=1e-12)
    factors, laid = given_grids(rows, given, CHOL, (("RIAGENDR",),))
    agree(nhanes_read(laid, factors), expected)


@pytest.mark.parametrize(
    ("name", "design"),
    [
        ("acs", {"kind": "ACS"}),
        ("sdr", {"kind": "successive-difference", "centre": "estimate"}),
        ("brr", {"kind": "BRR"}),
        ("fay", {"kind": "Fay", "rho": 0.5}),
        ("jk1", {"kind": "JK1"}),
        ("jk2", {"kind": "JK2"}),
        ("jkn", {"kind": "JKn", "rscales": tuple((np.arange(12) + 1) / 13)}),
        ("bootstrap", {"kind": "bootstrap", "divisor": "R-1"}),
        ("other", {"kind": "other", "scale": 0.1, "rscales": tuple(np.arange(12) / 7)}),
    ],
)
@pytest.mark.parametrize("combined", [True, False])
def test_given_weights(name: str, design: dict[str, object], combined: bool) -> None:
    rows = api("apistrat")
    weights = pl.DataFrame(np.array(R["weights"]), schema=list(COLUMNS))
    if not combined:
        weights = weights.select(pl.col(column) / rows["pw"] for column in COLUMNS)
    given = ReplicateDesign(columns=COLUMNS, weight="pw", combined=combined, **design)
    factors, laid = given_grids(pl.concat([rows, weights], how="horizontal"), given, API, (("awards",),))
    agree(read(laid, factors), R[name])


def test_multistage_bootstrap_made_by_r() -> None:
    rows = api("apiclus2")
    weights = pl.DataFrame(np.array(R["mrb"]["weights"]), schema=[f"w{r}" for r in range(30)])
    given = ReplicateDesign(columns=tuple(weights.columns), weight="pw", kind="bootstrap", divisor="R-1")
    factors, laid = given_grids(pl.concat([rows, weights], how="horizontal"), given, API, (("awards",),))
    agree(read(laid, factors), R["mrb"])


def test_a_replicate_without_answers_is_left_out() -> None:
    rows = api("apiclus1")
    first = rows["dnum"][0]
    silent = (pl.col("dnum") != first) & (pl.col("awards") == "No")
    few = rows.with_columns(pl.when(~silent).then("api00").alias("api00"))
    moments = collapse(few, DESIGNS["d1"][1], API[:1], (("awards",),))
    _, awards = grids(moments)
    one = replicated_ratios(awards, API[:1], replicate_factors(moments, Replication(kind="JK1")))
    assert one.undefined()[:, 0].tolist() == [1, 0]
    # R gives 0 for the domain of one unit; an error of 0 nobody can vouch for is missing here.
    assert np.isnan(one.variance()[0, 0])
    assert R["undefined"]["by"][0] == 0
    np.testing.assert_allclose(np.sqrt(one.variance()[1, 0]), R["undefined"]["by"][1], **EXACT)


def test_post_stratified_in_every_replicate() -> None:
    rows, design = api("apiclus1"), DESIGNS["d1"][1]
    people = {"E": 4421.0, "H": 755.0, "M": 1018.0}
    groups = [(np.flatnonzero(rows["stype"].to_numpy() == name), size) for name, size in people.items()]

    def calibrate(weights: np.ndarray) -> np.ndarray:
        found = weights.copy()
        for places, size in groups:
            found[places] *= size / weights[places].sum()
        return found

    moments = collapse(rows, design, API, (("awards",),))
    factors = recalibrated(rows, design, replicate_factors(moments, Replication(kind="JK1")), calibrate)
    weighted = rows.with_columns(pl.Series("g", calibrate(rows["pw"].to_numpy())))
    agree(read(grids(collapse(weighted, Design(weight="g"), API, (("awards",),))), factors), R["poststratified"])


def test_taylor_and_jackknife_agree_on_totals() -> None:
    for file, design in DESIGNS.values():
        moments = collapse(api(file), design, API, (("awards",),))
        factors = replicate_factors(moments, Replication(kind="JKn", centre="estimate"))
        for grid in grids(moments):
            one: Linearised = numerators(grid, API)
            np.testing.assert_allclose(replicated_numerators(grid, API, factors).variance(), one.variance(), rtol=1e-9)
            assert replicated_ratios(grid, API, factors).degrees().tolist() == ratios(grid, API).degrees().tolist()


def test_quantiles() -> None:
    rows = pl.concat([api("apistrat"), pl.DataFrame(np.array(R["weights"]), schema=list(COLUMNS))], how="horizontal")
    given = ReplicateDesign(columns=COLUMNS, weight="pw", kind="successive-difference")
    factors = given_factors(rows, given)
    wanted = (0.25, 0.5, 0.9)
    whole, awards = replicated_quantiles(rows, Design(weight="pw"), "api00", wanted, factors, (("awards",),))
    assert whole.names == ("api00 at 0.25", "api00 at 0.5", "api00 at 0.9")
    assert whole.values.tolist() == [[565, 668, 836]]
    expected = [[24.7672498809752, 10.6809799800081, 15.0434555722931]]
    np.testing.assert_allclose(np.sqrt(whole.variance()), expected, **EXACT)
    assert awards.values[:, 1].tolist() == [646, 676]
    np.testing.assert_allclose(np.sqrt(awards.variance()[:, 1]), [18.411952639522, 18.475208614068], **EXACT)
