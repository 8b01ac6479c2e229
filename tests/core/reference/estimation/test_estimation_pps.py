"""Unequal probabilities without replacement against R survey 4.1-1 (R 4.2.2); relative tolerance 1e-8.

``election_pps.csv`` and ``election_joint.csv`` are R's ``election_pps`` and ``election_jointprob`` with strata,
clusters and domains made up. ``pps_from_r.csv`` was written by::

    library(survey); options(survey.lonely.psu="adjust"); data(election); e <- election_pps
    e$unit <- 1:40; e$half <- ifelse(e$unit<=17,1,2); e$dom <- c("x","y","z")[(e$unit*7)%%3+1]
    e$cluster <- sprintf("c%02d",(e$unit+1)%/%2); e$pc <- ave(e$p,e$cluster) + 0.1*(e$cluster=="c03")
    e$share <- e$Bush/e$votes; squares <- sum(election$p^2)/40                  # 0.10321027266234986
    cross <- election_jointprob; o <- outer(e$half,e$half,"!="); cross[o] <- outer(e$p,e$p)[o]
    all <- function(case, D, domains=c("x","y","z")) {
      svytotal(~Bush+Kerry+Nader, D); svyratio(~Bush, ~votes, D); svymean(~share, D)
      for (k in domains) { G <- subset(D, dom==k); svytotal(~Bush, G); svymean(~share, G) }
      vcov(svytotal(~Bush+Kerry, D))[1,2]                                                    # covariance
      vcov(svytotal(~I(Bush*(dom=="x"))+I(Kerry*(dom=="y")), D))[1,2] }                      # across
    d <- function(...) svydesign(id=~1, fpc=~p, data=e, ...)
    all("brewer", d(pps="brewer")); all("overton", d(pps="overton")); all("overton YG", d(pps="overton", variance="YG"))
    all("hr given", d(pps=HR(squares))); all("hr given YG", d(pps=HR(squares), variance="YG"))
    all("hr", d(pps=HR())); all("hr YG", d(pps=HR(), variance="YG")); J <- ppsmat(election_jointprob, tolerance=0)
    all("joint", d(pps=J)); all("joint YG", d(pps=J, variance="YG")); all("poisson", d(pps=poisson_sampling(e$p)))
    h <- function(...) svydesign(id=~1, strata=~half, fpc=~p, data=e, ...)
    # the same as "... strata", with J <- ppsmat(cross, tolerance=0)
    cl <- function(...) svydesign(id=~cluster, probs=~pc, fpc=~pc, data=e, ...)
    all("brewer clusters", cl(pps="brewer")); all("overton clusters", cl(pps="overton"), NULL)
    all("hr clusters", cl(pps=HR()), NULL); e$lone <- ifelse(e$unit==5, 0, e$half)
    for (rule in c("adjust", "remove", "average")) { options(survey.lonely.psu=rule)
      all(paste("brewer", rule), svydesign(id=~1, strata=~lone, fpc=~p, data=e, pps="brewer")) }
    options(survey.lonely.psu="adjust")
    all("overton adjust", svydesign(id=~1, strata=~lone, fpc=~p, data=e, pps="overton"))
    t3 <- read.csv("three_stages.csv"); t3$leaf <- sprintf("%03d", t3$row)
    D <- svydesign(ids=~i+j+leaf, strata=~h+g, weights=~w, fpc=~r1+r2+r3, data=t3, pps="brewer")   # "brewer stages"

R's default tolerance in ``ppsmat`` sets entries below 1e-4 to 0; here none are. R's ``brewer`` needs codes in sorted
order (``leaf``): otherwise it multiplies units by each other's 1 - π. Under ``average`` it counts the strata of the
whole sample in every domain, ours those of the domain, so that domains are not compared there.
"""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sipas.estimation import (
    Design,
    Mean,
    Ratio,
    Request,
    Stage,
    across,
    collapse,
    estimate,
    grids,
    joint_pairs,
    merge,
    numerators,
    ratios,
    read_moments,
)

