"""Design effects, degrees of freedom and intervals of totals against R survey 4.1-1 (R 4.2.2); relative tolerance 1e-8.

R script::

    library(survey); data(api); options(digits=15)
    ds <- svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=apistrat)
    d1 <- svydesign(id=~dnum, weights=~pw, fpc=~fpc, data=apiclus1)
    d2 <- svydesign(id=~dnum, weights=~pw, data=apiclus2)
    for (D in list(ds, d1, d2)) { D <- update(D, high=as.numeric(api00>650))
      for (E in list(D, subset(D, awards=="Yes"))) {
        for (k in list("replace", TRUE)) print(c(deff(svymean(~api00,E,deff=k)), deff(svytotal(~api.stu,E,deff=k)),
          deff(svymean(~high,E,deff=k)), deff(svytotal(~high,E,deff=k)),
          attr(svyratio(~api.stu,~enroll,E,deff=k,na.rm=TRUE),"deff")))
        for (f in c(~api.stu, ~high)) {
          l <- svycontrast(setNames(svytotal(f,E),"x"), quote(log(x))); print(exp(confint(l, df=degf(E)))) }
        for (df in c(degf(D), Inf, 7)) print(confint(svymean(~api00,E), df=df)) } }
"""

from pathlib import Path

import polars as pl
import pytest

from sipas.estimation import Design, Mean, Ratio, Request, Share, collapse, estimate

DATA = Path(__file__).parents[1] / "data"
DESIGNS = {
    "ds": ("apistrat", Design(weight="pw", strata="stype", population="fpc")),
    "d1": ("apiclus1", Design(weight="pw", psu="dnum", population="fpc")),
    "d2": ("apiclus2", Design(weight="pw", psu="dnum")),
}
MEASURES = (
    Mean("api00", "api00"),
    Mean("students", "api.stu"),
    Share("high", "high", (1,)),
    Ratio("ratio", "api.stu", "enroll"),
)
REQUESTS = (
    Request("api00", "mean"),
    Request("students", "total"),
    Request("high", "top_box"),
    Request("high", "count"),
    Request("ratio", "ratio"),
)
# design effects with replacement, without; intervals on the log of the total of students, of the count
EFFECTS = {
    ("ds", ""): (
        (1.16556617145353, 0.376307069379866, 1.14655962641282, 1.14655962641283, 0.573973444140571),
        (1.20445726853772, 0.3888631945722, 1.18481653780553, 1.18481653780553, 0.593125044012401),
        (2895936.78270022, 3288555.64667656, 2894.07911904318, 3821.715424065),
    ),
    ("ds", "Yes"): (
        (1.11020426433015, 1.3347701303248, 1.09800075981987, 1.5532266153528, 0.732296363831254),
        (1.14283550355144, 1.37400183283888, 1.13027331236718, 1.5988792135988, 0.753820094730881),
        (1533599.06063342, 2013363.75965492, 1893.59144077613, 2810.34702321566),
    ),
    ("d1", ""): (
        (9.06974836245306, 31.6935922357966, 7.96217344742333, 12.8155138857002, 4.21110770305853),
        (9.34586945059095, 32.6584777899952, 8.20457532103501, 13.2056717487138, 4.33931144088747),
        (1599391.43255409, 5233646.29430301, 1828.68424021449, 5535.50507331626),
    ),
    ("d1", "Yes"): (
        (4.96699710481643, 24.2364444955803, 4.53875577729861, 10.4939799962257, 5.7144541027211),
        (5.11821327868928, 24.9743032717309, 4.67693449339265, 10.8134606543055, 5.88842599498323),
        (1127837.73043352, 3368429.59631182, 1339.26943116563, 4191.48959023708),
    ),
    ("d2", ""): (
        (6.3476375041482, 27.7887446852685, 3.68723410895837, 10.6297803564297, 1.99455983404579),
        (6.5075124361641, 28.4886466038108, 3.78010272379518, 10.8975075873432, 2.04345484287304),
        (1172699.22577499, 4115866.62099977, 1453.53026807646, 4651.8013663196),
    ),
    ("d2", "Yes"): (
        (4.54225313495035, 19.3254027619566, 3.13516758793994, 19.6923758191059, 2.80685826115372),
        (4.66011957637256, 19.8268755740014, 3.21652171679934, 20.2033711758128, 2.8796931263604),
        (646713.760877, 2116401.2293972, 1147.68247126311, 4419.20298742828),
    ),
}
# interval of the mean of api00 where awards = Yes: df of the design, normal, 7
FREEDOM = {
    "ds": (
        (655.040192232851, 701.804618996025),
        (655.183835901066, 701.66097532781),
        (650.385928439341, 706.458882789535),
    ),
    "d1": (
        (606.491380535453, 697.139388695316),
        (610.397085941564, 693.233683289205),
        (601.845735031843, 701.785034198926),
    ),
    "d2": (
        (671.630408542285, 788.967053972132),
        (673.449808658331, 787.147653856087),
        (661.712603086199, 798.884859428219),
    ),
}


def table(name: str, domain: str, **options: object) -> pl.DataFrame:
    file, design = DESIGNS[name]
    rows = pl.read_csv(DATA / f"{file}.csv").with_columns(high=(pl.col("api00") > 650).cast(pl.Int16))
    found = estimate(collapse(rows, design, MEASURES, (("awards",),)), REQUESTS, **options)
    return found.filter(pl.col("domain") == domain)


@pytest.mark.parametrize(("kind", "place"), [("wr", 0), ("wor", 1)])
@pytest.mark.parametrize(("name", "domain"), sorted(EFFECTS))
def test_design_effects(name: str, domain: str, kind: str, place: int) -> None:
    assert table(name, domain, deff=kind)["deff"].to_list() == pytest.approx(EFFECTS[name, domain][place], rel=1e-8)


@pytest.mark.parametrize(("name", "domain"), sorted(EFFECTS))
def test_totals_on_the_scale_of_logarithms(name: str, domain: str) -> None:
    sums = table(name, domain, totals="log").filter(pl.col("statistic").is_in(["total", "count"]))
    got = [end for row in sums.select("low", "high").rows() for end in row]
    assert got == pytest.approx(EFFECTS[name, domain][2], rel=1e-8)


@pytest.mark.parametrize("name", sorted(FREEDOM))
def test_degrees_of_freedom_of_the_design_of_the_normal_and_given(name: str) -> None:
    for df, expected in zip(("design", float("inf"), 7), FREEDOM[name], strict=True):
        row = table(name, "Yes", df=df).row(0, named=True)
        assert (row["low"], row["high"]) == pytest.approx(expected, rel=1e-8)
    assert table(name, "Yes", df=7)["df"].to_list() == [7] * 5
