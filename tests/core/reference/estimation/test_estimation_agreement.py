"""Agreement against R survey 4.1-1, vcd 1.4-11 and psych 2.2.9 (R 4.2.2), and print; relative tolerance 1e-8.

R script::

    library(survey); data(api); options(digits=16)
    d1 <- svydesign(id=~dnum, weights=~pw, data=apiclus1, fpc=~fpc)
    ds <- svydesign(id=~1, strata=~stype, weights=~pw, data=apistrat, fpc=~fpc)
    g <- function(x) factor(1L + (x>600) + (x>700))
    for (D in list(d1, ds)) { D <- update(D, a=g(api99), b=g(api00), cell=interaction(a, b))
      k <- svykappa(~awards+sch.wide, D); c(coef(k), SE(k)); k <- svykappa(~a+b, D); c(coef(k), SE(k))
      m <- svymean(~cell, D); nm <- paste0("p", 1:9); names(m) <- nm; v <- attr(m,"var"); dimnames(v) <- list(nm,nm)
      attr(m, "var") <- v; ix <- function(i,j) nm[i+(j-1)*3]; s <- function(x) paste0("(", paste(x, collapse="+"), ")")
      kap <- function(W) { all <- expand.grid(i=1:3, j=1:3)
        po <- paste(mapply(function(i,j) paste0(W[i,j], "*", ix(i,j)), all$i, all$j), collapse="+")
        pe <- paste(mapply(function(i,j) paste0(W[i,j], "*", s(ix(i,1:3)), "*", s(ix(1:3,j))), all$i, all$j),
                    collapse="+")
        parse(text=paste0("((", po, ")-(", pe, "))/(1-(", pe, "))"))[[1]] }
      dd <- abs(outer(1:3, 1:3, "-"))/2
      for (W in list(1-dd, 1-dd^2)) { r <- svycontrast(m, list(k=kap(W))); c(coef(r), SE(r)) }
      same <- svymean(~as.numeric(a==b), D); c(coef(same), SE(same), attr(svyciprop(~I(a!=b), D, method="xlogit"),"ci"))
      for (c in 1:3) { D <- update(D, x=as.numeric(a==c), y=as.numeric(b==c), z=as.numeric((a==c)!=(b==c)))
        mm <- svymean(~x+y+z, D); r <- svycontrast(mm, list(ndr=quote(x-y), ioi=quote(z/(x*(1-y)+y*(1-x)))))
        c(coef(mm), SE(mm), coef(r), SE(r)); confint(r, df=degf(D)) } }
    f <- matrix(c(106,10,4,22,28,10,2,12,6), 3, byrow=TRUE)
    vcd::Kappa(f, weights="Equal-Spacing"); vcd::Kappa(f, weights="Fleiss-Cohen")  # values and ASE

The last table is that of Fleiss, Cohen & Everitt 1969, who print kappa .429 and its variance .002885.
"""

from pathlib import Path

import polars as pl
import pytest

from sipas.estimation import Design
from sipas.estimation.agreements.agreements import Agreement, agreement, agreement_of_pairs

DATA = Path(__file__).parents[1] / "data"
DESIGNS = {
    "d1": ("apiclus1", Design(weight="pw", psu="dnum", population="fpc")),
    "ds": ("apistrat", Design(weight="pw", strata="stype", population="fpc")),
}
KAPPAS = {  # kappa of two categories; of three; linear; quadratic; each with its error
    "d1": (
        (0.5213600697471666, 0.04199626325427902),
        (0.5965717370765286, 0.06430069705226577),
        (0.7011896431070678, 0.05313950410450832),
        (0.8032387597919821, 0.03920257834658627),
    ),
    "ds": (
        (0.5377238648586357, 0.0610315505827425),
        (0.6864911254525535, 0.04603917057336969),
        (0.7716700313829146, 0.03620208470286414),
        (0.8470347625092084, 0.02863319098077959),
    ),
}
AGREEMENT = {  # share and error, interval of the gross difference rate
    "d1": (0.73224043715847, 0.05006087174766741, 0.1745604123996199, 0.3873669257789141),
    "ds": (0.7919115283998255, 0.03173057682661781, 0.152358860912355, 0.2775285695961191),
}
# shares first, second, changed and their errors; net difference, index of inconsistency, their errors and intervals
CATEGORIES = {
    ("d1", 0): (
        (0.459016393442623, 0.360655737704918, 0.1092896174863388),
        (0.1083840870413231, 0.1091399783602549, 0.02777023056691554),
        (0.09836065573770486, 0.02601853085227920, 0.04255645712655783, 0.1541648543488519),
        (0.2236890355702237, 0.05977828685433043, 0.09547736169852394, 0.3519007094419234),
    ),
    ("d1", 1): (
        (0.3278688524590164, 0.3005464480874317, 0.2677595628415301),
        (0.06436608629975298, 0.05335694437827312, 0.05006087174766741),
        (0.02732240437158467, 0.03856369662439178, -0.05538849878531156, 0.1100333075284809),
        (0.6207684319833853, 0.08582884046571705, 0.43668387751309445, 0.8048529864536761),
    ),
    ("d1", 2): (
        (0.2131147540983606, 0.3387978142076503, 0.1584699453551913),
        (0.05383935289468229, 0.07980603466054507, 0.03931857547625472),
        (-0.1256830601092896, 0.03506929142673906, -0.2008992095160695, -0.05046691070250971),
        (0.3888766761925698, 0.05988918352881874, 0.2604271526096932, 0.51732619977544647),
    ),
    ("ds", 2): (
        (0.3056506284481297, 0.4043396816110389, 0.09868905316290925),
        (0.03559722627794212, 0.03747539005019336, 0.02371141170452062),
        (-0.09868905316290927, 0.02371141170452063, -0.1454498310466845, -0.05192827527913403),
        (0.2132356047205876, 0.05023215316228783, 0.1141738286476893, 0.31229738079348579),
    ),
}
PARTS = ("", "_se", "_low", "_high")


