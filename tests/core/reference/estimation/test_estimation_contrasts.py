"""Contrasts and smooth functions against R survey 4.1-1 (R 4.2.2) on its api data; relative tolerance 1e-8.

R script::

    library(survey); data(api); options(digits=15)
    ds <- svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=apistrat)
    d1 <- svydesign(id=~dnum, weights=~pw, fpc=~fpc, data=apiclus1)
    d2 <- svydesign(id=~dnum, weights=~pw, data=apiclus2)
    for (D in list(ds, d1, d2)) {
      m <- svymean(~api00+api99, D); t <- svytotal(~api.stu+api00, D)
      svycontrast(m, c(1,-1)); svycontrast(m, quote(api00/api99-1))
      svycontrast(m, quote(log(api00)-sqrt(api99)+exp(api00/1000))); svycontrast(t, quote(api.stu/api00))
      m <- svymean(~api00+api99, subset(D, awards=="Yes"))
      svycontrast(m, c(1,-1)); svycontrast(m, quote(api00/api99-1))
      b <- svyby(~api00+api99, ~awards, D, svymean, covmat=TRUE); vcov(b)
      svycontrast(b, c("Yes:api00"=1,"No:api00"=-1)); svycontrast(b, quote(`Yes:api00`/`No:api00`))
      svycontrast(b, c("Yes:api00"=1,"Yes:api99"=-1,"No:api00"=-1,"No:api99"=1))
      svycontrast(b, quote((`Yes:api00`-`No:api00`)/sqrt(`Yes:api99`))) }
    D <- svydesign(id=~dnum+snum, fpc=~fpc1+fpc2, data=apiclus2)
    b <- svyby(~api00+api99, ~awards, D, svymean, covmat=TRUE)
    svycontrast(b, quote(`Yes:api00`/`No:api00`)); svycontrast(b, c("Yes:api00"=1,"No:api00"=-1))
    # svyby(covmat=TRUE) of 4.1-1 stops with an error on post-stratified designs: by totals
    P <- postStratify(svydesign(id=~dnum, weights=~pw, data=apiclus1), ~stype,
                      data.frame(stype=c("E","H","M"), Freq=c(4421,755,1018)))
    P <- update(P, y=as.numeric(awards=="Yes"), n=1-y, a=api00*y, b=api00*n); t <- svytotal(~a+y+b+n, P)
    svycontrast(t, quote((a/y)/(b/n))); svycontrast(t, quote(a/y-b/n))
"""

import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from sipas.estimation import (
    CalibratedWeight,
    Design,
    Linearised,
    Mean,
    Stage,
    beside,
    collapse,
    collapse_calibrated,
    contrast,
    covariance_of,
    function_of,
    grids,
    numerators,
    ratios,
    smooth,
)

