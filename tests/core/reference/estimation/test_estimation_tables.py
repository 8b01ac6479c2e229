"""Tests of tables against R survey 4.1-1 (R 4.2.2) on its api and nhanes data; relative tolerance 1e-8.

nhanes (package survey, GPL; NHANES 2009-10) was exported once: ``write.csv(nhanes, row.names=FALSE, na="")``.

R script::

    library(survey); data(api); data(nhanes); options(digits=16)
    d1 <- svydesign(id=~dnum, weights=~pw, data=apiclus1, fpc=~fpc)
    ds <- svydesign(id=~1, strata=~stype, weights=~pw, data=apistrat, fpc=~fpc)
    nh <- svydesign(id=~SDMVPSU, strata=~SDMVSTRA, weights=~WTMEC2YR, nest=TRUE, data=nhanes)
    for (st in c("F", "Chisq", "Wald", "adjWald")) for (x in list(
        svychisq(~sch.wide+stype, d1, statistic=st), svychisq(~sch.wide+awards, ds, statistic=st),
        svychisq(~HI_CHOL+race, nh, statistic=st), svychisq(~agecat+race, nh, statistic=st),
        svychisq(~HI_CHOL+agecat, subset(nh, RIAGENDR==1), statistic=st)))
      c(x$statistic, x$parameter, x$p.value)
    m <- svymean(~interaction(stype, sch.wide), d1); c(coef(m), SE(m))
    d2 <- svydesign(id=~dnum+snum, weights=~pw, data=apiclus2, fpc=~fpc1+fpc2)
    d2 <- update(d2, band=1L+(api00>600)+(api00>700)); svychisq(~stype+band, d2, statistic=st)  # each statistic
    # one way, Rao & Scott 1981 by R's algebra
    m <- svymean(~stype, d1); p <- c(.75,.15,.10); X <- 183 * sum((coef(m) - p)^2 / p)
    D <- solve((diag(p) - outer(p,p))[-1,-1]) %*% vcov(m)[-1,-1] * 183; e <- eigen(D)$values
    t <- sum(e); d <- t^2/sum(e^2); c(X, X/t, d, d*14, pf(X/t, d, d*14, lower=FALSE), pchisq(2*X/t, 2, lower=FALSE), e)

R counts rows with a missing answer among its n, so that its X² is larger than ours by all rows over pairs (nhanes: 8591
over 7846); F and p-values do not depend on n. ``lincom`` has no exact counterpart here: without CompQuadForm, which
Debian lacks, R falls back to a saddlepoint with the denominator's degrees of freedom cut to a whole number.
"""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sipas.estimation import Design, Stage
from sipas.estimation.hypotheses.table_tests import TableTest, share_test, table_test, table_tests

DATA = Path(__file__).parents[1] / "data"
NHANES = Design(weight="WTMEC2YR", strata="SDMVSTRA", psu="SDMVPSU", nested=True)
CLUSTERS = Design(weight="pw", psu="dnum", population="fpc")
STRATIFIED = Design(weight="pw", strata="stype", population="fpc")
TWO_STAGES = Design(weight="pw", psu="dnum", population="fpc1", later=(Stage(ids="snum", population="fpc2"),))
# statistic, degrees of freedom, p-value; of Chisq Pearson's X² (R prints it uncorrected), degrees, p-value
FROM_R = {
    ("clusters", "F"): (5.193369541474877, 1.494639777707455, 20.92495688790438, 0.02174746237079692),
    ("clusters", "Chisq"): (11.94089208074534, 2, 0.005553263303113219),
    ("clusters", "Wald"): (2.401058600602679, 2, 14, 0.1268963006023508),
    ("clusters", "adjWald"): (2.229554414845345, 2, 13, 0.1470578869012484),
    ("stratified", "F"): (77.27689903820207, 1, 197, 7.363972858507828e-16),
    ("stratified", "Chisq"): (73.54614520965997, 1, 1.485939039833707e-18),
    ("stratified", "Wald"): (67.82112821001986, 1, 197, 2.442943612639762e-14),
    ("stratified", "adjWald"): (67.82112821001986, 1, 197, 2.442943612639762e-14),
    ("stages", "F"): (5.780932847349071, 3.251826540585836, 126.8212350828476, 0.0006958843864432236),
    ("stages", "Chisq"): (14.76866708562505, 4, 0.0001196188641213769),
    ("stages", "Wald"): (2.506390155467901, 4, 39, 0.05759949266893579),
    ("stages", "adjWald"): (2.313590912739601, 4, 36, 0.07618854140166748),
    ("cholesterol", "F"): (3.151338621712281, 1.922976679443671, 30.76762687109873, 0.05867474368545188),
    ("cholesterol", "Chisq"): (18.58446907905324 * 7846 / 8591, 3, 0.02382561992876045),
    ("cholesterol", "Wald"): (5.86018579824913, 3, 16, 0.006727377126810413),
    ("cholesterol", "adjWald"): (5.127662573467989, 3, 14, 0.01336267284357902),
    ("age", "F"): (21.13130877843015, 4.673024660010733, 74.76839456017171, 1.145213004778285e-12),
    ("age", "Chisq"): (277.2116148814963, 9, 3.771401645627785e-36),
    ("age", "Wald"): (40.51766494004595, 9, 16, 2.488206239911923e-09),
    ("age", "adjWald"): (20.25883247002292, 9, 8, 0.000139244761394927),
    ("men", "F"): (27.64782867623796, 2.43297328170023, 38.92757250720368, 6.274726776182102e-09),
    ("men", "Chisq"): (143.4978745931486, 3, 7.170121659431033e-18),
    ("men", "Wald"): (39.63037594399058, 3, 16, 1.237191607811967e-07),
    ("men", "adjWald"): (34.67657895099175, 3, 14, 9.825821104696955e-07),
}


