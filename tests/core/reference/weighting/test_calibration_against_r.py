"""Raking, calibration and trimming agree with R survey 4.1-1 (R 4.2.2) on the api data.

The script that made the data files and the numbers, run once (the numbers are literal below)::

    library(survey); data(api); options(digits = 15)
    for (name in c("apistrat", "apiclus1")) { d <- get(name)
      write.csv(data.frame(snum = d$snum, stype = d$stype, sch_wide = d$sch.wide, comp_imp = d$comp.imp,
        api99 = d$api99, pw = d$pw), paste0("weighting_", name, ".csv"), row.names = FALSE, quote = FALSE) }
    strat <- svydesign(ids = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
    clus <- svydesign(ids = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)
    margin <- function(v) setNames(as.data.frame(table(apipop[[v]])), c(v, "Freq"))
    rake(des, list(~stype, ~sch.wide, ~comp.imp), lapply(c("stype", "sch.wide", "comp.imp"), margin),
         control = list(maxit = 1000, epsilon = 1e-13))
    marks <- c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018, sch.wideYes = 5122, comp.impYes = 4482)
    numbers <- c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018, api99 = 3914069)
    calibrate(des, ~stype + sch.wide + comp.imp, marks, calfun = cf, bounds = b, epsilon = 1e-12, maxit = 2000)
    calibrate(des, ~stype + api99, numbers, calfun = cf, bounds = b, epsilon = 1e-12, maxit = 2000)
    # shown of each: sum(w^2), min(w), max(w), head(w, 6)
    r <- calibrate(des, ~stype + api99, numbers)
    trimWeights(r, upper = quantile(weights(r), 0.9), strict = TRUE)

Tolerance: relative 1e-9 on every number (R stops at a relative misfit of 1e-12 to 1e-13).
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl
import pytest

from sipas.weighting import Calibration, Cap, Distance, Margin, calibrate, rake, trim

DATA = Path(__file__).parent.parent / "data"
TOLERANCE = 1e-9


class Case(NamedTuple):
    data: str
    method: str
    bounds: tuple[float, float] | None
    api99: bool
    squares: float
    least: float
    largest: float
    first: list[float]


CASES = [
    Case(
        "apistrat",
        "rake",
        None,
        False,
        234459.482753865,
        10.8282775552084,
        65.252881720228,
        [29.3140943046002, 47.7004747354303, 40.100840484359, 47.7004747354303, 47.7004747354303, 47.7004747354303],
    ),
    Case(
        "apistrat",
        "linear",
        None,
        False,
        234496.735147764,
        10.8619897672402,
        60.094312526348,
        [28.5972311148122, 47.9578849907964, 40.7336586503638, 47.9578849907964, 47.9578849907964, 47.9578849907964],
    ),
    Case(
        "apistrat",
        "linear",
        None,
        True,
        227671.391072507,
        14.5542175931441,
        45.9427484816864,
        [45.4381902333694, 43.1199496329941, 43.5835977530692, 42.9904008935613, 44.3677085443726, 45.1927294639179],
    ),
    Case(
        "apistrat",
        "raking",
        None,
        False,
        234459.482753853,
        10.8282775552115,
        65.2528817202122,
        [29.3140943046004, 47.7004747354289, 40.1008404843507, 47.7004747354289, 47.7004747354289, 47.7004747354289],
    ),
    Case(
        "apistrat",
        "raking",
        None,
        True,
        227671.404819193,
        14.562239165141,
        45.9661907390726,
        [45.4449574729592, 43.1250420146681, 43.5793516966566, 42.9989512155113, 44.3585871496452, 45.1935258117153],
    ),
    Case(
        "apistrat",
        "linear",
        (0.66, 1.46),
        False,
        234327.181674368,
        10.5333992408123,
        61.0066637200761,
        [29.178599395752, 47.8342993889339, 40.266861149163, 47.8342993889339, 47.8342993889339, 47.8342993889339],
    ),
    Case(
        "apistrat",
        "logit",
        (0.66, 1.46),
        False,
        234264.389884216,
        10.2574427859987,
        63.4781137159731,
        [29.6914145185838, 47.6828935342025, 39.821011890968, 47.6828935342025, 47.6828935342025, 47.6828935342025],
    ),
    Case(
        "apistrat",
        "linear",
        (0.98, 1.03),
        True,
        227686.038321646,
        14.7980003738403,
        45.5362990570068,
        [45.5362990570068, 43.3257991027832, 43.3257991027832, 43.3257991027832, 44.1075632093623, 45.5362990570068],
    ),
    Case(
        "apistrat",
        "logit",
        (0.98, 1.03),
        True,
        227687.093294303,
        14.7980013216715,
        45.5362516986271,
        [45.5343552182538, 43.3258959117706, 43.32873781968, 43.325836394758, 43.9888417838363, 45.5245031655815],
    ),
    Case(
        "apiclus1",
        "rake",
        None,
        False,
        224054.988518789,
        20.7131944467566,
        70.2546023287061,
        [56.5483523059244, 31.5718317697291, 31.5718317697291, 20.7131944467566, 31.5718317697291, 31.5718317697291],
    ),
    Case(
        "apiclus1",
        "linear",
        None,
        False,
        223731.105118668,
        19.3282978068179,
        64.6842647885815,
        [55.4737912249762, 31.6444222669385, 31.6444222669385, 19.3282978068179, 31.6444222669385, 31.6444222669385],
    ),
    Case(
        "apiclus1",
        "linear",
        None,
        True,
        228638.909647161,
        14.1680975228498,
        62.0515251409797,
        [51.6327425948848, 27.0383583150848, 25.2678462484281, 34.8694693791431, 34.2565998176081, 35.1418558509364],
    ),
    Case(
        "apiclus1",
        "raking",
        None,
        True,
        229112.774234712,
        18.0821271625537,
        67.5166763493535,
        [49.2163861373721, 26.7212671664729, 25.3235621825748, 33.8888942247973, 33.2644884572, 34.1701571109898],
    ),
    Case(
        "apiclus1",
        "linear",
        (0.5, 1.9),
        False,
        223731.721334504,
        19.3137533836806,
        64.3092929840088,
        [55.5798488944489, 31.6403075814216, 31.6403075814216, 19.3137533836806, 31.6403075814216, 31.6403075814216],
    ),
    Case(
        "apiclus1",
        "logit",
        (0.5, 1.9),
        False,
        223884.273604245,
        20.2178649999977,
        61.3495138515623,
        [57.8708494409847, 31.456440895215, 31.456440895215, 20.2178649999977, 31.456440895215, 31.456440895215],
    ),
    Case(
        "apiclus1",
        "raking",
        (0.5, 1.9),
        False,
        223952.310614026,
        20.5567559224031,
        64.3092929840088,
        [58.4850958578122, 31.498344120608, 31.498344120608, 20.5567559224031, 31.498344120608, 31.498344120608],
    ),
    Case(
        "apiclus1",
        "linear",
        (0.6, 2.0),
        True,
        228783.008425852,
        20.3081977844238,
        62.563211494392,
        [51.4881222602677, 26.4518915520564, 24.5698502442967, 34.7763050286858, 34.1248291913844, 35.0658498452642],
    ),
    Case(
        "apiclus1",
        "logit",
        (0.6, 2.0),
        True,
        229444.24529497,
        21.3681841542234,
        62.7727589905174,
        [52.5076114309138, 25.7432260969594, 24.6967138508762, 33.1580574689993, 32.3995958201639, 33.5045822314249],
    ),
]


def margin(column: str, **totals: float) -> Margin:
    return Margin((column,), pl.DataFrame({column: list(totals), "total": list(totals.values())}))


STYPE = margin("stype", E=4421.0, H=755.0, M=1018.0)
MARGINS = [STYPE, margin("sch_wide", No=1072.0, Yes=5122.0), margin("comp_imp", No=1712.0, Yes=4482.0)]


def schools(name: str) -> pl.DataFrame:
    return pl.read_csv(DATA / f"weighting_{name}.csv")


def fitted(case: Case) -> Calibration:
    rows = schools(case.data)
    if case.method == "rake":
        return rake(rows, MARGINS, weight="pw", tolerance=1e-13)
    distance = Distance(case.method, *(case.bounds or ()))
    if case.api99:
        return calibrate(rows, [STYPE], distance=distance, weight="pw", numbers={"api99": 3914069.0}, tolerance=1e-13)
    return calibrate(rows, MARGINS, distance=distance, weight="pw", tolerance=1e-13)


@pytest.mark.parametrize(
    "case", CASES, ids=lambda c: f"{c.data}-{c.method}-{c.bounds}-{'api99' if c.api99 else 'marks'}"
)
def test_weights_equal_r(case: Case) -> None:
    weights = fitted(case).weights
    assert weights.sum() == pytest.approx(6194.0, rel=1e-12)
    assert (weights**2).sum() == pytest.approx(case.squares, rel=TOLERANCE)
    assert weights.min() == pytest.approx(case.least, rel=TOLERANCE)
    assert weights.max() == pytest.approx(case.largest, rel=TOLERANCE)
    np.testing.assert_allclose(weights[:6], case.first, rtol=TOLERANCE)


@pytest.mark.parametrize(
    ("name", "cap", "squares", "least", "first"),
    [
        (
            "apistrat",
            45.1436373100276,
            227437.865970701,
            14.5947163346215,
            [
                45.1436373100276,
                43.1604483744716,
                43.6240964945466,
                43.0308996350388,
                44.4082072858501,
                45.1436373100276,
            ],
        ),
        (
            "apiclus1",
            45.4711529479881,
            222587.252472293,
            15.1191064174819,
            [
                45.4711529479881,
                27.9893672097169,
                26.2188551430602,
                35.8204782737752,
                35.2076087122402,
                36.0928647455685,
            ],
        ),
    ],
)
def test_trimming_in_equal_parts_equals_r(
    name: str, cap: float, squares: float, least: float, first: list[float]
) -> None:
    start = calibrate(
        schools(name), [STYPE], distance=Distance("linear"), weight="pw", numbers={"api99": 3914069.0}, tolerance=1e-13
    )
    trimmed = trim(start.weights, Cap("value", cap, "equal")).weights
    assert (trimmed**2).sum() == pytest.approx(squares, rel=TOLERANCE)
    assert trimmed.min() == pytest.approx(least, rel=TOLERANCE)
    assert trimmed.max() == pytest.approx(cap, rel=1e-12)
    np.testing.assert_allclose(trimmed[:6], first, rtol=TOLERANCE)