DATA = Path(__file__).parents[1] / "data"
DESIGNS = {
    "ds": ("apistrat", Design(weight="pw", strata="stype", population="fpc")),
    "d1": ("apiclus1", Design(weight="pw", psu="dnum", population="fpc")),
    "d2": ("apiclus2", Design(weight="pw", psu="dnum")),
}
MEANS = (Mean("api00", "api00"), Mean("api99", "api99"))
TOTALS = (Mean("students", "api.stu"), Mean("api00", "api00"))
EXACT = {"rel": 1e-8}
# whole: difference, relative change, mixed function, ratio of totals; awards = Yes: difference, relative change;
# Yes against No: difference, ratio, difference of differences, function
EXPECTED = {
    "ds": (
        (32.8925183753596, 2.05111240771061),
        (0.0522605462182486, 0.00364392223084347),
        (-16.6528204017932, 0.166933939267235),
        (0.752279919658347, 0.0286583665091527),
        (45.7933427996751, 2.40430832782569),
        (0.0723857715229306, 0.00471972157193079),
        (44.687493955025, 19.3989199333206),
        (1.07051448978566, 0.0319779473121004),
        (35.7300276761028, 3.17871172369059),
        (1.7766890702884, 0.76052479523661),
    ),
    # cov -0.29159765960285
    # cov 236.715263909632
    # cov 0.181201226193508
    # cov -0.29159765960285
    # cov 140.579698372424
    # cov -0.228098287463832
    # cov 150.439446347874
    # cov 236.715263909632
    # cov -0.228098287463832
    # cov 242.462368677635
    # cov 0.176466627856142
    # cov 0.181201226193508
    # cov 150.439446347874
    # cov 0.176466627856142
    # cov 166.079892858577
    "d1": (
        (37.1912568306011, 3.08519696689946),
        (0.0612728107529013, 0.00623083121660941),
        (-16.2645600876979, 0.411033517888802),
        (0.725117277300374, 0.0810985630656398),
        (47.4615384615385, 3.64080967432189),
        (0.0785326986228139, 0.00749133872634791),
        (26.4002902757619, 18.2656299980909),
        (1.04221242901666, 0.0308384624874674),
        (35.4615384615385, 4.33819352324047),
        (1.07389805764195, 0.748934416782739),
    ),
    # cov 546.4882755847
    # cov 1048.37122332924
    # cov 577.450570707043
    # cov 546.4882755847
    # cov 446.568750338391
    # cov 581.772618951931
    # cov 460.288562363704
    # cov 1048.37122332924
    # cov 581.772618951931
    # cov 1129.58568166824
    # cov 616.39483762801
    # cov 577.450570707043
    # cov 460.288562363704
    # cov 616.39483762801
    # cov 487.263869473652
    "d2": (
        (25.7778597785978, 2.82093383641935),
        (0.0399635706693546, 0.0045878644343102),
        (-16.9332054835702, 0.491354290311467),
        (0.638584080532483, 0.0975754385094024),
        (35.2629757785468, 3.26593081602979),
        (0.0507354844705243, 0.00629359409907989),
        (165.173731257209, 26.2295619514693),
        (1.29227822385704, 0.0490423419278964),
        (26.3367462703501, 4.29697512453201),
        (6.26523558627347, 0.890486887091492),
    ),
    # cov 242.048894430796
    # cov 349.032309072446
    # cov 257.743405330249
    # cov 242.048894430796
    # cov 841.294974514204
    # cov 229.733695696677
    # cov 889.997435394073
    # cov 349.032309072446
    # cov 229.733695696677
    # cov 378.720262122469
    # cov 247.25355027872
    # cov 257.743405330249
    # cov 889.997435394073
    # cov 247.25355027872
    # cov 949.366200369036
}
# vcov(b) in the order No:api00, Yes:api00, No:api99, Yes:api99; of d2
COVARIANCE = [
    [330.792734513356, 242.048894430796, 349.032309072446, 257.743405330249],
    [242.048894430796, 841.294974514204, 229.733695696677, 889.997435394073],
    [349.032309072446, 229.733695696677, 378.720262122469, 247.25355027872],
    [257.743405330249, 889.997435394073, 247.25355027872, 949.366200369036],
]
SCHOOLS = (6194.00032424927, 1442.87600717536)
TWO_STAGES = (1.29227822385704, 0.0492275050792844, 165.173731257209, 26.2271782992392)
POST_STRATIFIED = (1.04140079215903, 0.0308937492908348, 25.8558233889037, 18.3255853162171)


def linearised(name: str, kind: str, *, totals: bool = False) -> Linearised:
    file, design = DESIGNS[name]
    rows = pl.read_csv(DATA / f"{file}.csv")
    measures = TOTALS if totals else MEANS
    (grid,) = grids(collapse(rows, design, measures, (("awards",),)), (kind,))
    return numerators(grid, measures) if totals else ratios(grid, measures)


def pairs(table: pl.DataFrame) -> list[float]:
    return [value for row in table.select("estimate", "se").rows() for value in row]


