"""Calibrated designs against R survey 4.1-1 (R 4.2.2) on its api data; relative tolerance 1e-8.

The weights that R reached stand in tests/core/reference/data/calibrated_api*.csv, a column per calibration; what it
estimated with them in calibrated_api.json. A variance that the calibration makes 0 (api99 was calibrated to) is held to
1e-9 of the estimate: R gives noise there. R's ``svyby(covmat=TRUE)`` fails for calibrated designs in 4.1-1, so the
covariance of two domains is taken from totals of products.

R script::

    library(survey); data(api)
    totals <- function(f, pop=apipop) colSums(model.matrix(f, pop)); tab <- function(f) xtabs(f, apipop)
    ds <- svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=apistrat)
    dn <- svydesign(id=~1, strata=~stype, weights=~pw, data=apistrat)
    d1 <- svydesign(id=~dnum, weights=~pw, fpc=~fpc, data=apiclus1)
    d2 <- svydesign(id=~dnum+snum, weights=~pw, fpc=~fpc1+fpc2, data=apiclus2)
    small <- list(epsilon=1e-12, maxit=200)
    f3 <- ~stype+sch.wide+awards; fe <- ~stype+api99; cases <- list()
    BND <- list(ds=c(0.98,1.03), dn=c(0.98,1.03), d1=c(0.5,1.7), d2=c(0.85,1.4))
    again <- function(x, f, how, ...) calibrate(x, f, totals(f), calfun=how, epsilon=1e-13, maxit=200, ...)
    for (D in c("ds","dn","d1","d2")) {
      x <- get(D); case <- function(name, y) cases[[paste0(D,".",name)]] <<- y
      case("post", postStratify(x, ~awards+sch.wide, as.data.frame(tab(~awards+sch.wide))))
      case("rake2", rake(x, list(~stype, ~sch.wide), list(tab(~stype), tab(~sch.wide)), control=small))
      case("rake3", rake(x, list(~stype, ~sch.wide, ~awards), list(tab(~stype), tab(~sch.wide), tab(~awards)),
                         control=small))
      case("margins", again(x, f3, "raking")); case("linear", calibrate(x, fe, totals(fe)))
      case("raking", again(x, fe, "raking")); case("logit", again(x, fe, "logit", bounds=c(0.3,3)))
      case("bounded", again(x, fe, "linear", bounds=BND[[D]]))
    }
    en <- apipop[!is.na(apipop$enroll),]
    cases[["d1.enroll"]] <- calibrate(d1, ~enroll, totals(~enroll, en))
    cases[["ds.enroll"]] <- calibrate(ds, ~enroll, totals(~enroll, en))
    for (x in cases) {
      weights(x)
      m <- svymean(~api00+api99, x); c(coef(m), SE(m), vcov(m)[1,2])
      t <- svytotal(~api00+api99, x); c(coef(t), SE(t), vcov(t)[1,2])
      r <- svyratio(~api.stu, ~enroll, x, na.rm=TRUE); c(coef(r), SE(r))
      b <- svyby(~api00, ~stype, x, svymean); c(coef(b), SE(b))
      b <- svyby(~api00, ~stype, x, svytotal); c(coef(b), SE(b))
      x <- update(x, dE=as.numeric(stype=="E"), dH=as.numeric(stype=="H"), yE=api00*dE, yH=api00*dH)
      t <- svytotal(~yE+dE+yH+dH, x); k <- coef(t); V <- vcov(t)
      L <- rbind(c(1/k[2], -k[1]/k[2]^2, 0, 0), c(0, 0, 1/k[4], -k[3]/k[4]^2))
      c((L %*% V %*% t(L))[1,2], V[1,3])
    }
    # lonely strata, and factors trimmed afterwards
    few <- rbind(subset(apistrat, stype!="H"), subset(apistrat, stype=="H")[1,]); f <- ~awards+api99
    d <- calibrate(svydesign(id=~1, strata=~stype, weights=~pw, data=few), f, totals(f))
    for (rule in c("remove", "certainty", "adjust", "average")) {
      options(survey.lonely.psu=rule)
      c(SE(svymean(~api00, d)), SE(svytotal(~api00, d)), SE(svyby(~api00, ~sch.wide, d, svymean)))
    }
    d1 <- svydesign(id=~dnum, weights=~pw, data=apiclus1)
    w <- weights(calibrate(d1, fe, totals(fe), calfun="raking", epsilon=1e-13, maxit=200, trim=c(0.7,1.6)))
    c(sum(w), sum(w^2), w[1:6], min(w), max(w))
    data(election)  # unequal probabilities; in tests/core/reference/data/election_pps.csv
    d <- calibrate(svydesign(id=~1, fpc=~p, data=election_pps, pps="brewer"), ~votes-1, 116034000)
    t <- svytotal(~Bush+Kerry, d); c(coef(t), SE(t))
    # 4.1-1 makes the residuals for "overton" and then works with the values (survey:::ppsvar): by hand
    o <- svydesign(id=~1, fpc=~p, data=election_pps, pps="overton")
    x <- calibrate(o, ~votes-1, 116034000); k <- x$postStrata[[1]]
    z <- as.matrix(election_pps[,c("Bush","Kerry")])*weights(x)
    c(colSums(z), sqrt(diag(survey:::ppsvar(qr.resid(k$qr, z/k$w)*k$w, o))))
"""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sipas.estimation import (
    CalibratedWeight,
    Design,
    Mean,
    Ratio,
    Request,
    across,
    collapse_calibrated,
    estimate,
    grids,
    numerators,
    ratios,
)
from sipas.estimation.designs.design import Stage
from sipas.weighting import Distance, Margin, calibrate, trim_factors

