"""Nodes of the tree against R survey 4.1-1 (R 4.2.2), ``svycontrast`` on totals; relative tolerance 1e-8.

R script::

    library(survey); data(api); c1 <- apiclus1
    c1$a <- ifelse(c1$api00>650,5,2); c1$b <- ifelse(c1$api99>620,4,3); c1$c <- ifelse(c1$enroll<500,4,1)
    c1$a[seq(1,183,9)] <- NA; c1$b[seq(4,183,5)] <- NA; c1$c[c1$stype=="H"] <- NA
    for (v in c("a","b","c")) { c1[[paste0("m",v)]] <- as.numeric(!is.na(c1[[v]]))
      c1[[paste0("y",v)]] <- as.numeric(!is.na(c1[[v]]) & c1[[v]]>=4) }
    d <- svydesign(id=~dnum, weights=~pw, fpc=~fpc, data=c1)
    q <- list(a=quote(100*ya/ma), b=quote(100*yb/mb), c=quote(100*yc/mc), pooled=quote(100*(ya+yb)/(ma+mb)),
      mean=quote(100*((ya+yb)/(ma+mb)+yc/mc)/2), fixed=quote(100*(0.7*(ya+yb)/(ma+mb)+0.3*yc/mc)),
      all=quote(100*(ya+yb+yc)/(ma+mb+mc)))
    for (D in list(d, subset(d, stype=="E"), subset(d, stype=="M"))) {
      t <- svytotal(~ya+yb+yc+ma+mb+mc, D); svycontrast(t, q); vcov(svycontrast(t, q)) }
"""

from pathlib import Path

import msgspec
import polars as pl
import pytest

from sipas.estimation import Design, collapse
from sipas.instrument import Edition, load
from sipas.scoring import Score, measures_of, score

DATA = Path(__file__).parents[1] / "data"
RULES: dict[str, dict[str, object]] = {
    "mean": {"rule": "mean_of_children"},
    "fixed": {"rule": "fixed_weights", "weights": (0.7, 0.3)},
    "all": {"rule": "pooled_answers"},
}
NODES = {
    "": {
        "a": (51.2345679012346, 10.9664589323679),
        "b": (47.6190476190476, 10.7216584403052),
        "c": (59.1715976331361, 5.69566436728828),
        "ab": (49.5145631067961, 10.7948147477492),
    },
    "E": {
        "a": (51.9083969465649, 10.3651602852563),
        "b": (49.5726495726496, 10.573092744565),
        "c": (66.6666666666667, 6.05725246899828),
        "ab": (50.8064516129032, 10.4136944573278),
    },
    "M": {
        "a": (42.8571428571429, 13.6965738080055),
        "b": (35.2941176470588, 14.0503650500934),
        "c": (16, 8.58283747226389),
        "ab": (39.4736842105263, 13.1117911627952),
    },
}
INDEX = {
    ("", "mean"): (54.3430803699661, 7.69895276747686),
    ("", "fixed"): (52.4116734646981, 8.86143498163994),
    ("", "all"): (52.928870292887, 8.5508794138722),
    ("E", "mean"): (58.736559139785, 7.78865508343931),
    ("E", "fixed"): (55.5645161290323, 8.7703373059854),
    ("E", "all"): (56.6326530612245, 8.40214653884835),
    ("M", "mean"): (27.7368421052632, 7.04620109451477),
    ("M", "fixed"): (32.4315789473684, 9.00014693747284),
    ("M", "all"): (30.1587301587302, 7.8478050445982),
}
# covariances of a and b, of ab and c, of a and the index by mean_of_children
COVARIANCES = {
    "": (115.084619289969, 44.0634384201687, 82.2501188473457),
    "E": (107.333916164943, 48.7586261556876, 79.2224566995554),
    "M": (153.513888265696, -23.4941835573429, 71.9663288494077),
}


def answers() -> pl.DataFrame:
    data = pl.read_csv(DATA / "apiclus1.csv").with_row_index("i")
    even = [
        pl.when(pl.col("i") % 9 != 0).then(pl.when(pl.col("api00") > 650).then(5).otherwise(2)).alias("a"),
        pl.when(pl.col("i") % 5 != 3).then(pl.when(pl.col("api99") > 620).then(4).otherwise(3)).alias("b"),
        pl.when(pl.col("stype") != "H").then(pl.when(pl.col("enroll") < 500).then(4).otherwise(1)).alias("c"),
    ]
    return data.with_columns(even)


def scored(rule: str) -> Score:
    edition = load(DATA / "scoring_edition.yaml")
    index = msgspec.structs.replace(edition.index, **RULES[rule])
    changed: Edition = msgspec.structs.replace(edition, index=index)
    design = Design(weight="pw", psu="dnum", population="fpc")
    return score(changed, collapse(answers(), design, measures_of(changed), (("stype",),)))


def node(result: Score, domain: str, name: str) -> tuple[float, float]:
    (row,) = result.index.filter(pl.col("domain") == domain, pl.col("node") == name).rows(named=True)
    return row["percent"], row["se"]


@pytest.mark.parametrize("domain", sorted(NODES))
def test_items_and_pooled_parents(domain: str) -> None:
    result = scored("mean")
    for name, expected in NODES[domain].items():
        assert node(result, domain, name) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize(("domain", "rule"), sorted(INDEX))
def test_every_rule_at_the_top(domain: str, rule: str) -> None:
    assert node(scored(rule), domain, "index") == pytest.approx(INDEX[domain, rule], rel=1e-8)


@pytest.mark.parametrize("domain", sorted(COVARIANCES))
def test_covariance_of_nodes(domain: str) -> None:
    result = scored("mean")
    same = result.covariance.filter(pl.col("domain") == domain, pl.col("other_domain") == domain)
    found = {frozenset(row[:2]): row[2] for row in same.select("node", "other_node", "covariance").rows()}
    pairs = (frozenset({"a", "b"}), frozenset({"ab", "c"}), frozenset({"a", "index"}))
    assert [found[pair] for pair in pairs] == pytest.approx(COVARIANCES[domain], rel=1e-8)


def test_a_domain_without_answers_to_an_item_leaves_it_out() -> None:
    result = scored("fixed")
    assert node(result, "H", "c") == (None, None)
    assert node(result, "H", "index") == pytest.approx(node(result, "H", "ab"), rel=1e-12)
