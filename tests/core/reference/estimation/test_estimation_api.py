"""Estimates against R survey 4.1-1 (R 4.2.2) on its api data; relative tolerance 1e-8.

The data were exported once to tests/core/reference/data (package survey, GPL; California Academic Performance Index).
A calibrated or second stage is not in play: apiclus2 is taken with its first stage only.

R script::

    library(survey); data(api)
    ds <- svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=apistrat)
    dn <- svydesign(id=~1, strata=~stype, weights=~pw, data=apistrat)
    d1 <- svydesign(id=~dnum, weights=~pw, fpc=~fpc, data=apiclus1)
    d2 <- svydesign(id=~dnum, weights=~pw, fpc=~fpc1, data=apiclus2)
    for (D in list(ds, dn, d1, d2)) {
      m <- svymean(~api00, D, deff="replace"); c(coef(m), SE(m), deff(m), degf(D), confint(m, df=degf(D)))
      D <- update(D, elem=as.numeric(stype=="E"))
      s <- svymean(~elem, D, deff="replace"); c(coef(s), SE(s), deff(s))
      attr(svyciprop(~elem, D, method="xlogit"), "ci")
      svytotal(~api.stu, D); svytotal(~elem, D); svyratio(~api.stu, ~enroll, D)
      svyby(~api00, ~awards, D, svymean); svyby(~api00, ~awards, D, svytotal)
      degf(subset(D, awards=="No")); degf(subset(D, awards=="Yes"))
    }
    c2 <- apiclus2; c2$api00[c2$dnum %in% unique(c2$dnum)[1:8]] <- NA; c2$api00[seq(1,126,7)] <- NA
    dm <- svydesign(id=~dnum, weights=~pw, fpc=~fpc1, data=c2)
    svymean(~api00, dm, na.rm=TRUE, deff="replace"); degf(subset(dm, !is.na(api00)))
    vcov(svymean(~api00+api99, D)); vcov(svyby(~api00, ~awards, D, svymean, covmat=TRUE))
"""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sipas.estimation import (
    Design,
    Mean,
    Moments,
    Ratio,
    Request,
    Share,
    across,
    collapse,
    estimate,
    grids,
    numerators,
    ratios,
)

DATA = Path(__file__).parents[1] / "data"
EXACT = {"rel": 1e-8, "abs": 1e-12}
MEASURES = (
    Mean("api00", "api00"),
    Mean("api99", "api99"),
    Mean("students", "api_stu"),
    Share("elem", "elem", (1,)),
    Ratio("ratio", "api_stu", "enroll"),
)
DESIGNS = {
    "ds": ("apistrat", Design(weight="pw", strata="stype", population="fpc")),
    "dn": ("apistrat", Design(weight="pw", strata="stype")),
    "d1": ("apiclus1", Design(weight="pw", psu="dnum", population="fpc")),
    "d2": ("apiclus2", Design(weight="pw", psu="dnum", population="fpc1")),
}
# mean, SE, deff, df, low, high; share of elementary schools: estimate, SE, deff; its logit interval
OVERALL = {
    "ds": (662.287363159321, 9.40894080278458, 1.16556617145352, 197, 643.732188272086, 680.842538046555),
    "dn": (662.287363159321, 9.53613229692516, 1.19729176941933, 197, 643.481356593217, 681.093369725425),
    "d1": (644.169398907104, 23.542240693781, 9.06974836245306, 14, 593.676314463326, 694.662483350882),
    "d2": (670.811808118081, 29.8891624724711, 6.01222733219849, 39, 610.35527057751, 731.268345658652),
}
SHARES = {
    "ds": (0.713755237067748, 0.0, 0.0, 0.713755237067748, 0.713755237067748),
    "d1": (0.786885245901639, 0.0463365536499119, 2.33020391206356, 0.671201134422389, 0.869764787636569),
    "d2": (0.681180811808118, 0.0536753342362482, 1.65826017399432, 0.564461061558339, 0.778874599523992),
}
# total of students, SE; elementary schools, SE; ratio, SE
TOTALS = {
    "ds": (3086008.62914658, 99477.3902007165, 4420.99990844727, 0, 0.836956886940522, 0.00775710316663788),
    "dn": (3086008.62914658, 101841.19631478, 4420.99990844727, 0, 0.836956886940522, 0.00797025904429552),
    "d1": (
        2893207.39735794,
        799579.289604465,
        4873.96746826171,
        1333.31940494967,
        0.849708741724488,
        0.00838629716939109,
    ),
    "d2": (2196969.185, 663601.077695548, 3493.555, 1117.22184262589, 0.819737042125461, 0.0186264710011879),
}
# mean of api00 without and with awards, SEs, totals, SEs, df
AWARDS = {
    "ds": (
        (633.734911659413, 678.422405614438, 15.334770976045, 11.8566309874443),
        (1417303.77109337, 2684904.12852478, 142752.680464559, 152042.164184961),
        (84, 110),
    ),
    "dn": (
        (633.734911659413, 678.422405614438, 15.556995897631, 12.0084955602209),
        (1417303.77109337, 2684904.12852478, 144741.284434604, 154184.017776639),
        (84, 110),
    ),
    "d1": (
        (625.415094339623, 651.815384615385, 31.3056071664194, 21.1321733463076),
        (1121926.38660049, 2868059.07910156, 269205.19734323, 674750.901547632),
        (12, 13),
    ),
    "d2": (
        (565.125, 730.298731257209, 17.7006664841821, 28.2283689698572),
        (1043831.085, 2396544.665, 351097.091431973, 678869.529097834),
        (21, 33),
    ),
}


