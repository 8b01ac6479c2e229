"""Replicates calibrated anew against R survey 4.1-1 (R 4.2.2) on its api data; relative tolerance 1e-8.

What R estimated stands in tests/core/reference/data/calibrated_api.json under ``replicates.``; deviations are from the
estimate (``mse=TRUE``).

R script::

    library(survey); data(api)
    totals <- function(f) colSums(model.matrix(f, apipop)); tab <- function(f) xtabs(f, apipop)
    r1 <- as.svrepdesign(svydesign(id=~dnum, weights=~pw, fpc=~fpc, data=apiclus1), mse=TRUE)
    rs <- as.svrepdesign(svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=apistrat), mse=TRUE)
    small <- list(epsilon=1e-12, maxit=300); fe <- ~stype+api99
    again <- function(x, how, ...) calibrate(x, fe, totals(fe), calfun=how, epsilon=1e-13, maxit=300, ...)
    for (x in list(r1, rs)) {
      y <- list(post=postStratify(x, ~awards+sch.wide, as.data.frame(tab(~awards+sch.wide))),
        rake=rake(x, list(~stype, ~sch.wide), list(tab(~stype), tab(~sch.wide)), control=small),
        linear=calibrate(x, fe, totals(fe)), raking=again(x, "raking"),
        logit=again(x, "logit", bounds=c(0.2,4)), bounded=again(x, "linear", bounds=c(0.3,2.5)))
      for (z in y) {
        m <- svymean(~api00+api.stu, z); t <- svytotal(~api00, z); r <- svyratio(~api.stu, ~enroll, z)
        b <- svyby(~api00, ~stype, z, svymean)
        c(coef(m), SE(m), vcov(m)[1,2], coef(t), SE(t), coef(r), SE(r), coef(b), SE(b))
      }
    }
"""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sipas.estimation import CalibratedWeight, Design, Mean, Ratio, collapse, grids
from sipas.estimation.replicates import (
    Replication,
    replicate_factors,
    replicated_numerators,
    replicated_ratios,
)
from sipas.estimation.replicates.calibrated import calibrate_replicates
from sipas.estimation.replicates.cells import auxiliary_cells
from sipas.estimation.replicates.recalibration import poststratify, recalibrate
from sipas.weighting import Distance

DATA = Path(__file__).parents[1] / "data"
R = json.loads((DATA / "calibrated_api.json").read_text())
MEASURES = (Mean("api00", "api00"), Mean("students", "api_stu"), Ratio("ratio", "api_stu", "enroll"))
TYPES = [("stype", "E", 4421.0), ("stype", "H", 755.0), ("stype", "M", 1018.0)]
SCHOOLS = [("sch_wide", "No", 1072.0), ("sch_wide", "Yes", 5122.0)]
AWARDS = "awards × sch_wide"
POST = [(AWARDS, "No × No", 1072.0), (AWARDS, "No × Yes", 955.0), (AWARDS, "Yes × Yes", 4167.0)]
API99 = [*TYPES, ("api99", "", 3914069.0)]
TO_POST = CalibratedWeight(base="pw", margins=(("awards", "sch_wide"),))
TO_API99 = CalibratedWeight(base="pw", margins=("stype",), numbers=("api99",))
CASES = {
    "post": (TO_POST, POST, Distance("linear")),
    "rake": (CalibratedWeight(base="pw", margins=("stype", "sch_wide")), TYPES + SCHOOLS, Distance("raking")),
    "linear": (TO_API99, API99, Distance("linear")),
    "raking": (TO_API99, API99, Distance("raking")),
    "logit": (TO_API99, API99, Distance("logit", 0.2, 4.0)),
    "bounded": (TO_API99, API99, Distance("linear", 0.3, 2.5)),
}
DESIGNS = {
    "r1": ("apiclus1", Design(weight="pw", psu="dnum", population="fpc"), Replication(kind="JK1", centre="estimate")),
    "rs": (
        "apistrat",
        Design(weight="pw", strata="stype", psu="snum", population="fpc"),
        Replication(kind="JKn", centre="estimate"),
    ),
}


def rows_of(file: str) -> pl.DataFrame:
    rows = pl.read_csv(DATA / f"{file}.csv", null_values="NA")
    return rows.rename({name: name.replace(".", "_") for name in rows.columns})


def table_of(totals: list[tuple[str, str, float]]) -> pl.DataFrame:
    return pl.DataFrame(totals, schema=["variable", "category", "total"], orient="row")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", DESIGNS)
def test_errors_of_replicates(name: str, case: str) -> None:
    file, design, method = DESIGNS[name]
    rows = rows_of(file)
    weight, totals, distance = CASES[case]
    factors = replicate_factors(collapse(rows, design, MEASURES), method)
    found = calibrate_replicates(rows, design, factors, weight, table_of(totals), distance)
    whole, kinds = grids(collapse(found.rows, found.design, MEASURES, (("stype",),)))
    means, total = (f(whole, MEASURES, found.factors) for f in (replicated_ratios, replicated_numerators))
    by = replicated_ratios(kinds, MEASURES, found.factors)
    se = np.sqrt(means.variance())[0]
    expected = list(R[f"replicates.{name}.{case}"])
    # R stops short of its margins by 1e-13 of 1 + total: noise of the size of the errors in a small covariance
    assert means.covariance("")[0, 1] == pytest.approx(expected.pop(4), rel=1e-8, abs=1e-9 * se[0] * se[1])
    got = [*means.values[0, :2], *se[:2]]
    got += [total.values[0, 0], np.sqrt(total.variance())[0, 0], means.values[0, 2], se[2]]
    got += [*by.values[:, 0], *np.sqrt(by.variance())[:, 0]]
    assert got == pytest.approx(expected, rel=1e-8)


def test_post_stratification_in_closed_form() -> None:
    rows = rows_of("apiclus1")
    cells = auxiliary_cells(rows, TO_POST, table_of(POST))
    base = rows["pw"].to_numpy()[:, None] * np.linspace(0.5, 2.0, 3)
    codes = np.asarray(cells.x.argmax(axis=1)).ravel()[cells.of_row]
    closed = poststratify(base, codes, cells.totals)[codes]
    newton = recalibrate(cells.added(base), cells, Distance("raking")).factor[cells.of_row]
    np.testing.assert_allclose(closed, newton, rtol=1e-9)
