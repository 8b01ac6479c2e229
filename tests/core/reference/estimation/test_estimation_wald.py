"""Wald tests of groups against R survey 4.1-1 (R 4.2.2) on its api and nhanes data; relative tolerance 1e-8.

R script::

    library(survey); data(api); data(nhanes); options(digits=16)
    d1 <- svydesign(id=~dnum, weights=~pw, data=apiclus1, fpc=~fpc)
    ds <- svydesign(id=~1, strata=~stype, weights=~pw, data=apistrat, fpc=~fpc)
    nh <- subset(svydesign(id=~SDMVPSU, strata=~SDMVSTRA, weights=~WTMEC2YR, nest=TRUE, data=nhanes), !is.na(HI_CHOL))
    wald <- function(b, L, c0, d) { x <- L %*% coef(b) - c0; W <- c(t(x) %*% solve(L %*% vcov(b) %*% t(L)) %*% x)
      q <- nrow(L); F <- W*(d-q+1)/(d*q)
      c(W, pf(W/q, q, d, lower=FALSE), F, pf(F, q, d-q+1, lower=FALSE)) }
    for (D in list(d1, ds)) for (g in c("stype", "awards")) {
      b <- svyby(~api00, reformulate(g), D, svymean, covmat=TRUE)
      wald(b, cbind(-1, diag(nrow(b)-1)), 0, degf(D))
      r <- regTermTest(svyglm(reformulate(g, "api00"), D), reformulate(g), df=degf(D)); c(r$Ftest, r$p) }
    wald(svymean(~api00+api99+api.stu, D), rbind(c(1,-1,0), c(1,0,-1)), c(30, 150), degf(D))
    wald(svyby(~HI_CHOL, ~race+RIAGENDR, nh, svymean, covmat=TRUE), cbind(-1, diag(7)), 0, 16)
    svyttest(api00~awards, d1); svyttest(api00~awards, ds); svyttest(HI_CHOL~RIAGENDR, nh)

``regTermTest`` gave the same F and p as ``wald`` without adjustment to 13 digits. (svyby with covmat fails on missing
answers, hence ``subset``.)
"""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sipas.estimation import Design, Linearised, Mean, collapse, grids, ratios
from sipas.estimation.hypotheses.wald import equality_of_domains, linear_hypothesis

DATA = Path(__file__).parents[1] / "data"
DESIGNS = {
    "d1": ("apiclus1", Design(weight="pw", psu="dnum", population="fpc"), 14),
    "ds": ("apistrat", Design(weight="pw", strata="stype", population="fpc"), 197),
}
API = (Mean("api00", "api00"), Mean("api99", "api99"), Mean("students", "api.stu"))
# W; p without adjustment; F and p with it
GROUPS = {
    ("d1", "stype"): (2.556401485035534, 0.3091253383188058, 1.186900689480783, 0.3361658257821091),
    ("d1", "awards"): (2.089046427924831, 0.1703698680614138, 2.089046427924831, 0.1703698680614138),
    ("ds", "stype"): (7.195945995055852, 0.02919324643069808, 3.57970917520545, 0.02972164468780258),
    ("ds", "awards"): (5.306606683934276, 0.02228816154988897, 5.306606683934276, 0.02228816154988897),
}
HYPOTHESES = {
    "d1": (7.263203991803384, 0.05364080786790627, 3.372201853337285, 0.06610672541690363),
    "ds": (2.663895313791442, 0.2663290990421558, 1.325186501276961, 0.2681237449586775),
}
T_TESTS = {"d1": (1.44535339205498, 13, 0.1720312060998307), "ds": (2.303607319821301, 196, 0.02229352381506124)}


def linearised(name: str, kind: str = "all") -> Linearised:
    file, design, _ = DESIGNS[name]
    moments = collapse(pl.read_csv(DATA / f"{file}.csv"), design, API, (("stype",), ("awards",)))
    return ratios(next(iter(grids(moments, (kind,)))), API)


@pytest.mark.parametrize(("name", "group"), sorted(GROUPS))
def test_means_of_groups(name: str, group: str) -> None:
    one = linearised(name, group)
    wald, plain, value, adjusted = GROUPS[name, group]
    first = equality_of_domains(one, "api00", adjusted=False)
    second = equality_of_domains(one, "api00")
    assert (first.wald, first.p_value) == pytest.approx((wald, plain), rel=1e-8)
    assert (second.statistic, second.p_value) == pytest.approx((value, adjusted), rel=1e-8)
    assert first.denominator_df == DESIGNS[name][2]
    assert second.denominator_df == first.denominator_df - first.numerator_df + 1


@pytest.mark.parametrize("name", sorted(T_TESTS))
def test_svyttest_is_the_root_with_one_degree_less(name: str) -> None:
    t, df, p = T_TESTS[name]
    got = equality_of_domains(linearised(name, "awards"), "api00", degrees=df)
    assert (got.statistic, got.denominator_df, got.p_value) == pytest.approx((t**2, df, p), rel=1e-8)


@pytest.mark.parametrize("name", sorted(HYPOTHESES))
def test_linear_hypothesis(name: str) -> None:
    places = [("", "api00"), ("", "api99"), ("", "students")]
    slope, constants = np.array([[1, -1, 0], [1, 0, -1]]), np.array([30, 150])
    plain = linear_hypothesis(linearised(name), places, slope, constants, adjusted=False)
    adjusted = linear_hypothesis(linearised(name), places, slope, constants)
    got = (plain.wald, plain.p_value, adjusted.statistic, adjusted.p_value)
    assert got == pytest.approx(HYPOTHESES[name], rel=1e-8)


def test_shares_of_domains_that_cross_units() -> None:
    design = Design(weight="WTMEC2YR", strata="SDMVSTRA", psu="SDMVPSU", nested=True)
    measures = (Mean("high", "HI_CHOL"),)
    moments = collapse(pl.read_csv(DATA / "nhanes.csv"), design, measures, (("race", "RIAGENDR"), ("RIAGENDR",)))
    eight, two = (ratios(grid, measures) for grid in list(grids(moments))[1:])
    got = equality_of_domains(eight, "high")
    expected = (104.9331439461722, 9.369030709479663, 7, 10, 0.00106618799829907)
    assert (got.wald, got.statistic, got.numerator_df, got.denominator_df, got.p_value) == pytest.approx(
        expected, rel=1e-8
    )
    assert equality_of_domains(eight, "high", adjusted=False).p_value == pytest.approx(6.100515135402513e-06, rel=1e-8)
    men_and_women = equality_of_domains(two, "high", degrees=15)
    assert (men_and_women.statistic, men_and_women.p_value) == pytest.approx(
        (8.919694835303524, 0.009221135475266595), rel=1e-8
    )