def rows(file: str) -> pl.DataFrame:
    data = pl.read_csv(DATA / f"{file}.csv").rename({"api.stu": "api_stu"})
    return data.with_columns((pl.col("stype") == "E").cast(pl.Int16).alias("elem"))


def moments_of(name: str) -> Moments:
    file, design = DESIGNS[name]
    return collapse(rows(file), design, MEASURES, (("awards",),))


def one(table: pl.DataFrame, variable: str, domain: str = "") -> dict[str, float]:
    (row,) = table.filter(pl.col("variable") == variable, pl.col("domain") == domain).rows(named=True)
    return row


@pytest.mark.parametrize("name", sorted(OVERALL))
def test_means_errors_design_effects_and_intervals(name: str) -> None:
    row = one(estimate(moments_of(name)), "api00")
    got = [row[column] for column in ("estimate", "se", "deff", "df", "low", "high")]
    assert got == pytest.approx(OVERALL[name], **EXACT)


@pytest.mark.parametrize("name", sorted(SHARES))
def test_shares_with_logit_intervals(name: str) -> None:
    row = one(estimate(moments_of(name)), "elem")
    columns = ("estimate", "se", "deff", "low", "high")
    if name == "ds":  # the share is a stratum's: its error is 0 and R's interval is empty; ours doubts each stratum
        columns = columns[:3]
        assert (round(row["low"], 3), round(row["high"], 3)) == (0.639, 0.781)
    assert [row[column] for column in columns] == pytest.approx(SHARES[name][: len(columns)], **EXACT)


@pytest.mark.parametrize("name", sorted(TOTALS))
def test_totals_counts_and_ratios(name: str) -> None:
    wanted = (Request("students", "total"), Request("elem", "count"), Request("ratio", "ratio"))
    table = estimate(moments_of(name), wanted, domain_kinds=("all",))
    got = [value for row in table.select("estimate", "se").rows() for value in row]
    assert got == pytest.approx(TOTALS[name], rel=1e-8, abs=1e-9)


@pytest.mark.parametrize("name", sorted(AWARDS))
def test_domains_that_cut_across_units(name: str) -> None:
    means, totals, df = AWARDS[name]
    table = estimate(moments_of(name), (Request("api00", "mean"),), domain_kinds=("awards",))
    assert [*table["estimate"], *table["se"]] == pytest.approx(means, **EXACT)
    assert tuple(table["df"]) == df
    table = estimate(moments_of(name), (Request("api00", "total"),), domain_kinds=("awards",))
    assert [*table["estimate"], *table["se"]] == pytest.approx(totals, **EXACT)


def test_a_missing_answer_is_out_of_the_domain_though_whole_units_vanish() -> None:
    data = rows("apiclus2").with_row_index()
    silent = data["dnum"].unique(maintain_order=True)[:8].implode()
    gone = pl.col("dnum").is_in(silent) | (pl.col("index") % 7 == 0)
    data = data.with_columns(pl.when(~gone).then("api00").alias("api00"))
    row = one(estimate(collapse(data, DESIGNS["d2"][1], MEASURES)), "api00")
    expected = (657.315639810427, 35.5193539906815, 6.60752145117997, 30)
    assert [row[column] for column in ("estimate", "se", "deff", "df")] == pytest.approx(expected, **EXACT)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ds", [[88.5281670303046, 91.8006753459257], [91.8006753459257, 99.2802457706112]]),
        ("d1", [[554.23709688392, 565.785631731595], [565.785631731595, 586.852606903836]]),
    ],
)
def test_covariance_of_two_means(name: str, expected: list[list[float]]) -> None:
    (grid,) = grids(moments_of(name), ("all",))
    assert ratios(grid, MEASURES[:2]).covariance("") == pytest.approx(np.array(expected), **EXACT)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("d1", [[980.041040058167, 546.4882755847], [546.4882755847, 446.568750338391]]),
        ("ds", [[235.155200887752, -0.291597659602849], [-0.291597659602849, 140.579698372424]]),
    ],
)
def test_covariance_of_one_mean_in_two_domains(name: str, expected: list[list[float]]) -> None:
    (grid,) = grids(moments_of(name), ("awards",))
    means = ratios(grid, MEASURES[:1])
    assert across(means, "api00", means, "api00") == pytest.approx(np.array(expected), **EXACT)


def test_covariance_of_totals_in_two_domains() -> None:
    (grid,) = grids(moments_of("d2"), ("awards",))
    totals = numerators(grid, MEASURES[:1])
    expected = [[123269167611.991, 137122480012.257], [137122480012.257, 460863837537.515]]
    assert across(totals, "api00", totals, "api00") == pytest.approx(np.array(expected), **EXACT)
