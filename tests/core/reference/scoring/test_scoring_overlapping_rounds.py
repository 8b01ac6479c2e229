"""Change between rounds that share units, against R survey 4.1-1 (R 4.2.2); relative tolerance 1e-8.

api99 and api00 of ``apistrat`` are two rounds of the same schools; ``part`` leaves other schools out of each. Rule
``stacked`` is ``svyby(..., covmat=TRUE)`` and ``svycontrast`` on the stacked rows; rule ``shared`` equals it where all
schools are in both rounds and is written out by its formula in R where they are not. R script::

    library(survey); data(api); options(digits=15)
    s <- apistrat; s$i <- 0:199
    taken <- function(keep, x) { d <- s[keep,]; n <- table(d$stype); d$w <- as.numeric(d$fpc/n[d$stype])
      d$a <- as.numeric(x[keep] > 650); d }
    two <- function(k1, k2) { now <- taken(k1, s$api00); before <- taken(k2, s$api99)
      now$when <- "now"; before$when <- "before"; list(now, before, rbind(now, before)) }
    stacked <- function(r, fpc) {
      d <- if (fpc) svydesign(~snum, strata=~stype, weights=~w, fpc=~fpc, data=r[[3]]) else
        svydesign(~snum, strata=~stype, weights=~w, data=r[[3]])
      for (D in list(d, subset(d, awards=="Yes"))) {
        b <- svyby(~a, ~when, D, svymean, covmat=TRUE); ct <- svycontrast(b, c(before=-1, now=1))
        print(c(coef(ct)*100, SE(ct)*100, vcov(b)[1,2]*1e4)) } }
    all <- two(rep(TRUE,200), rep(TRUE,200)); part <- two(s$i %% 4 != 0, s$i %% 4 != 1)
    for (f in c(FALSE, TRUE)) { stacked(all, f); stacked(part, f) }
    shared <- function(r, fpc, yes) {
      z <- lapply(r[1:2], function(d) { m <- if (yes) d$awards=="Yes" else TRUE; w <- d$w*m
        e <- sum(w*d$a)/sum(w); data.frame(snum=d$snum, stype=d$stype, N=d$fpc, z=w*(d$a-e)/sum(w), e=e) })
      v <- sapply(z, function(d) sum(sapply(split(d, d$stype), function(h) { n <- nrow(h)
        (1-fpc*n/h$N[1])*n*var(h$z) })))
      both <- merge(z[[1]], z[[2]], by=c("snum","stype"))
      cv <- sum(sapply(split(both, both$stype), function(h) { st <- h$stype[1]; c <- nrow(h)
        n1 <- sum(z[[1]]$stype==st); n2 <- sum(z[[2]]$stype==st)
        (1-fpc*n1*n2/(h$N.x[1]*c))*c*cov(h$z.x,h$z.y) }))
      print(c(100*(z[[1]]$e[1]-z[[2]]$e[1]), 100*sqrt(v[1]+v[2]-2*cv), 1e4*cv)) }
    for (f in c(0,1)) for (y in c(FALSE,TRUE)) { shared(all,f,y); shared(part,f,y) }
"""

from pathlib import Path

import polars as pl
import pytest

from sipas.estimation import Design, collapse
from sipas.instrument import load
from sipas.scoring import Overlap, Score, change, measures_of, score

DATA = Path(__file__).parents[1] / "data"
EDITION = load(DATA / "scoring_edition.yaml")
# change, its error, covariance of the two values; for everyone and for schools with awards
Numbers = tuple[float, float, float]
EXPECTED: dict[tuple[str, str, bool], tuple[Numbers, Numbers]] = {
    ("stacked", "full", False): (
        (9.10978366160801, 2.30970798486281, 12.1098702365465),
        (13.610372021215, 3.45396086864748, 18.7418868363611),
    ),
    ("stacked", "part", False): (
        (8.14837169520831, 4.31612360840698, 10.4453777029479),
        (15.3041241716171, 6.21393700191004, 14.7055523198712),
    ),
    ("stacked", "full", True): (
        (9.10978366160801, 2.27889649086339, 11.7790452157556),
        (13.610372021215, 3.4102213760062, 18.2654172225233),
    ),
    ("stacked", "part", True): (
        (8.14837169520831, 4.25859887002221, 10.1543389599889),
        (15.3041241716171, 6.13625189858376, 14.3237916208296),
    ),
    ("shared", "full", False): (
        (9.10978366160801, 2.3097079848628, 12.1098702365465),
        (13.610372021215, 3.4539608686475, 18.7418868363611),
    ),
    ("shared", "part", False): (
        (8.14837169520831, 4.30343020906272, 10.5374929287352),
        (15.3041241716171, 6.20962502857262, 14.8563874605866),
    ),
    ("shared", "full", True): (
        (9.10978366160801, 2.2788964908634, 11.7790452157556),
        (13.610372021215, 3.4102213760062, 18.2654172225233),
    ),
    ("shared", "part", True): (
        (8.14837169520831, 4.28651285583135, 10.2067266600153),
        (15.3041241716171, 6.17517993070541, 14.4220956479687),
    ),
}


def schools(left_out: int | None, column: str, fpc: bool) -> Score:
    rows = pl.read_csv(DATA / "apistrat.csv").with_row_index("i")
    if left_out is not None:
        rows = rows.filter(pl.col("i") % 4 != left_out)
    answers = [pl.when(pl.col(column) > 650).then(5).otherwise(2).alias(name) for name in ("a", "b", "c")]
    rows = rows.with_columns((pl.col("fpc") / pl.len().over("stype")).alias("w"), *answers)
    design = Design(weight="w", strata="stype", psu="snum", population="fpc" if fpc else None)
    return score(EDITION, collapse(rows, design, measures_of(EDITION), (("awards",),)))


def rounds(kind: str, fpc: bool) -> tuple[Score, Score]:
    left_out = (0, 1) if kind == "part" else (None, None)
    return schools(left_out[0], "api00", fpc), schools(left_out[1], "api99", fpc)


@pytest.mark.parametrize(("rule", "kind", "fpc"), sorted(EXPECTED))
@pytest.mark.parametrize(("domain", "place"), [("", 0), ("Yes", 1)])
def test_change_and_its_error(rule: str, kind: str, fpc: bool, domain: str, place: int) -> None:
    now, before = rounds(kind, fpc)
    result = change(now, before, overlap=Overlap(rule=rule))
    expected = EXPECTED[rule, kind, fpc][place]
    for node in ("a", "index"):  # the three items are one, so that every node has the same value
        row = result.score.index.filter(pl.col("domain") == domain, pl.col("node") == node).row(0, named=True)
        about = result.covariance.filter(pl.col("domain") == domain, pl.col("node") == node).row(0, named=True)
        assert (row["change"], row["change_se"], about["covariance"]) == pytest.approx(expected, rel=1e-8)


def test_the_share_of_units_in_both() -> None:
    now, before = rounds("part", fpc=False)
    told = change(now, before, overlap=Overlap()).shared
    assert (told.drawn, told.drawn_before, told.shared, told.alone, told.links_unused) == (150, 150, 100, 0, 0)
    assert told.strata["shared"].sum() == 100
    assert told.strata.select("stratum", "previous_stratum").rows() == [("E", "E"), ("H", "H"), ("M", "M")]
    assert told.strata["share"].to_list() == (told.strata["shared"] / told.strata["drawn"]).to_list()