DATA = Path(__file__).parents[1] / "data"
FROM_R = pl.read_csv(DATA / "pps_from_r.csv", schema_overrides={"estimate": pl.String, "se": pl.String})
MEASURES = (
    Mean("Bush", "Bush"),
    Mean("Kerry", "Kerry"),
    Mean("Nader", "Nader"),
    Ratio("ratio", "Bush", "votes"),
    Mean("mean", "share"),
)
UNITS = {"weight": "wt", "psu": "unit", "rate": "p"}
HALVES = UNITS | {"strata": "half"}
LONE = UNITS | {"strata": "lone"}
CLUSTERS = {"weight": "wc", "psu": "cluster", "rate": "pc"}
SQUARES = pl.DataFrame({"stratum": [""], "squares": [0.10321027266234986]})
DESIGNS = {
    "brewer": (Design(**UNITS, pps="brewer"), None),
    "overton": (Design(**UNITS, pps="overton"), None),
    "overton YG": (Design(**UNITS, pps="overton", variance="YG"), None),
    "hr": (Design(**UNITS, pps="hartley-rao"), None),
    "hr YG": (Design(**UNITS, pps="hartley-rao", variance="YG"), None),
    "hr given": (Design(**UNITS, pps="hartley-rao"), "squares"),
    "hr given YG": (Design(**UNITS, pps="hartley-rao", variance="YG"), "squares"),
    "joint": (Design(**UNITS, pps="joint"), "pairs"),
    "joint YG": (Design(**UNITS, pps="joint", variance="YG"), "pairs"),
    "poisson": (Design(**UNITS, pps="poisson"), None),
    "brewer strata": (Design(**HALVES, pps="brewer"), None),
    "overton strata": (Design(**HALVES, pps="overton"), None),
    "hr strata": (Design(**HALVES, pps="hartley-rao"), None),
    "hr strata YG": (Design(**HALVES, pps="hartley-rao", variance="YG"), None),
    "joint strata": (Design(**HALVES, pps="joint"), "halves"),
    "joint strata YG": (Design(**HALVES, pps="joint", variance="YG"), "halves"),
    "brewer clusters": (Design(**CLUSTERS, pps="brewer"), None),
    "overton clusters": (Design(**CLUSTERS, pps="overton"), None),
    "hr clusters": (Design(**CLUSTERS, pps="hartley-rao"), None),
    "brewer adjust": (Design(**LONE, pps="brewer", lonely="adjust"), None),
    "brewer remove": (Design(**LONE, pps="brewer", lonely="remove"), None),
    "brewer average": (Design(**LONE, pps="brewer", lonely="average"), None),
    "overton adjust": (Design(**LONE, pps="overton", lonely="adjust"), None),
}
PUBLISHED = {  # the help page of election: standard errors of the totals of Bush, Kerry and Nader
    "joint": (2604404, 2523712, 102326),
    "joint YG": (2406526, 2408091, 101664),
    "hr given": (2624662, 2525222, 102793),
    "hr": (2472753, 2426842, 102595),
    "brewer": (2447629, 2450787, 102420),
    "overton": (2939608, 1964632, 104373),
}


def rows() -> pl.DataFrame:
    data = pl.read_csv(DATA / "election_pps.csv")
    lone = pl.when(pl.col("unit") == 5).then(0).otherwise("half")
    return data.with_columns(wt=1 / pl.col("p"), wc=1 / pl.col("pc"), lone=lone, unit=pl.col("unit").cast(pl.String))


def given(name: str | None) -> pl.DataFrame | None:
    if name in {None, "squares"}:
        return SQUARES if name else None
    matrix = np.loadtxt(DATA / "election_joint.csv", delimiter=",")
    units, half = rows()["unit"].to_list(), rows()["half"].to_numpy()
    if name == "pairs":
        return joint_pairs(matrix, units)
    places = {h: np.flatnonzero(half == h) for h in (1, 2)}
    return pl.concat(
        joint_pairs(matrix[np.ix_(place, place)], [units[i] for i in place], str(h)) for h, place in places.items()
    )


@pytest.mark.parametrize("case", DESIGNS)
def test_every_variance(case: str) -> None:
    design, joint = DESIGNS[case]
    whole, by_domain = grids(collapse(rows(), design, MEASURES, (("dom",),), joint=given(joint)))
    expected_rows = FROM_R.filter(case=case).rows(named=True)
    assert len(expected_rows) >= 7
    for row in expected_rows:
        if case == "brewer average" and (row["domain"] or row["what"] == "across"):
            continue
        grid = by_domain if row["domain"] else whole
        one = (ratios if row["what"] in {"ratio", "mean"} else numerators)(grid, MEASURES)
        expected = float(row["estimate"])
        if row["what"] == "covariance":
            assert one.covariance("")[0, 1] == pytest.approx(expected, rel=1e-8)
        elif row["what"] == "across":
            totals = numerators(by_domain, MEASURES)
            assert across(totals, "Bush", totals, "Kerry")[0, 1] == pytest.approx(expected, rel=1e-8)
        else:
            place = grid.domains.index(row["domain"] or ""), one.place(row["what"])
            se = float(row["se"].replace("NaN", "nan"))
            assert one.values[place] == pytest.approx(expected, rel=1e-8)
            assert np.sqrt(one.variance())[place] == pytest.approx(se, rel=1e-8, nan_ok=True)