def made(name: str) -> Agreement:
    file, design = DESIGNS[name]
    band = [1 + (pl.col(c) > 600).cast(pl.Int64) + (pl.col(c) > 700).cast(pl.Int64) for c in ("api99", "api00")]
    rows = pl.read_csv(DATA / f"{file}.csv").with_columns(a=band[0], b=band[1])
    return agreement(rows, {"two": ("awards", "sch.wide"), "three": ("a", "b")}, design)


@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_kappa(name: str) -> None:
    two, three = made(name).items.rows(named=True)
    got = [(two["kappa"], two["kappa_se"])]
    got += [(three[k], three[f"{k}_se"]) for k in ("kappa", "kappa_linear", "kappa_quadratic")]
    for mine, expected in zip(got, KAPPAS[name], strict=True):
        assert mine == pytest.approx(expected, rel=1e-8)
    assert (three["inconsistency"], three["inconsistency_se"]) == pytest.approx(
        (1 - three["kappa"], three["kappa_se"]), rel=1e-12
    )
    assert two["kappa_linear"] is None  # text has no order
    assert two["kappa_se_simple"] is None  # a design was given


@pytest.mark.parametrize("name", sorted(DESIGNS))
def test_gross_difference(name: str) -> None:
    row = made(name).items.row(1, named=True)
    share, error, low, high = AGREEMENT[name]
    assert (row["agreement"], row["agreement_se"]) == pytest.approx((share, error), rel=1e-8)
    four = tuple(row[f"gross_difference{part}"] for part in PARTS)
    assert four == pytest.approx((1 - share, error, low, high), rel=1e-8)


@pytest.mark.parametrize(("name", "place"), sorted(CATEGORIES))
def test_categories(name: str, place: int) -> None:
    row = made(name).categories.filter(item="three").row(place, named=True)
    shares, errors, net, index = CATEGORIES[name, place]
    answers = ("first", "second", "gross_difference")
    assert tuple(row[a] for a in answers) == pytest.approx(shares, rel=1e-8)
    assert tuple(row[f"{a}_se"] for a in answers) == pytest.approx(errors, rel=1e-8)
    assert tuple(row[f"net_difference{part}"] for part in PARTS) == pytest.approx(net, rel=1e-8)
    assert tuple(row[f"inconsistency{part}"] for part in PARTS) == pytest.approx(index, rel=1e-8)


def test_simple_pairs_as_fleiss_cohen_and_everitt() -> None:
    counts = [[106, 10, 4], [22, 28, 10], [2, 12, 6]]
    cells = [{"column": "q", "first": i, "second": j} for i in range(3) for j in range(3) for _ in range(counts[i][j])]
    row = agreement_of_pairs(pl.DataFrame(cells)).items.row(0, named=True)
    assert (row["kappa"], row["kappa_se_simple"] ** 2) == pytest.approx((0.429, 0.002885), abs=6e-4, rel=0)
    assert row["kappa_se_simple"] ** 2 == pytest.approx(0.002885, abs=5e-7)
    by_vcd = {
        "kappa": (0.4285714285714285, 0.05371100486916736),
        "kappa_linear": (0.4923076923076921, 0.05071860760768723),
        "kappa_quadratic": (0.5666666666666665, 0.05566634015823027),
    }
    for name, expected in by_vcd.items():
        assert (row[name], row[f"{name}_se_simple"]) == pytest.approx(expected, rel=1e-8)
        assert row[f"{name}_se"] == pytest.approx(expected[1] * (200 / 199) ** 0.5, rel=1e-8)