DATA = Path(__file__).parents[1] / "data"
R = json.loads((DATA / "calibrated_api.json").read_text())
MEASURES = (Mean("api00", "api00"), Mean("api99", "api99"), Ratio("ratio", "api_stu", "enroll"))
DESIGNS = {
    "ds": ("apistrat", Design(weight="w", strata="stype", population="fpc")),
    "dn": ("apistrat", Design(weight="w", strata="stype")),
    "d1": ("apiclus1", Design(weight="w", psu="dnum", population="fpc")),
    "d2": (
        "apiclus2",
        Design(weight="w", psu="dnum", population="fpc1", later=(Stage(ids="snum", population="fpc2"),)),
    ),
}
TYPE_AND_API99 = CalibratedWeight(base="pw", margins=("stype",), numbers=("api99",))
CALIBRATIONS = {
    "post": CalibratedWeight(base="pw", margins=(("awards", "sch_wide"),)),
    "rake2": CalibratedWeight(base="pw", margins=("stype", "sch_wide"), residuals="sweeps"),
    "rake3": CalibratedWeight(base="pw", margins=("stype", "sch_wide", "awards"), residuals="sweeps"),
    "margins": CalibratedWeight(base="pw", margins=("stype", "sch_wide", "awards")),
    "linear": TYPE_AND_API99,
    "raking": TYPE_AND_API99,
    "logit": TYPE_AND_API99,
    "bounded": TYPE_AND_API99,
    "enroll": CalibratedWeight(base="pw", numbers=("enroll",), intercept=True),
}
CASES = sorted({name.rsplit(".", 1)[0] for name in R if not name.startswith("replicates")})


def rows_of(design: str, case: str) -> pl.DataFrame:
    file, _ = DESIGNS[design]
    rows = pl.read_csv(DATA / f"{file}.csv", null_values="NA")
    weights = pl.read_csv(DATA / f"calibrated_{file}.csv")
    return rows.rename({name: name.replace(".", "_") for name in rows.columns}).with_columns(w=weights[case])


def close(got: list[float], expected: list[float], noise: list[float]) -> None:
    for one, other, small in zip(got, expected, noise, strict=True):
        assert one == pytest.approx(other, rel=1e-8, abs=small)


@pytest.mark.parametrize("name", CASES)
def test_estimates_errors_and_covariances(name: str) -> None:
    design, case = name.split(".")
    moments = collapse_calibrated(
        rows_of(design, case), DESIGNS[design][1], MEASURES, (("stype",),), calibration=CALIBRATIONS[case]
    )
    whole, kinds = grids(moments)
    for key, one in (("mean", ratios(whole, MEASURES)), ("total", numerators(whole, MEASURES))):
        se, value = np.sqrt(one.variance())[0], one.values[0]
        noise = 1e-9 * value
        expected = R[f"{name}.{key}"]
        close([*value[:2], *se[:2]], expected[:4], [0, 0, *noise[:2]])
        covariance = noise[1] * expected[2]  # api99 may have no error
        close([one.covariance("")[0, 1]], expected[4:], [covariance])
    one = ratios(whole, MEASURES)
    close([one.values[0, 2], np.sqrt(one.variance())[0, 2]], R[f"{name}.ratio"], [0, 0])
    for key, one in (("by", ratios(kinds, MEASURES)), ("bytotal", numerators(kinds, MEASURES))):
        close([*one.values[:, 0], *np.sqrt(one.variance())[:, 0]], R[f"{name}.{key}"], [0] * 6)
    found = [across(f(kinds, MEASURES), "api00", f(kinds, MEASURES), "api00")[0, 1] for f in (ratios, numerators)]
    close(found, R[f"{name}.across"], [0, 0])


