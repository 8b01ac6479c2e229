"""Totals of a domain that lies in one primary unit, against R survey 4.1-1 (R 4.2.2), to 1e-8.

    library(survey); options(digits = 12)
    d <- data.frame(h = c(1,1,1,1,2,2,2,2), u = c(1,1,2,3,4,5,5,6), w = c(2,2,3,4,1,2,2,5), x = c(3,5,1,2,4,6,0,2),
      q = c(1,0,1,1,0,1,0,1), dom = c("a","a","b","b","b","b","b","c"), N = c(9,9,9,9,7,7,7,7),
      M = c(6,6,1,1,1,8,8,1), id = 1:8)
    one <- svydesign(~u, strata = ~h, weights = ~w, data = d, nest = TRUE)
    f <- svydesign(~u, strata = ~h, weights = ~w, fpc = ~N, data = d, nest = TRUE)
    two <- svydesign(~u + id, strata = ~h, weights = ~w, fpc = ~N + M, data = d, nest = TRUE)
    for (s in list(one, f, two)) for (k in c("a", "c")) {
      t <- svytotal(~x + q, subset(s, dom == k)); print(c(coef(t), SE(t), SE(svymean(~x + q, subset(s, dom == k)))))
    }
    j <- as.svrepdesign(one, type = "JKn"); for (k in c("a", "c")) print(SE(svytotal(~x + q, subset(j, dom == k))))

Where R gives a mean the error 0 it is missing here: the score of a mean is 0 in the one unit that there is.
"""

from __future__ import annotations

import polars as pl
import pytest

from sipas.estimation import Design, Mean, Replication, Request, Share, Stage, collapse, estimate, replicate_factors

ROWS = pl.DataFrame({
    "h": [1, 1, 1, 1, 2, 2, 2, 2],
    "u": [1, 1, 2, 3, 4, 5, 5, 6],
    "w": [2.0, 2, 3, 4, 1, 2, 2, 5],
    "x": [3.0, 5, 1, 2, 4, 6, 0, 2],
    "q": [1, 0, 1, 1, 0, 1, 0, 1],
    "dom": list("aabbbbbc"),
    "N": [9] * 4 + [7] * 4,
    "M": [6, 6, 1, 1, 1, 8, 8, 1],
})
MEASURES = (Mean("x", "x"), Share("q", "q", (1,)))
REQUESTS = (Request("x", "total"), Request("q", "count"), Request("x", "mean"), Request("q", "top_box"))
ONE = Design(weight="w", strata="h", psu="u")
CORRECTED = Design(weight="w", strata="h", psu="u", population="N")
TWO = Design(weight="w", strata="h", psu="u", population="N", later=(Stage(population="M"),))


@pytest.mark.parametrize(
    ("design", "domain", "errors"),
    [
        (ONE, "a", [16, 2, None, None]),
        (ONE, "c", [10, 5, None, None]),
        (CORRECTED, "a", [13.0639452948, 1.63299316186, None, None]),
        (CORRECTED, "c", [7.55928946018, 3.77964473009, None, None]),
        (TWO, "a", [13.1993265821, 1.88561808316, 0.471404520791, 0.235702260396]),
        (TWO, "c", [7.55928946018, 3.77964473009, None, None]),
    ],
)
def test_domains_in_one_unit(design: Design, domain: str, errors: list[float | None]) -> None:
    """A total differs from the 0 of the units without answers; a mean has nothing to differ from."""
    table = estimate(collapse(ROWS, design, MEASURES, (("dom",),)), REQUESTS, domain_kinds=("dom",))
    here = table.filter(pl.col("domain") == domain)
    assert here["se"].to_list() == [None if e is None else pytest.approx(e, rel=1e-8) for e in errors]
    assert here["df"].to_list() == [0] * 4
    assert here["low"].to_list() == [None] * 4


@pytest.mark.parametrize(("domain", "errors"), [("a", [16, 2, None, None]), ("c", [10, 5, None, None])])
def test_replicates_of_domains_in_one_unit(domain: str, errors: list[float | None]) -> None:
    """The jackknife gives what linearisation gives."""
    moments = collapse(ROWS, ONE, MEASURES, (("dom",),))
    factors = replicate_factors(moments, Replication(kind="JKn"))
    table = estimate(moments, REQUESTS, domain_kinds=("dom",), factors=factors)
    here = table.filter(pl.col("domain") == domain)
    assert here["se"].to_list() == [None if e is None else pytest.approx(e, rel=1e-8) for e in errors]


@pytest.mark.parametrize("replicated", [False, True])
def test_a_total_that_nobody_answered_is_missing(replicated: bool) -> None:
    """R gives 0 with an error of 0, which would say that everybody had nothing."""
    rows = ROWS.with_columns(pl.when(pl.col("dom") != "c").then(c).alias(c) for c in ("x", "q"))
    moments = collapse(rows, ONE, MEASURES, (("dom",),))
    factors = replicate_factors(moments, Replication(kind="JKn")) if replicated else None
    here = estimate(moments, REQUESTS, domain_kinds=("dom",), factors=factors).filter(pl.col("domain") == "c")
    assert here["n"].to_list() == [0] * 4
    for column in ("estimate", "se", "low", "high", "df"):
        assert here[column].to_list() == [None] * 4
