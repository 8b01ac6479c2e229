"""Rank sets against what R csranks prints, differences against R survey 4.1-1 (R 4.2.2).

``pisa2018_math.csv``: mean scores in mathematics and standard errors of the 37 OECD countries in PISA 2018 (OECD). The
vignette "Inference for Ranks" of csranks 1.2 (not installed here; its printed results) takes the countries as
independent, with its own random draws: the sets below are those it prints and tells.

``csranks`` draws other numbers, so only sets whose critical values are far from a statistic are compared; the lower end
of the United Kingdom is printed as 8 and told as 7 in the same vignette.

R script for the differences (relative tolerance 1e-8) and the adjusted probabilities::

    library(survey); data(api); c1 <- apiclus1
    c1$a <- ifelse(c1$api00>650,5,2); c1$a[seq(1,183,9)] <- NA
    d <- svydesign(id=~dnum, weights=~pw, fpc=~fpc, data=c1)
    d <- update(d, m=as.numeric(!is.na(c1$a)), y=as.numeric(!is.na(c1$a) & c1$a>=4))
    b <- svyby(~y, ~stype, svyratio, denominator=~m, design=d, covmat=TRUE)
    svycontrast(b, list(EM=c(E=1,H=0,M=-1), EH=c(E=1,H=-1,M=0), MH=c(E=0,H=-1,M=1)))
    p <- c(0.01,0.02,0.03,0.04,0.05,0.2,0.0005,1); p.adjust(p, "holm"); p.adjust(p, "BH")
"""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sipas.estimation import Design, collapse
from sipas.instrument import load
from sipas.scoring import adjusted, differences, measures_of, rank_sets_pairwise, score

DATA = Path(__file__).parents[1] / "data"
PISA = pl.read_csv(DATA / "pisa2018_math.csv")
COUNTRIES = PISA["country"].to_list()
VALUES = PISA["score"].to_numpy()
COVARIANCE = np.diag(PISA["se"].to_numpy() ** 2)
TOP_FIVE = {
    "Belgium",
    "Canada",
    "Denmark",
    "Estonia",
    "Finland",
    "Japan",
    "Korea",
    "Netherlands",
    "Poland",
    "Slovenia",
    "Switzerland",
}
DIFFERENCES = {
    ("E", "M"): (9.05125408942203, 7.50823004514749),
    ("E", "H"): (-8.09160305343512, 20.98784322717272),
    ("M", "H"): (-17.1428571428571, 23.7139738787687),
}


def possible(level: float) -> set[str]:
    best = rank_sets_pairwise(VALUES, COVARIANCE, level=level).best
    return {name for name, place in zip(COUNTRIES, best, strict=True) if place <= 5}


def test_who_can_be_among_the_first_five() -> None:
    assert possible(0.95) == {*TOP_FIVE, "Sweden"}
    assert possible(0.90) == TOP_FIVE


def test_marginal_set_of_one_country() -> None:
    place = COUNTRIES.index("United Kingdom")
    sets = rank_sets_pairwise(VALUES, COVARIANCE, units=[place], marginal=True)
    assert sets.best[place] in {7, 8}
    assert sets.worst[place] == 23
    assert np.count_nonzero(sets.best) == 1


def test_joint_sets_of_all_countries() -> None:
    sets = rank_sets_pairwise(VALUES, COVARIANCE)
    last = {COUNTRIES.index(name) for name in ("Chile", "Mexico", "Colombia")}
    rest = [i for i in range(len(COUNTRIES)) if i not in last]
    assert sets.worst[rest].max() < min(sets.best[i] for i in last)
    germany, korea = COUNTRIES.index("Germany"), COUNTRIES.index("Korea")
    assert sets.best[germany] == sets.worst[korea] == 7
    loose = rank_sets_pairwise(VALUES, COVARIANCE, level=0.75)
    assert loose.best[germany] > loose.worst[korea]


def test_differences_know_what_domains_share() -> None:
    data = pl.read_csv(DATA / "apiclus1.csv").with_row_index("i")
    value = pl.when(pl.col("i") % 9 != 0).then(pl.when(pl.col("api00") > 650).then(5).otherwise(2))
    data = data.with_columns(value.alias("a"), pl.lit(4).alias("b"), pl.lit(4).alias("c"))
    edition = load(DATA / "scoring_edition.yaml")
    design = Design(weight="pw", psu="dnum", population="fpc")
    result = score(edition, collapse(data, design, measures_of(edition), (("stype",),)))
    table = differences(result, "stype", "a", list(DIFFERENCES))
    for row, expected in zip(table.rows(named=True), DIFFERENCES.values(), strict=True):
        assert (row["difference"], row["se"]) == pytest.approx(expected, rel=1e-8)


def test_adjusted_probabilities() -> None:
    p = np.array([0.01, 0.02, 0.03, 0.04, 0.05, 0.2, 0.0005, 1])
    assert adjusted(p, "holm").tolist() == pytest.approx([0.07, 0.12, 0.15, 0.16, 0.16, 0.4, 0.004, 1.0])
    expected = [0.04, 0.16 / 3, 0.06, 0.064, 0.2 / 3, 1.6 / 7, 0.004, 1.0]
    assert adjusted(p, "benjamini_hochberg").tolist() == pytest.approx(expected)
    assert adjusted(p, "none").tolist() == p.tolist()