def test_the_table_of_estimates_knows_the_calibration() -> None:
    rows = rows_of("d1", "linear")
    design = DESIGNS["d1"][1]
    plain = collapse_calibrated(rows, design, MEASURES, calibration=CALIBRATIONS["linear"])
    table = estimate(plain, (Request("api00", "mean"), Request("api00", "total")))
    expected = [R["d1.linear.mean"][2], R["d1.linear.total"][2]]
    assert table["se"].to_list() == pytest.approx(expected, rel=1e-8)
    assert table["df"].to_list() == [14, 14]


LONELY = {
    "remove": (1.71236268756976, 10606.3744868071, 24.9141619912825, 4.20896588443446),
    "certainty": (1.71236268756976, 10606.3744868071, 24.9141619912825, 4.20896588443446),
    "adjust": (1.71310324664567, 10610.9615097233, 25.0090088545315, 4.23145899064414),
    "average": (2.09720741956338, 12990.1027567756, 30.5134921238425, 5.15490938082327),
}
TYPES = Margin(("stype",), pl.DataFrame({"stype": ["E", "H", "M"], "total": [4421.0, 755.0, 1018.0]}))
AWARDS = Margin(("awards",), pl.DataFrame({"awards": ["No", "Yes"], "total": [2027.0, 4167.0]}))
API99 = {"api99": 3914069.0}


@pytest.mark.parametrize("rule", LONELY)
def test_lonely_strata(rule: str) -> None:
    rows = pl.read_csv(DATA / "apistrat.csv", null_values="NA").rename({"sch.wide": "sch_wide"})
    high = rows.filter(pl.col("stype") == "H")
    few = pl.concat([rows.filter(pl.col("stype") != "H"), high[:1]])
    weights = calibrate(few, (AWARDS,), distance=Distance("linear"), weight="pw", numbers=API99).weights
    design = Design(weight="w", strata="stype", lonely=rule)
    calibration = CalibratedWeight(base="pw", margins=("awards",), numbers=("api99",))
    measures = (Mean("api00", "api00"),)
    moments = collapse_calibrated(
        few.with_columns(w=weights), design, measures, (("sch_wide",),), calibration=calibration
    )
    whole, by = grids(moments)
    found = [*ratios(whole, measures).variance()[0], *numerators(whole, measures).variance()[0]]
    found += [*ratios(by, measures).variance()[:, 0]]
    assert np.sqrt(found) == pytest.approx(LONELY[rule], rel=1e-8)


def test_factors_trimmed_afterwards() -> None:
    rows = pl.read_csv(DATA / "apiclus1.csv", null_values="NA")
    found = calibrate(rows, (TYPES,), distance=Distance("raking"), weight="pw", numbers=API99)
    base = rows["pw"].to_numpy()
    w = base * trim_factors(base, found.factor, 0.7, 1.6)
    expected = [6194, 223802.196732444, 49.3225607490449, 26.8274417781457, 25.4297367942476, 33.99506883647]
    expected += [33.3706630688728, 34.2763317226625, 23.6928974151611, 54.1551940917969]
    assert [w.sum(), (w**2).sum(), *w[:6], w.min(), w.max()] == pytest.approx(expected, rel=1e-8)


PPS = {
    "brewer": (64447369.84658334, 51108357.03841473, 2446163.46390017, 2449339.65471504),
    "overton": (64447369.84658334, 51108357.03841473, 2564578.73095797, 2572400.24208160),
}


@pytest.mark.parametrize("pps", PPS)
def test_unequal_probabilities(pps: str) -> None:
    rows = pl.read_csv(DATA / "election_pps.csv").with_columns(base=1 / pl.col("p"))
    weights = calibrate(rows, (), distance=Distance("linear"), weight="base", numbers={"votes": 116034000.0}).weights
    design = Design(weight="w", psu="unit", rate="p", pps=pps)
    calibration = CalibratedWeight(base="base", numbers=("votes",))
    measures = (Mean("Bush", "Bush"), Mean("Kerry", "Kerry"))
    (grid,) = grids(collapse_calibrated(rows.with_columns(w=weights), design, measures, calibration=calibration))
    one = numerators(grid, measures)
    assert [*one.values[0], *np.sqrt(one.variance())[0]] == pytest.approx(PPS[pps], rel=1e-8)