def flat(expected: tuple[tuple[float, float], ...]) -> list[float]:
    return [value for pair in expected for value in pair]


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_of_the_whole(name: str) -> None:
    one = linearised(name, "all")
    change = contrast(one, {"change": {"api00": 1, "api99": -1}})
    texts = {"relative": "api00 / api99 - 1", "mixed": "log(api00) - sqrt(api99) + exp(api00 / 1000)"}
    ratio = function_of(linearised(name, "all", totals=True), {"ratio": "`students` / api00"})
    got = [*pairs(change), *pairs(function_of(one, texts)), *pairs(ratio)]
    assert got == pytest.approx(flat(EXPECTED[name][:4]), **EXACT)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_python_function_gives_what_the_text_gives(name: str) -> None:
    one = linearised(name, "all")
    by_text = function_of(one, {"relative": "api00 / api99 - 1", "log": "log(api99)"})
    functions = {"relative": lambda e: e["api00"] / e["api99"] - 1, "log": lambda e: math.log(e["api99"])}
    assert pairs(function_of(one, functions)) == pytest.approx(pairs(by_text), **EXACT)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_inside_every_domain(name: str) -> None:
    one = linearised(name, "awards")
    tables = contrast(one, {"change": {"api00": 1, "api99": -1}}), function_of(one, {"relative": "api00 / api99 - 1"})
    got = [value for table in tables for value in pairs(table.filter(pl.col("domain") == "Yes"))]
    assert got == pytest.approx(flat(EXPECTED[name][4:6]), **EXACT)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_between_domains(name: str) -> None:
    one = linearised(name, "awards")
    yes, no = (("Yes", "api00"), ("Yes", "api99")), (("No", "api00"), ("No", "api99"))
    linear = contrast(one, {"gap": {yes[0]: 1, no[0]: -1}, "twice": {yes[0]: 1, yes[1]: -1, no[0]: -1, no[1]: 1}})
    of = {"y": yes[0], "n": no[0], "before": yes[1]}
    other = function_of(one, {"ratio": "y / n", "scaled": lambda e: (e["y"] - e["n"]) / np.sqrt(e["before"])}, of=of)
    got = [
        pairs(table.filter(pl.col("name") == n))
        for table, n in ((linear, "gap"), (other, "ratio"), (linear, "twice"), (other, "scaled"))
    ]
    assert [value for each in got for value in each] == pytest.approx(flat(EXPECTED[name][6:]), **EXACT)


def test_covariance_of_chosen_pairs() -> None:
    order = [("No", "api00"), ("Yes", "api00"), ("No", "api99"), ("Yes", "api99")]
    got = covariance_of(linearised("d2", "awards"), order)
    assert got == pytest.approx(np.array(COVARIANCE), **EXACT)


def test_functions_of_functions_and_means_beside_totals() -> None:
    one = linearised("d1", "awards")
    logs = smooth(one, {"a": "log(api00)", "b": "log(api99)"})
    direct = function_of(one, {"growth": "log(api00 / api99)"})
    assert pairs(contrast(logs, {"growth": {"a": 1, "b": -1}})) == pytest.approx(pairs(direct), **EXACT)
    file, design = DESIGNS["d1"]
    (grid,) = grids(collapse(pl.read_csv(DATA / f"{file}.csv"), design, TOTALS), ("all",))
    both = beside({"": ratios(grid, TOTALS), "total of ": numerators(grid, TOTALS)})
    weight = function_of(both, {"people": "`total of students` / students"})
    # The total over the mean is the sum of the weights: svytotal(~one, d1) 6194 with its error.
    assert pairs(weight) == pytest.approx(SCHOOLS, **EXACT)


def gap_and_ratio(one: Linearised) -> list[float]:
    of = {"y": ("Yes", "api00"), "n": ("No", "api00")}
    gap = contrast(one, {"gap": {("Yes", "api00"): 1, ("No", "api00"): -1}})
    return [*pairs(function_of(one, {"ratio": "y / n"}, of=of)), *pairs(gap)]


def test_between_domains_of_a_sample_of_two_stages() -> None:
    design = Design(weight="pw", psu="dnum", population="fpc1", later=(Stage(ids="snum", population="fpc2"),))
    (grid,) = grids(collapse(pl.read_csv(DATA / "apiclus2.csv"), design, MEANS, (("awards",),)), ("awards",))
    assert gap_and_ratio(ratios(grid, MEANS)) == pytest.approx(TWO_STAGES, **EXACT)


def test_between_domains_with_post_stratified_weights() -> None:
    rows = pl.read_csv(DATA / "apiclus1.csv")
    people = pl.DataFrame({"stype": ["E", "H", "M"], "people": [4421.0, 755.0, 1018.0]})
    rows = rows.join(people, on="stype", maintain_order="left")
    rows = rows.with_columns(final=pl.col("people") * pl.col("pw") / pl.col("pw").sum().over("stype"))
    design, calibration = Design(weight="final", psu="dnum"), CalibratedWeight(base="pw", margins=("stype",))
    moments = collapse_calibrated(rows, design, MEANS, (("awards",),), calibration=calibration)
    (grid,) = grids(moments, ("awards",))
    assert gap_and_ratio(ratios(grid, MEANS)) == pytest.approx(POST_STRATIFIED, **EXACT)
