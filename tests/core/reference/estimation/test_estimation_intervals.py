"""Intervals of shares and of differences against R and print.

R script (R 4.2.2, survey 4.1-1; relative tolerance 1e-9)::

    library(survey); data(api); options(digits=15)
    ds <- svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=apistrat)
    d1 <- svydesign(id=~dnum, weights=~pw, fpc=~fpc, data=apiclus1)
    d2 <- svydesign(id=~dnum, weights=~pw, data=apiclus2)
    for (D in list(ds,d1,d2)) { D <- update(D, elem=as.numeric(stype=="E"), high=as.numeric(api00>650))
      for (f in c(~elem,~high)) { m <- svymean(f,D); p <- coef(m)
        print(c(p, p*(1-p)/vcov(m), nrow(D), degf(D), attr(svyciprop(f,D,method="beta"),"ci"))) } }
    w <- function(x,n) prop.test(x,n,correct=FALSE)$conf.int  # Wilson
    for (v in list(c(56,70,48,80), c(9,10,3,10), c(5,56,0,29), c(10,10,0,20), c(10,10,0,10))) {
      a <- w(v[1],v[2]); b <- w(v[3],v[4]); p <- v[1]/v[2]; q <- v[3]/v[4]
      print(c(a, b, p-q-sqrt((p-a[1])^2+(b[2]-q)^2), p-q+sqrt((a[2]-p)^2+(q-b[1])^2))) }

The last two numbers are printed to four decimals as method 10 in Newcombe 1998, Statistics in Medicine 17(8), table II.
"""

import numpy as np
import pytest

from sipas.estimation import beta_interval, difference_interval, share_interval

BETA = [  # share, effective size, n, df, ends
    (0.536924441879963, 173.562713543821502, 200, 197, 0.459775821296719, 0.612790253026108),
    (0.786885245901639, 78.104752574561772, 183, 14, 0.668785080843058, 0.878053063673316),
    (0.513661202185792, 22.858080297019633, 183, 14, 0.279862319657403, 0.743143550362647),
    (0.681180811808118, 71.397107668429214, 126, 39, 0.557334685586533, 0.788749414542874),
    (0.507011070110701, 33.900749533723548, 126, 39, 0.326510263950826, 0.686184212231790),
]
NEWCOMBE = [  # shares, ends of the first, of the second, of the difference; the same in print
    (
        (56 / 70, 0.6918335550374695, 0.8769526075163704),
        (48 / 80, 0.4904546500516040, 0.7003817240412907),
        (0.0524314724023649, 0.3338726540369059),
        (0.0524, 0.3339),
    ),
    (
        (9 / 10, 0.595849973204762, 0.982123786904927),
        (3 / 10, 0.107791267406301, 0.603221852538855),
        (0.170522723934503, 0.809017973535488),
        (0.1705, 0.8090),
    ),
    (
        (5 / 56, 0.0387421484495869, 0.1925600138551116),
        (0.0, 0.0, 0.1169697984997407),
        (-0.0381371479035369, 0.1925600138551116),
        (-0.0381, 0.1926),
    ),
    ((1.0, 0.722467200137111, 1.0), (0.0, 0.0, 0.161125158052819), (0.679086037141915, 1.0), (0.6791, 1.0)),
    ((1.0, 0.722467200137111, 1.0), (0.0, 0.0, 0.277532799862889), (0.607509350430524, 1.0), (0.6075, 1.0)),
]


def one(value: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([value], dtype=float)


@pytest.mark.parametrize(("share", "effective", "n", "df", "low", "high"), BETA)
def test_korn_graubard(share: float, effective: float, n: int, df: int, low: float, high: float) -> None:
    got = beta_interval(one(share), one(df), one(effective), one(n))
    assert [float(end[0]) for end in got] == pytest.approx([low, high], rel=1e-9)


def test_at_1_the_limit_of_the_same_formula() -> None:
    got = share_interval(one(1.0), one(0.0), one(14), one(150.0), one(183))
    near = beta_interval(one(1 - 1e-12), one(14), one(150.0), one(183))
    assert float(got[1][0]) == 1.0
    assert float(got[0][0]) == pytest.approx(float(near[0][0]), rel=1e-9)


@pytest.mark.parametrize(("first", "second", "from_r", "printed"), NEWCOMBE)
def test_difference(
    first: tuple[float, ...], second: tuple[float, ...], from_r: tuple[float, float], printed: tuple[float, float]
) -> None:
    sides = (tuple(one(v) for v in side) for side in (first, second))
    got = [float(end[0]) for end in difference_interval(*sides)]
    assert got == pytest.approx(from_r, rel=1e-9)
    assert got == pytest.approx(printed, abs=5e-5)