def made(kind: str, statistic: str) -> TableTest:
    if kind == "clusters":
        return table_test(pl.read_csv(DATA / "apiclus1.csv"), CLUSTERS, "sch.wide", "stype", statistic=statistic)
    if kind == "stratified":
        return table_test(pl.read_csv(DATA / "apistrat.csv"), STRATIFIED, "sch.wide", "awards", statistic=statistic)
    if kind == "stages":
        band = 1 + (pl.col("api00") > 600).cast(pl.Int64) + (pl.col("api00") > 700).cast(pl.Int64)
        rows = pl.read_csv(DATA / "apiclus2.csv").with_columns(band=band)
        return table_test(rows, TWO_STAGES, "stype", "band", statistic=statistic)
    rows = pl.read_csv(DATA / "nhanes.csv")
    if kind == "men":
        return table_tests(rows, NHANES, "HI_CHOL", "agecat", ("RIAGENDR",), statistic=statistic)[0]
    return table_test(rows, NHANES, "HI_CHOL" if kind == "cholesterol" else "agecat", "race", statistic=statistic)


@pytest.mark.parametrize(("kind", "statistic"), sorted(FROM_R))
def test_svychisq(kind: str, statistic: str) -> None:
    got, expected = made(kind, statistic), FROM_R[kind, statistic]
    said = got.outcome
    assert said.p_value == pytest.approx(expected[-1], rel=1e-8)
    if statistic == "Chisq":
        pairs_over_rows = got.pairs / (got.pairs + got.first_missing) if kind == "men" else 1.0
        assert said.pearson == pytest.approx(expected[0] * pairs_over_rows, rel=1e-8)
        assert said.numerator_df == expected[1]
        assert said.statistic == pytest.approx(said.pearson / said.mean_design_effect, rel=1e-12)
    else:
        assert (said.statistic, said.numerator_df, said.denominator_df) == pytest.approx(expected[:3], rel=1e-8)


def test_missing_rows_are_counted() -> None:
    got = made("cholesterol", "F")
    assert (got.pairs, got.first_missing, got.second_missing, got.both_missing, got.zero_weight) == (7846, 745, 0, 0, 0)
    assert got.degrees == 16
    assert got.cells["n"].sum() == 7846


def test_cells_as_svymean() -> None:
    cells = made("clusters", "F").cells
    assert cells["row"].to_list() == ["No"] * 3 + ["Yes"] * 3
    assert cells["column"].to_list() == ["E", "H", "M"] * 2
    shares = [0.06557377049180328, 0.01639344262295082, 0.04371584699453552]
    shares += [0.72131147540983609, 0.06010928961748634, 0.09289617486338798]
    errors = [0.017408143734017920, 0.009618698525644421, 0.019653177980593108]
    errors += [0.043663666262152380, 0.021307288566701402, 0.021824433000260393]
    assert cells["proportion"].to_list() == pytest.approx(shares, rel=1e-8)
    assert cells["se"].to_list() == pytest.approx(errors, rel=1e-8)
    assert cells["total"][3] == pytest.approx(4467.8035125732422, rel=1e-8)
    margins = cells["proportion"][:3].sum(), cells["proportion"][0] + cells["proportion"][3]
    assert cells["expected"][0] == pytest.approx(margins[0] * margins[1], rel=1e-12)


def test_goodness_of_fit() -> None:
    rows, expected = pl.read_csv(DATA / "apiclus1.csv"), {"E": 75, "H": 15, "M": 10}
    second = share_test(rows, CLUSTERS, "stype", expected)
    first = share_test(rows, CLUSTERS, "stype", expected, statistic="Chisq")
    said = second.outcome
    got = (said.pearson, said.statistic, said.numerator_df, said.denominator_df, said.p_value, first.p_value)
    from_r = (9.375227686703095, 3.115212629378073, 1.576735896439317, 22.07430255015043)
    assert got == pytest.approx((*from_r, 0.0745403145075404, 0.04436907197624693), rel=1e-8)
    assert said.design_effects == pytest.approx([2.284382531868377, 0.7251159525335646], rel=1e-8)
    assert second.cells["expected"].to_list() == pytest.approx([0.75, 0.15, 0.10])
    assert second.cells.columns == ["row", "n", "total", "proportion", "se", "expected"]


def test_lincom_of_two_weights_is_a_mixture_of_f() -> None:
    """The direction of two normal deviates is uniform and does not depend on their length: P is a mean of P(F)."""
    from scipy.special import fdtrc

    said = made("clusters", "lincom").outcome
    angle = (np.arange(20_000) + 0.5) / 20_000 * 2 * np.pi
    mixed = said.design_effects[0] * np.cos(angle) ** 2 + said.design_effects[1] * np.sin(angle) ** 2
    expected = fdtrc(2.0, said.denominator_df, said.pearson / 2 / mixed).mean()
    assert said.p_value == pytest.approx(expected, rel=1e-9)
    assert said.denominator_df == pytest.approx(20.92495688790438, rel=1e-8)
    saddlepoint_of_r_with_20 = 0.02339535
    assert said.p_value == pytest.approx(saddlepoint_of_r_with_20, rel=0.1)