@pytest.mark.parametrize("case", DESIGNS)
def test_variances_covariances_and_pairs_of_domains_agree(case: str) -> None:
    design, joint = DESIGNS[case]
    (grid,) = grids(collapse(rows(), design, MEASURES, (("dom",),), joint=given(joint)), ("dom",))
    for one in (ratios(grid, MEASURES), numerators(grid, MEASURES)):
        variance, covariance = one.variance(), one.covariances()
        for place, name in enumerate(one.names):
            over = across(one, name, one, name)
            known = ~np.isnan(variance[:, place])  # a form of pairs may fall below 0
            assert np.diag(over)[known] == pytest.approx(variance[known, place], rel=1e-8)
            assert covariance[known, place, place] == pytest.approx(variance[known, place], rel=1e-8)
            assert over == pytest.approx(over.T, rel=1e-8)


@pytest.mark.parametrize("case", PUBLISHED)
def test_published_errors(case: str) -> None:
    design, joint = DESIGNS[case]
    (grid,) = grids(collapse(rows(), design, MEASURES[:3], joint=given(joint)))
    assert np.sqrt(numerators(grid, MEASURES[:3]).variance())[0].round().tolist() == list(PUBLISHED[case])


def test_rows_that_are_their_own_units() -> None:
    named, alone = (
        estimate(collapse(rows(), Design(**UNITS | {"psu": psu}, pps="brewer"), MEASURES, (("dom",),)))
        for psu in ("unit", None)
    )
    assert alone["se"].to_list() == pytest.approx(named["se"].to_list(), rel=1e-12)


def test_probabilities_from_the_pairs_alone() -> None:
    design = Design(weight="wt", psu="unit", pps="joint", variance="YG")
    one = estimate(collapse(rows(), design, MEASURES, joint=given("pairs")))
    other = estimate(collapse(rows(), DESIGNS["joint YG"][0], MEASURES, joint=given("pairs")))
    assert one["se"].to_list() == pytest.approx(other["se"].to_list(), rel=1e-12)


def test_files_and_parts_keep_the_pairs(tmp_path: Path) -> None:
    design, pairs = DESIGNS["joint"][0], given("pairs")
    parts = [
        collapse(half, design, MEASURES, joint=pairs, part=name)
        for (name,), half in rows().partition_by("dom", as_dict=True).items()
    ]
    merge(parts).write(tmp_path / "moments.parquet")
    again = read_moments(tmp_path / "moments.parquet")
    assert again.joint is not None
    assert again.joint.height == 1600
    whole = estimate(collapse(rows(), design, MEASURES, joint=pairs))
    assert estimate(again)["se"].to_list() == pytest.approx(whole["se"].to_list(), rel=1e-12)


def test_three_stages() -> None:
    design = Design(
        weight="w",
        strata="h",
        psu="i",
        rate="r1",
        pps="brewer",
        lonely="adjust",
        later=(Stage(ids="j", strata="g", rate="r2"), Stage(rate="r3")),
    )
    moments = collapse(pl.read_csv(DATA / "three_stages.csv"), design, (Mean("y", "y"), Mean("m", "m")), (("d",),))
    table = estimate(moments, (Request("y", "mean"), Request("y", "total"), Request("m", "mean")))
    for row in FROM_R.filter(case="brewer stages").rows(named=True):
        statistic, variable = row["what"].split()
        same = (pl.col("variable") == variable, pl.col("statistic") == statistic)
        got = table.filter(*same, pl.col("domain") == (row["domain"] or "")).row(0, named=True)
        assert got["estimate"] == pytest.approx(float(row["estimate"]), rel=1e-8)
        assert got["se"] == pytest.approx(float(row["se"]), rel=1e-8)
