"""Importance of items by weighted models, against ``lm`` of R 4.2.2 over all orders; relative tolerance 1e-10.

R script (data of package survey 4.1-1)::

    library(survey); data(api); options(digits=15)
    s <- apistrat; code <- function(x, cuts) as.numeric(cut(x, c(-Inf, cuts, Inf)))
    s$a <- code(s$api99, c(500,600,700,800)); s$b <- code(s$enroll, c(300,500,800,1200))
    s$c <- code(s$api.stu, c(200,400,600,900)); s$o <- code(s$api00, c(520,620,720,820))
    s$b[seq(1,200,17)] <- NA; s$o[c(5,50)] <- NA
    k <- s[complete.cases(s[,c("a","b","c","o")]),]; nrow(k)
    r2 <- function(v) if (length(v)==0) 0 else summary(lm(reformulate(v,"o"), k, weights=pw))$r.squared
    perms <- function(v) if(length(v)<=1) list(v) else
      do.call(c, lapply(seq_along(v), function(i) lapply(perms(v[-i]), function(q) c(v[i],q))))
    P <- perms(c("a","b","c")); l <- c(a=0,b=0,c=0)
    for (o in P) for (i in 1:3) l[o[i]] <- l[o[i]] + r2(o[seq_len(i)]) - r2(o[seq_len(i-1)])
    print(l/length(P)); print(r2(c("a","b","c")))
    ab <- ((r2(c("a","b"))) + (r2(c("a","b","c"))-r2("c")))/2; print(c(ab, r2(c("a","b","c"))-ab))
"""

from pathlib import Path

import polars as pl
import pytest
from tests.core.unit.scoring.made_rounds import with_overall

from sipas.estimation import Design
from sipas.scoring import Drivers, drivers

DATA = Path(__file__).parents[1] / "data"
R_SQUARED = 0.878855285017869
PARTS = {"a": 0.8421300074287351, "b": 0.0157301604987080, "c": 0.0209951170904259}
FACTORS = {"ab": 0.850715457309099, "only_c": 0.028139827708770}
CUTS = {
    "a": ("api99", [500, 600, 700, 800]),
    "b": ("enroll", [300, 500, 800, 1200]),
    "c": ("api.stu", [200, 400, 600, 900]),
    "overall": ("api00", [520, 620, 720, 820]),
}


def schools(by: str) -> Drivers:
    rows = pl.read_csv(DATA / "apistrat.csv").with_row_index("i")
    coded = [
        (1 + sum((pl.col(column) > cut).cast(pl.Int64) for cut in cuts)).alias(name)
        for name, (column, cuts) in CUTS.items()
    ]
    rows = rows.with_columns(coded).with_columns(
        pl.when(pl.col("i") % 17 != 0).then("b").alias("b"),
        pl.when(~pl.col("i").is_in([4, 49])).then("overall").alias("overall"),
    )
    return drivers(rows, with_overall(), Design(weight="pw", strata="stype"), by=by, replicates=20)


@pytest.mark.parametrize(("by", "parts"), [("item", PARTS), ("factor", FACTORS)])
def test_parts_of_r_squared(by: str, parts: dict[str, float]) -> None:
    found = schools(by)
    assert (found.rows, found.used) == (200, 186)
    assert found.r_squared == pytest.approx(R_SQUARED, rel=1e-10)
    assert found.table["node"].to_list() == list(parts)
    expected = [100 * part / R_SQUARED for part in parts.values()]
    assert found.table["importance"].to_list() == pytest.approx(expected, rel=1e-10)
